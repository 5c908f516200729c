"""Peak resident memory of processes: each runs under bench/peak, which says it on descriptor 3."""
import measure


def watched(stages):
    """A pipeline of these commands with a bench/peak around each."""
    return " | ".join(f"peak {stage} 3>peak-{i}" for i, stage in enumerate(stages))


def peaks(stages):
    """What the stages had, in KiB; a stage's children count with it, the largest one. For after a run."""
    for i in range(len(stages)):
        with open(f"peak-{i}", encoding="utf-8") as file:
            yield int(file.read())


def run(stages):
    """Seconds and peaks of one run. Raises Failed."""
    seconds = measure.run(watched(stages))
    return seconds, list(peaks(stages))


def text(kib):
    return f"{kib / 1024:.1f} MiB"
