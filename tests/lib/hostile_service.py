"""A service that means harm: the pieces from which a test makes one connection's script."""
import json
import socket

import datachannel_message as messages
import websocket_server as websocket
from datachannel_message import encode
from websocket_server import BINARY, CONTINUATION, TEXT, Gone, frame

FINE = b"fine\n"
PATIENCE = 30                               # seconds, for a client that is to say something


def output(payload, sequence=0, payload_type=messages.OUTPUT, **wrong):
    return encode("output_stream_data", payload, sequence, **{"flags": 0 if sequence else 1, "payload_type": payload_type, **wrong})


def closed(text="", **wrong):
    payload = json.dumps({"MessageType": "channel_closed", "MessageId": "m", "DestinationId": "d", "SessionId": "s",
                          "SchemaVersion": 1, "CreatedDate": "1700000000000", "Output": text}).encode()
    return encode("channel_closed", wrong.pop("payload", payload), **{"flags": 3, "head": 112, "padding": b"\0", **wrong})


def request(actions=None, **members):
    actions = actions if actions is not None else [{"ActionType": "SessionType", "ActionParameters": {
        "SessionType": "NonInteractiveCommands", "Properties": None}}]
    return json.dumps({"AgentVersion": "3.3.987.0", "RequestedClientActions": actions, **members}).encode()


class Peer:
    """One client on a connection: what a script does to it. A client that is gone ends a script without a word."""

    def __init__(self, stream, head):
        self.stream, self.head, self.got = stream, head, []

    def switch(self):
        self.raw(websocket.switching(self.head.headers.get("sec-websocket-key", "")))

    def open(self):
        """Up to the client's first message; a session may follow."""
        self.switch()
        return self.read()

    def read(self, seconds=PATIENCE):
        """Its next message, or None."""
        self.stream.socket.settimeout(seconds)
        try:
            self.got.append(websocket.Frames(self.stream, []).next()[1])
        except (Gone, TimeoutError):
            return None
        return self.got[-1]

    def raw(self, data):
        return self.stream.send(data)

    def send(self, *datas):
        for data in datas:
            self.raw(frame(BINARY, data))

    def text(self, data):
        self.raw(frame(TEXT, data))

    def fine(self, sequence=0):
        """Goes on as if nothing had been: output, and an ordinary end."""
        self.send(output(FINE, sequence), closed())
        self.drain()

    def handshake(self, *middle, sequence=0):
        """A command's handshake with something between request and completion; the next number."""
        self.send(output(request(), sequence, messages.REQUEST))
        self.answer()
        self.send(*middle)
        self.send(output(b'{"HandshakeTimeToComplete":1,"CustomerMessage":""}', sequence + 1, messages.COMPLETE))
        return sequence + 2

    def answer(self, seconds=PATIENCE):
        """The client's HandshakeResponse, whatever it acknowledges before; None: none came for so long."""
        while (data := self.read(seconds)) is not None:
            if data[:4] == b"\0\0\0t" and messages.Message(data).payload_type == messages.RESPONSE:
                return data
        return None

    def drain(self, seconds=5):
        """Until the client has closed: what it sends is of no interest."""
        self.stream.socket.settimeout(seconds)
        try:
            while self.stream.socket.recv(1 << 20):
                pass
        except OSError:
            pass

    def fragments(self, data, size=1, opcode=BINARY):
        parts = [data[i:i + size] for i in range(0, len(data), size)]
        for i, part in enumerate(parts):
            self.raw(frame(CONTINUATION if i else opcode, part, final=i == len(parts) - 1))

    def half_close(self):
        try:
            self.stream.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
