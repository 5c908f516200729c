"""Every allocation of a run fails once, alone and with all that follow: an exit code, never a signal.

Output is then nothing or whole, and no secret is in a message. What dies before main or deep in a
library that cannot be guarded is listed here, by the function that it dies in.

Of a large run those that come from the same functions as two before them, all the way up, are left out;
ALLOC_FAULTS=all has them too (make check-thorough).
"""
import collections
import concurrent.futures
import json
import os
import signal
import socketserver
import subprocess
import tempfile
import threading

import datachannel_message as messages
from tap import done, ok, skip_all
from ws_server import Peer, accept, frame

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
PRELOAD = os.path.join(BUILD_DIR, "tests", "preload", "failmalloc.so")
MARK = "CANARY0SECRET0"
URL = "wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/anna-0a1b2c3d4e5f67890?role=publish_subscribe"
REQUEST = json.dumps({"method": "POST", "url": "https://ssm.eu-west-1.amazonaws.com/?a=b&c", "headers":
                      {"x": ["a", "\u00e9"], "content-type": "x"}, "body": "{\"a\": 1}", "service": "ssm",
                      "region": "eu-west-1", "operation": "ResumeSession", "id": {"n": 1}})
QUERY = ("rows[?age < `-1` && contains(name, 'nn')] | [sort_by(@, &age)[].[name, more.*], @[::-2].{a: age, k: keys(more)}, "
         "merge(@[0], @[1].more), to_string(@), max_by(@, &name), join('\\'', @[*].\"na\\u006de\"), sum(@[].age), "
         "map(&(reverse(name)), @), avg(`[99999999999999999999, 1, 2.5]`), to_number('1_0')]")
CASES = [
    ("ssm-parse-url", [URL, "-f", "region"], "", 0),
    ("ssm-parse-url", [], json.dumps({"StreamUrl": URL, "\u0069d": "\u00e9\n", "TokenValue": MARK}), 0),
    ("ssm-format", ["--output", "table", "--query", "[@,{a:TokenValue}]"],
     json.dumps({"l": [{"a": 1.5, "b": [["\u00e9"]]}, {"a": {}}], "TokenValue": MARK}), 0),
    ("ssm-format", ["--output", "text"], json.dumps({"l": [{"a": 1.5, "b": [["\u00e9"]]}, {"a": {}}]}), 0),
    ("ssm-format", ["--output", "yaml", "--query", "[@,l,@,l[0]]"], json.dumps({"l": [{"a": 1.5, "b": [["\u00e9"]]}]}), 0),
    ("ssm-request", ["resume-session", "--input", "-", "--profile", "p"],
     '{"SessionId":"a\\u00e9","id":7}\n{"SessionId":5}', 252),
    ("ssm-request", ["resume-session", "--session-id", "-", "--region", "eu-west-1"],
     '["user-\\u0031a2b", "arn:aws:x"] # \u00e9\n', 252),
    ("ssm-parse-url", [], json.dumps({"Error": {"Code": "X", "Message": "\u00e9", "tokenvalue": MARK}}), 0),
    ("ssm-request", ["resume-session", "--input", "-", "--profile", "p", "--errors", "inline", "--pretty"],
     '{"SessionId":5,"id":"x"}', 252),
    ("ssm-request", ["start-session", "--target", "t\u00e9", "--parameters", "a=[x,'\u00e9'],b={c=d,e=f}",
                     "--cli-input-json", '{"Reason":"\\u00e9","X":[1,{"y":2}]}', "--profile", "p"], "", 252),
    ("ssm-request", ["describe-sessions", "--state", "Active", "--profile", "p", "--starting-token",
                     "eyJOZXh0VG9rZW4iOiAiYWJjIn0=", "--filters", "key=Owner,value=a", "key=Status,value=b"], "", 0),
    ("ssm-request", ["start-session", "--profile", "p", "--cli-input-yaml", "Target: t\nParameters: {a: [x, 1.5, 0x1f]}"],
     "", 252),
    ("ssm-request", ["generate-data-key", "--key-id", "k", "--encryption-context", "a:b=c", "--grant-tokens", "t", "u",
                     "--number-of-bytes", "64", "--profile", "p"], "", 0),
    ("ssm-request", ["describe-sessions", "--generate-cli-skeleton", "output", "--state", "A", "--profile", "p"], "", 0),
    ("ssm-sign", ["--profile", "p", "--time", "20150830T123600Z"], REQUEST, 0),
    ("ssm-sign", ["--credentials", "document", "--time", "20150830T123600Z"], REQUEST, 0),
    ("ssm-resume-session", ["--session-id", "x", "--show-pipeline"], "", 0),
    ("ssm-resume-session", ["--session-id", "x", "--query", "[?a==`1`].b", "--profile", "p", "--show-pipeline"], "", 0),
    ("ssm-format", ["--operation", "ResumeSession", "--metadata", "--output", "text"],
     json.dumps({"StreamUrl": MARK, "ResponseMetadata": {"a": 1}}), 0),
    ("ssm-request", ["--configured-output", "--profile", "p"], "", 0),
    ("ssm-describe-sessions", ["--state", "Active", "--starting-token", "t", "--show-pipeline"], "", 0),
    ("ssm-describe-sessions", ["--mine", "--region", "r", "--show-pipeline"], "", 0),
    ("ssm-start-session", ["--resume", "--target", "i-0a1b", "--show-pipeline"], "", 0),
    ("ssm-start-session", ["--target", "t", "--profile", "p", "--ping", "5", "--show-pipeline", "--", "a b", "\u00e9", ""], "", 0),
    ("ssm-start-session", ["--target", "t", "-L", "127.0.0.1:8080:db.internal:5432", "--show-pipeline"], "", 0),
    ("ssm-start-session", ["--target", "t", "--profile", "p", "--stream-endpoint-url", "wss://h", "--events", "/none/file"],
     "", 252),
    ("ssm-credentials", ["--profile", "p"], "", 0),
    ("ssm-credentials", ["--list-profiles"], "", 0),
    ("ssm-format", ["--version"], "", 0),
    ("ssm-request", ["--complete", "--"], "", 0),
    ("ssm-request", ["--help"], "", 0),
    ("ssm-credentials", ["--profile", "p", "--explain"], "", 0),
    ("ssm-call", ["--max-attempts", "1"], REQUEST.replace("https://ssm.eu-west-1.amazonaws.com", "http://127.0.0.1:1").replace(
        "a\\\": 1", "SessionId\\\": \\\"s\\\""), 75),
    ("ssm-stream", ["--profile", "p", "--no-resume", "--events", "/dev/null", "--stream-endpoint-url", "http://127.0.0.1:1"],
     json.dumps({"SessionId": "anna-0a1b2c3d4e5f67890", "TokenValue": MARK, "StreamUrl": URL}), 75),
    ("session-manager-plugin", [], "", 0),
    ("session-manager-plugin", [json.dumps({"SessionId": "anna-0a1b2c3d4e5f67890", "TokenValue": MARK, "StreamUrl": "wss://example.com"}),
                                "eu-west-1", "StartSession", "p", "{}", "https://ssm.eu-west-1.amazonaws.com"], "", 1),
    ("tests/jmespath/jmespath_probe", [], "%s\t%s\n" % (json.dumps(QUERY), json.dumps(
        {"rows": [{"name": "n" * i, "age": -i, "more": {f"k{n}": n for n in range(20)}} for i in range(90)]})), 0),
]
HANDSHAKE = {"AgentVersion": "3.3.987.0", "RequestedClientActions": [
    {"ActionType": "SessionType", "ActionParameters": {"SessionType": "NonInteractiveCommands"}}]}
OUTPUT = "output_stream_data"
SESSION = [                                             # all that a node says, whatever it hears
    (OUTPUT, json.dumps(HANDSHAKE).encode(), messages.REQUEST),
    (OUTPUT, b'{"HandshakeTimeToComplete":1,"CustomerMessage":"\xc3\xa9"}', messages.COMPLETE),
    (OUTPUT, b"out\n", messages.OUTPUT),
    (OUTPUT, b"EXIT_CODE: 0", messages.EXIT_CODE),
    ("channel_closed", json.dumps({"Output": "", "SessionId": "s"}).encode(), 0),
]
REFUSAL = (b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\n"
           b"\xc3\xa9 bad")
# What may end in a signal: these functions of libraries, called from wherever; nothing of ours, and nothing else.
MAY_CRASH = {
    "libjq.so.1 jv_mem_uninit_setup",               # a constructor of libjq 1.6, before main: has nobody to tell
    "libcrypto.so.3 CRYPTO_THREAD_read_lock",       # random numbers of libcrypto 3.0: the lock was never made
    "libcrypto.so.3 CRYPTO_THREAD_run_once",        # the start of libcrypto 3.5: waits for itself, for ever
}
ALL = os.environ.get("ALLOC_FAULTS") == "all"
PATIENCE = 10           # seconds, for those that wait for ever
CODES = {0, 1, 75, 252, 253, 254, 255}


def run(tool, arguments, stdin, environment, **faults):
    """The run and what the preload told: the way to each allocation when none fails, or where it crashed."""
    with os.fdopen(os.memfd_create("told"), "w+", encoding="utf-8") as told:
        with subprocess.Popen([os.path.join(BUILD_DIR, tool), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, pass_fds=[told.fileno()],
                              env={**environment, "LD_PRELOAD": PRELOAD, "FAIL_TELL": str(told.fileno()),
                                   "FAIL_ONLY": os.path.basename(tool),
                                   **{name: str(value) for name, value in faults.items()}}) as process:
            try:
                out, err = process.communicate(stdin.encode(), timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                out, err = end(process)
        told.seek(0)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err), told.read()


def work_of(process):
    """Its state, and the ticks that it had a processor."""
    with open(f"/proc/{process.pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return fields[0], fields[11:13]


def end(process):
    """Of one that waits for ever; one that works, or would if it had a processor, is given another minute."""
    for _ in range(60):
        before = work_of(process)
        try:
            return process.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            if before == work_of(process) and before[0] == "S":
                break
    process.send_signal(signal.SIGABRT)         # tells where it hangs
    return process.communicate()


class Node(socketserver.BaseRequestHandler):
    """A service's answer to an upgrade, and the node's words; the name of the session says which."""

    def handle(self):
        peer = Peer(self.request)
        try:
            request = peer.request()
            if "refused" in request.split("\r\n", maxsplit=1)[0]:
                peer.send(REFUSAL)
                return
            peer.send(accept(request))
            for number, (kind, payload, payload_type) in enumerate(SESSION):
                peer.send(frame(messages.encode(kind, payload, number if kind == OUTPUT else 0, 3, payload_type)))
            while True:
                peer.more()
        except (EOFError, OSError):
            pass


class Service(socketserver.ThreadingTCPServer):
    """On loopback, a thread a connection."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Node)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def cases(self):
        """Connections of ssm-stream: a command's whole session, a refused upgrade."""
        for name, code in (("whole", 0), ("refused", 254)):
            yield ("ssm-stream", ["--profile", "p", "--no-resume", "--events", "/dev/null", "--stream-endpoint-url",
                                  f"http://127.0.0.1:{self.server_address[1]}"],
                   json.dumps({"SessionId": f"{name}-0a1b2c3d4e5f67890", "TokenValue": MARK,
                               "StreamUrl": URL.replace("anna-", f"{name}-")}), code)


def place_of(told):
    """The function that a crash is in: the innermost of a library or ours, what it called in the C library aside."""
    frames = [frame for frame in told.splitlines() if not frame.startswith(("libc.so.", "ld-linux", "failmalloc.so"))]
    return frames[0] if frames else told


def points_of(ways):
    """All of a small run; of a large one the ends, where our own code allocates, and every 61st, less repetitions."""
    count, seen, points = len(ways), collections.Counter(), []
    for n, way in enumerate(ways, 1):
        if n <= 60 or n > count - 260 or n % 61 == 0:
            seen[way] += 1
            if ALL or count <= 60 or seen[way] <= 2:
                points.append(n)
    return points


def is_right(got, whole):
    if MARK.encode() in got.stderr:
        return False
    if got.returncode < 0 or got.returncode == 127:     # 127 is the dynamic loader's own
        return got.stdout == b""
    if got.returncode == 0:
        return got.stdout == whole.stdout
    return got.returncode in CODES and (got.stdout in (b"", whole.stdout) or tells_memory(got.stdout))


def tells_memory(stdout):
    """Whether it is the document of --errors inline, or the official client's line for a session that did not begin."""
    if stdout.startswith(b"Cannot perform start session: ") and stdout.endswith(b"out of memory\n"):
        return True
    try:
        return json.loads(stdout)["Error"]["Code"] == "MemoryError"
    except (ValueError, LookupError, TypeError):
        return False


def check(tool, arguments, stdin, code, environment):
    whole, told = run(tool, arguments, stdin, environment, FAIL_AT=0)
    points = points_of(told.split())
    title = " ".join([tool, *arguments])[:60]
    if not ok(whole.returncode == code and points, f"{title}: exits {code} with all the memory it wants", whole):
        return
    for name, faults in ("", {}), (", and all after it", {"FAIL_STICKY": 1}):
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            runs = [(n, *got) for n, got in zip(points, threads.map(
                lambda n: run(tool, arguments, stdin, environment, FAIL_AT=n, **faults), points))]
        wrong = [(n, got) for n, got, _ in runs if not is_right(got, whole)]
        ok(not wrong, f"{title}: {len(runs)} of {len(told.split())} allocations fail{name}: an exit code, whole output",
           *wrong[:3])
        crashes = [(n, got.returncode, told) for n, got, told in runs
                   if got.returncode < 0 and place_of(told) not in MAY_CRASH]
        ok(not crashes, f"{title}: no signal from a place that is not known{name}", *crashes[:3])


def main():
    if not os.path.exists(PRELOAD) or os.environ.get("SANITIZERS") == "yes":
        skip_all("a build with sanitizers has its own malloc")
    with tempfile.TemporaryDirectory() as directory:
        for name, text in (("credentials", f"[p]\naws_access_key_id = A\naws_secret_access_key = {MARK}\n"),
                           ("config", "[profile p]\nregion = eu-west-1\nservices = s\n[services s]\nssm =\n"
                                      "  endpoint_url = http://127.0.0.1:1\n"),
                           ("document", json.dumps({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": MARK,
                                                    "SessionToken": "t"}))):
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write(text)
        os.chdir(directory)
        environment = {"PATH": "/usr/bin:/bin", "HOME": directory, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "config",
                       "AWS_SHARED_CREDENTIALS_FILE": "credentials"}
        with Service() as service:
            for tool, arguments, stdin, code in [*CASES, *service.cases()]:
                check(tool, arguments, stdin, code, environment)
            service.shutdown()
        os.chdir("/")
    done()


main()
