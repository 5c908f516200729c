#!/usr/bin/python3
"""profiles against botocore: the same two files must give the same profiles, or both an error.

Named cases first, then generated pairs of files. SEED=N repeats a run, PAIRS=N sets how many.
dump_profiles is looked for in BUILD_DIR and BUILD_DIR/tests/config.
"""
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile

if not sys.flags.utf8_mode:  # configparser reads in the locale's encoding
    os.execv(sys.executable, [sys.executable, "-X", "utf8"] + sys.argv)

try:
    import botocore.configloader
    import botocore.exceptions
    import botocore.session
except ImportError as reason:
    print(f"1..0 # SKIP botocore cannot be imported: {reason}")
    sys.exit(0)

BLOCK = 250
TABLES = ("profiles", "config", "credentials", "sso_sessions", "services")

NAMED = [
    ("double quotes in a header", b'[profile "a b"]', b""),
    ("single quotes in a header", b"[profile 'a b']", b""),
    ("a backslash in a header", b"[profile a\\ b]\n[profile DOM\\user]", b""),
    ("headers of one and three words", b"[profile]\n[profile a b]", b""),
    ("open quote, backslash at the end", b'[profile "x]\n[profile x\\]', b""),
    ("escapes within double quotes", b'[profile "a\\"b\\\\c\\d"]\n[profile "a\'b"\'c"d\'\\\'e]', b""),
    ("an empty name", b'[profile ""]\na=1', b""),
    ("blanks in a header", b"[profile  x]\n[profile\ty]\n[profile\x0bz]\n[profile\xc2\xa0q]", b""),
    ("blanks around a header", b"[ default ]\n[ profile x ]\n[default ]", b""),
    ("prefixes", b"[profiles x]\n[profilefoo y]\n[sso-sessions s]\n[servicesfoo v]", b""),
    ("other sections", b"[foo]\na=1\n[plugins]\n[preview]\n[Default]", b""),
    ("notes behind a header", b"[default] ; note\na=1\n[profile x] # [y]\nb=1", b""),
    ("[profile foo] and [profile \"foo\"]", b'[profile foo]\na=1\nb=1\n[profile "foo"]\nb=2', b""),
    ("[default] and [profile default]", b"[default]\na=1\n[profile default]\nb=2", b""),
    ("[profile default] and [default]", b"[profile default]\na=1\n[default]\nb=2", b""),
    ("[default] twice", b"[default]\n[default]", b""),
    ("[foo] twice", b"[foo]\n[bar]\n[foo]", b""),
    ("long names", b"[profile " + b"a" * 59 + b"1]\nx=1\n[profile " + b"a" * 59 + b"2]\nx=2", b""),
    ("names of the credentials file", b"", b"[profile foo]\n[services a]\n[sso-session b]\n[a b]"),
    ("credentials beat config", b"[default]\nregion=c\noutput=c\n", b"[default]\nregion=k\nx=k"),
    ("credentials beat a replaced profile", b"[default]\na=1\n[profile default]\nb=2",
     b"[default]\nb=3"),
    ("DEFAULT everywhere", b"[DEFAULT]\na=1\n[default]\nb=2\n[DEFAULT]\nc=3\n[profile x]\na=9",
     b"[default]\nd=1\n[DEFAULT]\na=7\n[y]"),
    ("DEFAULT in services and sso-session", b"[DEFAULT]\na=1\n[services v]\n[sso-session s]", b""),
    ("a name twice over two DEFAULT", b"[DEFAULT]\na=1\n[x]\n[DEFAULT]\na=2", b""),
    ("a broken block in DEFAULT, overridden", b"[DEFAULT]\na=\n b\n[default]\na=1", b""),
    ("a broken block in DEFAULT, inherited", b"[DEFAULT]\na=\n b\n[default]", b""),
    ("a broken block in DEFAULT, no section", b"[DEFAULT]\na=\n b\n", b""),
    ("a broken credentials file", b"[default]\na=1", b"[default\n"),
    ("no inline comments", b"[default]\nregion = us-east-1 ; note\ny = a # c\nx=a;b\nz=;q\nw= # v", b""),
    ("upper-case names", b"[default]\nREGION = X", b""),
    ("colons", b"[default]\nregion : a\noutput:b\nca_bundle:C:\\x=y\nv=a:b", b""),
    ("quotes in a value", b'[default]\nregion = "us-east-1"', b""),
    ("empty values", b"[default]\na =\nb=\n\n\nc:", b""),
    ("brackets and delimiters as values", b"[default]\na=[s]\nb==\nc===\n", b""),
    ("options indented alike", b"[default]\n  a=1\n  b=2", b""),
    ("continuation", b"[default]\nregion = a\n  output = b", b""),
    ("tab against spaces", b"[default]\n  region = a\n\toutput = b", b""),
    ("NBSP and U+2003 as indent", b"[default]\na=1\n\xc2\xa0b\n\xe2\x80\x83\xe2\x80\x83c = 2", b""),
    ("blank lines in a value", b"[default]\nregion = a\n b\n\n c\n\n", b""),
    ("comments in a value", b"[default]\na=1\n  2\n# x\n ;y\n  3\n", b""),
    ("a header as continuation", b"[default]\na=1\n [x]\n", b""),
    ("no continuation of a header", b"[default]\n   a=1\n b=2", b""),
    ("a name alone", b"[default]\nregion", b""),
    ("a value alone", b"[default]\n=v", b""),
    ("an open bracket", b"[default]\n[oops = 1", b""),
    ("an open bracket without a delimiter", b"[default]\n[oops", b""),
    ("empty brackets", b"[]", b""),
    ("brackets in brackets", b"[]]\n[[]\n[default]", b""),
    ("an option first", b"region=a\n[default]", b""),
    ("a BOM", b"\xef\xbb\xbf[default]", b""),
    ("a BOM before a comment", b"\xef\xbb\xbf# x\n[default]", b""),
    ("a stray byte", b"[default]\na=\xff", b""),
    ("overlong, surrogate, too high", b"[x]\na=\xc0\x80", b"[x]\na=\xed\xa0\x80\xf4\x90\x80\x80"),
    ("NBSP around a value", b"[default]\na\xc2\xa0=\xc2\xa0b\xc2\xa0\n\xc2\xa0", b""),
    ("empty files", b"", b""),
    ("only comments", b"# a\n;b\n   # c", b"\n\n"),
    ("no interpolation", b"[default]\nregion = %(x)s%%", b""),
    ("CR LF, lone CR", b"[default]\r\na=1\r\n\r\n  2\rb=3\r", b"[x]\ra=1\r b\r\r\r c"),
    ("U+2028, VT, U+0085 in a value", "[default]\na=1\u20282\x0b3\x854\x1c5".encode(), b""),
    ("the same name in another case", b"[default]\nRegion=a\nregion=b", b""),
    ("a long name", b"[default]\n" + b"k" * 70 + b" = 1\n 2\n 3", b""),
    ("long tokens", b"[default]\na=" + b"x" * 2498 + b"==\nb=" + b"y" * 65000 + b"==", b""),
    ("a block", b"[default]\ns3 =\n  a = 1\n\n  # x\n  B=2\n", b""),
    ("a block, twice the same name", b"[services x]\nssm =\n  a = 1\n  a=2\n  = 3", b""),
    ("a block with a colon", b"[default]\ns3 =\n  a : 1", b""),
    ("a block with a word", b"[default]\ns3 =\n  a=1\n  b", b""),
    ("a block with line ends of all kinds",
     "[default]\ns3 =\n  a=1\x0bb=2\x0cc=3\x1cd=4\x1de=5\x1ef=6\x85g=7\u2028h=8\u2029i=9\x1fj=0".encode(), b""),
    ("a block in CR LF", b"[default]\r\ns3 =\r\n  a=1\r\n  b=2", b""),
    ("no block", b"[default]\ns3 = x\n  a\nq =\n", b""),
    ("SSM in a services section", b"[services dev]\nSSM =\n  ENDPOINT_URL = a\n  endpoint_url = b", b""),
]


MARK = b"\xef\xbb\xbf"      # that a file may begin with: botocore refuses it, here it is passed over


def file_or_none(load, path):
    try:
        return load(path)
    except botocore.exceptions.ConfigNotFound:
        return {}


def services_of(full, config):
    """The services definitions; an older botocore leaves them with the unknown sections."""
    if "services" in botocore.configloader.build_profile_map({}):
        return full.get("services", {})
    services = {}
    for header, values in file_or_none(botocore.configloader.raw_config_parse, config).items():
        if not header.startswith("services"):
            continue
        try:
            words = shlex.split(header)
        except ValueError:
            continue
        if len(words) == 2:
            services[words[1]] = values
    return services


def ask_botocore(session, config, credentials):
    session.set_config_variable("config_file", config)
    session.set_config_variable("credentials_file", credentials)
    session._config = None
    try:
        full = session.full_config
    except botocore.exceptions.ConfigParseError as error:
        return {"error": str(error)}
    return {
        "profiles": full["profiles"],
        "config": file_or_none(botocore.configloader.load_config, config).get("profiles", {}),
        "credentials": file_or_none(botocore.configloader.raw_config_parse, credentials),
        "sso_sessions": full.get("sso_sessions", {}),
        "services": services_of(full, config),
    }


# Generated files ---------------------------------------------------------------------------------

HEADERS = ["default", "profile a", 'profile "b c"', "profile 'd'", "profile e\\ f", "profile  g",
           "sso-session s", 'sso-session "t u"', "services v", "services w", "DEFAULT", "foo", "a",
           "b c", "plugins", "profile \u00fcml", "profile " + "n" * 55 + "1",
           "profile " + "n" * 55 + "2"]
ODD_HEADERS = ["profile", "profile a b", 'profile "x', "profile x\\", 'profile ""', " default ",
               "profilez q", "profile\tx", 'profile "a"', "profile default", "pro]file", "x] [y", "]",
               "profile\u2003a", "servicesx v", "sso-sessions s", "Default", 'profile a"b"c',
               "profile 'a\\'", 'profile "q\\"r\\\\s\\t"']
NAMES = ["region", "output", "Region", "aws_access_key_id", "aws_secret_access_key", "services", "ssm",
         "s3", "SSM", "endpoint_url", "credential_process", "role_arn", "a b", "k\u00f6", "x", "y",
         "n" * 70, "sso_session", "l", "[z"]
VALUES = ["us-east-1", "", "a ; b", ";x", "# x", "[s]", "=", "==", "a:b", '"q"', "'", "%(x)s", "json",
          "\u00a0v\u00a0", "a\u2028b", "a\x0bb", "\u00fc", "C:\\x=y", "x  y", "\U0001f511", "\x1f"]
PAIRS = ["endpoint_url = http://127.0.0.1:1", "a=b", "A = c", "a=d", " = e", "x==", "b : c=d",
         "u=1\u2028v=2", "w=3\x0by=4", "q = "]
BAD_PAIRS = ["a : 1", "word", "a=1\x0cb", "[x]", "z\u0085 = 1"]
INDENTS = ["", "", "", "", " ", "  ", "\t", "\u00a0", "\u2003 ", "    "]
LINE_ENDS = ["\n"] * 8 + ["\r\n", "\r"]
JUNK = list("[]=:;# \t\n\r\"'\\abAB.%") + ["\u00a0", "\u2028", "\x0b", "\x1c", "\u00e9", "default",
                                          "profile ", "\n[", "]\n", " = ", "\n  ", "\n\n", "DEFAULT"]


class Files:
    """Text of config files, more or less sound."""

    def __init__(self, rng):
        self.rng = rng

    def token(self):
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789+/"
        length = self.rng.choice([40, 195, 199, 200, 210, 300, 2500])
        return "".join(self.rng.choices(letters, k=length)) + "=="

    def value(self, odd):
        lines = [self.token() if self.rng.random() < 0.04 else self.rng.choice(VALUES if odd else VALUES[:-1])]
        if lines[0] and self.rng.random() < 0.2:
            for _ in range(self.rng.randint(1, 3)):
                lines.append(self.rng.choice(["", "# c", "  ; c", "  d", "\te = f", "    [g]", "  "]))
        elif self.rng.random() < 0.15:
            pairs = PAIRS + (BAD_PAIRS if odd and self.rng.random() < 0.3 else [])
            lines = [""]
            for _ in range(self.rng.randint(1, 4)):
                lines.append(self.rng.choice(["", "  # c"]) if self.rng.random() < 0.2 else
                             "     " + self.rng.choice(pairs))
        return lines

    def section(self, header, odd, end):
        names = self.rng.sample(NAMES if odd else NAMES[:-1], self.rng.randint(0, 6))
        if not (odd and self.rng.random() < 0.1):
            names = list({name.lower(): name for name in names}.values())
        note = self.rng.choice(["", "", "", " ; note", " # x"])
        out = [self.rng.choice(INDENTS[:8] if odd else INDENTS[:1]) + "[" + header + "]" + note]
        for name in names:
            indent = self.rng.choice(INDENTS if odd and self.rng.random() < 0.2 else INDENTS[:1])
            delimiter = self.rng.choice(["=", " = ", "= ", ":", " : ", "\u00a0=\t"])
            lines = self.value(odd)
            out.append(indent + name + delimiter + lines[0])
            out.extend(lines[1:])
            if self.rng.random() < 0.1:
                out.append(self.rng.choice(["", "# c", "  ; c", "\u00a0"]))
        return end.join(out)

    def sound(self, odd=False):
        end = self.rng.choice(LINE_ENDS)
        pool = HEADERS + ODD_HEADERS if odd else HEADERS
        count = self.rng.randint(0, 6)
        headers = self.rng.sample(pool, count)
        if odd and self.rng.random() < 0.05:
            headers = self.rng.choices(pool, k=count)
        text = end.join(self.section(header, odd, end) for header in headers)
        return (text + self.rng.choice(["", end, end + end])).encode()

    def odd(self):
        return self.sound(odd=True)

    def broken(self):
        """A sound file with a few bytes changed."""
        text = bytearray(self.odd())
        for _ in range(self.rng.randint(1, 3)):
            at = self.rng.randint(0, len(text))
            change = self.rng.random()
            if change < 0.5:
                text[at:at] = self.rng.choice(JUNK).encode()
            elif change < 0.8:
                del text[at:at + self.rng.randint(1, 4)]
            elif change < 0.9:
                text[at:at] = text[at // 2:at // 2 + 12]
            elif change < 0.95:
                text[at:at] = self.rng.choice([b"\xff", b"\xc3", b"\xe2\x80", b"\xed\xa0\x80"])
            else:
                text[0:0] = b"\xef\xbb\xbf"
        return bytes(text)

    def junk(self):
        start = self.rng.choice(["", "[default]\n", "[default]\n", "[default]\na=1\n"])
        return (start + "".join(self.rng.choices(JUNK, k=self.rng.randint(0, 30)))).encode()


KINDS = ["sound", "sound", "odd", "odd", "odd", "broken", "broken", "junk"]


def generate(rng, kind):
    files = Files(rng)
    config = getattr(files, kind)()
    credentials = files.sound() if rng.random() < 0.7 else getattr(files, kind)()
    return config, credentials


# Comparing ---------------------------------------------------------------------------------------

def agree(expected, got):
    if "error" in expected or "error" in got:
        return got.get("error", "").startswith(expected.get("error", "?") + " (line ")
    return all(expected[table] == got[table] for table in TABLES)


def show(label, document):
    print(f"# {label}: {json.dumps(document, sort_keys=True)[:3000]}")


class Report:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, passed, title):
        self.count += 1
        self.failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self.count} - {title}", flush=True)

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def write(names, pair):
    for name, content in zip(names, pair):
        with open(name, "wb") as file:
            file.write(content)


def compare(pairs, directory, program):
    """[(config, credentials, botocore's answer, ours)] for pairs of file contents."""
    session = botocore.session.Session()
    paths, expected = [], []
    for number, pair in enumerate(pairs):
        names = [os.path.join(directory, f"{number}.{which}") for which in ("config", "credentials")]
        write(names, [content.removeprefix(MARK) for content in pair])
        expected.append(ask_botocore(session, *names))
        write(names, pair)
        paths.extend(names)
    run = subprocess.run([program], input="".join(path + "\n" for path in paths).encode(),
                         stdout=subprocess.PIPE, check=True)
    got = [json.loads(line) for line in run.stdout.decode().split("\n") if line]
    if len(got) != len(pairs):
        sys.exit(f"dump_profiles answered {len(got)} of {len(pairs)} pairs")
    return [(*pair, theirs, ours) for pair, theirs, ours in zip(pairs, expected, got)]


def explain(config, credentials, theirs, ours):
    print(f"# config:      {config!r}")
    print(f"# credentials: {credentials!r}")
    show("botocore", theirs)
    show("ours", ours)


def find_program():
    build = os.environ.get("BUILD_DIR", ".")
    for place in (os.path.join(build, "tests", "config"), build):
        program = os.path.join(place, "dump_profiles")
        if os.path.exists(program):
            return program
    sys.exit("dump_profiles is not in BUILD_DIR")


def check_named(report, answers):
    for (title, *_), answer in zip(NAMED, answers):
        passed = agree(*answer[2:])
        report.ok(passed, title)
        if not passed:
            explain(*answer)


def check_generated(report, answers, seed):
    for first in range(0, len(answers), BLOCK):
        block = answers[first:first + BLOCK]
        bad = [answer for answer in block if not agree(*answer[2:])]
        report.ok(not bad, f"pairs {first + 1} to {first + len(block)} of seed {seed}")
        for answer in bad[:3]:
            explain(*answer)
    errors = sum("error" in answer[2] for answer in answers)
    full = sum(bool(answer[2].get("profiles")) for answer in answers)
    print(f"# {errors} of {len(answers)} pairs are errors, {full} have profiles")
    report.ok(len(answers) < 200 or (errors * 10 > len(answers) and full * 4 > len(answers)),
              "the generated files are neither all good nor all bad")


def main():
    program = find_program()
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**32))
    count = int(os.environ.get("PAIRS") or 2000)
    rng = random.Random(seed)
    report = Report()
    print(f"# seed {seed}, botocore {botocore.__version__}")
    pairs = [pair for _, *pair in NAMED]
    pairs += [generate(rng, KINDS[i % len(KINDS)]) for i in range(count)]
    with tempfile.TemporaryDirectory() as directory:
        answers = compare(pairs, directory, program)
    check_named(report, answers[:len(NAMED)])
    check_generated(report, answers[len(NAMED):], seed)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
