"""A small client of the data channel, good unless it is told otherwise: what the judge of clients is tried with."""
import base64
import json
import os
import socket
import struct
import time
import uuid

import datachannel_message as messages
import sigv4_judge
import websocket_server as websocket
from datachannel_message import Message, encode

PATIENCE = 60                               # seconds, for what must come


class Client:
    """One session's client. What a test makes wrong stands in `fault`, a name that is asked for at the place in question."""

    def __init__(self, emulator, session, fault=None):
        self.emulator, self.session, self.fault = emulator, session, fault
        self.client_id = str(uuid.uuid4())
        self.stream, self.received, self.expected, self.stored = None, b"", 0, {}
        self.next, self.unacknowledged, self.log, self.closed = 0, {}, [], None

    def pick(self, fault, wrong, right):
        return wrong if self.fault == fault else right

    # The connection.

    def connect(self):
        self.stream = websocket.Stream(socket.create_connection(("127.0.0.1", self.emulator.port), 10))
        self.stream.send(self.upgrade())
        head = self.stream.head()
        if head.line.split(" ")[1] != "101":
            return False
        self.text()
        for data in list(self.unacknowledged.values()):
            self.binary(data)
        return True

    def upgrade(self):
        emulator, target = self.emulator, self.session.target
        when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"host": emulator.host, "x-amz-date": when}
        if emulator.keys.token:
            headers["x-amz-security-token"] = emulator.keys.token
        scope = f"{when[:8]}/{emulator.region}/{self.pick('service', 'ssm', 'ssmmessages')}/aws4_request"
        text = sigv4_judge.canonical("GET", target, headers, sorted(headers), b"", self.pick("plus", "+", " "))
        signature = sigv4_judge.signature(emulator.keys.secret, scope, when, text)
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={emulator.keys.key_id}/{scope}, "
                                    f"SignedHeaders={';'.join(sorted(set(headers) - {'authorization'}))}, Signature={signature}")
        headers.update({"upgrade": "websocket", "connection": "Upgrade", "sec-websocket-version": "13", "user-agent": "client",
                        "sec-websocket-key": base64.b64encode(os.urandom(16)).decode()})
        if self.fault == "origin":
            headers["origin"] = "http://127.0.0.1"
        if self.fault == "extension":
            headers["sec-websocket-extensions"] = "permessage-deflate"
        target = self.pick("target", target.replace("+", "%2B"), target)
        return (f"GET {target} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in headers.items()) + "\r\n").encode()

    def text(self):
        if self.fault == "binary first":
            self.binary(encode("input_stream_data", b"x", 0, 0, 1))
        message = {"MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4()),
                   "TokenValue": self.pick("token", "no token", self.session.token), "ClientId": self.client_id,
                   "ClientVersion": self.pick("version", "1.2.0.0", "1.2.764.0")}
        if self.fault == "member":
            del message["ClientId"]
        self.frame(websocket.TEXT, json.dumps(message).encode())
        if self.fault == "second text":
            self.frame(websocket.TEXT, b"{}")

    def frame(self, opcode, payload):
        mask = self.pick("mask", b"mask", os.urandom(4))
        if self.fault == "unmasked":
            mask = None
        final = not (self.fault == "fragments" and opcode == websocket.BINARY)
        data = websocket.frame(opcode, payload, final, self.pick("reserved", 4, 0), mask, self.pick("long length", 64, None))
        self.stream.send(data)
        if not final:
            self.stream.send(websocket.frame(websocket.CONTINUATION, b"", True, 0, os.urandom(4)))

    def binary(self, data):
        self.frame(websocket.BINARY, data)

    # Messages.

    def send(self, payload, payload_type=messages.OUTPUT):
        number = self.next + (self.fault == "gap" and self.next == 1)
        faulty = {"input flags": {"flags": 1}, "schema": {"schema": 2}, "digest": {"digest": bytes(32)}, "length": {"length": 7},
                  "date": {"created": 1}, "padding": {"padding": b"\0"}, "head": {"head": 112},
                  "id": {"identity": bytes(16)}}.get(self.fault, {})
        data = encode("input_stream_data", payload, number, **{"flags": 0, "payload_type": payload_type, **faulty})
        self.unacknowledged[number] = data
        self.next = number + 1
        self.binary(data)
        if self.fault == "other bytes":
            self.binary(encode("input_stream_data", payload, number, 0, payload_type))
        if self.fault == "same id":
            self.unacknowledged[self.next] = encode("input_stream_data", payload, self.next, 0, payload_type, Message(data).identity)
            self.binary(self.unacknowledged[self.next])
            self.next += 1

    def acknowledge(self, message):
        if self.fault == "no acknowledgement":
            return
        if self.fault == "id halves":
            message = Message(message.data[:64] + messages.swap(message.data[64:80]) + message.data[80:])
        payload = messages.acknowledgement_of(message)
        if self.fault == "blanks":
            payload = payload.replace(b",", b", ")
        if self.fault == "unknown number":
            payload = payload.replace(b"Number\":", b"Number\":9")
        self.binary(encode("acknowledge", payload, self.pick("number in head", message.sequence + 1, 0),
                           self.pick("flags of acknowledgement", 0, 3)))

    def take(self, message):
        if message.kind == "acknowledge":
            self.unacknowledged.pop(messages.read_json(message.payload)["AcknowledgedMessageSequenceNumber"], None)
        elif message.kind == "channel_closed":
            self.closed = messages.read_json(message.payload)["Output"]
        elif message.kind == "output_stream_data":
            if message.sequence >= self.expected or self.fault != "no acknowledgement of repetitions":
                self.acknowledge(message)
            if message.sequence >= self.expected:
                self.stored[message.sequence] = message
            while self.expected in self.stored:
                self.handle(self.stored.pop(self.expected))
                self.expected += 1

    def handle(self, message):
        self.log.append((message.payload_type, message.payload))
        if message.payload_type == messages.OUTPUT:
            self.received += message.payload
        if message.payload_type == messages.REQUEST:
            if self.fault == "early input":
                self.send(b"early")
            actions = messages.read_json(message.payload)["RequestedClientActions"]
            self.send(self.response(actions), messages.RESPONSE)
            if self.fault == "two responses":
                self.send(self.response(actions), messages.RESPONSE)

    def response(self, actions):
        done = [{"ActionType": action["ActionType"], "ActionStatus": self.pick("status", 0, 1), "ActionResult": None, "Error": ""}
                for action in actions]
        return json.dumps({"ClientVersion": "1.2.764.0", "ProcessedClientActions": done, "Errors": None}).encode()

    def run(self, until, seconds=PATIENCE, resume=True):
        """Reads and acknowledges until that holds; whether it did. A lost connection is followed by another."""
        frames_end = time.monotonic() + seconds
        while not until() and time.monotonic() < frames_end:
            try:
                self.read()
            except websocket.Gone:
                if self.closed is not None or not resume:
                    break
                self.session.renew()
                self.connect()
            except TimeoutError:
                pass
        return until()

    def read(self):
        self.stream.socket.settimeout(0.05)
        first, count = self.stream.data[:2] if len(self.stream.data) > 1 else self.peek()
        size = {126: 2, 127: 8}.get(count, 0)
        while len(self.stream.data) < 2 + size:
            self.stream.more()
        if size:
            count = struct.unpack(">H" if size == 2 else ">Q", self.stream.data[2:2 + size])[0]
        while len(self.stream.data) < 2 + size + count:
            self.stream.more()
        payload = self.stream.take(2 + size + count)[2 + size:]
        if first & 15 == websocket.BINARY:
            self.take(Message(payload))

    def peek(self):
        while len(self.stream.data) < 2:
            self.stream.more()
        return self.stream.data[:2]
