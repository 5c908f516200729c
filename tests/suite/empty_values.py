"""Every option of every tool that takes a value, with an empty one: refused with 252, or what the manual says.

A script's unset variable arrives as an empty value. It may not end a tool by a signal, nor mean anything that is
not in ssm-tools(7).
"""
import json
import os
import re
import subprocess
import tempfile

from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
SRC_DIR = os.environ.get("SRC_DIR", ".")
OPTION = re.compile(r"^ +(?:-\w, )?--([a-z-]+) \S")
OPTIONAL = {"generate-cli-skeleton", "progress"}      # an empty argument behind them is not theirs
PORT = "http://127.0.0.1:9"                             # nothing listens there

# What goes with the option so that only its own value can be wrong.
BESIDE = {
    "ssm-describe-sessions": ["--state", "Active"],
    "ssm-check": ["user-0a1b"],
    "ssm-start-session": ["--target", "i-0a1b2c3d"],
    "ssm-sandbox": ["--list-sessions"],
}
OPERATIONS = {
    "resume-session": ["--session-id", "user-0a1b"], "start-session": ["--target", "i-0a1b2c3d"],
    "describe-sessions": ["--state", "Active"],
}

# Codes of what the manual gives a meaning to; the sandbox alone refuses an empty region: it serves one.
AS_NONE = {"region", "profile", "endpoint-url"}
MEANINGS = {
    "ssm-request": dict.fromkeys(AS_NONE | {"id", "starting-token", "next-token", "document-name", "state"}, 0),
    "ssm-credentials": dict.fromkeys(AS_NONE, 0),
    "ssm-sign": dict.fromkeys(AS_NONE | {"service"}, 0),
    "ssm-format": dict.fromkeys({"title", "output-of", "jq"}, 0),
    "ssm-check": dict.fromkeys(AS_NONE | {"name"}, 3),
    "ssm-resume-session": dict.fromkeys(AS_NONE, 75),   # to PORT, where nothing listens
    "ssm-describe-sessions": dict.fromkeys(AS_NONE | {"starting-token", "next-token", "state"}, 75),
    "ssm-sandbox": {},
    "ssm-start-session": dict.fromkeys(AS_NONE | {"document-name", "query"}, 75),
    "ssm-stream": dict.fromkeys(AS_NONE, 255),          # no document on standard input
}
REFUSED = {"ssm-check": 3}                              # as monitoring plugins do
SIGNED = {"method": "POST", "url": f"{PORT}/", "headers": {}, "body": "{}", "service": "ssm", "region": "eu-west-1"}


def run(tool, arguments, home):
    environment = {"HOME": home, "PATH": f"{BUILD_DIR}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "AWS_REGION": "eu-west-1",
                   "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_ENDPOINT_URL": PORT,
                   "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"}
    text = {"ssm-sign": json.dumps(SIGNED), "ssm-call": json.dumps(SIGNED), "ssm-format": "{}"}.get(tool, "")
    return subprocess.run([os.path.join(BUILD_DIR, tool), *arguments], input=text, env=environment, cwd=home,
                          capture_output=True, text=True, timeout=120)


def options(tool, *operation):
    text = subprocess.run([os.path.join(BUILD_DIR, tool), *operation, "--help"], capture_output=True, text=True).stdout
    names = [match[1] for match in map(OPTION.match, text.splitlines()) if match]
    return [name for name in names if takes_value(text, name)]


def takes_value(text, name):
    """Whether a value follows: help has one blank before it, and two or more before what it is for."""
    return re.search(rf"--{name} [^ ]", text) is not None and name not in OPTIONAL


def beside(tool, name):
    if tool == "ssm-format" and name == "arg":
        return ["x", "--jq", "."]
    if name in ("name", "prometheus-ids"):
        return [*BESIDE[tool], "--prometheus", "-"]
    if tool == "ssm-resume-session" and name != "session-id":
        return ["--session-id", "user-0a1b"]
    return BESIDE.get(tool, [])


def check(tool, name, command, home, *what):
    meaning = MEANINGS.get(tool, {}).get(name)
    expected = REFUSED.get(tool, 252) if meaning is None else meaning
    got = run(tool, command, home)
    title = f"{' '.join([tool, *what])}: an empty --{name} is {'refused' if meaning is None else 'what the manual says'}"
    is_equal(got.returncode, expected, title, f"stderr:   {got.stderr}", f"stdout:   {got.stdout[:300]}")
    if meaning is None and tool != "ssm-check":
        ok(got.stderr.count("\n") == 1 and not got.stdout, f"{title}, in one line", got.stderr, got.stdout)


def check_operation(operation, given, home):
    for name in options("ssm-request", operation):
        rest = given if f"--{name}" not in given or name == "state" else []
        first = [] if f"--{name}" in given and name != "state" else rest
        check("ssm-request", name, [operation, *first, f"--{name}", ""], home, operation)


def main():
    with tempfile.TemporaryDirectory() as home:
        for tool in sorted({*MEANINGS, "ssm-call", "ssm-parse-url"} - {"ssm-request"}):
            for name in options(tool):
                check(tool, name, [*beside(tool, name), f"--{name}", ""], home)
        for operation, given in OPERATIONS.items():
            check_operation(operation, given, home)
    done()


if __name__ == "__main__":
    main()
