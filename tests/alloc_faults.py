"""Every allocation of a run fails once, alone and with all that follow: an exit code, never a signal.

Output is then nothing or whole, and no secret is in a message. What dies before main or deep in a
library that cannot be guarded is listed here, with the number of such places that are known.
"""
import json
import os
import signal
import subprocess
import tempfile

from tap import done, ok, skip_all

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
PRELOAD = os.path.join(BUILD_DIR, "tests", "failmalloc.so")
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
    ("ssm-request", ["start-session", "--target", "t\u00e9", "--parameters", "a=[x,'\u00e9'],b={c=d,e=f}",
                     "--cli-input-json", '{"Reason":"\\u00e9","X":[1,{"y":2}]}', "--profile", "p"], "", 252),
    ("ssm-request", ["describe-sessions", "--state", "Active", "--profile", "p", "--starting-token",
                     "eyJOZXh0VG9rZW4iOiAiYWJjIn0=", "--filters", "key=Owner,value=a", "key=Status,value=b"], "", 0),
    ("ssm-request", ["start-session", "--profile", "p", "--cli-input-yaml", "Target: t\nParameters: {a: [x, 1.5, 0x1f]}"],
     "", 252),
    ("ssm-request", ["describe-sessions", "--generate-cli-skeleton", "output", "--state", "A", "--profile", "p"], "", 0),
    ("ssm-sign", ["--profile", "p", "--time", "20150830T123600Z"], REQUEST, 0),
    ("ssm-sign", ["--credentials", "document", "--time", "20150830T123600Z"], REQUEST, 0),
    ("ssm-resume-session", ["--session-id", "x", "--show-pipeline"], "", 0),
    ("ssm-resume-session", ["--session-id", "x", "--query", "[?a==`1`].b", "--profile", "p", "--show-pipeline"], "", 0),
    ("ssm-format", ["--operation", "ResumeSession", "--metadata", "--output", "text"],
     json.dumps({"StreamUrl": MARK, "ResponseMetadata": {"a": 1}}), 0),
    ("ssm-request", ["--configured-output", "--profile", "p"], "", 0),
    ("ssm-describe-sessions", ["--state", "Active", "--starting-token", "t", "--show-pipeline"], "", 0),
    ("ssm-credentials", ["--profile", "p"], "", 0),
    ("ssm-credentials", ["--list-profiles"], "", 0),
    ("ssm-format", ["--version"], "", 0),
    ("ssm-request", ["--complete", "--"], "", 0),
    ("ssm-request", ["--help"], "", 0),
    ("ssm-credentials", ["--profile", "p", "--explain"], "", 0),
    ("ssm-call", ["--max-attempts", "1"], REQUEST.replace("https://ssm.eu-west-1.amazonaws.com", "http://127.0.0.1:1").replace(
        "a\\\": 1", "SessionId\\\": \\\"s\\\""), 75),
    ("tests/jmespath_probe", [], "%s\t%s\n" % (json.dumps(QUERY), json.dumps(
        {"rows": [{"name": "n" * i, "age": -i, "more": {f"k{n}": n for n in range(20)}} for i in range(90)]})), 0),
]
# Constructors of libjq and of what libcurl brings with it cannot report that memory is gone, the random
# numbers of libcrypto 3.0 do not look, and the start of libcrypto 3.5 waits for itself.
SIGNALS_KNOWN = {"ssm-format": 2, "ssm-parse-url": 2, "ssm-request": 2, "ssm-resume-session": 2, "ssm-describe-sessions": 2, "ssm-sign": 56,
                 "ssm-call": 90, "ssm-credentials": 320, "tests/jmespath_probe": 2}
CODES = {0, 1, 75, 252, 253, 254, 255}


def run(tool, arguments, stdin, environment, **faults):
    """The run and how many allocations it made (0: it did not live to tell)."""
    reader, writer = os.pipe()
    try:
        got = subprocess.run([os.path.join(BUILD_DIR, tool), *arguments], input=stdin.encode(),
                             capture_output=True, timeout=3, check=False, pass_fds=[writer],
                             env={**environment, "LD_PRELOAD": PRELOAD, "FAIL_TELL": str(writer),
                                  **{name: str(value) for name, value in faults.items()}})
        os.close(writer)
        return got, int(os.read(reader, 20) or b"0")
    except subprocess.TimeoutExpired as hung:
        os.close(writer)
        return subprocess.CompletedProcess(hung.args, -signal.SIGKILL, hung.stdout or b"", hung.stderr or b""), 0
    finally:
        os.close(reader)


def points_of(count):
    """All of a small run; of a large one the ends, where our own code allocates, and every 61st between."""
    return [n for n in range(1, count + 1) if n <= 60 or n > count - 260 or n % 61 == 0]


def is_right(got, whole):
    if MARK.encode() in got.stderr:
        return False
    if got.returncode < 0 or got.returncode == 127:     # 127 is the dynamic loader's own
        return got.stdout == b""
    return got.returncode in CODES and got.stdout in ((whole.stdout,) if got.returncode == 0
                                                      else (b"", whole.stdout))


def check(tool, arguments, stdin, code, environment):
    whole, count = run(tool, arguments, stdin, environment, FAIL_AT=0)
    title = " ".join([tool, *arguments])[:60]
    ok(whole.returncode == code and count > 0, f"{title}: exits {code} with all the memory it wants", whole)
    for name, faults in ("", {}), (", and all after it", {"FAIL_STICKY": 1}):
        runs = [(n, run(tool, arguments, stdin, environment, FAIL_AT=n, **faults)[0])
                for n in points_of(count)]
        wrong = [(n, got) for n, got in runs if not is_right(got, whole)]
        signals = [n for n, got in runs if got.returncode < 0]
        ok(not wrong, f"{title}: {len(runs)} of {count} allocations fail{name}: an exit code, whole output",
           *wrong[:3])
        ok(len(signals) <= SIGNALS_KNOWN[tool], f"{title}: no new place that ends in a signal{name}", signals)


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
        for tool, arguments, stdin, code in CASES:
            check(tool, arguments, stdin, code, environment)
        os.chdir("/")
    done()


main()
