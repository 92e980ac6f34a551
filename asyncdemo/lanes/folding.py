"""Tasks as lanes, alike ones folded until there is room for all.

Tasks are alike that do the same work, end in the same way, and are in the same states at the same time, give or take
some cells: one at first, twice as many while there are too many lanes, and what is shorter than that is overlooked.
What blocks never is. Where even so there is no room the most interesting are kept, and the others folded by their work.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from asyncdemo.lanes.cells import NOTHING, STEPPED, shape
from asyncdemo.lanes.naming import common_name, kind_of_work
from asyncdemo.spans import BLOCKED, READY, RUNNING, WAITING, End, Task

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
    """Give `room` lanes at most, two or more (None: one for each task).

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
