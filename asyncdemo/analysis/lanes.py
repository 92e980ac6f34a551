"""From a timeline to rows of cells on an axis: what each task did in each stretch of time, alike tasks folded. Pure."""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, count
from typing import NamedTuple

from asyncdemo.analysis.task_names import common_name, kind_of_work
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING, End, Spans, Task

_ROOM = 8  # cells for a number and what is between it and the next
_MOST = 12  # numbers, however much room there is
_NICE = [digit * 10.0**power for power in range(-9, 12) for digit in (1, 2, 5)]
_UNITS = ((0.01, "s", 1), (1e-5, "ms", 1_000), (0.0, "us", 1_000_000))


class Axis(NamedTuple):
    """Time in cells of equal length; `start` and `end` in seconds from the start of the run."""

    start: float
    end: float
    cells: int

    def cell(self, at: float) -> int:
        """The cell of a moment, the first or the last one for what is outside."""
        cell = math.floor((at - self.start) * self.cells / (self.end - self.start) + 1e-6)  # for what is rounded
        return min(max(cell, 0), self.cells - 1)


def scale(seconds: float, cells: int, room: int) -> str:
    """Numbers at their places above so many seconds in cells, the unit behind the last; in `room` cells at most."""
    unit, text = unit_of(seconds), ""
    for moment, number in ticks(seconds, cells):
        at = round(moment / seconds * cells)
        if at > cells or at + len(number) + 1 + len(unit) > room:
            break
        if at > len(text) or not text:
            text = text.ljust(at) + number
    return f"{text} {unit}"


def ticks(seconds: float, cells: int) -> Iterator[tuple[float, str]]:
    """Moments (seconds) with their numbers, without end, so that there is room for these in that many cells."""
    factor = _unit(seconds)[1]
    step = _step(seconds * factor, cells)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    yield 0.0, "0"
    for index in count(1):
        yield index * step / factor, f"{index * step:.{decimals}f}"


def unit_of(seconds: float) -> str:
    """The unit of the numbers above so many seconds."""
    return _unit(seconds)[0]


def _unit(seconds: float) -> tuple[str, int]:
    return next((unit, factor) for least, unit, factor in _UNITS if seconds >= least)


def _step(span: float, cells: int) -> float:
    """The least nice number that leaves room between two of them, but not more than all."""
    roomy = next(step for step in _NICE if step * cells >= span * max(_ROOM, cells / _MOST))
    return min(roomy, max((step for step in _NICE if step <= span), default=roomy))


NOTHING = 0  # the task is not there; the states count from 1
STEPPED = 8  # added where it ran for a smaller part of the cell
_LEAST = 1e-9  # seconds: less comes of rounding

_SHAPES = bytes(code & ~STEPPED for code in range(256))


def shape(cells: bytes) -> bytes:
    """The cells without the short steps."""
    return cells.translate(_SHAPES)


def cells(spans: Spans, axis: Axis, tasks: Collection[int]) -> dict[int, bytes]:
    """Each task's cells: the state that fills most of the cell, and whether the task ran in it.

    Cost linear in spans and cells.
    """
    return {task: _cells(spans, spans.of(task), axis) for task in tasks}


def _cells(spans: Spans, indexes: Sequence[int], axis: Axis) -> bytes:
    states, starts, ends = spans.states, spans.starts, spans.ends
    begin, last, length = axis.start, axis.cells, (axis.end - axis.start) / axis.cells
    row = bytearray(last + 1)  # the last cell: what comes after the axis
    sums = [0.0, 0.0, 0.0, 0.0]  # seconds in each state, in the current cell
    current, low, high = 0, begin, begin
    for index in indexes:
        start, end, state = starts[index], ends[index], states[index]
        if low < start and end < high:  # as most of many
            sums[state] += end - start
            continue
        if end <= begin:
            continue
        since = start if start > begin else begin
        first, stop = int((since - begin) / length), int((end - begin) / length)
        if first >= last:
            break
        if current != first:
            _close(row, current, sums, length)
            current = first
        if first == stop:
            sums[state] += end - since
        else:
            sums[state] += begin + (first + 1) * length - since
            _close(row, first, sums, length)
            stop = current = min(stop, last)
            row[first + 1 : stop] = bytes((state + 1,)) * (stop - first - 1)
            sums[state] = end - begin - stop * length
        low, high = begin + current * length + _LEAST, begin + (current + 1) * length - _LEAST
    _close(row, current, sums, length)
    return bytes(row[:-1])


def _close(row: bytearray, cell: int, sums: list[float], length: float) -> None:
    """Decide what a cell shows, and begin anew."""
    most = max(sums)
    state = sums.index(most) if most > _LEAST and most >= length - sum(sums) else -1
    ran = sums[RUNNING] + sums[BLOCKED] > _LEAST and state not in (RUNNING, BLOCKED)
    row[cell] = state + 1 + (STEPPED if ran else 0)
    sums[:] = (0.0, 0.0, 0.0, 0.0)


_RUN = re.compile(rb"(.)\1*", re.DOTALL)
_SHORT_STEPS = bytes(code & STEPPED for code in range(256))

FEWEST = 2  # lanes: one, and what is said of those for which there is no room
_FEW = 7  # lanes: of alike tasks no more are needed, however much room there is

_Interest = tuple[bool, int, int, bool]


class Lane(NamedTuple):
    """A row: one task, or several that are alike; `end` is None where it is unknown or not the same of all."""

    name: str
    tasks: tuple[int, ...]
    cells: bytes
    end: End | None


class Folded(NamedTuple):
    """Lanes in the order of their first task; how many tasks are in none; by how many cells those together differ.

    `tolerance` is None where also such are together that are not alike.
    """

    lanes: list[Lane]
    left_out: int = 0
    tolerance: int | None = 0


class _Group(NamedTuple):
    work: str
    end: End | None
    shape: bytes
    tasks: list[Task]


def fold(
    tasks: Sequence[Task],
    names: Mapping[int, str],
    cells: Mapping[int, bytes],
    *,
    room: int | None,
    speaking: Collection[int] = (),
) -> Folded:
    """The lanes, `room` of them at most, two or more (None: one for each task).

    Before anything is folded, those are passed over that only wait for what they have started. Tasks that print
    something, the `speaking` ones, are not.
    """
    parents = {task.parent for task in tasks}
    busy = [task for task in tasks if task.id in speaking or task.id not in parents or _acts(cells[task.id])]
    for some in (tasks, busy):
        if room is None or len(some) <= max(FEWEST, room):
            return Folded([Lane(names[task.id], (task.id,), cells[task.id], task.end) for task in some])
    room = max(FEWEST, room or 0)
    groups = _exact(tasks, cells)
    coarsest = _merged(groups, len(groups[0].shape))
    left_out, tolerance = 0, None
    if len(coarsest) <= room:
        groups, tolerance = _until_few(groups, max(len(coarsest), min(room, _FEW)))
    else:
        groups, left_out = _interesting(coarsest, room)
    order = {task.id: index for index, task in enumerate(tasks)}
    lanes = [_lane(group, names, cells, order) for group in groups]
    return Folded(sorted(lanes, key=lambda lane: order[lane.tasks[0]]), left_out, tolerance)


def _acts(cells: bytes) -> bool:
    return any(shape(cells).count(state + 1) for state in (RUNNING, READY, BLOCKED))


def _exact(tasks: Sequence[Task], cells: Mapping[int, bytes]) -> list[_Group]:
    alike: dict[tuple[str, End | None, bytes], _Group] = {}
    for task in tasks:
        key = (kind_of_work(task), task.end, shape(cells[task.id]))
        alike.setdefault(key, _Group(*key, [])).tasks.append(task)
    return list(alike.values())


def _until_few(groups: list[_Group], room: int) -> tuple[list[_Group], int]:
    tolerance = 0
    while len(groups) > room:
        tolerance = 2 * tolerance or 1
        groups = _merged(groups, tolerance)
    return groups, tolerance


def _merged(groups: Iterable[_Group], tolerance: int) -> list[_Group]:
    """Put those together whose states change at the same time, give or take so many cells."""
    similar: dict[tuple[object, ...], list[tuple[tuple[int, ...], _Group]]] = {}
    for group in groups:
        states, changes = _outline(group.shape, tolerance)
        similar.setdefault((group.work, group.end, states), []).append((changes, group))
    return [merged for some in similar.values() for merged in _chained(some, tolerance)]


def _chained(similar: list[tuple[tuple[int, ...], _Group]], tolerance: int) -> Iterator[_Group]:
    similar.sort(key=lambda each: each[0])
    anchor, first = similar[0]
    tasks: list[Task] = []
    for changes, group in similar:
        if any(abs(one - other) > tolerance for one, other in zip(anchor, changes, strict=True)):
            yield first._replace(tasks=tasks)
            (anchor, first), tasks = (changes, group), []
        tasks += group.tasks
    yield first._replace(tasks=tasks)


def _outline(shape: bytes, tolerance: int) -> tuple[bytes, tuple[int, ...]]:
    """The states in their order, and the cells at which they begin and the last one ends."""
    runs = [(run[0][0], run.start(), run.end()) for run in _RUN.finditer(shape)]
    long = [run for run in runs if run[2] - run[1] >= tolerance or run[0] == BLOCKED + 1]
    states, changes = bytearray(), []
    for state, start, _ in long or runs[:1]:
        if not states or states[-1] != state:
            states.append(state)
            changes.append(start)
    return bytes(states), (*changes, (long or runs)[-1][2])


def _interesting(groups: list[_Group], room: int) -> tuple[list[_Group], int]:
    """Keep the most interesting, as many as there is room for, beside one group for each other kind of work."""
    groups.sort(key=_interest, reverse=True)
    seen: set[str] = set()
    others = list(accumulate((_new(group.work, seen) for group in reversed(groups)), initial=0))[::-1]
    kept = sum(any(_interest(group)) for group in groups)
    while kept and kept + others[kept] > room:
        kept -= 1
    by_work: dict[str, _Group] = {}
    for group in groups[kept:]:
        by_work.setdefault(group.work, group._replace(end=None, tasks=[])).tasks.extend(group.tasks)
    rows = [*groups[:kept], *by_work.values()]
    if len(rows) <= room:
        return rows, 0
    return rows[: room - 1], sum(len(group.tasks) for group in rows[room - 1 :])


def _new(work: str, seen: set[str]) -> bool:
    before = len(seen)
    seen.add(work)
    return len(seen) > before


def _interest(group: _Group) -> _Interest:
    """What raised, blocked, was kept from running, or did not come to its own end."""
    blocked, ready = group.shape.count(BLOCKED + 1), group.shape.count(READY + 1)
    return group.end == "raised", blocked, ready, group.end in ("cancelled", "pending")


def _lane(group: _Group, names: Mapping[int, str], cells: Mapping[int, bytes], order: Mapping[int, int]) -> Lane:
    ids = tuple(sorted((task.id for task in group.tasks), key=order.__getitem__))
    ends = {task.end for task in group.tasks}
    name = names[ids[0]] if len(ids) == 1 else f"{common_name([names[each] for each in ids], group.work)} x{len(ids)}"
    return Lane(name, ids, together([cells[each] for each in ids]), ends.pop() if len(ends) == 1 else None)


def together(rows: Sequence[bytes]) -> bytes:
    """One row for several: whoever holds the loop, else what most of them do."""
    if len(rows) == 1:
        return rows[0]
    joined, width = b"".join(rows), len(rows[0])
    return bytes(_most(joined[cell::width]) for cell in range(width))


def _most(column: bytes) -> int:
    states = shape(column)
    for some in ((BLOCKED + 1, RUNNING + 1), (WAITING + 1, READY + 1)):
        most = max(some, key=states.count)
        if states.count(most):
            stepped = column.translate(_SHORT_STEPS).count(STEPPED) * 2 >= len(column) - states.count(NOTHING)
            return most + (STEPPED if stepped and some[0] != BLOCKED + 1 else 0)
    return NOTHING + (STEPPED if STEPPED in column else 0)
