"""Sessions that are encrypted with a KMS key, in the sandbox: shells, commands, cuts, and each way in which there is no key."""
import json
import os
import signal
import socket
import subprocess
import time

from outage_world import LAST, PATIENCE, TARGET, Client, Place
from tap import done, is_equal, ok

KEY = "alias/sandbox"
SAID = "This session is encrypted using AWS KMS."
PACE = 5
ADOPTED = "ssm-stream: went on with the session of another process; what was on its screen is gone\n"
REFUSED = "ssm-stream: the session cannot be adopted: it is encrypted with a KMS key, or its output is no text\n"
ENDED = "Encountered error while initiating handshake. "


def place_of(key=KEY, challenge="sent"):
    return Place(options=("--kms-key", key, "--kms-challenge", challenge))


def run(place, tool, *arguments, text="", **environment):
    return subprocess.run([os.path.join(place.environment["PATH"].split(":", maxsplit=1)[0], tool), *arguments], input=text,
                          capture_output=True, text=True, check=False, timeout=PATIENCE, env={**place.environment, **environment})


def start(place, *command, **environment):
    return run(place, "ssm-start-session", "--target", TARGET, "--", *command, **environment)


def without(before, after):
    return [session for session in after if session not in before]


def active(place):
    return [session["SessionId"] for session in json.loads(place.pipeline("describe-sessions", "--state", "Active"))["Sessions"]]


def check_commands():
    for challenge in "sent", "required", "none":
        with place_of(challenge=challenge) as place:
            got = start(place, "sh", "-c", "echo out; echo err >&2; exit 7")
            is_equal((got.returncode, got.stdout, sorted(got.stderr.splitlines())), (7, "out\n", sorted(["err", f"ssm-stream: {SAID}"])),
                     f"a command, its outputs and its code; the random challenge is {challenge}", got)
    with place_of() as place:
        got = start(place, "seq", "20000")
        is_equal((got.returncode, got.stdout == "".join(f"{n}\n" for n in range(1, 20001))), (0, True), "20000 lines", got.stderr)


def check_shell():
    with place_of() as place:
        got = run(place, "ssm-start-session", "--target", TARGET, text="stty -echo\necho $((6 * 7)) here\nexit\n")
        ok(got.returncode == 0 and "42 here" in got.stdout, "a shell that is told what to do", got)
        document = place.session("echo it is there")
        path = place.path("document")
        with open(path, "w", encoding="utf-8") as file:
            file.write(document)
        got = run(place, "ssm-stream", "--session", path)
        ok(got.returncode == 0 and "it is there" in got.stdout, "a session whose target nobody has named, and may have been adopted", got)


def check_cuts(how):
    """The key goes on, and no other one is asked for."""
    with place_of() as place:
        client = Client(place, "--target", TARGET, "--verbose")
        ok(client.sees(b"ready\n"), f"{how}: a program that counts", client)
        expected = b"ready\n"
        for number in range(1, 4):
            expected += b"%d open\n%d cut\n" % (2 * number - 1, 2 * number)
            client.type(b"open\n")
            if not client.sees(b"\n%d open\n" % (2 * number - 1)):
                break
            client.type(b"cut\n")
            place.strike(how)
            if not client.has("Resumed", number):
                break
        client.type(b"end\n")
        is_equal((client.wait(), client.seen), (0, expected + LAST), "three times: every line was there once", client)
        ok(sum(line.endswith(SAID) for line in client.said) == 1, "there was one handshake", client)


def check_left():
    with place_of() as place:
        client = Client(place, "--target", TARGET, "--give-up-after", "1",
                        command="echo ready; while sleep 0.2; do echo a line of some length; done")
        ok(client.sees(b"ready\r\n"), "a session that will be left", client)
        place.calls.stop()
        place.strike("rst")
        code = client.wait()
        ok(code == 75 and client.said[-1] == "ssm-stream: the session goes on until it is idle for too long; it is encrypted, and "
           "its key is gone: nobody can come back to it", "nobody can come back to it, which is said", client)
        got = run(place, "ssm-start-session", "--resume", client.name, text="echo never\n")
        ok(got.returncode == 255 and got.stdout == "" and got.stderr in (ADOPTED + REFUSED, REFUSED), "another process is refused, "
           "by the first output, which may come before its place is found or behind that", got)


def check_no_key():
    denied = "ssm-stream: AccessDeniedException: User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: " \
        "kms:GenerateDataKey on resource: "
    for key, code, words in (("alias/sandbox-denied", 254, denied), ("alias/sandbox-disabled", 254, "ssm-stream: DisabledException: "),
                             ("alias/sandbox-none", 254, "ssm-stream: NotFoundException: ")):
        with place_of(key) as place:
            before, begun = active(place), time.monotonic()
            got = start(place, "echo", "never")
            ok((got.returncode, got.stdout) == (code, "") and got.stderr.startswith(words) and got.stderr.count("\n") == 1,
               f"{key}: the service's words, in one line", got)
            ok(time.monotonic() - begun < 14, "at once: not when the node gives up")
            is_equal(without(before, active(place)), [], "the session is ended")
    with place_of("alias/sandbox-denied") as place:
        got = run(place, "ssm-start-session", "--target", TARGET, "--error-format", "json", text="x\n")
        error = json.loads(got.stderr)["Error"]
        is_equal((got.returncode, error["Code"], error["ExitCode"]), (254, "AccessDeniedException", 254), "and as a document", got)


def check_unreachable():
    with place_of() as place:
        before = active(place)
        got = start(place, "echo", "never", AWS_ENDPOINT_URL_KMS="http://127.0.0.1:9")
        is_equal((got.returncode, got.stdout, got.stderr),
                 (75, "", 'ssm-stream: Could not connect to the endpoint URL: "http://127.0.0.1:9/"\n'),
                 "a key service that is not there", got)
        is_equal(without(before, active(place)), [], "the session is ended")
        got = start(place, "echo", "never", AWS_ENDPOINT_URL_KMS="%%%")
        ok(got.returncode == 253 and got.stderr.startswith("ssm-stream: Invalid endpoint: %%%") and got.stderr.count("\n") == 1,
           "an endpoint of it that is none", got)


def check_hangup():
    """A new session in which nothing is done yet is of no use to anybody."""
    with place_of() as place, socket.create_server(("127.0.0.1", 0)) as silent:
        before = active(place)
        client = Client(place, "--no-adopt", "--target", TARGET, command="echo never",
                        AWS_ENDPOINT_URL_KMS=f"http://127.0.0.1:{silent.getsockname()[1]}")
        asking, _ = silent.accept()
        client.process.send_signal(signal.SIGHUP)
        is_equal((client.wait(), client.said), (-signal.SIGHUP, []), "SIGHUP before a new session has begun: nobody is told to come back",
                 client)
        asking.close()
        is_equal(without(before, active(place)), [], "it is ended")


def check_silent():
    """A key service that takes the call and does not answer: the node is told before it gives up. Time goes faster."""
    with place_of() as place, socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        client = Client(place, "--target", TARGET, command="echo never", pace=PACE,
                        AWS_ENDPOINT_URL_KMS=f"http://127.0.0.1:{silent.getsockname()[1]}")
        code, spent = client.wait(), client.since(begun)
        is_equal((code, client.seen, client.said[-1:]), (75, b"", ["ssm-stream: no answer of the service in time"]),
                 "a key service that is silent", client)        # before it, on a slow machine, may be that nobody could end the session
        ok(spent >= 13, "it was waited for as long as the node waits, less two seconds", spent)


def check_endpoints():
    """--endpoint-url is Session Manager's, but for one on this machine, where a sandbox answers for both."""
    with place_of() as place:
        url = place.environment["AWS_ENDPOINT_URL_SSM"]
        got = run(place, "ssm-start-session", "--target", TARGET, "--endpoint-url", url, "--", "echo", "hello",
                  AWS_ENDPOINT_URL_KMS="http://127.0.0.1:9", AWS_ENDPOINT_URL_SSM="http://127.0.0.1:9")
        is_equal((got.returncode, got.stdout), (0, "hello\n"), "an endpoint on this machine is KMS's, too", got)
        client = Client(place, "--target", TARGET, "--endpoint-url", "http://192.0.2.1:9")     # nobody is: it is not called
        ok(client.sees(b"ready\n"), "another one is not: KMS has its own", client)
        client.type(b"end\n")
        is_equal(client.wait(), 0, "such a session has its end", client)


def check_target():
    with place_of() as place:
        path = place.path("document")
        with open(path, "w", encoding="utf-8") as file:
            file.write(place.session("echo never"))
        got = run(place, "ssm-stream", "--no-adopt", "--session", path, "--target", "i-0123456789abcdef0")
        ok(got.returncode == 1 and got.stdout == "" and got.stderr.startswith("ssm-stream: " + ENDED)
           and "InvalidCiphertextException" in got.stderr, "another target: the node cannot decrypt the key, and says so", got)


def main():
    check_commands()
    check_shell()
    check_cuts("rst")
    check_cuts("fin")
    check_left()
    check_no_key()
    check_unreachable()
    check_hangup()
    check_silent()
    check_endpoints()
    check_target()
    done()


main()
