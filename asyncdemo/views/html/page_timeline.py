"""The timeline of a page: lanes with their spans, and the moments of its step control; lines of code by number.

No more spans than a page can hold: those that are shorter than a pixel at the largest zoom are put together with their
neighbours. What is drawn in their place is the state that took most of the time; how many there were is kept. Pure;
cost: that of sorting the spans.

The moments come as what has changed since the one before:

    {"moments": [[index, at, kind, lane, printed, printed until, [change, ...]], ...], "of": how many there are in all}

A change is [lane, state, since, place, how]: the state by its number, -1 where it is not known, place as in the lanes,
how by its number in _HOWS. [lane] alone: the task is not there. Times are microseconds from the script's first step.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import sub
from typing import Any, NamedTuple

from asyncdemo.analysis.moments import Standing, moments
from asyncdemo.analysis.task_names import names, shown_tasks
from asyncdemo.model.recording import Run, Subject
from asyncdemo.model.spans import STATES, WAITING, Spans, Task, Timeline, wait_words
from asyncdemo.views.foreign_text import shortened
from asyncdemo.views.shown_modules import lines, where
from asyncdemo.views.wording import microseconds

MOST_LANES = 1_000  # lanes
_LONGEST = 80  # characters of a name
MOST_SPANS = 120_000  # spans of a page, in all its lanes
_FINEST = 2**17  # pixels along a run at the largest zoom, if spans have to be merged at all
MOST_MOMENTS = 5_000  # moments of a page
_STANDINGS = 100_000  # of all moments together: each takes a few microseconds to find out

_HOWS = (None, "defined", "suspended", "seen")

Change = list[Any]


class Lanes(NamedTuple):
    """The document of all lanes, the number of each task's, and in words what is not in it.

    `below` is what was merged, in seconds.
    """

    document: list[dict[str, Any]]
    numbers: Mapping[int, int]
    remarks: list[str]
    below: float = 0.0


def lanes(timeline: Timeline, zero: float, length: float) -> Lanes:
    """The lanes of a run in the order in which its tasks came to be; `length` in seconds is that of the axis."""
    seen = {task.id for task in shown_tasks(timeline, full=False)}
    tasks = [task for task in timeline.tasks if task.kind == "thread" or task.id in seen]  # of pools, too
    called = names(tasks) | {task.id: task.name for task in tasks if task.kind == "thread" and task.name}
    remarks = [f"The first {MOST_LANES:,} tasks are drawn, of {len(tasks):,}."] if len(tasks) > MOST_LANES else []
    tasks = tasks[:MOST_LANES]
    found = merged(timeline.spans, [task.id for task in tasks], length)
    if found.below:
        remarks.append(
            f"Of {len(timeline.spans):,} stretches {found.number:,} are drawn: those shorter than "
            f"{found.below * 1e6:,.0f} microseconds were put together with their neighbours, and are drawn in the "
            "state that took most of the time. Every total below is of all of them."
        )
    totals = _totals(timeline.spans)
    numbers = {task.id: index for index, task in enumerate(tasks)}
    document = [
        _head(task, called[task.id], zero)
        | {"totals": totals.get(task.id, [0, 0, 0, 0])}
        | _columns(found.lanes[task.id], numbers, zero)
        for task in tasks
    ]
    return Lanes(document, numbers, remarks, found.below)


def places(timeline: Timeline, subject: Subject) -> list[list[int | str]]:
    """The places of spans: the key of the line, for what tasks wait there, and the lines that led there, in words."""
    called = names(timeline.tasks)
    return [_place(timeline.spans, index, subject, called) for index in range(len(timeline.spans.places))]


def _place(spans: Spans, index: int, subject: Subject, called: Mapping[int, str]) -> list[int | str]:
    key, reason = where(*spans.places[index], subject), spans.reasons.get(index)
    if reason is None:
        return [key]
    task = called.get(reason.value or 0) if reason.wait == "task" else None
    words = "" if not reason.wait else f"awaits {task}" if task else wait_words(reason.wait, reason.value)
    led = [lines([*reason.through, spans.places[index]], subject)] if reason.through else []
    return [key, shortened(words, _LONGEST), *led]


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
    totals: dict[int, list[float]] = {task: [0.0] * 4 for task in spans.by_task}
    for task, state, start, end in zip(spans.tasks, spans.states, spans.starts, spans.ends, strict=True):
        totals[task][state] += end - start
    return {task: [microseconds(seconds) for seconds in each] for task, each in totals.items()}


def _columns(lane: Sequence["Drawn"], lanes: Mapping[int, int], zero: float) -> dict[str, Any]:
    """`start` is the distance from the start of the span before; `place` an index into `places`, -1 if unknown.

    `woken` has for each wait the lane whose step has ended it, -1 where none did.
    """
    starts = [microseconds(drawn.start - zero) for drawn in lane]
    return {
        "start": [start - before for before, start in zip([0, *starts], starts, strict=False)],
        "length": [microseconds(drawn.end - zero) - start for drawn, start in zip(lane, starts, strict=True)],
        "state": "".join(str(drawn.state) for drawn in lane),
        "place": [drawn.where for drawn in lane],
        "woken": [lanes.get(drawn.waker, -1) for drawn in lane if drawn.state == WAITING],
        "merged": {index: drawn.many for index, drawn in enumerate(lane) if drawn.many > 1},
    }


class Drawn(NamedTuple):
    """A stretch of a lane, in seconds from the start of the run; `many` spans in its place, `where` a place's index.

    `waker` is the task whose step has ended it, -1 where none has.
    """

    start: float
    end: float
    state: int
    where: int
    many: int = 1
    waker: int = -1


class Merged(NamedTuple):
    """The stretches by task; `below` (seconds) is what is shorter and was merged, 0.0 if nothing was."""

    lanes: dict[int, list[Drawn]]
    below: float = 0.0

    @property
    def number(self) -> int:
        """How many stretches there are."""
        return sum(map(len, self.lanes.values()))


def merged(spans: Spans, tasks: Iterable[int], length: float, most: int = MOST_SPANS) -> Merged:
    """The spans of these tasks, `most` of them at most if there are not as many lanes; `length` in seconds."""
    own = {task: spans.of(task) for task in tasks}
    if sum(map(len, own.values())) <= most:
        return Merged({task: [_drawn(spans, index) for index in indexes] for task, indexes in own.items()})
    # The least that is drawn by itself: half of what there is room for is longer.
    below = max(length / _FINEST, sorted(map(sub, spans.ends, spans.starts))[-max(1, (most - len(own)) // 2)])
    while True:
        found = Merged({task: _lane(spans, indexes, below) for task, indexes in own.items()}, below)
        if found.number <= most or below >= length:
            return found
        below *= 2


def _lane(spans: Spans, indexes: Sequence[int], below: float) -> list[Drawn]:
    """The stretches of one lane."""
    starts, ends = spans.starts, spans.ends
    lane: list[Drawn] = []
    group: list[int] = []
    first = last = 0.0
    for index in indexes:
        start, end = starts[index], ends[index]
        if end - start >= below:
            if group:
                lane.append(_together(spans, group))
                group = []
            lane.append(_drawn(spans, index))
            continue
        if group and (end - first >= below or start - last >= below):
            lane.append(_together(spans, group))
            group = []
        if not group:
            first = start
        group.append(index)
        last = end
    if group:
        lane.append(_together(spans, group))
    return lane


def _drawn(spans: Spans, index: int) -> Drawn:
    start, end, state = spans.starts[index], spans.ends[index], spans.states[index]
    return Drawn(start, end, state, spans.where[index], waker=spans.wakers[index])


def _together(spans: Spans, group: Sequence[int]) -> Drawn:
    """One stretch for all of these; its place is that of the longest that has one."""
    if len(group) == 1:
        return _drawn(spans, group[0])
    starts, ends = spans.starts, spans.ends
    times, longest, where = [0.0] * 4, -1.0, -1
    for index in group:
        took = ends[index] - starts[index]
        times[spans.states[index]] += took
        if took > longest and spans.where[index] >= 0:
            longest, where = took, spans.where[index]
    return Drawn(starts[group[0]], ends[group[-1]], times.index(max(times)), where, len(group))


def stepping(run: Run, lanes: Mapping[int, int], zero: float) -> tuple[dict[str, Any], list[str]]:
    """The moments of those tasks that have a lane, and in words which are left out.

    Of more than there is room for, some at even distances are kept.
    """
    found = moments(run)
    most = max(2, min(MOST_MOMENTS, _STANDINGS // max(1, len(lanes))))
    own = [index for index in range(len(found)) if found.tasks[index] in lanes or not found.tasks[index]]
    kept = own if len(own) <= most else [own[place * (len(own) - 1) // (most - 1)] for place in range(most)]
    before: dict[int, Change] = {}
    documents = []
    key_of = cache(lambda path, line: where(path, line, run.subject))
    for index in kept:
        moment = found[index]
        now = {lanes[each.task]: _change(each, lanes, key_of, zero) for each in moment.standings if each.task in lanes}
        changes = [change for lane, change in now.items() if before.get(lane) != change]
        changes += [[lane] for lane in before if lane not in now]
        lane, at = None if moment.task is None else lanes.get(moment.task), _fine(moment.at - zero)
        documents.append([moment.number, at, moment.kind, lane, moment.printed, moment.printed_until, changes])
        before = now
    remarks = [f"Of {len(own):,} moments {len(kept):,} can be stepped to, at even distances."] * (len(kept) < len(own))
    return {"moments": documents, "of": len(found)}, remarks


def _change(
    standing: Standing, lanes: Mapping[int, int], key_of: Callable[[str, int], int | str], zero: float
) -> Change:
    state = -1 if standing.state is None else STATES.index(standing.state)
    since = None if standing.since is None else _fine(standing.since - zero)
    key = 0 if standing.path is None or standing.line is None else key_of(standing.path, standing.line)
    return [lanes[standing.task], state, since, key, _HOWS.index(standing.how)]


def _fine(seconds: float) -> float:
    """Microseconds with so many digits that nothing changes its place in the order."""
    fine = round(seconds * 1e6, 3)
    return int(fine) if fine.is_integer() else fine
