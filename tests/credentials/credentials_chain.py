"""The chain of ssm-credentials against botocore's: the same environment and files must give the same keys,
from the same source, or the same error; and what ssm-sign finds by itself must be a part of it.

Generated combinations of every source; STS, the SSO portal, the container agent and the metadata service
are played by fake_aws. CASES sets how many at least (600), more come until every source has had its turn;
SEED repeats a run.
"""
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

HOME = tempfile.mkdtemp(prefix="chain.") if "CHAIN_HOME" not in os.environ else os.environ["CHAIN_HOME"]
os.environ["CHAIN_HOME"] = os.environ["HOME"] = HOME      # botocore looks at HOME as it is imported

import find_botocore
from fake_aws import JSON, XML, FakeAWS, keys, play_imds, sso_document, sts_document, when
from tap import done, ok, skip_all

if not find_botocore.NEW:
    shutil.rmtree(HOME)
    skip_all(f"botocore {find_botocore.VERSION} is too old")

import botocore.credentials
import botocore.exceptions
import botocore.session

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
CASES = int(os.environ.get("CASES", 600))
SEED = int(os.environ.get("SEED", random.randrange(1 << 30)))
BLOCK = 50
REQUEST = json.dumps({"method": "GET", "url": "https://a.example/", "service": "s", "region": "r"})
LOCAL = ("env", "shared-credentials-file", "custom-process", "config-file")
EVERY = {*LOCAL, None, "assume-role", "assume-role-with-web-identity", "sso", "container-role", "iam-role",
         "elsewhere"}
PREFIX = "Unable to retrieve credentials: "

ENVIRONMENTS = [
    {},
    {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "env/secret+"},
    {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "env/secret+", "AWS_SESSION_TOKEN": "env-token=="},
    {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SECURITY_TOKEN": "old",
     "AWS_SESSION_TOKEN": "new", "AWS_ACCOUNT_ID": "111122223333"},
    {"AWS_ACCESS_KEY_ID": "AKIDENV"},
    {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "s"},
    {"AWS_SECRET_ACCESS_KEY": "s", "AWS_SECURITY_TOKEN": "t"},
    {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CREDENTIAL_EXPIRATION": when(-60)},
    {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CREDENTIAL_EXPIRATION": when(300)},
    {"AWS_WEB_IDENTITY_TOKEN_FILE": f"{HOME}/token", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/env"},
    {"AWS_WEB_IDENTITY_TOKEN_FILE": ""},
]
SELECTIONS = [(None, {}), (None, {"AWS_PROFILE": "dev"}), ("dev", {}), (None, {"AWS_PROFILE": "default"}),
              ("nope", {}), (None, {"AWS_PROFILE": "two words"})]
STATIC = "aws_access_key_id = AKID{file}{section}\naws_secret_access_key = secret-{section}\n"
PROCESS = "credential_process = {home}/helper {mode}\n"
ROLE = "role_arn = arn:aws:iam::111122223333:role/r\n"
CREDENTIALS = [
    None, "", STATIC, STATIC + "aws_session_token = file-token==\naws_account_id = 444455556666\n",
    STATIC + "aws_security_token = old\naws_session_token = new\n", "aws_access_key_id = AKIDHALF\n",
    "aws_secret_access_key = alone\n", PROCESS.replace("{mode}", "good"), STATIC + ROLE,
]
CONFIGS = [
    None, "", "region = eu-west-1\n", STATIC, "aws_access_key_id = AKIDHALF\n", "aws_secret_access_key = alone\n",
    STATIC + PROCESS.replace("{mode}", "good"), STATIC + ROLE, ROLE + "source_profile = base\n",
    ROLE + "source_profile = runs\nexternal_id = x y\n", ROLE + "source_profile = nobody\n",
    ROLE + "source_profile = empty\n", ROLE + "source_profile = base\ncredential_source = Environment\n",
    ROLE + "credential_source = Environment\n", ROLE + "credential_source = EcsContainer\n",
    ROLE + "credential_source = environment\n", ROLE + "source_profile = loop\n",
    ROLE + "web_identity_token_file = {home}/token\n", "web_identity_token_file = {home}/token\n",
    ROLE + "web_identity_token_file =\n", STATIC + "web_identity_token_file = {home}/token\n",
    "sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = ops\n",
    "sso_account_id = 111122223333\nsso_region = us-east-1\n", STATIC + "sso_role_name = ops\n",
    "sso_session = nope\nsso_account_id = 111122223333\nsso_role_name = ops\n",
]
if hasattr(botocore.credentials, "LoginProvider"):
    CONFIGS.append("login_session = arn:aws:sts::111122223333:assumed-role/Admin/admin\n")
CONFIGS += [PROCESS.replace("{mode}", mode) for mode in ("good", "token", "fails", "quiet", "version", "text", "lacks",
                                                  "expired", "soon")]
COMMON = """
[profile base]
aws_access_key_id = AKIDBASE
aws_secret_access_key = base
[profile runs]
credential_process = {home}/helper good
[profile empty]
region = us-west-2
[profile loop]
role_arn = arn:aws:iam::111122223333:role/l
source_profile = loop2
[profile loop2]
role_arn = arn:aws:iam::111122223333:role/l
source_profile = loop
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = us-east-1
"""
HELPER = """#!/bin/sh
doc() { printf '{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"process/secret"%s}' "$1"; }
case $1 in
good) doc ; echo noise >&2 ;;
token) doc ',"SessionToken":"process-token","AccountId":"777788889999"' ;;
fails) echo "helper: no keys today" >&2; exit 3 ;;
quiet) kill -9 $$ ;;
version) echo '{"Version":2,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"x"}' ;;
text) echo '{"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"x"}' ;;
lacks) echo '{"Version":1,"AccessKeyId":"AKIDPROCESS"}' ;;
expired) doc ',"Expiration":"2001-01-01T00:00:00Z"' ;;
soon) doc ',"Expiration":"2199-01-01T00:00:00Z"' ;;
esac
"""
FAKE_TOOL = """#!/bin/sh
echo '{"Version":1,"AccessKeyId":"AKIDELSEWHERE","SecretAccessKey":"x"}'
"""


def write(path, text, mode=0o600):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def prepare():
    write(f"{HOME}/helper", HELPER, 0o755)
    write(f"{HOME}/token", "web-identity-token\n")
    write(f"{HOME}/.aws/sso/cache/{hashlib.sha1(b'corp').hexdigest()}.json", json.dumps({
        "startUrl": "https://corp.example/start", "region": "us-east-1", "accessToken": "sso-token",
        "expiresAt": when(7200)}))
    os.makedirs(f"{HOME}/bin")
    with open(os.path.join(BUILD_DIR, "ssm-sign"), "rb") as tool:
        binary = tool.read()
    with open(f"{HOME}/bin/ssm-sign", "wb") as copy:
        copy.write(binary)
    os.chmod(f"{HOME}/bin/ssm-sign", 0o755)
    write(f"{HOME}/bin/ssm-credentials", FAKE_TOOL, 0o755)


def play(aws):
    def sts(request):
        action = request.form["Action"]
        return sts_document(action, keys("ASIAWEB" if "Web" in action else "ASIAROLE"))

    aws.reply("POST /", headers=XML, body=sts)
    aws.reply("GET /federation/credentials", headers=JSON, body=lambda _: sso_document(keys("ASIASSO")))
    aws.reply("GET /v2/credentials", headers=JSON, body=lambda _: keys("ASIACONTAINER"))
    play_imds(aws, keys("ASIAIMDS"))


def file_of(template, file, headers):
    """The same properties in the default profile and in two others."""
    if template is None:
        return None
    return "".join(f"[{header}]\n" + template.format(file=file, section=section, home=HOME)
                   for section, header in zip(("DEFAULT", "DEV", "WORDS"), headers))


class Case:
    def __init__(self, rng, aws):
        self.profile, chosen = rng.choice(SELECTIONS)
        config = file_of(rng.choice(CONFIGS), "CONFIG", ("default", "profile dev", 'profile "two words"'))
        credentials = file_of(rng.choice(CREDENTIALS), "FILE", ("default", "dev", "two words"))
        self.files = {"config": COMMON.format(home=HOME) + config if config is not None else None,
                      "credentials": credentials}
        self.environment = {
            "HOME": HOME, "PATH": "/usr/bin:/bin", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": f"{HOME}/config", "AWS_SHARED_CREDENTIALS_FILE": f"{HOME}/credentials",
            "AWS_ENDPOINT_URL": aws.url, "AWS_EC2_METADATA_SERVICE_ENDPOINT": aws.url + "/",
            **(rng.choice(ENVIRONMENTS) if rng.random() < .6 else {}), **chosen,
            **rng.choice([{"AWS_EC2_METADATA_DISABLED": "true"}, {"AWS_EC2_METADATA_DISABLED": "TRUE"}, {},
                          {"AWS_CONTAINER_CREDENTIALS_FULL_URI": aws.url + "/v2/credentials"}])}

    def write_files(self):
        for name, text in self.files.items():
            path = f"{HOME}/{name}"
            if text is not None:
                write(path, text)
            elif os.path.exists(path):
                os.unlink(path)

    def __str__(self):
        settings = {name: value for name, value in self.environment.items() if name not in ("HOME", "PATH")}
        return f"--profile {self.profile} {settings}\n" + "\n".join(f"{n}:\n{t}" for n, t in self.files.items())


@contextlib.contextmanager
def environment_of(case):
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(case.environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def botocores(case):
    """(source, keys or error text)."""
    found = None
    with environment_of(case):
        try:
            found = botocore.session.Session(profile=case.profile).get_credentials()
            if found is None:
                return None, "no credentials found"
            frozen = found.get_frozen_credentials()
            return found.method, (frozen.access_key, frozen.secret_key, frozen.token)
        except botocore.exceptions.MissingDependencyException:
            return "login", "Error loading login session token"
        except (botocore.exceptions.BotoCoreError, RuntimeError) as error:
            if "SSO token provider" in str(error):      # its STS client's complaint: keys were there
                return found.method, None
            return found.method if found else source_of(str(error), case), " ".join(str(error).split())


def source_of(text, case):
    """The local source that an error speaks of, if it does; the profile's absence is told by all."""
    if case.profile and "found in env" in text:     # it was a role's credential_source
        return "elsewhere"
    if text.startswith("The config profile"):
        return LOCAL[0]
    return next((name for name in LOCAL if re.search(rf"(found in|from) {name}\b", text)), "elsewhere")


def run(arguments, case, stdin=""):
    return subprocess.run(arguments, input=stdin, capture_output=True, text=True, env=case.environment, timeout=30,
                          check=False)


def ours(case):
    option = ["--profile", case.profile] if case.profile else []
    got = run([os.path.join(BUILD_DIR, "ssm-credentials"), "--no-cache", "--format", "json", *option], case)
    if got.returncode == 0:
        document = json.loads(got.stdout)
        return (document["AccessKeyId"], document["SecretAccessKey"], document.get("SessionToken"))
    last = got.stderr.splitlines()[-1].removeprefix("ssm-credentials: ").removeprefix(PREFIX)
    return " ".join(last.replace("\\n", " ").split()) if got.returncode == 253 else (got.returncode, got.stderr)


def signers(case):
    """What ssm-sign makes of it: the key id that it signs with, or its error."""
    option = ["--profile", case.profile] if case.profile else []
    got = run([f"{HOME}/bin/ssm-sign", *option], case, REQUEST)
    if got.returncode == 0:
        return re.search(r"Credential=(\w+)/", got.stdout).group(1)
    return " ".join(got.stderr.removeprefix("ssm-sign: ").replace("\\n", " ").split())


def same(expected, got):
    if expected is None:
        return True
    if isinstance(expected, tuple) or isinstance(got, tuple):
        return expected == got
    if expected.endswith("from custom-process:"):         # botocore has nothing to say of a silent helper
        return got.startswith(expected)
    return got.startswith(expected.removesuffix("."))


def sign_expectation(case, source, expected):
    metadata = case.environment.get("AWS_EC2_METADATA_DISABLED", "").lower() != "true"
    if source is None:
        return "AKIDELSEWHERE" if metadata else "Unable to locate credentials"
    if source not in LOCAL:
        return "AKIDELSEWHERE"
    return expected[0] if isinstance(expected, tuple) else expected


def compare(case):
    """What differs, as lines."""
    case.write_files()
    source, expected = botocores(case)
    got, signed = ours(case), signers(case)
    wanted = sign_expectation(case, source, expected)
    wrong = []
    if not same(expected, got):
        wrong += [f"botocore ({source}): {expected}", f"ssm-credentials: {got}"]
    if not same(wanted, signed):
        wrong += [f"expected ({source}): {wanted}", f"ssm-sign: {signed}"]
    return source, wrong + [str(case)] if wrong else []


def main():
    prepare()
    rng, seen = random.Random(SEED), {}
    print(f"# SEED={SEED}")
    with FakeAWS() as aws:
        play(aws)
        block = 0
        while block < CASES or (EVERY - set(seen) and block < 10 * CASES):
            wrong = []
            for _ in range(BLOCK):
                source, lines = compare(Case(rng, aws))
                seen[source] = seen.get(source, 0) + 1
                wrong += lines
            ok(not wrong, f"combinations {block + 1} to {block + BLOCK}", *wrong[:20])
            block += BLOCK
    ok(EVERY <= set(seen), "every source had its turn", seen)
    print(f"# {seen}")
    shutil.rmtree(HOME)
    done()


if __name__ == "__main__":
    sys.exit(main())
