"""Many in flight on kept connections, against libcurl alone: what the documents and the checks cost."""
from contest import Contest
from measure import Contender
from report import Section, number, times
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
        *([Contender(MANY, f"ssm-call{options} <{documents}", count, check=check)] if options else []),
        Contender(ONE, f"ssm-call{bench.in_flight(1)} <{documents}", count, check=check),
        Contender(PIPELINE, pipeline, count, check=check),
    ]


def theirs(documents, count, few):
    through(f"head -n {few}", ids(count), "few")
    return [
        Contender(LOOP, f"multi {IN_FLIGHT} <{wire(documents)}", count, check=line_count(1)),
        Contender(SERIAL, "$PYTHON $BENCH/boto3_resume.py 1 <few", few, ("boto3",), check=answers_in_order("few")),
    ]


def run(bench):
    count, few = bench.scale.crowd, bench.scale.serial
    documents = signed(count)
    contest = Contest(bench, theirs(documents, count, few) + ours(bench, documents, ids(count), count),
                      bench.scale.rounds, LOOP)
    section = Section(
        f"{count:,} documents, {IN_FLIGHT} in flight",
        f"{count:,} signed documents; boto3, whose rate does not depend on it, makes {few:,} of the calls. libcurl"
        " alone is bench/multi: the same requests byte for byte on connections that are kept, with no JSON, no"
        f" check and no output. {bench.about_in_flight()}", [contest.rates(LOOP, SERIAL), contest.commands()])
    best = next((name for name in (MANY, ONE) if name in contest.taken and contest.samples(name)), None)
    share = best and contest.as_fast_as(best)
    if share:
        serial = contest.as_fast_as(best, SERIAL)
        section.headlines.append(
            f"{count:,} documents with {'64' if best == MANY else 'one'} in flight have {number(share.median * 100)} %"
            " of the rate of libcurl alone, without JSON" + (f", and {times(serial)} times that of boto3." if serial else "."))
    return section
