"""Whether a request's Signature Version 4 is right: computed here from the algorithm's description, and by botocore where it is.

Written from what is public about the algorithm, not from the suite's own signer.
"""
import hashlib
import hmac
import re
import urllib.parse

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
except ImportError:
    botocore = None

PATTERN = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
                     r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})\Z")


class Keys:
    def __init__(self, key_id="AKIDEMULATOR", secret="emulator/secret+key", token=None):
        self.key_id, self.secret, self.token = key_id, secret, token


def encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def form_query(query, plus=" "):
    """The query taken apart as a form, encoded anew and sorted; plus is what a bare + is read as."""
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    decoded = [[urllib.parse.unquote(text.replace("+", plus)) for text in (name, value)] for name, _, value in pairs]
    return "&".join(sorted(f"{encode(name)}={encode(value)}" for name, value in decoded))


def canonical(method, target, headers, signed, body, plus=" "):
    path, _, query = target.partition("?")
    return "\n".join([method, urllib.parse.quote(path, safe="/-_.~"), form_query(query, plus),
                      *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed), "",
                      ";".join(signed), hashlib.sha256(body).hexdigest()])


def signature(secret, scope, when, text):
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    to_sign = f"AWS4-HMAC-SHA256\n{when}\n{scope}\n{hashlib.sha256(text.encode()).hexdigest()}"
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


def by_botocore(keys, service, region, method, target, headers, signed, body):
    """What botocore signs for the same request."""
    path, _, query = target.partition("?")
    url = f"http://{headers['host']}{path}?{form_query(query)}"
    request = botocore.awsrequest.AWSRequest(method, url, data=body, headers={name: headers[name] for name in signed})
    request.context["timestamp"] = headers["x-amz-date"]
    auth = botocore.auth.SigV4Auth(botocore.credentials.Credentials(keys.key_id, keys.secret), service, region)
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


def judge(keys, service, region, request, body=b""):
    """What is wrong with the signature, as a list; request is (method, target, headers with names in lower case)."""
    method, target, headers = request
    match = PATTERN.match(headers.get("authorization", ""))
    if not match:
        return ["authorization: not of Signature Version 4"]
    key_id, day, its_region, its_service, names, its_signature = match.groups()
    signed, when, wrong = names.split(";"), headers.get("x-amz-date", ""), []
    for name, got, expected in (("key", key_id, keys.key_id), ("region", its_region, region), ("service", its_service, service),
                                ("day", day, when[:8]), ("token", headers.get("x-amz-security-token"), keys.token)):
        if got != expected:
            wrong.append(f"signature: the {name} is not the right one")
    must = {"host", "x-amz-date"} | ({"x-amz-security-token"} if keys.token else set())
    if not must <= set(signed) or signed != sorted(set(signed)) or not set(signed) <= set(headers):
        wrong.append(f"signature: signs {names}")
    text = canonical(method, target, headers, signed, body)
    if signature(keys.secret, f"{day}/{its_region}/{its_service}/aws4_request", when, text) != its_signature:
        wrong.append("signature: does not fit the request")
    elif botocore and not wrong and by_botocore(keys, service, region, method, target, headers, signed, body) != its_signature:
        wrong.append("signature: botocore has another")
    return wrong
