"""Clients of sessions: a sandbox for them, their commands, and what they take and give through pipes."""
import contextlib
import dataclasses
import json
import os
import re
import select
import signal
import subprocess
import time

from measure import Failed

TARGET = "i-0a1b2c3d4e5f60001"
PROMPT = b"bench> "
START = f"ssm-request start-session --target {TARGET} | ssm-sign | ssm-call"
LIMIT = 120             # seconds that a client may be silent
PIPE = 1 << 20          # bytes, of what one reads of a client


@contextlib.contextmanager
def sandbox():
    """One with a plain shell behind its sessions, and StreamUrls that any client can dial: its environment."""
    environment = dict(os.environ, PS1=PROMPT.decode())
    with subprocess.Popen(["ssm-sandbox", "--quiet", "--stream-url", "local", "--shell", "/bin/sh"], env=environment,
                          stdout=subprocess.PIPE, text=True) as server:
        try:
            told = server.stdout.read()
            yield dict(environment, **dict(re.findall(r"^export (\w+)='?([^'\n]*)'?$", told, re.M)))
        finally:
            server.terminate()


@contextlib.contextmanager
def other_end(command, environment):
    """A program that prints its port: the document of a session that it is the other end of."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            url = f"ws://127.0.0.1:{server.stdout.readline().strip()}/v1/data-channel/bench?role=publish_subscribe"
            yield {"SessionId": "bench", "TokenValue": "bench", "StreamUrl": url}
        finally:
            server.terminate()


def sender(environment, mib):
    """bench/sender with so much to send."""
    return other_end(["sender", str(mib)], environment)


def porter(way, mib):
    """bench/porter with so much to carry."""
    return other_end(["porter", way, str(mib)], os.environ)


def start(environment):
    """A new session's document."""
    run = subprocess.run(["sh", "-c", START], env=environment, stdout=subprocess.PIPE, check=False)
    if run.returncode:
        raise Failed(f"no session: exit code {run.returncode}")
    return json.loads(run.stdout)


def stream(_, document):
    """The command of ssm-stream for a document."""
    with open("session.json", "w", encoding="utf-8") as file:
        json.dump(document, file)
    endpoint = re.match(r"ws://[^/]*", document["StreamUrl"])
    more = ["--stream-endpoint-url", endpoint.group().replace("ws:", "http:")] if endpoint else []
    return ["ssm-stream", "--quiet", "--no-resume", "--session", "session.json", *more]


def plugin(environment, document):
    """That of AWS's session-manager-plugin, as the AWS CLI has it."""
    return [os.environ["PLUGIN"], json.dumps(document), "us-east-1", "StartSession", "",
            json.dumps({"Target": TARGET}), environment["AWS_ENDPOINT_URL_SSM"]]


def port_stream(document):
    """That of ssm-stream for a port session, which says where it listens."""
    return [word for word in stream(None, document) if word != "--quiet"]


def port_plugin(document):
    return plugin(os.environ, document)


def listening_port(client):
    """Where it says that it listens."""
    said = b""
    while not (found := re.search(rb"(?:listening on [0-9.]+:|Port )(\d+)\b.*\n", said)):
        more = client.read()
        if not more:
            raise Failed(f"{client.name} has ended: {said[-200:]!r}")
        said += more
    return int(found.group(1))


@dataclasses.dataclass
class Ended:
    seconds: float
    received: int       # bytes
    processor: float    # seconds of it and its children


class Client:
    """A client that has been started just now. Raises Failed when it says nothing for too long, or ends early."""

    def __init__(self, command, environment, stderr=subprocess.DEVNULL):
        self.begin = time.perf_counter()
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=stderr, pipesize=PIPE)
        self.name = command[0]
        self.out = self.process.stdout.fileno()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def read(self):
        if not select.select([self.out], [], [], LIMIT)[0]:
            raise Failed(f"{self.name}: nothing came for {LIMIT} s")
        return os.read(self.out, PIPE)

    def type(self, data):
        os.write(self.process.stdin.fileno(), data)

    def until(self, wanted):
        got = b""
        while wanted not in got:
            more = self.read()
            if not more:
                raise Failed(f"{self.name} has ended: {got[-120:]!r}")
            got += more
        return time.perf_counter() - self.begin

    def seconds(self):
        """Since its start."""
        return time.perf_counter() - self.begin

    def peak(self):
        """KiB of resident memory, at most, so far."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"^VmHWM:\s*(\d+)", file.read(), re.M).group(1))

    def rest(self):
        """All that comes until the client ends by itself."""
        received = 0
        while more := self.read():
            received += len(more)
        seconds = time.perf_counter() - self.begin
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if status:
            raise Failed(f"{self.name}: exit code {self.process.returncode}")
        return Ended(seconds, received, usage.ru_utime + usage.ru_stime)
