"""Region and session id out of StreamUrls."""
from contest import Contest
from measure import Contender
from report import Section, times
from workload import line_count, urls

OURS, OUR_JSON, BY_TRURL, BY_JQ, BY_SED = "ssm-parse-url -f", "ssm-parse-url, as JSON", "trurl", "jq", "sed"
PATTERN = r"^wss://ssmmessages\.([^./]+)\.amazonaws\.com/v1/data-channel/([^?]+)\?"


def contenders(source, count):
    check = line_count(count)
    jq_pattern = PATTERN.replace("\\", "\\\\").replace("([^./]", "(?<r>[^./]").replace("([^?]", "(?<s>[^?]")
    jq_program = f'capture("{jq_pattern}") | "\\(.r)\\t\\(.s)"'
    sed_program = f"s#{PATTERN}.*#\\1\\t\\2#p"
    return [
        Contender(OURS, f"ssm-parse-url -f region -f session-id <{source}", count, check=check),
        Contender(OUR_JSON, f"ssm-parse-url <{source}", count, check=check),
        Contender(BY_TRURL, f"trurl -f - --get '{{host}} {{path}}' <{source}", count, ("trurl",),
                  check=check),
        Contender(BY_JQ, f"jq -Rr '{jq_program}' <{source}", count, ("jq",), check=check),
        Contender(BY_SED, f"LC_ALL=C sed -nE '{sed_program}' <{source}", count, ("sed",), check=check),
    ]


def run(bench):
    count = bench.scale.urls
    contest = Contest(bench, contenders(urls(count), count), bench.scale.rounds, OURS)
    section = Section(
        "URL parsing",
        f"{count:,} StreamUrls in, region and session id out. `ssm-parse-url` also judges whether the URL is"
        " Session Manager's; `trurl` takes any URL apart, a regular expression of `jq` or `sed` finds one form"
        " of it.", [contest.rates(), contest.commands()])
    ratios = [f"{times(ratio)} times that of `{name}`" for name in (BY_TRURL, BY_JQ, BY_SED)
              if (ratio := contest.as_fast_as(OURS, name))]
    if ratios:
        section.headlines.append(f"Parsing URLs, checks included, has a rate {', '.join(ratios)}.")
    return section
