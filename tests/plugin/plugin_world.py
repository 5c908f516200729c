"""session-manager-plugin beside a sandbox, as its callers start it."""
import json
import os
import pty
import select
import signal
import subprocess
import tempfile
import time

from sandbox_running import BUILD_DIR, Sandbox

PLUGIN = os.path.join(BUILD_DIR, "session-manager-plugin")
TARGET = "i-0a1b2c3d4e5f60001"
REGION = "us-east-1"
VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"
LIMIT = 180                                 # seconds, for what must come: the AWS CLI needs its time on a busy machine
IGNORED = signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP     # by the AWS CLI, for what it starts


def ignore_signals():
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)


class World:
    """A sandbox, sessions of it, and a directory that alone has the plugin on PATH."""

    def __init__(self, *options):
        self.directory = tempfile.TemporaryDirectory()
        self.sandbox = Sandbox("--shell", "/bin/sh", *options)
        self.bin = self.path("bin")
        os.mkdir(self.bin)
        os.symlink(PLUGIN, os.path.join(self.bin, "session-manager-plugin"))
        self.environment = {**self.sandbox.environment, "PATH": f"{self.bin}:/usr/bin:/bin", "HOME": self.path(""),
                            "LC_ALL": "C.UTF-8", "TERM": "xterm", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": ""}
        self.environment.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
        self.endpoint = self.environment["AWS_ENDPOINT_URL_SSM"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sandbox.stop()
        self.directory.cleanup()

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def session(self, *arguments):
        """A new session's document."""
        command = 'ssm-request start-session "$@" | ssm-sign | ssm-call'
        got = subprocess.run(["sh", "-c", command, "sh", "--target", TARGET, *arguments], capture_output=True, text=True,
                             env={**self.environment, "PATH": f"{BUILD_DIR}:/usr/bin:/bin"}, timeout=LIMIT, check=True)
        return json.loads(got.stdout)

    def terminate(self, session_id):
        """As somebody else does."""
        subprocess.run(["sh", "-c", 'ssm-request terminate-session --session-id "$1" | ssm-sign | ssm-call', "sh", session_id],
                       env={**self.environment, "PATH": f"{BUILD_DIR}:/usr/bin:/bin"}, stdout=subprocess.DEVNULL, check=True)

    def start(self, arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, plugin="session-manager-plugin", **changes):
        return subprocess.Popen([plugin, *arguments], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, bufsize=0,
                                env={**self.environment, **changes}, preexec_fn=ignore_signals)

    def run(self, arguments, typed=b"", **changes):
        """Its code, standard output and standard error; what is typed ends."""
        run = self.start(arguments, **changes)
        out, err = run.communicate(typed, timeout=LIMIT)
        return run.returncode, out.decode(), err.decode()


def starts(session_id):
    return f"\nStarting session with SessionId: {session_id}\n"


def exits(session_id):
    return f"\n\nExiting session with sessionId: {session_id}.\n\n"


def read_terminal(master):
    """What comes until nobody has the other side any more."""
    seen = b""
    try:
        while data := os.read(master, 65536):
            seen += data
    except OSError:
        pass
    os.close(master)
    return seen


def open_terminal():
    """One of no size."""
    return pty.openpty()


def wait_for(stream, text):
    """What was read until this is in it."""
    seen, until = b"", time.monotonic() + LIMIT
    while text not in seen and select.select([stream], [], [], max(0, until - time.monotonic()))[0]:
        data = os.read(stream.fileno(), 65536)
        if not data:
            break
        seen += data
    return seen
