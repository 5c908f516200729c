"""bench.py: the suite beside what people use today, on the same machine, in the same run.

Run by `make bench`. Prints tables of ratios: on a busy machine single times say little. What is not
installed is left out, with a word.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
SESSION = "sandbox-disconnected"
URL = ("wss://ssmmessages.us-east-2.amazonaws.com/v1/data-channel/first.last@corp.com-0a1b2c3d4e5f67890"
       "?role=publish_subscribe&cell-number=AAEAAWUQ/x+y==")
PIPELINE = (f"ssm-request resume-session --session-id {SESSION} | ssm-sign | ssm-call |"
            " ssm-parse-url -f region")
CURL = ("curl -s --aws-sigv4 aws:amz:$AWS_REGION:ssm --user $AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"
        " -H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: AmazonSSM.ResumeSession'"
        f" -d '{{\"SessionId\": \"{SESSION}\"}}' $AWS_ENDPOINT_URL_SSM")
AWS = f"aws ssm resume-session --session-id {SESSION} --endpoint-url $AWS_ENDPOINT_URL_SSM"

BOTOCORE_SIGN = """
import json, sys, botocore.auth, botocore.awsrequest, botocore.credentials
keys = botocore.credentials.Credentials('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
signer = botocore.auth.SigV4Auth(keys, 'ssm', 'us-east-1')
for line in sys.stdin:
    document = json.loads(line)
    request = botocore.awsrequest.AWSRequest(method=document['method'], url=document['url'],
                                             headers=document['headers'], data=document['body'])
    signer.add_auth(request)
    document['headers'] = dict(request.headers.items())
    print(json.dumps(document))
"""


def spawn(arguments, stdin=os.devnull, stdout=os.devnull):
    """One run: seconds and exit code."""
    actions = [(os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, stdout, os.O_WRONLY, 0)]
    begin = time.perf_counter()
    pid = os.posix_spawnp(arguments[0], arguments, os.environ, file_actions=actions)
    _, status = os.waitpid(pid, 0)
    return time.perf_counter() - begin, os.waitstatus_to_exitcode(status)


def paired(commands, runs):
    """Median seconds of each command, run in turn so that a slow moment hits all of them."""
    times = {name: [] for name in commands}
    for i in range(runs + 1):
        for name, command in commands.items():
            seconds, code = spawn(["sh", "-c", command] if isinstance(command, str) else command)
            if code:
                sys.exit(f"bench: {name}: exit code {code}")
            if i:
                times[name].append(seconds)
    return {name: statistics.median(samples) for name, samples in times.items()}


def table(title, rows):
    print(f"\n{title}")
    width = max(len(row[0]) for row in rows)
    for name, *cells in rows:
        print(f"  {name.ljust(width)}  " + "  ".join(str(cell).rjust(14) for cell in cells))


def one_resume():
    commands = {"pipeline of four tools": PIPELINE,
                "ssm-resume-session": f"ssm-resume-session --session-id {SESSION}", "curl --aws-sigv4": CURL}
    times = paired(commands, 40)
    if shutil.which("aws"):
        times.update(paired({"aws ssm resume-session": AWS}, 5))
    base = times["curl --aws-sigv4"]
    table("one ResumeSession on loopback", [("", "ms", "x curl")] + [
        (name, f"{seconds * 1e3:.2f}", f"{seconds / base:.2f}") for name, seconds in times.items()])


def start_up():
    times = paired({"/bin/true": ["/bin/true"], "ssm-parse-url URL": ["ssm-parse-url", URL],
                    "ssm-request resume-session": ["ssm-request", "resume-session", "--session-id", "x"],
                    "ssm-sign --version": ["ssm-sign", "--version"],
                    "ssm-call --version": ["ssm-call", "--version"]}, 100)
    base = times["/bin/true"]
    table("one-shot, against /bin/true", [("", "ms", "ms more")] + [
        (name, f"{seconds * 1e3:.2f}", f"{(seconds - base) * 1e3:.2f}") for name, seconds in times.items()])


def rates(directory):
    urls, requests = os.path.join(directory, "urls"), os.path.join(directory, "requests")
    ids = os.path.join(directory, "ids")
    with open(urls, "w", encoding="utf-8") as file:
        file.writelines(f"{URL}\n" for _ in range(500_000))
    with open(ids, "w", encoding="utf-8") as file:
        file.writelines(f"session-{i:017x}\n" for i in range(100_000))
    with open(requests, "wb") as file:
        subprocess.run(["ssm-request", "resume-session", "--session-id", "-"], stdin=open(ids, "rb"),
                       stdout=file, check=True)
    rows = [("", "a second")]

    def measure(name, count, arguments, stdin):
        seconds = min(spawn(arguments, stdin)[0] for _ in range(3))
        rows.append((name, f"{count / seconds:,.0f}"))
        return count / seconds

    measure("ssm-parse-url, lines to JSON", 500_000, ["ssm-parse-url"], urls)
    measure("ssm-parse-url -f region", 500_000, ["ssm-parse-url", "-f", "region"], urls)
    measure("ssm-request, ids to documents", 100_000,
            ["ssm-request", "resume-session", "--session-id", "-"], ids)
    ours = measure("ssm-sign, documents", 100_000, ["ssm-sign"], requests)
    if subprocess.run([sys.executable, "-c", "import botocore"], stderr=subprocess.DEVNULL).returncode == 0:
        few = os.path.join(directory, "few")
        with open(requests, encoding="utf-8") as source, open(few, "w", encoding="utf-8") as file:
            file.writelines(line for _, line in zip(range(10_000), source))
        theirs = measure("botocore, documents", 10_000, [sys.executable, "-c", BOTOCORE_SIGN], few)
        rows.append(("ssm-sign / botocore", f"{ours / theirs:.1f}"))
    table("rates", rows)
    return ids, requests, urls


def peak(arguments, stdin):
    """Peak memory in KiB."""
    with open(stdin, "rb") as file:
        run = subprocess.run(["sh", "-c", 'exec 3>&1 >/dev/null; exec "$0" "$@"',
                              os.path.join(BUILD_DIR, "bench", "peak"), *arguments],
                             stdin=file, stdout=subprocess.PIPE, check=False)
    return int(run.stdout)


def repeat(sample, count, path):
    """A file of `count` lines, those of the sample over and over."""
    with open(path, "wb") as file:
        while count > 0:
            with open(sample, "rb") as source:
                for line in source:
                    if count == 0:
                        break
                    file.write(line)
                    count -= 1


def memory(directory, ids, requests, urls):
    unsendable = os.path.join(directory, "unsendable")      # ends before the network
    with open(unsendable, "w", encoding="utf-8") as file:
        file.write('{"method":"POST"}\n')
    inputs = {("ssm-request", "resume-session", "--session-id", "-"): ids, ("ssm-sign",): requests,
              ("ssm-parse-url",): urls, ("ssm-call", "--errors", "inline", "--quiet"): unsendable}
    rows = [("peak memory, KiB", "10^3", "10^4", "10^5", "10^6")]
    for arguments, sample in inputs.items():
        cells = []
        for power in range(3, 7):
            part = os.path.join(directory, "part")
            repeat(sample, 10 ** power, part)
            cells.append(f"{peak(arguments, part):,}")
        rows.append((arguments[0], *cells))
    table("memory against the number of documents", rows)


def main():
    os.environ["PATH"] = f"{BUILD_DIR}:{os.environ['PATH']}"
    if "AWS_ENDPOINT_URL_SSM" not in os.environ:      # again, inside the sandbox
        os.execvp("ssm-sandbox", ["ssm-sandbox", "--", sys.executable, os.path.abspath(__file__)])
    for peer in ("aws", "curl"):
        if not shutil.which(peer):
            print(f"{peer} is not installed: left out")
    one_resume()
    start_up()
    with tempfile.TemporaryDirectory() as directory:
        memory(directory, *rates(directory))


main()
