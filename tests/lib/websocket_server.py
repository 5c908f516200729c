"""The server's end of a WebSocket, strict about what the client's end does: RFC 6455 with the standard library alone.

What is wrong is collected in a list, not raised, so that one run tells all of it.
"""
import base64
import hashlib
import re
import socket
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
UNWANTED = "origin", "cookie", "sec-websocket-extensions", "sec-websocket-protocol", "content-length", "transfer-encoding"


class Gone(Exception):
    """The client's end has closed, or broken off."""


class Head:
    """A request's head: method, target, headers (names in lower case, of several the last), names that came twice."""

    def __init__(self, data):
        lines = data.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = (lines[0].split(" ") + ["", "", ""])[:3]
        self.line, self.headers, self.repeated = lines[0], {}, []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name.lower() in self.headers:
                self.repeated.append(name.lower())
            self.headers[name.lower()] = value.strip(" \t")


class Stream:
    """Bytes of a socket, with the ends that tests need."""

    def __init__(self, sock):
        self.socket, self.data = sock, b""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def more(self):
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            raise
        except OSError as error:
            raise Gone(str(error)) from error
        if not data:
            raise Gone("end of stream")
        self.data += data

    def take(self, count):
        while len(self.data) < count:
            self.more()
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def head(self):
        while b"\r\n\r\n" not in self.data:
            self.more()
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        return Head(head)

    def send(self, data):
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def end(self, how="fin"):
        """"fin", or "rst": whatever is under way is lost."""
        try:
            if how == "rst":
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.socket.shutdown(socket.SHUT_RD)
            else:
                self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key.encode("latin-1") + GUID).digest()).decode()


def judge_upgrade(head, host):
    """What is wrong with a request to upgrade."""
    wrong, headers = [], head.headers
    if head.method != "GET" or head.version != "HTTP/1.1":
        wrong.append(f"upgrade: the request line is {head.line!r}")
    for name, fits in (("host", lambda v: v == host), ("upgrade", lambda v: v.lower() == "websocket"),
                       ("connection", lambda v: "upgrade" in [token.strip().lower() for token in v.split(",")]),
                       ("sec-websocket-version", lambda v: v == "13"), ("sec-websocket-key", is_key), ("user-agent", bool)):
        if not fits(headers.get(name, "")):
            wrong.append(f"upgrade: {name} is {headers.get(name)!r}")
    wrong += [f"upgrade: {name} is there" for name in UNWANTED if name in headers]
    wrong += [f"upgrade: {name} is there twice" for name in head.repeated]
    return wrong


def is_key(text):
    return re.fullmatch(r"[A-Za-z0-9+/]{22}==", text) is not None and len(base64.b64decode(text)) == 16


def switching(key):
    return (f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept_of(key)}\r\n\r\n").encode()


def frame(opcode, payload=b"", final=True, reserved=0, mask=None, form=None):
    """A frame as a server sends it; the rest is for tests: reserved bits, a mask, a length's form of 7, 16 or 64 bits."""
    first = (0x80 if final else 0) | reserved << 4 | opcode
    masked, count = (0 if mask is None else 0x80), len(payload)
    form = form or (7 if count < 126 else 16 if count < 65536 else 64)
    if form == 7:
        head = struct.pack(">BB", first, masked | count)
    elif form == 16:
        head = struct.pack(">BBH", first, masked | 126, count)
    else:
        head = struct.pack(">BBQ", first, masked | 127, count)
    if mask is not None:
        return head + mask + unmask(payload, mask)
    return head + payload


def unmask(payload, mask):
    count = len(payload)
    keys = (mask * (count // 4 + 1))[:count]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big")).to_bytes(count, "big")


class Frames:
    """The client's frames of one connection; wrong collects what is not as it should be."""

    def __init__(self, stream, wrong):
        self.stream, self.wrong, self.mask = stream, wrong, None
        self.pings = self.pongs = 0

    def blame(self, text):
        self.wrong.append(f"frame: {text}")

    def next(self):
        """The next message: (opcode, payload). Pings are answered, pongs counted; a close frame is one, too."""
        while True:
            opcode, payload = self.one()
            if opcode == PING:
                self.pings += 1
                self.stream.send(frame(PONG, payload))
            elif opcode == PONG:
                self.pongs += 1
            else:
                return opcode, payload

    def one(self):
        first, second = self.stream.take(2)
        opcode, count = first & 15, second & 127
        if first & 0x70:
            self.blame("reserved bits are set")
        if not first & 0x80:
            self.blame("a message in fragments")
        if opcode not in (TEXT, BINARY, CLOSE, PING, PONG):
            self.blame(f"opcode {opcode}")
        if count > 125 and opcode >= CLOSE:
            self.blame("a control frame of more than 125 bytes")
        count = self.length(count)
        if not second & 0x80:
            self.blame("not masked")
            return opcode, self.stream.take(count)
        return opcode, self.payload(opcode, count)

    def length(self, count):
        if count == 126:
            count = struct.unpack(">H", self.stream.take(2))[0]
            if count < 126:
                self.blame("a length in 16 bits that needs 7")
        elif count == 127:
            count = struct.unpack(">Q", self.stream.take(8))[0]
            if count < 65536:
                self.blame("a length in 64 bits that needs less")
        return count

    def payload(self, opcode, count):
        mask = self.stream.take(4)
        if mask in (self.mask, b"\0\0\0\0"):
            self.blame("the mask is not fresh")
        self.mask = mask
        payload = unmask(self.stream.take(count), mask)
        if opcode == CLOSE and count:
            self.judge_close(payload)
        return payload

    def judge_close(self, payload):
        code = struct.unpack(">H", payload[:2])[0] if len(payload) > 1 else 0
        if not (1000 <= code <= 1014 and code not in (1004, 1005, 1006) or 3000 <= code < 5000):
            self.blame(f"a close frame with the code {code}")
        try:
            payload[2:].decode()
        except UnicodeDecodeError:
            self.blame("the reason of a close frame is not UTF-8")
