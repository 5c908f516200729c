"""ssm-sign and the keys that need the network: ssm-credentials is asked, once, and again when it is time.

A copy of ssm-sign stands beside an ssm-credentials that notes each call and says what the test wrote down
for it.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from clock import Clock
from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
MARK = "CANARY0SECRET0"
CONFIG = """[profile role]
role_arn = arn:aws:iam::111122223333:role/r
source_profile = role
[profile other]
sso_account_id = 111122223333
[profile static]
aws_access_key_id = AKIDSTATIC
aws_secret_access_key = s
"""
FAKE = """#!/bin/sh
echo "$*" >> calls
n=$(wc -l < calls)
[ -e "answer.$n" ] || n=last
. "./answer.$n"
"""


def when(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(CLOCK.now + seconds))


def document(key_id="ASIAONE", seconds=None, **more):
    expiration = {} if seconds is None else {"Expiration": when(seconds)}
    return json.dumps({"Version": 1, "AccessKeyId": key_id, "SecretAccessKey": MARK, "SessionToken": "token",
                       **expiration, **more})


def request(**more):
    return json.dumps({"method": "GET", "url": "https://a.example/", "service": "s", "region": "r", **more}) + "\n"


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def answers(*scripts):
    """What ssm-credentials does at each call; the last one goes for all that follow."""
    for name in os.listdir("."):
        if name.startswith("answer.") or name == "calls":
            os.unlink(name)
    for number, script in enumerate(scripts, 1):
        write(f"answer.{'last' if number == len(scripts) else number}", script)


def says(text):
    """An answer: the document."""
    name = f"document.{abs(hash(text))}"
    write(name, text)
    return f"cat {name}\n"


def calls():
    if not os.path.exists("calls"):
        return []
    with open("calls", encoding="utf-8") as file:
        return file.read().splitlines()


def environment(**more):
    return {"PATH": "/usr/bin:/bin", "HOME": os.getcwd(), "AWS_CONFIG_FILE": "config", **CLOCK.environment, **more}


def sign(stdin, *arguments, **more):
    return subprocess.run(["./ssm-sign", *arguments], input=stdin, capture_output=True, text=True, timeout=60,
                          check=False, env=environment(**more))


def key_ids(text):
    return re.findall(r"Credential=(\w+)/", text)


def check_called_once():
    answers(says(document()))
    got = sign(request() * 5, "--profile", "role")
    is_equal((key_ids(got.stdout), got.stderr, got.returncode), (["ASIAONE"] * 5, "", 0),
             "five documents of a profile with a role")
    is_equal(calls(), ["--format process --profile role --error-format json"], "take one call of ssm-credentials")
    answers(says(document()))
    got = sign(request(profile="role") + request(profile="other") + request(profile="static") +
               request(profile="role") + request(profile="other"))
    is_equal(key_ids(got.stdout), ["ASIAONE", "ASIAONE", "AKIDSTATIC", "ASIAONE", "ASIAONE"],
             "documents of several profiles")
    is_equal(sorted(calls()), ["--format process --profile other --error-format json",
                               "--format process --profile role --error-format json"],
             "take a call for each that needs one")
    answers(says(document()))
    sign(request(), AWS_PROFILE="role")
    is_equal(calls(), ["--format process --error-format json"], "a profile of the environment is not an option")
    answers(says(document()))
    got = sign(request(), "-v", "--profile", "role")
    is_equal((calls(), got.stderr), (["--format process --profile role --error-format json --verbose"],
             "ssm-sign: keys from ssm-credentials, with a session token\n"), "--verbose goes on")
    for title, more in (("static keys", {"AWS_PROFILE": "static"}),
                        ("keys of the environment", {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"})):
        answers(says(document()))
        got = sign(request(), **more)
        is_equal((calls(), got.returncode), ([], 0), f"{title} start no process")
    answers(says(document()))
    got = sign(request())
    is_equal((len(calls()), key_ids(got.stdout)), (1, ["ASIAONE"]), "with no keys here, the metadata service is left")
    got = sign(request(), AWS_EC2_METADATA_DISABLED="true")
    is_equal((len(calls()), got.returncode), (1, 253), "and nothing is left when that is off")
    got = sign(request(), AWS_EC2_METADATA_DISABLED="true", AWS_CONTAINER_CREDENTIALS_FULL_URI="")
    is_equal(len(calls()), 2, "but for a container's agent")


class Filter:
    """An ssm-sign that documents go through one by one."""

    def __init__(self, *arguments, **more):
        self.process = subprocess.Popen(["./ssm-sign", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=environment(**more))

    def sign(self):
        self.process.stdin.write(request())
        self.process.stdin.flush()
        return key_ids(self.process.stdout.readline())

    def end(self):
        _, messages = self.process.communicate(timeout=30)
        return messages, self.process.returncode


def check_refresh():
    for title, seconds, ids, count in (
            ("keys good for an hour are kept", 3600, ["ASIAONE"] * 3, 1),
            ("keys that came with 14 minutes left are kept", 14 * 60, ["ASIAONE"] * 3, 1),
            ("keys that came with 5 minutes left are kept", 5 * 60, ["ASIAONE"] * 3, 1)):
        answers(says(document("ASIAONE", seconds)), says(document("ASIATWO", 3600)))
        got = sign(request() * 3, "--profile", "role")
        is_equal((key_ids(got.stdout), len(calls())), (ids, count), title)
    for title, seconds in (("15", 15 * 60), ("10", 10 * 60), ("1", 60)):
        answers(says(document("ASIAONE", seconds + 1)), says(document("ASIATWO", 3600)))
        run = Filter("--profile", "role")
        first = [run.sign(), run.sign()]
        CLOCK.advance(1)
        is_equal((first, run.sign(), run.sign(), run.end()), ([["ASIAONE"]] * 2, ["ASIATWO"], ["ASIATWO"], ("", 0)),
                 f"keys are renewed when {title} minutes are left, and not a second before")
        is_equal(len(calls()), 2, "by one call")
    answers(says(document("ASIAONE", 601)), 'echo \'{"Error":{"Code":"X","Message":"no network"}}\' >&2; exit 75\n')
    run = Filter("--profile", "role")
    run.sign()
    CLOCK.advance(1)
    is_equal(([run.sign() for _ in range(4)], len(calls())), ([["ASIAONE"]] * 4, 2),
             "a refresh that fails is tried once, and the old keys are used")
    is_equal(run.end(), ("ssm-sign: using keys that expire in 10 minutes; they cannot be refreshed: no network\n", 0),
             "which is told once")
    is_equal(calls()[1], calls()[0] + " --no-prompt", "nobody is asked for a code in the middle of the work")
    answers(says(document("ASIAONE", 2)), "exit 75\n")
    run = Filter("--profile", "role", "--errors", "inline")
    first = run.sign()
    CLOCK.advance(1)
    last = run.sign()
    CLOCK.advance(1)
    is_equal((first, last, [run.sign() for _ in range(3)], len(calls())), (["ASIAONE"], ["ASIAONE"], [[]] * 3, 2),
             "keys that have expired are not used, and one failure goes for all documents of that moment")
    CLOCK.advance(9)
    is_equal((run.sign(), len(calls())), ([], 2), "and for those of the next 9 seconds")
    CLOCK.advance(1)
    is_equal((run.sign(), len(calls())), ([], 3), "but not for one of the 10th")
    messages, code = run.end()
    is_equal((messages.count("ssm-credentials ended with exit code 75"), code), (5, 75), "each says so")
    answers(says(document("ASIAONE", -5)))
    got = sign(request() * 2, "--profile", "role")
    is_equal((got.stdout, got.returncode, len(calls())), ("", 253, 1), "keys that came too late")
    ok("Credentials were refreshed, but the refreshed credentials are still expired." in got.stderr, "are refused")


def check_failures():
    for code, expected in ((75, 75), (252, 252), (253, 253), (254, 254), (255, 255), (7, 255)):
        answers(f"echo some words >&2; exit {code}\n")
        got = sign(request(id=7), "--profile", "role")
        is_equal((got.returncode, got.stdout, got.stderr), (expected, "",
                 f"some words\nssm-sign: id 7: ssm-credentials ended with exit code {code}\n"),
                 f"exit code {code} of ssm-credentials")
    answers('echo a warning >&2; echo \'{"Error":{"Code":"AccessDenied","Message":"An error occurred"}}\' >&2; exit 254\n')
    got = sign(request(), "--profile", "role", "--errors", "inline")
    is_equal((got.stderr, json.loads(got.stdout)["Error"]),
             ("a warning\nssm-sign: An error occurred\n", {"Code": "AccessDenied", "Message": "An error occurred",
                                                           "Retryable": False, "ExitCode": 254}),
             "its error document is the document's")
    got = sign(request(), "--profile", "role", "--quiet")
    is_equal((got.stderr, got.returncode), ("", 254), "--quiet is for its messages too")
    answers("kill -9 $$\n")
    got = sign(request(), "--profile", "role")
    is_equal((got.stderr, got.returncode), ("ssm-sign: ssm-credentials was ended by signal 9 (Killed)\n", 255),
             "an ssm-credentials that is killed")
    text = document()
    for title, script in (("nothing", "true\n"), ("half a document", says(text[:60])), ("no JSON", says(MARK)),
                          ("another version", says(text.replace(": 1", ": 2"))),
                          ("a document and more", says(text + text))):
        answers(script)
        got = sign(request(), "-v", "--profile", "role")
        ok(got.returncode == 253 and got.stdout == "" and MARK not in got.stderr
           and got.stderr.startswith("ssm-sign: Error when retrieving credentials from ssm-credentials: "),
           f"an answer that is {title}", got.stderr)
    answers("head -c 3000000 /dev/zero | tr '\\0' x\n")
    got = sign(request(), "--profile", "role")
    is_equal((got.stderr, got.returncode), ("ssm-sign: ssm-credentials printed more than 1048576 bytes\n", 255),
             "an answer that is too long")
    answers("yes\n")
    is_equal(sign(request(), "--profile", "role").returncode, 255, "an answer without an end")
    answers(says(document(SessionToken="t" * 65000, More="x" * 100000)))
    got = sign(request(), "--profile", "role")
    is_equal((key_ids(got.stdout), "t" * 65000 in got.stdout), (["ASIAONE"], True), "a document of 165 kB")
    os.rename("ssm-credentials", "away")
    got = sign(request(), "--profile", "role")
    is_equal((got.returncode, got.stderr), (255, f"ssm-sign: cannot run '{os.getcwd()}/ssm-credentials': No such file "
                                            "or directory\n"), "no ssm-credentials beside it")
    os.rename("away", "ssm-credentials")


def wait_for_call():
    end = time.monotonic() + 20
    while not calls() and time.monotonic() < end:
        time.sleep(.01)


def check_input_is_not_shared():
    """The child may read standard input: it finds nothing there, and no document is lost."""
    answers("cat > eaten\n" + says(document()))
    got = sign(request() * 3, "--profile", "role")
    is_equal((len(key_ids(got.stdout)), os.path.getsize("eaten")), (3, 0), "ssm-credentials does not read the documents")
    write("config.process", "[default]\ncredential_process = sh -c 'cat > eaten; cat keys'\n")
    write("keys", document())
    got = sign(request() * 3, AWS_CONFIG_FILE="config.process")
    is_equal((len(key_ids(got.stdout)), os.path.getsize("eaten")), (3, 0), "nor does a credential_process")


def check_hanging():
    """A signal ends both, whatever the child waits for."""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        for title, script in (("hangs", "exec tail -f /dev/null\n"),
                              ("hangs with its output closed", "exec >&- 2>&-; exec tail -f /dev/null\n")):
            os.mkfifo("pid")            # to read it is to wait for the child
            answers("echo $$ > pid\n" + script)
            run = Filter("--profile", "role")
            run.process.stdin.write(request())
            run.process.stdin.flush()
            wait_for_call()
            with open("pid", encoding="utf-8") as file:
                child = int(file.read())
            os.unlink("pid")
            os.kill(run.process.pid, number)
            _, code = run.end()
            end = time.monotonic() + 10
            while os.path.exists(f"/proc/{child}") and time.monotonic() < end and not zombie(child):
                time.sleep(.01)
            ok(code == -number and (not os.path.exists(f"/proc/{child}") or zombie(child)),
               f"{number.name} ends ssm-sign and an ssm-credentials that {title}", code)


def zombie(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def check_process():
    """credential_process runs here, and again when its keys end."""
    write("process.config", "[default]\ncredential_process = sh -c 'echo x >> calls; cat keys'\n")
    for title, seconds, count in (("without an end are kept", None, 1), ("with an end are kept", 3600, 1)):
        answers("exit 1\n")
        write("keys", document("ASIAPROCESS", seconds))
        got = sign(request() * 4, AWS_CONFIG_FILE="process.config")
        is_equal((key_ids(got.stdout), len(calls())), (["ASIAPROCESS"] * 4, count), f"keys of a process {title}")
    answers("exit 1\n")
    write("keys", document("ASIAPROCESS", 2))
    run = Filter(AWS_CONFIG_FILE="process.config")
    first = run.sign()
    write("keys", document("ASIANEXT", 3600))
    CLOCK.advance(1)
    last = run.sign()
    CLOCK.advance(1)
    is_equal((first, last, run.sign(), len(calls()), run.end()[1]),
             (["ASIAPROCESS"], ["ASIAPROCESS"], ["ASIANEXT"], 2, 0), "and looked for again at their end")


def main():
    global CLOCK
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        CLOCK = Clock("clock")
        shutil.copy(os.path.join(BUILD_DIR, "ssm-sign"), "ssm-sign")
        write("ssm-credentials", FAKE, 0o755)
        write("config", CONFIG)
        check_called_once()
        check_refresh()
        check_failures()
        check_input_is_not_shared()
        check_hanging()
        check_process()
        os.chdir(here)
    done()


main()
