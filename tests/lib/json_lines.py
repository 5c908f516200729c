"""Lines for json_oracle.py: generated documents, mutated ones, and named cases."""


class Maker:
    """Makes lines that hold a document, or what is left of one."""

    def __init__(self, rng):
        self.rng = rng

    def blank(self):
        return self.rng.choice(["", "", "", "", " ", "\t", "\r", "  "])

    def number(self):
        rng = self.rng
        text = rng.choice(["", "-"]) + rng.choice(["0", str(rng.randrange(1, 10 ** rng.randrange(1, 22)))])
        if rng.random() < 0.4:
            text += "." + str(rng.randrange(10 ** rng.randrange(1, 20))).zfill(rng.randrange(1, 8))
        if rng.random() < 0.4:
            text += rng.choice("eE") + rng.choice(["", "+", "-"]) + str(rng.randrange(330))
        return text

    def string(self):
        rng = self.rng
        return '"' + "".join(self.character() for _ in range(rng.randrange(rng.choice([2, 6, 20])))) + '"'

    def character(self):
        rng = self.rng
        kind = rng.random()
        if kind < 0.6:
            return rng.choice("abcxyzABC019 {}[]:,'/#$<>\x7f")
        if kind < 0.7:
            return "\\" + rng.choice('"\\/bfnrt')
        code = rng.choice([rng.randrange(1, 0x80), rng.randrange(0x80, 0x800), rng.randrange(0x800, 0xD800),
                           rng.randrange(0xE000, 0x10000), rng.randrange(0x10000, 0x110000)])
        if kind < 0.85 or code < 0x20 or chr(code) in '"\\':
            units = chr(code).encode("utf-16-be").hex()
            units = units.upper() if rng.random() < 0.3 else units
            return "".join("\\u" + units[i:i + 4] for i in range(0, len(units), 4))
        return chr(code)

    def value(self, depth):
        rng = self.rng
        kind = rng.random()
        if depth > 0 and kind < 0.25:
            return self.join("[]", [self.value(depth - 1) for _ in range(rng.randrange(4))])
        if depth > 0 and kind < 0.45:
            return self.object(depth - 1)
        if kind < 0.7:
            return self.string()
        return self.number() if kind < 0.9 else rng.choice(["true", "false", "null"])

    def object(self, depth):
        members = [self.string() + self.blank() + ":" + self.blank() + self.value(depth)
                   for _ in range(self.rng.randrange(5))]
        return self.join("{}", members)

    def join(self, brackets, items):
        comma = self.blank() + "," + self.blank()
        return brackets[0] + self.blank() + comma.join(items) + self.blank() + brackets[1]

    def document(self):
        return (self.blank() + self.object(self.rng.randrange(4)) + self.blank()).encode()

    PIECES = [b'"', b"\\", b"\\u", b"\\ud800", b"\\udc00", b"\\u0000", b"{", b"}", b"[", b"]", b",", b":",
              b"nan", b"NaN", b"Infinity", b"-", b"+", b".", b"e", b"0", b"00", b"1e", b"true", b"nul",
              b"\0", b"\x1f", b"\x1e", b"\x7f", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
              b"\xc3", b"\xe2\x82", b"\xef\xbb\xbf", b"\xc2\xa0", b"'", b"/**/", b"{}", b'"a":1,', b" "]

    def mutate(self, line):
        rng = self.rng
        at = rng.randrange(len(line) + 1)
        end = min(len(line), at + rng.choice([0, 1, 1, 2, 5, 20]))
        kind = rng.randrange(5)
        if kind == 0:
            return line[:at] + rng.choice(self.PIECES) + line[at:]
        if kind == 1:
            return line[:at] + rng.choice(self.PIECES) + line[end:]
        if kind == 2:
            return line[:at] + line[end:]
        if kind == 3:
            return line[:at] + line[at:end] + line[at:]
        return line[:at] + bytes([rng.randrange(256)]) + line[at + 1:]

    def line(self):
        line = self.document()
        if self.rng.random() < 0.1:
            line += self.document()
        for _ in range(self.rng.choice([0, 0, 1, 1, 1, 2, 3, 8])):
            line = self.mutate(line)
        return line.replace(b"\n", b" ")


def nested(depth, opening, inner, closing):
    return opening * depth + inner + closing * depth


NAMED = [
    ("64 levels", nested(63, b'{"a":', b"{}", b"}")),
    ("65 levels", nested(64, b'{"a":', b"{}", b"}")),
    ("64 levels with arrays", b'{"a":' + nested(63, b"[", b"", b"]") + b"}"),
    ("65 levels with arrays", b'{"a":' + nested(64, b"[", b"", b"]") + b"}"),
    ("3000 levels", b'{"a":' + nested(3000, b"[", b"", b"]") + b"}"),
    ("256 members", b"{" + b",".join(b'"%d":1' % i for i in range(256)) + b"}"),
    ("257 members", b"{" + b",".join(b'"%d":1' % i for i in range(257)) + b"}"),
    ("1000 members in an inner object", b'{"a":{' + b",".join(b'"%d":1' % i for i in range(1000)) + b"}}"),
    ("a name twice", b'{"a":1,"a":2}'),
    ("a name twice by escape", b'{"a":1,"\\u0061":2}'),
    ("a name twice in an inner object", b'{"a":{"b":1,"b":2}}'),
    ("numbers that a double cannot hold", b'{"a":12345678901234567890,"b":1e1000,"c":[9007199254740993]}'),
    ("a number of 5000 digits", b'{"a":' + b"1" * 5000 + b"}"),
    ("a string of 100000 bytes", b'{"a":"' + b"x" * 100000 + b'"}'),
    ("four objects", b'{}{} {"a":{}}\t{}'),
    ("an object, then rubbish", b"{} x {}"),
    ("a BOM", b"\xef\xbb\xbf{}"),
    ("a NUL", b'{"a":\0}'),
    ("a lone record separator", b"\x1e{}"),
    ("nothing", b""),
    ("blanks", b" \t\r "),
]
