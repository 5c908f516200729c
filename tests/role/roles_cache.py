"""~/.aws/cli/cache: ours, botocore's and the AWS CLI's entries for each other; two processes; kill -9."""
import json
import os
import shutil
import subprocess
import threading
import time

from fake_aws import XML, FakeAWS, keys, sts_document, when
from rivals import Rivals
from role_world import CACHE, World
from tap import done, is_equal, ok

ARN = "arn:aws:iam::111122223333:role/"
STATIC = "[profile s]\naws_access_key_id = AKIDS\naws_secret_access_key = canary-static\n"
MFA = "mfa_serial = arn:aws:iam::1:mfa/u\n"
NAMES = {                                       # credentials §12's vectors, and what makes them
    "e2d92bb0968bc57e345aa2b57c84f636d95a03fd": "",
    "20332992e7f0f6f14902449705a9507bf09d8442": "role_session_name = me\n",
    "6c310b4b69f875661ebb98d9bff6aed4c1b3b0c7": "duration_seconds = 900\n",
    "e6954dd03de6256a71c9afb45e62e518c1083aef": "role_session_name = me\nduration_seconds = 900\n"
                                                "external_id = xx\n" + MFA,
}
PLAIN = "e2d92bb0968bc57e345aa2b57c84f636d95a03fd.json"
USER = {"AssumedRoleId": "AROA:s", "Arn": "arn:aws:sts::123456789012:assumed-role/r/s"}


def role(name="a", source="s", more="", arn=ARN + "r"):
    return f"[profile {name}]\nrole_arn = {arn}\nsource_profile = {source}\n{more}"


def play(world, seconds=3600, before=lambda: None):
    """STS answers with keys, when `before` returns."""
    given = keys("ASIAROLE", "canary/role", "canary-token==", seconds)
    world.aws.reply(lambda r: r.form.get("Action", "").startswith("AssumeRole"), headers=XML,
                    body=lambda r: (before(), sts_document(r.form["Action"], given))[1])
    return given


def fresh(world, config, **how):
    world.forget()
    world.write(config)
    return play(world, **how)


def rivals(world, count):
    return Rivals(world.path(CACHE, ".lock"), count)


def read(world, name):
    with open(world.path(CACHE, name), encoding="utf-8") as file:
        return json.load(file)


def put(world, name, text):
    os.makedirs(world.path(CACHE), exist_ok=True)
    with open(world.path(CACHE, name), "w", encoding="utf-8") as file:
        file.write(text if isinstance(text, str) else json.dumps(text))


def entry(expiration, key_id="ASIACACHED"):
    return {"Credentials": {"AccessKeyId": key_id, "SecretAccessKey": "canary/cached", "SessionToken": "t",
                            "Expiration": expiration}, "AssumedRoleUser": USER}


def check_botocore(world):
    """Names and contents, with botocore's JSONFileCache as the AWS CLI uses it."""
    for name, more in NAMES.items():
        given = fresh(world, role(more=more) + STATIC)
        ours = world.probe("assume-role", "-c", profile="a", code="123456")
        is_equal(world.entries(), [name + ".json"], f"the name for '{' '.join(more.split())}'", ours.error)
        got = read(world, name + ".json")
        is_equal((got["Credentials"], got["AssumedRoleUser"]),
                 ({"AccessKeyId": "ASIAROLE", "SecretAccessKey": "canary/role", "SessionToken": "canary-token==",
                   "Expiration": given["Expiration"], "AccountId": "123456789012"}, USER), "the entry")
        is_equal(got["ResponseMetadata"]["HTTPStatusCode"], 200, "and the response's own data")
        theirs = world.botocore(profile="a", cache=True, code="never")
        is_equal((theirs.comparable, theirs.calls, theirs.prompts), (ours.comparable, [], []),
                 "botocore uses it, and asks nobody")
        fresh(world, role(more=more) + STATIC)
        theirs = world.botocore(profile="a", cache=True, code="123456")
        is_equal(world.entries(), [name + ".json"], "botocore's name is the same", theirs.error)
        ours = world.probe("assume-role", "-c", profile="a", code="never")
        is_equal((ours.comparable, ours.calls, ours.prompts), (theirs.comparable, [], []),
                 "we use botocore's, and ask nobody")
        ok(ours.document.get("origin", "").endswith(", from the cache"), "which the origin says", ours.document)
    fresh(world, role(more="external_id = é\U0001F600\"\\\n") + STATIC)
    world.probe("assume-role", "-c", profile="a")
    ours = world.entries()
    fresh(world, role(more="external_id = é\U0001F600\"\\\n") + STATIC)
    world.botocore(profile="a", cache=True)
    is_equal(ours, world.entries(), "a name of characters outside ASCII")


def check_kinds(world):
    """Chains, web identities, no cache."""
    chain = role("a", "b") + role("b", "s", arn=ARN + "b") + STATIC
    fresh(world, chain)
    ours = world.probe("assume-role", "-c", profile="a")
    is_equal((len(ours.calls), len(world.entries())), (2, 2), "each role of a chain has an entry")
    names = world.entries()
    os.unlink(world.path(CACHE, PLAIN))
    ours = world.probe("assume-role", "-c", profile="a")
    is_equal((len(ours.calls), ours.calls and ours.calls[0][3], world.entries()), (1, "ASIAROLE", names),
             "the one before it is used from the cache")
    fresh(world, role("a", "b") + role("b", "s", "role_session_name = x\n")
          + STATIC.replace("canary-static", "canary-other"))
    put(world, PLAIN, entry(when(3600)))
    ours = world.probe("assume-role", "-c", "-n", profile="a")
    is_equal(ours.keys and ours.keys[0], "ASIACACHED", "a cached role needs no network")
    fresh(world, role("a", "b") + role("b", "s") + STATIC)
    ours = world.probe("assume-role", "-c", profile="a")
    is_equal((len(ours.calls), ours.keys and ours.keys[0]), (1, "ASIAROLE"), "two profiles with one role do not "
             "wait for each other")
    fresh(world, role() + STATIC)
    world.probe("assume-role", profile="a")
    ok(not os.path.exists(world.path(CACHE)), "without the cache there is none")
    put(world, PLAIN, entry(when(3600)))
    ours = world.probe("assume-role", profile="a")
    is_equal(ours.keys and ours.keys[0], "ASIAROLE", "and none is read")
    web = f"[profile w]\nrole_arn = {ARN}r\nweb_identity_token_file = {world.home}/token\n"
    with open(world.path("token"), "w", encoding="utf-8") as file:
        file.write("canary-web-token")
    fresh(world, web)
    ours = world.probe("assume-role-with-web-identity", "-c", profile="w")
    is_equal(world.entries(), [PLAIN], "a web identity's entry")
    os.unlink(world.path("token"))
    ours = world.probe("assume-role-with-web-identity", "-c", profile="w")
    is_equal((ours.keys and ours.keys[0], ours.calls), ("ASIAROLE", []), "its token is not read while it is good")
    with open(world.path("token"), "w", encoding="utf-8") as file:
        file.write("canary-web-token")
    fresh(world, role("a", "w", "role_session_name = me\n") + web)
    ours = world.probe("assume-role", "-c", profile="a")
    is_equal((len(ours.calls), world.entries()), (2, ["20332992e7f0f6f14902449705a9507bf09d8442.json"]),
             "a web identity that is only a source has none")


def check_old(world):
    """Entries that are as none."""
    name = PLAIN
    for title, text, used in (
            ("boto3's UTC", entry(when(3600, "%Y-%m-%dT%H:%M:%SUTC")), True),
            ("16 minutes left", entry(when(960)), True), ("14 minutes left", entry(when(840)), False),
            ("over", entry(when(-1)), False), ("corrupt", '{"Credentials": {"Acc', False), ("empty", "", False)):
        fresh(world, role() + STATIC)
        put(world, name, text)
        ours = world.probe("assume-role", "-c", profile="a")
        is_equal((ours.keys and ours.keys[0], len(ours.calls)), ("ASIACACHED", 0) if used else ("ASIAROLE", 1), title,
                 ours.error)
        is_equal(read(world, name)["Credentials"]["AccessKeyId"], "ASIACACHED" if used else "ASIAROLE",
                 f"{title}: the entry then")
        mode = os.stat(world.path(CACHE, name)).st_mode & 0o777
        ok(used or mode == 0o600, f"{title}: its mode", oct(mode))
    fresh(world, role() + STATIC, seconds=600)
    first, second = (world.probe("assume-role", "-c", profile="a") for _ in range(2))
    is_equal((len(first.calls), len(second.calls)), (1, 1), "keys for 10 minutes are fetched each time")
    fresh(world, role() + STATIC)
    os.mkdir(world.path(".aws", "cli"))
    with open(world.path(CACHE), "w", encoding="utf-8"):
        pass                        # a file where the directory would be: root, too, cannot write into it
    ours = world.probe("assume-role", "-c", profile="a")
    is_equal(ours.keys and ours.keys[0], "ASIAROLE", "a cache that cannot be written is as none", ours.error)


def aws_cli(world, *arguments, version):
    """Its output, by the first AWS CLI in PATH of that version; None without one."""
    for directory in [*os.environ["PATH"].split(":"), "/usr/bin"]:
        path = shutil.which("aws", path=directory)
        if path is None:
            continue
        said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
        number = tuple(int(part) for part in said.partition("/")[2].split(" ")[0].split(".")[:2]) if said else (0,)
        if number >= version and number[0] == version[0]:
            env = {name: value for name, value in world.environment().items() if value is not None}
            run = subprocess.run([path, *arguments], env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            return run.stdout + run.stderr
    return None


def check_aws_cli(world):
    """The programs themselves, where they are there."""
    caller = '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn</Arn><UserId>u</UserId>' \
        '<Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>'
    fresh(world, role() + STATIC)
    world.aws.reply(lambda r: r.form.get("Action") == "GetCallerIdentity", headers=XML, body=caller)
    if aws_cli(world, "--version", version=(1, 29)) is None:
        ok(True, "no AWS CLI 1 that can be sent to this server: not tried")
    else:
        world.aws.take()
        said = aws_cli(world, "sts", "get-caller-identity", "--profile", "a", version=(1, 29))
        is_equal(len(world.aws.take()), 2, "the AWS CLI 1 asks for the role", said)
        ours = world.probe("assume-role", "-c", profile="a")
        is_equal((ours.keys and ours.keys[0], ours.calls), ("ASIAROLE", []), "we use what it left", world.entries())
        shutil.rmtree(world.path(CACHE))
        world.probe("assume-role", "-c", profile="a")
        said = aws_cli(world, "sts", "get-caller-identity", "--profile", "a", version=(1, 29))
        taken = world.aws.take()
        is_equal([r.form["Action"] for r in taken], ["GetCallerIdentity"], "it uses what we left", said)
    fresh(world, role(more=MFA) + STATIC)
    world.probe("assume-role", "-c", profile="a", code="123456")
    said = aws_cli(world, "configure", "export-credentials", "--profile", "a", version=(2, 9))
    ok(said is None or '"AccessKeyId": "ASIAROLE"' in said, "the AWS CLI 2, where there is one, uses what we left",
       said)
    is_equal(len(world.aws.take()), 0, "and asks nobody")


def check_two(world):
    """Two at once ask once."""
    all_four = rivals(world, 4)
    fresh(world, role(more=MFA) + STATIC, before=all_four)
    probes = [world.start("assume-role", "-c", profile="a", code="123456") for _ in range(4)]
    outcomes = [world.finish(probe) for probe in probes]
    is_equal(([outcome.keys and outcome.keys[0] for outcome in outcomes], all_four.met), (["ASIAROLE"] * 4, True),
             "four at once have keys")
    is_equal((sum(len(o.calls) for o in outcomes), sum(len(o.prompts) for o in outcomes)), (1, 1),
             "after one question and one call")
    all_four = rivals(world, 4)
    fresh(world, role("a", "b", MFA) + role("b", "s", MFA, ARN + "b") + STATIC, before=all_four)
    probes = [world.start("assume-role", "-c", profile=name, code="123456") for name in "abab"]
    outcomes = [world.finish(probe) for probe in probes]
    is_equal((sum(bool(o.keys) for o in outcomes), sum(len(o.calls) for o in outcomes),
              sum(len(o.prompts) for o in outcomes), all_four.met), (4, 2, 2, True), "the same along a chain")
    killed = threading.Event()
    fresh(world, role("a", more=MFA) + STATIC, before=killed.wait)
    first = world.start("assume-role", "-c", profile="a", code="123456")
    wait_for(lambda: world.aws.requests)
    first.kill()
    first.communicate()
    killed.set()
    is_equal(world.entries(), [], "killed while it waits for STS, a process leaves nothing")
    fresh_replies(world)
    ours = world.probe("assume-role", "-c", profile="a", code="123456")
    is_equal(ours.keys and ours.keys[0], "ASIAROLE", "and no lock")


def fresh_replies(world):
    world.aws.reset()
    play(world)


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)


def check_failure(world):
    """A first process that fails leaves it to the next."""
    world.forget()
    world.write(role(more=MFA) + STATIC)
    both = rivals(world, 2)
    world.aws.reply("POST /", 403, headers=XML, body=lambda _: (both(), "<E><Error><Code>AccessDenied</Code><Message>"
                    "bad code</Message></Error></E>")[1])
    world.aws.reply("POST /", headers=XML, body=sts_document("AssumeRole", keys("ASIAROLE", "canary", "canary-t")))
    probes = [world.start("assume-role", "-c", profile="a", code="123456") for _ in range(2)]
    outcomes = [world.finish(probe) for probe in probes]
    is_equal((sorted(bool(o.keys) for o in outcomes), both.met), ([False, True], True), "one is refused, the one behind it asks again",
             *[o.error for o in outcomes])
    is_equal(len(world.entries()), 1, "a refusal is not kept")


def main():
    with FakeAWS() as aws:
        world = World(aws)
        try:
            for check in (check_botocore, check_kinds, check_old, check_aws_cli, check_two, check_failure):
                check(world)
        finally:
            world.close()
        ok(not any("canary" in said for said in world.said), "no message, reason or origin has a secret in it",
           *[said for said in world.said if "canary" in said][:3])
    done()


main()
