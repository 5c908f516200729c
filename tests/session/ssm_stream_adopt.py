"""A new process on a session whose client was killed: ssm-resume-session, then ssm-stream, go on in the same shell."""
import json
import os
import re
import tempfile

from tap import done, is_equal, ok
from typist import Service, Typist


def resume(service, session, count, *options):
    """Another process in the session of a document; its own document is of ResumeSession."""
    with open(session, encoding="utf-8") as file:
        name = json.load(file)["SessionId"]
    path = os.path.join(service.directory, f"resumed-{count}.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(service.pipeline("resume-session", "--session-id", name))
    return Typist(service, *options, session=path)


def kill(typist):
    typist.process.kill()
    typist.process.wait()
    typist.close()


def press(typist, keys):
    """One by one, each a message of its own: the next when the echo of the last is there."""
    for key in keys:
        typist.type(key)
        if not typist.sees(re.escape(key)):
            return False
    return True


def begin(service):
    typist = Typist(service)
    ok(typist.sees(rb"[$#] "), "a shell's prompt", typist.seen)
    return typist


def take_over(service, keys, *options):
    """
    Two processes in a session, one after the other. Behind no keys the node may not know yet that the first one has its
    prompt: it then tells it once more, there is nothing to adopt, and the case is tried again.
    """
    for _ in range(10):
        first = begin(service)
        ok(press(first, [bytes([key]) for key in keys]), f"{len(keys)} keys, and their echo", first.seen)
        kill(first)
        second = resume(service, first.session, len(keys), *options)
        said = second.sees(rb"what was on its screen is gone|^[^a-z]*[$#] ")
        if keys or (said and said.group().endswith(b"gone")):
            break
        second.close()
    ok(said and said.group().endswith(b"gone"), f"behind {len(keys)} keys: it says that it goes on", second.seen)
    return second


def check_adopted(service, events, keys):
    second = take_over(service, keys, "--events", events)
    second.type(b"\recho [$kept] [$((6 * 7))]\r")
    ok(second.sees(rb"\[%s\] \[42\]" % (b"7" if keys else b"")), "in the same shell, with what the first one typed", second.seen)
    ok(press(second, [b"q"] * 40), "and on", second.seen)
    second.type(b"\x15exit\r")
    is_equal(second.wait(), 0, "to its end", second.seen)
    second.close()


def check_events(path):
    with open(path, encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    adopted = [event for event in events if event["Event"] == "Adopted"]
    numbers = [event["FirstInput"] for event in adopted]
    ok(len(numbers) == 3 and 0 <= numbers[0] < 10 and numbers[0] < numbers[1] < 20 and numbers[2] > 990,
       "events tell the numbers of input", numbers)


def check_fresh(service):
    """A new session, of which it is not said that it is new, is as it always was."""
    typist = begin(service)
    typist.type(b"echo $((6 * 7)); exit\r")
    ok(typist.sees(rb"42\r\n") and typist.wait() == 0, "a new session works", typist.seen)
    ok(b"another process" not in typist.seen, "and is nobody else's", typist.seen)
    typist.close()


def check_two_at_once(service):
    """They take the session from each other, and each is told why, once; it is the one's that stays."""
    told = rb"again and again as soon as it is back: another client may be in this session"
    first = begin(service)
    press(first, [b"#"])
    second = resume(service, first.session, "at-once")
    ok(first.sees(told) and second.sees(told), "two clients in a session: both are told of another", first.seen, second.seen)
    kill(second)
    ok(press(first, [b"#"] * 3), "the one that stays has it", first.seen)
    first.type(b"\rexit\r")
    ok(first.wait() == 0 and b"another client" not in first.seen, "and is told no more", first.seen)
    first.close()


def main():
    with tempfile.TemporaryDirectory() as directory:
        service = Service(directory)
        events = os.path.join(directory, "events")
        try:
            check_fresh(service)
            check_two_at_once(service)
            check_adopted(service, events, b"")
            check_adopted(service, events, b"kept=7\r"[-7:])
            check_adopted(service, events, b"kept=7" + b" " * 3 + b"; : " + b"z" * 990)
            check_events(events)
        finally:
            service.sandbox.stop()
    done()


main()
