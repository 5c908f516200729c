"""What ssm-credentials prints and asks: its formats and its guard against endless credential_process beside
the AWS CLI's export-credentials, the question for an MFA code at a terminal, and no secret anywhere else.
"""
import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import tempfile
import termios
import time

from aws_cli import Aws, look_for_aws
from fake_aws import XML, FakeAWS, keys, sts_document, when
from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TOOL = os.path.join(BUILD_DIR, "ssm-credentials")
MARK = "CANARY0SECRET0"
TIOCGPTPEER = 0x5441         # a terminal's other end, from its master
FORMATS = ("process", "env", "env-no-export")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
CONFIG = """[profile static]
aws_access_key_id = AKIDSTATIC
aws_secret_access_key = s
[profile told]
credential_process = sh tell-chain
[profile one]
credential_process = ssm-credentials --profile two
[profile two]
credential_process = ssm-credentials --profile three
[profile three]
credential_process = ssm-credentials --profile static
[profile four]
credential_process = ssm-credentials --profile one
[profile round]
credential_process = ssm-credentials --profile trip
[profile trip]
credential_process = ssm-credentials --profile round
[profile self]
credential_process = ssm-credentials --profile self
[profile mfa]
role_arn = arn:aws:iam::111122223333:role/r
source_profile = static
mfa_serial = arn:aws:iam::111122223333:mfa/me
"""


TELL_CHAIN = """chain=$(printf %s "$_AWS_CLI_PROFILE_CHAIN" | tr '"' "'")
printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"s"}' "$chain"
"""


def environment(**more):
    return {"PATH": f"{BUILD_DIR}:/usr/bin:/bin", "HOME": os.getcwd(), "AWS_CONFIG_FILE": "config",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1", **more}


def run(*arguments, **more):
    return subprocess.run(arguments, capture_output=True, text=True, env=environment(**more), timeout=60, check=False)


def find_export():
    """The AWS CLI's command, if it has it, in a process that stays: a start needs a second."""
    found = look_for_aws()
    if found is None or run(found[0], "configure", "export-credentials", **KEYS).returncode != 0:
        return None
    return Aws(found[1], "export-credentials", "configure")


def export(aws, *arguments, **more):
    code, out, err = aws.run(arguments, environment(**more), os.getcwd())
    return subprocess.CompletedProcess(arguments, code, out.decode(), err)


def check_formats(aws):
    cases = [("keys alone", {}), ("with a token", {"AWS_SESSION_TOKEN": "AQoDYXdzEPT//////////wEXAMPLE=="}),
             ("with an end", {"AWS_SESSION_TOKEN": "t", "AWS_CREDENTIAL_EXPIRATION": "2099-01-02T03:04:05Z"}),
             ("with an end and no token", {"AWS_CREDENTIAL_EXPIRATION": "2099-01-02T03:04:05+00:00"})]
    for title, more in cases:
        for form in FORMATS:
            theirs = export(aws, "--format", form, **KEYS, **more)
            mine = run(TOOL, "--format", form, **KEYS, **more)
            is_equal((mine.stdout, mine.returncode), (theirs.stdout, theirs.returncode), f"format {form}, {title}")


def check_guard(aws):
    for chain in "", "a", "a,b,c", "a,b,c,d", "a,b,c,d,e", "static", "x,static", "a,,b", "a,b,", ",,,":
        theirs = export(aws, "--profile", "static", _AWS_CLI_PROFILE_CHAIN=chain)
        mine = run(TOOL, "--profile", "static", _AWS_CLI_PROFILE_CHAIN=chain)
        is_equal((mine.stdout, mine.returncode, mine.stderr.removeprefix("ssm-credentials: ").strip()),
                 (theirs.stdout, theirs.returncode, theirs.stderr.strip().replace("\n", "\\n")),
                 f"after the profiles {chain!r}")
    for chain in "", "x", "x,y":
        theirs = export(aws, "--profile", "told", _AWS_CLI_PROFILE_CHAIN=chain)
        mine = run(TOOL, "--profile", "told", _AWS_CLI_PROFILE_CHAIN=chain)
        ok((mine.stdout, mine.returncode) == (theirs.stdout, 0) and "told" in mine.stdout,
           f"what a process is told, after {chain!r}", mine.stdout, mine.stderr, theirs.stdout)


def check_nesting():
    got = run(TOOL, "--profile", "one", "--format", "env")
    is_equal((got.stdout, got.stderr), ("export AWS_ACCESS_KEY_ID=AKIDSTATIC\nexport AWS_SECRET_ACCESS_KEY=s\n", ""),
             "a process within a process within a process")
    for profile, text in (("four", r"Maximum recursive .* \(4\)\.\\nProfiles seen: four -> one -> two -> three"),
                          ("round", "detected an infinite loop, profile cycle: round -> trip -> round"),
                          ("self", "detected an infinite loop, profile cycle: self -> self")):
        got = run(TOOL, "--profile", profile)
        ok(got.returncode == 253 and re.search(text, got.stderr) and got.stdout == "", f"profile {profile}", got.stderr)


class Terminal:
    """ssm-credentials with a terminal of its own, its output in a file unless it goes there too."""

    def __init__(self, *arguments, aws, output="out"):
        self.text, self.echo_while_asked = b"", None
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            if output:
                os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
            os.execve(TOOL, [TOOL, *arguments], environment(AWS_ENDPOINT_URL=aws.url))

    def echoes(self):
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def read(self, until=None):
        end = time.monotonic() + 20
        while until is None or until not in self.text:
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                break
            try:
                data = os.read(self.terminal, 4096)
            except OSError:         # the other end was closed
                break
            if not data:
                break
            self.text += data
        return self.text.decode()

    def type(self, text):
        os.write(self.terminal, text.encode())

    def end(self):
        self.read()
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(status)


PROMPT = "Enter MFA code for arn:aws:iam::111122223333:mfa/me: "


def check_prompt(aws):
    run_ = Terminal("--profile", "mfa", "--no-cache", aws=aws)
    asked = run_.read(PROMPT.encode())
    ok(asked.endswith(PROMPT) and not run_.echoes(), "an MFA code is asked for, without echo", asked)
    run_.type("123456\n")
    code, text = run_.end(), run_.text.decode()
    is_equal((code, text.replace("\r\n", "\n")), (0, PROMPT + "\n"), "what is typed does not show")
    is_equal([r.form.get("TokenCode") for r in aws.take()], ["123456"], "and is sent")
    with open("out", encoding="utf-8") as out:
        is_equal(json.load(out)["AccessKeyId"], "ASIAROLE", "the keys go to standard output")
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT:
        run_ = Terminal("--profile", "mfa", "--no-cache", aws=aws)
        run_.read(PROMPT.encode())
        silent = not run_.echoes()
        slave = fcntl.ioctl(run_.terminal, TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY)
        os.kill(run_.pid, number)
        code = os.waitstatus_to_exitcode(os.waitpid(run_.pid, 0)[1])
        echoes = bool(termios.tcgetattr(slave)[3] & termios.ECHO)
        os.close(slave)
        os.close(run_.terminal)
        is_equal((silent, code, echoes), (True, -number, True), f"{number.name} leaves the terminal as it was")
    run_ = Terminal("--profile", "mfa", "--no-cache", aws=aws)
    run_.read(PROMPT.encode())
    run_.type("\n")
    ok(run_.end() == 253, "no code is no keys")
    got = subprocess.run([TOOL, "--profile", "mfa", "--no-cache"], capture_output=True, text=True, check=False,
                         start_new_session=True, env=environment(AWS_ENDPOINT_URL=aws.url), timeout=20)
    ok(got.returncode == 253 and "there is no terminal to ask at" in got.stderr, "nor is there without a terminal", got.stderr)
    got = run(TOOL, "--profile", "mfa", "--no-cache", "--no-prompt", AWS_ENDPOINT_URL=aws.url)
    is_equal((got.returncode, got.stderr), (253, "ssm-credentials: Unable to retrieve credentials: Cannot refresh "
             "credentials: MFA token required.\n"), "--no-prompt asks nobody")


def check_mask(aws):
    more = {"aws_access_key_id": "AKIDMASK", "aws_secret_access_key": MARK, "aws_session_token": MARK}
    with open("config.mask", "w", encoding="utf-8") as file:
        file.write("[default]\n" + "".join(f"{name} = {text}\n" for name, text in more.items()))
    os.rename("config", "config.kept")
    os.rename("config.mask", "config")
    for form in *FORMATS, "fish", "json":
        run_ = Terminal("--format", form, aws=aws, output=None)
        text = run_.read()
        ok(run_.end() == 0 and MARK not in text and text.count("*" * 16) == 2 and "AKIDMASK" in text,
           f"on a terminal {form} shows no secret", text)
        run_ = Terminal("--format", form, "--show-secrets", aws=aws, output=None)
        text = run_.read()
        ok(run_.end() == 0 and text.count(MARK) == 2, f"but with --show-secrets {form} does", text)
    os.rename("config.kept", "config")


def check_canary(aws):
    """--explain, --verbose and every failure, with a secret in every source."""
    aws.reply("GET /keys", body=keys("ASIAAGENT", MARK, MARK))
    aws.reply("GET /half", body={"AccessKeyId": "A", "SecretAccessKey": MARK})
    aws.reply("GET /text", body=MARK)
    document = json.dumps({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": MARK, "SessionToken": MARK})
    env = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": MARK, "AWS_SESSION_TOKEN": MARK}
    cases = [("keys of the environment", env, 0), ("a token with a blank", {**env, "AWS_SESSION_TOKEN": MARK + " x"}, 253),
             ("keys that have ended", {**env, "AWS_CREDENTIAL_EXPIRATION": when(-10)}, 253),
             ("an agent's keys", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": aws.url + "/keys",
                                  "AWS_CONTAINER_AUTHORIZATION_TOKEN": MARK}, 0),
             ("half an agent's keys", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": aws.url + "/half"}, 253)]
    for title, body, code in (("a process", document, 0), ("a process that is cut", document[:-20], 253),
                              ("a process of version 2", document.replace(": 1,", ": 2,"), 253),
                              ("a process that prints another thing", MARK, 253),
                              ("a process that prints two", document * 2, 253)):
        name = f"process.{len(cases)}"
        with open(name, "w", encoding="utf-8") as file:
            file.write(body)
        with open(name + ".config", "w", encoding="utf-8") as file:
            file.write(f"[default]\ncredential_process = cat {name}\n")
        cases.append((title, {"AWS_CONFIG_FILE": name + ".config"}, code))
    for title, more, code in cases:
        for options in ["--explain"], ["--explain", "-v"], ["--explain", "--error-format=json"]:
            got = run(TOOL, *options, **more)
            ok(got.returncode == code and MARK not in got.stdout + got.stderr, f"{title} ({' '.join(options)})",
               got.returncode, got.stdout, got.stderr)
        got = run(TOOL, "-v", **more)
        ok(got.returncode == code and MARK not in got.stderr and (code == 0) == (MARK in got.stdout),
           f"{title} (-v)", got.stdout, got.stderr)


def check_shell():
    """What a shell would not take as text is not printed for one."""
    for character in "$`\"'\\;&|<>()%!*?~^#{}[]":
        for form in "env", "env-no-export", "fish":
            got = run(TOOL, "--format", form, AWS_ACCESS_KEY_ID="A", AWS_SECRET_ACCESS_KEY=f"{MARK}{character}")
            if got.returncode != 253 or got.stdout or MARK in got.stderr:
                ok(False, f"{character} in format {form}", got.stdout, got.stderr)
        got = run(TOOL, AWS_ACCESS_KEY_ID="A", AWS_SECRET_ACCESS_KEY=f"x{character}")
        if json.loads(got.stdout)["SecretAccessKey"] != f"x{character}":
            ok(False, f"{character} in a document", got.stdout)
    ok(True, "a character that means something to a shell stands in documents only")


def main():
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as directory, FakeAWS() as aws:
        os.chdir(directory)
        for name, text in ("config", CONFIG), ("tell-chain", TELL_CHAIN):
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        aws.reply("POST /", headers=XML, body=lambda _: sts_document(given=keys("ASIAROLE")))
        theirs = find_export()
        if theirs is not None:
            check_formats(theirs)
            check_guard(theirs)
            theirs.stop()
        check_nesting()
        check_prompt(aws)
        check_mask(aws)
        check_canary(aws)
        check_shell()
        os.chdir(here)
    done()


main()
