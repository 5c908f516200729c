"""ssm-call where three packets of ten are lost: every document has its answer or its error, none two.

The server runs in a network namespace of its own, joined to ours by a pair of virtual links; nftables
drops what goes out to it. Both namespaces go away with their processes. PACKET_LOSS_DOCUMENTS says how
many documents there are; make check-network asks for 1000.
"""
import collections
import json
import os
import re
import subprocess
import sys
import threading

from netns import find_command, run
from tap import done, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
CALL = os.path.join(BUILD_DIR, "ssm-call")
US, THEM, PORT, LOSS = "10.99.0.1", "10.99.0.2", 8080, 30
STREAM = "wss://ssmmessages.us-east-1.amazonaws.com/v1/data-channel/%s?role=publish_subscribe"
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true",
               "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}


# ---- the server, in its namespace -------------------------------------------------------------

def server():
    """Answers each request with its own session; at the end of its input tells how often each came."""
    import http.server

    counts, lock = collections.Counter(), threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            session = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["SessionId"]
            with lock:
                counts[session] += 1
            body = json.dumps({"SessionId": session, "TokenValue": f"token of {session}",
                               "StreamUrl": STREAM % session}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_):     # a client that has tried anew
            pass

    print("here", flush=True)
    sys.stdin.readline()                # the link is there
    run("ip", "addr", "add", f"{THEM}/24", "dev", "there")
    run("ip", "link", "set", "there", "up")
    serving = Quiet((THEM, PORT), Handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.readline()
    with lock:
        print(json.dumps(counts), flush=True)


def start_server(namespace):
    process = subprocess.Popen([*namespace, sys.executable, os.path.abspath(__file__), "server"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    run("ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(process.pid))
    run("ip", "addr", "add", f"{US}/24", "dev", "here")
    run("ip", "link", "set", "here", "up")
    print("linked", file=process.stdin, flush=True)
    process.stdout.readline()
    run("nft", f"add table ip lossy; add chain ip lossy out {{ type filter hook output priority 0; }};"
        f"add rule ip lossy out ip daddr {THEM} numgen random mod 100 < {LOSS} counter drop")
    return process


# ---- our side ---------------------------------------------------------------------------------

def documents(number):
    for n in range(number):
        body = json.dumps({"SessionId": f"s-{n}"})
        yield json.dumps({"method": "POST", "url": f"http://{THEM}:{PORT}/", "headers": {}, "body": body,
                          "service": "ssm", "region": "us-east-1", "operation": "ResumeSession", "id": n})


def call(number, jobs):
    options = ["--connect-timeout", "5", "--read-timeout", "5", "--max-time", "15", "--metadata",
               "--errors", "inline", "-q", *jobs]
    return subprocess.run([CALL, *options], input="\n".join(documents(number)) + "\n", text=True,
                          capture_output=True, env=ENVIRONMENT, timeout=300, check=False)


def faults_of(line, counts):
    """What is wrong with what came out for one document."""
    session = f"s-{line['id']}"
    tries = line["ResponseMetadata"]["RetryAttempts"] + 1
    sent = counts.get(session, 0)
    faults = [] if sent <= tries else [f"{session}: {tries} attempts, sent {sent} times"]
    if "Error" in line:
        return faults + ([] if line["Error"]["ExitCode"] == 75 else [f"{session}: {line['Error']}"])
    if line["SessionId"] != session or line["TokenValue"] != f"token of {session}" or sent == 0:
        faults.append(f"{session}: {line}")
    return faults


def check(number, jobs, process):
    result = call(number, jobs)
    counts = json.loads(process.communicate("end\n", timeout=30)[0])
    lines = [json.loads(text) for text in result.stdout.splitlines()]
    ok([line.get("id") for line in lines] == list(range(number)),
       f"each of {number} documents has one line, in order", f"{len(lines)} lines", result.stderr)
    faults = [fault for line in lines for fault in faults_of(line, counts)]
    ok(not faults, "each line is its document's own answer or says that it is temporary, and none was sent "
       "more often than tried", *faults[:10])
    errors = [line for line in lines if "Error" in line]
    ok(result.returncode == (75 if errors else 0), f"the exit code is that of {len(errors)} errors",
       str(result.returncode))
    ok(len(errors) <= number // 10, "nine of ten are answered", *(line["Error"]["Message"] for line in errors))
    lost = int(re.search(r"counter packets (\d+)", run("nft", "list", "ruleset")).group(1))
    ok(lost > number // 10, f"packets were lost: {lost}")


def main():
    if sys.argv[1:] == ["server"]:
        server()
    elif sys.argv[1:] == ["inside"]:
        several = "--max-concurrency" in run(CALL, "--help")
        number = int(os.environ.get("PACKET_LOSS_DOCUMENTS", "200" if several else "40"))
        process = start_server(["unshare", "-n"])
        try:
            check(number, ("-j", "32") if several else (), process)
        finally:
            process.kill()
        done()
    else:
        command = find_command(("ip", "nft"), "ip link add here type veth peer name there && nft add table ip lossy && "
                               "nft 'add chain ip lossy out { type filter hook output priority 0; }; "
                               "add rule ip lossy out numgen random mod 100 < 30 drop'",
                               "no network namespaces with links and packet filters can be made here")
        os.execvp(command[0], [*command, sys.executable, os.path.abspath(__file__), "inside"])


main()
