"""bench/: the script runs, each row of its tables is there or named as skipped, and README.md quotes it."""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile

from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
SRC_DIR = os.path.abspath(os.environ.get("SRC_DIR", "."))
MULTI = os.path.join(BUILD_DIR, "bench", "multi")
PEERS = "aws,boto3,botocore,curl,gnuplot,jq,nginx,openssl,perf,sed,session-manager-plugin,trurl,valgrind,xargs"
README = "# x\n\n## How fast\n\nRatios:\n\n- old\n  and folded\n- older\n\n## More\n\n- kept\n"

# The rows of each stage, ours first; those of peers have a number or the word why not.
OURS = {
    "one": ["the pipeline of three", "ssm-resume-session", "ssm-resume-session --query StreamUrl --output text"],
    "tls": [],
    "batch": ["the pipeline"],
    "crowd": ["libcurl alone, 64 in flight", "ssm-call, one at a time", "the pipeline, from ids"],
    "signing": ["ssm-sign"],
    "urls": ["ssm-parse-url -f", "ssm-parse-url, as JSON"],
    "memory": ["the pipeline of three", "ssm-resume-session"],
    "cost": ["true", "ssm-call --version", "ssm-check --version", "ssm-credentials --version",
             "ssm-describe-sessions --version", "ssm-format --version", "ssm-parse-url --version",
             "ssm-request --version", "ssm-resume-session --version", "ssm-sandbox --version", "ssm-sign --version",
             "ssm-start-session --version",
             "ssm-stream --version"],
    "stream": ["ssm-stream", "ssm-start-session", "ssm-stream, from a shell", "ssm-stream, from bench/sender"],
    "ports": ["ssm-stream, up", "ssm-stream, down"],
    "growth": ["ssm-request", r"… \| ssm-sign", r"… \| ssm-call", "ssm-parse-url"],
}
THEIRS = {
    "one": ["curl --aws-sigv4", "aws", "boto3"],
    "tls": ["curl --aws-sigv4", "the pipeline of three", "ssm-resume-session",
            "ssm-resume-session --query StreamUrl --output text", "the pipeline, 64 in flight",
            "boto3, one at a time", "xargs -P 16 curl"],
    "batch": ["boto3, 32 threads", "xargs -P 16 curl"],
    "crowd": ["boto3, one at a time", "ssm-call -j 64"],
    "signing": ["botocore"],
    "urls": ["trurl", "jq", "sed"],
    "memory": ["curl --aws-sigv4", "aws", "boto3"],
    "cost": ["curl --version", "jq --version", "sed --version", "trurl --version", "aws --version",
             "python3, import boto3", "botocore, signing", "boto3, one at a time", "ssm-parse-url -f"],
    "stream": ["session-manager-plugin", "session-manager-plugin, from a shell",
               "session-manager-plugin, from bench/sender"],
    "ports": ["session-manager-plugin, up", "session-manager-plugin, down"],
    "growth": ["boto3, 32 threads", "xargs -P 16 curl"],
}


def bench(stages, without, directory):
    with open(os.path.join(directory, "README.md"), "w", encoding="utf-8") as readme:
        readme.write(README)
    script = os.path.join(SRC_DIR, "bench", "bench.py")
    return subprocess.run([sys.executable, script, "--scale", "tiny", "--into", directory, "--without", without,
                           *stages], capture_output=True, text=True, timeout=600, check=False,
                          env={"BUILD_DIR": BUILD_DIR, "PATH": "/usr/bin:/bin"})


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def tables(text):
    """The second cell of each row, for each title that a stage has."""
    sections = re.split(r"^## ", text, flags=re.M)[3:]
    return [dict(re.findall(r"^\| (.+?) \| (.+?) \|", section, re.M)) for section in sections]


def list_of(text, title):
    found = re.search(rf"^## {title}\n(?:.*?\n)??\n((?:- [^\n]*\n(?:  [^\n]*\n)*)+)", text, re.M | re.S)
    return found.group(1) if found else None


def check_stages(stages, without, pattern):
    with tempfile.TemporaryDirectory() as directory:
        run = bench(stages, without, directory)
        ok(run.returncode == 0, f"bench.py {' '.join(stages)}, without {without}", run.stderr, run.stdout)
        report = read(directory, "BENCHMARKS.md")
        is_equal(run.stdout, f"{report}\n", "BENCHMARKS.md is what is printed")
        for stage, rows in zip(stages, tables(report)):
            for name in OURS[stage]:
                ok(re.match(r"\d", rows.get(name, "")), f"{stage}: {name} has a number", rows)
            for name in THEIRS[stage]:
                ok(re.match(pattern, rows.get(name, "")), f"{stage}: {name} is {pattern}", rows)
        quoted = read(directory, "README.md")
        is_equal(quoted, README.replace("- old\n  and folded\n- older\n", list_of(report, "In short")),
                 "the headlines are in the place of the old ones in README.md, and nothing else has changed")


def check_usage():
    with tempfile.TemporaryDirectory() as directory:
        for stages, without in (["nonsense"], ""), (["one"], "nonsense"):
            run = bench(stages, without, directory)
            ok(run.returncode == 2 and "'nonsense' is none of" in run.stderr,
               f"bench.py {stages}, without '{without}'", run)


def heard(command, text):
    """What a server hears of a command that gets {url} in its input; it answers with an empty object."""
    with socket.create_server(("127.0.0.1", 0)) as server, tempfile.TemporaryFile("w+") as stdin:
        server.settimeout(30)
        place = f"127.0.0.1:{server.getsockname()[1]}"
        stdin.write(text.replace("{url}", f"http://{place}/"))
        stdin.seek(0)
        with subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            connection, _ = server.accept()
            with connection:
                connection.settimeout(30)
                got = b""
                while not got.endswith(b"{}"):
                    got += connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            return got.replace(place.encode(), b"PLACE")


def check_bytes():
    """The bare loop sends what ssm-call sends, apart from the id that each call has."""
    sys.path.insert(0, os.path.join(SRC_DIR, "bench"))
    os.environ["PATH"] = f"{BUILD_DIR}:{os.environ['PATH']}"
    import workload
    document = json.dumps({"method": "POST", "url": "{url}", "body": "{}",
                           "headers": {"content-type": "text/x", "x-amz-date": "now"}})
    with tempfile.TemporaryDirectory() as directory:
        source = os.path.join(directory, "documents")
        with open(source, "w", encoding="utf-8") as file:
            file.write(f"{document}\n")
        line = read(workload.wire(source))
    unnamed = [re.sub(rb"(?<=invocation-id: )\S+", lambda found: b"x" * len(found.group()), text)
               for text in (heard([os.path.join(BUILD_DIR, "ssm-call")], document), heard([MULTI, "1"], line))]
    heads = [(text.split(b"\r\n")[0], sorted(text.split(b"\r\n")[1:])) for text in unnamed]
    is_equal(heads[1], heads[0], "bench/multi sends what ssm-call sends")


def check_plugin():
    """AWS's plugin is measured, and never this suite's under the same name."""
    sys.path.insert(0, os.path.join(SRC_DIR, "bench"))
    import peers
    with tempfile.TemporaryDirectory() as directory:
        root = os.path.realpath(directory)
        for name in "build", "libexec/ssm-tools", "links", "aws":
            os.makedirs(os.path.join(root, name))
        for name in "build", "libexec/ssm-tools", "aws":
            with open(os.path.join(root, name, "session-manager-plugin"), "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), 0o700)
        os.symlink("../libexec/ssm-tools/session-manager-plugin", os.path.join(root, "links", "session-manager-plugin"))
        before = os.environ["PATH"]
        os.environ["PATH"] = f"{root}/nowhere:{root}/build:{root}/links"
        is_equal(peers.find_plugin([f"{root}/build"]), "", "the suite's own plugin is no peer, built or installed")
        os.environ["PATH"] += f":{root}/aws"
        is_equal(peers.find_plugin([f"{root}/build"]), f"{root}/aws/session-manager-plugin", "that of AWS behind it is")
        os.environ["PATH"] = before


def check_multi():
    for arguments in [], ["0"], ["1025"], ["x"], ["1", "2"]:
        run = subprocess.run([MULTI, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             check=False)
        ok(run.returncode == 2 and run.stderr.startswith("usage: multi N"), f"multi {arguments}: usage", run)
    script = f"""url=$AWS_ENDPOINT_URL_SSM; printf '%s\\tx-amz-target: x\\t{{}}\\n' "$url" "$url" | {MULTI} 8"""
    run = subprocess.run([os.path.join(BUILD_DIR, "ssm-sandbox"), "-q", "--", "sh", "-c", script],
                         capture_output=True, text=True, timeout=60, check=False)
    is_equal((run.returncode, run.stdout), (1, "0\n"), "multi: answers that are errors do not count", run.stderr)
    for line in "x", "x\ty", "\t\t":
        run = subprocess.run([MULTI, "1"], input=line, capture_output=True, text=True, timeout=60, check=False)
        is_equal((run.returncode, run.stdout), (1, "0\n"), f"multi: {line!r} is no request", run.stderr)


def check_other_end(name, good, usage):
    """A program that a client dials."""
    program = os.path.join(BUILD_DIR, "bench", name)
    for arguments in [], *([*good[:-1], number] for number in ("0", "65537", "x")), [*good, "2"]:
        run = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             check=False)
        ok(run.returncode == 2 and run.stderr == f"usage: {name} {usage}\n", f"{name} {arguments}: usage", run)
    with subprocess.Popen([program, *good], stdout=subprocess.PIPE, text=True) as server:
        with socket.create_connection(("127.0.0.1", int(server.stdout.readline())), 30) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            is_equal(client.recv(1), b"", f"{name}: what asks for no WebSocket gets none")
        is_equal(server.wait(30), 1, f"{name}: and that is its end")


def check_readme():
    headlines = list_of(read(SRC_DIR, "BENCHMARKS.md"), "In short")
    ok(headlines, "BENCHMARKS.md has headlines")
    is_equal(list_of(read(SRC_DIR, "README.md"), "How fast"), headlines, "README.md quotes them")


def main():
    check_stages(["urls", "crowd"], "aws", r"\d|skipped: (\S+ is not installed|this ssm-call has no -j)$")
    check_stages(["one", "tls", "batch", "signing", "memory", "stream", "ports", "cost", "growth"], PEERS,
                 r"skipped: (without [\w-]+, as asked for|neither perf nor valgrind is here)$")
    check_usage()
    check_bytes()
    check_plugin()
    check_multi()
    check_other_end("sender", ["1"], "MIB")
    check_other_end("porter", ["up", "1"], "up|down MIB")
    check_readme()
    done()


main()
