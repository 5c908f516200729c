"""ssm-format beside the AWS CLI's own formatter classes, on generated documents, and beside `aws` itself.

The classes run in this process. What they raise an exception for, ssm-format must refuse without a
byte on stdout.
"""
import argparse
import fcntl
import http.server
import io
import json
import os
import pty
import random
import shutil
import struct
import subprocess
import sys
import termios
import threading
import unicodedata

from tap import done, is_equal, ok, skip_all

try:
    import colorama.ansitowin32
    import jmespath
    from awscli.formatter import CLI_OUTPUT_FORMATS
    from awscli.table import ColorizedStyler, Styler
    NEEDED = CLI_OUTPUT_FORMATS["yaml-stream"]          # version 2
except (ImportError, KeyError):
    skip_all("no AWS CLI version 2 here")

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TOOL = os.path.join(BUILD_DIR, "ssm-format")
TITLE = "ResumeSession"
COUNT = 600
FORMATS = ["json", "text", "table", "yaml", "yaml-stream"]

WORDS = ["", "a", "B", "SessionId", "StreamUrl", "é", "ß", "ǆ", "ﬁ", "名前", "！", "α", "😀", "e\u0301", "\u200b",
         "\u2028", "\u0085", "\x7f", "\x1b[0m", "\t", "\n", "\r", "\u0001", "\b\f", "\"", "'", "\\", "/", "<&>", " ", "  ",
         "true", "Null", "~", "yes", "0", "012", "0x1F", "0b1", "0o7", "-1", "+1", "1.0", "1e5", "1.", ".5", "1_000", "_",
         "2024-01-02", "2024-1-2 3:04:05", "2024-01-02T03:04:05Z", "2024-01-02 03:04:05.6 +01:00", ".inf", "-.INF",
         ".nan", "=", "<<", "!", "&a", "*a", "#", "a #b", "a: b", "a:b", ":", "- a", "-", "?", "? a", "[", "]", "{}", "a, b",
         "%", "@", "`", "|", ">", "---", "...", "'a'", "\"a\"", "a ", " a", "a\nb", "a\n\nb\n", "\ufeff", "\ufffd", "\ue000",
         "wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/a-0a1b2c3d?role=publish_subscribe", "x" * 90,
         "word " * 12, "word  " * 20 + "\n end", "é" * 70, "k" * 130, "名" * 30]
NUMBERS = ["0", "-0", "1", "-1", "12345678901234567890123", "1.0", "-0.0", "1e5", "1E+2", "1e16", "1e15", "123456789.123",
           "1e-5", "0.0001", "1e400", "-1e400", "1e-400", "5e-324", "1.7976931348623157e308", "0.1", "3.14159265358979",
           "100000000000000000000.5", "2.5e-7"]


class Documents:
    """Pseudo-random documents as text, each the same on every run."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def word(self):
        if self.random.random() < 0.7:
            return self.random.choice(WORDS)
        return "".join(self.random.choice(WORDS) for _ in range(self.random.randint(2, 4)))[:200]

    def string(self, text):
        """Spelled with or without escapes."""
        return json.dumps(text, ensure_ascii=self.random.random() < 0.5)

    def scalar(self):
        kind = self.random.random()
        if kind < 0.5:
            return self.string(self.word())
        return self.random.choice(NUMBERS) if kind < 0.8 else self.random.choice(["true", "false", "null"])

    def object(self, depth, names=None):
        blank = self.random.choice(["", " "])
        members = {name: self.value(depth + 1) for name in (
            names or (self.word() for _ in range(self.random.choice([0, 1, 1, 2, 3, 5]))))}
        return "{" + f",{blank}".join(f"{self.string(name)}:{blank}{value}" for name, value in members.items()) + "}"

    def rows(self, depth):
        """A list of objects, mostly with the same names."""
        names = [self.word() for _ in range(self.random.randint(1, 4))]
        return [self.object(depth + 1, self.random.sample(names, self.random.randint(1, len(names))))
                for _ in range(self.random.randint(1, 4))]

    def items(self, depth):
        kind = self.random.random()
        count = self.random.choice([0, 1, 2, 2, 3, 6])
        if kind < 0.4:
            return self.rows(depth)
        if kind < 0.6:
            return [self.scalar() for _ in range(count)]
        if kind < 0.8:
            width = self.random.randint(0, 3)
            return ["[" + ",".join(self.scalar() for _ in range(width)) + "]" for _ in range(count)]
        return [self.value(depth + 1) for _ in range(count)]

    def value(self, depth):
        kind = self.random.random()
        if depth > 5 or kind < 0.55:
            return self.scalar()
        return self.object(depth) if kind < 0.75 else "[" + ",".join(self.items(depth)) + "]"

    def document(self):
        return self.object(0)


class Oracle:
    def __init__(self, form, query=None, color="off", width=80):
        self.form, self.color, self.width = form, color, width
        self.query = jmespath.compile(query) if query else None

    def __call__(self, text):
        """What the AWS CLI prints for a document, None when it raises an exception."""
        stream = io.StringIO()
        target = stream
        if self.color == "on":
            target = colorama.ansitowin32.AnsiToWin32(stream, convert=False, strip=False, autoreset=True).stream
        formatter = CLI_OUTPUT_FORMATS[self.form](argparse.Namespace(query=self.query, color="off"))
        if self.form == "table":
            formatter.table._terminal_width = self.width
            formatter.table._styler = COLOUR if self.color == "on" else Styler()
        try:
            formatter(TITLE, json.loads(text), target)
        except (AttributeError, TypeError, ValueError, IndexError, KeyError):
            return None
        return stream.getvalue()


class Colour(ColorizedStyler):
    """The real one would wrap this process's stdout."""

    def __init__(self):
        pass


COLOUR = Colour()


def run(documents, *arguments):
    return subprocess.run([TOOL, *arguments], input="\n".join(documents).encode(), capture_output=True, timeout=120,
                          check=False)


def shown(text):
    return text if text is None or len(text) < 2000 else text[:2000] + "..."


def compare(documents, oracle, title, *arguments):
    """All documents in one run; when that differs, the first one that does is shown."""
    expected = [oracle(text) for text in documents]
    failures = sum(text is None for text in expected)
    got = run(documents, *arguments)
    whole = "".join(text or "" for text in expected).encode()
    right = got.stdout == whole and got.returncode == (252 if failures else 0)
    right = right and len(got.stderr.splitlines()) == failures
    details = []
    if not right:
        for text, wanted in zip(documents, expected):
            alone = run([text], *arguments)
            if alone.stdout != (wanted or "").encode() or alone.returncode != (252 if wanted is None else 0):
                details = [f"document: {text}", f"aws:  {shown(wanted)!r}",
                           f"ours: {shown(alone.stdout.decode())!r}", alone.stderr.decode()]
                break
        else:
            details = ["only together", got.stderr.decode()[:2000]]
    ok(right, f"{title}: {len(documents)} documents, {failures} of them refused", *details)


def check_formats():
    for number, form in enumerate(FORMATS):
        source = Documents(number)
        documents = [source.document() for _ in range(COUNT)]
        compare(documents, Oracle(form), f"--output {form}", "--output", form)
        values = [f'{{"R":{source.value(0)}}}' for _ in range(COUNT)]
        compare(values, Oracle(form, "R"), f"--output {form} --query R", "--output", form, "--query", "R")
    source = Documents(99)
    documents = [source.document() for _ in range(COUNT)]
    compare(documents, Oracle("table", color="on"), "tables in colour", "--output", "table", "--color", "on")
    got = run(documents, "--output", "off")
    is_equal((got.returncode, got.stdout), (0, b""), "--output off prints nothing")


def check_metadata():
    documents = ['{"a":1,"ResponseMetadata":{"RequestId":"r"}}', '{"ResponseMetadata":{}}']
    for form in FORMATS:
        compare(documents, Oracle(form), f"--output {form}: ResponseMetadata", "--output", form)


def check_shared():
    """What a query puts in two places is an anchor and an alias in YAML."""
    documents = ['{"a":{"x":[1,{"y":2}]},"b":[[1],[2]],"c":"s","e":[],"o":{}}']
    for query in ("[a,a]", "[a,a.x,b,a,a.x]", "{p:a,q:b,r:{s:a.x[1],t:a}}", "[b[],b[0],b[0]]", "[c,c,e,o,e,o]", "[e[],e[?x],e[]]",
                  "b[*].[`[1]`]", "[`{}`,`{}`]"):
        for form in ("yaml", "yaml-stream", "json"):
            compare(documents, Oracle(form, query), f"--output {form} --query {query}", "--output", form,
                    "--query", query)


def check_characters():
    """Every character that has been what it is for a while: capitals, widths, quotes."""
    known = [c for c in map(chr, range(1, 0x110000)) if unicodedata.ucd_3_2_0.category(c) not in ("Cn", "Cs")]
    if unicodedata.unidata_version == "14.0.0":
        known = [c for c in map(chr, range(1, 0x110000)) if unicodedata.category(c) != "Cs"]
    pieces = ["".join(known[i:i + 4000]) for i in range(0, len(known), 4000)]
    names = [json.dumps({"a": {piece[i:i + 40]: [1] for i in range(0, len(piece), 40)}}) for piece in pieces[:80]]
    compare(names, Oracle("text"), "capitals of every letter", "--output", "text")
    if unicodedata.unidata_version == "14.0.0":
        rows = [json.dumps({"a": [piece[i:i + 40] for i in range(0, len(piece), 40)]}) for piece in pieces[:80]]
        compare(rows, Oracle("table"), "the width of every character", "--output", "table")
    rows = [json.dumps({"a": [piece[i:i + 10] for i in range(0, len(piece), 10)]}) for piece in pieces[:20]]
    compare(rows, Oracle("yaml"), "YAML of every character", "--output", "yaml")


def on_terminal(width, text, *command, **environment):
    """Output of a command whose stdout is a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    mode = termios.tcgetattr(theirs)
    mode[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, mode)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=theirs, stderr=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin", "TERM": "xterm", **environment}) as child:
        os.close(theirs)
        child.stdin.write(text.encode())
        child.stdin.close()
        out = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:             # the other end is closed
                break
            if not piece:
                break
            out += piece
    os.close(ours)
    return out.decode()


def check_terminal():
    source = Documents(7)
    for number in range(30):
        text, width = source.document(), source.random.choice([0, 20, 40, 60, 120])
        wanted = Oracle("table", width=width)(text) or ""
        got = on_terminal(width, text, TOOL, "--output", "table", "--color", "off")
        is_equal(got, wanted, f"a terminal of {width} columns, document {number}", text)
    text = '{"a":{"b":[1,2]},"c":null}'
    coloured = Oracle("table", color="on")(text) + "\x1b[0m"      # colorama's own, when aws ends
    is_equal(on_terminal(80, text, TOOL, "--output", "table"), coloured, "a terminal has colours")
    is_equal(on_terminal(80, text, TOOL, "--output", "table", NO_COLOR="1"), Oracle("table")(text),
             "NO_COLOR takes them away")
    is_equal(on_terminal(80, text, TOOL, "--output", "table", "--color", "on", NO_COLOR="1"), coloured,
             "--color on puts them back")
    is_equal(on_terminal(80, text, TOOL), Oracle("json")(text), "JSON has none")


class Answers(http.server.BaseHTTPRequestHandler):
    document = "{}"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = Answers.document.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def aws(port, *arguments):
    return subprocess.run(
        ["aws", "ssm", "resume-session", "--session-id", "s", "--endpoint-url", f"http://127.0.0.1:{port}", *arguments],
        capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B",
             "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"})


def check_aws():
    """The command itself: what it is given is what the classes were given above."""
    if shutil.which("aws", path="/usr/bin:/bin") is None:
        ok(True, "aws itself # SKIP it is not here")
        return
    documents = ['{"SessionId":{"x":[1,2.50,{"é":null}],"y":{}},"TokenValue":"a\\tb: c","StreamUrl":[["1"],[true]]}',
                 '{"SessionId":[{"a":1,"b":[]},{"a":{"c":"d"}}],"TokenValue":[],"StreamUrl":"\\u007f😀"}']
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for number, text in enumerate(documents):
            Answers.document = text
            for arguments in ([["--output", form] for form in FORMATS] + [["--output", "table", "--color", "on"]])[number::2]:
                wanted = aws(server.server_port, *arguments)
                got = run([text], *arguments)
                is_equal((got.returncode, got.stdout), (wanted.returncode, wanted.stdout),
                         f"aws {' '.join(arguments)}, document {number}", wanted.stderr, got.stderr)
        server.shutdown()


def main():
    sys.setrecursionlimit(10000)
    check_formats()
    check_metadata()
    check_shared()
    check_characters()
    check_terminal()
    check_aws()
    done()


main()
