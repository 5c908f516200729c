"""Many in flight on kept connections, against libcurl alone: what the documents and the checks cost."""
from contest import Contest
from measure import Contender
from report import Section, percent, times
from workload import answers_in_order, ids, line_count, signed, through, wire

IN_FLIGHT = 64
MANY, ONE, PIPELINE, LOOP, SERIAL = (f"ssm-call -j {IN_FLIGHT}", "ssm-call, one at a time",
                                     "the pipeline, from ids", f"libcurl alone, {IN_FLIGHT} in flight",
                                     "boto3, one at a time")


def ours(bench, documents, source, count):
    check = answers_in_order(source)
    options = bench.in_flight(IN_FLIGHT)
    pipeline = f"ssm-request resume-session --session-id - <{source} | ssm-sign | ssm-call{options}"
    return [
        Contender(MANY, f"ssm-call -j {IN_FLIGHT} <{documents}", count, check=check,
                  why_not=None if options else "skipped: this ssm-call has no -j"),
        Contender(ONE, f"ssm-call{bench.in_flight(1)} <{documents}", count, check=check),
        Contender(PIPELINE, pipeline, count, check=check),
    ]


def theirs(documents, count, few):
    through(f"head -n {few}", ids(count), "few")
    return [
        Contender(LOOP, f"multi {IN_FLIGHT} <{wire(documents)}", count, check=line_count(1)),
        Contender(SERIAL, "$PYTHON $BENCH/boto3_resume.py 1 <few", few, ("boto3",), check=answers_in_order("few")),
    ]


def headline(contest, count):
    best = MANY if contest.samples(MANY) else ONE
    share, serial = contest.as_fast_as(best), contest.as_fast_as(best, SERIAL)
    if not share:
        return []
    return [f"{count:,} documents with {IN_FLIGHT if best == MANY else 'one'} in flight have {percent(share)} of the"
            " rate of libcurl alone, which reads no JSON and checks nothing"
            + (f", and {times(serial)} times that of boto3, one at a time." if serial else ".")]


def run(bench):
    count, few = bench.scale.crowd, bench.scale.serial
    documents = signed(count)
    contest = Contest(bench, theirs(documents, count, few) + ours(bench, documents, ids(count), count),
                      bench.scale.rounds, LOOP)
    return Section(
        f"{count:,} documents, {IN_FLIGHT} in flight",
        f"{count:,} signed documents; boto3, whose rate does not depend on it, makes {few:,} of the calls. libcurl"
        " alone is bench/multi: the same requests, byte for byte but for the call's id, on connections that are"
        f" kept, with no JSON, no check and no output. {bench.about_in_flight()}",
        [contest.rates(LOOP, SERIAL), contest.commands()], headline(contest, count))
