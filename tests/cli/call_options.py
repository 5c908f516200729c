"""The options that reach ssm-call: one check, in the same words, in every command that has them, before anything starts."""
import os
import shutil
import subprocess
import tempfile

from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))

# What each command needs beside the option, its exit code for a wrong call, and its names of options.
COMMANDS = {
    "ssm-call": ([], 252, {}),
    "ssm-resume-session": (["--session-id", "x", "--region", "us-east-1"], 252,
                           {"--connect-timeout": "--cli-connect-timeout", "--read-timeout": "--cli-read-timeout"}),
    "ssm-describe-sessions": (["--state", "Active", "--region", "us-east-1"], 252,
                              {"--connect-timeout": "--cli-connect-timeout", "--read-timeout": "--cli-read-timeout"}),
    "ssm-start-session": (["--target", "x", "--region", "us-east-1"], 252,
                          {"--connect-timeout": "--cli-connect-timeout", "--read-timeout": "--cli-read-timeout"}),
    "ssm-check": (["x", "--region", "us-east-1"], 3, {}),
}
SECONDS = "takes a whole number from 0 to 1000000, not '{}'"
ATTEMPTS = "takes a whole number from 1 to 1000, not '{}'"
RATE = "takes a number of requests, as 50, 0.5/s or 100/m, not '{}'"
WRONG = {
    "--max-concurrency": ("takes a whole number from 1 to 1024, not '{}'", ["0", "1025", "x", "-1", "1.5", "", " 1"]),
    "--rate": (RATE, ["0", "x", "5/h", "-1", ""]),
    "--connect-timeout": (SECONDS, ["-1", "1000001", "x", "1.5", ""]),
    "--read-timeout": (SECONDS, ["-1", "1000001", "x", "1.5", ""]),
    "--attempt-timeout": (SECONDS, ["-1", "1000001", "x", ""]),
    "--max-time": (SECONDS, ["-1", "1000001", "x", ""]),
    "--deadline": (SECONDS, ["-1", "1000001", "x", ""]),
    "--max-attempts": (ATTEMPTS, ["0", "1001", "x", "-1", "99999999999999999999", ""]),
    "--retry-mode": ("takes 'standard', 'legacy' or 'adaptive', not '{}'", ["foo", ""]),
    "--progress": ("takes 'auto', 'always' or 'never', not '{}'", ["some", ""]),
    "--ca-bundle": ("takes the name of a file", [""]),
}
RIGHT = {"--max-concurrency": ["1", "1024"], "--rate": ["1", "0.5/s", "100/m"], "--connect-timeout": ["0", "1000000"],
         "--read-timeout": ["0", "1000000"], "--attempt-timeout": ["0", "1000000"], "--max-time": ["0", "1000000"], "--deadline": ["0", "1000000"],
         "--max-attempts": ["1", "1000"], "--retry-mode": ["standard", "legacy", "adaptive"],
         "--progress": ["auto", "always", "never"], "--ca-bundle": ["f"]}
LACKS = {"ssm-describe-sessions": {"--max-concurrency", "--progress"},
         "ssm-start-session": {"--max-concurrency", "--rate", "--deadline", "--progress"},
         "ssm-check": {"--attempt-timeout", "--max-time", "--deadline", "--progress"}}


def run(path, *arguments):
    return subprocess.run([path, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
                          check=False, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})


def said(command, text):
    return f"SSM UNKNOWN - {text}\n" if command == "ssm-check" else f"{command}: {text}\n"


def check_command(command, directory):
    """Alone in a directory: a stage that it started would not be there, which is another failure."""
    path = shutil.copy(os.path.join(BUILD_DIR, command), directory)
    needed, code, names = COMMANDS[command]
    for option, (words, values) in WRONG.items():
        name = names.get(option, option)
        if option in LACKS.get(command, ()):
            got = run(path, *needed, f"{name}=1")
            ok(f"unknown option '{name}'" in got.stdout + got.stderr, f"{command} has no {name}", got)
            continue
        for value in values:
            got = run(path, *needed, f"{name}={value}")
            text = said(command, f"option '{name}' {words.format(value)}; see '{command} --help'")
            is_equal((got.returncode, got.stdout + got.stderr), (code, text), f"{command} '{name}={value}'")
        for value in RIGHT[option]:
            got = run(path, *needed, f"{name}={value}", "--frobnicate")
            ok("unknown option '--frobnicate'" in got.stdout + got.stderr, f"{command} {name}={value} is taken", got)


def main():
    with tempfile.TemporaryDirectory() as directory:
        for command in COMMANDS:
            check_command(command, directory)
    done()


main()
