"""Contenders measured side by side, and the table of them: a row for each, or the word why there is none."""
import measure
import report


class Contest:
    """Runs those whose peers are there. The first that ran and is named as base has ratio 1."""

    def __init__(self, bench, contenders, rounds, base):
        self.contenders = contenders
        self.base = base
        self.skipped = {each.name: each.why_not or bench.peers.why_not(each.needs) for each in contenders}
        self.taken = measure.in_turn([each for each in contenders if not self.skipped[each.name]], rounds,
                                     min(bench.scale.budget, bench.time_left()))
        bench.failures += [f"{name}: {failed}" for name, failed in self.taken.items()
                           if isinstance(failed, measure.Failed)]

    def samples(self, name):
        """Seconds for one document, round by round; None when there are none."""
        each = next(each for each in self.contenders if each.name == name)
        taken = self.taken.get(name)
        return None if taken is None or isinstance(taken, measure.Failed) else [one / each.count for one in taken]

    def as_long_as(self, name, base=None):
        """How many times as long it takes for one document as the base does."""
        return measure.ratio(self.samples(name), self.samples(base or self.base))

    def as_fast_as(self, name, base=None):
        """The other way round: how many times as many documents a second."""
        return measure.ratio(self.samples(base or self.base), self.samples(name))

    def median(self, name):
        samples = self.samples(name)
        return measure.spread(samples).median if samples else None

    def rows(self, cells):
        """cells(name) of each that ran, and a word about each other."""
        for each in self.contenders:
            if self.skipped[each.name]:
                yield each.name, self.skipped[each.name]
            elif isinstance(self.taken[each.name], measure.Failed):
                yield each.name, f"failed: {self.taken[each.name]}"
            else:
                yield (each.name, *cells(each.name))

    def times(self):
        """A table of how long one run takes, against the base."""
        return report.table(("", "median", f"{self.base} = 1"), self.rows(
            lambda name: (report.duration(self.median(name)), report.times(self.as_long_as(name)))))

    def rates(self, *bases):
        """A table of documents a second, against each of the bases."""
        bases = bases or (self.base,)
        return report.table(("", "a second", *(f"{base} = 1" for base in bases)), self.rows(
            lambda name: (report.number(1 / self.median(name)),
                          *(report.times(self.as_fast_as(name, base)) for base in bases))))

    def commands(self):
        return report.commands([(each.name, each.command) for each in self.contenders])
