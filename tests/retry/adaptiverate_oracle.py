"""The adaptive limit beside botocore's own, over random tapes of sendings and answers."""
import math
import os
import random
import subprocess

import find_botocore
import tap

from botocore.retries import adaptive, bucket, throttling

BUILD_DIR = os.environ.get("BUILD_DIR", ".")
PROBE = os.path.join(BUILD_DIR, "tests", "retry", "adaptiverate_probe")
TAPES, EVENTS = 60, 300


class Clock:
    def __init__(self, now):
        self.now = now

    def current_time(self):
        return self.now / 1000

    def sleep(self, amount):
        raise AssertionError("nothing sleeps here")


class Detector:
    """Whether an answer throttles is what the tape says."""
    def is_throttling_error(self, throttled):
        return throttled


def limiter(clock):
    return adaptive.ClientRateLimiter(
        rate_adjustor=throttling.CubicCalculator(starting_max_rate=0, start_time=clock.current_time()),
        rate_clocker=adaptive.RateClocker(clock), token_bucket=bucket.TokenBucket(max_rate=1, clock=clock),
        throttling_detector=Detector(), clock=clock)


def tape(seed):
    """Events at rising times: some tapes hurry, some stall, most are throttled at some time."""
    chance = random.Random(seed)
    now, pace = chance.uniform(1e6, 1e9), chance.choice([0.3, 5, 80, 900])
    share = chance.choice([0, 0.05, 0.5])
    yield "start", now
    for _ in range(EVENTS):
        now += chance.expovariate(1 / pace)
        if chance.random() < 0.01:
            now += chance.uniform(0, 20000)
        yield chance.choices(["send", "throttled", "other"], [1, share, 1])[0], now


def theirs(events):
    """The rows that botocore makes of them, and the times at which things happen when it has waited."""
    shift, clock, limit = 0, None, None
    for what, now in events:
        now += shift
        wait, at = 0, now
        if what == "start":
            clock = Clock(now)
            limit = limiter(clock)
        clock.now = now
        tokens = limit._token_bucket if limit else None
        if what == "send" and limit._enabled:
            tokens._refill()
            wait = max(0, math.ceil(tokens._sleep_amount(1) * 1000 - 1e-6))
            clock.now = now + wait
            shift += wait
            tokens._refill()
            tokens._current_capacity -= 1
        elif what in ("throttled", "other"):
            limit.on_receiving_response(throttled=what == "throttled")
        yield what, at, (wait, int(limit._enabled), limit._rate_clocker.measured_rate, tokens.max_rate,
                         tokens.max_capacity, tokens.available_capacity)


def differ(ours, rows):
    """The first row that is another."""
    for i, (line, (what, at, row)) in enumerate(zip(ours, rows)):
        got = [float(word) for word in line.split()]
        # tokens are counted at another moment only when nothing waits for them
        for name, mine, other in zip(("wait", "awake", "measured", "rate", "capacity", "tokens"), got, row):
            if not math.isclose(mine, other, rel_tol=1e-9, abs_tol=1e-7):
                return [f"event {i}, {what} at {at!r}: {name} is {mine!r}, botocore has {other!r}", line, row]
    return [f"{len(ours)} lines for {len(rows)} events"] if len(ours) != len(rows) else []


def main():
    awake = 0
    for seed in range(TAPES):
        rows = list(theirs(tape(seed)))
        text = "".join(f"{what} {at!r}\n" for what, at, _ in rows)
        run = subprocess.run([PROBE], input=text, capture_output=True, text=True, timeout=60, check=True)
        awake += any(row[1] for _, _, row in rows)
        faults = differ(run.stdout.splitlines(), rows)
        tap.ok(not faults, f"tape {seed}: rates, tokens and waits are botocore's", *faults)
    tap.ok(TAPES / 4 < awake < TAPES, "some tapes throttle and some do not", awake, find_botocore.VERSION)
    tap.done()


main()
