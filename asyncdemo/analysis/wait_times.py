"""How many waits there were in a run, how many at once, and where its time went: by awaiting line and kind of wait."""

import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from operator import sub
from typing import Any, Literal, NamedTuple

from asyncdemo.analysis.task_names import names
from asyncdemo.model.recording import Run
from asyncdemo.model.spans import WAITING, Reason, Task, Timeline, wait_words
from asyncdemo.model.user_code import is_own

_NEXT_TO_NOTHING = 0.01  # of its own time: a script that used no processor for less has not waited
_OF_PROCESSES = re.compile(r"[/\\](concurrent[/\\]futures[/\\]process|multiprocessing[/\\]\w+)\.py$")
_NO_TIME = 0.001  # seconds: nor has one that used none for less than that


class Waits(NamedTuple):
    """How many waits were seen, and how many at the same time at most. `number` is None where only that is known."""

    number: int | None
    at_once: int


def waits(run: Run) -> Waits | None:
    """The waits of a run that was traced; None where they are not known.

    A script without tasks and without threads does one thing at a time, so it waits one at a time, if at all: its
    waits were not seen, but that it used no processor meanwhile.
    """
    if run.timeline is not None and (run.timeline.tasks or not run.timeline.complete):
        return _seen(run.timeline, run.python.libraries) if run.timeline.tasks else None
    if run.findings is None:
        return None  # the run was not traced
    script, waiting = run.seconds.own, run.seconds.waiting
    if script is None or waiting is None:
        return None
    return Waits(None, 1) if waiting > max(_NO_TIME, _NEXT_TO_NOTHING * script) else Waits(0, 0)


def _seen(timeline: Timeline, libraries: tuple[str, ...]) -> Waits:
    """Count the waits of tasks. One that has started others most often just waits for these: it is left out."""
    carriers = {task.id for task in timeline.tasks if _looks_after_processes(task, libraries)}
    left_out = _starters(timeline.tasks, carriers) | carriers
    spans = timeline.spans
    seen = [
        index for index, state in enumerate(spans.states) if state == WAITING and spans.tasks[index] not in left_out
    ]
    return Waits(
        len(seen), most_at_once((spans.starts[index] for index in seen), (spans.ends[index] for index in seen))
    )


def most_at_once(starts: Iterable[float], ends: Iterable[float]) -> int:
    """How many stretches there are at the same time at most; what has no end goes on."""
    until, most, over = sorted(ends), 0, 0
    for count, start in enumerate(sorted(starts), 1):
        while over < len(until) and until[over] <= start:
            over += 1
        most = max(most, count - over)
    return most


def _starters(tasks: Sequence[Task], carriers: set[int]) -> set[int | None]:
    """Who has started others: of threads it is not known who did, most often the main program."""
    threads = [task for task in tasks if task.kind == "thread" and task.id not in carriers]
    main = {task.id for task in threads if task.name == "MainThread"} if len(threads) > 1 else set()
    return {task.parent for task in tasks} | main


def _looks_after_processes(task: Task, libraries: tuple[str, ...]) -> bool:
    """True if it is a thread of the library that carries work to other processes: what waits is over there."""
    of_processes = task.kind == "thread" and _OF_PROCESSES.search(task.path or "") is not None
    return of_processes and not is_own(task.path, libraries)


FOR_TASKS = frozenset({"gather", "task group", "nursery", "task", "asyncio.wait", "as_completed", "shield"})


class WaitTime(NamedTuple):
    """One awaiting line and one kind of wait: how many times, seconds in all and at most, and how many at once.

    `through` are the lines of user code that led to it, the outermost first. `elapsed` is for how many seconds at least
    one task waited there. `for_tasks` if it waits for other tasks, whose own waits tell more.
    """

    path: str
    line: int
    through: tuple[tuple[str, int], ...]
    wait: str
    times: int
    total: float
    longest: float
    at_once: int
    elapsed: float
    for_tasks: bool


Order = Literal["total", "longest", "times", "line"]
ORDERS: tuple[Order, ...] = ("total", "longest", "times", "line")
_LEAST_SECONDS, _LEAST_PART = 0.02, 0.1  # of the script's time: less at one line is nothing to be shown unasked
_FEW_WAITS = 2  # lines: of a single one the lanes say as much


def wait_times(timeline: Timeline, order: Order | None = None) -> list[WaitTime]:
    """The waits of a run in this order, else those for which most time elapsed first, waits for other tasks last.

    A wait counts once for each stretch in which a task was suspended at the line. Cost: the spans, and sorting them.
    """
    spans, called = timeline.spans, names(timeline.tasks)
    kinds = {task.id: task.kind for task in timeline.tasks}
    stretches: dict[int, tuple[array[float], array[float]]] = {}  # starts and ends: there may be a million
    columns = zip(spans.tasks, spans.states, spans.starts, spans.ends, spans.where, strict=True)
    for task, state, start, end, where in columns:
        if state == WAITING and where >= 0 and kinds.get(task) != "thread":
            starts, ends = stretches.get(where) or stretches.setdefault(where, (array("d"), array("d")))
            starts.append(start)
            ends.append(end)
    rows = [_row(spans.places[where], spans.reasons.get(where), some, called) for where, some in stretches.items()]
    return sorted(rows, key=_KEYS[order])


_KEYS: dict[Order | None, Callable[["WaitTime"], Any]] = {
    None: lambda row: (row.for_tasks, -row.elapsed),
    "total": lambda row: -row.total,
    "longest": lambda row: -row.longest,
    "times": lambda row: -row.times,
    "line": lambda row: (row.path, row.line, row.through),
}


def say_something(rows: Sequence[WaitTime], seconds: float) -> bool:
    """True if the waits of a script that took so long tell where its time went: at several lines, and not for moments.

    Waits for other tasks do not count: the waits of those tell more.
    """
    own = [row for row in rows if not row.for_tasks]
    most = max((row.elapsed for row in own), default=0.0)
    return len(own) >= _FEW_WAITS and most >= max(_LEAST_SECONDS, _LEAST_PART * seconds)


def _row(
    place: tuple[str, int],
    reason: Reason | None,
    stretches: tuple["array[float]", "array[float]"],
    called: dict[int, str],
) -> WaitTime:
    reason = reason or Reason("")
    task = called.get(reason.value or 0) if reason.wait == "task" else None
    lengths = array("d", map(sub, stretches[1], stretches[0]))
    at_once, elapsed = most_at_once(*stretches), _covered(*stretches)
    words = wait_words(reason.wait, reason.value, task) or "waiting"
    for_tasks = reason.wait in FOR_TASKS
    return WaitTime(
        *place, reason.through, words, len(lengths), sum(lengths), max(lengths), at_once, elapsed, for_tasks
    )


def _covered(starts: "array[float]", ends: "array[float]") -> float:
    """How many seconds any of the stretches covers."""
    covered, last = 0.0, float("-inf")
    for start, end in sorted(zip(starts, ends, strict=True)):
        covered += max(0.0, end - max(start, last))
        last = max(last, end)
    return covered
