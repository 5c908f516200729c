"""The request for a WebSocket as ssm-sign signs it, against botocore, which is handed what the official client signs: the path as
it is sent, the query taken apart as a form."""
import os
import shutil
import subprocess
import tempfile
import urllib.parse

from tap import done, is_equal, ok, skip_all

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
except ImportError as reason:
    skip_all(f"botocore cannot be imported: {reason}")

BUILD_DIR = os.environ.get("BUILD_DIR", ".")
HOST = "ssmmessages.eu-west-1.amazonaws.com"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
SESSION = {**KEYS, "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjE+/token=="}


def probe(home, target, env, *more, host=HOST, scheme="https"):
    run = subprocess.run([os.path.join(home, "probe"), scheme, host, target, "eu-west-1", *more], capture_output=True, text=True,
                         timeout=60, check=False, env={"HOME": home, "AWS_EC2_METADATA_DISABLED": "true", "PATH": "/usr/bin:/bin",
                                                       **env})
    return run.stdout.splitlines() + run.stderr.splitlines()


def authorization(target, env, date, host, scheme):
    """What botocore signs."""
    path, _, query = target.partition("?")
    keys = botocore.credentials.Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SESSION_TOKEN"))
    request = botocore.awsrequest.AWSRequest("GET", f"{scheme}://{host}{path}", params=urllib.parse.parse_qsl(
        query, keep_blank_values=True))
    auth = botocore.auth.SigV4Auth(keys, "ssmmessages", "eu-west-1")
    request.context["timestamp"] = date
    request.headers["X-Amz-Date"] = date
    if keys.token:
        request.headers["X-Amz-Security-Token"] = keys.token
    text = auth.string_to_sign(request, auth.canonical_request(request))
    auth._inject_signature_to_request(request, auth.signature(text, request))    # pylint: disable=protected-access
    return request.headers["Authorization"]


def signatures(home):
    targets = [f"/v1/data-channel/{name}?role=publish_subscribe&cell-number={cell}"
               for name in ("user-0123456789abcdef0", "a@example.com-0123456789abcdef0", "a+b=c,d-0123", "A.b_c~d-0123", "x%40y-0123")
               for cell in ("AAEAAU+b/c==", "plain", "+/+/==", "a%2Bb%2fc%3d%3D", "")]
    targets += ["/v1/data-channel/id", "/v1/data-channel/id?", "/v1/data-channel/id?role=publish_subscribe", "/v1/data-channel/id?b=2&a=1&a=0"]
    wrong = []
    for env in KEYS, SESSION:
        for target in targets:
            got = probe(home, target, env)
            date = next((line.split()[1] for line in got if line.startswith("x-amz-date: ")), "")
            token = [f"x-amz-security-token: {SESSION['AWS_SESSION_TOKEN']}"] if env is SESSION else []
            want = ["presigned 0", "signed", "authorization: " + authorization(target, env, date, HOST, "https"),
                    f"x-amz-date: {date}", *token]
            wrong += [(target, got, want)] if got != want else []
    ok(not wrong, f"{2 * len(targets)} requests are signed as botocore signs them", *wrong[:2])
    got = probe(home, targets[0], KEYS, host="127.0.0.1:8443", scheme="http")
    date = got[3].split()[1]
    is_equal(got[2], "authorization: " + authorization(targets[0], KEYS, date, "127.0.0.1:8443", "http"), "a host with its port")


def keys(home):
    target = "/v1/data-channel/id?role=x"
    is_equal(probe(home, target, {}), ["presigned 0", "no keys", '4 NoCredentialsError: Unable to locate credentials. You can '
                                       'configure credentials by running "aws configure". ssm-credentials tells what was tried.'],
             "no keys are configured")
    is_equal(probe(home, target, {"AWS_ACCESS_KEY_ID": "AKID"}), ["presigned 0", "failed", "4 PartialCredentialsError: Partial "
             "credentials found in env, missing: AWS_SECRET_ACCESS_KEY"], "half a key")
    with open(os.path.join(home, "credentials"), "w", encoding="ascii") as file:
        file.write("[p]\naws_access_key_id=AKIDOFPROFILE\naws_secret_access_key=x\n")
    env = {"AWS_SHARED_CREDENTIALS_FILE": os.path.join(home, "credentials")}
    got = probe(home, target, env, "p")
    ok(got[1] == "signed" and "Credential=AKIDOFPROFILE/" in got[2] and "/eu-west-1/ssmmessages/" in got[2], "a profile's keys", got)
    got = probe(home, target, env, "q")
    ok(got[1] == "failed" and got[2].startswith("4 ProfileNotFound: "), "a profile that is none", got)
    os.rename(os.path.join(home, "ssm-sign"), os.path.join(home, "away"))
    is_equal(probe(home, target, KEYS), ["presigned 0", "failed", "6 PipelineError: cannot start ssm-sign: No such file or directory"],
             "ssm-sign is not there")
    with open(os.path.join(home, "ssm-sign"), "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nkill -9 $$\n")
    os.chmod(os.path.join(home, "ssm-sign"), 0o755)
    is_equal(probe(home, target, KEYS), ["presigned 0", "failed", "6 PipelineError: ssm-sign was ended by signal 9 (Killed)"],
             "ssm-sign is killed")


def presigned(home):
    for target, is_it in (("/v1/data-channel/id?role=x&X-Amz-Signature=0", 1), ("/v1/data-channel/id?X-Amz-Algorithm=AWS4&role=x", 1),
                          ("/v1/data-channel/id?x-amz-security-token=t", 1), ("/v1/data-channel/id?role=X-Amz-Signature", 0)):
        is_equal(probe(home, target, {})[0], f"presigned {is_it}", f"{target} is {'' if is_it else 'not '}presigned")


def main():
    with tempfile.TemporaryDirectory() as home:
        shutil.copy(os.path.join(BUILD_DIR, "tests/session/upgrade_request_probe"), os.path.join(home, "probe"))
        for tool in "ssm-sign", "ssm-credentials":
            shutil.copy(os.path.join(BUILD_DIR, tool), os.path.join(home, tool))
        signatures(home)
        presigned(home)
        keys(home)
    done()


main()
