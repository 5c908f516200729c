"""No secret leaves by another way than the output that is there to carry it.

A marker stands in every place where a secret can be; the tools are run into every failure at hand,
with --verbose and with errors as documents, and nothing but their proper output may hold it.
"""
import json
import os
import signal
import subprocess
import tempfile

from tap import done, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
MARK = "CANARY0SECRET0"
REQUEST = {"method": "POST", "url": "http://127.0.0.1:1/", "headers": {"content-type": "application/json"},
           "body": json.dumps({"SessionId": "s", "Secret": MARK}), "service": "ssm", "region": "us-east-1",
           "operation": "ResumeSession"}
SIGNED = {**REQUEST, "headers": {"x-amz-date": "20260101T000000Z", "x-amz-security-token": MARK,
                                 "authorization": f"AWS4-HMAC-SHA256 Credential=A, Signature={MARK}"}}
RESPONSE = {"SessionId": "other", "TokenValue": MARK, "StreamUrl": "wss://example.com/v1/data-channel/s"}
CREDENTIALS = {"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": MARK, "SessionToken": MARK}
KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": MARK, "AWS_SESSION_TOKEN": MARK}


def run(arguments, stdin="", **environment):
    return subprocess.run([os.path.join(BUILD_DIR, arguments[0]), *arguments[1:]], input=stdin,
                          capture_output=True, text=True, errors="replace", timeout=60, check=False,
                          env={"PATH": "/usr/bin:/bin", "HOME": os.getcwd(), "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
                               **environment})


def silent(title, arguments, stdin="", stdout_too=True, fails=True, **environment):
    """Runs in three ways of telling; the marker may be in none of them."""
    for extra in ["--verbose"], ["--error-format", "json"], ["--verbose", "--error-format=json"]:
        got = run([*arguments, *extra], stdin, **environment)
        ok((got.returncode != 0) == fails and got.returncode in (0, 1, 75, 252, 253, 254, 255)
           and MARK not in got.stderr and not (stdout_too and MARK in got.stdout),
           f"{title} ({' '.join(extra)})", f"exit code {got.returncode}", got.stderr, got.stdout)


def prefixes(document):
    """Every truncation of a document, a line each."""
    text = json.dumps(document)
    return "".join(text[:i] + "\n" for i in range(1, len(text)))


def damaged(document):
    """The document with one byte of each made into another that breaks JSON or its meaning."""
    text = json.dumps(document)
    return "".join(f"{text[:i]}{c}{text[i + 1:]}\n" for i in range(1, len(text)) for c in '\x01"\\{')


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    return name


def check_documents():
    for name, document in ("request", REQUEST), ("signed request", SIGNED):
        for tool in ["ssm-sign"], ["ssm-call", "--max-attempts", "1"]:
            silent(f"{tool[0]}: every truncation of a {name}", tool, prefixes(document), **KEYS)
    silent("ssm-sign: a signed request damaged at every byte", ["ssm-sign"], damaged(SIGNED),
           stdout_too=False, AWS_ACCESS_KEY_ID="AKID", AWS_SECRET_ACCESS_KEY="x")
    silent("ssm-parse-url: every truncation of a response", ["ssm-parse-url"], prefixes(RESPONSE))
    silent("ssm-parse-url: a response damaged at every byte", ["ssm-parse-url"], damaged(RESPONSE))
    silent("ssm-parse-url: a response with a wrong URL", ["ssm-parse-url"], json.dumps(RESPONSE))
    silent("ssm-format: every truncation of a response", ["ssm-format"], prefixes(RESPONSE))
    for arguments in (["--query", "abs(TokenValue)"], ["--query", "sort_by(@, &TokenValue)"], ["--jq", ".TokenValue + 1"],
                      ["--jq", ".TokenValue | tonumber"], ["--jq", ".TokenValue | fromjson"], ["--jq", ".TokenValue[]"],
                      ["--jq", ". + 1"], ["--jq", "[.] | implode"], ["--jq", ".TokenValue | strptime(\"%Y\")"],
                      ["--jq", "path(.TokenValue | tostring | .x)"], ["--jq", "{(.): 1}"]):
        silent(f"ssm-format {' '.join(arguments)}", ["ssm-format", *arguments], json.dumps(RESPONSE))
    silent("ssm-call: nobody answers", ["ssm-call", "--max-attempts", "1"], json.dumps(SIGNED))
    silent("ssm-call: nobody answers, in its place", ["ssm-call", "--max-attempts", "1", "--errors", "inline"],
           json.dumps(SIGNED))


def check_keys():
    line = json.dumps(REQUEST) + "\n"
    silent("ssm-sign: a key with a line end", ["ssm-sign"], line, AWS_ACCESS_KEY_ID="A",
           AWS_SECRET_ACCESS_KEY=MARK + "\n")
    silent("ssm-sign: a token with a blank", ["ssm-sign"], line, **{**KEYS, "AWS_SESSION_TOKEN": MARK + " x"})
    silent("ssm-sign: a secret without an id in a file", ["ssm-sign"], line,
           AWS_SHARED_CREDENTIALS_FILE=write("half", f"[default]\naws_secret_access_key = {MARK}\n"))
    silent("ssm-sign: keys that have expired", ["ssm-sign"], line, **KEYS,
           AWS_CREDENTIAL_EXPIRATION="2020-01-01T00:00:00Z")
    good = f"[default]\naws_access_key_id = A\naws_secret_access_key = {MARK}\naws_session_token = {MARK}\n"
    for name, text in (("a line without a name", good + MARK), ("a key twice", good * 2),
                       ("no header", good[10:]), ("a byte that is no text", good + "\x00")):
        for variable in "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE":
            silent(f"ssm-sign: {variable} with {name}", ["ssm-sign"], line, **{variable: write("broken", text)})
            silent(f"ssm-request: {variable} with {name}", ["ssm-request", "resume-session", "--session-id", "s"],
                   **{variable: write("broken", text)})
    silent("ssm-request: a password in the endpoint",
           ["ssm-request", "resume-session", "--session-id", "s"],
           AWS_ENDPOINT_URL_SSM=f"https://user:{MARK}@example.com/")
    text = json.dumps(CREDENTIALS)
    for i in range(0, len(text), 3):
        got = run(["ssm-sign", "-v", "--credentials", write("document", text[:i])], line)
        if got.returncode != 253 or MARK in got.stderr + got.stdout:
            ok(False, f"ssm-sign: a credentials document cut at byte {i}", got.returncode, got.stderr)
    ok(True, "ssm-sign: a credentials document cut at every third byte")


def check_credentials():
    """ssm-credentials: failures, --explain and --verbose; what it prints on purpose is left out."""
    tool = ["ssm-credentials"]
    silent("ssm-credentials: --explain", [*tool, "--explain"], fails=False, **KEYS)
    silent("ssm-credentials: keys on standard output alone", tool, stdout_too=False, fails=False, **KEYS)
    silent("ssm-credentials: half a pair", tool, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY=MARK)
    silent("ssm-credentials: keys that have expired", tool, **KEYS, AWS_CREDENTIAL_EXPIRATION="2020-01-01T00:00:00Z")
    text = json.dumps(CREDENTIALS)
    for name, script in (("cut short", f"printf %s '{text[:60]}'"), ("no version", f"printf %s '{{\"S\":\"{MARK}\"}}'"),
                         ("a failing process", f"printf %s '{text}'; exit 3"), ("two documents", f"echo '{text}{text}'")):
        write("config", f"[default]\ncredential_process = sh {write('process.sh', script)}\n")
        silent(f"ssm-credentials: a process's document, {name}", tool, AWS_CONFIG_FILE="config")
        silent(f"ssm-sign: a process's document, {name}", ["ssm-sign"], json.dumps(REQUEST), AWS_CONFIG_FILE="config")
    for uri in "http://127.0.0.1:1/", f"http://user:{MARK}@127.0.0.1:1/", "http://example.com/":
        silent(f"ssm-credentials: a container's agent at {uri.replace(MARK, '...')}", tool,
               AWS_CONTAINER_CREDENTIALS_FULL_URI=uri, AWS_CONTAINER_AUTHORIZATION_TOKEN=MARK)
    write("config", "[default]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = base\n"
                    f"[profile base]\naws_access_key_id = A\naws_secret_access_key = {MARK}\n")
    silent("ssm-credentials: a role that cannot be asked for", tool, AWS_CONFIG_FILE="config",
           AWS_ENDPOINT_URL_STS="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")


def check_success():
    line = json.dumps(REQUEST) + "\n"
    keys = {**KEYS, "AWS_SESSION_TOKEN": ""}
    document = json.dumps({**REQUEST, "body": "{}"}) + "\n"
    silent("ssm-sign: the secret key is in nothing it prints", ["ssm-sign"], document, fails=False, **keys)
    for stage in "canonical-request", "string-to-sign", "signed-headers", "signature":
        silent(f"ssm-sign: nor in the {stage}", ["ssm-sign", "--show", stage], line, fails=False, **keys)


def check_process():
    """A process that holds keys cannot leave a core and writes no file."""
    before = sorted(os.listdir("."))
    process = subprocess.Popen([os.path.join(BUILD_DIR, "ssm-sign")], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={"PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true", **KEYS})
    process.stdin.write((json.dumps(REQUEST) + "\n").encode())
    process.stdin.flush()
    process.stdout.readline()           # it has the keys now, and waits
    with open(f"/proc/{process.pid}/limits", encoding="utf-8") as limits:
        core = [text.split() for text in limits if text.startswith("Max core file size")][0]
    ok(core[4] == "0", "ssm-sign: no core file is allowed", core)
    process.send_signal(signal.SIGABRT)
    process.communicate()
    ok(sorted(os.listdir(".")) == before, "ssm-sign: none is left, nor any other file", os.listdir("."))


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        check_documents()
        check_keys()
        check_credentials()
        check_success()
        check_process()
        os.chdir("/")
    done()


main()
