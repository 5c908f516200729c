"""ssm-stream whose service is not to be had for a while: told why, back with the next call, nothing lost that was typed.

An outage here is TRIES calls in vain, most of a minute of a clock that goes faster. A machine that is too slow for that clock
loses a connection once more now and then, and a call has no answer in time; nothing here minds.
"""
import itertools
import os
import re
import time

from outage_world import LAST, Client, Place
from tap import done, is_equal, ok, tell, together

PACE = 5
TRIES = 10
STORM = 5                                   # seconds, in which there are so many calls at most
SLOW = "no answer of the service in time"


def without_slow_calls(said):
    """On a slow machine a call's minute, which is seconds here, may be over before its answer: that is told, and the rest again."""
    return [line for line, _ in itertools.groupby(line for line in said if not line.endswith(SLOW))]


def attempts(client):
    """Those that were not made for want of a faster machine. An attempt has the reason that it is made for."""
    return sum(event["Event"] == "Attempt" and not event.get("Reason", "").endswith(SLOW) for event in client.events)


def check_outage(title, begin, finish, told, *rules, **how):
    """begin() is what breaks the service, before the connection is cut; finish() mends it."""
    with Place(*rules) as place:
        client = Client(place, pace=PACE, **{name: make(place) for name, make in how.items()})
        client.type(b"before\n")
        ok(client.sees(b"1 before\n"), f"{title}: a program that counts", client)
        begin(place)
        broken, resumed, tried = time.monotonic(), client.count("Resumed"), client.count("Attempt")
        place.strike("rst")
        ok(client.has("Attempt", tried + 1), f"{title}: it tries", client)
        for number in range(TRIES):
            client.type(b"while-%d\n" % number)
        ok(client.has("Attempt", tried + TRIES) and client.count("Resumed") == resumed, f"{title}: again and again", client)
        finish(place)
        mended, tried = time.monotonic(), attempts(client)
        ok(client.has("Resumed", resumed + 1), f"{title}: it is back", client)
        back = client.last("Resumed")["At"]
        ok(attempts(client) - tried <= 2, f"{title}: with the next call, or the one behind it", client)
        client.type(b"after\nend\n")
        is_equal(client.wait(), 0, f"{title}: the session has its end", client)
        lines = [b"before", *(b"while-%d" % number for number in range(TRIES)), b"after"]
        is_equal(client.seen, b"ready\n" + b"".join(b"%d %s\n" % (number, line) for number, line in enumerate(lines, 1)) + LAST,
                 f"{title}: what was typed is there once, in order")
        said = without_slow_calls(client.said)
        why = [number for number, line in enumerate(said) if told in line]
        ok(len(why) == 1, f"{title}: why it is not back is told, once", client.said)
        is_equal([said[why[0] - 1].endswith("; resuming the session"), said[why[0] + 1]],
                 [True, "ssm-stream: connected again"], f"{title}: behind the loss, and before the return", client.said)
        lost = next(event["At"] for event in client.events if event["Event"] == "Lost" and event["At"] > broken)
        tell(f"{title}: lost for {client.since(broken, mended):.0f} s, told after {client.since(broken, lost):.1f} s, "
             f"back after {client.since(mended, back):.1f} s")


def refused(status, told):
    return lambda: check_outage(f"ResumeSession: {status}", lambda place: place.rule(f"refuse-resume={status}"),
                                lambda place: place.no_rules(), f"cannot resume yet: {told}: ")


def closed_calls():
    check_outage("the service's port is closed", lambda place: place.calls.shut(), lambda place: place.calls.open(),
                 "cannot resume yet: Could not connect to the endpoint URL")


def closed_data():
    check_outage("the data channels' port is closed", lambda place: place.data.shut(), lambda place: place.data.open(),
                 "cannot resume yet: Could not connect to the endpoint URL")


KEYS = {"long": ("AKIASANDBOXEXAMPLE00", "SandboxSecretAccessKeyNotASecret+EXAMPLE"),
        "expired": ("ASIASANDBOXEXPIRED00", "SandboxExpiredKeyIsNoSecret+at/aEXAMPLE0", "SandboxSessionToken+Expired/EXAMPLE=="),
        "temporary": ("ASIASANDBOXEXAMPLE00", "SandboxTemporaryKeyIsNoSecret+at/EXAMPLE",
                      "SandboxSessionToken+NotASecret/EXAMPLE==")}


def set_keys(place, name):
    path = place.path("credentials")
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write("[default]\n")
        for option, value in zip(("aws_access_key_id", "aws_secret_access_key", "aws_session_token"), KEYS[name]):
            file.write(f"{option} = {value}\n")
    os.replace(path + ".new", path)
    return path


def rotated_keys():
    nothing = {name: lambda place: None for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")}
    check_outage("keys that expire", lambda place: set_keys(place, "expired"), lambda place: set_keys(place, "temporary"),
                 "cannot resume yet: ExpiredTokenException: ",
                 AWS_SHARED_CREDENTIALS_FILE=lambda place: set_keys(place, "long"), **nothing)


def storm():
    """Connections that are dropped as soon as they stand: the calls are counted before the service."""
    with Place() as place:
        client = Client(place, pace=5)
        ok(client.sees(b"ready\n"), "connections of 10 ms: a program that counts", client)
        before, begun = len(place.calls.came), time.monotonic()
        place.rule("rst:every=10ms")
        place.strike("rst")
        ok(client.waits(lambda: len(place.calls.came) > before + 5), "it tries again and again", client)
        calls = [client.since(begun, at) for at in place.calls.came[before:]]
        ok(sum(at < STORM for at in calls) <= 5, f"five calls in {STORM} s at most", calls)
        place.no_rules()
        client.type(b"on\nend\n")
        is_equal((client.wait(), client.seen), (0, b"ready\n1 on\n" + LAST), "and the session goes on", client)
        tell(f"connections of 10 ms: calls after {', '.join(f'{at:.2f}' for at in calls)} s")


def given_up(rule, code, told):
    """The last line has how long it was tried, how often, and what came of it."""
    title = f"given up, {rule}"
    with Place() as place:
        client = Client(place, "--give-up-after", "30", pace=5)
        ok(client.sees(b"ready\n"), f"{title}: a program that counts", client)
        place.rule(rule)
        place.strike("rst")
        is_equal(client.wait(), code, f"{title}: its code", client)
        why = [line for line in client.said if "could not be resumed" in line]
        ok(len(why) == 1 and re.fullmatch(r"ssm-stream: the session could not be resumed within 30 s, in [0-9]+ attempts?: " + told,
                                          why[0]), f"{title}: how long, how often, and why", client.said)


def main():
    together(*(refused(status, told) for status, told in (
        (400, "AccessDeniedException"), (403, "AccessDeniedException"), (429, "ThrottlingException"),
        (500, "InternalServerError"), (503, "InternalServerError"))))
    together(closed_calls, closed_data, rotated_keys, storm)
    together(lambda: given_up("refuse-resume=500", 75, r"InternalServerError: a rule of --fault refuses it .*\(the connection to .*\)"),
             lambda: given_up("refuse-resume=403", 254, "AccessDeniedException: a rule of --fault refuses it"))
    done()


main()
