"""Measurements beside what they are measured against, as one table."""

from dataclasses import dataclass

MB = 1_000_000


@dataclass
class Row:
    """What was measured, against what, and how much of it may be.

    `most` is the most that the ratio may be, or, where there is nothing to compare with, the measured value itself.
    """

    what: str
    measured: str
    against: str = ""
    ratio: float | None = None
    most: float | None = None
    goal: str = ""
    #: A count is the same on every machine, so that missing its goal is an error.
    is_count: bool = False
    #: It stands for itself; there is no ratio to tell.
    is_absolute: bool = False

    @property
    def met(self):
        return None if self.most is None else self.ratio <= self.most + 1e-9

    def cells(self):
        mark = {None: "", True: "✓", False: "**missed**"}[self.met]
        ratio = "" if self.ratio is None or self.is_absolute else f"{self.ratio:.2f}"
        return [self.what, self.measured, self.against, ratio, self.goal, mark]


def compared(what, ours, theirs, against, tell, most=None, is_count=False):
    """Ours against theirs, both told by `tell`."""
    goal = "" if most is None else ("the fewest" if is_count and most == 1 else f"≤ {most:g} ×")
    return Row(what, tell(ours), f"{tell(theirs)} {against}", ours / theirs, most, goal, is_count)


def at_most(what, value, most, tell, is_count=False):
    """A value that has a bound of its own."""
    goal = "" if most is None else ("none" if most == 0 else f"≤ {tell(most)}")
    return Row(what, tell(value), "", float(value), most, goal, is_count, is_absolute=True)


def megabytes(count):
    return f"{count / MB:.1f} MB"


def milliseconds(seconds):
    return f"{seconds * 1e3:.1f} ms"


def microseconds(seconds):
    return f"{seconds * 1e6:.0f} µs"


def seconds(count):
    return f"{count:.1f} s"


def number(count):
    return f"{count:,}"


def markdown(sections):
    """All sections in one table."""
    lines = ["| | measured | against | ratio | goal | |", "|---|---|---|---|---|---|"]
    for title, rows in sections:
        lines.append(f"| **{title}** | | | | | |")
        lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    return "\n".join(lines)
