"""Request documents made up at random, for tests of ssm-sign, and broken ones."""
import collections
import hashlib
import json

REPLACED = ("authorization", "x-amz-date", "x-amz-security-token")

Request = collections.namedtuple("Request", "method url headers body service region")

UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
TOKEN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~"
# Printable, but no white space outside ASCII: Python's split() takes U+00A0, U+2003 and the like for
# blanks, which Signature Version 4 leaves alone. Controls are refused by ssm-sign.
TEXT = ([chr(c) for c in range(0x21, 0x7F)] + list('"\\/=,;:') +
        list("\u00e4\u00df\u00e9\u00f1\u03a9\u0416\u1234\u4f60\u200b\ufffd\uffff\U0001f600\U0010fffd"))

HOSTS = ("ssm.us-east-1.amazonaws.com", "SSM.Eu-West-1.AmazonAWS.com", "localhost", "127.0.0.1", "a",
         "vpce-0abc.ssm.cn-north-1.vpce.amazonaws.com.cn", "x--y.example.", "[::1]", "[2001:DB8::5]",
         "[::ffff:10.0.0.1]", "[fe80:0:0:0:1:2:3:4]")
PORTS = ("", "", "", ":443", ":80", ":8443", ":1", ":65535", ":0443")
METHODS = ("GET", "POST", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "get", "pOsT", "M-SEARCH")
SERVICES = ("ssm", "iam", "sts", "ec2", "execute-api", "dynamodb", "lambda", "es", "sqs", "A4b")
REGIONS = ("us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "local", "x")
SEGMENTS = ("", "", ".", "..", "...", ".a", "a.", "a", "B_c", "%20", "%2F", "%2f", "%e1%88%b4", "%25",
            "%", "a%20b", "%2e%2e", "!$&'()*+,;=:@", "[x]", "~me", "-")
NAMES = ("content-type", "X-Amz-Target", "Accept", "content-length", "x-custom", "X-Custom-2", "a", "A-b",
         "a0", "x-amz-meta-k", "cache-control", "if-match", "x", "z", "accept-encoding")
# Only names that every release of botocore leaves out; later ones leave out more.
UNSIGNED = ("User-Agent", "expect", "X-Amzn-Trace-Id")


def one_of(random_, values):
    return values[random_.randrange(len(values))]


def word(random_, characters, longest):
    return "".join(one_of(random_, characters) for _ in range(random_.randint(1, longest)))


def random_path(random_):
    count = one_of(random_, (0, 0, 1, 2, 3, 5, 9))
    segments = [one_of(random_, SEGMENTS) if random_.random() < .7 else word(random_, UNRESERVED, 12)
                for _ in range(count)]
    return "".join("/" + segment for segment in segments) + one_of(random_, ("", "", "/"))


def random_query(random_):
    """Encoded: for a byte that should have been, botocore signs it as it stands, which services refuse.

    ssm-sign encodes it, as the published test suite has it; tests/sign/test_sigv4.c has such cases.
    """
    def text():
        parts = [one_of(random_, ("a", "b", "B", "%20", "%2F", "%c3%a9", "%", "X-Amz", "Param1"))
                 if random_.random() < .6 else word(random_, UNRESERVED, 6)
                 for _ in range(one_of(random_, (0, 1, 1, 1, 2, 3)))]
        return "".join(parts)

    pairs = [text() + one_of(random_, ("", "=", "=", "=")) for _ in range(random_.randint(0, 7))]
    return "?" + "&".join(pair + (text() if pair.endswith("=") else "") for pair in pairs)


def random_url(random_):
    query = random_query(random_) if random_.random() < .5 else ""
    return (one_of(random_, ("https", "https", "http", "HTTPS")) + "://" + one_of(random_, HOSTS) +
            one_of(random_, PORTS) + random_path(random_) + query)


def random_value(random_):
    words = [word(random_, TEXT, 9) for _ in range(one_of(random_, (0, 1, 1, 2, 3, 6)))]
    blanks = [" " * one_of(random_, (1, 1, 1, 2, 5)) for _ in words]
    value = "".join(a + b for a, b in zip(blanks, words))
    if random_.random() < .6:
        value = value.strip(" ")
    if random_.random() < .1:
        value = f'"{value}   {value}"'
    return value + " " * one_of(random_, (0, 0, 0, 1, 4))


def random_headers(random_, body):
    """name -> a string or a list of them; each name once, whatever its case."""
    headers = {}
    for _ in range(one_of(random_, (0, 1, 2, 3, 5, 12))):
        name = one_of(random_, NAMES) if random_.random() < .8 else "y" + word(random_, TOKEN, 10)
        # A Date header botocore replaces and then signs no x-amz-date; ssm-sign always signs that.
        headers[name] = random_value(random_) if random_.random() < .75 else \
            [random_value(random_) for _ in range(random_.randint(1, 4))]
    for name in UNSIGNED + REPLACED + tuple(name.title() for name in REPLACED):
        if random_.random() < .05:
            headers[name] = one_of(random_, ("old", ["older", "old"]))
    if random_.random() < .1:
        headers["Host"] = one_of(random_, ("other.example:99", "Upper.Example"))
    if random_.random() < .2:
        digest = hashlib.sha256((body or "").encode()).hexdigest()
        headers[one_of(random_, ("X-Amz-Content-SHA256", "x-amz-content-sha256"))] = \
            one_of(random_, (digest, "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"))
    seen, unique = set(), {}
    for name in random_.sample(list(headers), len(headers)):
        if name.lower() not in seen:
            seen.add(name.lower())
            unique[name] = headers[name]
    return unique


def random_body(random_):
    kind = random_.random()
    if kind < .2:
        return one_of(random_, (None, ""))
    if kind < .5:
        return json.dumps({"SessionId": word(random_, UNRESERVED, 40)})
    if kind < .52:
        return word(random_, TEXT, 40) * 2500
    characters = TEXT + [chr(c) for c in range(1, 0x21)] + ["\x7f", "\x85", "\u2028", "\ue000"]
    return word(random_, characters, one_of(random_, (3, 30, 500)))


def random_request(random_):
    body = random_body(random_)
    return Request(one_of(random_, METHODS), random_url(random_), random_headers(random_, body), body,
                   one_of(random_, SERVICES), one_of(random_, REGIONS))


SHORT = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\",
         "/": "\\/"}


def json_string(random_, text):
    """text as a JSON string in one of its many spellings."""
    escaping = one_of(random_, (0, 0, .1, 1))
    out = []
    for character in text:
        code = ord(character)
        if character in SHORT and random_.random() < .7 and (character != "/" or escaping):
            out.append(SHORT[character])
        elif code < 0x20 or character in '"\\' or random_.random() < escaping:
            units = character.encode("utf-16-be")
            hexadecimal = one_of(random_, ("%02x", "%02X"))
            out += ["\\u" + "".join(hexadecimal % b for b in units[i:i + 2])
                    for i in range(0, len(units), 2)]
        else:
            out.append(character)
    return '"' + "".join(out) + '"'


UNKNOWN = (("id", "7"), ("id", '{"a":[1,"x"],"b":null}'), ("operation", '"ResumeSession"'),
           ("n", "12345678901234567890"), ("f", "-0.10e+007"), ("nested", '[[{"headers":{}}],[]]'),
           ("u", '"\\u00e9\\/\\ud83d\\ude00"'), ("\\u0041", "true"), ("long", "1" * 400), ("body2", '""'))


def members_of(random_, request):
    """The document's members, as name and JSON text, in some order."""
    headers = [(json_string(random_, name), json_string(random_, value) if isinstance(value, str) else
                "[" + ",".join(json_string(random_, v) for v in value) + "]")
               for name, value in request.headers.items()]
    members = [("method", json_string(random_, request.method)), ("url", json_string(random_, request.url)),
               ("service", json_string(random_, request.service)),
               ("region", json_string(random_, request.region))]
    if headers or random_.random() < .5:
        members.append(("headers", headers))
    if request.body is not None:
        members.append(("body", json_string(random_, request.body)))
    names = set()
    for name, value in random_.sample(UNKNOWN, one_of(random_, (0, 0, 1, 3))):
        if name not in names:
            names.add(name)
            members.append((name, value))
    random_.shuffle(members)
    return headers, members


def write_document(members, blank=lambda: ""):
    """Members as a document, with blanks wherever JSON has room for them."""
    def pairs(items):
        inner = ",".join(f"{blank()}{name}{blank()}:{blank()}{value}{blank()}" for name, value in items)
        return "{" + (inner or blank()) + "}"

    return pairs((f'"{name}"', pairs(value) if isinstance(value, list) else value)
                 for name, value in members)


PIECES = (b"{", b"}", b"[", b"]", b'"', b",", b":", b"null", b"1", b'"headers":', b'{"a":"b"}', b"\\",
          b"\\u000a", b"\\ud800", b"\\u0000", b"\xff", b"\xc3", b"\r", b"\n", b"\0", b"\x7f", b"%", b"//", b"..", b"?",
          b"#", b"@",
          b"[::1", b":0", b":99999", b'"profile":"none",', b'"headers":7,', b"\xf4\x90\x80\x80", b"a" * 300)


def mutate(random_, texts):
    data = bytearray(one_of(random_, texts))
    for _ in range(one_of(random_, (1, 1, 2, 3, 8))):
        at, kind = random_.randrange(len(data) + 1), random_.randrange(5)
        if kind == 0:
            data[at:at + 1] = bytes([random_.randrange(256)])
        elif kind == 1:
            del data[at:at + random_.choice((1, 1, 5, 50))]
        elif kind == 2:
            data[at:at] = one_of(random_, PIECES)
        elif kind == 3:
            end = random_.randrange(at, min(at + 30, len(data)) + 1)
            data[at:at] = data[at:end]
        else:
            data[at:at + 4] = one_of(random_, PIECES)
    return bytes(data)
