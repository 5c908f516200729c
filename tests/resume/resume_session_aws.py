"""ssm-resume-session: the AWS CLI's options, and which stages they become; failures in the AWS CLI's words."""
import json

from resume_stages import Stages, outcome
from tap import done, is_equal, ok

PIPELINE = "ssm-request resume-session --session-id=s | ssm-sign | ssm-call"
FORMAT = "ssm-format --operation=ResumeSession"


def pipeline(*arguments, ids="s", **environment):
    with Stages() as stages:
        got = stages.run(*arguments, "--show-pipeline", ids=ids, **environment)
        return got.stdout.rstrip("\n") if got.returncode == 0 else got.stderr


def check_pipelines():
    for arguments, expected, title in (
            ((), f"{PIPELINE} --output=json", "a single session is printed as the AWS CLI does"),
            (("--compact",), f"{PIPELINE} --compact", "--compact is the suite's form"),
            (("--pretty",), f"{PIPELINE} --pretty", "--pretty too"),
            (("--compact", "--output", "json"), f"{PIPELINE} --output=json --compact",
             "--compact beside --output is about the format"),
            (("--query", "a", "--color", "on", "--profile", "p"),
             "ssm-request resume-session --session-id=s --profile=p | ssm-sign | ssm-call |"
             " ssm-format --query=a --color=on --operation=ResumeSession", "a query and colours"),
            (("--no-sign-request",), f"ssm-request resume-session --session-id=s | ssm-call --output=json",
             "--no-sign-request leaves ssm-sign out"),
            (("--generate-cli-skeleton",), "ssm-request resume-session --session-id=s --generate-cli-skeleton=input",
             "a sample is ssm-request's alone"),
            (("--generate-cli-skeleton", "yaml-input"),
             "ssm-request resume-session --session-id=s --generate-cli-skeleton=yaml-input", "the same as YAML"),
            (("--generate-cli-skeleton=output",),
             f"ssm-request resume-session --session-id=s --generate-cli-skeleton=output | {FORMAT}",
             "a sample of the answer is formatted"),
            (("--cli-input-json", "{}"),
             f"ssm-request resume-session --session-id=s '--cli-input-json={{}}' | ssm-sign | ssm-call --output=json",
             "parameters go to ssm-request"),
            (("--debug",), f"{PIPELINE} --output=json".replace(" |", " --verbose |") +
             " --verbose", "--debug is --verbose for all"),
            (("--no-paginate", "--no-cli-pager", "--cli-auto-prompt", "--no-cli-auto-prompt", "--cli-binary-format", "base64"),
             f"{PIPELINE} --output=json", "what has no effect goes nowhere"),
            (("--cli-error-format", "legacy"),
             f"{PIPELINE} --output=json".replace(" |", " --error-format=json |") + " --error-format=json",
             "the AWS CLI's words are made of error documents")):
        is_equal(pipeline(*arguments), expected, title)


def check_forms():
    is_equal(pipeline(ids="-"), PIPELINE.replace("=s", "=-"), "a batch is not formatted")
    is_equal(pipeline(ids="-", AWS_DEFAULT_OUTPUT="text"), PIPELINE.replace("=s", "=-"), "nor for the environment's sake")
    is_equal(pipeline("--output", "text", ids="-"), PIPELINE.replace("=s", "=-") + " | ssm-format --output=text",
             "but with --output")
    is_equal(pipeline("--query", "a", ids="-"),
             PIPELINE.replace("=s", "=-") + " | ssm-format --output=json --query=a --compact", "a query's results are lines")
    is_equal(pipeline(AWS_DEFAULT_OUTPUT="yaml"), f"{PIPELINE} | ssm-format --output=yaml --operation=ResumeSession",
             "AWS_DEFAULT_OUTPUT")
    is_equal(pipeline("--output", "text", AWS_DEFAULT_OUTPUT="yaml"),
             f"{PIPELINE} | ssm-format --output=text --operation=ResumeSession", "--output goes before it")
    is_equal(pipeline("--cli-error-format", "json", ids="-"), PIPELINE.replace("=s", "=-"),
             "the messages of a batch are the suite's")


def refused(title, message, *arguments, code=252, ids="s", **environment):
    """Nothing is started."""
    with Stages(request="touch started") as stages:
        got = stages.run(*arguments, ids=ids, **environment)
        ok(got.returncode == code and message in got.stderr and got.stderr.count("\n") == 1 and
           not stages.has("started"), title, got)


def check_usage():
    refused("a query that is wrong", "Bad value for --query [: ", "--query", "[")
    for option, value in (("--output", "xml"), ("--color", "yes"), ("--cli-binary-format", "hex"),
                          ("--generate-cli-skeleton", "xml"), ("--cli-error-format", "odd")):
        refused(f"{option} {value}", f"argument {option}: Invalid choice, valid choices are: ", option, value)
    refused("an output format of the environment", "Unknown output type: xml", code=253, AWS_DEFAULT_OUTPUT="xml")
    refused("an error format of the environment", "argument AWS_CLI_ERROR_FORMAT: Invalid choice", AWS_CLI_ERROR_FORMAT="odd")
    refused("an option for a value", "argument --region: expected one argument", "--region", "--profile")
    refused("two documents", "Only one --cli-input- parameter may be specified.", "--cli-input-json", "{}",
            "--cli-input-yaml", "{}")
    refused("--input beside a document", "--session-id and --input exclude each other", "--input", "-")
    refused("a time with a fraction", "'--cli-read-timeout' takes a whole number", "--cli-read-timeout", "1.5")


FAULT = {"Error": {"Code": "AccessDeniedException", "Message": "You may \u20ac not. (reached max retries: 2)",
                   "Retryable": False, "ExitCode": 254},
         "ResponseMetadata": {"RequestId": "r", "HTTPStatusCode": 400, "RetryAttempts": 2}}
OWN = {"Error": {"Code": "NoRegionError", "Message": "You must specify a region.", "Retryable": False, "ExitCode": 253},
       "ResponseMetadata": {}}
SENTENCE = ("An error occurred (AccessDeniedException) when calling the ResumeSession operation"
            " (reached max retries: 2): You may \u20ac not.\n")


def tell(document, *arguments, code=254, **environment):
    """What becomes of a document of ssm-call; ssm-format shows what it was given."""
    text = json.dumps(document, ensure_ascii=False)
    with Stages(call=f"cat > /dev/null; echo a warning >&2; cat >&2 <<'END'\n{text}\nEND\nexit {code}",
                format='echo "$*"; cat') as stages:
        got = stages.run(*arguments, **environment)
        return got.returncode, got.stderr


def check_styles():
    is_equal(tell(FAULT, "--cli-error-format", "legacy"), (254, f"a warning\n\n{SENTENCE}"), "the old sentence")
    is_equal(tell(FAULT, "--cli-error-format", "enhanced"), (254, f"a warning\n\naws: [ERROR]: {SENTENCE}"),
             "the new sentence")
    is_equal(tell(OWN, "--cli-error-format", "legacy", code=253), (253, "a warning\n\nYou must specify a region.\n"),
             "the old sentence for what the service did not say")
    is_equal(tell(OWN, "--cli-error-format", "enhanced", code=253),
             (253, "a warning\n\naws: [ERROR]: An error occurred (NoRegion): You must specify a region.\n"),
             "the new sentence for it")
    for style in "json", "yaml", "text", "table":
        document = '{"Code":"NoRegionError","Message":"You must specify a region."}'
        is_equal(tell(OWN, "--cli-error-format", style, code=253),
                 (253, f"--output={style} --title=error\n{document}"), f"a document as {style}")
    is_equal(tell(OWN, AWS_CLI_ERROR_FORMAT="legacy", code=253), (253, "a warning\n\nYou must specify a region.\n"),
             "by the environment")
    is_equal(tell(FAULT, "--cli-error-format", "legacy", "--quiet"), (254, ""), "--quiet is quiet")
    code, text = tell(FAULT, "--error-format", "json", AWS_CLI_ERROR_FORMAT="legacy")
    ok(code == 254 and json.loads(text.split("\n")[1]) == FAULT, "--error-format json goes before the environment", text)
    with Stages(call="cat > /dev/null; kill -9 $$") as stages:
        is_equal(outcome(stages.run("--cli-error-format", "legacy")),
                 (255, "", "ssm-resume-session: ssm-call was ended by signal 9 (Killed)\n"),
                 "a stage that dies is told as ever")


check_pipelines()
check_forms()
check_usage()
check_styles()
done()
