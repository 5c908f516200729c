"""Runs commands in turn, so that a slow moment of the machine hits all of them, and keeps what they took."""
import dataclasses
import os
import select
import signal
import statistics
import time
import typing

RUN_LIMIT = 200     # seconds, after which a run is ended and counts as failed


class Failed(Exception):
    """Of a command: what it did instead."""


@dataclasses.dataclass(frozen=True)
class Contender:
    """A row of a table: a command for the shell, what it needs and how much one run of it does."""
    name: str
    command: str
    count: int = 1                                  # documents that a run works through
    needs: tuple = ()                               # names of peers
    repeat: int = 1                                 # runs in each round, of which the median counts
    check: typing.Optional[typing.Callable] = None  # takes the file of its output, raises Failed
    why_not: typing.Optional[str] = None            # a word for the table when it cannot run
    timed: typing.Optional[typing.Callable] = None  # in place of a command: gives the seconds, or raises Failed


def spawn(command, output):
    actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
               (os.POSIX_SPAWN_OPEN, 2, "errors", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
    return os.posix_spawnp("sh", ["sh", "-c", command], os.environ, file_actions=actions, setpgroup=0)


def last_error():
    with open("errors", encoding="utf-8", errors="replace") as file:
        lines = file.read().split("\n")
    return next((f": {line.strip()[:120]}" for line in reversed(lines) if line.strip()), "")


def run(command, output=os.devnull, limit=RUN_LIMIT):
    """The seconds that one run takes. Failed when it does not end in time or not well."""
    begin = time.perf_counter()
    pid = spawn(command, output)
    try:
        watch = os.pidfd_open(pid)
        ended = select.poll()
        ended.register(watch, select.POLLIN)
        in_time = ended.poll(limit * 1000)
        seconds = time.perf_counter() - begin
        os.close(watch)
    except BaseException:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    if not in_time:
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not in_time:
        raise Failed(f"not done after {limit} s")
    if status:
        raise Failed(f"exit code {os.waitstatus_to_exitcode(status)}{last_error()}")
    return seconds


def run_checked(contender):
    if contender.timed:
        return contender.timed()
    output = "output" if contender.check else os.devnull
    seconds = run(contender.command, output)
    if contender.check:
        contender.check(output)
    return seconds


def in_turn(contenders, rounds, budget):
    """One warm-up and then rounds of all, until the budget of seconds is used up; one round at least.

    For each name the seconds of its rounds, or the Failed that ended it.
    """
    end = time.monotonic() + budget
    taken = {contender.name: [] for contender in contenders}
    for i in range(rounds + 1):
        for contender in contenders:
            if isinstance(taken[contender.name], Failed):
                continue
            try:
                seconds = statistics.median(run_checked(contender) for _ in range(contender.repeat if i else 1))
                if i:
                    taken[contender.name].append(seconds)
            except Failed as failed:
                taken[contender.name] = failed
        if i and time.monotonic() > end:
            break
    return taken


@dataclasses.dataclass(frozen=True)
class Spread:
    """A median and the quartiles around it."""
    median: float
    low: float
    high: float


def spread(samples):
    if len(samples) == 1:
        return Spread(samples[0], samples[0], samples[0])
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive")
    return Spread(statistics.median(samples), low, high)


def ratio(samples, others):
    """Of two contenders' rounds, pair by pair; None when one of them failed."""
    if not samples or not others or isinstance(samples, Failed) or isinstance(others, Failed):
        return None
    return spread([a / b for a, b in zip(samples, others)])
