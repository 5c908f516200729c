"""Servers on this machine that answer as they are told: canned replies, cut, slow, over TLS, proxies."""
import itertools
import re
import select
import socket
import ssl
import struct
import threading
import time

HELD = []


class Reply:
    """What the server does once: data, then an end. pieces are sent with a pause before each."""

    def __init__(self, data=b"", end="keep", pieces=(), pause=0.0):
        self.data, self.end, self.pieces, self.pause = data, end, pieces, pause


def http(status=200, body=b"", fields=(), length=True, version="1.1"):
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/{version} {status} Phrase", "x-amzn-RequestId: req-1", *fields]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def chunked(body, end=b"0\r\n\r\n", fields=(), size=70000):
    data = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in
                    (body[i:i + size] for i in range(0, len(body), size)))
    return http(200, fields=["Transfer-Encoding: chunked", *fields], length=False) + data + end


class Server:
    """Replies by path, one after the other, the last one again and again; remembers requests."""

    def __init__(self, context=None, host="127.0.0.1"):
        self.replies, self.requests, self.connections = {}, {}, {}
        self.context, self.lock, self.release = context, threading.Lock(), threading.Event()
        self.resumed = []               # of each TLS connection: whether its session was known
        self.host = f"[{host}]" if ":" in host else host
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.socket.bind((host, 0))
        self.socket.listen(200)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self, path, scheme="http", host=None):
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def accept(self):
        for number in itertools.count():
            peer, _ = self.socket.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(peer, number), daemon=True).start()

    def serve(self, peer, number):
        try:
            if self.context is not None:
                peer = self.handshake(peer)
            data = b""
            while True:
                request, data = self.read(peer, data)
                if request is None or not self.answer(peer, request, number):
                    break
        except OSError:
            pass
        finally:
            peer.close()

    def handshake(self, peer):
        peer = self.context.wrap_socket(peer, server_side=True, do_handshake_on_connect=False)
        try:
            peer.do_handshake()
        except ssl.SSLError:            # let it read our alert: to close with data unread would reset
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(65536):
                pass
            raise
        self.resumed.append(peer.session_reused)
        return peer

    @staticmethod
    def read(peer, data):
        while b"\r\n\r\n" not in data:
            more = peer.recv(65536)
            if not more:
                return None, b""
            data += more
        head, data = data.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        length = int(length.group(1)) if length else 0
        while len(data) < length:
            more = peer.recv(65536)
            if not more:
                return None, b""
            data += more
        return (head.decode("latin-1"), data[:length]), data[length:]

    def answer(self, peer, request, number):
        target = request[0].split(" ")[1]
        path = re.sub(r"^http://[^/]*", "", target)
        with self.lock:
            self.requests.setdefault(path, []).append(request)
            self.connections.setdefault(path.split("?")[0], set()).add(number)
            replies = self.replies.get(path, [Reply(http(404, "no such reply"))])
            reply = replies[min(len(self.requests[path]), len(replies)) - 1]
        return self.give(peer, reply)

    def give(self, peer, reply):
        peer.sendall(reply.data)
        for piece in reply.pieces:
            time.sleep(reply.pause)
            peer.sendall(piece)
        if reply.end == "stall":
            self.release.wait(15)
        if reply.end == "reset":
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply.end == "close_notify":
            peer.unwrap()
        return reply.end == "keep"


def closed_port(host="127.0.0.1"):
    """
    A port that nobody listens on, and that nobody who asks for any is given meanwhile; who asks for it by its number, with
    SO_REUSEADDR, may listen there.
    """
    HELD.append(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET))
    HELD[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    HELD[-1].bind((host, 0))
    return HELD[-1].getsockname()[1]


def hang_up(data):
    """The port of a server that says this to whoever comes, and closes."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)

    def serve():
        while True:
            peer, _ = listener.accept()
            peer.recv(65536)
            peer.sendall(data)
            peer.close()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


class Proxy(Server):
    """A proxy: CONNECT by its table of host:port to a port here or a Reply, all else as a Server."""

    def __init__(self, context=None):
        super().__init__(context)
        self.hosts = {}

    def answer(self, peer, request, number):
        method, target = request[0].split(" ")[:2]
        if method != "CONNECT":
            return super().answer(peer, request, number)
        with self.lock:
            self.requests.setdefault(target, []).append(request)
        onward = self.hosts.get(target, Reply(http(404, "no such host"), "close"))
        if isinstance(onward, Reply):
            return self.give(peer, onward)
        peer.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with socket.create_connection(("127.0.0.1", onward)) as server:
            self.join(peer, server)
        return False

    @staticmethod
    def join(peer, server):
        """Passes on what each says until one has no more to say."""
        other = {peer: server, server: peer}
        while True:
            waiting = getattr(peer, "pending", int)() > 0       # in TLS, decrypted already
            for source in [peer] if waiting else select.select([peer, server], [], [])[0]:
                data = source.recv(65536)
                if not data:
                    return
                other[source].sendall(data)
