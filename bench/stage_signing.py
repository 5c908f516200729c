"""Documents signed a second."""
from contest import Contest
from measure import Contender
from report import Section, times
from workload import line_count, requests

OURS, BY_BOTOCORE = "ssm-sign", "botocore"


def run(bench):
    many, few = bench.scale.sign, bench.scale.sign // 5
    contest = Contest(bench, [
        Contender(BY_BOTOCORE, f"$PYTHON $BENCH/botocore_sign.py <{requests(few)}", few, ("botocore",),
                  check=line_count(few)),
        Contender(OURS, f"ssm-sign <{requests(many)}", many, check=line_count(many)),
    ], bench.scale.rounds, BY_BOTOCORE)
    section = Section("Signing", f"Documents in, signed documents out: {many:,} by `ssm-sign`, {few:,} by botocore,"
                      " start-up included.", [contest.rates(), contest.commands()])
    ratio = contest.as_fast_as(OURS)
    if ratio:
        section.headlines.append(f"Signing has {times(ratio)} times the rate of botocore.")
    return section
