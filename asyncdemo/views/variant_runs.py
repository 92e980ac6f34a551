"""The runs of a scenario's variants: which belong together, in what they differ, what happened at the same time."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from asyncdemo.model.recording import Run
from asyncdemo.views.foreign_text import output_lines


def side_by_side(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """The runs one by one, but those of different variants of one scenario together."""
    for scenario, some in groupby(runs, key=lambda run: run.subject.scenario if run.subject.variant else None):
        together: list[Run] = []
        for run in some:
            if scenario is None or run.subject.variant in {each.subject.variant for each in together}:
                if together:
                    yield together
                together = []
            together.append(run)
        if together:
            yield together


def same_work(runs: Sequence[Run]) -> list[Run]:
    """The most runs that printed the same lines, in any order: only of those a difference in time means much."""
    printed = [_lines(run) for run in runs]
    most = max(printed, key=printed.count, default=frozenset[str]())
    return [run for run, lines in zip(runs, printed, strict=True) if lines == most]


def is_about_speed(runs: Sequence[Run]) -> bool:
    """True if to compare their times is the next thing to do: they do the same, and none of them is in error."""
    errors = any(finding.severity == "error" for run in runs for finding in run.findings or ())
    return all(run.ok for run in runs) and not errors and len(same_work(runs)) > 1


def own_lines(runs: Sequence[Run]) -> list[str | None]:
    """The last line of each that not all of them printed; None where there is none."""
    common = frozenset.intersection(*map(_lines, runs)) if runs else frozenset[str]()
    return [next((line for line in reversed(_in_order(run)) if line not in common), None) for run in runs]


def _lines(run: Run) -> frozenset[str]:
    return frozenset(_in_order(run))


def _in_order(run: Run) -> list[str]:
    text = "".join(output.text for output in run.output if output.stream != "stderr")
    return [line for line in text.splitlines() if line.strip()]


_TOGETHER = 40  # what happens within this part of the longest run stands in one row


class Moment(NamedTuple):
    """A moment in seconds from each run's own zero, and the lines that each run printed around it, in columns."""

    at: float
    cells: tuple[list[str], ...]


def moments(runs: Sequence[Run]) -> list[Moment]:
    """The rows in the order of time. What is printed almost at once stands together."""
    span = max((run.seconds.script or run.seconds.total or 0.0 for run in runs), default=0.0)
    events: list[tuple[float, int, str]] = []
    for column, run in enumerate(runs):
        zero, said = run.seconds.zero or 0.0, (each for each in output_lines(run.output) if each.text.strip())
        events += ((each.at - zero, column, ("! " if each.stream == "stderr" else "") + each.text) for each in said)
    rows: list[Moment] = []
    for at, column, line in sorted(events, key=lambda event: event[0]):  # lines of one moment keep their order
        if not rows or at - rows[-1].at > span / _TOGETHER:
            rows.append(Moment(at, tuple([] for _ in runs)))
        rows[-1].cells[column].append(line)
    return rows


def folded(rows: Sequence[Moment], most: int) -> tuple[list[Moment], int, list[Moment]]:
    """The first rows, how many are left out, and the last ones, so that it is `most` rows in all."""
    if len(rows) <= most:
        return list(rows), 0, []
    last = max(1, most // 4)
    first = most - last - 1
    return list(rows[:first]), len(rows) - first - last, list(rows[-last:])
