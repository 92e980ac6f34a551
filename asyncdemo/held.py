"""What held an event loop: the lines at which steps took long, how long in all, and how many others were late by it."""

from bisect import bisect_left, bisect_right
from typing import Literal, NamedTuple

from asyncdemo.spans import BLOCKED, READY, RUNNING, Task, Timeline

LONG = 0.001  # seconds: a step that takes longer holds the loop
LATE = 0.010  # seconds: a task that has to wait longer for its turn is late


class Held(NamedTuple):
    """A line that held the loop: how many times, seconds in all and at most, how many others were late meanwhile.

    Where the line is not known, `path` and `line` are those of the coroutine that `function` names.
    """

    path: str
    line: int
    state: Literal["blocked", "computing"]
    times: int
    total: float
    longest: float
    late: int
    function: str | None


def held(timeline: Timeline) -> list[Held]:
    """Give the lines that held the loop, what took most time first. Cost: the spans, and sorting the late ones."""
    tasks = {task.id: task for task in timeline.tasks if task.kind in ("asyncio", "trio")}
    spans, late = timeline.spans, _Late(timeline)
    found: dict[tuple[str, int, int, str | None], list[float]] = {}
    for index, (state, start, end) in enumerate(zip(spans.states, spans.starts, spans.ends, strict=True)):
        if end - start < LONG or state not in (RUNNING, BLOCKED) or spans.tasks[index] not in tasks:
            continue
        key = (*_place(timeline, index, tasks[spans.tasks[index]]), state)
        times, total, longest, others = found.get((key[0], key[1], key[3], key[2]), (0.0, 0.0, 0.0, 0.0))
        seconds = end - start
        found[key[0], key[1], key[3], key[2]] = [
            times + 1,
            total + seconds,
            max(longest, seconds),
            others + late.during(start, end),
        ]
    rows = []
    for (path, line, state, function), (times, total, longest, others) in found.items():
        said: Literal["blocked", "computing"] = "blocked" if state == BLOCKED else "computing"
        rows.append(Held(path, line, said, int(times), total, longest, int(others), function))
    return sorted(rows, key=lambda row: row.total, reverse=True)


def _place(timeline: Timeline, index: int, task: Task) -> tuple[str, int, str | None]:
    where = timeline.spans.where[index]
    return (task.path, task.line, task.coroutine) if where < 0 else (*timeline.spans.places[where], None)


class _Late:
    """Tells how many tasks had to wait for their turn during a step."""

    def __init__(self, timeline: Timeline) -> None:
        spans = timeline.spans
        waits = [
            (start, end)
            for state, start, end in zip(spans.states, spans.starts, spans.ends, strict=True)
            if state == READY and end - start >= LATE
        ]
        self._starts = sorted(start for start, _ in waits)
        self._ends = sorted(end for _, end in waits)

    def during(self, start: float, end: float) -> int:
        """How many were ready and late between two moments; the task itself was until the first of them."""
        return bisect_left(self._starts, end) - bisect_right(self._ends, start)
