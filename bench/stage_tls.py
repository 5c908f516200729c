"""The same over TLS: one resume, and how many handshakes many calls take."""
import measure
import tls_front
from contest import Contest
from measure import Contender
from report import Section, commands, table, times
from stage_crowd import IN_FLIGHT
from stage_one import BY_CURL, COMMAND, CURL, PIPELINE, SELECTED
from workload import SESSION, answers_in_order, ids, line_count, lines_file

OVER_TLS = "export AWS_ENDPOINT_URL_SSM=$TLS_URL AWS_CA_BUNDLE=$TLS_CA; "
MANY = f"the pipeline, {IN_FLIGHT} in flight"


def contenders(repeat, check):
    session = f"--session-id {SESSION}"
    return [Contender(name, OVER_TLS + command, needs=(*tls_front.NEEDS, *needs), repeat=repeat, check=check)
            for name, command, needs, check in (
                (BY_CURL, f"{CURL % SESSION} --cacert $TLS_CA", ("curl",), check),
                (PIPELINE, f"ssm-request resume-session {session} | ssm-sign | ssm-call", (), check),
                (COMMAND, f"ssm-resume-session {session}", (), check),
                (SELECTED, f"ssm-resume-session {session} --query StreamUrl --output text", (), line_count(1)))]


def callers(bench, count):
    source = ids(count)
    return [(MANY, OVER_TLS + f"ssm-request resume-session --session-id - <{source} | ssm-sign"
             f" | ssm-call{bench.in_flight(IN_FLIGHT)}", ()),
            ("boto3, one at a time", OVER_TLS + f"$PYTHON $BENCH/boto3_resume.py 1 <{source}", ("boto3",)),
            ("xargs -P 16 curl", OVER_TLS + f"xargs -P 16 -I{{}} {CURL % '{}'} --cacert $TLS_CA <{source}",
             ("curl", "xargs"))]


def handshake_rows(bench, front, rows):
    for name, command, needs in rows:
        why_not = bench.peers.why_not((*tls_front.NEEDS, *needs))
        try:
            yield (name, why_not) if why_not else (name, *front.connections(lambda line=command: measure.run(line)))
        except measure.Failed as failed:
            bench.failures.append(f"handshakes of {name}: {failed}")
            yield name, f"failed: {failed}"


def measured(bench, front, count):
    contest = Contest(bench, contenders(bench.scale.repeat, answers_in_order("one")), bench.scale.rounds, BY_CURL)
    rows = callers(bench, count)
    section = Section("Over TLS", "One resume through nginx, which speaks TLS and hands on to the sandbox; and the"
                      f" connections that {count:,} calls take, those with a whole handshake beside them: the"
                      " others go on with a session.",
                      [contest.times(), table((f"{count:,} calls", "connections", "whole handshakes"),
                                              handshake_rows(bench, front, rows)),
                       contest.commands(), commands([(name, command) for name, command, _ in rows])])
    ratio = contest.as_long_as(COMMAND)
    if ratio:
        section.headlines.append(f"Over TLS one resume takes `ssm-resume-session` {times(ratio)} times as long as"
                                 " `curl --aws-sigv4`.")
    return section


def run(bench):
    lines_file("one", 1, SESSION)
    count = min(1000, bench.scale.batch)
    if bench.peers.why_not(tls_front.NEEDS):
        return measured(bench, None, count)
    with tls_front.Front() as front:
        return measured(bench, front, count)
