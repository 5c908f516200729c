"""Being in a session: how soon, how quickly it answers, and how fast it takes what comes."""
import dataclasses
import statistics
import time
import typing

import memory
import session
from contest import Contest
from measure import Contender, Failed, ratio
from report import Section, commands, duration, number, table, times
from session import PROMPT, Client

STREAM, START, PLUGIN = "ssm-stream", "ssm-start-session", "session-manager-plugin"
FLOOD = "stty raw -echo; head -c {} /dev/zero | tr '\\0' x; exit\n"
COMMANDS = [(STREAM, "ssm-stream --session FILE"), (START, f"ssm-start-session --target {session.TARGET}"),
            (PLUGIN, "session-manager-plugin DOCUMENT REGION StartSession '' '{\"Target\": …}' ENDPOINT"),
            ("from a shell", FLOOD.format("BYTES").strip()), ("from bench/sender", "sender MIB")]
MB = 1_000_000


@dataclasses.dataclass
class Talk:
    """What is measured in a sandbox, and what comes of it beside the time."""
    environment: dict
    scale: typing.Any
    peaks: dict = dataclasses.field(default_factory=dict)       # name: KiB
    processor: dict = dataclasses.field(default_factory=dict)   # name: seconds, round by round

    def client(self, command):
        """In a new session."""
        if command is None:
            return Client(["ssm-start-session", "--quiet", "--target", session.TARGET], self.environment)
        return Client(command(self.environment, session.start(self.environment)), self.environment)

    def first_prompt(self, command):
        with self.client(command) as client:
            return client.until(PROMPT)

    def keys(self, name, command):
        """The median of the seconds from a key to its echo."""
        taken = []
        with self.client(command) as client:
            client.until(PROMPT)
            for _ in range(self.scale.keys):
                begin = time.perf_counter()
                client.type(b"k")
                client.until(b"k")
                taken.append(time.perf_counter() - begin)
            self.peaks[name] = client.peak()
        return statistics.median(taken)

    def note(self, name, ended, begin=0.0):
        """The seconds from then on, when all that was to come has come."""
        size = self.scale.stream_mib << 20
        if not size <= ended.received <= size + 4096:
            raise Failed(f"{ended.received} bytes for {size}")
        self.processor.setdefault(name, []).append(ended.processor)
        return ended.seconds - begin

    def from_shell(self, name, command):
        with self.client(command) as client:
            begin = client.until(PROMPT)
            client.type(FLOOD.format(self.scale.stream_mib << 20).encode())
            return self.note(name, client.rest(), begin)

    def from_sender(self, name, command):
        with session.sender(self.environment, self.scale.stream_mib) as document, \
                Client(command(self.environment, document), self.environment) as client:
            return self.note(name, client.rest())

    def per_gigabyte(self, name):
        """Seconds of the processor; those of the warm-up do not count."""
        return statistics.median(self.processor[name][1:]) * 1000 * MB / (self.scale.stream_mib << 20)

    def as_much(self, name, base):
        return ratio(self.processor.get(name, [])[1:], self.processor.get(base, [])[1:])


def contender(name, timed, **more):
    return Contender(name, "", timed=timed, needs=(PLUGIN,) if name.startswith(PLUGIN) else (), **more)


def of_clients(bench, timed, clients, rounds, **more):
    """A contest of these, against the official one."""
    return Contest(bench, [contender(name, lambda name=name, command=command: timed(name, command), **more)
                           for name, command in clients], rounds, PLUGIN)


def of_bytes(bench, talk, source, timed):
    count = (bench.scale.stream_mib << 20) / MB
    names = [(f"{name}, {source}", command) for name, command in ((STREAM, session.stream),
                                                                   (PLUGIN, session.plugin))]
    contest = of_clients(bench, timed, names, bench.scale.batch_rounds, count=count)
    contest.base = names[1][0]
    return contest, list(contest.rows(lambda name: (
        number(1 / contest.median(name)), times(contest.as_fast_as(name)), number(talk.per_gigabyte(name)),
        times(talk.as_much(name, contest.base)))))


def headlines(prompt, keys, talk, floods):
    line = (f"`ssm-stream` shows a session's first prompt {duration(prompt.median(STREAM))} after its start and"
            f" a key's echo after {duration(keys.median(STREAM))}, in {memory.text(talk.peaks[STREAM])}")
    if not prompt.samples(PLUGIN) or not keys.samples(PLUGIN) or not floods.samples(floods.base):
        return [f"{line}."]
    name = floods.contenders[0].name
    return [f"{line}; that is {times(prompt.as_long_as(STREAM))} and {times(keys.as_long_as(STREAM))} times as long as"
            f" `session-manager-plugin`. It takes output {times(floods.as_fast_as(name))} times as fast, with"
            f" {times(talk.as_much(name, floods.base))} of its processor time."]


def measured(bench, talk):
    clients = [(STREAM, session.stream), (START, None), (PLUGIN, session.plugin)]
    prompt = of_clients(bench, lambda _, command: talk.first_prompt(command), clients, bench.scale.rounds,
                        repeat=bench.scale.repeat)
    keys = of_clients(bench, talk.keys, clients, bench.scale.rounds)
    _, shell = of_bytes(bench, talk, "from a shell", talk.from_shell)
    floods, flood = of_bytes(bench, talk, "from bench/sender", talk.from_sender)
    mib = bench.scale.stream_mib
    section = Section(
        "In a session",
        "Through pipes, with a plain shell of the sandbox at the other end: from a client's start to the first prompt"
        " (`ssm-start-session` asks for the session, too), from a key to its echo, the median of"
        f" {bench.scale.keys} keys, and resident memory behind that. Then {mib} MiB of output, in the sandbox made by a"
        " shell, whose terminal is a bound, and of `bench/sender`, which does nothing but send; with the seconds that"
        " a client and its children have of the processor.",
        [table(("", "first prompt", f"{PLUGIN} = 1", "key to echo", f"{PLUGIN} = 1", "memory"), prompt.rows(
            lambda name: (duration(prompt.median(name)), times(prompt.as_long_as(name)), *of_keys(keys, talk, name)))),
         table((f"{mib} MiB", "MB/s", f"{PLUGIN} = 1", "CPU s/GB", f"{PLUGIN} = 1"), shell + flood),
         commands(COMMANDS)])
    if prompt.samples(STREAM) and keys.samples(STREAM) and floods.samples(floods.contenders[0].name):
        section.headlines += headlines(prompt, keys, talk, floods)
    return section


def of_keys(keys, talk, name):
    if not keys.samples(name):
        return "–", "–", "–"
    return duration(keys.median(name)), times(keys.as_long_as(name)), memory.text(talk.peaks[name])


def run(bench):
    with session.sandbox() as environment:
        return measured(bench, Talk(environment, bench.scale))
