"""A forwarded port: ssm-stream in the background, over a session of the sandbox."""
import json
import os
import re
import socket
import subprocess
import tempfile
import threading

from sandbox_running import BUILD_DIR

TARGET = "i-0a1b2c3d4e5f60001"
LIMIT = 60                                  # seconds, for what should be a matter of one
CODES = {"SIGTERM": -15, "SIGINT": -2, "SIGHUP": -1}


def environment(sandbox):
    return {**os.environ, **sandbox.environment, "PATH": f"{BUILD_DIR}:/usr/bin:/bin"}


def document(sandbox, name="AWS-StartPortForwardingSessionToRemoteHost", **parameters):
    """StartSession's answer, as text."""
    given = [f"--parameters={json.dumps({key: [str(value)] for key, value in parameters.items()})}"] if parameters else []
    request = subprocess.run(["ssm-request", "start-session", "--target", TARGET, "--document-name", name, *given],
                             env=environment(sandbox), stdout=subprocess.PIPE, check=True).stdout
    signed = subprocess.run(["ssm-sign"], input=request, env=environment(sandbox), stdout=subprocess.PIPE, check=True).stdout
    return subprocess.run(["ssm-call"], input=signed, env=environment(sandbox), stdout=subprocess.PIPE, check=True).stdout


def connect(address):
    """To an address as --ready-fd tells it."""
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(LIMIT)
        connection.connect(address)
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=LIMIT)


class Tunnel:
    """One session; `ready` are the lines that --ready-fd got, empty when it ended without."""

    def __init__(self, sandbox, session, *options, pass_fds=(), stdin=subprocess.DEVNULL, **how):
        self.directory = tempfile.TemporaryDirectory()
        self.events_path = os.path.join(self.directory.name, "events")
        path = os.path.join(self.directory.name, "session")
        with open(path, "wb") as file:
            file.write(session)
        self.session_id = json.loads(session)["SessionId"] if session else None
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            [os.path.join(BUILD_DIR, "ssm-stream"), "--session", path, "--no-adopt", "--ready-fd", str(writer), "--events",
             self.events_path, *options], env=environment(sandbox), pass_fds=(writer, *pass_fds), stdin=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)
        os.close(writer)
        self.said = []
        self.reader = threading.Thread(target=self.listen, daemon=True)
        self.reader.start()
        with os.fdopen(reader) as lines:
            self.ready = lines.read().split("\n")[:-1]

    def listen(self):
        for line in self.process.stderr:
            self.said.append(line.decode().rstrip("\n"))

    def events(self, name=None):
        with open(self.events_path, encoding="utf-8") as file:
            events = [json.loads(line) for line in file if line.endswith("\n")]
        return [event for event in events if name in (None, event["Event"])]

    def connect(self):
        return connect(self.ready[0])

    def finish(self):
        """Waits for the end: the exit code, standard output, and the lines of standard error."""
        try:
            out = self.process.stdout.read()
            code = self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "hangs"
        self.reader.join(LIMIT)
        return code, out, self.said

    def stop(self, number=15):
        self.process.send_signal(number)
        return self.finish()


def receive(connection, count=None):
    """So many bytes, or all until the end."""
    parts, have = [], 0
    while count is None or have < count:
        data = connection.recv(65536 if count is None else min(65536, count - have))
        if not data:
            break
        parts.append(data)
        have += len(data)
    return b"".join(parts)


def echo(connection, data):
    """What comes back of it, which is read while it is sent."""
    sender = threading.Thread(target=connection.sendall, args=(data,), daemon=True)
    sender.start()
    back = receive(connection, len(data))
    sender.join(LIMIT)
    return back


def wait_until(holds):
    for _ in range(LIMIT * 20):
        if holds():
            return
        threading.Event().wait(0.05)


def status_of(process):
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        return file.read()


def switches(process):
    return re.findall(r"ctxt_switches:\s+(\d+)", status_of(process))


def sleeps(process):
    """One that would work, and has no processor, does not."""
    return re.search(r"^State:\s+S", status_of(process), re.M) is not None


def is_at_rest(process, sandbox):
    """All that is to come to it has come: it has slept for a second, and whoever sends to it does so, too."""
    before = switches(process)
    for _ in range(20):
        threading.Event().wait(0.05)
        if not sleeps(process) or switches(process) != before:
            return False
    return sleeps(sandbox.process)
