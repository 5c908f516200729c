"""ssm-start-session -L: a port of this machine that leads through the sandbox; when it is not to be had, and how it ends."""
import http.server
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading

from port_running import LIMIT, TARGET, connect, echo, environment, receive
from sandbox_running import BUILD_DIR, Sandbox
from start_world import World
from tap import done, is_equal, ok, skip, together

TOOL = os.path.join(BUILD_DIR, "ssm-start-session")
DATA = os.urandom(300_000)
PAGE = b"a page of the node\n" * 20_000


class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


def serve_pages():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def serve_echo(host="127.0.0.1"):
    """Every connection is answered with what it says."""
    server = socket.create_server((host, 0))

    def answer(connection):
        with connection:
            while data := connection.recv(65536):
                connection.sendall(data)

    def run():
        while True:
            threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    return server.getsockname()[1]


class Forward:
    """ready are the addresses that it listens on; none when it ended before."""

    def __init__(self, sandbox, *arguments, **how):
        reader, writer = os.pipe()
        self.process = subprocess.Popen([TOOL, "--target", TARGET, "--ready-fd", str(writer), *arguments], pass_fds=(writer,),
                                        env=environment(sandbox), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, **how)
        os.close(writer)
        with os.fdopen(reader) as lines:
            self.ready = lines.read().splitlines()

    def connect(self, which=0):
        return connect(self.ready[which])

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=LIMIT)
        return self.process.returncode, out, err.decode()


def sessions(sandbox, state):
    """Those of forwarded ports."""
    got = subprocess.run([os.path.join(BUILD_DIR, "ssm-describe-sessions"), "--state", state], env=environment(sandbox),
                         capture_output=True, text=True, timeout=LIMIT, check=True).stdout
    return got.count("AWS-StartPortForwarding")


def check_form(sandbox, local, remote, said, title):
    forward = Forward(sandbox, "-L", f"{local}:{remote}")
    if not ok(forward.ready, f"{title}: it listens"):
        return
    with forward.connect() as connection:
        ok(echo(connection, DATA) == DATA, f"{title}: every byte there and back")
    code, out, err = forward.stop()
    is_equal((code, out, err), (-signal.SIGTERM, b"", f"ssm-stream: listening on {', '.join(forward.ready)}, for {said}\n"),
             f"{title}: one line says where")


def check_forms(sandbox):
    port = serve_echo()
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "s")
        together(lambda: check_form(sandbox, "0", port, f"the node's port {port}", "PORT:HOSTPORT"),
                 lambda: check_form(sandbox, "127.0.0.1:0", f"localhost:{port}", f"the node's port {port}", "BIND:PORT:HOST:HOSTPORT"),
                 lambda: check_remote(sandbox),
                 lambda: check_form(sandbox, path, port, f"the node's port {port}", "a socket's path"))
        ok(not os.path.exists(path), "the socket's file is gone with it")


def check_remote(sandbox):
    port = serve_echo("127.0.0.2")
    check_form(sandbox, "0", f"127.0.0.2:{port}", f"127.0.0.2:{port}", "PORT:HOST:HOSTPORT")


def check_curl(sandbox):
    forward = Forward(sandbox, "-L", f"0:{serve_pages()}")
    got = subprocess.run(["curl", "-s", f"http://{forward.ready[0]}/"], capture_output=True, timeout=LIMIT, check=False)
    is_equal((got.returncode, got.stdout == PAGE), (0, True), "curl gets a page through it", got.stderr)
    forward.stop()


def check_cut():
    sandbox = Sandbox("--fault", "rst:after=150:times=1")
    try:
        forward = Forward(sandbox, "-L", f"0:{serve_echo()}")
        with forward.connect() as connection:
            ok(echo(connection, DATA[:150_000]) == DATA[:150_000], "over a connection that is cut: every byte there and back")
        _, _, err = forward.stop()
        is_equal(err.count("connected again"), 1, "which was cut", err)
    finally:
        sandbox.stop()


def check_ends(sandbox):
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        forward = Forward(sandbox, "-L", f"127.0.0.1:0:{serve_echo()}")
        connection = forward.connect()
        is_equal(echo(connection, b"x"), b"x", f"{number.name}: a connection")
        is_equal(forward.stop(number)[0], -number, f"{number.name} is the end")
        connection.settimeout(LIMIT)
        try:
            rest = receive(connection)
        except ConnectionResetError:
            rest = b""
        is_equal(rest, b"", f"{number.name}: of the connection, too")
        connection.close()
        is_equal(sessions(sandbox, "Active"), 0, f"{number.name}: no session is left")


def check_used(world):
    """Nothing is asked of the service."""
    with socket.create_server(("127.0.0.1", 0)) as taken, tempfile.TemporaryDirectory() as directory:
        port, path = taken.getsockname()[1], os.path.join(directory, "s")
        got = world.run("--target", "i-1", "-L", f"127.0.0.1:{port}:80")
        is_equal((got.returncode, got.stdout, got.stderr, world.requests()),
                 (255, "", f"ssm-start-session: cannot listen on 127.0.0.1:{port}: Address already in use\n", []),
                 "a port in use: a line, 255, and no session was asked for")
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(path)
            other.listen()
            got = world.run("--target", "i-1", "-L", f"{path}:80")
        is_equal((got.returncode, got.stdout, got.stderr, world.requests()),
                 (255, "", f"ssm-start-session: cannot listen on {path}: Address already in use\n", []),
                 "nor for a socket's path in use")
        got = world.run("--target", "i-1", "--document-name", "AWS-StartPortForwardingSession", "--parameters",
                        f"portNumber=80,localPortNumber={port}")
        is_equal((got.returncode, got.stderr, world.requests()),
                 (255, f"ssm-start-session: cannot listen on 127.0.0.1:{port}: Address already in use\n", []),
                 "nor where a document's parameters name one in use")
        got = world.run("--target", "i-1", "-L", "no.such.host.invalid:1:80")
        ok(got.returncode == 255 and got.stderr.startswith("ssm-start-session: cannot listen on no.such.host.invalid: ") and
           world.requests() == [], "nor for a name that is none", got)


def check_asked(world):
    """What the service is asked, and that ssm-stream has sockets that listen."""
    world.reset()
    with open(world.path("ssm-stream"), "w", encoding="utf-8") as file:
        file.write("#!/usr/bin/python3\nimport socket, sys\n"
                   "for word in sys.argv:\n"
                   "    if word.startswith('--listen=/dev/fd/'):\n"
                   "        s = socket.socket(fileno=int(word.rpartition('/')[2]))\n"
                   "        print(s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), s.getsockname()[:2])\n")
    got = world.run("--target", "i-1", "-L", "127.0.0.1:0:db.internal:5432")
    (operation, body), = world.requests()
    port = body["Parameters"].pop("localPortNumber", ["?"])[0]
    is_equal((operation, body), ("StartSession", {"Target": "i-1", "Parameters": {"host": ["db.internal"], "portNumber": ["5432"]},
             "DocumentName": "AWS-StartPortForwardingSessionToRemoteHost"}), "the service is asked for the port of a host")
    is_equal((got.returncode, got.stdout, got.stderr), (0, f"1 ('127.0.0.1', {port})\n", ""),
             "and told the local port that any was, at which ssm-stream finds a socket that listens")


def check_named(sandbox):
    """A document that is named in full says by itself where to listen."""
    port = serve_echo()
    options = "--document-name", "AWS-StartPortForwardingSession", "--parameters"
    forward = Forward(sandbox, *options, f"portNumber={port},localPortNumber=0")
    with forward.connect() as connection:
        is_equal(echo(connection, b"there"), b"there", "a document that is named")
    forward.stop()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        used = taken.getsockname()[1]
        forward = Forward(sandbox, *options, f"portNumber={port},localPortNumber={used}")
        out, err = forward.process.communicate(timeout=LIMIT)
    is_equal((forward.ready, forward.process.returncode, out, err.decode()),
             ([], 255, b"", f"ssm-start-session: cannot listen on 127.0.0.1:{used}: Address already in use\n"),
             "its port in use: a line, 255")
    before = sessions(sandbox, "History")
    with socket.create_server(("127.0.0.1", 0)) as taken, tempfile.TemporaryDirectory() as directory:
        used, path = taken.getsockname()[1], os.path.join(directory, "parameters")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"portNumber": [str(port)], "localPortNumber": [str(used)]}, file)
        forward = Forward(sandbox, *options, f"file://{path}")
        out, err = forward.process.communicate(timeout=LIMIT)
    is_equal((forward.ready, forward.process.returncode, out, err.decode()),
             ([], 255, b"", f"ssm-stream: cannot listen on 127.0.0.1:{used}: Address already in use\n"),
             "out of a file it is known when the session is there: the same, of ssm-stream")
    is_equal((sessions(sandbox, "Active"), sessions(sandbox, "History") - before), (0, 1), "and the session is ended")


def main():
    sandbox = Sandbox()
    try:
        check_forms(sandbox)
        check_curl(sandbox) if os.path.exists("/usr/bin/curl") else skip("curl", "no curl here")
        check_ends(sandbox)
        check_named(sandbox)
    finally:
        sandbox.stop()
    check_cut()
    with World() as world:
        check_used(world)
        check_asked(world)
    done()


main()
