"""A forwarded port with more connections than most have, and with more than there are descriptors for; older agents' one."""
import http.client
import resource
import socket

from port_running import LIMIT, Tunnel, document, echo, receive
from sandbox_running import Sandbox
from tap import done, is_equal, ok, together

LIMITS = min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
MANY = min(1000, LIMITS // 4)               # the sandbox has two descriptors for each
DESCRIPTORS = 110                           # of which a quarter is kept for other things
WORDS = b"the quick brown fox\n"


def many(sandbox):
    tunnel = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7))
    connections = [tunnel.connect() for _ in range(MANY)]
    for number, connection in enumerate(connections):
        connection.sendall(b"%d\n" % number)
    wrong = [number for number, connection in enumerate(connections)
             if receive(connection, len(b"%d\n" % number)) != b"%d\n" % number]
    is_equal(wrong, [], f"{MANY} connections at once, each with its own")
    for connection in connections:
        connection.close()
    tunnel.stop()


def strike(sandbox, what):
    """Ends the connections that stand."""
    port = sandbox.environment["AWS_ENDPOINT_URL_SSM"].rpartition(":")[2].strip("/")
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=LIMIT)
    connection.request("POST", "/sandbox/faults/now", what)
    connection.getresponse().read()
    connection.close()


def few_descriptors(sandbox):
    """Those that there is no descriptor for wait, and the session is resumed nevertheless."""
    tunnel = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7),
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS)))
    connections = [tunnel.connect() for _ in range(DESCRIPTORS)]
    with connections[0]:
        is_equal(echo(connections[0], WORDS), WORDS, "the first is served")
    last = connections[-1]
    last.sendall(WORDS)
    last.settimeout(0.5)
    try:
        got = last.recv(100)
    except TimeoutError:
        got = None
    ok(got is None, "the last one waits", got)
    strike(sandbox, "rst")
    is_equal(echo(connections[1], WORDS), WORDS, "there is still one for a new connection of the session")
    ok(tunnel.events("Resumed"), "which was lost meanwhile")
    for connection in connections[1:-1]:
        connection.close()
    last.settimeout(LIMIT)
    is_equal(receive(last, len(WORDS)), WORDS, "until others have ended")
    last.close()
    tunnel.stop()
    is_equal([line for line in tunnel.said if "accept" in line][:1],
             ["ssm-stream: cannot accept a connection now: Too many open files; others wait"], "which is said")


def one_by_one():
    """An agent before smux: connections one after the other, and what is of the first does not come to the second."""
    sandbox = Sandbox("--agent-version", "3.0.196.0")
    try:
        with socket.create_server(("127.0.0.1", 0)) as target:
            tunnel = Tunnel(sandbox, document(sandbox, "AWS-StartPortForwardingSession", portNumber=target.getsockname()[1]))
            for text in bytes(range(256)), b"\n", bytes(range(256)) * 300:
                with tunnel.connect() as connection:
                    connection.sendall(text)
                    accepted, _ = target.accept()
                    with accepted:
                        is_equal(receive(accepted, len(text)), text, f"{len(text)} bytes arrive")
                        accepted.sendall(text)
                        is_equal(receive(connection, len(text)), text, f"{len(text)} bytes come back")
                        connection.close()
                        is_equal(receive(accepted), b"", "the end is told")
            with tunnel.connect() as first, tunnel.connect() as second:
                first.sendall(WORDS)
                second.sendall(WORDS * 2)
                accepted, _ = target.accept()
                is_equal(receive(accepted, len(WORDS)), WORDS, "the first is served")
                first.close()
                is_equal(receive(accepted), b"", "to its end")
                again, _ = target.accept()
                is_equal(receive(again, 2 * len(WORDS)), WORDS * 2, "then the second")
            is_equal(tunnel.stop()[0], -15, "a signal ends it")
    finally:
        sandbox.stop()


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (LIMITS, LIMITS))
    sandbox = Sandbox()
    try:
        together(lambda: many(sandbox), one_by_one)
        few_descriptors(sandbox)
    finally:
        sandbox.stop()
    done()


main()
