"""ssm-start-session --resume: which session it is, and that the shell in it is the one that was left."""
import json
import os
import signal
import subprocess
import tempfile

from start_world import SESSION, World, is_for
from tap import done, is_equal, ok
from typist import BUILD_DIR, PATIENCE, TARGET, Service, Typist

TOOL = os.path.join(BUILD_DIR, "ssm-start-session")
ROLE = "arn:aws:sts::123456789012:assumed-role/Admin/anna"
ARGUMENTS = "#!/usr/bin/python3\nimport sys\nprint(*[a for a in sys.argv[1:] if not a.startswith('--session=')])\n"


def at_work(typist, kept):
    """A variable of the shell, which no other one has."""
    typist.type(b"kept=%d; echo at-$((40 + 2))\r" % kept)
    ok(typist.sees(rb"at-42\r\n"), "a shell at work", typist.seen)


def leave(typist, how):
    """The session's id, out of the command that is told."""
    if how == "~d":
        typist.type(b"\r~d")
    else:
        typist.process.send_signal(signal.SIGHUP)
    is_equal(typist.wait(), 0 if how == "~d" else -signal.SIGHUP, f"left by {how}", typist.seen)
    told = typist.sees(rb"to come back:\r\nssm-start-session --resume ([!-~]+) --region us-east-1\r\n")
    ok(told, f"{how}: it is told what comes back", typist.seen)
    typist.close()
    return told.group(1).decode() if told else ""


def check_back(service, kept, arguments, title):
    typist = Typist(service, command=[TOOL, *arguments])
    ok(typist.sees(rb"what was on its screen is gone"), f"{title}: it says that it goes on", typist.seen)
    typist.type(b"\recho [$kept]\r")
    ok(typist.sees(rb"\[%d\]\r\n" % kept), f"{title}: it is the same shell", typist.seen)
    return typist


def check_shells(service):
    first = Typist(service, command=[TOOL, "--target", TARGET])
    at_work(first, 7)
    name = leave(first, "~d")
    second = check_back(service, 7, ["--resume"], "--resume")
    leave(second, "SIGHUP")
    third = check_back(service, 7, ["--target", TARGET, "--resume"], "--target ID --resume")
    leave(third, "~d")
    newer = Typist(service, command=[TOOL, "--target", TARGET])
    at_work(newer, 8)
    leave(newer, "~d")
    last = check_back(service, 7, ["--resume", name], "--resume ID, which is not the newest")
    last.type(b"exit\r")
    is_equal(last.wait(), 0, "to its end", last.seen)
    last.close()
    got = subprocess.run([TOOL, f"--resume={name}"], env=service.environment, stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, timeout=60, check=False)
    ok(got.returncode == 1 and got.stdout == "" and len(got.stderr.splitlines()) == 1, "a session that is over: 1, a line", got)


def check_prompt(service):
    """
    A shell that draws its prompt at another size: nothing is typed before it is there. One that has no processor for half a
    second sees one size where there were two; then it is left and come back to again.
    """
    first = Typist(service, command=[TOOL, "--target", TARGET])
    first.type(b"PS1=BACK'> '\r")
    ok(first.sees(rb"BACK> "), "a prompt of its own", first.seen)
    leave(first, "~d")
    for last in False, False, True:
        second = Typist(service, command=[TOOL, "--resume"])
        there = second.sees(rb"what was on its screen is gone[^$]*BACK> ", PATIENCE / 3)
        if there or last:
            break
        leave(second, "~d")
    ok(there, "the prompt is there again", second.seen)
    second.type(b"exit\r")
    is_equal(second.wait(), 0, "to its end, too", second.seen)
    second.close()


def check_encrypted(service):
    """One whose key is gone says so, though its shell had nothing more to say."""
    first = Typist(service, command=[TOOL, "--target", TARGET])
    at_work(first, 9)
    first.type(b"\r~d")
    ok(first.sees(rb"nobody can come back to it") and first.wait() == 0, "an encrypted one is left", first.seen)
    first.close()
    second = Typist(service, command=[TOOL, "--resume"])
    ok(second.sees(rb"cannot be adopted: it is encrypted"), "it cannot be gone on with", second.seen)
    is_equal(second.wait(), 255, "code 255", second.seen)
    ok(b"to come back" not in second.seen, "nor is a way told that there is not", second.seen)
    second.close()


def prepare(world, pages):
    """A service with these pages of sessions, by the token that each is asked for with."""
    world.reset()
    world.aws.reply(lambda r: b"GetCallerIdentity" in r.body, body={"GetCallerIdentityResponse": {
        "GetCallerIdentityResult": {"Account": "1", "Arn": ROLE, "UserId": "u"}}})
    for token, page in pages.items():
        world.aws.reply(lambda r, token=token: is_for(r, "DescribeSessions") and json.loads(r.body).get("NextToken") == token,
                        body=page)
    world.aws.reply(lambda r: is_for(r, "ResumeSession"), body=world.answer())


def asked(world, operation):
    return [json.loads(request.body) for request in world.aws.requests if is_for(request, operation)]


def session(name, began, document="SSM-SessionManagerRunShell"):
    return {"SessionId": name, "StartDate": began, "Target": "i-1", "Status": "Disconnected", "DocumentName": document}


def check_choice(world):
    with open(world.path("ssm-stream"), "w", encoding="utf-8") as file:
        file.write(ARGUMENTS)
    prepare(world, {None: {"Sessions": [session("a-1", 1700000000.5), session("a-2", 1.7e9)], "NextToken": "t"},
                    "t": {"Sessions": [session("a-3", 1699999999), session(SESSION, 1700000000.75), session("a-4", 5),
                                       session("a-5", 1.8e9, "AWS-StartPortForwardingSessionToRemoteHost"),
                                       session("a-6", 1.8e9, "AWS-StartSSHSession"),
                                       session("a-7", 1.8e9, "AWS-StartNonInteractiveCommand")]}})
    got = world.run("--resume", "--ping", "5")
    is_equal((got.returncode, got.stdout), (0, "--ping=5\n"), "ssm-stream is not told that it is new", got)
    is_equal(got.stderr, f"ssm-start-session: going on with '{SESSION}', the newest of your sessions\n", "which one it is")
    is_equal(asked(world, "ResumeSession"), [{"SessionId": SESSION}],
             "the newest of all pages is resumed, of those with a terminal")
    is_equal([page["Filters"] for page in asked(world, "DescribeSessions")], [[{"key": "Owner", "value": ROLE}]] * 2,
             "one's own were asked for")
    prepare(world, {None: {"Sessions": [session(SESSION, 5)]}})
    world.run("--resume", "--target", "i-1")
    is_equal(asked(world, "DescribeSessions")[0]["Filters"], [{"key": "Target", "value": "i-1"}, {"key": "Owner", "value": ROLE}],
             "those on one node")
    prepare(world, {None: {"Sessions": []}})
    got = world.run("--resume")
    is_equal((got.returncode, got.stdout, got.stderr, asked(world, "ResumeSession")), (1, "",
             "ssm-start-session: there is no session of yours to come back to\n", []), "there is none: 1, a line", got)


def check_left(world):
    """What cannot be gone on with is left as it was: it is somebody's work."""
    with open(world.path("ssm-stream"), "wb") as file:
        file.write(b"\0 no program")
    prepare(world, {})
    got = world.run("--resume", SESSION)
    is_equal((got.returncode, asked(world, "ResumeSession")), (255, [{"SessionId": SESSION}]), "no ssm-stream: 255", got)
    is_equal(asked(world, "TerminateSession"), [], "and the session is not ended")
    is_equal(asked(world, "DescribeSessions"), [], "with an id, nobody is asked for others")


def main():
    with tempfile.TemporaryDirectory() as directory:
        bash = os.path.join(directory, "bash")
        with open(bash, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexec bash --norc\n")
        os.chmod(bash, 0o755)
        for check, *options in ((check_shells,), (check_prompt, "--shell", bash),
                                (check_encrypted, "--shell", bash, "--kms-key", "alias/sandbox")):
            service = Service(directory, *options)
            try:
                check(service)
            finally:
                service.sandbox.stop()
    with World() as world:
        check_choice(world)
        check_left(world)
    done()


main()
