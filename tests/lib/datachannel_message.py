"""The binary messages of a data channel, and what is wrong with a client's: ssm-data-channel(7), in Python.

Not made from the suite's own code: it is what that is compared with.
"""
import hashlib
import json
import re
import struct
import time
import uuid

OUTPUT, SIZE, REQUEST, RESPONSE, COMPLETE, CHALLENGE, CHALLENGED, FLAG, STDERR, EXIT_CODE = 1, 3, 5, 6, 7, 8, 9, 10, 11, 12
INPUT_TYPES = OUTPUT, SIZE, RESPONSE, CHALLENGED, FLAG
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){3}\Z")
LEAST_VERSION = (1, 2, 764, 0)
OPEN_MEMBERS = ["MessageSchemaVersion", "RequestId", "TokenValue", "ClientId", "ClientVersion"]
CLOCK = 60000                               # ms that a date may be off


def swap(identity):
    return identity[8:] + identity[:8]


def now():
    return int(time.time() * 1000)


def encode(kind, payload, sequence=0, flags=0, payload_type=0, identity=None, created=None, head=116, padding=b" ",
           digest=None, length=None, schema=1):
    """A message's bytes; all can be wrong on purpose."""
    identity = uuid.uuid4().bytes if identity is None else identity
    created = now() if created is None else created
    digest = hashlib.sha256(payload).digest() if digest is None else digest
    data = struct.pack(">I", head) + kind.encode().ljust(32, padding) + struct.pack(">IQqQ", schema, created, sequence, flags)
    data += swap(identity) + digest
    if head != 112:
        data += struct.pack(">I", payload_type)
    return data + struct.pack(">I", len(payload) if length is None else length) + payload


class Message:
    """The fields of a message whose head is 112 or 116 long; raises ValueError for what has no fields."""

    def __init__(self, data):
        if len(data) < 116:
            raise ValueError(f"{len(data)} bytes")
        self.data = data
        self.head = struct.unpack_from(">I", data)[0]
        self.raw_kind = data[4:36]
        self.kind = data[4:36].rstrip(b" \0").decode("latin-1")
        self.schema, self.created, self.sequence, self.flags = struct.unpack_from(">IQqQ", data, 36)
        self.identity = swap(data[64:80])
        self.digest = data[80:112]
        if self.head not in (112, 116) or len(data) < self.head + 4:
            raise ValueError(f"HL {self.head} of {len(data)} bytes")
        self.payload_type = struct.unpack_from(">I", data, 112)[0] if self.head == 116 else 0
        self.length = struct.unpack_from(">I", data, self.head)[0]
        self.payload = data[self.head + 4:]

    @property
    def id_text(self):
        return str(uuid.UUID(bytes=self.identity))


def acknowledgement_of(message):
    """The payload that acknowledges it, byte for byte."""
    return (f'{{"AcknowledgedMessageType":"{message.kind}","AcknowledgedMessageId":"{message.id_text}",'
            f'"AcknowledgedMessageSequenceNumber":{message.sequence},"IsSequentialMessage":true}}').encode()


def unique(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a name twice")
    return dict(pairs)


def read_json(payload):
    return json.loads(payload.decode(), object_pairs_hook=unique)


def version_of(text):
    return tuple(int(part) for part in text.split("."))


def judge_head(message):
    """What is wrong with the fields that every message of a client has."""
    wrong = []
    if message.head != 116:
        wrong.append(f"HL is {message.head}")
    if message.raw_kind != message.kind.encode("latin-1").ljust(32, b" "):
        wrong.append(f"the type is {message.raw_kind!r}")
    if message.schema != 1:
        wrong.append(f"the schema is {message.schema}")
    if message.length != len(message.payload):
        wrong.append(f"a length of {message.length} for {len(message.payload)} bytes")
    if message.digest != hashlib.sha256(message.payload).digest():
        wrong.append("the digest is another's")
    if not UUID4.match(message.id_text):
        wrong.append(f"the id is {message.id_text}")
    return wrong


def judge_new(message):
    """What is wrong with the date of a message that comes for the first time and was made just now."""
    return [] if abs(message.created - now()) < CLOCK else [f"created at {message.created}, {now()} now"]


def judge_acknowledgement(message):
    wrong = []
    for name, got, expected in (("sequence", message.sequence, 0), ("flags", message.flags, 3),
                                ("payload type", message.payload_type, 0)):
        if got != expected:
            wrong.append(f"{name} is {got}")
    return wrong


def judge_input(message):
    """What is wrong with input by itself; the order is judged by who knows it."""
    wrong = []
    if message.flags != 0:
        wrong.append(f"flags are {message.flags}")
    if message.payload_type not in INPUT_TYPES:
        wrong.append(f"payload type {message.payload_type}")
    if not message.payload:
        wrong.append("an empty payload")
    if len(message.payload) > 1024 and message.payload_type in (OUTPUT, SIZE, FLAG):
        wrong.append(f"a payload of {len(message.payload)} bytes")
    if message.payload_type == SIZE:
        wrong += judge_size(message.payload)
    if message.payload_type == FLAG and message.payload not in (b"\0\0\0\1", b"\0\0\0\2"):
        wrong.append(f"the flag {message.payload!r}")
    return wrong


def judge_size(payload):
    try:
        size = read_json(payload)
        fits = list(size) == ["cols", "rows"] and all(type(n) is int and 0 < n < 65536 for n in size.values())
    except (ValueError, AttributeError):
        fits = False
    return [] if fits and b" " not in payload else [f"the size is {payload!r}"]


def judge_response(payload, actions):
    """What is wrong with a HandshakeResponse to these actions, each of which a client can do."""
    try:
        response = read_json(payload)
        done = [(entry["ActionType"], entry["ActionStatus"]) for entry in response["ProcessedClientActions"]]
        members = [sorted(entry) for entry in response["ProcessedClientActions"]]
        version = response["ClientVersion"]
    except (ValueError, TypeError, KeyError) as error:
        return [f"the HandshakeResponse: {error!r}"]
    wrong = []
    if list(response) != ["ClientVersion", "ProcessedClientActions", "Errors"] or response["Errors"] not in (None, []):
        wrong.append(f"the HandshakeResponse is {payload!r}")
    if done != [(action["ActionType"], 1) for action in actions]:
        wrong.append(f"the HandshakeResponse has the actions {done}")
    if any(names != ["ActionResult", "ActionStatus", "ActionType", "Error"] for names in members):
        wrong.append(f"the members of an action are {members}")
    return wrong + judge_version(version)


def judge_version(version):
    fits = isinstance(version, str) and VERSION.match(version) and version_of(version) >= LEAST_VERSION
    return [] if fits else [f"the ClientVersion is {version!r}"]


def judge_open(payload, known):
    """What is wrong with the first message; known has the token, the ids of requests so far and the client's."""
    try:
        message = read_json(payload)
        members = list(message)
    except (ValueError, AttributeError) as error:
        return [f"the first message: {error!r}"]
    if members != OPEN_MEMBERS or not all(isinstance(value, str) for value in message.values()):
        return [f"the first message has {members}"]
    wrong = judge_version(message["ClientVersion"])
    if message["MessageSchemaVersion"] != "1.0":
        wrong.append(f"the schema is {message['MessageSchemaVersion']!r}")
    for name in "RequestId", "ClientId":
        if not UUID4.match(message[name]):
            wrong.append(f"{name} is {message[name]!r}")
    if message["TokenValue"] != known.token:
        wrong.append("the token is not the latest one, or was used before")
    if message["RequestId"] in known.requests:
        wrong.append("the RequestId is not new")
    if known.client_id not in (None, message["ClientId"]):
        wrong.append("the ClientId is another one")
    if known.version not in (None, message["ClientVersion"]):
        wrong.append("the ClientVersion is another one")
    known.token, known.client_id, known.version = None, message["ClientId"], message["ClientVersion"]
    known.requests.add(message["RequestId"])
    return wrong
