"""A timeline for a page: lanes with their spans as columns of whole microseconds, lines of code by number."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from asyncdemo.lanes.naming import names, shown_tasks
from asyncdemo.recording import Run
from asyncdemo.spans import Spans, Task, Timeline
from asyncdemo.views.harmless import shortened
from asyncdemo.views.html.code import where
from asyncdemo.views.html.merging import Drawn, merged

MOST = 1_000  # lanes
_LONGEST = 80  # characters of a name


class Lanes(NamedTuple):
    """The document of all lanes, the number of each task's, and in words what is not in it.

    `below` is what was merged, in seconds.
    """

    document: list[dict[str, Any]]
    numbers: Mapping[int, int]
    remarks: list[str]
    below: float = 0.0


def lanes(run: Run, timeline: Timeline, zero: float, length: float) -> Lanes:
    """Give the lanes of a run in the order in which its tasks came to be; `length` in seconds is that of the axis."""
    tasks = _drawn_tasks(timeline)
    called = names(tasks) | {task.id: task.name for task in tasks if task.kind == "thread" and task.name}
    remarks = _left_out(len(tasks))
    tasks = tasks[:MOST]
    found = merged(timeline.spans, [task.id for task in tasks], length)
    if found.below:
        remarks.append(
            f"Of {len(timeline.spans):,} stretches {found.number:,} are drawn: those shorter than "
            f"{found.below * 1e6:,.0f} microseconds were put together with their neighbours, and are drawn in the "
            "state that took most of the time. Every total below is of all of them."
        )
    totals = _totals(timeline.spans)
    places = [where(*place, run.subject) for place in timeline.spans.places]
    document = [
        _head(task, called[task.id], zero)
        | {"totals": totals.get(task.id, [0, 0, 0, 0])}
        | _columns(found.lanes[task.id], places, zero)
        for task in tasks
    ]
    return Lanes(document, {task.id: index for index, task in enumerate(tasks)}, remarks, found.below)


def _drawn_tasks(timeline: Timeline) -> list[Task]:
    """Those that views show, and the threads of pools, for which a page has room."""
    shown = {task.id for task in shown_tasks(timeline, full=False)}
    return [task for task in timeline.tasks if task.kind == "thread" or task.id in shown]


def _left_out(number: int) -> list[str]:
    return [f"The first {MOST:,} tasks are drawn, of {number:,}."] if number > MOST else []


def _head(task: Task, name: str, zero: float) -> dict[str, Any]:
    return {
        "name": shortened(name, _LONGEST),
        "kind": task.kind,
        "made": microseconds(task.created - zero),
        "ended": None if task.ended is None else microseconds(task.ended - zero),
        "end": task.end,
    }


def _totals(spans: Spans) -> dict[int, list[int]]:
    """For how many microseconds each task was in each state."""
    totals: dict[int, list[float]] = {task: [0.0] * 4 for task in set(spans.tasks)}
    for task, state, start, end in zip(spans.tasks, spans.states, spans.starts, spans.ends, strict=True):
        totals[task][state] += end - start
    return {task: [microseconds(seconds) for seconds in each] for task, each in totals.items()}


def _columns(lane: Sequence[Drawn], places: Sequence[int | str], zero: float) -> dict[str, Any]:
    """`start` is the distance from the start of the span before; `at` a line of the script, or words, or 0."""
    starts = [microseconds(drawn.start - zero) for drawn in lane]
    return {
        "start": [start - before for before, start in zip([0, *starts], starts, strict=False)],
        "length": [microseconds(drawn.end - zero) - start for drawn, start in zip(lane, starts, strict=True)],
        "state": "".join(str(drawn.state) for drawn in lane),
        "at": [places[drawn.where] if drawn.where >= 0 else 0 for drawn in lane],
        "merged": {index: drawn.many for index, drawn in enumerate(lane) if drawn.many > 1},
    }


def microseconds(seconds: float) -> int:
    """Give a time as a whole number."""
    return round(seconds * 1e6)
