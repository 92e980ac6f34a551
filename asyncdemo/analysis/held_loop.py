"""What loops did with their time, and which lines held them: how often, how long, how many others were late by it."""

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import Literal, NamedTuple

from asyncdemo.model.recording import Subject
from asyncdemo.model.spans import BLOCKED, CALLBACKS, LONG, READY, RUNNING, TASKS, Task, Timeline


class Shares(NamedTuple):
    """Parts of the time for which loops ran, from 0 to 1; the longest step that blocked one in seconds."""

    busy: float
    blocked: float
    idle: float
    unknown: float
    longest_blocked: float


def shares(timeline: Timeline) -> Shares | None:
    """The shares of a run's loops together; None where none ran, or several at once, or that was not recorded.

    Also where they did not run for most of the time from their first start to their last stop: what a loop did with
    the two milliseconds between two readings of standard input says nothing about the run.
    """
    loops = sorted(timeline.loops, key=lambda loop: loop.start)
    ran = sum(loop.ran for loop in loops)
    if ran <= sum(loop.end - loop.start for loop in loops) / 2 or any(
        before.end > after.start for before, after in pairwise(loops)
    ):
        return None
    return Shares(
        busy=sum(loop.busy for loop in loops) / ran,
        blocked=sum(loop.blocked for loop in loops) / ran,
        idle=sum(loop.idle for loop in loops) / ran,
        unknown=sum(loop.unknown for loop in loops) / ran,
        longest_blocked=max(loop.longest_blocked for loop in loops),
    )


LATE = 0.010  # seconds: a task that has to wait longer than that for its turn is late

_Key = tuple[str, int, int, str | None]  # path, line, state, function


class Held(NamedTuple):
    """A line that held the loop: how many times, seconds in all and at most, how many others were late meanwhile.

    Where the line is not known, `path` and `line` are those of the coroutine that `function` names, or "" and 0 of
    callbacks.
    """

    path: str
    line: int
    state: Literal["blocked", "computing"]
    function: str | None
    times: int
    total: float
    longest: float
    late: int


_NOT_THE_CALL = re.compile(r"(?:(?:return|await|yield|for .+? in|if|while|with|async|[\w., ]+ =) )+")
_LINE_END = re.compile(r"\r\n|\r|\n")  # Python's; str.splitlines knows more


def call_of(row: Held, subject: Subject) -> str:
    """What was called there, as the code has it; "" where that is not known."""
    if row.function is not None:
        return f"in {row.function}()" if row.function else ""
    lines = _LINE_END.split(subject.text_of(row.path) or "")
    return _NOT_THE_CALL.sub("", lines[row.line - 1].strip(), count=1) if 0 < row.line <= len(lines) else ""


def held(timeline: Timeline) -> list[Held]:
    """The lines that held the loop, first what took most time in all. Cost: sorting the late."""
    tasks = {task.id: task for task in timeline.tasks if task.kind in (*TASKS, CALLBACKS)}
    spans, late = timeline.spans, _Late(timeline)
    steps: dict[_Key, list[tuple[float, float]]] = {}
    for index in spans.long:
        start, end = spans.starts[index], spans.ends[index]
        if end - start >= LONG and spans.states[index] in (RUNNING, BLOCKED) and spans.tasks[index] in tasks:
            key = _key(timeline, index, tasks[spans.tasks[index]])
            steps.setdefault(key, []).append((start, end))
    return sorted((_row(key, some, late) for key, some in steps.items()), key=lambda row: row.total, reverse=True)


class _Late:
    """Tells how many tasks had to wait for their turn during a step."""

    def __init__(self, timeline: Timeline) -> None:
        spans = timeline.spans
        ready = [index for index in spans.long if spans.states[index] == READY]
        late = [index for index in ready if spans.ends[index] - spans.starts[index] >= LATE]
        self._starts = sorted(spans.starts[index] for index in late)
        self._ends = sorted(spans.ends[index] for index in late)

    def during(self, start: float, end: float) -> int:
        """How many were late between two moments; whoever made the step was so until the first of them at most."""
        return bisect_left(self._starts, end) - bisect_right(self._ends, start)


def _key(timeline: Timeline, index: int, task: Task) -> _Key:
    spans = timeline.spans
    if spans.where[index] < 0:
        return task.path, task.line, spans.states[index], task.coroutine
    return *spans.places[spans.where[index]], spans.states[index], None


def _row(key: _Key, steps: list[tuple[float, float]], late: _Late) -> Held:
    path, line, state, function = key
    seconds = [end - start for start, end in steps]
    others = sum(late.during(start, end) for start, end in steps)
    said: Literal["blocked", "computing"] = "blocked" if state == BLOCKED else "computing"
    return Held(path, line, said, function, len(steps), sum(seconds), max(seconds), others)
