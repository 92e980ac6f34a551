"""What happened at the same time in several runs, in columns."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncdemo.model.recording import Run, Stream
from asyncdemo.views.overwriting import last_state

_TOGETHER = 40  # what happens within this part of the longest run stands in one row


class Row(NamedTuple):
    """A moment in seconds from each run's own zero, and the lines that each run printed around it, in columns."""

    at: float
    cells: tuple[list[str], ...]


def moments(runs: Sequence[Run]) -> list[Row]:
    """Give the rows in the order of time. What is printed almost at once stands together."""
    span = max((run.seconds.script or run.seconds.total or 0.0 for run in runs), default=0.0)
    events = [(at, column, line) for column, run in enumerate(runs) for at, line in _lines(run) if line.strip()]
    rows: list[Row] = []
    for at, column, line in sorted(events, key=lambda event: event[0]):  # lines of one moment keep their order
        if not rows or at - rows[-1].at > span / _TOGETHER:
            rows.append(Row(at, tuple([] for _ in runs)))
        rows[-1].cells[column].append(line)
    return rows


def folded(rows: Sequence[Row], most: int) -> tuple[list[Row], int, list[Row]]:
    """Give the first rows, how many are left out, and the last ones, so that it is `most` rows in all."""
    if len(rows) <= most:
        return list(rows), 0, []
    last = max(1, most // 4)
    first = most - last - 1
    return list(rows[:first]), len(rows) - first - last, list(rows[-last:])


def _lines(run: Run) -> Iterator[tuple[float, str]]:
    """Whole lines, each with the time of its first part, those on stderr with a mark."""
    unended: dict[Stream, tuple[float, list[str]]] = {}
    for output in run.output:
        at, parts = unended.pop(output.stream, (output.at, []))
        first, *others = output.text.split("\n")
        parts.append(first)
        for other in others:
            yield at - (run.seconds.zero or 0.0), _marked(output.stream, parts)
            at, parts = output.at, [other]
        if any(parts):
            unended[output.stream] = at, parts
    for stream, (at, parts) in unended.items():
        yield at - (run.seconds.zero or 0.0), _marked(stream, parts)


def _marked(stream: Stream, parts: list[str]) -> str:
    line = last_state("".join(parts))
    return f"! {line}" if stream == "stderr" and line else line
