"""A WebSocket server that does what a test tells it, right or wrong, byte by byte."""
import base64
import hashlib
import socket
import struct
import threading

SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept(request):
    """The whole answer that opens the connection."""
    key = field(request, "sec-websocket-key").encode()
    told = base64.b64encode(hashlib.sha1(key + SUFFIX).digest())
    return (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + told + b"\r\n\r\n")


def field(request, name):
    for line in request.split("\r\n")[1:]:
        got, _, value = line.partition(":")
        if got.lower() == name:
            return value.strip()
    return ""


def frame(payload, opcode=2, fin=True):
    size = len(payload)
    length = (bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size) if size < 65536 else
              b"\x7f" + struct.pack(">Q", size))
    return bytes([opcode | (0x80 if fin else 0)]) + length + payload


class Peer:
    """A client that has connected: what it says, read as frames."""

    def __init__(self, connection):
        self.connection = connection
        self.data = b""

    def more(self):
        got = self.connection.recv(65536)
        if not got:
            raise EOFError
        self.data += got

    def read(self, count):
        while len(self.data) < count:
            self.more()
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def request(self):
        while b"\r\n\r\n" not in self.data:
            self.more()
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        return head.decode("ascii") + "\r\n"

    def frame(self):
        """Its opcode, mask and payload."""
        first, size = self.read(2)
        assert first & 0x70 == 0 and size & 0x80, "a frame of ours"
        size &= 0x7F
        if size > 125:
            size = int.from_bytes(self.read(2 if size == 126 else 8), "big")
        mask = self.read(4)
        masked = self.read(size)
        key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        return first & 15, mask, (int.from_bytes(masked, "big") ^ key).to_bytes(size, "big")

    def send(self, data):
        self.connection.sendall(data)


class WsServer:
    """Calls script(peer) for each connection; what went wrong there is in .faults."""

    def __init__(self, script, context=None):
        self.script, self.context = script, context
        self.faults = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.settimeout(20)
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    if self.context:
                        connection = self.context.wrap_socket(connection, server_side=True)
                    self.script(Peer(connection))
                except (EOFError, OSError):
                    pass
                except Exception as fault:      # pylint: disable=broad-except
                    self.faults.append(repr(fault))

    def close(self):
        """When what it does is done."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(20)
        self.listener.close()

    def url(self, target="/v1/data-channel/id?role=x", scheme="http"):
        return f"{scheme}://127.0.0.1:{self.port}{target}"
