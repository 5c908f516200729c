"""A small client of data channels: WebSocket frames and messages written out by hand, to look at the sandbox with."""
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import select
import socket
import struct
import time
import uuid
from urllib.parse import quote as percent_encoded

from sandbox_running import Sandbox

TIMEOUT = 60
OUTPUT, SIZE, HANDSHAKE_REQUEST, HANDSHAKE_RESPONSE, HANDSHAKE_COMPLETE, FLAG, STDERR, EXIT_CODE = 1, 3, 5, 6, 7, 10, 11, 12


class Closed(Exception):
    """A close frame, or the end of the connection (code 0)."""

    def __init__(self, code, reason):
        super().__init__(f"{code} {reason}")
        self.code, self.reason = code, reason


class Refused(Exception):
    """The upgrade was answered with another status than 101."""

    def __init__(self, status, text):
        super().__init__(f"{status} {text}")
        self.status, self.text = status, text


class WebSocket:
    """Frames; each message is one."""

    def __init__(self, port, target, fields=(), host=None, early=b""):
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data, self.reset = b"", False
        key = base64.b64encode(os.urandom(16)).decode()
        head = [f"GET {target} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}", "Upgrade: websocket",
                "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}",
                *(f"{name}: {value}" for name, value in fields)]
        self.socket.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + early)
        while b"\r\n\r\n" not in self.data:
            self.more()
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        status = int(lines[0].split()[1])
        if status != 101:
            try:
                while True:
                    self.more()
            except Closed:
                raise Refused(status, self.data.decode(errors="replace")) from None
        got = dict(line.lower().split(": ", 1) for line in lines[1:])
        wanted = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        assert got["sec-websocket-accept"] == wanted.lower(), got

    def more(self):
        try:
            data = self.socket.recv(1 << 20)
        except ConnectionResetError:
            data, self.reset = b"", True
        if not data:
            raise Closed(0, "end of the connection")
        self.data += data

    def take(self, count):
        while len(self.data) < count:
            self.more()
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    @staticmethod
    def frame(opcode, payload, final=True):
        mask = os.urandom(4)
        length = len(payload)
        size = (bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length) if length < 65536
                else b"\xff" + struct.pack(">Q", length))
        stream = (mask * (length // 4 + 1))[:length]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(length, "big")
        return bytes([opcode | (0x80 if final else 0)]) + size + mask + masked

    def send(self, payload, text=False):
        self.socket.sendall(self.frame(1 if text else 2, payload))

    def receive(self):
        """(opcode, payload) of the next frame that is no control frame's; each side of a close frame is Closed."""
        while True:
            first, length = self.take(2)
            assert first & 0x80 and not length & 0x80, "one frame a message, not masked"
            if length == 126:
                length = struct.unpack(">H", self.take(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self.take(8))[0]
            payload = self.take(length)
            if first & 15 == 8:
                code = struct.unpack(">H", payload[:2])[0] if payload else 0
                raise Closed(code, payload[2:].decode())
            if first & 15 == 9:
                self.socket.sendall(self.frame(10, payload))
            elif first & 15 != 10:
                return first & 15, payload

    def waits(self, seconds):
        """Whether nothing comes for that long."""
        return not self.data and not select.select([self.socket], [], [], seconds)[0]

    def cut(self):
        """As when the network breaks: RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()


def encode(kind, sequence, flags, payload_type, payload, identity=None):
    identity = identity or uuid.uuid4().bytes
    return struct.pack(">I32sIQqQ16s32sII", 116, kind.encode().ljust(32), 1, int(time.time() * 1000), sequence, flags,
                       identity[8:] + identity[:8], hashlib.sha256(payload).digest(), payload_type, len(payload)) + payload


def decode(data):
    """What a message says, checked as the official client does."""
    length = struct.unpack(">I", data[:4])[0]
    assert length in (112, 116), length
    kind, version, created, sequence, flags, identity, digest = struct.unpack(">32sIQqQ16s32s", data[4:112])
    payload = data[length + 4:]
    assert version == 1 and created and struct.unpack(">I", data[length:length + 4])[0] == len(payload)
    assert hashlib.sha256(payload).digest() == digest
    return {"head": length, "type": kind.rstrip(b" \0").decode(), "padding": kind[-1:], "sequence": sequence,
            "flags": flags, "id": str(uuid.UUID(bytes=identity[8:] + identity[:8])), "payload": payload,
            "payload_type": struct.unpack(">I", data[112:116])[0] if length == 116 else 0}


class Channel:
    """What a client keeps of a session, over any number of connections."""

    def __init__(self):
        self.socket, self.client_id = None, str(uuid.uuid4())
        self.expected = self.next = 0
        self.unacknowledged, self.early = {}, {}
        self.output, self.errors, self.exit_code, self.closing, self.kinds = b"", b"", None, None, []
        self.version, self.ready, self.flags, self.properties, self.agent = "1.2.764.0", False, [], None, None

    def connect(self, port, answer, fields=(), host=None):
        self.socket = WebSocket(port, "/" + answer["StreamUrl"].split("/", 3)[3], fields, host)
        self.socket.send(json.dumps({"MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4()),
                                     "TokenValue": answer["TokenValue"], "ClientId": self.client_id,
                                     "ClientVersion": "1.2.764.0"}).encode(), text=True)
        for message in self.unacknowledged.values():
            self.socket.send(message)
        return self

    def send(self, payload_type, payload):
        message = encode("input_stream_data", self.next, 0, payload_type, payload)
        self.unacknowledged[self.next] = message
        self.next += 1
        self.socket.send(message)

    def type(self, text):
        self.send(OUTPUT, text.encode())

    def resize(self, columns, rows):
        self.send(SIZE, json.dumps({"cols": columns, "rows": rows}).encode())

    def acknowledge(self, message):
        payload = json.dumps({
            "AcknowledgedMessageType": message["type"], "AcknowledgedMessageId": message["id"],
            "AcknowledgedMessageSequenceNumber": message["sequence"], "IsSequentialMessage": True}).encode()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):    # what was sent before the end is still to be read
            self.socket.send(encode("acknowledge", 0, 3, 0, payload))

    def answer_handshake(self, message):
        request = json.loads(message["payload"])
        actions = request["RequestedClientActions"]
        self.agent, self.properties = request["AgentVersion"], actions[0]["ActionParameters"]["Properties"]
        self.send(HANDSHAKE_RESPONSE, json.dumps({"ClientVersion": self.version, "ProcessedClientActions": [
            {"ActionType": action["ActionType"], "ActionStatus": 1, "ActionResult": None, "Error": ""}
            for action in actions], "Errors": None}).encode())

    def take(self, message):
        kind, payload = message["payload_type"], message["payload"]
        if kind == OUTPUT:
            self.output += payload
        elif kind == STDERR:
            self.errors += payload
        elif kind == EXIT_CODE:
            self.exit_code = payload.decode()
        elif kind == FLAG:
            self.flags.append(int.from_bytes(payload, "big"))
        elif kind == HANDSHAKE_REQUEST:
            self.answer_handshake(message)
        elif kind == HANDSHAKE_COMPLETE:
            self.ready = True

    def step(self):
        """One message of the node or the service."""
        message = decode(self.socket.receive()[1])
        self.kinds.append(message["type"])
        if message["type"] == "acknowledge":
            self.unacknowledged.pop(json.loads(message["payload"])["AcknowledgedMessageSequenceNumber"], None)
        elif message["type"] == "channel_closed":
            self.closing = {**json.loads(message["payload"]), "head": message["head"], "padding": message["padding"]}
        elif message["type"] == "output_stream_data":
            self.acknowledge(message)
            self.early.setdefault(message["sequence"], message)
            while self.expected in self.early:
                self.take(self.early.pop(self.expected))
                self.expected += 1
        return message

    def until(self, text):
        """Reads on until this has been put out; all output until then."""
        while text.encode() not in self.output:
            self.step()
        before, _, self.output = self.output.partition(text.encode())
        return (before + text.encode()).decode()

    def until_ready(self):
        """Behind the handshake."""
        while not self.ready and self.closing is None:
            self.step()
        return self

    def until_closed(self):
        while self.closing is None:
            self.step()
        return self

    def until_acknowledged(self):
        while self.unacknowledged:
            self.step()


def quote(text, keep=""):
    return percent_encoded(text, keep + "-._~")


def hmac_of(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signed(keys, region, service, method, host, target, fields=(), body=b"", plus="%2B"):
    """The fields of a request, with those that sign it; a '+' in the query is read as `plus`."""
    when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path, _, query = target.partition("?")
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&") if pair)
    query = "&".join(f"{quote(name)}={quote(value.replace('+', chr(0))).replace('%00', plus)}" for name, value in pairs)
    fields = {name.lower(): value for name, value in fields}
    fields.update({"host": host, "x-amz-date": when})
    names = ";".join(sorted(fields))
    canonical = "\n".join([method, quote(path, "/"), query, *(f"{name}:{fields[name]}" for name in sorted(fields)), "",
                           names, hashlib.sha256(body).hexdigest()])
    scope = f"{when[:8]}/{region}/{service}/aws4_request"
    key = ("AWS4" + keys[1]).encode()
    for part in scope.split("/"):
        key = hmac_of(key, part)
    text = f"AWS4-HMAC-SHA256\n{when}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    fields["authorization"] = (f"AWS4-HMAC-SHA256 Credential={keys[0]}/{scope}, SignedHeaders={names}, "
                               f"Signature={hmac_of(key, text).hex()}")
    return [(name, value) for name, value in fields.items() if name != "host"]


class Service:
    """A sandbox under way, and calls of its operations."""

    def __init__(self, *options):
        self.sandbox = Sandbox(*options)
        environment = self.sandbox.environment
        self.pid, self.region = self.sandbox.process.pid, environment["AWS_REGION"]
        self.port = int(environment["AWS_ENDPOINT_URL_SSM"].rsplit(":", 1)[1])
        self.keys = environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.sandbox.stop()

    def call(self, operation, **parameters):
        """The answer's document; an error's has __type."""
        body = json.dumps(parameters).encode()
        fields = signed(self.keys, self.region, "ssm", "POST", f"127.0.0.1:{self.port}", "/",
                        [("content-type", "application/x-amz-json-1.1"),
                         ("x-amz-target", f"AmazonSSM.{operation}")], body)
        self.connection.request("POST", "/", body, dict(fields))
        return json.loads(self.connection.getresponse().read())

    def start(self, document=None, **parameters):
        more = {} if document is None else {"DocumentName": document}
        if parameters:
            more["Parameters"] = {name: [value] for name, value in parameters.items()}
        return self.call("StartSession", Target="i-0a1b2c3d4e5f60001", **more)

    def open(self, answer, **more):
        channel = Channel().connect(self.port, answer, **more)
        channel.session = answer["SessionId"]
        return channel

    def status(self, session):
        for state in "Active", "History":
            found = self.call("DescribeSessions", State=state, Filters=[{"key": "SessionId", "value": session}])["Sessions"]
            if found:
                return found[0]["Status"]
        return None
