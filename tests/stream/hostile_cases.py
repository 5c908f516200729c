"""What a service that means harm does: (title, script, exit codes or None for any of the table, standard output or None)."""
import json
import random
import struct

import datachannel_message as messages
import websocket_server as websocket
from datachannel_message import COMPLETE, EXIT_CODE, FLAG, OUTPUT, REQUEST, STDERR, encode
from hostile_service import FINE, closed, output, request
from websocket_server import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

OVER = {0}                                  # the script ended the session in good order: what came before did no harm
LOST = {75}                                 # the connection is no good
BROKEN = {255}                              # the other side does not speak the protocol
INCOMPLETE = {255}                          # it is known that something is missing
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\x08\r"


def http(status, body=b"", fields=()):
    lines = [f"HTTP/1.1 {status} Phrase", f"Content-Length: {len(body)}", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def upgrades():
    """Answers to the request to upgrade."""
    def answer(data, hold=False):
        def script(peer):
            peer.raw(data(peer) if callable(data) else data)
            if hold:
                peer.drain(20)
        return script

    def switching(peer, change):
        return change(websocket.switching(peer.head.headers["sec-websocket-key"]))

    def changed(old, new):
        return answer(lambda peer: switching(peer, lambda data: data.replace(old, new)))

    yield "a 403 with a body", answer(http(403, b'{"message":"denied' + ESCAPES.encode() + b'"}')), None, b""
    for status in 200, 204, 301, 400, 404, 426, 429, 500, 503, 999:
        yield f"an answer of {status}", answer(http(status, b"no", ["Location: http://127.0.0.1:1/"])), None, b""
    yield "a body of 10 MB", answer(http(403, b"x" * 10000000)), None, b""
    yield "a body without end", answer(http(403).replace(b"Length: 0", b"Length: 99999999999") + b"x" * 3000000), None, b""
    yield "another Accept", changed(b"Sec-WebSocket-Accept: ", b"Sec-WebSocket-Accept: x"), None, b""
    yield "no Accept", changed(b"Sec-WebSocket-Accept: ", b"X-Accept: "), None, b""
    yield "no Upgrade", changed(b"Upgrade: websocket\r\n", b""), None, b""
    yield "another Upgrade", changed(b"Upgrade: websocket", b"Upgrade: h2c"), None, b""
    yield "no Connection", changed(b"Connection: Upgrade\r\n", b""), None, b""
    yield "an extension", changed(b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"), None, b""
    yield "a subprotocol", changed(b"\r\n\r\n", b"\r\nSec-WebSocket-Protocol: chat\r\n\r\n"), None, b""
    yield "HTTP/2.0", changed(b"HTTP/1.1", b"HTTP/2.0"), None, b""
    yield "garbage", answer(bytes(range(256)) * 40), None, b""
    yield "garbage without line ends", answer(b"A" * 300000), None, b""
    yield "a head of 10 MB", answer(b"HTTP/1.1 101 Switching Protocols\r\n" + b"X-A: b\r\n" * 1250000), None, b""
    yield "nothing at all", answer(b""), LOST, b""
    yield "TLS", answer(b"\x15\x03\x01\x00\x02\x02\x28"), None, b""
    yield "SSH", answer(b"SSH-2.0-OpenSSH_9.2\r\n"), None, b""
    yield "100 answers of 100", answer(b"HTTP/1.1 100 Continue\r\n\r\n" * 100), None, b""
    for at in range(0, 129, 4):
        yield f"a handshake answer cut at {at}", answer(lambda peer, at=at: switching(peer, lambda data: data[:at])), None, b""


def opened(act, codes=None, out=None):
    """A script that acts behind the first message."""
    def script(peer):
        peer.open()
        act(peer)
    return script, codes, out


def then_fine(*datas, sequence=0, codes=frozenset(OVER)):
    """Messages, then what goes on as if they had not been."""
    def act(peer):
        peer.send(*datas)
        peer.fine(sequence)
    return opened(act, codes, FINE)


def raw(data, codes=BROKEN, out=b""):
    """Bytes of frames that end the connection: the server holds it, so that the client has to."""
    def act(peer):
        peer.raw(data)
        peer.drain()
    return opened(act, codes, out)


def frames():
    """Frames that are not those of a server."""
    good = output(FINE)
    yield "a masked frame", *raw(frame(BINARY, good, mask=b"abcd"))
    for bits in 1, 2, 4, 7:
        yield f"reserved bits {bits}", *raw(frame(BINARY, good, reserved=bits))
    for opcode in 3, 7, 11, 15:
        yield f"opcode {opcode}", *raw(frame(opcode, b"x"))
    yield "a ping in fragments", *raw(frame(PING, b"x", final=False))
    yield "a ping of 126 bytes", *raw(frame(PING, b"x" * 126))
    yield "a close frame of 126 bytes", *raw(frame(CLOSE, b"\x03\xe8" + b"x" * 124))
    yield "a continuation of nothing", *raw(frame(CONTINUATION, good))
    yield "a message inside another", *raw(frame(BINARY, good, final=False) + frame(BINARY, good))
    yield "a length with the highest bit", *raw(b"\x82\xff" + b"\xff" * 8)
    yield "a length of 2^63-1", *raw(b"\x82\x7f\x7f" + b"\xff" * 7)
    yield "a length of 2^32", *raw(b"\x82\x7f" + struct.pack(">Q", 1 << 32))
    yield "a length of 7 in 16 bits", *opened(lambda p: (p.raw(frame(PING, b"x" * 7, form=16)), p.fine()), None)
    yield "a length of 7 in 64 bits", *opened(lambda p: (p.raw(frame(PING, b"x" * 7, form=64)), p.fine()), None)
    yield "a message of 10 MB", *raw(frame(BINARY, output(b"x" * 10000000)))
    yield "a message of 10 MB in fragments", *opened(lambda p: (p.fragments(output(b"x" * 10000000), 60000), p.drain()), BROKEN, b"")
    yield "a text of 10 MB", *raw(frame(TEXT, b"x" * 10000000))

    def endless_bytes(peer):
        peer.raw(frame(BINARY, b"x", final=False))
        while peer.raw(frame(CONTINUATION, b"x" * 100, final=False) * 1000):
            pass

    yield "fragments without end", *opened(endless_bytes, BROKEN, b"")
    yield "empty fragments, 2 million", *opened(lambda p: (p.raw(frame(BINARY, b"", final=False)), [
        p.raw(frame(CONTINUATION, b"", final=False) * 10000) for _ in range(200)]), LOST | BROKEN, b"")
    yield "a message in fragments of one byte", *opened(lambda p: (p.fragments(good), p.send(closed()), p.drain()), OVER, FINE)
    yield "pings between fragments", *opened(lambda p: (
        p.raw(frame(BINARY, good[:50], final=False) + frame(PING, b"y") + frame(CONTINUATION, good[50:])), p.send(closed()),
        p.drain()), OVER, FINE)
    yield "100,000 pings", *opened(lambda p: (p.raw(frame(PING, b"x" * 125) * 100000), p.fine()), OVER, FINE)
    yield "100,000 pings that nobody reads the answers to", *opened(lambda p: p.raw(frame(PING, b"x" * 125) * 100000), None, b"")
    yield "100,000 pongs", *opened(lambda p: (p.raw(frame(PONG, b"keepalive") * 100000), p.fine()), OVER, FINE)
    for code in 0, 999, 1000, 1003, 1005, 1011, 65535:
        yield f"a close frame of {code}", *raw(frame(CLOSE, struct.pack(">H", code) + ESCAPES.encode()[:100]), LOST | BROKEN)
    yield "a close frame of one byte", *raw(frame(CLOSE, b"\x03"))
    yield "a close frame with a reason that is not UTF-8", *raw(frame(CLOSE, b"\x03\xe8\xff\xfe"), LOST | BROKEN)
    yield "an empty close frame", *raw(frame(CLOSE), LOST)


def texts():
    for name, data in (("empty", b""), ("of JSON", b"{}"), ("not UTF-8", b"\xff\xfe"), ("with escapes", ESCAPES.encode()),
                       ("of 60 kB", b"x" * 60000)):
        fails = name == "not UTF-8"
        yield f"a text frame, {name}", *opened(lambda p, d=data: (p.text(d), p.fine()), OVER | LOST if fails else OVER,
                                               None if fails else FINE)


def binaries():
    """Messages whose fields are wrong: dropped, and the session goes on."""
    good = output(b"wrong\n")
    for at in [*range(0, len(good), 5), len(good) - 1]:
        yield f"a message cut at {at}", *then_fine(good[:at])
    for at in range(0, len(good) - 6, 16):
        def act(peer, at=at):
            peer.raw(frame(BINARY, good)[:at + 2])
        yield f"the connection cut inside a message, at {at}", *opened(act, LOST, b"")
    for head in 0, 1, 4, 111, 113, 115, 117, 120, 121, 126, 127, 255, 65535, 1 << 31, (1 << 32) - 1:
        yield f"an HL of {head}", *opened(lambda p, d=struct.pack(">I", head) + good[4:]: (p.send(d), p.fine()), OVER, FINE)
    yield "a digest of another payload", *then_fine(output(b"wrong\n", digest=bytes(32)))
    yield "a date of 0", *then_fine(output(b"wrong\n", created=0))
    yield "no type", *then_fine(encode("", b"wrong\n"))
    yield "a type of NULs", *then_fine(encode("", b"wrong\n", padding=b"\0"))
    yield "a type that nobody knows", *then_fine(encode("agent_session_state", b"{}"), encode("x" * 32, b"y"))
    yield "a type with bytes that are not ASCII", *then_fine(encode("é" * 16, b"y"))
    yield "input for the client", *then_fine(encode("input_stream_data", b"wrong\n", 0, 0, OUTPUT))
    for number in -1, -(1 << 63):
        yield f"the number {number}", *then_fine(output(b"wrong\n", number))
    for number in 1 << 31, (1 << 32) + 1, (1 << 63) - 1, 10001, 1 << 40:
        yield f"the number {number}", *then_fine(output(b"wrong\n", number), codes=INCOMPLETE)
    for length in 0, 1, 7, 1 << 16, 1 << 31, (1 << 32) - 1:
        yield f"a payload's length of {length}", *opened(lambda p, n=length: (p.send(output(FINE, length=n)), p.send(closed()),
                                                                            p.drain()), OVER, FINE)
    yield "publication with nothing right in it", *then_fine(
        encode("start_publication", b"x", -5, 99, 77, created=0, digest=bytes(32), schema=9),
        encode("pause_publication", b"", 7, 0, 0, head=112, created=0, padding=b"\0"), encode("start_publication", b""))
    yield "100,000 pauses", *opened(lambda p: (p.raw(frame(BINARY, encode("pause_publication", b"")) * 100000), p.fine()), OVER, FINE)
    yield "20,000 repetitions", *opened(lambda p: (p.raw(frame(BINARY, output(FINE)) * 20000), p.send(closed()), p.drain()), OVER, FINE)
    yield "10,000 messages ahead of a gap", *opened(lambda p: (
        p.raw(b"".join(frame(BINARY, output(b"x" * 1024, n)) for n in range(1, 10003))), p.fine()), None, None)
    yield "payload types that nobody knows", *opened(lambda p: (p.send(output(b"?", 0, 99), output(b"?", 1, 0), output(b"?", 2, 2),
                                                                     output(b"?", 3, (1 << 32) - 1)), p.fine(4)), None, None)


def acknowledgements():
    def acknowledge(payload, **fields):
        return encode("acknowledge", payload, **{"flags": 3, **fields})

    ack = messages.acknowledgement_of(messages.Message(encode("input_stream_data", b"x", 5, 0, OUTPUT)))
    for number in b"999", b"-1", b"9223372036854775807", b"9223372036854775808", b"1e3", b"1.5", b'"5"', b"null", b"[]", b"9" * 500:
        yield f"an acknowledgement of {number[:20].decode()}", *then_fine(acknowledge(ack.replace(b":5,", b":" + number + b",")))
    for name, payload in (("nothing", b""), ("no JSON", b"\xff{"), ("no object", b"[1]"), ("64 levels", b"[" * 64 + b"]" * 64),
                          ("10,000 levels", b"[" * 10000), ("a member twice", ack[:-1] + b"," + ack[1:]),
                          ("60 kB", b'{"a":"' + b"x" * 60000 + b'"}')):
        yield f"an acknowledgement with {name}", *then_fine(acknowledge(payload))


def handshakes():
    """Lies in the handshake: the client answers, or passes over, or ends; it does not break."""
    kind = {"ActionType": "SessionType", "ActionParameters": {"SessionType": "NonInteractiveCommands", "Properties": None}}
    payloads = {
        "empty": b"", "no JSON": b"{", "no object": b"[]", "deep": b"[" * 5000, "no members": b"{}", "not UTF-8": b'{"AgentVersion":"\xff"}',
        "a version of 60 kB": request(AgentVersion="1." * 30000), "a version that is none": request(AgentVersion="a.b.c"),
        "a version with escapes": request(AgentVersion=ESCAPES), "a version that is a number": request(AgentVersion=3),
        "a version beyond numbers": request(AgentVersion="99999999999999999999.1.1.1"), "no version": request().replace(b"Agent", b"X"),
        "actions that are null": request().replace(b"[{", b"null,\"x\":[{"), "no actions": request([]),
        "actions that are a text": request("SessionType"), "an action that is a number": request([1]),
        "an action without a type": request([{}]), "an action that is null": request([{"ActionType": None}]),
        "an unknown action": request([kind, {"ActionType": ESCAPES, "ActionParameters": {}}]),
        "parameters that are a number": request([{"ActionType": "SessionType", "ActionParameters": 7}]),
        "an unknown session": request([{"ActionType": "SessionType", "ActionParameters": {"SessionType": "Mind" + ESCAPES}}]),
        "a session that is a list": request([{"ActionType": "SessionType", "ActionParameters": {"SessionType": []}}]),
        "a port that is an object": request([{"ActionType": "SessionType", "ActionParameters": {
            "SessionType": "Port", "Properties": {"portNumber": {}, "type": []}}}]),
        "a port with properties that are a text": request([{"ActionType": "SessionType", "ActionParameters": {
            "SessionType": "Port", "Properties": "22"}}]),
        "KMS with a key that is a number": request([kind, {"ActionType": "KMSEncryption", "ActionParameters": {"KMSKeyId": 7}}]),
        "KMS without parameters": request([kind, {"ActionType": "KMSEncryption"}]),
        "1,000 actions": request([kind] * 1000), "the same action twice": request([kind, kind]),
    }
    for name, payload in payloads.items():
        def act(peer, payload=payload):
            peer.send(output(payload, 0, REQUEST))
            if peer.answer(0.3) is not None:
                peer.send(output(b'{"HandshakeTimeToComplete":1,"CustomerMessage":""}', 1, COMPLETE), output(FINE, 2))
            peer.send(closed("the handshake failed"))
            peer.drain()
        yield f"a HandshakeRequest: {name}", *opened(act, None, None)
    completions = {"empty": b"", "no JSON": b"x", "a list": b"[]", "a message that is a number": b'{"CustomerMessage":5}',
                   "a message with escapes": json.dumps({"CustomerMessage": ESCAPES, "HandshakeTimeToComplete": -1}).encode(),
                   "a message of 60 kB": json.dumps({"CustomerMessage": "x" * 60000}).encode()}
    for name, payload in completions.items():
        def act(peer, payload=payload):
            peer.send(output(request(), 0, REQUEST))
            peer.answer()
            peer.send(output(payload, 1, COMPLETE), output(FINE, 2), closed())
            peer.drain()
        yield f"a HandshakeComplete: {name}", *opened(act, None, None)
    yield "two HandshakeRequests", *opened(lambda p: p.fine(p.handshake(output(request(), 0, REQUEST))), None, FINE)
    yield "two HandshakeRequests of different numbers", *opened(lambda p: (
        p.send(output(request(), 0, REQUEST), output(request(), 1, REQUEST)), p.answer(),
        p.send(output(b"{}", 2, COMPLETE)), p.fine(3)), None, None)
    yield "a HandshakeRequest behind output", *opened(lambda p: (
        p.send(output(b"", 0), output(request(), 1, REQUEST)), p.fine(2)), None, None)
    yield "a HandshakeComplete that nothing came before", *opened(lambda p: (p.send(output(b"{}", 0, COMPLETE)), p.fine(1)), None, None)
    yield "a challenge without a key", *opened(lambda p: (p.send(output(b'{"Challenge":"AAAA"}', 0, 8)), p.send(closed("x")), p.drain()), None, b"")


def ends():
    """Exit codes, flags and last words."""
    for text in (b"", b"EXIT_CODE: ", b"EXIT_CODE: x", b"EXIT_CODE: -1", b"EXIT_CODE: 256", b"EXIT_CODE: 99999999999999999999",
                 b"EXIT_CODE: 7 ", b"EXIT_CODE: 0x7", b"EXIT_CODE: " + b"7" * 50000, ESCAPES.encode(), b"\xff\xfe", b"7"):
        yield f"the exit code {text[:20]!r}", *opened(lambda p, t=text: (
            p.send(output(t, p.handshake(), EXIT_CODE), closed()), p.drain()), {7, 255}, b"")
    yield "two exit codes", *opened(lambda p: (p.send(output(b"EXIT_CODE: 3", p.handshake(), EXIT_CODE), output(b"EXIT_CODE: 4", 3, EXIT_CODE),
                                                      closed()), p.drain()), {3, 4}, b"")
    for flag in b"", b"\0\0\0\1", b"\0\0\0\3", b"\xff" * 4, b"\0\0\0\2x":
        yield f"the flag {flag!r}", *opened(lambda p, f=flag: (p.send(output(FINE), output(f, 1, FLAG), closed()), p.drain()), None, FINE)
    payloads = {"empty": b"", "no JSON": b"{", "a list": b"[]", "no Output": b"{}", "an Output that is a number": b'{"Output":5}',
                "not UTF-8": b'{"Output":"\xff"}', "deep": b"[" * 9000, "another session's": b'{"SessionId":"other","Output":""}'}
    for name, payload in payloads.items():
        yield f"channel_closed: {name}", *opened(lambda p, d=payload: (p.send(output(FINE), closed(payload=d)), p.drain()), None, FINE)
    yield "channel_closed with escapes", *opened(lambda p: (p.send(output(FINE), closed(ESCAPES)), p.drain()), {1, 75, 254, 255}, FINE)
    yield "channel_closed of 200 kB", *opened(lambda p: (p.send(output(FINE), closed("x" * 200000)), p.drain()), {1, 75, 254, 255}, FINE)
    yield "channel_closed with a wrong digest", *opened(lambda p: (p.send(output(FINE), closed(digest=bytes(32))), p.half_close(), p.drain()), LOST, FINE)
    yield "channel_closed behind a gap", *opened(lambda p: (p.send(output(FINE), output(b"late\n", 2), closed()), p.drain()),
                                                 {1, 75, 255}, FINE)
    yield "two channel_closed", *opened(lambda p: (p.send(output(FINE), closed(), closed("again")), p.drain()), OVER, FINE)
    yield "output behind channel_closed", *opened(lambda p: (p.send(output(FINE), closed(), output(b"late\n", 1)), p.drain()),
                                                  OVER | INCOMPLETE, FINE)       # as it comes to be seen, or not
    yield "channel_closed at once", *opened(lambda p: (p.send(closed()), p.drain()), None, b"")
    yield "standard error in a shell", *opened(lambda p: (p.send(output(FINE), output(b"err\n", 1, STDERR), closed()), p.drain()), None, FINE)


def damages():
    """A whole session of a command with bytes changed, the same ones each time."""
    rng = random.Random(20261129)
    good = b"".join(frame(BINARY, data) for data in (
        output(request(), 0, REQUEST), output(b'{"HandshakeTimeToComplete":1,"CustomerMessage":"hello"}', 1, COMPLETE),
        encode("start_publication", b"{}"), output(FINE, 2), output(b"err\n", 3, STDERR), output(b"EXIT_CODE: 0", 4, EXIT_CODE), closed()))
    yield "a session without bytes changed", *opened(lambda p: (p.raw(good), p.half_close(), p.drain()), OVER, FINE)
    for number in range(48):
        data = bytearray(good)
        for _ in range(rng.choice((1, 1, 2, 8, 64))):
            data[rng.randrange(len(data))] = rng.choice((0, 0xff, 0x7f, 0x80, rng.randrange(256)))
        yield f"a session with bytes changed, {number}", *opened(lambda p, d=bytes(data): (p.raw(d), p.half_close(), p.drain()), None, None)


def cases():
    groups = upgrades, frames, texts, binaries, acknowledgements, handshakes, ends, damages
    return [case for group in groups for case in group()]
