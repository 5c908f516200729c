#!/usr/bin/python3
"""Documents in a stream against Python's json: the same are taken, with the same values.

Generated and mutated lines go through json_echo (looked for in BUILD_DIR and BUILD_DIR/tests/json) in one
stream, good lines between them that must never be lost. Beyond what Python refuses we refuse a name
that comes twice in the outermost object, half a surrogate pair, NUL, nan and infinity, more than 64
levels and more than 256 members. SEED=N repeats a run, LINES=N sets how many lines.
"""
import json
import os
import random
import socket
import subprocess
import sys

import tap
from json_lines import NAMED, Maker

sys.set_int_max_str_digits(0)
sys.setrecursionlimit(20000)

DEPTH_MAX, MEMBERS_MAX = 64, 256
BLANKS = " \t\r\n"
NUMBER = 0
GOOD = b'{"good":"\\u0067ood"}'
GOOD_ECHO = ("OK", {"good": "good"})


def find_tool(name):
    build_dir = os.environ.get("BUILD_DIR", ".")
    for path in os.path.join(build_dir, name), os.path.join(build_dir, "tests", "json", name):
        if os.access(path, os.X_OK):
            return path
    print(f"Bail out! no {name} in {build_dir}")
    sys.exit(1)


ECHO = find_tool("json_echo")
REQUEST = [find_tool("ssm-request"), "resume-session", "--region", "us-east-1", "--input", "-"]


# What Python says.

class Pairs(list):
    """An object's members, each with its name, in order."""


def refuse(name):
    raise ValueError(name)


DECODER = json.JSONDecoder(object_pairs_hook=Pairs, parse_constant=refuse)


def is_clean(text):
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def check(value, depth=1):
    """ValueError for what Python takes and we do not."""
    if isinstance(value, str) and not is_clean(value):
        raise ValueError("NUL or half a pair")
    if isinstance(value, list):
        if depth > DEPTH_MAX:
            raise ValueError("too deep")
        for item in value:
            for part in item if isinstance(value, Pairs) else (item,):
                check(part, depth + 1)


def take_object(text, at):
    """The object that begins at text[at], and where it ends; ValueError when it is bad."""
    value, end = DECODER.raw_decode(text, at)
    if not is_clean(text[at:end]):
        raise ValueError("not UTF-8")
    check(value)
    names = [name for name, _ in value]
    if len(names) > MEMBERS_MAX:
        raise ValueError("too many members")
    return value, end, len(set(names)) < len(names)


def expected_of(line):
    """What json_echo must say of a line: a list of ("OK", document) and ("BAD",)."""
    text = line.decode("utf-8", "surrogateescape")
    found, at = [], 0
    while True:
        while at < len(text) and text[at] in BLANKS:
            at += 1
        if at == len(text):
            return found
        try:
            if text[at] != "{":
                raise ValueError("no object")
            value, at, repeated = take_object(text, at)
        except (ValueError, RecursionError):
            return found + [("BAD",)]
        found.append(("BAD",) if repeated else ("OK", plain(value)))


def plain(value):
    """Numbers keep their spelling apart: Pairs become dicts, or lists of pairs when names repeat."""
    if isinstance(value, Pairs):
        members = [(name, plain(member)) for name, member in value]
        return dict(members) if len(dict(members)) == len(members) else members
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def decoded(document):
    """What json_echo's second text must hold."""
    def show(value):
        if value is None or isinstance(value, bool):
            return "null" if value is None else "a boolean"
        if isinstance(value, (int, float)):
            return number(value)
        if isinstance(value, list) and not isinstance(value, Pairs):
            return [item if isinstance(item, str) else None for item in value]
        return value if isinstance(value, str) else "an object"
    return {name: show(value) for name, value in document}


def number(value):
    """A number as json_echo tells it; libjq may cut what a double cannot hold to the largest."""
    largest = sys.float_info.max
    try:
        return "number %r" % (min(max(float(value), -largest), largest) + 0.0)  # -0 is 0
    except OverflowError:
        return "number %r" % (largest if value > 0 else -largest)


# What json_echo says.

def parse_echo(line):
    if line.startswith(b"BAD "):
        return ("BAD",)
    compact, _, second = line.partition(b"\t")
    value = DECODER.decode(compact.decode())
    wrong = []
    if minified(compact.decode()) != compact.decode():
        wrong.append("not compact")
    members = {name: number(float(member[1])) if isinstance(member, list) and member[:1] == [NUMBER]
               else member for name, member in json.loads(second).items()}
    if members != decoded(value):
        wrong.append(f"decoded as {second!r}")
    return ("OK", plain(value), *wrong)


def minified(text):
    """Without the blanks outside strings."""
    parts = text.split('"')
    out, inside = [], False
    for i, part in enumerate(parts):
        out.append(part if inside else "".join(c for c in part if c not in BLANKS))
        slashes = len(part) - len(part.rstrip("\\"))
        if not inside or slashes % 2 == 0:
            inside = not inside
    return '"'.join(out)


def tells_lost(line):
    """What is said beside of documents that may have been skipped; tests/cli/test_input.c has when."""
    return line.startswith(b"BAD ") and b" were skipped, and may hold documents" in line


def echo(stream, *arguments):
    run = subprocess.run([ECHO, *arguments], input=stream, stdout=subprocess.PIPE, check=False)
    return [line for line in run.stdout.split(b"\n")[:-1] if not tells_lost(line)], run.returncode


def build_stream(lines):
    """Two good lines behind each: one that an open bracket takes in is bad at the next."""
    return b"".join(line + b"\n" + GOOD + b"\n" + GOOD + b"\n" for line in lines) + b"{}\n"


def compare(lines, title):
    expected = [(line, entry) for line in lines
                for entry in expected_of(line) + [GOOD_ECHO, GOOD_ECHO]]
    got, code = echo(build_stream(lines))
    parsed = [parse_echo(line) for line in got[:-2]]
    wrong = [(line, want, have) for (line, want), have in zip(expected, parsed) if want != have]
    return tap.ok(not wrong and len(parsed) == len(expected) and got[-2:] == [b"{}\t{}", b"END"]
                  and code == 0, title,
                  f"{len(expected)} expected, {len(parsed)} got, exit code {code}",
                  *(f"{line!r}\n  expected {want!r}\n  got      {have!r}" for line, want, have in wrong[:3]))


def test_generated(rng):
    make = Maker(rng)
    for title, line in NAMED:
        compare([line], f"{title}: as Python and our limits say")
    lines, block = int(os.environ.get("LINES") or 20000), 1000
    counts = {"OK": 0, "BAD": 0}
    for first in range(0, lines, block):
        batch = [make.line() for _ in range(min(block, lines - first))]
        for line in batch:
            for entry in expected_of(line):
                counts[entry[0]] += 1
        compare(batch, f"generated lines {first + 1} to {first + len(batch)}: as Python says")
    print(f"# {counts['OK']} documents taken, {counts['BAD']} refused")
    tap.ok(min(counts.values()) * 5 > lines, "sound and bad ones are both plenty")


# Documents of several lines, and where reading goes on behind a bad one.

RESUME = [
    ("a document over several lines", b'{\n "a": 1,\n "b":\n[\n]\n}\n{}\n', [{"a": 1, "b": []}, {}]),
    ("documents without line ends", b'{"a":1}{"b":2} {"c":3}', [{"a": 1}, {"b": 2}, {"c": 3}]),
    ("CRLF and CR", b'{"a":1}\r\n\r\n{"b":2}\r{"c":3}\r\n', [{"a": 1}, {"b": 2}, {"c": 3}]),
    ("an indented bad one between", b'{"a":1}\n{\n  "b": nan,\n  "c": {\n  }\n}\n{"d":4}\n',
     [{"a": 1}, None, {"d": 4}]),
    ("a cut line", b'{"a":1}\n{"b":\n{"c":3}\n{"d":4}\n', [{"a": 1}, None, {"c": 3}, {"d": 4}]),
    ("a cut string", b'{"a":1}\n{"b":"x\n{"c":3}\n', [{"a": 1}, None, {"c": 3}]),
    ("a cut one at the end", b'{"a":1}\n{"b":2\n{"c":3}', [{"a": 1}, None, {"c": 3}]),
    ("a cut one at the very end", b'{"a":1}\n{"b":2', [{"a": 1}, None]),
    ("open brackets, line after line", b"{\n" * 5 + b"{}\n", [None] * 5 + [{}]),
    ("values that are no objects", b'1\n"x"\n{"a":1}\n[\n{"b":2}\n]\n',
     [None, None, {"a": 1}, None, {"b": 2}, None]),
    ("an array of objects, one a line", b'[\n{"a":1},\n{"b":2}\n]\n', [None, {"a": 1}, None, {"b": 2}, None]),
    ("text before and behind", b'x {"a":1}\n{"b":2} x {"c":3}\n{"d":4}\n', [None, {"b": 2}, None, {"d": 4}]),
    ("a line of bytes", bytes(range(11, 256)) * 40 + b"\n" + b'{"a":1}', [None, {"a": 1}]),
    ("a repeated name does not cost what follows on its line", b'{"a":1,"a":2} {"b":1}\n', [None, {"b": 1}]),
    ("nothing at all", b"", []),
    ("blanks alone", b" \r\n\t\n", []),
]


def documents_of(lines):
    entries = [parse_echo(line) for line in lines if line != b"END"]
    return [entry[1] if entry[0] == "OK" else None for entry in entries]


def test_resume():
    for title, stream, expected in RESUME:
        got, code = echo(stream)
        tap.is_equal((documents_of(got), code), (expected, 0), f"goes on: {title}")


def test_sizes():
    for size, expected in (200, [{}, True, {}]), (201, [{}, None, {}]):
        document = b'{"a":"' + b"x" * (size - 8) + b'"}'
        for gap in b"\n", b"":
            got, _ = echo(b"{}" + gap + document + b"\n{}\n", "200")
            found = [True if entry and "a" in entry else entry for entry in documents_of(got)]
            tap.is_equal(found, expected, f"{size} bytes where 200 are allowed, "
                         f"{'on the same line' if not gap else 'on a line'}")
    got, _ = echo(b'{"a":' + b" " * 10_000_000 + b"1}\n" + GOOD)
    tap.is_equal(documents_of(got), [None, {"good": "good"}], "10 MB in place of 1 MiB")
    tap.is_equal(got[0], b'BAD "line 1 of standard input: a document of more than 1048576 bytes"',
                 "its message")
    document = b'{"a":"' + b"x" * (1048576 - 8) + b'"}'
    got, _ = echo(b"\n" * 70000 + document + b"\n" * 70000 + document + b"\n" + document[:-2] + b'x"}')
    tap.is_equal([len(line) > 1048576 for line in got], [True, True, False, False],
                 "1 MiB is taken, wherever it begins, and a byte more is not")


# Bytes arrive as they like.

def echo_in_pieces(pieces):
    """json_echo fed so that each read gets one piece."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with subprocess.Popen([ECHO, "300"], stdin=theirs, stdout=subprocess.PIPE) as process:
        theirs.close()
        with ours:
            for piece in pieces:
                ours.send(piece)
        return process.stdout.read()


def test_pieces(rng):
    make = Maker(rng)
    stream = b"".join(stream for _, stream, _ in RESUME if len(stream) < 300)
    stream += b"\n" + b"\n".join(make.line() for _ in range(60)) + b'\n{"a":"' + b"x" * 400 + b'"}\r\n{}'
    whole = echo_in_pieces([stream])
    tap.ok(whole.endswith(b"END\n") and whole.count(b"\n") > 60, "a mixed stream in one piece")
    for sizes in [1], [2], [3], [5], [7], [16], [61], [100], [299], [300], [301], [1000], None, None, None:
        pieces, at = [], 0
        while at < len(stream):
            size = sizes[0] if sizes else rng.choice([1, 1, 2, 3, 10, 50, 400])
            pieces.append(stream[at:at + size])
            at += size
        tap.ok(echo_in_pieces(pieces) == whole,
               f"the same in pieces of {sizes[0] if sizes else 'many sizes'}")


def test_no_wait():
    """What has come whole is told before more comes."""
    with subprocess.Popen([ECHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        for text, expected in ((b'{"a":1}', b'{"a":1}\t{"a":[0,"1"]}\n'), (b'\n{"b" 2}', b"BAD "),
                               (b'}\n{"c":"\\u0063"}', b'{"c":"\\u0063"}\t{"c":"c"}\n'),
                               (b"\nx", b"BAD "), (b' {"d":4}\n{}', b"{}\t{}\n")):
            process.stdin.write(text)
            line = process.stdout.readline()
            if tells_lost(line):
                line = process.stdout.readline()
            tap.ok(line.startswith(expected), f"told at once: {text!r}", line)
        process.stdin.close()
        tap.is_equal(process.stdout.read(), b"END\n", "and the end")


# Memory does not grow with the number of documents.

LITTLE = 60_000  # KiB of addresses, libraries included


def test_memory():
    with open(REQUEST[0], "rb") as tool:
        if b"__asan_init" in tool.read():
            return  # it needs terabytes of addresses
    for line in b'{"SessionId":"\\u0073"}\n', b'{"SessionId":"' + b"x" * 1000 + b'","id":[1,{}]}\n':
        count = 50_000_000 // len(line)
        run = subprocess.run(["sh", "-c", f'ulimit -v {LITTLE}; exec "$@"', "sh"] + REQUEST, input=line * count,
                             stdout=subprocess.PIPE, check=False)
        tap.is_equal((run.returncode, run.stdout.count(b"\n")), (0, count),
                     f"50 MB in documents of {len(line)} bytes need no more memory than a few")


# Python's repr(), which botocore's messages show.

def test_repr(rng):
    make = Maker(rng)
    values = ["1", "-0", "0.0", "-0.0", "1e5", "1E+16", "1e15", "123456789012345678", "1e22", "1e-4", "1e-5",
              "0.1", "1.10", "1e400", "-1e400", "5e-324", "1e-400", "1.7976931348623157e308", "100.5e-1",
              "0." + "0" * 400 + "1e401", "1" + "0" * 400 + "e-399", "true", "false", "null", "[]", "{}",
              '["a\'b","a\\"b","a\'b\\"c","\\\\","\\n\\r\\t\\u0001\\u007f\\b","\\u00e9"]',
              '{"a":[1,{"b":null}],"":true}']
    values += [make.number() for _ in range(600)]
    values += [make.join("[]", [make.number() for _ in range(3)]) for _ in range(100)]
    lines = [f'{{"SessionId":{value}}}' for value in values]
    run = subprocess.run(REQUEST + ["--error-format", "json"], input="\n".join(lines).encode(),
                         stderr=subprocess.PIPE, check=False)
    got = [json.loads(line)["Error"]["Message"] for line in run.stderr.splitlines()]
    wrong = []
    for text, message in zip(values, got):
        value = json.loads(text)
        expected = ("Parameter validation failed: Invalid type for parameter SessionId, value: "
                    f"{value!r}, type: {type(value)}, valid types: <class 'str'>")
        if message != expected:
            wrong.append(f"{text}\n  expected {expected}\n  got      {message}")
    tap.ok(not wrong and len(got) == len(values), f"{len(values)} values are shown as Python does",
           len(got), *wrong[:5])


def main():
    seed = int(os.environ.get("SEED") or 20140)
    print(f"# seed {seed}")
    rng = random.Random(seed)
    test_generated(rng)
    test_resume()
    test_sizes()
    test_pieces(rng)
    test_no_wait()
    test_memory()
    test_repr(rng)
    tap.done()


if __name__ == "__main__":
    main()
