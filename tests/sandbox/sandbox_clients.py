"""ssm-sandbox and the clients of others: AWS CLI, boto3, curl; and signatures damaged one part at a time."""
import concurrent.futures
import datetime
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from tap import done, is_equal, ok, skip, skip_all

try:
    import boto3
    import botocore
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.config import Config
    from botocore.credentials import Credentials
except ImportError:
    skip_all("botocore and boto3 are not installed")

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
SANDBOX = os.path.join(BUILD_DIR, "ssm-sandbox")
SUFFIX = "-0a1b2c3d4e5f60001"
TARGET = "i-0a1b2c3d4e5f60001"
LONG_TERM = ("AKIASANDBOXEXAMPLE00", "SandboxSecretAccessKeyNotASecret+EXAMPLE", None)
TEMPORARY = ("ASIASANDBOXEXAMPLE00", "SandboxTemporaryKeyIsNoSecret+at/EXAMPLE",
             "SandboxSessionToken+NotASecret/EXAMPLE==")
EXPIRED = ("ASIASANDBOXEXPIRED00", "SandboxExpiredKeyIsNoSecret+at/aEXAMPLE0",
           "SandboxSessionToken+Expired/EXAMPLE==")
MISMATCH = "The request signature we calculated does not match the signature you provided."
INVALID_TOKEN = "The security token included in the request is invalid."
CALL = {"X-Amz-Target": "AmazonSSM.ResumeSession", "Content-Type": "application/x-amz-json-1.1"}


def session(name):
    return f"sandbox-{name}{SUFFIX}"


class Sandbox:
    """A server under way. What it prints ends when it is ready, for it then closes its stdout."""

    def __init__(self, *options, sessions=None):
        self.directory = tempfile.TemporaryDirectory()
        if sessions is not None:
            path = os.path.join(self.directory.name, "sessions.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(sessions, file)
            options += ("--sessions", path)
        clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        self.log = open(os.path.join(self.directory.name, "log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen([SANDBOX, "-v", *options], stdout=subprocess.PIPE,
                                        stderr=self.log, text=True, env=clean)
        self.printed = self.process.stdout.read()
        self.environment = dict(line[len("export "):].split("=", 1)
                                for line in self.printed.splitlines() if line.startswith("export "))
        self.url = self.environment["AWS_ENDPOINT_URL_SSM"]
        self.region = self.environment["AWS_REGION"]
        self.port = int(self.url.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.code = self.process.wait(60)
        self.log.close()
        self.directory.cleanup()

    def logged(self):
        with open(os.path.join(self.directory.name, "log"), encoding="utf-8") as log:
            return log.read().splitlines()


def sign(sandbox, body, keys=LONG_TERM, shift=0, region=None, service="ssm", path="/", headers=None):
    """Headers as botocore signs them, with the clock `shift` seconds off."""
    request = AWSRequest("POST", sandbox.url + path, dict(CALL if headers is None else headers), body)
    signer = SigV4Auth(Credentials(*keys), service, region or sandbox.region)
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=shift)
    request.context["timestamp"] = when.strftime("%Y%m%dT%H%M%SZ")
    signer._modify_request_before_signing(request)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(text, request))
    return {"Host": f"127.0.0.1:{sandbox.port}", **dict(request.headers.items())}


def send(sandbox, headers, body, path="/", method="POST"):
    """Status, parsed body (or its text), headers; headers go out as they are given."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=60)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        for one in value if isinstance(value, list) else [value]:
            connection.putheader(name, one)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    try:
        return answer.status, json.loads(text), answer.headers
    except ValueError:
        return answer.status, text, answer.headers


def resume_body(name="disconnected"):
    return json.dumps({"SessionId": session(name)}).encode()


def call(sandbox, operation, **parameters):
    headers = {**CALL, "X-Amz-Target": f"AmazonSSM.{operation}"}
    body = json.dumps(parameters).encode()
    return send(sandbox, sign(sandbox, body, headers=headers), body)


def code_of(answer):
    return answer.get("__type", "").split("#")[-1] if isinstance(answer, dict) else ""


def message_of(answer):
    return answer.get("message", answer.get("Message", "")) if isinstance(answer, dict) else ""


def check_refused(got, code, text, title, status=400):
    ok(got[0] == status and code_of(got[1]) == code and text in message_of(got[1]), title,
       f"expected: {status} {code}: {text}", f"got: {got[0]} {got[1]}")


def replaced(headers, name, old, new):
    return {key: value.replace(old, new) if key == name else value for key, value in headers.items()}


def without(headers, *names):
    return {key: value for key, value in headers.items() if key not in names}


def authorization(headers, part, value):
    """The headers with one part of the Authorization replaced, or taken out when value is None."""
    scheme, rest = headers["Authorization"].split(" ", 1)
    parts = dict(item.split("=", 1) for item in rest.split(", "))
    parts[part] = value
    text = ", ".join(f"{key}={item}" for key, item in parts.items() if item is not None)
    return {**headers, "Authorization": f"{scheme} {text}"}


def scope(headers, place, value):
    credential = headers["Authorization"].split("Credential=")[1].split(",")[0].split("/")
    credential[place] = value
    return authorization(headers, "Credential", "/".join(credential))


def check_damaged(sandbox):
    body = resume_body()
    good, temporary = sign(sandbox, body), sign(sandbox, body, TEMPORARY)
    signature = good["Authorization"].rsplit("=", 1)[1]
    is_equal(send(sandbox, good, body)[0], 200, "a good signature is accepted")
    is_equal(send(sandbox, temporary, body)[0], 200, "temporary keys with their token are accepted")
    for title, headers, code, text in [
        ("no Authorization", without(good, "Authorization"), "MissingAuthenticationTokenException",
         "Request is missing Authentication Token"),
        ("basic authentication", {**good, "Authorization": "Basic QTpC"},
         "MissingAuthenticationTokenException", ""),
        ("no Signature", authorization(good, "Signature", None), "IncompleteSignatureException",
         "Authorization header requires 'Signature' parameter."),
        ("no Credential", authorization(good, "Credential", None), "IncompleteSignatureException",
         "Authorization header requires 'Credential' parameter."),
        ("no SignedHeaders", authorization(good, "SignedHeaders", None), "IncompleteSignatureException",
         "Authorization header requires 'SignedHeaders' parameter."),
        ("nothing but the algorithm", {**good, "Authorization": "AWS4-HMAC-SHA256"},
         "IncompleteSignatureException", "'Credential' parameter. Authorization header requires 'Signature'"),
        ("no date", without(good, "X-Amz-Date"), "IncompleteSignatureException",
         "existence of either a 'X-Amz-Date' or a 'Date' header."),
        ("a part without '='", replaced(good, "Authorization", "Signature=", "Signature"),
         "IncompleteSignatureException", "not a valid key=value pair"),
        ("a part given twice", {**good, "Authorization": good["Authorization"] + ", Signature=0"},
         "IncompleteSignatureException", "more than one 'Signature'"),
        ("a part that is not known", {**good, "Authorization": good["Authorization"] + ", Extra=0"},
         "IncompleteSignatureException", "unknown parameter 'Extra'"),
        ("two Authorization headers", {**good, "Authorization": [good["Authorization"]] * 2},
         "IncompleteSignatureException", "more than one Authorization"),
        ("another algorithm", replaced(good, "Authorization", "SHA256", "SHA512"),
         "IncompleteSignatureException", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'"),
        ("a date of another form", {**good, "X-Amz-Date": "2015-08-30T12:36:00Z"},
         "IncompleteSignatureException", "Date must be in ISO-8601 'basic format'."),
        ("a scope of four parts", replaced(good, "Authorization", "/ssm/", "/"),
         "IncompleteSignatureException", "exactly 5 slash-delimited elements"),
        ("a scope of six parts", replaced(good, "Authorization", "/ssm/", "/ssm/ssm/"),
         "IncompleteSignatureException", "exactly 5 slash-delimited elements"),
        ("another region", scope(good, 2, "eu-west-1"), "InvalidSignatureException",
         "Credential should be scoped to a valid region, not 'eu-west-1'."),
        ("another service", scope(good, 3, "ec2"), "InvalidSignatureException",
         "Credential should be scoped to correct service: 'ssm'."),
        ("another terminator", scope(good, 4, "aws5_request"), "InvalidSignatureException",
         "valid terminator: 'aws4_request', not 'aws5_request'."),
        ("another day in the scope", scope(good, 1, "20150830"), "InvalidSignatureException",
         "Date in Credential scope does not match YYYYMMDD"),
        ("an unknown key id", scope(good, 0, "AKIAIOSFODNN7EXAMPLE"), "UnrecognizedClientException",
         INVALID_TOKEN),
        ("temporary keys without a token", sign(sandbox, body, (*TEMPORARY[:2], None)),
         "UnrecognizedClientException", INVALID_TOKEN),
        ("temporary keys with another token", sign(sandbox, body, (*TEMPORARY[:2], "AQoExample")),
         "UnrecognizedClientException", INVALID_TOKEN),
        ("long-term keys with a token", sign(sandbox, body, (*LONG_TERM[:2], TEMPORARY[2])),
         "UnrecognizedClientException", INVALID_TOKEN),
        ("expired keys", sign(sandbox, body, EXPIRED), "ExpiredTokenException", "is expired"),
        ("another secret", sign(sandbox, body, (LONG_TERM[0], "x" * 40, None)),
         "InvalidSignatureException", MISMATCH),
        ("one digit of the signature changed", authorization(good, "Signature", signature[:-1] +
         ("0" if signature[-1] != "0" else "1")), "InvalidSignatureException", MISMATCH),
        ("an upper-case signature", authorization(good, "Signature", signature.upper() + "A"[:0]),
         "InvalidSignatureException", MISMATCH),
        ("a signature cut short", authorization(good, "Signature", signature[:-1]),
         "InvalidSignatureException", MISMATCH),
        ("another Host", {**good, "Host": "ssm.us-east-1.localhost"}, "InvalidSignatureException",
         MISMATCH),
        ("another signed header value", {**good, "Content-Type": "application/x-amz-json-1.1; x=y"},
         "InvalidSignatureException", MISMATCH),
        ("a signed header taken out", replaced(good, "Authorization", "content-type;", ""),
         "InvalidSignatureException", MISMATCH),
        ("a signed header that is not there", replaced(good, "Authorization", "host;", "host;x-abc;"),
         "InvalidSignatureException", MISMATCH),
        ("a signed header twice", {**good, "X-Amz-Target": [CALL["X-Amz-Target"]] * 2},
         "InvalidSignatureException", MISMATCH),
        ("host not signed", replaced(good, "Authorization", "host;", ""), "InvalidSignatureException",
         "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
        ("x-amz-target not signed", replaced(good, "Authorization", ";x-amz-target", ""),
         "InvalidSignatureException", "'x-amz-target' must be a 'SignedHeader'"),
        ("another x-amz header, not signed", {**good, "X-Amz-Meta-Note": "1"},
         "InvalidSignatureException", "'x-amz-meta-note' must be a 'SignedHeader'"),
    ]:
        check_refused(send(sandbox, headers, body), code, text, f"refused: {title}")
    check_refused(send(sandbox, good, body.replace(b"disc", b"DISC")), "InvalidSignatureException",
                  MISMATCH, "refused: another body")
    check_refused(send(sandbox, good, body, path="/x"), "InvalidSignatureException", MISMATCH,
                  "refused: another path")
    check_refused(send(sandbox, good, body, path="/?a=1"), "InvalidSignatureException", MISMATCH,
                  "refused: another query")


def check_clock(sandbox):
    body = resume_body()
    is_equal(send(sandbox, sign(sandbox, body, shift=-290), body)[0], 200, "4:50 minutes late is in time")
    is_equal(send(sandbox, sign(sandbox, body, shift=290), body)[0], 200, "4:50 minutes early is in time")
    check_refused(send(sandbox, sign(sandbox, body, shift=-310), body), "InvalidSignatureException",
                  "Signature expired: ", "refused: 5:10 minutes late")
    late = send(sandbox, sign(sandbox, body, shift=-86400), body)
    check_refused(late, "InvalidSignatureException", " - 5 min.)", "refused: a day late")
    check_refused(send(sandbox, sign(sandbox, body, shift=310), body), "InvalidSignatureException",
                  "Signature not yet current: ", "refused: 5:10 minutes early")
    headers = {**CALL, "Date": datetime.datetime.now(datetime.timezone.utc).strftime(
        "%a, %d %b %Y %H:%M:%S GMT")}
    got = send(sandbox, sign(sandbox, body, headers=headers), body)
    is_equal(got[0], 200, "a Date header stands in for X-Amz-Date", got[1])


def check_wire_forms(sandbox):
    """What is signed is what was sent, byte for byte."""
    body = resume_body()
    for path in ["/base//x/../y%20z/", "/a/./b/%2F%2e", "/?b=2&a=1&a=0", "/?x=a%2Bb%2Fc%3Bd&empty",
                 "/v1/data-channel/a@b.c+d=e,f:g?cell-number=AA%2B%2F%3D%3D"]:
        got = send(sandbox, sign(sandbox, body, path=path), body, path=path)
        is_equal(got[0], 200, f"signed and sent as {path}", got[1])
    headers = {**CALL, "X-Custom": "  a   b  "}
    got = send(sandbox, sign(sandbox, body, headers=headers), body)
    is_equal(got[0], 200, "runs of blanks in a header count as one", got[1])
    signed = sign(sandbox, body, headers={**CALL, "X-Custom": "one,two"})
    got = send(sandbox, {**signed, "X-Custom": ["one", "two"]}, body)
    is_equal(got[0], 200, "repeated headers are joined by a comma", got[1])


def check_calls(sandbox):
    body = resume_body()
    good = sign(sandbox, body)
    for title, headers, content, method in [
        ("GET", good, b"", "GET"), ("PUT", good, body, "PUT"),
        ("another content type", {**good, "Content-Type": "application/json"}, body, "POST"),
    ]:
        got = send(sandbox, headers, content, method=method)
        is_equal(got[:2], (404, "<UnknownOperationException/>\n"), f"no call: {title}")
    for target in ["AmazonSSM.GetParameter", "AmazonSSM", "DynamoDB.ResumeSession", ""]:
        got = send(sandbox, {**good, "X-Amz-Target": target}, body)
        check_refused(got, "UnknownOperationException", "", f"no operation: '{target}'")
    for text in [b"{", b"[1]", b'"a"', b"nan", b'{"SessionId":"\xff"}', b'{"a":1,"a":2}']:
        got = send(sandbox, sign(sandbox, text), text)
        check_refused(got, "SerializationException", "", f"not a JSON object: {text!r}")
    got = send(sandbox, sign(sandbox, b""), b"")
    check_refused(got, "SerializationException", "", "an empty body")
    for parameters, text in [
        ({}, "1 validation error detected: Value null at 'sessionId' failed to satisfy constraint: "
             "Member must not be null"),
        ({"SessionId": None}, "Value null at 'sessionId'"),
        ({"SessionId": ""}, "Member must have length greater than or equal to 1"),
        ({"SessionId": "x" * 97}, "Member must have length less than or equal to 96"),
    ]:
        got = call(sandbox, "ResumeSession", **parameters)
        check_refused(got, "ValidationException", text, f"parameters {str(parameters)[:40]}")
    check_refused(call(sandbox, "ResumeSession", SessionId=5), "SerializationException",
                  "can not be converted to a String", "a session id that is a number")
    is_equal(code_of(call(sandbox, "ResumeSession", SessionId="\u00e9" * 96)[1]), "DoesNotExistException",
             "96 characters may have more bytes")
    status, answer, headers = send(sandbox, good, body)
    ok(headers["Content-Type"] == "application/x-amz-json-1.1" and len(headers["x-amzn-RequestId"]) == 36
       and headers["Date"].endswith("GMT"), "an answer has AWS's headers", headers)
    ok(answer["SessionId"] == session("disconnected") and 0 < len(answer["TokenValue"]) <= 300 and
       answer["StreamUrl"].startswith("wss://ssmmessages.us-east-1.amazonaws.com/v1/data-channel/" +
                                      session("disconnected") + "?role=publish_subscribe&cell-number="),
       "an answer has id, token and stream URL", status, answer)
    ok("+" in answer["StreamUrl"].split("cell-number=")[1] and
       "/" in answer["StreamUrl"].split("cell-number=")[1], "a cell number has raw '+' and '/'")
    ok(send(sandbox, good, body)[1]["TokenValue"] != answer["TokenValue"], "each token is another one")


def check_sessions(sandbox):
    def resumed(name):
        return call(sandbox, "ResumeSession", SessionId=session(name))

    check_refused(resumed("terminated"), "DoesNotExistException", "", "a terminated session")
    check_refused(resumed("nobody"), "DoesNotExistException", "", "an id that is nowhere")
    is_equal(resumed("ended")[:2], (200, {"SessionId": session("ended")}), "an ended session has no token")
    codes = [code_of(resumed("throttled")[1]) for _ in range(6)]
    is_equal(codes, ["ThrottlingException", "ThrottlingException", ""] * 2, "throttled twice, then fine")
    is_equal([call(sandbox, "ResumeSession", SessionId=name)[0] for name in (
        "sandbox-disconnected", "sandbox-disconnected-77", "sandbox-broken-77")], [200, 200, 500],
             "other ids that begin as a built-in one behave as it does")
    check_refused(resumed("broken"), "InternalServerError", "", "a broken session", 500)
    check_refused(resumed("denied"), "AccessDeniedException", "is not authorized to perform: "
                  "ssm:ResumeSession", "a denied session")
    ok(resumed("wrong-session")[1]["SessionId"] != session("wrong-session"), "another session's answer")
    ok(".amazonaws.com.example.com/" in resumed("wrong-url")[1]["StreamUrl"], "another host's stream URL")
    status, text, headers = resumed("html")
    ok(status == 200 and headers["Content-Type"] == "text/html" and "<html>" in text, "an HTML page")
    for name, error in [("cut", http.client.IncompleteRead), ("dropped", http.client.RemoteDisconnected)]:
        try:
            got = resumed(name)
        except http.client.HTTPException as caught:
            got = caught
        ok(isinstance(got, error), f"a {name} session breaks the connection", got)


def check_slow():
    table = {"slow": {"state": "slow", "delay_ms": 600000}, "late": {"state": "slow", "delay_ms": 100},
             "quick": "disconnected"}
    with Sandbox(sessions=table) as sandbox, concurrent.futures.ThreadPoolExecutor(1) as pool:
        slow = pool.submit(call, sandbox, "ResumeSession", SessionId="slow")
        while not sandbox.logged() and not slow.done():
            time.sleep(0.01)
        codes = [call(sandbox, "ResumeSession", SessionId="quick")[0] for _ in range(20)]
        ok(codes == [200] * 20 and not slow.done(), "a slow answer holds up no other", codes, slow)
        begin = time.monotonic()
        status = call(sandbox, "ResumeSession", SessionId="late")[0]
        took = time.monotonic() - begin
        ok(status == 200 and took >= 0.1, "and is as slow as the table says", status, took)
        sandbox.process.send_signal(signal.SIGTERM)
        ok(isinstance(slow.exception(), (ConnectionError, http.client.HTTPException)), "it ends with the sandbox", slow)


def check_table():
    table = {"load-7": "ended", "load-*": {"state": "throttled", "times": 0}, "*": "denied"}
    with Sandbox(sessions=table) as sandbox:
        is_equal(code_of(call(sandbox, "ResumeSession", SessionId="load-12345")[1]), "",
                 "a pattern stands for ids that begin so")
        is_equal(sorted(call(sandbox, "ResumeSession", SessionId="load-7")[1]), ["SessionId"],
                 "a row of its own comes before a pattern")
        is_equal(code_of(call(sandbox, "ResumeSession", SessionId="other")[1]), "AccessDeniedException",
                 "'*' stands for all others")
        url = call(sandbox, "ResumeSession", SessionId="load-a/b c")[1]["StreamUrl"]
        ok("/data-channel/load-a%2Fb%20c?" in url, "an odd id is encoded in the stream URL", url)


def check_filters(sandbox):
    made = call(sandbox, "StartSession", Target=TARGET, DocumentName="AWS-StartSSHSession", Reason="to look",
                Parameters={"portNumber": ["22"]})[1]["SessionId"]
    listed = call(sandbox, "DescribeSessions", State="Active")[1]["Sessions"]
    row = [one for one in listed if one["SessionId"] == made][0]
    is_equal((row["DocumentName"], row["Reason"]), ("AWS-StartSSHSession", "to look"),
             "a session is listed with its document and reason")
    is_equal(sorted(one["SessionId"].split("-")[1] for one in listed if one["Owner"] == row["Owner"] and one != row),
             ["connected", "disconnected", "slow", "throttled"], "of the table, those that can be resumed are the caller's")
    for key, value, wanted in [
        ("Owner", row["Owner"], [one for one in listed if one["Owner"] == row["Owner"]]), ("Owner", "somebody", []),
        ("Status", "Connected", [one for one in listed if one["Status"] == "Connected"]),
        ("SessionId", made, [row]), ("Target", "i-x", []),
        ("InvokedAfter", "2001-01-01T00:00:00Z", listed), ("InvokedBefore", "2001-01-01T00:00:00Z", []),
    ]:
        is_equal(call(sandbox, "DescribeSessions", State="Active", Filters=[{"key": key, "value": value}])[1]["Sessions"],
                 wanted, f"sessions by {key} {value}")
    call(sandbox, "TerminateSession", SessionId=made)
    check_refused(call(sandbox, "StartSession", Target=TARGET, Reason=""), "ValidationException", "Value '' at 'reason'",
                  "an empty reason")
    check_refused(call(sandbox, "StartSession", Target=TARGET, Parameters=["x"]), "SerializationException", "",
                  "parameters that are no map")


def check_operations(sandbox):
    status, started, _ = call(sandbox, "StartSession", Target=TARGET)
    ok(status == 200 and set(started) == {"SessionId", "TokenValue", "StreamUrl"}, "a session is started",
       started)
    is_equal(call(sandbox, "ResumeSession", SessionId=started["SessionId"])[0], 200,
             "what was started can be resumed")
    listed = call(sandbox, "DescribeSessions", State="Active",
                  Filters=[{"key": "SessionId", "value": started["SessionId"]}])[1]["Sessions"]
    ok(len(listed) == 1 and listed[0]["Status"] == "Connected" and listed[0]["Target"] == TARGET,
       "what was started is listed", listed)
    is_equal(call(sandbox, "TerminateSession", SessionId=started["SessionId"])[:2],
             (200, {"SessionId": started["SessionId"]}), "what was started can be terminated")
    check_refused(call(sandbox, "ResumeSession", SessionId=started["SessionId"]), "DoesNotExistException",
                  "", "what was terminated is gone")
    listed = call(sandbox, "DescribeSessions", State="History")[1]["Sessions"]
    ok(started["SessionId"] in [one["SessionId"] for one in listed] and
       all(one["Status"] == "Terminated" for one in listed), "what was terminated is history", listed)
    check_refused(call(sandbox, "TerminateSession", SessionId="nobody"), "DoesNotExistException", "",
                  "nothing to terminate")
    check_refused(call(sandbox, "StartSession", Target="i-nowhere"), "TargetNotConnected",
                  "i-nowhere is not connected.", "a target that is not connected")
    check_refused(call(sandbox, "StartSession"), "ValidationException", "Value null at 'target'",
                  "no target")
    is_equal(call(sandbox, "GetConnectionStatus", Target=TARGET)[1],
             {"Target": TARGET, "Status": "connected"}, "a target's status")
    is_equal(call(sandbox, "GetConnectionStatus", Target="i-x")[1]["Status"], "notconnected",
             "another target's status")
    check_filters(sandbox)
    ids, token = [], {}
    while True:
        page = call(sandbox, "DescribeSessions", State="Active", MaxResults=5, **token)[1]
        ids += [one["SessionId"] for one in page["Sessions"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    ok(len(ids) == 12 and len(set(ids)) == 12, "pages of five make up the whole list", ids)
    for parameters, code in [
        ({}, "ValidationException"), ({"State": "active"}, "ValidationException"),
        ({"State": "Active", "MaxResults": 0}, "ValidationException"),
        ({"State": "Active", "MaxResults": 201}, "ValidationException"),
        ({"State": "Active", "MaxResults": "1"}, "SerializationException"),
        ({"State": "Active", "NextToken": "x"}, "InvalidNextToken"),
        ({"State": "Active", "Filters": [{"key": "Colour", "value": "x"}]}, "InvalidFilterKey"),
        ({"State": "Active", "Filters": [{"key": "InvokedAfter", "value": "x"}]}, "ValidationException"),
        ({"State": "Active", "Filters": [{"key": "Target", "value": "x"}] * 7}, "ValidationException"),
        ({"State": "Active", "Filters": [5]}, "SerializationException"),
    ]:
        check_refused(call(sandbox, "DescribeSessions", **parameters), code, "",
                      f"DescribeSessions {parameters}")


def talk(sandbox, *pieces, awaited=b""):
    """Sends bytes piece by piece, the next when `awaited` has come, and returns all that comes until the other side
    closes."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=60) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        got = b""
        for piece in pieces:
            wire.sendall(piece)
            while awaited not in got and (block := wire.recv(65536)):
                got += block
        while block := wire.recv(65536):
            got += block
        return got.decode()


def raw(sandbox, body, *more, path="/", length=True):
    headers = sign(sandbox, body, path=path)
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), *more]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def check_http(sandbox):
    body = resume_body()
    last = raw(sandbox, body, "Connection: close") + body
    got = talk(sandbox, raw(sandbox, body) + body + raw(sandbox, body) + body + last)
    is_equal(got.count("HTTP/1.1 200 OK"), 3, "pipelined requests are all answered, in turn", got)
    got = talk(sandbox, *[last[i:i + 1] for i in range(len(last))])
    is_equal(got.count("HTTP/1.1 200 OK"), 1, "a request may come byte by byte", got)
    head = raw(sandbox, body, "Connection: close", "Transfer-Encoding: chunked", length=False)
    chunked = head + b"5\r\n" + body[:5] + b"\r\n%X;ext=1\r\n" % len(body[5:]) + body[5:] + b"\r\n0\r\nT: x\r\n\r\n"
    ok("HTTP/1.1 200 OK" in talk(sandbox, chunked), "a chunked body is taken")
    got = talk(sandbox, *[chunked[i:i + 7] for i in range(0, len(chunked), 7)])
    ok("HTTP/1.1 200 OK" in got, "a chunked body may come in pieces", got)
    head = raw(sandbox, body, "Connection: close", "Expect: 100-continue")
    got = talk(sandbox, head, body, awaited=b"100 Continue\r\n\r\n")
    ok(got.startswith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"), "Expect: 100-continue is heeded", got)
    got = talk(sandbox, last.replace(b"HTTP/1.1", b"HTTP/1.0"))
    ok("HTTP/1.1 200 OK" in got and "Connection: close" in got, "HTTP/1.0 is served", got)
    long = b'{"SessionId": "' + b"x" * (1024 * 1024) + b'"}'
    got = talk(sandbox, raw(sandbox, long) + long)
    ok(got.startswith("HTTP/1.1 413 "), "a body over 1 MiB is refused", got)
    fits = b'{"SessionId": "' + b"x" * (1024 * 1024 - 17) + b'"}'
    got = talk(sandbox, raw(sandbox, fits, "Connection: close") + fits)
    ok(got.startswith("HTTP/1.1 400 ") and "ValidationException" in got, "a body of 1 MiB is read", got[:300])
    for title, wire, status in [
        ("no HTTP", b"hello\r\n\r\n", 400), ("no path", b"POST x HTTP/1.1\r\n\r\n", 400),
        ("HTTP/2", b"POST / HTTP/2.0\r\n\r\n", 505),
        ("a header without ':'", b"POST / HTTP/1.1\r\nabc\r\n\r\n", 400),
        ("a blank before ':'", b"POST / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        ("a folded header", b"POST / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400),
        ("a NUL in a header", b"POST / HTTP/1.1\r\nA: b\0c\r\n\r\n", 400),
        ("two lengths", b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
        ("length and chunks", b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("a length that is no number", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        ("another coding", b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("a bad chunk", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        ("a chunk longer than its size", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400),
        ("101 headers", b"POST / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431),
        ("headers over 64 KiB", b"POST / HTTP/1.1\r\nA: " + b"b" * 70000 + b"\r\n\r\n", 431),
    ]:
        got = talk(sandbox, wire)
        ok(got.startswith(f"HTTP/1.1 {status} ") and got.count("Content-Length:") == 1, f"HTTP: {title}: {status}", got)
    is_equal(send(sandbox, sign(sandbox, body), body)[0], 200, "and it still serves")


def check_many(sandbox):
    body, clients = resume_body(), []
    for _ in range(128):
        clients.append(http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=60))
    good = sign(sandbox, body)
    statuses = []
    for _ in range(5):
        for client in clients:
            client.request("POST", "/", body, without(good, "Host"))
        statuses += [client.getresponse().read() and 200 for client in clients]
    for client in clients:
        client.close()
    is_equal(statuses.count(200), 640, "128 connections are served side by side, five times each")


def check_boto3(sandbox):
    def client(**options):
        keys = dict(zip(("aws_access_key_id", "aws_secret_access_key", "aws_session_token"), options.pop(
            "keys", LONG_TERM)))
        return boto3.client("ssm", endpoint_url=sandbox.url, region_name=sandbox.region, **keys,
                            config=Config(retries={"max_attempts": 4, "mode": "standard"}), **options)

    def error(name, **options):
        try:
            return client(**options).resume_session(SessionId=session(name))
        except botocore.exceptions.ClientError as caught:
            return caught.response["Error"]["Code"]

    got = client().resume_session(SessionId=session("disconnected"))
    ok(got["ResponseMetadata"]["HTTPStatusCode"] == 200 and got["TokenValue"], "boto3 resumes", got)
    got = client(keys=TEMPORARY).resume_session(SessionId=session("connected"))
    ok(got["TokenValue"], "boto3 resumes with temporary keys", got)
    got = client().resume_session(SessionId=session("throttled"))
    is_equal(got["ResponseMetadata"]["RetryAttempts"], 2, "boto3 retries twice when throttled", got)
    for name, code in [("terminated", "DoesNotExistException"), ("denied", "AccessDeniedException")]:
        is_equal(error(name), code, f"boto3 knows a {name} session")
    is_equal(error("connected", keys=(LONG_TERM[0], "x" * 40)), "InvalidSignatureException",
             "boto3 is told of a wrong secret")
    pages = client().get_paginator("describe_sessions").paginate(
        State="Active", PaginationConfig={"PageSize": 5})
    ok(sum(len(page["Sessions"]) for page in pages) >= 12, "boto3 pages through the sessions")


def check_aws_cli(sandbox):
    aws = next((path for path in ["/usr/bin/aws", shutil.which("aws")] if path and os.path.exists(path)), None)
    if aws is None:
        skip("AWS CLI", "not installed")
        return

    def run(*arguments, service="ssm", **variables):
        environment = {"HOME": sandbox.directory.name, "PATH": "/usr/bin:/bin", "AWS_PAGER": "",
                       "AWS_MAX_ATTEMPTS": "3", **sandbox.environment, **variables}
        return subprocess.run([aws, service, "--endpoint-url", sandbox.url, *arguments], text=True,
                              env=environment, capture_output=True, timeout=180, check=False)

    got = run("resume-session", "--session-id", session("disconnected"))
    ok(got.returncode == 0 and json.loads(got.stdout)["SessionId"] == session("disconnected"),
       "aws ssm resume-session", got)
    got = run("resume-session", "--session-id", session("throttled"))
    ok(got.returncode == 0 and json.loads(got.stdout)["TokenValue"], "aws ssm resume-session, throttled", got)
    got = run("resume-session", "--session-id", session("terminated"))
    ok(got.returncode != 0 and "(DoesNotExistException) when calling the ResumeSession operation" in got.stderr,
       "aws ssm resume-session, terminated", got)
    got = run("resume-session", "--session-id", session("ended"), "--query", "TokenValue")
    is_equal((got.returncode, got.stdout), (0, "null\n"), "aws ssm resume-session, ended", got)
    got = run("resume-session", "--session-id", session("connected"), AWS_SECRET_ACCESS_KEY="x" * 40)
    ok("(InvalidSignatureException)" in got.stderr, "aws ssm resume-session, wrong secret", got)
    got = run("start-session", "--target", "i-nowhere")
    ok("(TargetNotConnected)" in got.stderr, "aws ssm start-session, not connected", got)
    got = run("get-connection-status", "--target", TARGET, "--query", "Status", "--output", "text")
    is_equal((got.returncode, got.stdout), (0, "connected\n"), "aws ssm get-connection-status", got)
    got = run("get-caller-identity", "--query", "Arn", "--output", "text", service="sts")
    is_equal((got.returncode, got.stdout), (0, "arn:aws:iam::123456789012:user/sandbox\n"), "aws sts get-caller-identity", got)
    got = run("get-caller-identity", service="sts", AWS_SECRET_ACCESS_KEY="x" * 40)
    ok("(SignatureDoesNotMatch)" in got.stderr, "aws sts get-caller-identity, wrong secret", got)
    made = call(sandbox, "StartSession", Target=TARGET)[1]["SessionId"]
    got = run("terminate-session", "--session-id", made, "--query", "SessionId", "--output", "text")
    is_equal((got.returncode, got.stdout), (0, made + "\n"), "aws ssm terminate-session", got)
    got = run("describe-sessions", "--state", "History", "--filters", f"key=SessionId,value={made}",
              "--query", "Sessions[].Status", "--output", "text")
    is_equal((got.returncode, got.stdout), (0, "Terminated\n"), "aws ssm describe-sessions", got)


def check_curl(sandbox):
    help_text = subprocess.run(["curl", "--help", "all"], capture_output=True, text=True,
                               check=False).stdout if shutil.which("curl") else ""
    if "--aws-sigv4" not in help_text:
        skip("curl", "none that signs")
        return

    def run(keys, *more):
        command = ["curl", "-sS", "--noproxy", "*", "-w", "\n%{http_code}", "--aws-sigv4",
                   f"aws:amz:{sandbox.region}:ssm", "--user", f"{keys[0]}:{keys[1]}",
                   *(part for item in CALL.items() for part in ("-H", ": ".join(item))), *more,
                   "--data", resume_body().decode(), sandbox.url + "/"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout

    got = run(LONG_TERM)
    ok(got.endswith("\n200") and "TokenValue" in got, "curl --aws-sigv4", got)
    got = run(TEMPORARY, "-H", f"X-Amz-Security-Token: {TEMPORARY[2]}")
    ok(got.endswith("\n200") and "TokenValue" in got, "curl --aws-sigv4 with temporary keys", got)
    got = run((LONG_TERM[0], "x" * 40))
    ok(got.endswith("\n400") and "InvalidSignatureException" in got, "curl --aws-sigv4, wrong secret", got)


def check_regions():
    for region, host in [("cn-north-1", "ssmmessages.cn-north-1.amazonaws.com.cn"),
                         ("us-gov-west-1", "ssmmessages.us-gov-west-1.amazonaws.com"),
                         ("eusc-de-east-1", "ssmmessages.eusc-de-east-1.amazonaws.eu")]:
        with Sandbox("--region", region) as sandbox:
            body = resume_body()
            got = send(sandbox, sign(sandbox, body), body)[1]
            ok(got.get("StreamUrl", "").startswith(f"wss://{host}/v1/"), f"a stream URL of {region}", got)
            check_refused(send(sandbox, sign(sandbox, body, region="us-east-1"), body),
                          "InvalidSignatureException", "not 'us-east-1'", f"{region} is not us-east-1")


def check_log():
    with Sandbox() as sandbox:
        body = resume_body()
        token = send(sandbox, sign(sandbox, body), body)[1]["TokenValue"]
        send(sandbox, sign(sandbox, body, (TEMPORARY[0], "x" * 40, TEMPORARY[2])), body)
        send(sandbox, sign(sandbox, body, (*TEMPORARY[:2], "AnotherTokenExample")), body)
        call(sandbox, "ResumeSession", SessionId="a\nb\x1b[31m")
        lines = sandbox.logged()
        is_equal(lines[0], f"ssm-sandbox: ResumeSession {session('disconnected')}: 200", "a line for a call")
        ok(len(lines) == 4 and lines[1].startswith(
            f"ssm-sandbox: ResumeSession {session('disconnected')}: 400 InvalidSignatureException "
            "(signature differs; the canonical request is 'POST\\n/\\n\\n"), "a line shows what was to be signed",
           lines)
        ok("x-amz-security-token:(session token)" in lines[1], "a line leaves the session token out", lines)
        ok("\x1b" not in lines[3] and "a\\nb\\x1b[31m" in lines[3], "a line has no control characters", lines)
        secrets = [LONG_TERM[1], TEMPORARY[1], TEMPORARY[2], "AnotherTokenExample", token]
        ok(not any(secret in line for secret in secrets for line in lines), "no line has a secret", lines)


def main():
    with Sandbox() as sandbox:
        for check in [check_damaged, check_clock, check_wire_forms, check_calls, check_sessions,
                      check_operations, check_http, check_many, check_boto3, check_aws_cli, check_curl]:
            check(sandbox)
    is_equal(sandbox.code, -signal.SIGTERM, "a server that is told to stop ends by the signal")
    check_slow()
    check_table()
    check_regions()
    check_log()
    done()


main()
