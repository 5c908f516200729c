"""ssm-resume-session beside aws ssm resume-session: what is printed, sent and returned, case by case.

A fifth of the cases; DROP_IN=all runs them all (make check-drop-in).
"""
import json
import os
import re
import subprocess
import sys
import tempfile

from aws_cli import Aws, find_aws
from drop_in_cases import CASES, REASONS
from fault_server import Server
from sandbox_running import Sandbox
from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
SRC_DIR = os.path.abspath(os.environ.get("SRC_DIR", "."))
ALL = os.environ.get("DROP_IN") == "all"
STEP = 1 if ALL else 5
TOOL = os.path.join(BUILD_DIR, "ssm-resume-session")
USUAL = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-key",
         "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "", "PATH": os.environ["PATH"],
         "LC_ALL": "C.UTF-8", "COLUMNS": "80"}


def run_ours(arguments, environment, directory):
    run = subprocess.run([TOOL, *(os.fsencode(argument) for argument in arguments)], capture_output=True, check=False,
                         env=environment, cwd=directory, stdin=subprocess.DEVNULL, timeout=60)
    return run.returncode, run.stdout, run.stderr.decode("utf-8", "backslashreplace")


def write_files(case, directory):
    for name, content in case.files.items():
        with open(os.path.join(directory, name), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)


def environment_of(case, directory):
    environment = {**USUAL, "HOME": directory, "AWS_CONFIG_FILE": os.path.join(directory, "config"),
                   "AWS_SHARED_CREDENTIALS_FILE": os.path.join(directory, "credentials"), **case.environment}
    return {name: value for name, value in environment.items() if name not in case.without}


def sent(server, path):
    """The requests: method, target, and whether they were signed, with their parameters."""
    return [(head.split(" ")[0], re.search(r"(?im)^x-amz-target: *(.*?)\r?$", head + "\r\n").group(1),
             "authorization:" in head.lower(), "x-amz-security-token:" in head.lower(), json.loads(body))
            for head, body in server.requests.get(path, [])]


def message_of(text):
    """aws's message without the frames around it, on one line."""
    text = re.sub(r"(?s)^.*aws: error: ", "", text)
    text = re.sub(r"An error occurred \(.*?\) when calling the ResumeSession operation( \(reached.*?\))?: ", "", text)
    return " ".join(text.split())


def title_of(number, case):
    shown = " ".join(case.arguments)[:70].encode("ascii", "backslashreplace").decode()
    return f"{number}: {shown}"


def compare(number, case, aws, server):
    with tempfile.TemporaryDirectory() as directory:
        write_files(case, directory)
        environment, results = environment_of(case, directory), []
        for name, run in ("aws", aws.run), ("ours", run_ours):
            path = f"/{number}/{name}"
            server.replies[path] = case.replies
            where = [] if not case.endpoint or "--endpoint-url" in case.arguments else [
                "--endpoint-url", server.url(path)]
            results.append((*run([*where, *case.arguments], environment, directory), sent(server, path)))
    judge(number, case, *results)


def judge(number, case, aws, ours):
    title = title_of(number, case)
    codes = case.codes or (aws[0], aws[0])
    details = [f"aws:  {aws}", f"ours: {ours}", f"expected codes: {codes}"]
    good = (aws[0], ours[0]) == codes
    if case.why is None:
        good = good and aws[1] == ours[1]
    if case.requests:
        good = good and aws[3] == ours[3]
    if case.message and aws[0] != 0 and case.why is None:
        good = good and message_of(aws[2]) in " ".join(ours[2].replace("; ", " ").split())
    ok(good, f"{title} ({case.why or 'alike'})", *details)


def check_reasons():
    with open(os.path.join(SRC_DIR, "man/ssm-resume-session.1"), encoding="utf-8") as file:
        page = file.read()
    for words in REASONS.values():
        ok(f".It {words}" in page, f"the man page's table has: {words}")
    used = {case.why for case in CASES if case.why}
    ok(used <= set(REASONS), "each difference has its reason", used - set(REASONS))
    ok(len(CASES) >= 150, "the table has 150 cases", len(CASES))


def mask(text):
    """What a sandbox makes anew for each answer."""
    return re.sub(rb"AAEAA[A-Za-z0-9+/]+=*", b"TOKEN", text)


def check_sandbox(aws):
    """Both against one sandbox, the real aws in a process of its own."""
    sandbox = Sandbox()
    environment = {**os.environ, **sandbox.environment, "AWS_PAGER": "", "AWS_CONFIG_FILE": "/dev/null",
                   "AWS_MAX_ATTEMPTS": "1", "LC_ALL": "C.UTF-8"}
    where = ["--endpoint-url", sandbox.environment["AWS_ENDPOINT_URL_SSM"]]
    cases = [(["sandbox-disconnected"], 0, 0), (["sandbox-disconnected", "--query", "StreamUrl", "--output", "text"], 0, 0),
             (["sandbox-connected", "--output", "yaml"], 0, 0), (["sandbox-denied"], 254, 254),
             (["sandbox-terminated"], 254, 1), (["sandbox-broken"], 254, 75)]
    for arguments, code, our_code in cases:
        runs = [subprocess.run([*tool, "--session-id", *arguments, *where], env=environment, capture_output=True,
                               check=False, stdin=subprocess.DEVNULL, timeout=60)
                for tool in ([aws, "ssm", "resume-session"], [TOOL])]
        is_equal([run.returncode for run in runs], [code, our_code], f"in the sandbox: {' '.join(arguments)}", *runs)
        is_equal(mask(runs[1].stdout), mask(runs[0].stdout), f"in the sandbox, printed: {' '.join(arguments)}")
    run = subprocess.run([TOOL, "--session-id", "sandbox-disconnected", "--debug", *where], env=environment,
                         capture_output=True, text=True, check=False, timeout=60)
    token = json.loads(run.stdout)["TokenValue"]
    ok(run.stderr and token not in run.stderr and environment["AWS_SECRET_ACCESS_KEY"] not in run.stderr,
       "--debug says what happens, without secrets", run.stderr)
    sandbox.stop()


def check_shell(aws):
    """What only a process of its own can show: the codes of both."""
    with tempfile.TemporaryDirectory() as directory:
        for command, codes in (
                ("$TOOL --version", (0, 0)),
                ("$TOOL --generate-cli-skeleton > /dev/full", (120, 255)),
                ("$TOOL --version > /dev/full", (120, 255)),
                ("$TOOL --session-id x --generate-cli-skeleton output --output text | cat", (0, 0))):
            got = [subprocess.run(["sh", "-c", command.replace("$TOOL", tool)], env={**USUAL, "HOME": directory},
                                  capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=60)
                   for tool in (f"{aws} ssm resume-session", f"'{TOOL}'")]
            is_equal(tuple(run.returncode for run in got), codes, f"codes: {command}", *got)


def check_cases(python):
    aws, server = Aws(python, "resume-session"), Server()
    for number, case in list(enumerate(CASES, 1))[::STEP]:
        compare(number, case, aws, server)
    server.release.set()
    aws.stop()


if __name__ == "__main__":
    found_aws, found_python = find_aws()
    sys.stdout.reconfigure(errors="backslashreplace")
    check_reasons()
    check_cases(found_python)
    check_shell(found_aws)
    check_sandbox(found_aws)
    done()
