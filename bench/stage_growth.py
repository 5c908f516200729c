"""Time and memory against the number of documents, up to a million."""
import dataclasses
import statistics

import memory
import plot
from measure import Failed
from report import Section, commands, duration, table
from stage_batch import IN_FLIGHT as THREADS
from stage_crowd import IN_FLIGHT
from stage_one import CURL
from workload import ids, urls

SHORT = 1.0             # seconds; what takes less is run three times


@dataclasses.dataclass
class Series:
    name: str
    stages: list        # with {} for the file of the input
    source: object      # makes it, for so many documents
    needs: tuple = ()
    ours: bool = True
    points: dict = dataclasses.field(default_factory=dict)      # documents: (seconds, KiB) or a word


def all_series(bench):
    request = "ssm-request resume-session --session-id - <{}"
    call = f"ssm-call{bench.in_flight(IN_FLIGHT)}"
    return [
        Series("ssm-request", [request], ids),
        Series("… | ssm-sign", [request, "ssm-sign"], ids),
        Series("… | ssm-call", [request, "ssm-sign", call], ids),
        Series("ssm-parse-url", ["ssm-parse-url -f region -f session-id <{}"], urls),
        Series(f"boto3, {THREADS} threads", [f"$PYTHON $BENCH/boto3_resume.py {THREADS} <{{}}"], ids, ("boto3",),
               ours=False),
        Series("xargs -P 16 curl", [f"xargs -P 16 -I{{}} {CURL % '{}'} <{{}}"], ids, ("curl", "xargs"),
               ours=False),
    ]


def stages_for(series, source):
    return [stage.replace("<{}", f"<{source}") for stage in series.stages]


def measure_point(series, count):
    """Seconds, and the peak of the stage that the series is named after."""
    stages = stages_for(series, series.source(count))
    runs = [memory.run(stages)]
    while len(runs) < 3 and runs[0][0] < SHORT:
        runs.append(memory.run(stages))
    return statistics.median(seconds for seconds, _ in runs), runs[-1][1][-1]


def grow(bench, series):
    """From a thousand up, ten times as many each time, as long as the next is likely to end within the limit."""
    why_not = bench.peers.why_not(series.needs)
    last = 0
    for power in bench.scale.powers:
        count = 10 ** power
        limit = min(bench.time_left(), bench.scale.growth_limit if series.ours else bench.scale.growth_limit_peers)
        if why_not:
            series.points[count] = why_not
        elif last * 10 > limit:
            series.points[count] = f"left out, some {duration(last * 10)}"
            last *= 10
        else:
            try:
                series.points[count] = measure_point(series, count)
                last = series.points[count][0]
            except Failed as failed:
                bench.failures.append(f"{series.name}, {count} documents: {failed}")
                series.points[count] = why_not = f"failed: {failed}"


def text(point):
    return point if isinstance(point, str) else f"{duration(point[0])}, {memory.text(point[1])}"


def run(bench):
    every = all_series(bench)
    for series in every:
        grow(bench, series)
    counts = [10 ** power for power in bench.scale.powers]
    section = Section("Growth", "Time and peak memory against the number of documents; of a pipeline the time of all"
                      f" and the memory of its last stage. {bench.about_in_flight()}",
                      [table(("", *(f"{count:,}" for count in counts)),
                             [(series.name, *(text(series.points[count]) for count in counts)) for series in every]),
                       commands([(series.name, memory.watched(stages_for(series, "FILE"))) for series in every])])
    why_not = bench.peers.why_not(["gnuplot"])
    section.body.append(f"The plot is {why_not}." if why_not else plot.draw(bench, every))
    call = every[2]
    if not any(isinstance(point, str) for point in call.points.values()):
        few, many = min(counts), max(counts)
        less, more = call.points[few][1], call.points[many][1]
        section.headlines.append(f"`ssm-call` has {memory.text(less)} with {few:,} documents and {memory.text(more)}"
                                 f" with {many:,}.")
    return section
