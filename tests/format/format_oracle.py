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
import tempfile
import termios
import threading
import time
import unicodedata

from tap import done, is_equal, ok, skip_all

try:
    import colorama.ansitowin32
    import jmespath
    from awscli.customizations.timestampformat import iso_format
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


def has_ascii_capitals(text):
    """Whether only letters of ASCII have capitals, the only ones that ssm-format makes in text."""
    return all(c.isascii() or c.upper() == c for c in text)


class Documents:
    """Pseudo-random documents as text, each the same on every run."""

    def __init__(self, seed, names=None):
        self.random = random.Random(seed)
        self.names = names or WORDS

    def word(self, words=None):
        words = words or WORDS
        if self.random.random() < 0.7:
            return self.random.choice(words)
        return "".join(self.random.choice(words) for _ in range(self.random.randint(2, 4)))[:200]

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
            names or (self.word(self.names) for _ in range(self.random.choice([0, 1, 1, 2, 3, 5]))))}
        return "{" + f",{blank}".join(f"{self.string(name)}:{blank}{value}" for name, value in members.items()) + "}"

    def rows(self, depth):
        """A list of objects, mostly with the same names."""
        names = [self.word(self.names) for _ in range(self.random.randint(1, 4))]
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


def run(documents, *arguments, **environment):
    return subprocess.run([TOOL, *arguments], input="\n".join(documents).encode(), capture_output=True, timeout=120,
                          check=False, env={**os.environ, **environment})


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
        source = Documents(number, list(filter(has_ascii_capitals, WORDS)) if form == "text" else WORDS)
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
    """Every character that has been what it is for a while: names, widths, quotes."""
    known = [c for c in map(chr, range(1, 0x110000)) if unicodedata.ucd_3_2_0.category(c) not in ("Cn", "Cs")]
    if unicodedata.unidata_version == "14.0.0":
        known = [c for c in map(chr, range(1, 0x110000)) if unicodedata.category(c) != "Cs"]
    pieces = ["".join(known[i:i + 4000]) for i in range(0, len(known), 4000)]
    plain = [list(filter(has_ascii_capitals, piece)) for piece in pieces[:80]]
    names = [json.dumps({"a": {"".join(piece[i:i + 40]): [1] for i in range(0, len(piece), 40)}}) for piece in plain]
    compare(names, Oracle("text"), "names of every character, in capitals where they are ASCII", "--output", "text")
    if unicodedata.unidata_version == "14.0.0":
        given = "".join(c for c in known if unicodedata.category(c) != "Cn")
        rows = [json.dumps({"a": [given[i + k:i + k + 40] for k in range(0, 4000, 40)]}) for i in range(0, len(given), 4000)]
        compare(rows, Oracle("table"), "the width of every character that there is", "--output", "table")
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


def printable(text):
    """The document as a terminal may get it: with escapes for control characters but line ends and tabs."""
    def clean(value):
        if isinstance(value, dict):
            return {clean(name): clean(part) for name, part in value.items()}
        if isinstance(value, list):
            return [clean(part) for part in value]
        if not isinstance(value, str):
            return value
        return "".join(f"\\x{ord(c):02x}" if unicodedata.category(c) == "Cc" and c not in "\n\t" else c for c in value)
    return json.dumps(clean(json.loads(text)))


def check_terminal():
    source = Documents(7)
    for number in range(30):
        text, width = source.document(), source.random.choice([0, 20, 40, 60, 120])
        wanted = Oracle("table", width=width)(printable(text)) or ""
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


def check_times():
    """Numbers of all kinds beside the function that the AWS CLI makes times with, in zones that always were so."""
    numbers = random.Random(5)
    texts = ["0", "-1", "1795894669", "1795894669.0", "1795894669.123", "1.5e9", "1795894669.9999995", "0.0000005",
             "0.0000015", "-0.0000005", "-1.25", "253402300799", "-62135596800", "1e-400", "\"1795894669.5\"", "\"0\"",
             *(str(numbers.randint(0, 4 * 10**9)) for _ in range(100)),
             *(repr(numbers.uniform(-4 * 10**9, 10**10)) for _ in range(200))]
    document = json.dumps({"Sessions": [{"StartDate": json.loads(text)} for text in texts]})
    for zone in "UTC", "EAST-5:45", "WEST+12":
        os.environ["TZ"] = zone
        time.tzset()
        expected = []
        for text in texts:
            try:
                expected.append(iso_format(json.loads(text)))
            except (OverflowError, ValueError):
                expected.append(None)       # the first and last day, in another zone
        got = json.loads(run([document.replace("253402300799", "0").replace("-62135596800", "0")], "--operation",
                             "DescribeSessions", "--timestamps", "iso8601", TZ=zone).stdout)["Sessions"]
        different = [(text, wanted, session["StartDate"]) for text, wanted, session in zip(texts, expected, got)
                     if wanted != session["StartDate"] and text not in ("253402300799", "-62135596800")]
        ok(not different and len(got) == len(texts), f"{len(texts)} times in {zone}", different[:3])
        for text in "253402300799", "-62135596800", "253402300800", "-62135596801", "1795894669123", "1e400":
            try:
                wanted = (0, iso_format(json.loads(text)))
            except (OverflowError, ValueError):
                wanted = (252, "")
            got = run(['{"Sessions":[{"EndDate":%s}]}' % text], "--operation", "DescribeSessions", "--timestamps",
                      "iso8601", "--output", "text", "--query", "Sessions[0].EndDate", TZ=zone)
            is_equal((got.returncode, got.stdout.decode().strip()), wanted, f"the time {text} in {zone}")
    del os.environ["TZ"]


def aws(port, *arguments, operation=("resume-session", "--session-id", "s"), **environment):
    return subprocess.run(
        ["aws", "ssm", *operation, "--endpoint-url", f"http://127.0.0.1:{port}", *arguments],
        capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B",
             "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", **environment})


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
        check_aws_times(server.server_port)
        server.shutdown()


def check_aws_times(port):
    """Sessions as they are listed: by the model at every level, in all formats, as cli_timestamp_format says."""
    Answers.document = json.dumps({"Sessions": [
        {"Owner": "o", "StartDate": 1795894669.123, "EndDate": None, "SessionId": "a", "Unknown": {"StartDate": 5},
         "OutputUrl": {"Unknown": 1, "CloudWatchOutputUrl": "", "S3OutputUrl": None}},
        {"EndDate": 0, "StartDate": "1795894669", "Reason": "StartDate: 1795894669", "SessionId": "b"}],
        "StartDate": 1795894669})
    with tempfile.TemporaryDirectory() as home:
        for name, setting in [("none", ""), ("iso8601", "cli_timestamp_format = iso8601"),
                              ("wire", "cli_timestamp_format = wire")]:
            with open(f"{home}/{name}", "w", encoding="utf-8") as config:
                config.write(f"[default]\n{setting}\n")
        for name, *arguments in (("none", "--output", "json"), ("wire", "--output", "json"),
                                 ("iso8601", "--output", "text"), ("wire", "--output", "yaml"), ("none", "--output", "table"),
                                 ("none", "--query", "Sessions[?StartDate>'2026'].[StartDate,EndDate]")):
            environment = {"AWS_CONFIG_FILE": f"{home}/{name}", "TZ": "Asia/Kolkata"}
            wanted = aws(port, *arguments, operation=("describe-sessions", "--state", "Active"), **environment)
            got = run([Answers.document], "--operation", "DescribeSessions", *arguments, **environment)
            is_equal((got.returncode, got.stdout.decode()), (wanted.returncode, wanted.stdout.decode()),
                     f"aws {' '.join(arguments)}, times: {name}", wanted.stderr, got.stderr)


def main():
    sys.setrecursionlimit(10000)
    check_formats()
    check_metadata()
    check_shared()
    check_characters()
    check_terminal()
    check_times()
    check_aws()
    done()


main()
