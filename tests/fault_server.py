"""Servers on 127.0.0.1 that answer as they are told: canned replies, cut, slow, over TLS, proxies."""
import itertools
import re
import socket
import struct
import threading
import time


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

    def __init__(self, context=None):
        self.replies, self.requests, self.connections = {}, {}, {}
        self.context, self.lock, self.release = context, threading.Lock(), threading.Event()
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(200)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self, path, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{self.port}{path}"

    def accept(self):
        for number in itertools.count():
            peer, _ = self.socket.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(peer, number), daemon=True).start()

    def serve(self, peer, number):
        try:
            if self.context is not None:
                peer = self.context.wrap_socket(peer, server_side=True)
            data = b""
            while True:
                request, data = self.read(peer, data)
                if request is None or not self.answer(peer, request, number):
                    break
        except OSError:
            pass
        finally:
            peer.close()

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
        peer.sendall(reply.data)
        for piece in reply.pieces:
            time.sleep(reply.pause)
            peer.sendall(piece)
        if reply.end == "stall":
            self.release.wait(15)
        if reply.end == "reset":
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return reply.end == "keep"


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


class Tunnel:
    """A proxy for one CONNECT; to nowhere, it refuses."""

    def __init__(self, port):
        self.target, self.heads = port, []
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(5)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        peer, _ = self.socket.accept()
        head = b""
        while b"\r\n\r\n" not in head:
            head += peer.recv(65536)
        self.heads.append(head.decode())
        if self.target is None:
            peer.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
            peer.close()
            return
        peer.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        onward = socket.create_connection(("127.0.0.1", self.target))
        for source, to in ((peer, onward), (onward, peer)):
            threading.Thread(target=self.copy, args=(source, to), daemon=True).start()

    @staticmethod
    def copy(source, to):
        try:
            while data := source.recv(65536):
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            pass
