"""ssm-stream dials the StreamUrl's host while it asks for a new token: the upgrade goes out on that connection, and whatever
becomes of it costs no attempt.

The service that is asked is on a port of its own, and answers when a test lets it: once there is a connection, once it is
closed. So nothing here waits for time.
"""
import contextlib
import itertools
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading

import datachannel_programs as programs
from certificates import Certificates
from datachannel_host import PATIENCE, RESUME, TERMINATE, Host
from fault_server import Proxy
from stream_running import TOOL, Stream, environment
from tap import done, is_equal, ok, skip, skip_all
from tcp_gate import Gate

REFUSED = 400, {"__type": "AccessDeniedException", "message": "not now"}

ASK_FOR_KEYS = """import socket
with socket.create_connection(("127.0.0.1", {port})) as connection:
    print(connection.makefile().read())
"""


class TlsGate(Gate):
    """Ends TLS; the connection behind it is made when the handshake is over."""

    def __init__(self, port, context):
        self.context = context
        super().__init__(port)
        self.url = self.url.replace("http", "https")

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.relay, args=(self.listener.accept()[0],), daemon=True).start()

    def relay(self, client):
        with contextlib.suppress(OSError), self.context.wrap_socket(client, server_side=True) as inside, \
                socket.create_connection(("127.0.0.1", self.port)) as server:
            while True:
                ready = [inside] if inside.pending() else select.select([inside, server], [], [])[0]
                for end in ready:
                    if not (data := end.recv(65536)):
                        return
                    (server if end is inside else inside).sendall(data)


class Run:
    """A session at work, until its connection is cut."""

    def __init__(self, title, host=None, env=(), endpoint=True):
        self.title, self.host, self.shell = title, host or Host(), programs.Shell()
        self.directory = tempfile.TemporaryDirectory()
        self.events_name = os.path.join(self.directory.name, "events")
        self.session = self.host.session("a-session", self.shell)
        env = {**environment(self.host), **dict(env)}
        self.stream = Stream(self.host, self.session.document(), "--ping", "300", "--events", self.events_name,
                             env={name: value for name, value in env.items() if value is not None}, endpoint=endpoint)
        ok(self.session.wait(lambda: self.session.sent and not self.session.unacknowledged, PATIENCE), f"{title}: a prompt",
           self.stream.err())

    def events(self, name):
        with open(self.events_name, encoding="utf-8") as file:
            return [event for event in map(json.loads, filter(lambda line: line.endswith("\n"), file)) if event["Event"] == name]

    def lose(self, before):
        """`before` is called before ResumeSession is answered, by what it gives if that is something."""
        self.host.before[RESUME] = before
        self.session.cut("rst")

    def is_back(self, lines):
        """By one attempt, with so many connections in all."""
        title = self.title
        self.stream.feed(b"hello\n")
        ok(self.session.wait(lambda: self.session.connections == 2 and self.shell.typed == b"hello\n", PATIENCE), f"{title}: back",
           self.stream.err())
        is_equal(len(self.host.lines), lines, f"{title}: the connections that were made")
        is_equal([len(self.events(name)) for name in ("Lost", "Attempt", "Resumed")], [1, 1, 1], f"{title}: what is told")
        self.stream.feed(b"exit\n")
        self.ends()

    def ends(self, code=0):
        got = self.stream.finish(PATIENCE)
        is_equal(got.code, code, f"{self.title}: the code", got)
        ok(not self.session.wrong and not self.host.wrong, f"{self.title}: nothing is wrong", *self.session.wrong, *self.host.wrong)
        self.host.stop()
        self.directory.cleanup()


def check_used(title, host, env=()):
    run, seen = Run(title, host, env), []
    run.lose(lambda: seen.append((host.has_lines(2), host.lines[1].is_silent())))
    run.is_back(2)
    is_equal(seen, [(True, True)], f"{title}: it stands, and nothing is on it, before the service has answered")


def check_proxy():
    host, proxy = Host(), Proxy()
    proxy.hosts["near.example:80"] = host.port
    host.url, host.host = "http://near.example", "near.example"
    check_used("through a proxy", host, {"http_proxy": f"http://127.0.0.1:{proxy.port}", "no_proxy": "127.0.0.1"})
    is_equal([len(requests) for requests in proxy.requests.values()], [2], "each by a CONNECT")


def check_tls(directory):
    if not shutil.which("openssl"):
        skip("TLS", "no openssl")
        return
    made, host = Certificates(directory), Host()
    made.leaf("good", "IP:127.0.0.1")
    gate = TlsGate(host.port, made.context("good"))
    host.url, host.host = gate.url, gate.url.rpartition("/")[2]
    check_used("TLS", host, {"AWS_CA_BUNDLE": made.bundle})
    gate.stop()


def check_elsewhere():
    host = Host()
    host.stream_host = f"ws://{host.host}"
    gate, run = Gate(host.port), Run("a StreamUrl that leads elsewhere", host, endpoint=False)

    def before():
        host.has_lines(2)
        host.stream_host, host.host = gate.url.replace("http", "ws"), gate.url.rpartition("/")[2]

    run.lose(before)
    ok(host.is_over(1) and host.lines[1].is_silent(), "the connection to the other host is closed, and nothing was sent on it")
    run.is_back(3)
    gate.stop()


def check_closed(how):
    run = Run(f"closed before the answer ({how})")

    def before():
        run.host.has_lines(2)
        run.host.lines[1].stream.end(how)
        run.host.is_over(1)

    run.lose(before)
    run.is_back(3)


def check_greeting():
    run, seen = Run("a server that speaks before it is asked"), []
    run.host.greetings[1] = b"HTTP/1.1 408 Request Timeout\r\n\r\n"
    run.lose(lambda: seen.append(run.host.is_over(1)))
    run.is_back(3)
    is_equal(seen, [True], "it is hung up on")


def check_refused():
    run = Run("nobody listens at first")
    run.host.refuse()
    run.lose(run.host.listen)
    run.is_back(2)


def check_closed_late(directory):
    """While ssm-sign works: it waits for keys, which a test gives."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as keys:
        keys.settimeout(PATIENCE)
        script, config = os.path.join(directory, "keys.py"), os.path.join(directory, "config")
        with open(script, "w", encoding="utf-8") as file:
            file.write(ASK_FOR_KEYS.format(port=keys.getsockname()[1]))
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[default]\ncredential_process = {sys.executable} {script}\n")
        host = Host()
        answer = json.dumps({"Version": 1, "AccessKeyId": host.keys.key_id, "SecretAccessKey": host.keys.secret}).encode()

        def give():
            connection = keys.accept()[0]
            connection.sendall(answer)
            connection.close()

        helper = threading.Thread(target=give)
        helper.start()
        run = Run("closed while the request is signed", host, env={"AWS_CONFIG_FILE": config, "AWS_ACCESS_KEY_ID": None,
                                                                   "AWS_SECRET_ACCESS_KEY": None})
        helper.join()
        run.lose(lambda: host.has_lines(2) and None)
        give()
        waiting = keys.accept()[0]
        host.lines[1].stream.end("fin")
        ok(host.has_lines(3), "it is dialled again at once")
        waiting.close()
        helper = threading.Thread(target=give)
        helper.start()
        run.is_back(3)
        helper.join()


def check_denied():
    """What is behind each attempt would be closed by the next, too: no other has begun, in one of five at least."""
    run, waited, numbers = Run("no token yet"), False, itertools.count(2)
    run.lose(lambda: run.host.has_lines(next(numbers)) and REFUSED)
    for attempt in range(1, 6):
        if not ok(run.host.is_over(attempt) and run.host.lines[attempt].is_silent(), "a connection that was for nothing is closed"):
            break
        if waited := len(run.events("Attempt")) == attempt:
            break
    ok(waited, "before the next attempt", run.events("Attempt"))
    with run.host.noted:
        run.host.before[RESUME] = lambda: None
    run.stream.feed(b"hello\n")
    ok(run.session.wait(lambda: run.shell.typed == b"hello\n", PATIENCE), "and the session goes on later")
    run.stream.feed(b"exit\n")
    run.ends()


def check_ended():
    run, over = Run("SIGTERM while the service is asked"), []
    asked, finish = threading.Event(), threading.Event()
    run.host.before[TERMINATE] = lambda: over.append(run.host.is_over(1))

    def before():
        run.host.has_lines(2)
        asked.set()
        finish.wait(PATIENCE)

    run.lose(before)
    asked.wait(PATIENCE)
    run.stream.process.send_signal(signal.SIGTERM)
    run.ends(-signal.SIGTERM)
    finish.set()
    is_equal(over, [True], "the connection is closed before the session is ended")


def main():
    if not os.path.exists(TOOL):
        skip_all("no ssm-stream")
    check_used("plain", Host())
    check_proxy()
    check_elsewhere()
    check_closed("fin")
    check_closed("rst")
    check_greeting()
    check_refused()
    check_denied()
    check_ended()
    with tempfile.TemporaryDirectory() as directory:
        check_tls(directory)
        check_closed_late(directory)
    done()


main()
