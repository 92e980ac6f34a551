"""Lanes and spans: what every task did, as plain data. Times are seconds from the start of the run."""

from array import array
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

State = Literal["running", "ready", "waiting", "blocked"]
End = Literal["returned", "raised", "cancelled", "pending"]

STATES: tuple[State, ...] = ("running", "ready", "waiting", "blocked")
RUNNING, READY, WAITING, BLOCKED = range(4)


class Task(NamedTuple):
    """A lane: times in seconds from the start of the run, None where unknown; `path` and `line` of its coroutine.

    `end` is None of a task that was gone before it could be asked how it ended. `thread` is the identifier of the
    thread in which it ran, or that it is.
    """

    id: int
    name: str
    kind: str
    parent: int | None
    coroutine: str
    path: str
    line: int
    created: float
    ended: float | None
    end: End | None
    thread: int | None = None


class Span(NamedTuple):
    """A stretch of one task in one state; seconds from the start of the run; the place where it was suspended."""

    task: int
    state: State
    start: float
    end: float
    path: str | None
    line: int | None


class Spans:
    """Spans as columns, so that millions of them stay small; `places` are pairs of path and line."""

    def __init__(self) -> None:
        self.tasks = array("i")
        self.states = bytearray()
        self.starts = array("d")
        self.ends = array("d")
        self.where = array("i")
        self.places: list[tuple[str, int]] = []

    def __len__(self) -> int:
        return len(self.tasks)

    def __iter__(self) -> Iterator[Span]:
        for index in range(len(self)):
            yield self[index]

    def __getitem__(self, index: int) -> Span:
        path, line = self.places[self.where[index]] if self.where[index] >= 0 else (None, None)
        state = STATES[self.states[index]]
        return Span(self.tasks[index], state, self.starts[index], self.ends[index], path, line)

    def add(self, task: int, state: int, start: float, end: float, where: int = -1) -> None:
        """Append a span; one that has no length is left out."""
        if end > start:
            self.tasks.append(task)
            self.states.append(state)
            self.starts.append(start)
            self.ends.append(end)
            self.where.append(where)


class Touch(NamedTuple):
    """A line at which another thread has put something into a loop's queue and not woken the loop; how often.

    `path` and `line` are None where it is no line of the person's own, `thread` is the lane, None where it has none.
    `slept` is for how many seconds the loop has then slept on, at most; 0 where it was awake each time.
    """

    path: str | None
    line: int | None
    thread: int | None
    times: int
    slept: float


class Unheeded(NamedTuple):
    """A task was cancelled while it was suspended at `line`, and then was suspended again at `again_line`.

    `waited` is for how many seconds it has waited there in all while nobody had taken the cancellation back.
    """

    task: int
    path: str
    line: int
    again_path: str
    again_line: int
    waited: float


class Timeline(NamedTuple):
    """All lanes of a run with their spans; `steps` counts the steps of tasks."""

    tasks: tuple[Task, ...]
    spans: Spans
    steps: int
    complete: bool
    touches: tuple[Touch, ...] = ()
    unheeded: tuple[Unheeded, ...] = ()


def task_json(task: Task) -> dict[str, Any]:
    """Give a lane in the published shape."""
    return {
        "id": task.id,
        "name": task.name,
        "kind": task.kind,
        "parent": task.parent,
        "coroutine": task.coroutine,
        "path": task.path,
        "line": task.line,
        "created": round(task.created, 6),
        "ended": None if task.ended is None else round(task.ended, 6),
        "end": task.end,
        "thread": task.thread,
    }


def span_json(span: Span) -> dict[str, Any]:
    """Give a span in the published shape."""
    return span._asdict() | {"start": round(span.start, 6), "end": round(span.end, 6)}
