"""Sessions of ssm-sandbox with a forwarded port, from the other end: smux and one connection after another, where they lead."""
import contextlib
import os
import socket
import struct
import threading
import time

from channel_client import FLAG, OUTPUT, TIMEOUT, Closed, Service, WebSocket
from fault_server import closed_port
from smux_client import FIN, PSH, SYN, Mux, frame
from tap import done, is_equal, ok
from tcp_gate import listen_on_own_port

LOCAL = "AWS-StartPortForwardingSession"
REMOTE, SOCKET = LOCAL + "ToRemoteHost", LOCAL + "ToSocket"
BUFFER = 4 * 1024 * 1024
FLAGS = {name: struct.pack(">I", number) for number, name in enumerate(["disconnect", "terminate", "failed"], 1)}


class Destination:
    """Listens on a port; each connection is served by a function, and counted."""

    def __init__(self, serve):
        self.socket = listen_on_own_port(256)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.port = str(self.socket.getsockname()[1])
        self.accepted = 0
        threading.Thread(target=self.run, args=(serve,), daemon=True).start()

    def run(self, serve):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.accepted += 1
                threading.Thread(target=self.one, args=(serve, connection), daemon=True).start()

    @staticmethod
    def one(serve, connection):
        with connection:
            serve(connection)

    def close(self):
        """Nobody listens any more. The port stays this one's: another program's would be no answer of nobody."""
        self.socket.shutdown(socket.SHUT_RDWR)


def shout(connection):
    while data := connection.recv(65536):
        connection.sendall(data.upper())


class Ports(Service):
    """A service whose sessions are remembered."""

    def __init__(self, *options):
        super().__init__(*options)
        self.opened = []
        self.call("GetConnectionStatus", Target="i-0a1b2c3d4e5f60001")
        self.before = self.descriptors()

    def open(self, answer, **more):
        self.opened.append(super().open(answer, **more))
        return self.opened[-1]

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def mux(service, document=LOCAL, **parameters):
    return Mux(service.open(service.start(document, **parameters)))


def to(service, name, port="1"):
    return mux(service, REMOTE, host=f"{name}.sandbox", portNumber=port)


def finish(session):
    """Flag 2, as a client ends its session; what the service says to that."""
    channel = getattr(session, "channel", session)
    channel.send(FLAG, FLAGS["terminate"])
    return channel.until_closed().closing["Output"]


def kind(answer):
    return answer["__type"].rpartition("#")[2], answer.get("message", answer.get("Message"))


def check_documents(service):
    for parameters, wanted in [({}, {"portNumber": "80", "localPortNumber": "0"}),
                               ({"portNumber": "5432", "localPortNumber": "1234"},) * 2]:
        channel = service.open(service.start(LOCAL, **parameters)).until_ready()
        is_equal(channel.properties, {**wanted, "type": "LocalPortForwarding"}, f"properties of a port: {parameters}")
    channel = service.open(service.start(REMOTE, portNumber="7", host="echo.sandbox")).until_ready()
    is_equal(channel.properties, {"portNumber": "7", "localPortNumber": "0", "host": "echo.sandbox", "type": "LocalPortForwarding"},
             "of one with a host")
    is_equal(channel.agent, "3.3.987.0", "the agent's version")
    for document, parameters, text in [
            *((LOCAL, {"portNumber": value}, f'Parameter "portNumber" has value "{value}" not matching a port, 1 to 65535.')
              for value in ("0", "65536", "ssh", "000080")),
            (LOCAL, {"localPortNumber": "-1"}, 'Parameter "localPortNumber" has value "-1" not matching a port, 0 to 65535.'),
            (REMOTE, {"portNumber": "80"}, 'Parameter "host" is required.'),
            (REMOTE, {"host": "a b"}, 'Parameter "host" has value "a b" not matching a host.'),
            (REMOTE, {"host": "a" * 254}, f'Parameter "host" has value "{"a" * 100}" not matching a host.'),
            (LOCAL, {"port": "80"}, f'Parameter "port" is not one of document {LOCAL}.'),
            (LOCAL, {"portNumber": "80", "PortNumber": "80"}, f'Parameter "PortNumber" is not one of document {LOCAL}.'),
            (LOCAL, {"portNumber": "80", "host": "echo.sandbox"}, f'Parameter "host" is not one of document {LOCAL}.'),
            ("AWS-StartSSHSession", {"localPortNumber": "80"},
             'Parameter "localPortNumber" is not one of document AWS-StartSSHSession.'),
            ("AWS-StartInteractiveCommand", {"command": "ls", "separateOutputStream": "true"},
             'Parameter "separateOutputStream" is not one of document AWS-StartInteractiveCommand.'),
            ("SSM-SessionManagerRunShell", {"command": "ls"},
             'Parameter "command" is not one of document SSM-SessionManagerRunShell.')]:
        is_equal(kind(service.start(document, **parameters)), ("InvalidParameters", text),
                 f"refused: {document} {parameters}"[:100])
    is_equal(kind(service.start(SOCKET))[0], "InvalidDocument", "sockets are not known")


def check_destinations(service):
    session = to(service, "echo")
    data = os.urandom(300000) + b"\n"
    stream = session.open().send(data)
    is_equal(stream.until(len(data)) == data, True, "echo.sandbox says the same, and LF stays LF")
    one = session.open().send(b"\n")
    is_equal(one.until(1), b"\n", "alone, too")
    is_equal(finish(session), "", "flag 2 ends the session, with no text")
    session = to(service, "source", "300")
    is_equal(session.open().until_ended() == bytes(at % 251 for at in range(300 * 1024)), True,
             "source.sandbox sends a kilobyte for each of its port, and ends")
    session = to(service, "source", "65535")
    stream = session.open()
    stream.until(300000)
    is_equal((bytes(stream.received[:1000]), stream.ended), (bytes(at % 251 for at in range(1000)), False), "or does not end")
    session = to(service, "sink")
    stream = session.open().send(bytes(1000000))
    session.channel.until_acknowledged()
    is_equal((stream.end().until_ended(), session.channel.flags), (b"", []), "sink.sandbox takes what comes, and says nothing")
    for host in "localhost", "127.0.0.1", "127.1", "a.localhost":
        target = Destination(shout)
        session = mux(service, REMOTE, host=host, portNumber=target.port)
        is_equal(session.open().send(b"hello").until(5), b"HELLO", f"{host} is this machine")
        target.close()
    for host in "169.254.169.254", "10.0.0.1", "example.com", "0.0.0.0", "localhost:1", "::2", "nothing.sandbox":
        channel = service.open(service.start(REMOTE, host=host, portNumber="80")).until_closed()
        is_equal(channel.closing["Output"], f"\n----------ERROR-------\nForwarding to IP address {host} is forbidden.", f"{host} is not")


def check_many(service):
    target = Destination(shout)
    session = mux(service, portNumber=target.port)
    streams = [session.open() for _ in range(200)]
    for number in range(3):
        for stream in streams:
            stream.send(b"stream %d part %d " % (stream.number, number))
    texts = [b"".join(b"STREAM %d PART %d " % (stream.number, part) for part in range(3)) for stream in streams]
    is_equal([stream.until(len(text)) for stream, text in zip(streams, texts)], texts, "200 connections at once, each with its own bytes")
    is_equal(target.accepted, 200, "each is one of the destination's")
    for stream in streams[::2]:
        stream.end()
    session.run(lambda: all(stream.ended for stream in streams[::2]))
    is_equal([stream.ended for stream in streams], [True, False] * 100, "a FIN is answered, for the stream that it ends")
    is_equal(streams[1].send(b"on").until(len(texts[1]) + 2)[-2:], b"ON", "the others go on")
    again = session.open().send(b"more")
    is_equal(again.until(4), b"MORE", "and more of them come")
    finish(session)
    target.close()


def check_refused(service):
    session = mux(service, portNumber=str(closed_port()))
    first, second = session.open().send(b"GET / HTTP/1.0\r\n\r\n"), session.open()
    is_equal((first.until_ended(), second.until_ended()), (b"", b""), "nobody listens: each stream ends")
    is_equal(session.channel.flags, [3, 3], "and flag 3 comes for each")
    is_equal(finish(session), "", "the session goes on until it is ended")
    channel = service.open(service.start("AWS-StartSSHSession", portNumber=str(closed_port()))).until_closed()
    ok("Unable to connect to specified port: dial tcp 127.0.0.1:" in channel.closing["Output"], "with one connection it ends",
       channel.closing["Output"])


def check_ends(service):
    seen = {}

    def take_all(connection):
        connection.sendall(b"ready")
        seen["data"] = b"".join(iter(lambda: connection.recv(65536), b""))
        done_taking.set()

    done_taking = threading.Event()
    target = Destination(take_all)
    session = mux(service, portNumber=target.port)
    stream = session.open()
    stream.until(5)
    stream.send(b"x" * 200000).end()
    is_equal(stream.until_ended(), b"ready", "the client's FIN is answered with one")
    done_taking.wait(TIMEOUT)
    is_equal(len(seen["data"]), 200000, "behind what was before it, which the destination gets")
    target.close()

    def stop_writing(connection):
        connection.sendall(b"last words")
        connection.shutdown(socket.SHUT_WR)
        seen["rest"] = connection.recv(10)
        done_writing.set()

    done_writing = threading.Event()
    target = Destination(stop_writing)
    session = mux(service, portNumber=target.port)
    stream = session.open()
    is_equal(stream.until_ended(), b"last words", "a destination that writes no more ends its stream, after what it wrote")
    done_writing.wait(TIMEOUT)
    is_equal(seen["rest"], b"", "and both directions: it reads its end")
    stream.send(b"too late").end()
    is_equal(to(service, "echo").open().send(b"on").until(2), b"on", "what comes for a stream that ended is dropped")
    is_equal(finish(session), "", "which harms nobody")
    target.close()

    def reset(connection):
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    target = Destination(reset)
    session = mux(service, portNumber=target.port)
    is_equal(session.open().send(b"x").until_ended(), b"", "a reset ends its stream")
    target.close()


def check_frames(service):
    session = to(service, "echo")
    session.write(frame(PSH, 99, b"for nobody") + frame(FIN, 97) + frame(3, 0))
    stream = session.open()
    session.write(frame(SYN, stream.number) + frame(PSH, stream.number, b"one") + frame(PSH, stream.number))
    for byte in frame(PSH, stream.number, b" two"):
        session.channel.send(OUTPUT, bytes([byte]))
    is_equal(stream.until(7), b"one two", "unknown streams, NOP, a second SYN, no data, a header in eight messages")
    even = session.streams[8] = session.open()
    even.number = 8
    session.write(frame(SYN, 8) + frame(PSH, 8, b"x" * 40000) + frame(PSH, 8, b"y" * 25535))
    is_equal(even.until(65535), b"x" * 40000 + b"y" * 25535, "frames as long as they can be, of a stream with an even number")
    for title, wrong in [("another version", frame(SYN, 3, version=2)), ("another command", frame(4, 3)),
                         ("a SYN with data", frame(SYN, 3, b"x"))]:
        session = to(service, "echo")
        stream = session.open().send(b"before")
        stream.until(6)
        session.write(wrong)
        is_equal(session.channel.until_closed().closing["Output"], "", f"{title} is the session's end")


def is_still(channel):
    """Whether nothing comes before the answer to a ping: what was sent has been read, and what can be done with it is done."""
    channel.socket.socket.sendall(WebSocket.frame(9, b"still"))
    still = True
    while True:
        head = channel.socket.take(2)
        if head[0] & 15 == 10:
            channel.socket.take(head[1])
            return still
        channel.socket.data = head + channel.socket.data
        channel.step()
        still = False


def check_standing_still(service):
    go, seen = threading.Event(), []

    def late(connection):
        go.wait()
        length = 0
        while data := connection.recv(1 << 20):
            length += len(data)
        seen.append(length)
        if length:
            done_taking.set()

    done_taking = threading.Event()
    target = Destination(late)
    session = mux(service, portNumber=target.port)
    channel = session.channel
    stream = session.open()
    channel.until_acknowledged()
    for _ in range(300):                        # 9.8 MB: more than the session's buffer and that of the connection
        stream.send(bytes(32768))
    still = 0
    while still < 3:                            # between two answers the loop has turned
        still = still + 1 if is_still(channel) else 0
    ok(channel.unacknowledged, "a destination that does not read: what it is sent is not acknowledged any more")
    other = session.open()
    ok(is_still(channel), "nothing else of the session is worked on either")
    channel.socket.socket.sendall(WebSocket.frame(9, b"are you there"))
    is_equal(channel.socket.take(2 + len(b"are you there"))[2:], b"are you there", "though the service answers pings")
    go.set()
    stream.end()
    channel.until_acknowledged()
    done_taking.wait(TIMEOUT)
    is_equal(max(seen), 300 * 32768, "when it reads at last, all is there")
    other.end()
    is_equal(other.until_ended(), b"", "and all goes on")
    is_equal(finish(session), "", "to its end")
    target.close()


def check_deaf(service):
    session = to(service, "deaf")
    channel = session.channel
    session.open().send(bytes(BUFFER + BUFFER // 4))
    while (channel.next - len(channel.unacknowledged)) * 1024 < BUFFER:
        channel.step()
    answer = service.call("TerminateSession", SessionId=channel.session)
    is_equal(answer.get("SessionId"), channel.session, "deaf.sandbox reads nothing, and TerminateSession ends the session")
    is_equal(channel.until_closed().closing["Output"], "", "at once")


def basic(service, version=None, **parameters):
    channel = service.start(LOCAL, **parameters)
    channel = service.open(channel)
    channel.version = version or channel.version
    return channel.until_ready()


def check_basic(service, version=None):
    ended = threading.Semaphore(0)

    def serve(connection):
        shout(connection)
        ended.release()

    target = Destination(serve)
    channel = basic(service, version, portNumber=target.port)
    channel.type("one")
    is_equal(channel.until("ONE"), "ONE", "one connection's bytes as they are")
    channel.send(FLAG, FLAGS["disconnect"])
    ok(ended.acquire(timeout=TIMEOUT), "flag 1 ends the connection")
    is_equal((target.accepted, channel.closing), (1, None), "not the session")
    channel.type("two")
    is_equal((channel.until("TWO"), target.accepted), ("TWO", 2), "the next input makes another")
    channel.send(FLAG, FLAGS["disconnect"])
    channel.until_acknowledged()
    target.close()
    channel.type("three")
    is_equal(channel.until_closed().closing["Output"], "", "when that cannot be had the session is over")

    def once(connection):
        connection.sendall(connection.recv(100).upper())
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(100):
            pass
        ended.release()

    target = Destination(once)
    channel = basic(service, version, portNumber=target.port)
    for word in "first", "second":
        channel.type(word)
        channel.until(word.upper())
        ended.acquire(timeout=TIMEOUT)       # its end has been seen
    is_equal((target.accepted, channel.closing), (2, None), "a destination that ends is nothing that is told, and dialled again")
    is_equal(finish(channel), "", "flag 2 ends the session")
    target.close()


def check_versions():
    for agent, client, many in [("3.0.196.0", "1.2.764.0", False), ("3.0.197.0", "1.2.764.0", True),
                                ("3.10.0.0", "1.1.70", True), ("3.3.987.0", "1.1.69.9", False)]:
        with Service("--agent-version", agent) as service:
            channel = service.open(service.start(REMOTE, host="echo.sandbox", portNumber="1"))
            channel.version = client
            channel.until_ready()
            is_equal(channel.agent, agent, f"--agent-version {agent}")
            channel.send(OUTPUT, frame(SYN, 3) + frame(PSH, 3, b"hello"))
            while len(channel.output) < (13 if many else 21):
                channel.step()
            is_equal(channel.output[:8], frame(PSH, 3, b"hello")[:8] if many else frame(SYN, 3),
                     f"{'smux' if many else 'no smux'} with a client {client}")


def check_cuts(service):
    session = to(service, "echo")
    stream = session.open()
    data = os.urandom(200000)
    stream.send(data[:20000]).until(5000)
    session.channel.socket.cut()
    session.channel.connect(service.port, service.call("ResumeSession", SessionId=session.channel.session))
    stream.send(data[20000:])
    is_equal(stream.until(len(data)) == data, True, "a connection that is cut and resumed loses nothing of a stream")
    is_equal(session.open().send(b"new").until(3), b"new", "others begin after it")
    finish(session)


def check_away(service):
    away, full, sent = threading.Event(), threading.Event(), []

    def flood(connection):
        connection.settimeout(0.5)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        away.wait(TIMEOUT)
        with contextlib.suppress(TimeoutError, ConnectionError):
            while True:
                sent.append(connection.send(bytes(65536)))
        full.set()

    target = Destination(flood)
    session = mux(service, portNumber=target.port)
    stream, other = session.open(), session.open()
    session.channel.until_acknowledged()
    session.channel.socket.cut()
    while service.status(session.channel.session) != "Disconnected":
        time.sleep(0.01)
    away.set()
    ok(full.wait(TIMEOUT), "while the client is away destinations are not read on and on")
    session.channel.connect(service.port, service.call("ResumeSession", SessionId=session.channel.session))
    data = stream.until_ended() + other.until_ended()
    ok(0 < len(data) < sum(sent) and not any(data), "one that is reset meanwhile ends its stream, behind what was read", len(data))
    ok(session.open().until(1), "and others go on")
    target.close()


def check_faults():
    with Service("--fault", "rst:every=300", "--fault", "loss=1%:seed=4") as service:
        session = to(service, "echo")
        channel = session.channel
        streams = [session.open() for _ in range(3)]
        wanted = {stream.number: os.urandom(30000) for stream in streams}
        for stream in streams:
            with contextlib.suppress(Closed, OSError):
                stream.send(wanted[stream.number])
        cuts = 0
        while any(len(stream.received) < 30000 for stream in streams):
            try:
                channel.socket.socket.settimeout(0.3)
                channel.step()
                session.parse()
            except TimeoutError:
                with contextlib.suppress(OSError):      # the next step finds that, too
                    for message in list(channel.unacknowledged.values()):
                        channel.socket.send(message)
            except (Closed, OSError):
                cuts += 1
                with contextlib.suppress(Closed, OSError):
                    channel.connect(service.port, service.call("ResumeSession", SessionId=channel.session))
        is_equal([bytes(stream.received) == wanted[stream.number] for stream in streams], [True] * 3,
                 "streams over connections that rules of --fault cut, with messages lost")
        ok(cuts > 0, "they were cut")


def check_paced():
    with Service("--paced") as service:
        session = to(service, "source", "300")
        begin = time.monotonic()
        is_equal(session.open().until_ended() == bytes(at % 251 for at in range(300 * 1024)), True, "--paced: all is there")
        ok(time.monotonic() - begin > 0.25, "a kilobyte a millisecond", time.monotonic() - begin)
        session = to(service, "echo")
        is_equal(session.open().send(b"hello").until(5), b"hello", "and what waits comes at once")


def check_nothing_left(service):
    for channel in service.opened:
        service.call("TerminateSession", SessionId=channel.session)
        channel.socket.close()
    end = time.monotonic() + TIMEOUT
    while (left := service.descriptors()) != service.before and time.monotonic() < end:
        time.sleep(0.01)
    is_equal(left, service.before, "no descriptor is left of all that")


def main():
    with Ports() as service:
        for check in [check_documents, check_destinations, check_many, check_refused, check_ends, check_frames,
                      check_standing_still, check_deaf, check_cuts, check_away]:
            check(service)
        check_basic(service, "1.1.69.0")
        check_nothing_left(service)
    check_versions()
    check_paced()
    check_faults()
    done()


main()
