"""ssm-start-session, the tools it runs, ssm-stream and the sandbox's nodes: all of it at work."""
import json
import os
import signal
import subprocess
import tempfile

from sandbox_running import Sandbox
from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TARGET = "i-0a1b2c3d4e5f60001"
TIME_LIMIT = 120
# Values of ssm-stream's options, right and wrong.
VALUES = {
    "--escape": ["~", "^A", "^?", "^[", "none", "x", "", "ab", "^5", "^M", "\r", "\n"],
    "--ping": ["0", "1", "300", "301", "x", "-1", ""],
    "--give-up-after": ["0", "1000000", "1000001", "x", ""],
    "--linger": ["0", "1000000", "1000001", "x", ""],
    "--events": ["file", ""],
    "--stream-endpoint-url": ["ws://127.0.0.1:1", ""],
    "--cli-connect-timeout": ["5", "x"],
    "--cli-read-timeout": ["5", "x"],
    "--ca-bundle": ["file", ""],
}


def path(tool):
    return os.path.join(BUILD_DIR, tool)


def run(command, environment, text=""):
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=TIME_LIMIT, check=False,
                          env=environment)


def check_limits():
    """What ssm-stream would refuse is refused before there is a session."""
    for option, values in VALUES.items():
        for value in values:
            ours = run([path("ssm-start-session"), "--target", "t", "--show-pipeline", f"{option}={value}"], {})
            theirs = run([path("ssm-stream"), "--session", "/nonexistent/file", f"{option}={value}"], {})
            is_equal(ours.returncode == 252, "see 'ssm-stream --help'" in theirs.stderr,
                     f"{option}={value!r} is right or wrong for both", ours, theirs)


def check_commands(environment):
    def command(*arguments, options=()):
        return run([path("ssm-start-session"), "--quiet", "--target", TARGET, *options, "--", *arguments], environment)

    got = command("sh", "-c", "echo out; echo err >&2; exit 5")
    is_equal((got.returncode, got.stdout, got.stderr), (5, "out\n", "err\n"), "outputs apart, and the exit code")
    arguments = ["a b", "it's", "", "$HOME", "new\nline", "#x", "\\", "\u00e9"]
    is_equal(command("printf", "[%s]", *arguments).stdout, "".join(f"[{one}]" for one in arguments),
             "arguments arrive as they were typed")
    is_equal(command("false").returncode, 1, "a command that fails")
    is_equal(command("/nonexistent/program").returncode, 1, "one that is not there")
    got = command("printf", "%s-", "a b", "it's", options=("--document-name", "AWS-StartInteractiveCommand"))
    ok("a b-it's-" in got.stdout and got.returncode == 0, "another document, by a shell", got)
    got = run([path("ssm-start-session"), "--quiet", "--target", TARGET, "--document-name", "AWS-StartInteractiveCommand",
               "--parameters", "command=read word; echo $((6 * 7)) $word"], environment, "hello\n")
    is_equal((got.returncode, got.stdout, got.stderr), (0, "hello\n42 hello\n", ""), "a command that reads before it writes")


def check_refusal(environment):
    got = run([path("ssm-start-session"), "--target", "i-nowhere"], environment)
    ok(got.returncode == 254 and got.stderr.startswith("ssm-call: TargetNotConnected: "), "a node that is not there", got)


def check_events(environment):
    """A file that cannot be written costs no session, and a FIFO's reader sees the session's events alone."""
    active = sessions(environment, "Active")
    got = run([path("ssm-start-session"), "--target", TARGET, "--events", "/nonexistent/events"], environment)
    is_equal((got.returncode, got.stderr, sessions(environment, "Active")),
             (252, "ssm-start-session: cannot write events to '/nonexistent/events': No such file or directory\n", active),
             "events that cannot be written: no session is started")
    with tempfile.TemporaryDirectory() as directory:
        fifo = os.path.join(directory, "fifo")
        os.mkfifo(fifo)
        got = run([path("ssm-start-session"), "--target", TARGET, "--events", fifo], environment)
        is_equal((got.returncode, got.stderr, sessions(environment, "Active")),
                 (252, f"ssm-start-session: cannot write events to '{fifo}': nobody reads them\n", active),
                 "events that nobody reads: no session is started")
        with open(fifo, encoding="utf-8", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as reader:
            got = run([path("ssm-start-session"), "--quiet", "--target", TARGET, "--events", fifo, "--", "true"], environment)
            events = [json.loads(line)["Event"] for line in reader]
    is_equal((got.returncode, events[:1], events[-1:]), (0, ["Opened"], ["Ended"]), "a FIFO has all of them")


def sessions(environment, state):
    got = run([path("ssm-describe-sessions"), "--state", state], environment)
    return {session["SessionId"] for line in got.stdout.splitlines() for session in json.loads(line)["Sessions"]}


def check_signal(environment):
    """It comes when the command has printed something; ssm-stream, by then, ends the session."""
    active, over = sessions(environment, "Active"), sessions(environment, "History")
    with subprocess.Popen([path("ssm-start-session"), "--quiet", "--target", TARGET, "--", "sh", "-c",
                           "echo begun; exec tail -f /dev/null"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          env=environment) as process:
        is_equal(process.stdout.readline(), b"begun\n", "a command that does not end")
        opened = sessions(environment, "Active") - active
        process.send_signal(signal.SIGTERM)
        is_equal(process.wait(timeout=TIME_LIMIT), -signal.SIGTERM, "SIGTERM ends it by SIGTERM")
    is_equal((len(opened), sessions(environment, "Active") - active, sessions(environment, "History") - over),
             (1, set(), opened), "and the session with it")


def main():
    check_limits()
    sandbox = Sandbox()
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true",
                   **sandbox.environment}
    check_commands(environment)
    check_refusal(environment)
    check_events(environment)
    check_signal(environment)
    sandbox.stop()
    done()


main()
