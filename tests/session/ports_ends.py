"""A forwarded port: where it listens and who is told, connections that end in all ways, and the session's own end."""
import json
import os
import re
import signal
import socket
import stat
import subprocess
import tempfile
import threading

from fault_server import closed_port
from port_running import LIMIT, Tunnel, document, echo, environment, is_at_rest, receive, wait_until
from sandbox_running import Sandbox
from tap import done, is_equal, ok, together

PERIOD = 251                                # of what source.sandbox sends
WORDS = b"the quick brown fox\n" * 50
ENDED_BY = {signal.SIGTERM: -15, signal.SIGINT: -2, signal.SIGHUP: -1}


def status(sandbox, session_id):
    """Connected, Terminated ..., as the service tells it."""
    lists = ["ssm-request describe-sessions --state " + state + " | ssm-sign | ssm-call" for state in ("Active", "History")]
    told = subprocess.run(["sh", "-c", "; ".join(lists)], env=environment(sandbox), stdout=subprocess.PIPE, check=True).stdout
    return re.findall(rb'"SessionId":"%s"[^{}]*?"Status":"(\w+)"' % session_id.encode(), told)


def terminate(sandbox, session_id):
    subprocess.run(["sh", "-c", "ssm-request terminate-session --session-id " + session_id + " | ssm-sign | ssm-call"],
                   env=environment(sandbox), stdout=subprocess.DEVNULL, check=True)


def small_reader(tunnel):
    """Little of what comes is kept for it on its own side."""
    host, _, port = tunnel.ready[0].rpartition(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(LIMIT)
    connection.connect((host, int(port)))
    return connection


def is_refused(tunnel):
    try:
        with tunnel.connect():
            return False
    except ConnectionRefusedError:
        return True


def said(tunnel, text):
    return [line for line in tunnel.said if text in line]


def peak(tunnel):
    """KiB."""
    with open(f"/proc/{tunnel.process.pid}/status", encoding="utf-8") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])


def listening(sandbox):
    """Both families, one line, an event each, and what waits is told."""
    tunnel = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7))
    addresses = tunnel.ready
    ports = {address.rpartition(":")[2] for address in addresses}
    ok(addresses and addresses[0].startswith("127.0.0.1:") and len(ports) == 1, "any port of this machine, the same of both "
       "families", addresses)
    is_equal([event["Address"] for event in tunnel.events("Listening")], addresses, "an event for each")
    with tunnel.connect() as connection:
        is_equal(echo(connection, WORDS), WORDS, "what is said comes back")
    code, out, lines = tunnel.stop()
    is_equal(code, -15, "it ends by the signal that ended it")
    is_equal(out, b"", "nothing on standard output")
    is_equal(lines, [f"ssm-stream: listening on {', '.join(addresses)}, for echo.sandbox:7"], "one line")
    is_equal(status(sandbox, tunnel.session_id), [b"Terminated"], "the service was told")


def named_port(sandbox):
    """The port that the session's properties name; and that it is in use."""
    port = closed_port()
    tunnel = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7, localPortNumber=port))
    is_equal(tunnel.ready[:1], [f"127.0.0.1:{port}"], "the port that the session names")
    second = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7, localPortNumber=port))
    code, _, lines = second.finish()
    is_equal((code, lines), (255, [f"ssm-stream: cannot listen on 127.0.0.1:{port}: Address already in use"]),
             "one in use is a line, and 255")
    is_equal(second.ready, [], "who waits is told nothing")
    is_equal(status(sandbox, second.session_id), [b"Terminated"], "the session is ended")
    code, _, lines = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7), "--listen", str(port)).finish()
    is_equal((code, lines), (255, [f"ssm-stream: cannot listen on 127.0.0.1:{port}: Address already in use"]),
             "by an option, the same")
    answer = document(sandbox, host="echo.sandbox", portNumber=7)
    got = subprocess.run(["ssm-stream", "--listen", str(port)], input=answer, env=environment(sandbox), capture_output=True,
                         timeout=LIMIT, check=False)
    is_equal((got.returncode, got.stderr.decode().splitlines()), (code, lines), "with the document on standard input, too")
    is_equal(status(sandbox, json.loads(answer)["SessionId"]), [b"Terminated"], "that session is ended")
    tunnel.stop()


def options(sandbox):
    """--listen takes the place of the properties; several; a socket that was handed down; a path."""
    answer = document(sandbox, host="echo.sandbox", portNumber=7, localPortNumber=1)
    directory = tempfile.mkdtemp()
    path = os.path.join(directory, "socket")
    with socket.create_server(("127.0.0.1", 0)) as handed:
        address = f"127.0.0.1:{handed.getsockname()[1]}"
        tunnel = Tunnel(sandbox, answer, "--listen", path, "--listen", f"/dev/fd/{handed.fileno()}", "--listen", "127.0.0.1:0",
                        pass_fds=(handed.fileno(),))
    is_equal((tunnel.ready[:2], len(tunnel.ready)), ([path, address], 3), "three places, in their order")
    mode = os.stat(path).st_mode
    ok(stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600, "the path is a socket of its owner's", oct(mode))
    for place in list(tunnel.ready):
        tunnel.ready = [place]
        with tunnel.connect() as connection:
            is_equal(echo(connection, WORDS), WORDS, f"{place[:1]}: what is said comes back")
    tunnel.stop()
    is_equal(os.listdir(directory), [], "the path is gone")
    os.rmdir(directory)


def wrong_calls(sandbox):
    answer = document(sandbox, host="echo.sandbox", portNumber=7)
    code, _, lines = Tunnel(sandbox, answer, "--listen", "nowhere").finish()
    is_equal((code, lines[0]), (252, "ssm-stream: option '--listen': cannot listen on 'nowhere': "
                                "not PORT, HOST:PORT, [ADDRESS]:PORT or /PATH (a port is a number from 0 to 65535); see 'ssm-stream --help'"),
             "what is no address is a wrong call")
    code, _, lines = Tunnel(sandbox, answer, "--ready-fd", "99").finish()
    is_equal((code, lines[0]), (252, "ssm-stream: option '--ready-fd': descriptor 99 cannot be written to; see 'ssm-stream "
                                "--help'"),
             "a descriptor that is not there, too")
    shell = Tunnel(sandbox, document(sandbox, "AWS-StartInteractiveCommand", command="echo hello; read end"), "--listen", "0")
    code, _, lines = shell.finish()
    is_equal((code, lines), (252, ["ssm-stream: option '--listen': the session forwards no port"]),
             "a session that forwards no port is none to listen for")
    is_equal(status(sandbox, shell.session_id), [b"Terminated"], "it is ended")


def other_sessions(sandbox):
    shell = Tunnel(sandbox, document(sandbox, "AWS-StartInteractiveCommand", command="echo hello; read end"))
    is_equal(shell.ready, [""], "a session without a port is ready with an empty line")
    shell.stop()


def refused(sandbox):
    """Nobody is at the port of the node: the connection is closed, a line says so, and others go on."""
    port = closed_port()
    for parameters, words in (({}, f"its port {port}"), ({"host": "localhost"}, f"port {port} of localhost")):
        name = "AWS-StartPortForwardingSession" + ("ToRemoteHost" if parameters else "")
        tunnel = Tunnel(sandbox, document(sandbox, name, portNumber=port, **parameters))
        with tunnel.connect() as connection:
            is_equal(receive(connection), b"", f"{name}: the connection is closed")
        with socket.create_server(("127.0.0.1", port)) as server, tunnel.connect() as connection:
            connection.sendall(WORDS)
            is_equal(receive(server.accept()[0], len(WORDS)), WORDS, f"{name}: the next one is not")
        tunnel.stop()
        is_equal(said(tunnel, "connect"), [f"ssm-stream: the node cannot connect to {words}"], f"{name}: one line")


def half_closed(sandbox):
    """Who has said everything gets the answer; the node's end ends the connection."""
    def serve():
        accepted, _ = server.accept()
        with accepted:
            asked.append(receive(accepted, len(WORDS)))
            accepted.sendall(WORDS * 200)

    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        tunnel = Tunnel(sandbox, document(sandbox, "AWS-StartPortForwardingSession", portNumber=server.getsockname()[1]))
        with tunnel.connect() as connection:
            connection.sendall(WORDS)
            connection.shutdown(socket.SHUT_WR)
            is_equal(receive(connection), WORDS * 200, "the answer comes whole behind the end of what was asked, and ends")
        thread.join(LIMIT)
        is_equal(asked, [WORDS], "what was asked has come")
        tunnel.stop()


def closed(sandbox):
    """Who has closed a connection altogether waits for nothing; the node hears of it long before anything is given up."""
    directory = tempfile.mkdtemp()
    path = os.path.join(directory, "socket")
    with socket.create_server(("127.0.0.1", 0)) as server:
        tunnel = Tunnel(sandbox, document(sandbox, "AWS-StartPortForwardingSession", portNumber=server.getsockname()[1]),
                        "--verbose", "--listen", "localhost:0", "--listen", path)
        for place in list(tunnel.ready):
            tunnel.ready = [place]
            with tunnel.connect() as connection:
                connection.sendall(WORDS)
            with server.accept()[0] as accepted:
                accepted.settimeout(LIMIT)
                is_equal(receive(accepted), WORDS, f"{place[:1]}: what was said, and the end")
    tunnel.stop()
    is_equal(said(tunnel, "a connection was ended"), [], "not for want of an answer")
    os.rmdir(directory)


def lingering(sandbox):
    """An end that the node does not answer is given up in the end."""
    tunnel = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7), "--verbose")
    with tunnel.connect() as connection:
        connection.sendall(WORDS)
        connection.shutdown(socket.SHUT_WR)
        is_equal(receive(connection), WORDS, "a connection that has said all, and that nobody ends, is ended here")
    tunnel.stop()
    is_equal(len(said(tunnel, "a connection was ended: its input was over, and no answer came for 10 seconds")), 1,
             "and that is said to who asks")


def deaf(sandbox):
    """A target that does not read stops who speaks to it, and takes no memory; SIGTERM ends that, too."""
    tunnel = Tunnel(sandbox, document(sandbox, host="deaf.sandbox", portNumber=7))
    with tunnel.connect() as connection:
        connection.settimeout(1)
        sent = 0
        try:
            while sent < 200 << 20:
                sent += connection.send(bytes(65536))
        except TimeoutError:
            pass
        ok(sent < 100 << 20, "who speaks to a deaf target is stopped", sent)
        ok(peak(tunnel) < 60 * 1024 or "ASAN_OPTIONS" in os.environ, "and kept in little memory", peak(tunnel))
        is_equal(tunnel.stop()[0], -15, "a signal ends it nevertheless")


def unread(sandbox):
    """Nor does a local end that does not read."""
    tunnel = Tunnel(sandbox, document(sandbox, host="source.sandbox", portNumber=65535))
    with tunnel.connect() as connection:
        is_equal(receive(connection, 1 << 20)[:5], bytes(range(5)), "an endless source")
        threading.Event().wait(1)
        ok(peak(tunnel) < 60 * 1024 or "ASAN_OPTIONS" in os.environ, "is kept in little memory, too", peak(tunnel))
        is_equal(receive(connection, PERIOD * 50000), bytes((n + (1 << 20)) % PERIOD for n in range(PERIOD)) * 50000,
                 "and nothing of it is lost")
    tunnel.stop()


def never_read(sandbox):
    """The session ends while a reader takes nothing: nobody new comes in, and the reader is waited for for 10 seconds."""
    tunnel = Tunnel(sandbox, document(sandbox, host="source.sandbox", portNumber=5000))
    with small_reader(tunnel) as stuck:
        is_equal(receive(stuck, 5), bytes(range(5)), "never read: it begins")
        wait_until(lambda: is_at_rest(tunnel.process, sandbox))
        terminate(sandbox, tunnel.session_id)
        wait_until(lambda: is_refused(tunnel))
        ok(is_refused(tunnel) and tunnel.process.poll() is None, "never read: nobody can connect any more")
        code, _, lines = tunnel.finish()
        is_equal((code, len(lines)), (0, 1), "never read: the session ends nevertheless")
        try:
            receive(stuck)
            how = "an end"
        except ConnectionResetError:
            how = "a reset"
        is_equal(how, "a reset", "never read: who has not got all is told so")


def read_late(sandbox):
    """All that had come is read behind the session's end, by who reads slowly at first: nothing is missing, at 5 MB."""
    tunnel = Tunnel(sandbox, document(sandbox, host="source.sandbox", portNumber=5000))
    with small_reader(tunnel) as slow:
        is_equal(receive(slow, 5), bytes(range(5)), "read late: it begins")
        wait_until(lambda: is_at_rest(tunnel.process, sandbox))
        terminate(sandbox, tunnel.session_id)
        wait_until(lambda: is_refused(tunnel))
        got = 5
        for _ in range(12):
            got += len(receive(slow, 4096))
            threading.Event().wait(0.1)
        got += len(receive(slow))
        is_equal(got, 5000 * 1024, "read late: all of it")
        is_equal(tunnel.finish()[0], 0, "read late: and the end")


def signals(sandbox):
    for number, code in ENDED_BY.items():
        tunnel = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7))
        with tunnel.connect() as connection:
            is_equal(echo(connection, WORDS), WORDS, f"{number.name}: a connection is at work")
            is_equal(tunnel.stop(number)[0], code, f"{number.name} ends the session")
            try:
                ended = receive(connection)
            except ConnectionResetError:
                ended = b""
            is_equal(ended, b"", f"{number.name}: and its connections")
        is_equal(status(sandbox, tunnel.session_id), [b"Terminated"], f"{number.name}: the service is told")


def by_turns(sandbox):
    for case in listening, named_port, options, wrong_calls, other_sessions, refused, half_closed, closed, deaf, unread, read_late, signals:
        case(sandbox)


def main():
    sandbox = Sandbox()
    try:
        together(lambda: lingering(sandbox), lambda: never_read(sandbox), lambda: by_turns(sandbox))
    finally:
        sandbox.stop()
    done()


main()
