"""Peak memory of each."""
import memory
from measure import Failed
from report import Section, commands, number, table
from stage_batch import IN_FLIGHT
from stage_one import BY_AWS, BY_BOTO3, BY_CURL, COMMAND, CURL, PIPELINE
from workload import SESSION, ids

NEEDS = {BY_CURL: ("curl",), BY_AWS: ("aws",), BY_BOTO3: ("boto3",)}


def for_one():
    return {
        PIPELINE: [f"ssm-request resume-session --session-id {SESSION}", "ssm-sign", "ssm-call"],
        COMMAND: [f"ssm-resume-session --session-id {SESSION}"],
        BY_CURL: [CURL % SESSION],
        BY_AWS: [f"aws ssm resume-session --session-id {SESSION} --endpoint-url $AWS_ENDPOINT_URL_SSM"],
        BY_BOTO3: ["$PYTHON $BENCH/boto3_resume.py 1 <one"],
    }


def for_many(bench, source):
    return {
        PIPELINE: [f"ssm-request resume-session --session-id - <{source}", "ssm-sign",
                   f"ssm-call{bench.in_flight(IN_FLIGHT)}"],
        BY_BOTO3: [f"$PYTHON $BENCH/boto3_resume.py {IN_FLIGHT} <{source}"],
    }


def peaks(bench, name, stages):
    """KiB of each stage, or None; what failed is noted."""
    try:
        return memory.run(stages)[1] if stages and not bench.peers.why_not(NEEDS.get(name, ())) else None
    except Failed as failed:
        bench.failures.append(f"memory of {name}: {failed}")
        return None


def text(kib, base):
    if kib is None:
        return "–"
    more = f" ({' + '.join(f'{one / 1024:.1f}' for one in kib)})" if len(kib) > 1 else ""
    ratio = f", {number(max(kib) / base)}" if base else ""
    return f"{memory.text(max(kib))}{more}{ratio}"


def rows(bench, measured):
    base = max(measured[PIPELINE][0] or [0])
    for name, (one, many) in measured.items():
        why_not = bench.peers.why_not(NEEDS.get(name, ()))
        yield (name, why_not) if why_not else (name, text(one, base), text(many, base))


def run(bench):
    count = bench.scale.batch
    ids(1)
    one, many = for_one(), for_many(bench, ids(count))
    measured = {name: (peaks(bench, name, one[name]), peaks(bench, name, many.get(name))) for name in one}
    section = Section("Peak memory", "Resident memory of the largest process, in brackets that of each stage; behind"
                      " it the ratio to the pipeline with one document. – is one process for each call.",
                      [table(("", "one document", f"{count:,} documents"), rows(bench, measured)),
                       commands([(name, memory.watched(stages)) for name, stages in (one | many).items()])])
    ours = measured[PIPELINE][0]
    theirs = [f"{name} {number(max(measured[name][0]) / max(ours))} times as much"
              for name in (BY_CURL, BY_AWS, BY_BOTO3) if ours and measured[name][0]]
    if ours:
        section.headlines.append(f"The pipeline's largest process has {memory.text(max(ours))} at its peak"
                                 + (", " if theirs else "") + ", ".join(theirs) + ".")
    return section
