"""One resume, as a script or a person makes it: the whole process, start to end."""
from contest import Contest
from measure import Contender
from report import Section, times
from workload import SESSION, answers_in_order, line_count, lines_file, through

CURL = ("curl -s --fail --aws-sigv4 aws:amz:$AWS_REGION:ssm --user $AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"
        " -H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: AmazonSSM.ResumeSession'"
        " -d '{\"SessionId\": \"%s\"}' -w '\\n' $AWS_ENDPOINT_URL_SSM")
SELECTED = "ssm-resume-session --query StreamUrl --output text"
CALL = "ssm-call, of what is signed"
PIPELINE, COMMAND, BY_CURL, BY_AWS, BY_BOTO3 = (
    "the pipeline of three", "ssm-resume-session", "curl --aws-sigv4", "aws", "boto3")


def contenders(repeat, check):
    return [
        Contender(BY_CURL, CURL % SESSION, needs=("curl",), repeat=repeat, check=check),
        Contender(PIPELINE, f"ssm-request resume-session --session-id {SESSION} | ssm-sign | ssm-call",
                  repeat=repeat, check=check),
        # Signed when the stage begins: a signature is good for five minutes.
        Contender(CALL, "ssm-call <signed-one", repeat=repeat, check=check),
        Contender(COMMAND, f"ssm-resume-session --session-id {SESSION}", repeat=repeat, check=check),
        Contender(SELECTED, f"ssm-resume-session --session-id {SESSION} --query StreamUrl --output text",
                  repeat=repeat, check=line_count(1)),
        Contender(BY_AWS, f"aws ssm resume-session --session-id {SESSION} --endpoint-url $AWS_ENDPOINT_URL_SSM",
                  needs=("aws",), check=check),
        Contender(BY_BOTO3, "$PYTHON $BENCH/boto3_resume.py 1 <one", needs=("boto3",), check=check),
    ]


def run(bench):
    lines_file("one", 1, SESSION)
    through("ssm-request resume-session --session-id - | ssm-sign", "one", "signed-one")
    contest = Contest(bench, contenders(bench.scale.repeat, answers_in_order("one")), bench.scale.rounds, BY_CURL)
    section = Section("One resume", "A process, or a pipeline of them, for one session id.",
                      [contest.times(), contest.commands()])
    ours = contest.as_long_as(COMMAND)
    if ours:
        section.headlines.append(f"One resume takes `ssm-resume-session` {times(ours)} times as long as"
                                 f" `curl --aws-sigv4`, the pipeline {times(contest.as_long_as(PIPELINE))}"
                                 f", with `--query StreamUrl --output text` {times(contest.as_long_as(SELECTED))}"
                                 + "".join(f", {name} {times(contest.as_long_as(name))}"
                                           for name in (BY_AWS, BY_BOTO3) if contest.samples(name)) + ".")
    return section
