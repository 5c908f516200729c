"""Text in Markdown: numbers, tables, sections."""
import dataclasses
import textwrap


@dataclasses.dataclass
class Section:
    """One stage's part of the report. The headlines go to the top of it, and into README.md."""
    title: str
    text: str
    body: list = dataclasses.field(default_factory=list)
    headlines: list = dataclasses.field(default_factory=list)


def number(value):
    """Three digits that count, without an exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.{2 if value < 10 else 1}f}"


def times(spread):
    """A ratio with its spread."""
    if spread is None:
        return "–"
    if number(spread.low) == number(spread.high):
        return number(spread.median)
    return f"{number(spread.median)} ({number(spread.low)}–{number(spread.high)})"


def percent(spread):
    low, high = f"{spread.low * 100:.0f}", f"{spread.high * 100:.0f}"
    return f"{spread.median * 100:.0f} %" + (f" ({low}–{high})" if low != high else "")


def duration(seconds):
    return f"{number(seconds)} s" if seconds >= 1 else f"{number(seconds * 1e3)} ms"


def cell(text):
    return str(text).replace("|", "\\|")


def table(head, rows):
    """Lines of a table: names to the left, numbers to the right."""
    lines = ["| " + " | ".join(cell(name) for name in head) + " |",
             "|---|" + "---:|" * (len(head) - 1)]
    for row in rows:
        row = list(row) + [""] * (len(head) - len(row))
        lines.append("| " + " | ".join(cell(text) for text in row) + " |")
    return "\n".join(lines)


def commands(pairs):
    """The commands that the rows of a table stand for."""
    width = max(len(name) for name, _ in pairs)
    return "\n".join(f"    {name.ljust(width)}  {command}" for name, command in pairs)


def bullets(lines):
    """A list, folded as README.md is."""
    return "".join(textwrap.fill(line, 110, initial_indent="- ", subsequent_indent="  ", break_long_words=False,
                                 break_on_hyphens=False) + "\n" for line in lines)
