"""session-manager-plugin and a port: what is said of it byte for byte, and sessions whose data key the request's target has."""
import json
import re
import signal
import socket
import threading

from fault_server import closed_port
from plugin_world import LIMIT, REGION, TARGET, World, exits, starts, wait_for
from port_running import is_at_rest, receive, wait_until
from tap import done, is_equal, ok

FORWARDING = ["--document-name", "AWS-StartPortForwardingSession", "--parameters"]
OLD_AGENT = ["--agent-version", "3.0.100.0"]            # one connection after the other


def arguments(document, world):
    return [json.dumps(document), REGION, "StartSession", "", json.dumps({"Target": TARGET}), world.endpoint]


class Echo:
    """Says back what it is told, to one connection after the other."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection = self.server.accept()[0]
            except OSError:
                return
            with connection:
                while data := connection.recv(65536):
                    connection.sendall(data)


def ask(address):
    with socket.create_connection(address, LIMIT) as connection:
        connection.sendall(b"ping")
        return receive(connection, 4)


def end(run, seen):
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=LIMIT)
    return run.returncode, (seen + out).decode(), err.decode()


def check_port(world, title, opened, accepted, count, **changes):
    target = Echo()
    document = world.session(*FORWARDING, f"portNumber={target.port}")
    run = world.start(arguments(document, world), **changes)
    seen = wait_for(run.stdout, opened.rpartition("ID")[2].encode())
    port = re.search(rb"Port (\d+) opened", seen)
    answers = [ask(("127.0.0.1", int(port.group(1)))) for _ in range(count if port else 0)]
    code, out, err = end(run, seen)
    name = document["SessionId"]
    said = (opened + accepted).replace("ID", name).replace("PORT", port.group(1).decode() if port else "?")
    is_equal((code, out, err), (0, starts(name) + said + "Terminate signal received, exiting.\n" + exits(name), ""),
             f"{title}: what is said of it")
    is_equal(answers, [b"ping"] * count, f"{title}: what goes through it")
    target.server.close()


def check_refused(world):
    document = world.session(*FORWARDING, f"portNumber={closed_port()}")
    run = world.start(arguments(document, world))
    seen = wait_for(run.stdout, b"Waiting for connections...\n")
    local = re.search(rb"Port (\d+) opened", seen)
    with socket.create_connection(("127.0.0.1", int(local.group(1)))) as connection:
        connection.settimeout(LIMIT)
        is_equal(connection.recv(1), b"", "a target that refuses: the connection is closed")
    seen += wait_for(run.stdout, b"check SSM Agent logs.\n")
    code, out, err = end(run, seen)
    ok(code == 0 and "\nConnection to destination port failed, check SSM Agent logs.\n" in out and err == "",
       "and it is said, on standard output", code, out, err)


def check_deaf_caller(world):
    """Whoever wants the port alone reads no further; what is behind it is whole nevertheless."""
    document = world.session("--document-name", "AWS-StartPortForwardingSessionToRemoteHost", "--parameters",
                             json.dumps({"host": ["source.sandbox"], "portNumber": ["5000"]}))
    run = world.start(arguments(document, world))
    local = re.search(rb"Port (\d+) opened", wait_for(run.stdout, b"Waiting for connections...\n"))
    run.stdout.close()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(LIMIT)
        connection.connect(("127.0.0.1", int(local.group(1))))
        got = len(connection.recv(1))
        wait_until(lambda: is_at_rest(run, world.sandbox))
        world.terminate(document["SessionId"])
        try:
            while data := connection.recv(65536):
                got += len(data)
            how = "an end"
        except ConnectionResetError:
            how = "a reset"
    ok(how == "a reset" or got == 5000 * 1024, "a lost standard output", how, got)
    ok(got > 4 << 20, "does not keep what had come from who reads it", how, got)
    run.wait(LIMIT)
    run.stderr.close()


def check_in_use(world):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        document = world.session(*FORWARDING, json.dumps({"portNumber": ["80"], "localPortNumber": [str(port)]}))
        code, out, err = world.run(arguments(document, world))
    ok(code == 255 and out.startswith(starts(document["SessionId"])) and "Address already in use" in err and err.count("\n") == 1,
       "a port that is in use: a line and a code", code, out, err)


def check_key():
    """The data key is made for the target of the request; where there is none the service is asked."""
    with World("--kms-key", "alias/sandbox") as world:
        document = world.session()
        name = document["SessionId"]
        code, out, err = world.run(arguments(document, world), b"echo $((6 * 7))\nexit\n")
        ok((code, err) == (0, "") and out.startswith(starts(name) + "This session is encrypted using AWS KMS.\n") and
           out.endswith(exits(name)) and "42\r\n" in out, "an encrypted session, whose owner's message is said", code, out, err)
        document = world.session()
        code, out, err = world.run(arguments(document, world)[:3], b"echo $((6 * 7))\nexit\n")
        ok((code, err) == (0, "") and out.endswith(exits(document["SessionId"])) and "42\r\n" in out,
           "without a request the service is asked for the target", code, out, err)


def main():
    waits, once = "Port PORT opened for sessionId ID.\nWaiting for connections...\n", "Port PORT opened for sessionId ID.\n"
    with World() as world:
        check_port(world, "a port", waits, "\nConnection accepted for session [ID]\n", 3)
        check_port(world, "a port at an address of the environment's", waits, "\nConnection accepted for session [ID]\n", 1,
                   SSM_PLUGIN_LOCAL_HOST="127.0.0.1")
        check_refused(world)
        check_deaf_caller(world)
        check_in_use(world)
    with World(*OLD_AGENT) as world:
        check_port(world, "a port of an old agent", once, "Connection accepted for session ID.\n", 2)
    check_key()
    done()


main()
