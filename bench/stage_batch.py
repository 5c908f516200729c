"""Some thousand resumes at once, from session ids to answers."""
from contest import Contest
from measure import Contender
from report import Section, times
from stage_one import CURL
from workload import answers, answers_in_order, ids

IN_FLIGHT = 32
OURS, BY_BOTO3, BY_XARGS = "the pipeline", f"boto3, {IN_FLIGHT} threads", "xargs -P 16 curl"


def contenders(bench, count):
    source = ids(count)
    ordered = answers_in_order(source)
    options = bench.in_flight(IN_FLIGHT)
    return [
        Contender(OURS, f"ssm-request resume-session --session-id - <{source} | ssm-sign | ssm-call{options}",
                  count, check=ordered),
        Contender(BY_BOTO3, f"$PYTHON $BENCH/boto3_resume.py {IN_FLIGHT} <{source}", count, ("boto3",),
                  check=ordered),
        Contender(BY_XARGS, f"xargs -P 16 -I{{}} {CURL % '{}'} <{source}", count, ("curl", "xargs"),
                  check=answers(source)),
    ]


def run(bench):
    count = bench.scale.batch
    contest = Contest(bench, contenders(bench, count), bench.scale.batch_rounds, OURS)
    section = Section(f"A batch of {count:,}",
                      f"{count:,} session ids in, as many answers out. {bench.about_in_flight()}",
                      [contest.rates(BY_BOTO3, BY_XARGS), contest.commands()])
    ours = [f"{times(ratio)} times the rate of {name}" for name in (BY_BOTO3, BY_XARGS)
            if (ratio := contest.as_fast_as(OURS, name))]
    if ours:
        section.headlines.append(f"A batch of {count:,} has {' and '.join(ours)}.")
    return section
