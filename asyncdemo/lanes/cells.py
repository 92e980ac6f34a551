"""Spans merged into cells: one byte for each cell of a task."""

from collections.abc import Collection

from asyncdemo.lanes.axis import Axis
from asyncdemo.spans import BLOCKED, RUNNING, Spans

NOTHING = 0  # the task is not there; the states count from 1
STEPPED = 8  # added where it ran for a smaller part of the cell
_LEAST = 1e-9  # seconds: less comes of rounding

_SHAPES = bytes(code & ~STEPPED for code in range(256))


def shape(cells: bytes) -> bytes:
    """The cells without the short steps."""
    return cells.translate(_SHAPES)


def cells(spans: Spans, axis: Axis, tasks: Collection[int]) -> dict[int, bytes]:
    """Give each task's cells: the state that fills most of the cell, and whether the task ran in it.

    The spans of one task must be in the order of time. Cost linear in spans and cells.
    """
    rows = {task: bytearray(axis.cells + 1) for task in tasks}  # the last cell: what comes after the axis
    sums: dict[int, list[float]] = {task: [0.0, 0.0, 0.0, 0.0] for task in tasks}  # seconds in each state
    current = dict.fromkeys(tasks, 0)  # the cell that they are of
    begin, last, length = axis.start, axis.cells, (axis.end - axis.start) / axis.cells
    for task, state, start, end in zip(spans.tasks, spans.states, spans.starts, spans.ends, strict=True):
        own = sums.get(task)
        if own is None or end <= begin:
            continue
        since = start if start > begin else begin
        first, stop = int((since - begin) / length), int((end - begin) / length)
        if first >= last:
            continue
        if current[task] != first:
            _close(rows[task], current[task], own, length)
            current[task] = first
        if first == stop:
            own[state] += end - since
            continue
        own[state] += begin + (first + 1) * length - since
        _close(rows[task], first, own, length)
        stop = current[task] = min(stop, last)
        rows[task][first + 1 : stop] = bytes((state + 1,)) * (stop - first - 1)
        own[state] = end - begin - stop * length
    for task, own in sums.items():
        _close(rows[task], current[task], own, length)
    return {task: bytes(row[:-1]) for task, row in rows.items()}


def _close(row: bytearray, cell: int, sums: list[float], length: float) -> None:
    """Decide what a cell shows, and begin anew."""
    most = max(sums)
    state = sums.index(most) if most > _LEAST and most >= length - sum(sums) else -1
    ran = sums[RUNNING] + sums[BLOCKED] > _LEAST and state not in (RUNNING, BLOCKED)
    row[cell] = state + 1 + (STEPPED if ran else 0)
    sums[:] = (0.0, 0.0, 0.0, 0.0)
