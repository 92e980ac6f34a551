"""What happened at the same time in several runs, in columns."""

from collections.abc import Sequence
from typing import NamedTuple

from asyncdemo.recording import Output, Run

_TOGETHER = 40  # what happens within this part of the longest run stands in one row


class Row(NamedTuple):
    """A moment in seconds from each run's own zero, and what each run printed around it, in columns."""

    at: float
    cells: tuple[tuple[str, ...], ...]


def moments(runs: Sequence[Run]) -> list[Row]:
    """Give the rows in the order of time. What is printed almost at once stands together."""
    span = max((run.seconds.script or run.seconds.total or 0.0 for run in runs), default=0.0)
    events = sorted(
        (output.at - (run.seconds.zero or 0.0), column, output)
        for column, run in enumerate(runs)
        for output in run.output
        if output.text.strip()
    )
    rows: list[Row] = []
    for at, column, output in events:
        if not rows or at - rows[-1].at > span / _TOGETHER:
            rows.append(Row(at, ((),) * len(runs)))
        rows[-1] = _with(rows[-1], column, output)
    return rows


def folded(rows: Sequence[Row], most: int) -> tuple[list[Row], int, list[Row]]:
    """Give the first rows, how many are left out, and the last ones, so that it is `most` rows in all."""
    if len(rows) <= most:
        return list(rows), 0, []
    last = max(1, most // 4)
    first = most - last - 1
    return list(rows[:first]), len(rows) - first - last, list(rows[-last:])


def _with(row: Row, column: int, output: Output) -> Row:
    cells = list(row.cells)
    cells[column] += tuple(line for line in output.text.splitlines() if line.strip())
    return Row(row.at, tuple(cells))
