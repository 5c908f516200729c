"""ssm-stream over a connection that falls silent, on a machine that sleeps, and when the session ends while it is away."""
import contextlib
import os
import signal
import tempfile
import time

from clock import Clock
from outage_world import LAST, PATIENCE, Client, Place
from tap import done, is_equal, ok, tell, together

PACE = 5                                    # at which nothing is lost because a machine is slow
HOUR = 3600
RARE_PING = 120                             # seconds
LINES = 20000
DELAY = 0.06                                # seconds, each way


def check_silence():
    """Nobody types: a ping of habit finds it."""
    with Place() as place:
        client = Client(place, pace=PACE)
        ok(client.sees(b"ready\n"), "a silent connection: a program that counts", client)
        begun = time.monotonic()
        place.strike("silence")
        ok(client.has("Resumed"), "it is found, though nobody types", client)
        ok("silent" in client.last("Lost").get("Reason", ""), "and told", client)
        client.type(b"on\nend\n")
        is_equal((client.wait(), client.seen), (0, b"ready\n1 on\n" + LAST), "the session goes on", client)
        lost = next(event["At"] for event in client.events if event["Event"] == "Lost")
        tell(f"a silent connection: lost after {client.since(begun, lost):.1f} s, back after "
             f"{client.since(lost, client.last('Resumed')['At']):.1f} s more")


@contextlib.contextmanager
def laptop():
    """A sandbox, and the clock that it and its clients have."""
    with tempfile.TemporaryDirectory() as directory:
        clock = Clock(os.path.join(directory, "clock"))
        with Place(**clock.environment) as place:
            yield place, clock


def asleep(place, clock, title):
    """A client that has slept for an hour, behind which the network has forgotten its connection. Pings of habit are rare."""
    client = Client(place, "--ping", str(RARE_PING), CLOCK_PACE=str(PACE))
    client.pace = PACE
    client.type(b"before\n")
    ok(client.sees(b"1 before\n"), f"{title}: a program that counts", client)
    place.strike("silence")
    stop(client)
    clock.sleep(HOUR)
    return client


def stop(client):
    client.process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, client.process.pid, os.WSTOPPED | os.WNOWAIT)


def wake(client):
    client.process.send_signal(signal.SIGCONT)
    return time.monotonic()


def sleep_once(title):
    """Seconds from waking until it was back."""
    with laptop() as (place, clock):
        client = asleep(place, clock, title)
        woken = wake(client)
        ok(client.has("Resumed"), f"{title}: it is back, though nobody types", client)
        client.type(b"after\nend\n")
        is_equal((client.wait(), client.seen), (0, b"ready\n1 before\n2 after\n" + LAST), f"{title}: in the same shell", client)
        return client.since(woken, client.last("Resumed")["At"])


def check_sleep():
    """What came before and was not read yet may pass for life, and leave it to the next ping."""
    title = "an hour of sleep"
    for _ in range(3):
        spent = sleep_once(title)
        tell(f"{title}: back {spent:.1f} s after waking")
        if spent < RARE_PING:
            break
    ok(spent < RARE_PING, f"{title}: it was noticed", spent)


def check_sleep_over():
    title = "an hour of sleep, and the session is over"
    with laptop() as (place, clock):
        client = asleep(place, clock, title)
        place.pipeline("terminate-session", "--session-id", client.name)
        woken = wake(client)
        is_equal(client.wait(), 1, f"{title}: 1", client)
        ok(client.said and "does not exist" in client.said[-1], f"{title}: and why", client)
        tell(f"{title}: over {client.since(woken):.1f} s after waking")


def ending(place, title, *options, **how):
    """A session whose program ends when it is told to, by another way than its session."""
    os.mkfifo(place.path("told"))
    client = Client(place, *options, **how,
                    command=f"stty raw -echo; echo ready; read -r word < {place.path('told')}; echo \"last $word\"; exit 3")
    ok(client.sees(b"ready\n"), f"{title}: it is there", client)
    return client


def tell_program(place):
    with open(place.path("told"), "w", encoding="ascii") as file:
        file.write("words\n")


def check_end_soon():
    """Its agent waits with its last words. A client cannot know that they are the last, and says so."""
    title = "a program that ends behind a cut"
    with Place() as place:
        client = ending(place, title)
        place.strike("rst")
        tell_program(place)
        code = client.wait()
        is_equal(client.seen, b"ready\nlast words\n", f"{title}: its last words are there", client)
        ok(code == 0 or (code == 255 and "output may be incomplete" in client.said[-1]),
           f"{title}: where they were written before the client was back that is told, and no success", code, client)


def check_end_unheard():
    """Its agent knows of no loss, and has said all, and waited two seconds, before the client is back."""
    title = "a program that ends on a silent connection"
    with Place() as place:
        client = ending(place, title, "--ping", "10", pace=PACE)
        place.strike("silence")
        stop(client)                        # or it may find that out, and the agent hear of it, before the program ends
        tell_program(place)
        until = time.monotonic() + PATIENCE
        while place.is_there(client.name) and time.monotonic() < until:
            pass
        wake(client)
        is_equal(client.wait(), 1, f"{title}: 1", client)
        ok("does not exist" in client.said[-1], f"{title}: and why", client)


def check_end_far():
    """It ends behind much output, cut half-way on a long way."""
    title, expected = "much output, a cut, and the end", b"".join(b"%d\n" % number for number in range(1, LINES + 1))
    with Place(delay=DELAY) as place:
        client = Client(place, command=f"stty raw -echo; seq {LINES}")
        ok(client.waits(lambda: len(client.seen) > len(expected) // 2), f"{title}: half of it", client)
        place.strike("rst")
        code = client.wait()
        ok(expected.startswith(client.seen), f"{title}: what comes is what there was", len(client.seen))
        ok(code != 0 or client.seen == expected, f"{title}: no success, or all of it", code, client)
        tell(f"{title}: code {code}, {len(client.seen)} of {len(expected)} bytes")


def main():
    together(check_silence, check_sleep, check_sleep_over, check_end_soon, check_end_unheard, check_end_far)
    done()


main()
