"""The judge of clients is judged: a small good client does nothing wrong, and each fault that it is given is found, by its name.

The vectors of ssm-data-channel(7) are what the judge's own encoder makes, too.
"""
import os
import re
import uuid

import datachannel_programs as programs
from datachannel import Emulator
from datachannel_client import PATIENCE, Client
from datachannel_message import OUTPUT, STDERR, encode
from sigv4_judge import PATTERN, Keys, botocore, by_botocore
from tap import done, is_equal, ok, skip
from websocket_server import Head

SRC_DIR = os.environ.get("SRC_DIR", ".")
FAULTS = {"service": "service is not the right one", "plus": "does not fit", "origin": "origin is there",
          "extension": "sec-websocket-extensions is there", "binary first": "before the text", "token": "the token is not",
          "version": "ClientVersion", "member": "the first message has", "second text": "a second text", "mask": "mask is not fresh",
          "unmasked": "not masked", "fragments": "in fragments", "reserved": "reserved bits", "long length": "64 bits that needs less",
          "gap": "a gap: 1 was to come", "input flags": "flags are 1", "schema": "the schema is 2", "digest": "the digest",
          "length": "a length of 7", "date": "created at 1", "padding": "the type is", "head": "HL is 112", "id": "the id is 0000",
          "other bytes": "repeated with other bytes", "same id": "another's already", "id halves": "acknowledges nothing",
          "blanks": "acknowledges nothing", "unknown number": "acknowledges nothing", "number in head": "sequence is 1",
          "flags of acknowledgement": "flags is 0"}
HANDSHAKE_FAULTS = {"early input": "before the session was ready", "two responses": "nobody asked for", "status": "has the actions"}


def pages_vectors():
    with open(os.path.join(SRC_DIR, "man", "ssm-data-channel.7"), encoding="utf-8") as page:
        section = page.read().partition(".Ss Test vectors")[2].partition("\n.Ss ")[0]
    for block in re.findall(r"^\.Bd.*?\n(.*?)^\.Ed", section, re.M | re.S):
        yield bytes.fromhex("".join(line[4:] for line in block.splitlines()))


def check_vectors():
    given = {"identity": uuid.UUID("00112233-4455-4677-8899-aabbccddeeff").bytes, "created": 1700000000000}
    expected = [encode("input_stream_data", b"ls\r", 5, 0, OUTPUT, **given),
                encode("channel_closed", b"{}", 0, 3, head=112, padding=b"\0", **given)]
    is_equal([vector.hex() for vector in pages_vectors()], [vector.hex() for vector in expected],
             "the test vectors of the manual page")


def run(emulator, name, program, fault, act):
    session = emulator.session(name, program)
    client = Client(emulator, session, fault)
    if client.connect():
        act(client)
    client.stream.end()
    return session, client


def type_along(client, seconds=PATIENCE):
    """seconds are for the answer to what is typed."""
    found = lambda: client.session.wrong or client.emulator.wrong
    client.run(lambda: client.received or found())
    for text in b"one\r", b"two\r":
        client.send(text)
    client.run(lambda: client.received.endswith(b"two\r") or found(), seconds, resume=False)


def check_good(emulator):
    shell = programs.Shell()
    session, client = run(emulator, "good", shell, None, type_along)
    is_equal((session.wrong, client.received, shell.typed), ([], b"sh$ one\rtwo\r", b"one\rtwo\r"), "a good client of a shell")
    command = programs.Command([(OUTPUT, b"out\n"), (STDERR, b"err\n")], 7)
    session, client = run(emulator, "good-command", command, None, lambda c: c.run(lambda: c.closed is not None))
    is_equal((session.wrong, client.closed, client.log[-3:]), ([], "", [(1, b"out\n"), (11, b"err\n"), (12, b"EXIT_CODE: 7")]),
             "a good client of a command")
    ok(not emulator.wrong, "nothing is wrong with its upgrades", *emulator.wrong)
    check_oracle(emulator, client)


def check_oracle(emulator, client):
    if not botocore:
        skip("botocore has the same signature for an upgrade", "no botocore here")
        return
    head = Head(client.upgrade().partition(b"\r\n\r\n")[0])
    _, _, _, _, signed, signature = PATTERN.match(head.headers["authorization"]).groups()
    is_equal(by_botocore(emulator.keys, "ssmmessages", emulator.region, "GET", head.target, head.headers, signed.split(";"), b""),
             signature, "botocore has the same signature for an upgrade")


def check_cuts(emulator):
    """A listing over connections that break: every byte once, and nothing wrong."""
    listing = b"".join(b"line %d\n" % i for i in range(20000))
    for how in "rst", "fin", "close":
        program = programs.Command([(OUTPUT, listing)])
        session = emulator.session(f"cut-{how}", program, window=6)
        session.watch = lambda number, s=session, h=how: s.cut(h) if number in (40, 90) else None
        client = Client(emulator, session)
        client.connect()
        client.run(lambda c=client: c.closed is not None)
        ok(client.received == listing and session.connections == 3 and not session.wrong,
           f"a listing, cut twice by {how}: every byte once", len(client.received), session.connections, *session.wrong)


def check_rules(emulator):
    """Old agents say nothing to a repetition; what is lost is repeated; the last wait ends."""
    session, client = run(emulator, "lost", programs.Shell(), None, lambda c: None)
    ok(not session.wrong, "a client that says nothing but its first message")
    session = emulator.session("repeat", programs.Shell())
    session.lose_acknowledgements, session.lose_input = {0}, {1}
    client = Client(emulator, session)
    client.connect()
    type_along(client, 1)
    client.binary(client.unacknowledged.get(1, b""))
    ok(client.run(lambda: client.received.endswith(b"two\r") and not session.unacknowledged) and not session.wrong,
       "what is lost is repeated, and acknowledged then", client.received, session.unacknowledged, *session.wrong)
    session, client = run(emulator, "stall", programs.Shell(), "no acknowledgement",
                          lambda c: c.run(lambda: 0 in c.session.unacknowledged and c.session.unacknowledged[0].repeats > 1))
    ok(0 in session.unacknowledged and session.sent[0].sequence == 0, "a client that does not acknowledge is one")
    ok(session.unacknowledged[0].repeats > 1, "and the oldest message is repeated to it")


def check_faults(emulator):
    for fault, text in FAULTS.items():
        session, _ = run(emulator, f"fault {fault}".replace(" ", "-"), programs.Shell(), fault, type_along)
        found = session.wrong + emulator.wrong
        ok(any(text in wrong for wrong in found), f"a fault is found: {fault}", *found)
        emulator.wrong.clear()
    session, client = run(emulator, "fault-target", programs.Shell(), "target", type_along)
    ok(any("the target is" in wrong for wrong in emulator.wrong), "a fault is found: target", *emulator.wrong)
    for fault, text in HANDSHAKE_FAULTS.items():
        session, _ = run(emulator, f"fault {fault}".replace(" ", "-"), programs.Command(), fault,
                         lambda c: c.run(lambda: c.session.wrong, resume=False))
        ok(any(text in wrong for wrong in session.wrong), f"a fault is found: {fault}", *session.wrong)


def main():
    check_vectors()
    emulator = Emulator(Keys(token="session/token+=="))
    check_good(emulator)
    check_cuts(emulator)
    check_rules(emulator)
    check_faults(emulator)
    emulator.stop()
    done()


main()
