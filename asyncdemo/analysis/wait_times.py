"""Where the time of a run went that nobody computed in: by the line that awaits, and for what it waits."""

from typing import NamedTuple

from asyncdemo.spans import WAITING, Reason, Timeline, wait_words

_FOR_TASKS = frozenset({"gather", "task group", "nursery", "task", "asyncio.wait", "as_completed", "shield"})


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


def wait_times(timeline: Timeline) -> list[WaitTime]:
    """The waits of a run, those for which most time elapsed first, waits for other tasks last.

    A wait counts once for each stretch in which a task was suspended at the line. Cost: the spans, and sorting them.
    """
    spans, names = timeline.spans, {task.id: task.name for task in timeline.tasks}
    kinds = {task.id: task.kind for task in timeline.tasks}
    stretches: dict[int, list[tuple[float, float]]] = {}
    columns = zip(spans.tasks, spans.states, spans.starts, spans.ends, spans.where, strict=True)
    for task, state, start, end, where in columns:
        if state == WAITING and where >= 0 and kinds.get(task) != "thread":
            stretches.setdefault(where, []).append((start, end))
    rows = [_row(spans.places[where], spans.reasons.get(where), some, names) for where, some in stretches.items()]
    return sorted(rows, key=lambda row: (row.for_tasks, -row.elapsed))


def _row(
    place: tuple[str, int], reason: Reason | None, stretches: list[tuple[float, float]], names: dict[int, str]
) -> WaitTime:
    reason = reason or Reason("")
    task = names.get(reason.value or 0) if reason.wait == "task" else None
    lengths = [end - start for start, end in stretches]
    at_once, elapsed = _overlap(stretches)
    words = wait_words(reason.wait, reason.value, task) or "waiting"
    for_tasks = reason.wait in _FOR_TASKS
    return WaitTime(
        *place, reason.through, words, len(lengths), sum(lengths), max(lengths), at_once, elapsed, for_tasks
    )


def _overlap(stretches: list[tuple[float, float]]) -> tuple[int, float]:
    """How many stretches there are at once at most, and how many seconds any of them covers."""
    ends = [(start, 1) for start, _ in stretches] + [(end, -1) for _, end in stretches]
    most = now = 0
    covered = since = 0.0
    for moment, change in sorted(ends):
        if not now:
            since = moment
        now += change
        most = max(most, now)
        if not now:
            covered += moment - since
    return most, covered
