"""ssm-stream over connections that are cut many times, on a long way, and where messages are lost: each byte once, in order.

A session is cut OUTAGE_CUTS times in each way; one prints OUTAGE_LINES lines where two messages of a hundred are lost, one
OUTAGE_FAR_LINES a long way off. make check-long asks for more of all. Between the cuts is time of a clock that goes faster:
five resumes in ten seconds are the most that there are.
"""
import os
import time

from outage_world import LAST, Client, Place
from tap import done, is_equal, ok, tell, together

CUTS = int(os.environ.get("OUTAGE_CUTS", "20"))
LINES = int(os.environ.get("OUTAGE_LINES", "5000"))
PACE = 5                                    # at which no limit is one that a slow machine passes
LONG = 600                                  # seconds
FAR_LINES = int(os.environ.get("OUTAGE_FAR_LINES", "12000"))
FAR_DELAY = 0.06                            # seconds, each way


def check_cuts(how):
    """What is typed at the moment of a cut may be on its way, there, or answered."""
    with Place() as place:
        client = Client(place, pace=PACE)
        ok(client.sees(b"ready\n"), f"{how}: a program that counts", client)
        expected, begun = b"ready\n", time.monotonic()
        for number in range(1, CUTS + 1):
            open_line, cut_line = b"%d open\n" % (2 * number - 1), b"%d cut\n" % (2 * number)
            expected += open_line + cut_line
            client.type(b"open\n")
            if not client.sees(b"\n" + open_line):         # only then there is a connection to cut
                break
            before = client.count("Resumed")
            client.clock.set(int(time.time()))                  # or signatures expire
            client.type(b"cut\n")
            place.strike(how)
            if not client.has("Resumed", before + 1):
                break
        spent = time.monotonic() - begun
        client.type(b"end\n")
        is_equal(client.wait(), 0, f"{how}, {CUTS} times: the session has its end", client)
        ok(client.seen == expected + LAST, "it was one shell, and every line was there once", client)
        ok(client.count("Resumed") >= CUTS, "each time it was resumed", client.count("Resumed"))
        tell(f"{how}: {CUTS} cuts, {client.count('Resumed')} resumes, {spent:.1f} s ({spent * PACE:.0f} of its own)")


def printing(lines):
    return f"stty raw -echo; seq {lines}; read -r end; echo end", b"".join(b"%d\n" % number for number in range(1, lines + 1))


def check_far():
    """One cut in the middle, 120 ms there and back. The agent sends what was on the way one by one, a tick for each."""
    command, expected = printing(FAR_LINES)
    with Place(delay=FAR_DELAY) as place:
        begun = time.monotonic()
        client = Client(place, command=command)
        ok(client.waits(lambda: len(client.seen) > len(expected) // 2), f"{FAR_LINES} lines, far away: half of them", client)
        place.strike("rst")
        ok(client.waits(lambda: len(client.seen) >= len(expected), LONG), "and all, over a cut", client)
        spent = time.monotonic() - begun
        client.type(b"\n")
        is_equal((client.wait(), client.count("Resumed")), (0, 1), "the session has its end", client)
        ok(client.seen == expected + b"end\n", "each line was there once", len(client.seen))
        tell(f"{FAR_LINES} lines with {FAR_DELAY * 1000:.0f} ms each way, cut once: {spent:.1f} s")


def check_loss():
    command, expected = printing(LINES)
    with Place("loss=2%:seed=11") as place:
        begun = time.monotonic()
        client = Client(place, command=command)
        ok(client.waits(lambda: len(client.seen) >= len(expected)), f"{LINES} lines, of which 2 % are lost: all come", client)
        spent = time.monotonic() - begun
        lost = place.ask("GET")[0]["Acted"]
        place.no_rules()
        client.type(b"\n")
        is_equal((client.wait(), client.seen == expected + b"end\n"), (0, True), "each once, and the end", client)
        tell(f"{LINES} lines, {lost} messages lost: {spent:.1f} s")


def main():
    together(check_far, *(lambda how=how: check_cuts(how) for how in ("rst", "fin", "close=1000")), check_loss)
    done()


main()
