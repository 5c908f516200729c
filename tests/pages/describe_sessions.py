"""ssm-describe-sessions: page after page from a service of this test's own, beside botocore's paginator."""
import copy
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading

import find_botocore
from tap import done, is_equal, ok, skip
import botocore.exceptions
import botocore.paginate
import botocore.session
from sandbox_running import Sandbox

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TOOL = os.path.join(BUILD_DIR, "ssm-describe-sessions")
SECRET = "canary/secret/ofthetest/0123456789abcdefgh"
TIME_LIMIT = 60


class Service:
    """An endpoint on loopback; answer(parameters) gives a page, or (status, document)."""

    def __init__(self):
        self.answer, self.seen, self.stalled, self.go_on = None, [], threading.Event(), threading.Event()
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_POST(self):
                parameters = json.loads(self.rfile.read(int(self.headers["content-length"])))
                service.seen.append(parameters)
                answer = service.answer(parameters)
                status, document = answer if isinstance(answer, tuple) else (200, answer)
                body = document if isinstance(document, bytes) else json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    pass                    # the client has gone

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def stall(self, _):
        """An answer that does not come until the test lets it."""
        self.stalled.set()
        self.go_on.wait(TIME_LIMIT)
        return {"Sessions": []}

    def serve(self, answer):
        self.answer, self.seen = answer, []
        self.stalled.clear()
        self.go_on.clear()


def environment(**changes):
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_REGION": "us-east-1", "LC_ALL": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_EC2_METADATA_DISABLED": "true", **changes}


def command(service, *arguments):
    return [TOOL, "--state", "Active", "--endpoint-url", service.url, *arguments]


def run(service, *arguments, **changes):
    return subprocess.run(command(service, *arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=TIME_LIMIT, check=False, env=environment(**changes))


def documents(got):
    return [json.loads(line) for line in got.stdout.splitlines()]


class Table:
    """Sessions behind opaque tokens, on pages of uneven length."""

    def __init__(self, rng):
        alphabet = 'ab09-_=+/ "\\é☃😀'
        self.sessions = [{"SessionId": f"s-{i}", "Reason": rng.choice(["x", "[1,{", "é\n", '"]'])}
                         for i in range(rng.choice([0, 1, 2, 5, 9, 17]))]
        self.tokens = {}
        at = 0
        self.pages = {None: None}
        while True:
            end = min(at + rng.choice([0, 1, 2, 3, 5]), len(self.sessions))
            token = "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 12))) + str(len(self.pages))
            last = end == len(self.sessions) and rng.random() < 0.8
            page = {"Sessions": self.sessions[at:end]}
            if not last:
                page["NextToken"] = token
            elif rng.random() < 0.3:
                page["NextToken"] = rng.choice(["", None])
            self.pages[self.last_token()] = page
            if last:
                return
            self.pages[token] = None
            at = end

    def last_token(self):
        return list(self.pages)[-1]

    def answer(self, parameters):
        return copy.deepcopy(self.pages[parameters.get("NextToken")])


class Paginator:
    """botocore's, called without a network."""

    def __init__(self):
        session = botocore.session.Session()
        self.model = session.get_service_model("ssm").operation_model("DescribeSessions")
        self.config = session.get_component("data_loader").load_service_model(
            "ssm", "paginators-1")["pagination"]["DescribeSessions"]

    def run(self, table, options):
        """The full result, and the requests it took."""
        seen = []

        def method(**parameters):
            seen.append(dict(parameters))
            return table.answer(parameters)

        config = {name: value for name, value in options.items() if value is not None}
        pages = botocore.paginate.Paginator(method, self.config, self.model).paginate(
            State="Active", PaginationConfig=config)
        return pages.build_full_result(), seen


def arguments_of(options):
    names = {"MaxItems": "--max-items", "PageSize": "--page-size", "StartingToken": "--starting-token"}
    return [f"{names[name]}={value}" for name, value in options.items() if value is not None]


def merged(got):
    """Of our pages what the AWS CLI makes of its own."""
    pages = documents(got)
    result = {"Sessions": [item for page in pages for item in page["Sessions"]]}
    if pages and pages[-1].get("NextToken"):
        result["NextToken"] = pages[-1]["NextToken"]
    return result


def check_paginator(service, paginator):
    """Each run goes on where the one before it, ours or botocore's, has stopped."""
    rng = random.Random(20261122)
    wrong, runs, resumed = [], 0, 0
    for _ in range(60):
        table = Table(rng)
        options = {"MaxItems": rng.choice([None, 0, 1, 2, 3, 7]), "PageSize": rng.choice([None, 1, 50]),
                   "StartingToken": None}
        for _ in range(6):
            expected, asked = paginator.run(table, options)
            service.serve(table.answer)
            got = run(service, *arguments_of(options))
            runs += 1
            same = got.returncode == 0 and got.stderr == "" and merged(got) == expected and service.seen == asked
            if not same:
                wrong.append((options, table.pages, expected, asked, got, service.seen))
                break
            options["StartingToken"] = expected.get("NextToken")
            if options["StartingToken"] is None:
                break
            resumed += 1
            if options["MaxItems"] == 0 or rng.random() < 0.3:
                options["MaxItems"] = rng.choice([None, 1, 2, 4])
    ok(not wrong and resumed > 60, f"{runs} runs give the sessions, ask the requests and print the tokens of botocore's"
       f" paginator, {resumed} of them from a token of its, which is ours", *wrong[:3])


def check_old_tokens(service, paginator):
    rng = random.Random(7)
    wrong, runs = [], 0
    for _ in range(12):
        table = Table(rng)
        for token in list(table.pages)[:3]:
            if token is not None and "___" in token:
                continue
            for text in [f"{token}___2", f"{token}___0"] + ([token] if token else ["None"]):
                options = {"MaxItems": 2, "PageSize": None, "StartingToken": text}
                expected, asked = paginator.run(table, options)
                service.serve(table.answer)
                got = run(service, *arguments_of(options))
                runs += 1
                if got.returncode != 0 or merged(got) != expected or service.seen != asked:
                    wrong.append((options, table.pages, expected, asked, got, service.seen))
    ok(not wrong and runs > 20, f"{runs} runs from TOKEN___N and from the service's own token", *wrong[:3])


def chain(parameters):
    """Pages 0, 1, 2 ... with one session each."""
    at = int(parameters.get("NextToken", "0"))
    return {"Sessions": [{"SessionId": f"s-{at}"}], "NextToken": str(at + 1)}


def check_circles(service):
    for before, length in (0, 1), (3, 1), (0, 2), (2, 5), (1, 40):
        def answer(parameters, before=before, length=length):
            page = chain(parameters)
            if int(page["NextToken"]) == before + length + 1:
                page["NextToken"] = str(before + 1)
            return page

        service.serve(answer)
        got = run(service)
        ok(got.returncode == 255 and got.stderr.startswith("ssm-describe-sessions: Error during pagination: The same "
                                                           "next token was received twice: {'NextToken': '")
           and before + length <= len(documents(got)) == len(service.seen) < 200,
           f"tokens that go round after {before} pages, {length} in a circle, are an error", got)


def check_pages(service):
    pages = {None: b'{ "Sessions" : [ {"A" : 1.50} ],\n"NextToken":"t","Other":{"x":[1e3]} }',
             "t": b'{"Sessions":[{"B":"\\u00e9"}, {"C":[[]]}],"More":1}'}
    service.serve(lambda parameters: (200, pages[parameters.get("NextToken")]))
    is_equal(run(service).stdout, '{"Sessions":[{"A":1.50}],"NextToken":"t","Other":{"x":[1e3]}}\n'
             '{"Sessions":[{"B":"\\u00e9"},{"C":[[]]}],"More":1}\n', "a page's members come as they are, one page a line")
    got = run(service, "--max-items", "2")
    is_equal(got.stdout.splitlines()[-1], '{"Sessions":[{"B":"\\u00e9"}],"More":1,"NextToken":'
             '"eyJOZXh0VG9rZW4iOiAidCIsICJib3RvX3RydW5jYXRlX2Ftb3VudCI6IDF9"}', "a page that is cut keeps the others")
    for arguments in ["--no-paginate"], ["--max-results", "1"]:
        is_equal(len(run(service, *arguments).stdout.splitlines()), 1, f"{arguments[0]}: one page")
    is_equal(run(service, "--next-token", "t").stdout, pages["t"].decode().replace(", {", ",{") + "\n",
             "--next-token: that page")
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("t___1")
        file.flush()
        is_equal(run(service, "--starting-token", f"file://{file.name}").stdout,
                 '{"Sessions":[{"C":[[]]}],"More":1}\n', "--starting-token file://")
    is_equal(run(service, "--starting-token", json.loads(got.stdout.splitlines()[-1])["NextToken"] + "\n").stdout,
             '{"Sessions":[{"C":[[]]}],"More":1}\n', "a line end behind a starting token is not of it")
    is_equal([list(page) for page in documents(run(service, "--metadata"))],
             [["Sessions", "NextToken", "Other", "ResponseMetadata"], ["Sessions", "More", "ResponseMetadata"]],
             "--metadata")


def fails_at(page, document, status=400, times=1 << 30):
    left = [times]

    def answer(parameters):
        if int(parameters.get("NextToken", "0")) == page and left[0] > 0:
            left[0] -= 1
            return status, document
        return chain(parameters) if int(parameters.get("NextToken", "0")) < 4 else {"Sessions": []}
    return answer


def check_failures(service):
    denied = {"__type": "AccessDeniedException", "Message": "no"}
    service.serve(fails_at(2, denied))
    got = run(service)
    ok(got.returncode == 254 and got.stderr.startswith("ssm-call: record 3: AccessDeniedException: no\nssm-call: 3 "
                                                       "requests in ") and len(documents(got)) == 2, "a page that is refused: those before it are printed, code 254", got)
    token = documents(got)[-1]["NextToken"]
    service.serve(fails_at(9, denied))
    is_equal([page["Sessions"] for page in documents(run(service, "--starting-token", token))],
             [[{"SessionId": "s-2"}], [{"SessionId": "s-3"}], []], "the token of the last one printed goes on there")
    service.serve(fails_at(1, denied))
    got = run(service, "--errors", "inline", "--quiet")
    ok(got.returncode == 254 and got.stderr == "" and [list(page)[0] for page in documents(got)] == ["Sessions", "Error"],
       "--errors inline puts it in its place", got)
    service.serve(fails_at(2, {"__type": "ThrottlingException"}, times=1))
    got = run(service)
    ok(got.returncode == 0 and got.stderr == "" and len(documents(got)) == 5, "throttled once: tried again", got)
    service.serve(fails_at(1, {"__type": "ThrottlingException"}))
    got = run(service, "--max-attempts", "1")
    ok(got.returncode == 75 and len(documents(got)) == 1, "throttled for good: 75", got)
    for wrong in b"<html>", b"{}", b'{"Sessions":{}}', b'{"Sessions":[],"NextToken":5}':
        service.serve(fails_at(1, wrong, status=200))
        got = run(service)
        ok(got.returncode == 255 and "record 2: the service's answer " in got.stderr and len(documents(got)) == 1,
           f"an answer that cannot be right: {wrong.decode()}", got)
    got = run(service, AWS_SECRET_ACCESS_KEY="", AWS_ACCESS_KEY_ID="")
    ok(got.returncode == 253 and got.stdout == "" and got.stderr.startswith("ssm-sign: "), "no keys: 253", got)


def check_keys_once(service):
    with tempfile.TemporaryDirectory() as home:
        with open(f"{home}/keys", "w", encoding="utf-8") as script:
            script.write(f"""#!/bin/sh
echo called >> {home}/calls
echo '{{"Version":1,"AccessKeyId":"AKIATEST","SecretAccessKey":"{SECRET}"}}'
""")
        os.chmod(f"{home}/keys", 0o755)
        with open(f"{home}/config", "w", encoding="utf-8") as config:
            config.write(f"[default]\ncredential_process = {home}/keys\n")
        service.serve(fails_at(9, {}))
        got = run(service, AWS_CONFIG_FILE=f"{home}/config", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
        with open(f"{home}/calls", encoding="utf-8") as calls:
            is_equal((got.returncode, len(documents(got)), calls.read()), (0, 5, "called\n"),
                     "keys are looked up once for all pages", got)


def peak_of(service, pages, size):
    page = {"Sessions": [{"SessionId": "s" * 1000}] * (size // 1000)}
    service.serve(lambda parameters: {**page, "NextToken": str(int(parameters.get("NextToken", "1")) + 1)}
                  if int(parameters.get("NextToken", "1")) < pages else page)
    with subprocess.Popen(command(service), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          env=environment()) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    return status, usage.ru_maxrss


def check_memory(service):
    few, many = peak_of(service, 4, 1 << 20), peak_of(service, 60, 1 << 20)
    ok(few[0] == many[0] == 0 and many[1] < few[1] + 16 * 1024, "60 pages of 1 MiB need no more memory than 4",
       few, many)


def check_backpressure(service):
    big = {"Sessions": [{"SessionId": "s" * 1000}] * 500}
    second = threading.Event()

    def answer(parameters):
        if "NextToken" not in parameters:
            return {**big, "NextToken": "t"}
        second.set()
        return {"Sessions": []}

    service.serve(answer)
    with subprocess.Popen(command(service), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          env=environment()) as process:
        first = process.stdout.read(1)
        early = second.wait(0.3)
        rest = process.stdout.read()
        process.wait(timeout=TIME_LIMIT)
    ok(not early and second.is_set() and process.returncode == 0 and (first + rest).count(b"\n") == 2,
       "the next page is asked for when this one has been read", early, process.returncode)


def start_stalled(service, **keywords):
    """A run that has printed one page and waits for the second."""
    service.serve(lambda parameters: chain(parameters) if "NextToken" not in parameters else service.stall(parameters))
    process = subprocess.Popen(command(service), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True, env=environment(), **keywords)
    ok(service.stalled.wait(TIME_LIMIT), "the second page is asked for")
    return process


def content(path):
    """Of a file in /proc; nothing of one that is not for this user, as those of a process that guards its memory."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except PermissionError:
        return b""


def members(group):
    """The processes of a process group: pid and command line, environment."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getpgid(int(pid)) == group:
                found[int(pid)] = content(f"/proc/{pid}/cmdline"), content(f"/proc/{pid}/environ")
        except OSError:
            continue
    return found


def check_signals(service):
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        process = start_stalled(service)
        process.send_signal(number)
        out, err = process.communicate(timeout=TIME_LIMIT)
        is_equal((process.returncode, out.count(b"\n"), err), (-number, 1, b""),
                 f"{number.name} ends it by {number.name}, with what is finished", out, err)
        is_equal(members(process.pid), {}, f"{number.name} leaves no process behind")
        service.go_on.set()
    process = start_stalled(service)
    os.killpg(process.pid, signal.SIGINT)       # as a terminal does
    process.communicate(timeout=TIME_LIMIT)
    is_equal((process.returncode, members(process.pid)), (-signal.SIGINT, {}), "SIGINT to all of them")
    service.go_on.set()
    process = start_stalled(service)
    process.kill()
    process.communicate(timeout=TIME_LIMIT)     # ends when the last process that has our stderr ends
    is_equal(process.returncode, -signal.SIGKILL, "after kill -9 the stages end")
    service.go_on.set()


def check_output_lost(service):
    process = start_stalled(service)
    process.stdout.readline()
    process.stdout.close()
    is_equal((process.wait(timeout=TIME_LIMIT), process.stderr.read(), members(process.pid)), (-signal.SIGPIPE, b"", {}),
             "a reader that goes ends it by SIGPIPE, while a page is awaited")
    process.stderr.close()
    service.go_on.set()
    service.serve(chain)
    with open("/dev/full", "wb") as full, subprocess.Popen(command(service), stdin=subprocess.DEVNULL, stdout=full,
                                                           stderr=subprocess.PIPE, env=environment()) as process:
        err = process.stderr.read()
        process.wait(timeout=TIME_LIMIT)
    is_equal((process.returncode, err), (255, b"ssm-describe-sessions: cannot write standard output: No space left on"
                                         b" device\n"), "a full disk ends a run that would have no end")


def check_secrets(service):
    process = start_stalled(service)
    seen = members(process.pid)
    holders = sorted({os.path.basename(line.split(b"\0")[0]).decode() for line, variables in seen.values()
                      if SECRET.encode() in variables})
    ok(len(seen) == 3 and not any(SECRET.encode() in line for line, _ in seen.values()),
       "no process has the secret among its arguments", [line for line, _ in seen.values()])
    is_equal(holders, ["ssm-describe-sessions", "ssm-sign"], "the environment of ssm-call has no secret")
    process.terminate()
    process.communicate(timeout=TIME_LIMIT)
    service.go_on.set()


def check_allocations(service):
    """Memory ends in the tool and in its pipeline's process; the stages have all they want."""
    preload = os.path.join(BUILD_DIR, "tests/preload/failmalloc.so")
    service.serve(lambda parameters: fails_at(9, {})(parameters))

    def fail_at(number):
        return run(service, "--max-items", "4", "--starting-token", "None___0", LD_PRELOAD=preload,
                   FAIL_AT=str(number), FAIL_ONLY="ssm-describe-sessions")

    whole = fail_at(0)
    wrong, failed, number, good = [], 0, 0, 0
    while number < 500 and good < 60:       # in a row: there are no allocations left to fail
        number += 1
        got = fail_at(number)
        failed, good = (failed, good + 1) if got.returncode == 0 else (failed + 1, 0)
        right = whole.stdout.startswith(got.stdout) and (got.returncode != 0 or got.stdout == whole.stdout)
        if not right or got.returncode not in (0, 255, 127) or SECRET in got.stderr:
            wrong.append((number, got))
    ok(whole.returncode == 0 and whole.stdout.count("\n") == 4 and failed > 10 and not wrong,
       f"allocation 1 to {number} fails, {failed} of them matter: 255 and whole pages", whole, *wrong[:3])


def walk_with_aws(aws, sandbox):
    """The ids of four runs, one behind the other, and of one run over all."""
    everything = environment(**sandbox.environment)
    theirs = [aws, "ssm", "describe-sessions", "--output", "json", "--endpoint-url",
              sandbox.environment["AWS_ENDPOINT_URL_SSM"]]

    def ask(program, *arguments):
        got = subprocess.run([*program, "--state", "Active", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, timeout=TIME_LIMIT, check=True, env=everything)
        pages = [json.loads(got.stdout)] if program is theirs else documents(got)
        return [item["SessionId"] for page in pages for item in page["Sessions"]], pages[-1].get("NextToken")

    every, _ = ask([TOOL])
    parts, token = [], None
    for program, limit in (theirs, "4"), ([TOOL], "3"), (theirs, "1"), ([TOOL], "100"):
        part, token = ask(program, "--page-size", "3", "--max-items", limit,
                          *([] if token is None else ["--starting-token", token]))
        parts.append(part)
    return parts, token, every


def check_aws():
    """The AWS CLI's tokens here, and ours there."""
    aws = next((path for path in ["/usr/bin/aws", shutil.which("aws")] if path and os.path.exists(path)), None)
    if aws is None:
        skip("the AWS CLI goes on where ours stops", "no aws here")
        return
    sandbox = Sandbox()
    try:
        parts, token, every = walk_with_aws(aws, sandbox)
        is_equal(([item for part in parts for item in part], [len(part) for part in parts], token),
                 (every, [4, 3, 1, len(every) - 8], None), "the AWS CLI and ours go on where the other has stopped")
    except subprocess.CalledProcessError as failed:
        ok(False, "the AWS CLI and ours go on where the other has stopped", failed, failed.stderr)
    finally:
        sandbox.stop()


def main():
    service, paginator = Service(), Paginator()
    check_paginator(service, paginator)
    check_old_tokens(service, paginator)
    check_circles(service)
    check_pages(service)
    check_failures(service)
    check_keys_once(service)
    if os.environ.get("SANITIZERS") == "yes":
        skip("memory", "a sanitizer has its own")
    else:
        check_memory(service)
        check_allocations(service)
    check_backpressure(service)
    check_signals(service)
    check_output_lost(service)
    if os.geteuid() == 0:
        check_secrets(service)
    else:
        skip("no secret among arguments and in environments", "only root may look")
    check_aws()
    done()


main()
