"""ssm-describe-sessions --mine: who the keys belong to is asked once, and goes into the request as it was told."""
import json
import os
import subprocess
import tempfile

from fake_aws import FakeAWS
from tap import done, is_equal, ok

TOOL = os.path.join(os.path.abspath(os.environ.get("BUILD_DIR", ".")), "ssm-describe-sessions")
USUAL = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-key",
         "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
ROLE = "arn:aws:sts::123456789012:assumed-role/Admin/anna,b=c@example.com"
QUOTED = "arn:aws:iam::123456789012:user/a\"b\\c'd/anna"


def identity(arn):
    return {"GetCallerIdentityResponse": {"GetCallerIdentityResult": {"Account": "1", "Arn": arn, "UserId": "u"},
                                          "ResponseMetadata": {"RequestId": "r"}}}


def asks_who(request):
    return b"Action=GetCallerIdentity" in (request.body if isinstance(request.body, bytes) else request.body.encode())


def run(aws, *arguments):
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run([TOOL, "--mine", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, check=False, env={**USUAL, "HOME": home, "AWS_ENDPOINT_URL": aws.url}, cwd=home)


def prepare(aws, arn, pages):
    aws.reset()
    aws.reply(asks_who, body=identity(arn))
    for token, page in pages.items():
        aws.reply(lambda r, token=token: not asks_who(r) and json.loads(r.body).get("NextToken") == token, body=page)


def asked(aws):
    """How often who one is, and what each page was asked with."""
    return (sum(asks_who(request) for request in aws.requests),
            [json.loads(request.body) for request in aws.requests if not asks_who(request)])


def check_filter(aws):
    own = {"State": "Active", "Filters": [{"key": "Owner", "value": ROLE}]}
    prepare(aws, ROLE, {None: {"Sessions": [], "NextToken": "t"}, "t": {"Sessions": []}})
    got = run(aws)
    is_equal((got.returncode, len(got.stdout.splitlines()), got.stderr), (0, 2, ""), "two pages of one's own", got)
    is_equal(asked(aws), (1, [own, {**own, "NextToken": "t"}]), "of the active ones, by the ARN; it is asked for once")
    prepare(aws, QUOTED, {None: {"Sessions": []}})
    got = run(aws, "--state", "History", "--filters", "key=Target,value=i-1")
    is_equal((got.returncode, asked(aws)[1]), (0, [{"State": "History", "Filters": [
        {"key": "Target", "value": "i-1"}, {"key": "Owner", "value": QUOTED}]}]),
             "behind the filters that were given, whatever is in the ARN", got)


def check_failures(aws):
    for arn, what in ("", "an empty one"), ("a\nb", "a line's end"), (None, "none"), ("é", "what no ARN has"):
        prepare(aws, arn, {None: {"Sessions": []}})
        got = run(aws)
        is_equal((got.returncode, got.stdout, len(got.stderr.splitlines()), asked(aws)[1]), (255, "", 1, []),
                 f"{what} for an ARN: 255, and no sessions are asked for", got)
    aws.reset()
    aws.reply(asks_who, status=403, body={"Error": {"Code": "AccessDenied", "Message": "no"}, "RequestId": "r"})
    got = run(aws, "--errors", "inline")
    ok(got.returncode == 254 and got.stdout == "" and got.stderr.startswith("ssm-call: AccessDenied: no"),
       "a refusal is told, and ends it", got)
    is_equal(asked(aws), (1, []), "with nothing asked behind it")


def main():
    aws = FakeAWS()
    try:
        check_filter(aws)
        check_failures(aws)
    finally:
        aws.stop()
    done()


main()
