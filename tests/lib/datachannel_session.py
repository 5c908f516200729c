"""The agent's end of a session: numbers, acknowledgements, repetitions, the handshake, the end; and what a client did wrong."""
import base64
import json
import os
import threading
import time

import datachannel_message as messages
import websocket_server as websocket
from datachannel_message import Message, encode

TICK = 0.1                                  # seconds between two looks at the oldest message
LAST_WAIT = 2.0                             # seconds that the agent waits for acknowledgements at the end


class Sent:
    """A numbered message of the agent that is not acknowledged."""

    def __init__(self, message):
        self.message, self.at, self.repeats = message, time.monotonic(), 0


class RoundTrip:
    """The time to wait for an acknowledgement, in seconds."""

    def __init__(self):
        self.rtt, self.variance = 0.1, 0.0

    def sample(self, new):
        self.variance = 0.75 * self.variance + 0.25 * abs(self.rtt - new)
        self.rtt = 0.875 * self.rtt + 0.125 * new

    @property
    def timeout(self):
        return min(1.0, self.rtt + max(0.01, 4 * self.variance)) if self.variance else 0.2


class Session:
    """The agent's end of one session, over connections that come and go."""

    def __init__(self, emulator, name, program, window=200, old=False):
        self.emulator, self.name, self.program = emulator, name, program
        self.window, self.old = window, old                     # old: duplicates are not acknowledged
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.wrong, self.events = [], []
        self.connection, self.connections, self.over, self.resumes, self.terminated = None, 0, False, 0, 0
        self.token = self.client_id = self.version = None       # see judge_open()
        self.requests, self.upgrade_keys = set(), set()
        self.sent, self.unacknowledged, self.pending = [], {}, []
        self.expected, self.stored, self.first_seen, self.ids = 0, {}, {}, {}
        self.repeats_in = self.duplicates_acknowledged = self.acknowledgements = 0
        self.round_trip = RoundTrip()
        self.ready, self.actions, self.answered, self.ending, self.last_wait = False, None, False, None, None
        self.lose_acknowledgements, self.lose_input = set(), set()      # numbers that are lost once
        self.away = False                                       # the agent is: input is not stored, and a pause answers it
        self.watch = None                                       # called with each new number that was sent
        self.renew()

    # What the service hands out.

    def renew(self):
        """A new token and cell number, as each StartSession and ResumeSession gives."""
        self.token = f"token-{self.emulator.mark}-" + base64.b64encode(os.urandom(30)).decode()
        self.cell = self.emulator.mark + "+/" + base64.b64encode(b"\xfb\xef\xbe" + os.urandom(12)).decode()
        self.tokens = getattr(self, "tokens", []) + [self.token]

    @property
    def target(self):
        return f"/v1/data-channel/{self.name}?role=publish_subscribe&cell-number={self.cell}"

    def document(self):
        return {"SessionId": self.name, "TokenValue": self.token, "StreamUrl": self.emulator.stream_host + self.target}

    def blame(self, *texts):
        with self.lock:
            self.wrong += [f"connection {self.connections}: {text}" for text in texts]

    def wait(self, condition, seconds=60.0):
        """Until condition() holds; whether it does."""
        with self.changed:
            return self.changed.wait_for(condition, seconds)

    # Connections.

    def connected(self, connection):
        with self.changed:
            self.connection = connection
            self.connections += 1
            if self.connections == 1:
                self.program.begin(self)
            self.pump()
            self.changed.notify_all()

    def lost(self, connection):
        with self.changed:
            if self.connection is connection:
                self.connection = None
            self.changed.notify_all()

    def cut(self, how):
        """Ends the connection: rst, fin, or close, with a close frame of code 1000."""
        with self.lock:
            if self.connection is None:
                return
            stream, self.connection = self.connection, None
            if how == "close":
                stream.send(websocket.frame(websocket.CLOSE, b"\x03\xe8Bye"))
            stream.end("rst" if how == "rst" else "fin")

    def raw(self, data):
        with self.lock:
            return self.connection is not None and self.connection.send(data)

    def message(self, data):
        return self.raw(websocket.frame(websocket.BINARY, data))

    # What goes out.

    def output(self, data, payload_type=messages.OUTPUT):
        """The program's output; it leaves as far as the window allows."""
        with self.lock:
            self.pending += [(data[i:i + 1024], payload_type) for i in range(0, len(data), 1024)]
            self.pump()

    def pump(self):
        while self.pending and self.connection is not None and len(self.unacknowledged) < self.window:
            self.numbered(*self.pending.pop(0))

    def numbered(self, payload, payload_type):
        sequence = len(self.sent)
        message = Message(encode("output_stream_data", payload, sequence, 0 if sequence else 1, payload_type))
        self.sent.append(message)
        self.unacknowledged[sequence] = Sent(message)
        self.message(message.data)
        if self.watch:
            self.watch(sequence)

    def tick(self):
        """The oldest message alone is repeated; the end waits for what is not acknowledged."""
        with self.changed:
            now = time.monotonic()
            if self.connection is not None and self.unacknowledged:
                oldest = self.unacknowledged[min(self.unacknowledged)]
                if now - oldest.at > self.round_trip.timeout:
                    oldest.repeats += 1
                    self.message(oldest.message.data)
                    self.changed.notify_all()
            if self.ending is not None and not self.over and not self.pending:
                self.last_wait = self.last_wait or now + LAST_WAIT
                if not self.unacknowledged or now > self.last_wait:
                    self.close(self.ending)

    def end(self, text=""):
        """The program has ended: channel_closed follows when all is acknowledged, or two seconds after the last was sent."""
        with self.lock:
            self.ending = text

    def close(self, text=""):
        with self.changed:
            self.over = True
            payload = {"MessageType": "channel_closed", "MessageId": self.sent[0].id_text if self.sent else "",
                       "DestinationId": self.name, "SessionId": self.name, "SchemaVersion": 1,
                       "CreatedDate": str(messages.now()), "Output": text}
            self.message(encode("channel_closed", json.dumps(payload).encode(), flags=3, head=112, padding=b"\0"))
            self.changed.notify_all()

    # What comes in.

    def received(self, data):
        try:
            message = Message(data)
        except ValueError as error:
            self.blame(f"message: {error}")
            return
        with self.changed:
            self.judge(message, messages.judge_head(message))
            if message.kind == "acknowledge":
                self.acknowledged(message)
            elif message.kind == "input_stream_data":
                self.numbered_input(message)
            else:
                self.blame(f"message: the type {message.kind!r}")
            self.changed.notify_all()

    def judge(self, message, wrong):
        known = self.ids.setdefault(message.identity, message.data)
        if known != message.data:
            wrong.append("its id was another's already")
        self.blame(*(f"{message.kind} {message.sequence} of type {message.payload_type}: {text}" for text in wrong))

    def acknowledged(self, message):
        wrong = messages.judge_acknowledgement(message)
        self.acknowledgements += 1
        try:
            number = messages.read_json(message.payload)["AcknowledgedMessageSequenceNumber"]
            known = self.sent[number] if number >= 0 else None
        except (ValueError, TypeError, KeyError, IndexError):
            known = None
        if known is None or message.payload != messages.acknowledgement_of(known):
            self.judge(message, wrong + [f"it acknowledges nothing that was sent: {message.payload!r}"])
            return
        self.judge(message, wrong)
        if number in self.lose_acknowledgements:
            self.lose_acknowledgements.discard(number)
            return
        sent = self.unacknowledged.pop(number, None)
        if sent:
            self.round_trip.sample(time.monotonic() - sent.at)
        self.pump()

    def numbered_input(self, message):
        number, wrong = message.sequence, messages.judge_input(message)
        if number not in self.first_seen:
            if number != len(self.first_seen):
                wrong.append(f"a gap: {len(self.first_seen)} was to come")
            asks = message.payload_type == messages.OUTPUT and not message.payload      # a node that has been silent for long
            if not self.ready and not asks and message.payload_type not in (messages.RESPONSE, messages.CHALLENGED):
                wrong.append("it came before the session was ready")
            self.first_seen[number] = message.data
            wrong += messages.judge_new(message)
        else:
            self.repeats_in += 1
            if self.first_seen[number] != message.data:
                wrong.append("repeated with other bytes")
        self.judge(message, wrong)
        if self.away:
            self.publish("pause_publication")
        elif number in self.lose_input:
            self.lose_input.discard(number)
        else:
            self.take(message)

    def publish(self, kind):
        """start_publication or pause_publication; what else is in it is not to be relied on."""
        self.message(encode(kind, b"{}", -1, 3, created=0, digest=bytes(32), padding=b"\0"))

    def take(self, message):
        """The agent's rules: acknowledged when it is the next one, early, or (by a new agent) late."""
        number = message.sequence
        if number < self.expected:
            self.duplicates_acknowledged += not self.old
            if not self.old:
                self.acknowledge(message)
            return
        self.acknowledge(message)
        self.stored[number] = message
        while self.expected in self.stored:
            self.handle(self.stored.pop(self.expected))
            self.expected += 1

    def acknowledge(self, message):
        self.message(encode("acknowledge", messages.acknowledgement_of(message), flags=3))

    def handle(self, message):
        if message.payload_type == messages.RESPONSE:
            if self.answered or self.actions is None:
                self.blame("a HandshakeResponse that nobody asked for")
            self.answered = True
            self.blame(*messages.judge_response(message.payload, self.actions or []))
            self.program.answered(self)
        elif message.payload_type in (messages.OUTPUT, messages.SIZE, messages.FLAG):
            self.program.input(self, message.payload_type, message.payload)
