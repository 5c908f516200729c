"""bench.py: the suite beside what people use today, on the same machine, in the same run.

    bench.py [--scale full|quick|tiny] [--into DIRECTORY] [--without NAME,...] [STAGE ...]

Prints a report of ratios, for on a busy machine single times say little. Everything goes to the suite's
own sandbox on this machine. With --into, the report is also BENCHMARKS.md there, its plot
bench/growth.svg, and its headlines the list in README.md under "How fast". A peer that is not installed
is left out, with a word. `make bench` runs it.
"""
import argparse
import dataclasses
import os
import re
import subprocess
import sys
import tempfile
import time

import machine
import report
import stage_batch
import stage_cost
import stage_crowd
import stage_growth
import stage_memory
import stage_one
import stage_signing
import stage_urls
from peers import PEERS, Peers

STAGES = {"one": stage_one, "batch": stage_batch, "crowd": stage_crowd, "signing": stage_signing, "urls": stage_urls,
          "memory": stage_memory, "growth": stage_growth, "cost": stage_cost}
BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
HERE = os.path.dirname(os.path.abspath(__file__))


@dataclasses.dataclass(frozen=True)
class Scale:
    rounds: int                 # of a contest
    repeat: int                 # runs of what takes milliseconds, in a round
    budget: float               # seconds for the rounds of a contest
    limit: float                # seconds after which no stage is begun
    batch: int                  # documents, or URLs, from here on
    batch_rounds: int
    crowd: int
    serial: int
    sign: int
    urls: int
    counted: int
    powers: tuple               # of ten: the numbers of documents in growth
    growth_limit: float         # seconds for the longest run of ours
    growth_limit_peers: float


SCALES = {
    "full": Scale(rounds=11, repeat=5, budget=45, limit=420, batch=2000, batch_rounds=4, crowd=20_000, serial=1000,
                  sign=100_000, urls=200_000, counted=1000, powers=(3, 4, 5, 6), growth_limit=120,
                  growth_limit_peers=15),
    "quick": Scale(rounds=3, repeat=3, budget=8, limit=60, batch=500, batch_rounds=1, crowd=5000, serial=300,
                   sign=20_000, urls=50_000, counted=300, powers=(3, 4), growth_limit=10, growth_limit_peers=3),
    "tiny": Scale(rounds=1, repeat=1, budget=0, limit=60, batch=20, batch_rounds=1, crowd=40, serial=5, sign=40,
                  urls=40, counted=10, powers=(1, 2), growth_limit=10, growth_limit_peers=1),
}


class Bench:
    """What every stage needs to know."""

    def __init__(self, scale, without, plots):
        self.scale = scale
        self.budget = scale.budget
        self.peers = Peers(without)
        self.plots = plots
        self.failures = []
        help_text = subprocess.run(["ssm-call", "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
        self.many = re.search(r"^\s*-j,", help_text, re.M) is not None

    def in_flight(self, count):
        """The option of ssm-call, where it has one."""
        return f" -j {count}" if self.many else ""

    def about_in_flight(self):
        return "" if self.many else "This `ssm-call` has no -j: it makes one call at a time."


def arguments():
    parser = argparse.ArgumentParser(description="The suite beside what people use today.")
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--into", metavar="DIRECTORY", help="where BENCHMARKS.md and bench/growth.svg are written")
    parser.add_argument("--without", metavar="NAME,...", default="", help=f"peers to leave out: {', '.join(PEERS)}")
    parser.add_argument("stages", metavar="STAGE", nargs="*", help=f"of: {', '.join(STAGES)} [all]")
    given = parser.parse_args()
    given.without = [name for name in given.without.split(",") if name]
    for name, known in [(name, STAGES) for name in given.stages] + [(name, PEERS) for name in given.without]:
        if name not in known:
            parser.error(f"'{name}' is none of {', '.join(known)}")
    return given


def run_stages(bench, names):
    """A section for each; a stage that there is no time for is left out, with a word."""
    begin = time.monotonic()
    for name in names:
        taken = time.monotonic() - begin
        if taken > bench.scale.limit:
            yield report.Section(name, f"Skipped: {taken:.0f} s had gone before it.")
            continue
        print(f"bench: {name}, after {taken:.0f} s", file=sys.stderr)
        yield STAGES[name].run(bench)


def head(bench, command, sections):
    rows = machine.describe() + [(name, version) for name, version in bench.peers.versions.items() if version]
    rows += [(name, bench.peers.why_not([name])) for name in bench.peers.missing()]
    return [
        "# Benchmarks",
        f"Made by `{command}`, which runs everything side by side on one machine, the server included"
        " (`ssm-sandbox`, on 127.0.0.1). Commands of a table take turns, round by round. Times and rates are medians;"
        " ratios are the median of the ratios of each round, in brackets the quartiles. Every answer is looked at:"
        " a command that lost one has failed.",
        "## In short", report.bullets(line for section in sections for line in section.headlines),
        "## Machine and versions", report.table(("", ""), rows)]


def write(directory, text, headlines):
    with open(os.path.join(directory, "BENCHMARKS.md"), "w", encoding="utf-8") as file:
        file.write(text)
    readme = os.path.join(directory, "README.md")
    if os.path.exists(readme):
        with open(readme, encoding="utf-8") as file:
            before = file.read()
        after = re.sub(r"(\n## How fast\n.*?\n\n)(?:- .*\n)+", lambda found: found.group(1) + headlines + "\n", before,
                       count=1, flags=re.S)
        with open(readme, "w", encoding="utf-8") as file:
            file.write(after)


def into_sandbox():
    """Starts this once more with the sandbox's endpoint and keys in the environment."""
    os.environ["PATH"] = f"{BUILD_DIR}:{BUILD_DIR}/bench:/usr/bin:/bin:{os.environ['PATH']}"
    os.environ.update(BENCH=HERE, BENCH_IN_SANDBOX="1", AWS_EC2_METADATA_DISABLED="true", LC_ALL="C.UTF-8",
                      PYTHONDONTWRITEBYTECODE="1", AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
    os.execvp("ssm-sandbox", ["ssm-sandbox", "--port", "0", "--", sys.executable, *sys.argv])


def main():
    given = arguments()
    if "BENCH_IN_SANDBOX" not in os.environ:
        into_sandbox()
    into = os.path.abspath(given.into) if given.into else None
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        plots = os.path.join(into, "bench") if into else directory
        os.makedirs(plots, exist_ok=True)
        bench = Bench(SCALES[given.scale], given.without, plots)
        sections = list(run_stages(bench, given.stages or STAGES))
        os.chdir("/")
    command = "make bench" if given.scale == "full" and not given.stages else \
        " ".join(["make bench", f"BENCH={given.scale}", *([f"STAGES='{' '.join(given.stages)}'"] if given.stages else [])])
    parts = head(bench, command, sections)
    for section in sections:
        parts += [f"## {section.title}", section.text, *section.body]
    parts.append(f"The run took {time.monotonic() - begin:.0f} s.")
    text = "\n\n".join(part for part in parts if part.strip()) + "\n"
    print(text)
    if into:
        write(into, text, report.bullets(line for section in sections for line in section.headlines))
    if bench.failures:
        sys.exit("bench: failed: " + "; ".join(bench.failures))


main()
