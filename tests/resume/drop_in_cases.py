"""What is typed, and what it is for: the table of drop_in.py.

A case is what `aws ssm resume-session` and ssm-resume-session are both called with. Both must print the same
bytes, end with the same code and send the same requests; aws's message must stand in ours. Where they
differ for a reason, the reason is a row of the table in ssm-resume-session(1), and both codes stand here.
"""
import dataclasses
import json
import typing

from fault_server import Reply, chunked, http

SESSION = "user-0a1b"
URL = f"wss://ssmmessages.us-east-1.amazonaws.com/v1/data-channel/{SESSION}?role=publish_subscribe"
ANSWER = {"SessionId": SESSION, "TokenValue": "AAEAAQ+/token==", "StreamUrl": URL}

# The first words of the rows of the man page's table.
REASONS = {
    "over": "A session that is over",
    "later": "Temporary failures",
    "configuration": "Configuration and credentials",
    "keys": "Keys that the service does not take",
    "usage": "Numbers that are none",
    "answer": "Answers that cannot be right",
    "stdout": "Standard output that is lost",
    "abbreviations": "Abbreviated options",
    "stdin": "A dash for the id",
    "text": "Ids that are no text",
    "help": "Help and version",
    "off": "The format off",
    "joined": "Parameters from a joined option",
    "parameters": "Parameters are always checked",
    "legacy": "Retries in mode legacy",
    "strict": "Documents are read strictly",
    "comments": "Comments in a sample",
    "tls": "Certificates that are not verified",
}


@dataclasses.dataclass
class Case:
    arguments: typing.List[str]
    replies: typing.List[Reply]
    codes: typing.Optional[typing.Tuple[int, int]] = None   # aws's and ours, when they differ
    why: typing.Optional[str] = None                        # a key of REASONS
    files: dict = dataclasses.field(default_factory=dict)
    environment: dict = dataclasses.field(default_factory=dict)
    without: typing.Tuple[str, ...] = ()                    # variables of the usual environment
    message: bool = True            # aws's message is part of ours
    endpoint: bool = True           # the server's address is given
    requests: bool = True           # both send the same


CASES = []


def answer(document=None, status=200, fields=(), **changes):
    document = {**ANSWER, **changes} if document is None else document
    body = document if isinstance(document, (str, bytes)) else json.dumps(document)
    return Reply(http(status, body, fields))


def refuse(status, body, fields=()):
    return Reply(http(status, body if isinstance(body, (str, bytes)) else json.dumps(body), fields))


def case(*arguments, replies=None, session=True, **more):
    """Both alike."""
    start = ["--session-id", SESSION] if session else []
    CASES.append(Case([*start, *arguments], replies or [answer()], **more))


def differs(why, aws, ours, *arguments, **more):
    """Another code, for a reason."""
    case(*arguments, codes=(aws, ours), why=why, **more)


def formats():
    queries = [None, "StreamUrl", "SessionId", "[SessionId, StreamUrl]", "{id: SessionId, token: TokenValue}",
               "Nothing", "length(@)", "keys(@)", "{a: {b: SessionId}, c: [TokenValue]}", "[[SessionId], [StreamUrl]]",
               "`[]`", "`{}`", "`1.50`", "SessionId == 'x'", "*", "[*]", "to_array(@)", "`\"\"`"]
    for output in "json", "text", "table", "yaml", "yaml-stream":
        for query in queries:
            case("--output", output, *(["--query", query] if query else []))


def output_settings():
    keys = "aws_access_key_id = A\naws_secret_access_key = B\n"
    config = f"[default]\noutput = text\n[profile other]\noutput = yaml\n{keys}[profile bad]\noutput = xml\n{keys}"
    case()
    case("--output=text")
    case("--output", "table", "--color", "on")
    case("--output", "table", "--color", "off")
    case("--output", "table", "--color=auto")
    case("--color", "on")
    case("--output", "text", "--output", "yaml")
    case(environment={"AWS_DEFAULT_OUTPUT": "text"})
    case("--output", "json", environment={"AWS_DEFAULT_OUTPUT": "text"})
    case(environment={"AWS_DEFAULT_OUTPUT": "yaml"}, files={"config": config})
    case(files={"config": config})
    case("--profile", "other", files={"config": config})
    case(environment={"AWS_PROFILE": "other"}, files={"config": config})
    case("--query", "SessionId", files={"config": config})
    case("--output", "json", "--profile", "bad", files={"config": config})
    case(files={"config": "[profile x]\noutput = text\n"})
    case(files={"credentials": f"[default]\noutput = text\n{keys}"})
    differs("configuration", 255, 253, environment={"AWS_DEFAULT_OUTPUT": "xml"}, requests=False)
    differs("configuration", 255, 253, "--profile", "bad", files={"config": config}, requests=False)
    differs("off", 252, 0, "--output", "off", message=False, requests=False)
    case("--output", "xml", message=False)
    case("--output", "JSON", message=False)
    case("--color", "yes", message=False)
    case("--cli-binary-format", "hex", message=False)
    case("--cli-binary-format", "base64")
    case("--cli-binary-format", "raw-in-base64-out")
    case("--no-paginate")
    case("--no-cli-pager", environment={"AWS_PAGER": "false"})
    case("--no-cli-auto-prompt")
    case("--no-paginate=1", message=False)


def queries():
    for query in "[", "a..b", "", "a#b", '"a', "a[", "[?a", "foo(", "a | ", "&", "`{`", "@@":
        case("--query", query, message=False)
    for query in "nofunc(@)", "length()", "length(`1`)", "sum(keys(@))", "keys(SessionId)", "max_by(@, &a)":
        case("--query", query, message=False)
    case("--query", "SessionId", "--query", "StreamUrl")
    case("--que", "SessionId", codes=(0, 252), why="abbreviations", requests=False)


def session_ids():
    for name in ("x", "a b", "-a b", "-5", "\u00e9\u20ac\U0001f600", "\x7f\x01\t", 'q"\\/', "x" * 97, "x" * 1000,
                 "file:/x", "http://x", "FILE://x", "'", "<&>", "\u2028", "a\nb"):
        case("--session-id", name, session=False, replies=[refuse(400, {"__type": "ValidationException"})])
    case(f"--session-id={SESSION}", session=False)
    case("--session-id=-abc", session=False, replies=[refuse(400, {"__type": "X"})])
    case("--session-id", "other", "--session-id", SESSION, session=False)
    case("--session-id", "", session=False)
    case("--session-id=", session=False)
    case("--session-id", session=False, message=False)
    case("--session-id", "-abc", session=False)
    case("--session-id", "--abc", session=False)
    case("--session-id", "--region", "us-east-1", session=False)
    case(session=False)
    differs("stdin", 254, 255, "--session-id", "-", session=False, replies=[refuse(400, {"__type": "X"})],
            message=False, requests=False)
    case("--session_id", "x", session=False, message=False)
    case("--Session-Id", "x", session=False, message=False)
    case("-session-id", "x", session=False, message=False)
    case("--unknown", message=False)
    case("--max-items", "3", message=False)
    case("extra", message=False)
    case("--")
    differs("abbreviations", 0, 252, "--sess", SESSION, session=False, message=False, requests=False)
    case("--no", message=False)
    differs("text", 254, 252, "--session-id", "a\udcffb", session=False, message=False, requests=False,
            replies=[refuse(400, {"__type": "X"})])
    case("--session-id", "file://id", session=False, files={"id": SESSION})
    case("--session-id", "file://id", session=False, files={"id": f"{SESSION}\r\n"},
         replies=[refuse(400, {"__type": "X"})])
    case("--session-id", "file://none", session=False)
    case("--session-id", "file:///", session=False)
    case("--session-id", "file://id", session=False, files={"id": b"a\xffb"})
    case("--session-id", "fileb://id", session=False, files={"id": "x"}, message=False)
    case("--session-id", "file://$NAME", session=False, files={"id": SESSION}, environment={"NAME": "id"})
    case("--session-id", "file://~/id", session=False, files={"id": SESSION})


def documents():
    def given(text, **more):
        case("--cli-input-json", text, session=False, **more)

    given(json.dumps({"SessionId": SESSION}))
    given(f'  {{ "SessionId" : "{SESSION}" }}\n')
    given('{"SessionId": "\\u00e9\\ud83d\\ude00"}', replies=[refuse(400, {"__type": "X"})])
    given("file://in", files={"in": json.dumps({"SessionId": SESSION})})
    given("fileb://in", files={"in": json.dumps({"SessionId": SESSION})})
    given("fileb://in", files={"in": b"\xef\xbb\xbf" + json.dumps({"SessionId": SESSION}).encode()})
    given("file://none")
    for text in ('{"SessionId": 5}', '{"SessionId": null}', '{"SessionId": true}', '{"SessionId": ["a"]}',
                 '{"SessionId": {"a": "b"}}', '{"SessionId": 1.5}', '{"SessionId": ""}', "{}", '{"Foo": 1}',
                 '{"SessionId": "x", "Foo": 1}', '{"Foo": 1, "Bar": 2}', '{"sessionId": "x"}', "[]", "[1]", '"x"', "5",
                 "null", "true"):
        given(text)
    for text in "", "{", "{a}", "{'SessionId': 'x'}", '{"SessionId": "x",}', "x", '{"SessionId": "x"} x':
        given(text, message=False)
    differs("strict", 0, 252, "--cli-input-json", json.dumps({"SessionId": "a"})[:-1] + f', "SessionId": "{SESSION}"}}',
            session=False, message=False, requests=False)
    case("--cli-input-json", '{"SessionId": "other"}')
    case("--cli-input-json", '{"SessionId": 5}')
    case("--cli-input-json", '{"Foo": 5}')
    case("--cli-input-json", "[", message=False)
    case("--cli-input-json", "{}", "--cli-input-json", json.dumps({"SessionId": SESSION}), session=False)
    case("--cli-input-json", "{}", "--cli-input-yaml", "{}", session=False)
    differs("joined", 252, 0, f'--cli-input-json={{"SessionId": "{SESSION}"}}', session=False, message=False,
            requests=False)
    case("--cli-input-json", session=False, message=False)
    for text in (f"SessionId: {SESSION}", f"{{SessionId: '{SESSION}'}}", f"---\nSessionId: {SESSION}\n",
                 f"# x\nSessionId: \"{SESSION}\"  # y\n"):
        case("--cli-input-yaml", text, session=False)
    case("--cli-input-yaml", "file://in", session=False, files={"in": f"SessionId: {SESSION}\n"})
    for text in ("SessionId: 5", "SessionId: 0123", "SessionId: true", "SessionId: ~", "Foo: x", "SessionId: ''",
                 "SessionId: [a]", "- x", "x"):
        case("--cli-input-yaml", text, session=False)
    for text in "a: [", "SessionId: a\nSessionId: b", "a: 1\n---\nb: 2", "\t x":
        case("--cli-input-yaml", text, session=False, message=False)
    case("--cli-input-yaml", "SessionId: other")


def skeletons():
    case("--generate-cli-skeleton", session=False)
    case("--generate-cli-skeleton", "input", session=False)
    differs("comments", 0, 0, "--generate-cli-skeleton", "yaml-input", session=False)
    case("--generate-cli-skeleton", "input", "--output", "text", "--query", "x", session=False)
    case("--generate-cli-skeleton", session=False, without=("AWS_REGION", "AWS_ACCESS_KEY_ID"))
    case("--generate-cli-skeleton", "--profile", "none", session=False)
    case("--generate-cli-skeleton", "xml", session=False, message=False)
    case("--generate-cli-skeleton", "input")
    for output in "json", "text", "yaml", "table":
        case("--generate-cli-skeleton", "output", "--output", output)
    case("--generate-cli-skeleton", "output", "--query", "StreamUrl")
    case("--generate-cli-skeleton", "output", session=False)
    case("--generate-cli-skeleton", "output", "--session-id", "")
    case("--generate-cli-skeleton", "output", without=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    case("--generate-cli-skeleton", "output", without=("AWS_REGION",), endpoint=False)
    case("--generate-cli-skeleton", "--query", "[", session=False, message=False)


def answers():
    reverse = dict(reversed(list(ANSWER.items())))
    case(replies=[answer(reverse)])
    case(replies=[answer({"x": 1, **reverse, "y": [None], "ResponseMetadata": 5, "id": 7})])
    case(replies=[answer(f" \n{json.dumps(ANSWER, indent=3)}\n")])
    case(replies=[answer(TokenValue="\u00e9\U0001f600\x7f\u2028\"\\/\t")])
    for output in "text", "yaml", "table":
        case("--output", output, replies=[answer(TokenValue="\u00e9\U0001f600 \u65e5\u672c \"\\/")])
    case(replies=[answer(json.dumps({**ANSWER, "TokenValue": "\u00e9\u65e5"}, ensure_ascii=False))])
    case(replies=[answer(status=201)])
    case(replies=[answer(fields=["Content-Type: text/plain"])])
    case(replies=[answer({**ANSWER, "__type": "X"})])
    case(replies=[Reply(chunked(json.dumps(ANSWER).encode(), size=7))])
    case(replies=[Reply(http(200, json.dumps(ANSWER), length=False), "close")])
    case(replies=[Reply(b"HTTP/1.1 100 Continue\r\n\r\n" + answer().data)])
    case(replies=[Reply(answer().data.replace(b"\r\n", b"\n"))])
    for changes in {"TokenValue": None}, {"StreamUrl": None}, {"TokenValue": ""}:
        differs("over", 0, 1, replies=[answer(**changes)], message=False)
    for document in {"SessionId": SESSION}, "{}":
        differs("over", 0, 1, replies=[answer(document)], message=False)
    for document in ({**ANSWER, "TokenValue": 5}, {**ANSWER, "StreamUrl": "https://x/"}, {**ANSWER, "SessionId": "o"},
                     "", "<html>"):
        differs("answer", 0, 255, replies=[answer(document)], message=False)
    differs("answer", 0, 75, replies=[answer('{"a"')], message=False)
    differs("strict", 0, 255, replies=[answer(json.dumps(ANSWER)[:-1] + ', "TokenValue": "other"}')], message=False)
    for text in "[]", "5", '"x"', "null", b'{"x": "\xff"}':
        case(replies=[answer(text)], message=False)


def refusals():
    for name in ("UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException",
                 "InvalidClientTokenId", "RequestExpired"):
        differs("keys", 254, 253, replies=[refuse(400, {"__type": name, "message": "No."})])
    for name in "AccessDeniedException", "ValidationException", "TargetNotConnected", "x.y#AccessDeniedException":
        case(replies=[refuse(400, {"__type": name, "message": "No."})])
    case(replies=[refuse(400, {"__type": "Odd", "Message": "No, \u00e9 \"no\"."})])
    case(replies=[refuse(400, {"message": "no type"})])
    case(replies=[refuse(403, {"__type": "AccessDeniedException"})])
    case(replies=[refuse(404, "")])
    case(replies=[refuse(413, "<html>")], message=False)
    case(replies=[refuse(400, {"__type": "A"}, ["x-amzn-query-error: B;Sender"])])
    case(replies=[refuse(400, {"__type": "A"}, ["x-amzn-ErrorType: B"])], message=False)
    for output in "text", "table", "yaml":
        case("--output", output, replies=[refuse(400, {"__type": "AccessDeniedException", "message": "No."})])
    for status in 301, 302, 307, 304:
        case(replies=[refuse(status, "", ["Location: http://127.0.0.1:1/"])], message=False)
    differs("over", 254, 1, replies=[refuse(400, {"__type": "DoesNotExistException", "message": "Gone."})])
    differs("later", 254, 75, replies=[refuse(400, {"__type": "ThrottlingException", "message": "Slow."})], message=False)
    for status in 500, 502, 503, 504:
        differs("later", 254, 75, replies=[refuse(status, {"__type": "InternalServerError", "message": "Oh."})],
                message=False)
    differs("later", 254, 75, replies=[refuse(503, "<html>")], message=False)
    retry = [refuse(500, {"__type": "InternalServerError"}), answer()]
    case(replies=retry, environment={"AWS_MAX_ATTEMPTS": "2"})
    case(replies=[Reply(b"", "close"), answer()], environment={"AWS_MAX_ATTEMPTS": "2"})
    differs("later", 255, 75, replies=[Reply(b"", "close")], message=False)
    differs("later", 255, 75, "--endpoint-url", "http://127.0.0.1:1", message=False)
    differs("later", 255, 75, "--cli-read-timeout", "1", replies=[Reply(b"", "stall")], message=False)


def settings():
    config = ("[default]\nregion = eu-west-1\n[profile other]\nregion = eu-west-2\n"
              "[profile keys]\nregion = us-east-1\naws_access_key_id = AKID\naws_secret_access_key = s\n")
    case("--region", "eu-west-3", replies=[refuse(400, {"__type": "X"})])
    case("--region", "eu-west-3", "--region", "us-east-1")
    case(environment={"AWS_DEFAULT_REGION": "eu-west-1"})
    case(files={"config": config}, without=("AWS_REGION",), replies=[refuse(400, {"__type": "X"})])
    case("--profile", "keys", files={"config": config}, without=("AWS_REGION", "AWS_ACCESS_KEY_ID"))
    case(without=("AWS_REGION",))
    case(without=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    case("--no-sign-request")
    case("--no-sign-request", without=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    case(environment={"AWS_SESSION_TOKEN": "token"})
    differs("configuration", 255, 253, "--region", "us_east_1")
    differs("configuration", 255, 253, without=("AWS_SECRET_ACCESS_KEY",), message=False)
    differs("configuration", 255, 253, "--profile", "none", files={"config": config})
    differs("configuration", 255, 253, files={"config": "what\n"}, message=False)
    differs("configuration", 255, 253, environment={"AWS_MAX_ATTEMPTS": "x"}, message=False)
    differs("configuration", 255, 253, environment={"AWS_RETRY_MODE": "x"}, message=False)
    differs("legacy", 255, 0, environment={"AWS_RETRY_MODE": "legacy"}, message=False, requests=False)
    differs("parameters", 254, 252, "--session-id", "", files={"config": "[default]\nparameter_validation = false\n"},
            replies=[refuse(400, {"__type": "X"})], requests=False, message=False)
    case("--endpoint-url", "foo", message=False)
    case("--endpoint-url", "127.0.0.1:80", message=False)
    for url in "http://bad host", "http://127.0.0.1:99999", "http://127.0.0.1:abc", "ftp://127.0.0.1":
        differs("configuration", 255, 252, "--endpoint-url", url, message=False)
    differs("configuration", 255, 75, "--endpoint-url", "http://a_b", message=False)     # a name like others
    for value in "5", "0", "60":
        case("--cli-read-timeout", value)
        case("--cli-connect-timeout", value)
    for value in "x", "1.5", "-1", "":
        differs("usage", 255, 252, f"--cli-read-timeout={value}", message=False)
    differs("usage", 255, 252, "--cli-connect-timeout", "x", message=False)
    differs("usage", 0, 252, "--cli-connect-timeout", " 5 ", message=False, requests=False)
    case("--ca-bundle", "none.pem")
    case("--no-verify-ssl")
    differs("tls", 0, 252, "--ca-bundle=", message=False, requests=False)


for _part in formats, output_settings, queries, session_ids, documents, skeletons, answers, refusals, settings:
    _part()
