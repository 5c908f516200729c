"""What starting a tool costs, and what one more document does."""
import counter
import measure
from contest import Contest
from measure import Contender
from report import Section, commands, number, table, times
from stage_crowd import IN_FLIGHT
from stage_urls import contenders as url_contenders
from workload import ids, requests, signed, urls, wire

TOOLS = ("ssm-call", "ssm-check", "ssm-credentials", "ssm-describe-sessions", "ssm-format", "ssm-parse-url",
         "ssm-request", "ssm-resume-session", "ssm-sandbox", "ssm-sign", "ssm-start-session", "ssm-stream")
TRUE = "true"
INTERPRETED = {"aws", "boto3", "botocore"}      # to be counted by valgrind these take too long


def starters(repeat):
    peers = [Contender(f"{name} --version", f"exec {name} --version", needs=(name,), repeat=repeat)
             for name in ("curl", "jq", "sed", "trurl")]
    return [
        Contender(TRUE, "exec /bin/true", repeat=repeat),
        *(Contender(f"{name} --version", f"exec {name} --version", repeat=repeat) for name in TOOLS),
        *peers,
        Contender("aws --version", "exec aws --version", needs=("aws",)),
        Contender("python3, import boto3", '$PYTHON -c "import boto3"', needs=("boto3",)),
    ]


def workers(bench):
    """Rows of name, the command with {} for its input, who makes that, what it needs."""
    urls_of = url_contenders("{}", 1)
    return [
        ("ssm-request", "ssm-request resume-session --session-id - <{}", ids, ()),
        ("ssm-sign", "ssm-sign <{}", requests, ()),
        (f"ssm-call{bench.in_flight(IN_FLIGHT)}", f"ssm-call{bench.in_flight(IN_FLIGHT)} <{{}}", signed, ()),
        (f"libcurl alone, {IN_FLIGHT} in flight", f"multi {IN_FLIGHT} <{{}}", lambda count: wire(signed(count)), ()),
        *((each.name, each.command, urls, each.needs) for each in urls_of),
        ("botocore, signing", "$PYTHON $BENCH/botocore_sign.py <{}", requests, ("botocore",)),
        ("boto3, one at a time", "$PYTHON $BENCH/boto3_resume.py 1 <{}", ids, ("boto3",)),
    ]


class Counts:
    """Counts, and the words that stand for those that cannot be had."""

    def __init__(self, bench):
        self.bench = bench
        self.way = counter.find(bench.peers)

    def why_not(self, needs):
        if self.way is None:
            return "skipped: neither perf nor valgrind is here"
        if self.way == "valgrind" and INTERPRETED & set(needs):
            return "skipped: too long under valgrind"
        return self.bench.peers.why_not(needs)

    def of(self, name, needs, command):
        """command() makes it, for the files that it takes need not be made for one that is skipped."""
        why_not = self.why_not(needs)
        if why_not:
            return why_not
        try:
            return command()
        except measure.Failed as failed:
            self.bench.failures.append(f"instructions of {name}: {failed}")
            return f"failed: {failed}"


def of_start(counts, contender):
    return counts.of(contender.name, contender.needs, lambda: counter.count(counts.way, contender.command))


def for_one_more(counts, scale, name, command, source, needs):
    """The slope between some documents and three times as many."""
    few, many = scale.counted, 3 * scale.counted
    return counts.of(name, needs, lambda: (
        counter.count(counts.way, command.replace("<{}", f"<{source(many)}"))
        - counter.count(counts.way, command.replace("<{}", f"<{source(few)}"))) / (many - few))


def millions(value, base=0):
    return value if isinstance(value, str) else f"{(value - base) / 1e6:.2f}"


def start_rows(contest, counts):
    started = {each.name: of_start(counts, each) for each in contest.contenders}
    base = started[TRUE] if not isinstance(started[TRUE], str) else 0
    return contest.rows(lambda name: (f"{contest.median(name) * 1e3:.2f}", times(contest.as_long_as(name, TRUE)),
                                      millions(started[name], base)))


def run(bench):
    counts = Counts(bench)
    contest = Contest(bench, starters(bench.scale.repeat), bench.scale.rounds, TRUE)
    work = workers(bench)
    slopes = [(name, for_one_more(counts, bench.scale, name, command, source, needs))
              for name, command, source, needs in work]
    return Section(
        "Start-up and instructions",
        f"Instructions in user space, counted by {counts.way or 'nothing'}: those of a start less those"
        f" of `true`, those of a document as the difference between {bench.scale.counted:,} and"
        f" {3 * bench.scale.counted:,} of them.",
        [table(("start", "ms", f"{TRUE} = 1", "million instructions"), start_rows(contest, counts)),
         table(("one more document", "thousand instructions"),
               [(name, slope if isinstance(slope, str) else number(slope / 1e3)) for name, slope in slopes]),
         commands([(name, command.replace("<{}", "<FILE")) for name, command, _, _ in work])])
