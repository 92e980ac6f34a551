"""In which state a task is at a moment, by bisection over the columns of its spans."""

from array import array
from bisect import bisect_right

from asyncdemo.moments.moment import How, Standing
from asyncdemo.spans import BLOCKED, READY, RUNNING, STATES, WAITING, Task, Timeline

SLACK = 2e-6  # seconds: what is no further apart comes one directly after the other; recordings keep microseconds


def spans_of_tasks(timeline: Timeline) -> dict[int, "array[int]"]:
    """Give the indexes of every task's spans in the order of their times."""
    starts = timeline.spans.starts
    found = {task.id: array("i") for task in timeline.tasks}
    append = {task: indexes.append for task, indexes in found.items()}
    for index, task in enumerate(timeline.spans.tasks):
        if task in append:
            append[task](index)
    return {task: array("i", sorted(indexes, key=starts.__getitem__)) for task, indexes in found.items()}


def standing(timeline: Timeline, own: "array[int]", task: Task, at: float, *, last: bool = False) -> Standing:
    """Where a task that is there stands at a moment; `last`: what it did until then, as nothing comes after it."""
    spans = timeline.spans
    position = bisect_right(own, at, key=spans.starts.__getitem__) - 1
    if position < 0 or not (spans.ends[own[position]] > at or (last and spans.ends[own[position]] >= at - SLACK)):
        return Standing(task.id, None, None, None, None, None)
    index = own[position]
    path, line, how = _place(timeline, own, task, position)
    return Standing(task.id, STATES[spans.states[index]], spans.starts[index], path, line, how)


def _place(
    timeline: Timeline, own: "array[int]", task: Task, position: int
) -> tuple[str | None, int | None, How | None]:
    spans, state = timeline.spans, timeline.spans.states[own[position]]
    runs = state in (RUNNING, BLOCKED)
    where = spans.where[own[position]]
    how: How = "seen" if runs else "suspended"
    if where < 0 and runs and _follows(timeline, own, position):
        where, how = spans.where[own[position - 1]], "suspended"
    if where >= 0:
        return *spans.places[where], how
    if task.line and (task.kind == "thread" or _is_new(timeline, own, position)):
        return task.path, task.line, "defined"
    return None, None, None


def _follows(timeline: Timeline, own: "array[int]", position: int) -> bool:
    """Whether the task was ready, or waited, directly before this span."""
    spans = timeline.spans
    if position == 0 or spans.states[own[position - 1]] not in (READY, WAITING):
        return False
    return spans.starts[own[position]] - spans.ends[own[position - 1]] <= SLACK


def _is_new(timeline: Timeline, own: "array[int]", position: int) -> bool:
    """Whether the task has not made a step before: it was ready since it came to be, and nothing else."""
    states = [timeline.spans.states[index] for index in own[: position + 1]] if position < 2 else []
    return states in ([READY], [RUNNING], [BLOCKED], [READY, RUNNING], [READY, BLOCKED])
