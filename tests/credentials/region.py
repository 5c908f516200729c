"""The region of an EC2 instance where nobody has configured one: asked last, once, and told; beside botocore."""
import json
import os
import re
import subprocess
import tempfile

import find_botocore
from fake_aws import FakeAWS, XML, play_imds, sts_document
from fault_server import closed_port
from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
HOME = tempfile.mkdtemp()
ZONE_PATH = "/latest/meta-data/placement/availability-zone/"
SESSION = "user-0a1b2c3d4e5f67890"
REQUEST = ("ssm-request", "resume-session", "--session-id", SESSION)
NONE = 'You must specify a region. You can also configure your region by running "aws configure".'


def environment(aws, **more):
    env = {"HOME": HOME, "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_SERVICE_ENDPOINT": aws if isinstance(aws, str) else aws.url,
           **more}
    env.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
    return {name: value for name, value in env.items() if value is not None}


def run(env, tool, *arguments):
    return subprocess.run([os.path.join(BUILD_DIR, tool), *arguments], env=env, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, check=False)


def zone(aws, *replies):
    aws.reset()
    aws.reply("PUT /latest/api/token", body="metadata-token")
    for reply in replies:
        aws.reply("GET " + ZONE_PATH, **reply)


def by_botocore(env):
    """What IMDSRegionProvider finds, which version 2 of the AWS CLI has at the end of its chain."""
    import botocore.session
    from botocore.utils import IMDSRegionProvider
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        return IMDSRegionProvider(botocore.session.Session()).provide()
    finally:
        os.environ.clear()
        os.environ.update(kept)


def asked(aws):
    return [(r.method, r.path, r.headers.get("x-aws-ec2-metadata-token")) for r in aws.take()]


def check_zones(aws):
    for text in "us-west-2b", "eu-central-1a", "us-gov-west-1c", "ap-southeast-5a", "cn-north-1a":
        zone(aws, {"body": text})
        got = run(environment(aws), "ssm-credentials", "--show-region")
        ours = asked(aws)
        is_equal((got.stdout, got.stderr, got.returncode), (text[:-1] + "\n", "", 0), f"zone: {text}")
        is_equal((by_botocore(environment(aws)), asked(aws)), (text[:-1], ours), f"zone: {text}: as botocore, by the same requests")
    for text, region in ("us-west-2-lax-1a", "us-west-2"), ("us-east-1-wl1-bos-wlz-1", "us-east-1"), ("us-west-2b\n", "us-west-2"):
        zone(aws, {"body": text})
        is_equal(run(environment(aws), "ssm-credentials", "--show-region").stdout, region + "\n",
                 f"zone: of a local zone too: {text!r}")
    for text in "x", "us-west-2/../x", "a b-1c", "<html>", "-1a", "us-west-" + "2" * 70, "us-west-2\x1b[2J":
        zone(aws, {"body": text})
        got = run(environment(aws), "ssm-credentials", "--show-region")
        is_equal((got.stdout, got.stderr, got.returncode), ("", f"ssm-credentials: {NONE} The metadata service has none: "
                 f"{aws.url}: an availability zone that cannot be one\n", 253), f"zone: {text[:20]!r} is none")


def check_absence(aws):
    for title, replies, env, why in (
            ("404", [{"status": 404, "body": "no such zone"}], {}, "URL: HTTP status 404 for the availability zone: no such zone"),
            ("an empty answer", [{"body": b""}], {}, "URL: no availability zone"),
            ("nobody there", [], {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://127.0.0.1:{closed_port()}"},
             "http://127.0.0.1:[0-9]+: no connection"),
            ("no attempts", [], {"AWS_METADATA_SERVICE_NUM_ATTEMPTS": "0"}, "URL: metadata_service_num_attempts is 0"),
            ("it is off", [], {"AWS_EC2_METADATA_DISABLED": "true"}, "AWS_EC2_METADATA_DISABLED is true")):
        zone(aws, *replies)
        env = environment(aws, **env)
        for tool in ("ssm-credentials", "--show-region"), REQUEST:
            got = run(env, *tool)
            text = f"{tool[0]}: {re.escape(NONE)}" + ("" if tool is REQUEST and "off" in title else
                                                      " The metadata service has none: " + why.replace("URL", aws.url))
            ok(got.returncode == 253 and re.fullmatch(text + "\n", got.stderr), f"no region: {title}: {tool[0]} says why", got, text)
        if title != "an empty answer":
            is_equal(by_botocore(env), None, f"no region: {title}: nor has botocore one")


def check_order(aws):
    """Behind all that is configured, which costs no request."""
    config = os.path.join(HOME, "config")
    with open(config, "w", encoding="utf-8") as file:
        file.write("[default]\nregion = eu-west-3\n[profile bare]\n")
    zone(aws, {"body": "us-west-2b"})
    for title, env, options, region, count in (
            ("--region", {"AWS_REGION": "b-1"}, ("--region", "eu-south-1"), "eu-south-1", 0),
            ("AWS_REGION", {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "b-1"}, (), "eu-west-1", 0),
            ("AWS_DEFAULT_REGION", {"AWS_DEFAULT_REGION": "eu-west-2"}, (), "eu-west-2", 0),
            ("the profile", {"AWS_CONFIG_FILE": config}, (), "eu-west-3", 0),
            ("an empty variable is none", {"AWS_REGION": ""}, (), "us-west-2", 2),
            ("a profile without one", {"AWS_CONFIG_FILE": config}, ("--profile", "bare"), "us-west-2", 2),
            ("nothing", {}, (), "us-west-2", 2)):
        got = run(environment(aws, **env), *REQUEST, *options)
        document = json.loads(got.stdout or "{}")
        is_equal((document.get("region"), document.get("url"), got.stderr, len(aws.take())),
                 (region, f"https://ssm.{region}.amazonaws.com/", "", count), f"order: {title}")
    got = run(environment(aws), "ssm-request", "resume-session", "--session-id", "-")
    aws.take()
    ids = subprocess.run([os.path.join(BUILD_DIR, "ssm-request"), "resume-session", "--session-id", "-"], input="a-1\nb-1\nc-1\n",
                         env=environment(aws), capture_output=True, text=True, timeout=60, check=False)
    is_equal((len(ids.stdout.splitlines()), len(aws.take())), (3, 2), "order: asked once for many ids")


def check_telling(aws):
    zone(aws, {"body": "us-west-2b"})
    got = run(environment(aws), *REQUEST, "--verbose")
    said = f"ssm-credentials: region: us-west-2 ({aws.url}, availability zone us-west-2b)\n"
    ok(said in got.stderr and "ssm-request: region us-west-2, endpoint https://ssm.us-west-2.amazonaws.com/\n" in got.stderr,
       "told: --verbose of ssm-request", got.stderr)
    keys = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s"}
    got = run(environment(aws, **keys), "ssm-credentials", "--explain")
    ok(got.stdout.endswith(f"\nregion                         us-west-2: {aws.url}, availability zone us-west-2b\n"),
       "told: --explain", got)
    zone(aws, {"status": 404})
    got = run(environment(aws, **keys), "ssm-credentials", "--explain")
    ok(got.returncode == 0 and got.stdout.endswith(f"\nregion                         none: {aws.url}: HTTP status 404 for the "
                                                   "availability zone\n"), "told: --explain, when it has none", got)
    got = run(environment(aws, AWS_REGION="eu-west-1", **keys), "ssm-credentials", "--explain")
    ok("region" not in got.stdout, "told: --explain, when one is configured", got)


def check_whole(aws):
    """An instance where nothing at all is configured: keys and region from the metadata service."""
    zone(aws, {"body": "us-west-2b"})
    play_imds(aws)
    stream = f"wss://ssmmessages.us-west-2.amazonaws.com/v1/data-channel/{SESSION}?role=publish_subscribe"
    aws.reply("POST /", body={"SessionId": SESSION, "TokenValue": "t", "StreamUrl": stream})
    env = environment(aws, AWS_ENDPOINT_URL_SSM=aws.url)
    got = run(env, "ssm-resume-session", "--session-id", SESSION)
    requests = aws.take()
    is_equal((got.returncode, got.stderr, json.loads(got.stdout or "{}").get("StreamUrl")), (0, "", stream),
             "whole: ssm-resume-session with nothing configured")
    is_equal([r.path for r in requests].count(ZONE_PATH), 1, "whole: the zone is asked for once")
    ok("/us-west-2/ssm/aws4_request" in requests[-1].headers["authorization"], "whole: and signed for", requests[-1])


def check_sts(aws):
    """The region of STS, too, for a role that the instance's keys may take."""
    config = os.path.join(HOME, "role")
    with open(config, "w", encoding="utf-8") as file:
        file.write("[default]\nrole_arn = arn:aws:iam::111122223333:role/r\ncredential_source = Ec2InstanceMetadata\n")
    zone(aws, {"body": "us-west-2b"})
    play_imds(aws)
    aws.reply("POST /", headers=XML, body=sts_document())
    got = run(environment(aws, AWS_CONFIG_FILE=config, AWS_ENDPOINT_URL_STS=aws.url), "ssm-credentials", "--no-cache",
              "--format", "json")
    requests = aws.take()
    ok(got.returncode == 0 and "/us-west-2/sts/aws4_request" in requests[-1].headers.get("authorization", ""),
       "STS: signed for the instance's region", got, requests)
    is_equal([r.path for r in requests].count(ZONE_PATH), 1, "STS: asked once")


def main():
    with FakeAWS() as aws:
        for check in check_zones, check_absence, check_order, check_telling, check_whole, check_sts:
            check(aws)
    print(f"# botocore {find_botocore.VERSION}")
    done()


main()
