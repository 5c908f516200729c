"""AWS-StartSSHSession in the sandbox: a port's bytes on standard streams, how it ends, and ssh, over connections that are cut."""
import os
import pty
import select
import signal
import socket
import subprocess
import threading
import tty

from fault_server import closed_port
from sandbox_running import BUILD_DIR, Sandbox
from sshd import Sshd
from tap import done, is_equal, ok, skip

TARGET = "i-0a1b2c3d4e5f60001"
DATA = bytes(range(256)) * 1200 + b"\n"
LIMIT = 60


class Listener:
    """One connection on a port of this machine, which a function serves."""

    def __init__(self, serve):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self.run, args=(serve,), daemon=True)
        self.thread.start()

    def run(self, serve):
        connection, _ = self.server.accept()
        with connection, self.server:
            serve(connection)

    def is_over(self):
        self.thread.join(LIMIT)
        return not self.thread.is_alive()


def say_back(connection):
    connection.sendall(b"hello\n")
    while data := connection.recv(65536):
        connection.sendall(data)


def command(port, *options):
    return [os.path.join(BUILD_DIR, "ssm-start-session"), "--target", TARGET, "--document-name", "AWS-StartSSHSession",
            "--parameters", f"portNumber={port}", *options]


def environment(sandbox):
    return {**os.environ, **sandbox.environment, "PATH": f"{BUILD_DIR}:/usr/bin:/bin"}


def start(sandbox, port):
    return subprocess.Popen(command(port), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=environment(sandbox))



def echoed(sandbox, title):
    """All that goes there comes back; the target closes behind it."""
    want = b"hello\n" + DATA
    run = start(sandbox, Listener(say_back).port)
    feeder = threading.Thread(target=lambda: (run.stdin.write(DATA), run.stdin.flush()), daemon=True)
    feeder.start()
    got = b""
    while len(got) < len(want) and (data := run.stdout.read1(65536)):
        got += data
    ok(got == want, f"{title}: every byte there and back", len(got))
    feeder.join(LIMIT)
    return run


def check_bytes(sandbox):
    run = echoed(sandbox, "a port")
    run.send_signal(signal.SIGINT)
    run.stdin.write(b"more")
    run.stdin.flush()
    is_equal(run.stdout.read(4), b"more", "SIGINT is for the program whose connection it is")
    run.terminate()
    _, err = run.communicate(timeout=LIMIT)
    is_equal((run.returncode, err), (-signal.SIGTERM, b""), "SIGTERM is the end")


def check_target_closes(sandbox):
    listener = Listener(lambda connection: connection.sendall(DATA))
    got = subprocess.run(command(listener.port), stdin=subprocess.PIPE, capture_output=True, env=environment(sandbox),
                         timeout=LIMIT, check=False)
    is_equal((got.returncode, got.stdout == DATA, got.stderr), (0, True, b""), "a target that closes: all it has said, and 0")


def check_refused(sandbox):
    port = closed_port()
    got = subprocess.run(command(port), stdin=subprocess.DEVNULL, capture_output=True, env=environment(sandbox),
                         timeout=LIMIT, check=False)
    is_equal((got.returncode, got.stdout, got.stderr.decode()),
             (1, b"", f"ssm-stream: Unable to connect to specified port: dial tcp 127.0.0.1:{port}: connect: Connection refused\n"),
             "a target that refuses: a line, and 1")


def check_hang_up(sandbox):
    """ssh sends it to the program in its configuration when it is done."""
    listener = Listener(say_back)
    run = start(sandbox, listener.port)
    is_equal(run.stdout.read(6), b"hello\n", "a connection")
    run.send_signal(signal.SIGHUP)
    run.communicate(timeout=LIMIT)
    ok(run.returncode == -signal.SIGHUP and listener.is_over(), "SIGHUP is the end, for nobody comes back to a port", run.returncode)


def check_reader(sandbox):
    listener = Listener(say_back)
    run = start(sandbox, listener.port)
    is_equal(run.stdout.read(6), b"hello\n", "the target speaks first")
    run.stdout.close()
    run.stdin.close()
    ok(run.wait(LIMIT) != 0 and listener.is_over(), "a reader and a writer that are gone end it", run.returncode)
    run.stderr.close()


def check_cuts():
    sandbox = Sandbox("--fault", "rst:after=200", "--fault", "close:after=500")
    try:
        run = echoed(sandbox, "over connections that are cut")
        run.terminate()
        ok(run.communicate(timeout=LIMIT)[1].count(b"connected again") >= 2, "which were two at least")
    finally:
        sandbox.stop()


def check_raw():
    """ssh makes the terminal raw on which its ProxyCommand's messages are."""
    sandbox = Sandbox("--fault", "rst:after=10:times=1")
    master, slave = pty.openpty()
    tty.setraw(slave)
    try:
        run = subprocess.Popen(command(Listener(say_back).port), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=slave,
                               env=environment(sandbox))
        run.stdin.write(bytes(20_000))
        run.stdin.flush()
        is_equal(run.stdout.read(20_006), b"hello\n" + bytes(20_000), "a port, its messages on a raw terminal")
        run.terminate()
        run.communicate(timeout=LIMIT)
        said = b""
        while not said.endswith(b"again\n\r") and select.select([master], [], [], LIMIT)[0]:
            said += os.read(master, 65536)      # a part of it, at times
        lines = said.split(b"\r\n")[1:]
        ok(len(lines) == 2 and lines[0].startswith(b"ssm-stream: the connection to ") and
           lines[1] == b"ssm-stream: connected again\n\r", "each of them begins a line, at its beginning", said)
    finally:
        os.close(slave)
        os.close(master)
        sandbox.stop()


def check_ssh(sandbox):
    daemon = Sshd([TARGET], {"SESSION": "1"})
    why = daemon.start()
    if why:
        skip("ssh", why)
        return
    try:
        with open(daemon.path("client"), encoding="utf-8") as file:
            port = next(line.split()[1] for line in file if line.startswith("Port "))
        proxy = " ".join(command("%p")).replace(TARGET, "%h").replace("%p", port)
        got = subprocess.run([*daemon.ssh_command.split(), "-o", "HostName=" + TARGET, "-o", f"ProxyCommand={proxy}", TARGET,
                              "cksum; exit 7"], input=DATA, capture_output=True, env=environment(sandbox), timeout=LIMIT,
                             check=False)
        want = subprocess.run(["cksum"], input=DATA, capture_output=True, check=True).stdout
        is_equal((got.returncode, got.stdout), (7, want), "ssh, with the session as its ProxyCommand")
    finally:
        daemon.stop()


def main():
    sandbox = Sandbox()
    try:
        check_bytes(sandbox)
        check_target_closes(sandbox)
        check_refused(sandbox)
        check_hang_up(sandbox)
        check_reader(sandbox)
        check_ssh(sandbox)
    finally:
        sandbox.stop()
    check_cuts()
    check_raw()
    done()


main()
