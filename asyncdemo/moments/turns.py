"""What happens when: the beginnings of steps, the stretches in which no task of a loop can run, and threads.

A stretch counts as idle if all tasks of the loop are known to wait. What the loop does then is not seen: most often
it waits for a timer or for input, but it may also run a plain callback.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise

from asyncdemo.moments.states import SLACK
from asyncdemo.spans import BLOCKED, READY, RUNNING, Task, Timeline

IDLE, STEP, THREAD, END = range(4)  # of several things at the same time the end of what was before comes first
SHORTEST = 0.0005  # seconds: what is shorter is no moment of its own: an idle loop, or a thread that is about to begin

Turn = tuple[float, int, int]  # at, what, the task; of IDLE the task of the step before
_Own = Mapping[int, "array[int]"]  # the spans of each task


def turns(timeline: Timeline, own: _Own) -> list[Turn]:
    """Give all turns of all loops and threads in the order of their times."""
    found: list[Turn] = []
    for tasks in _loops(timeline).values():
        found += _steps(timeline, own, tasks)
    for task in timeline.tasks:
        if task.kind == "thread":
            found += _of_thread(timeline, own[task.id], task)
    if found:
        found.append((_end(timeline), END, 0))
    return sorted(found)


def _loops(timeline: Timeline) -> dict[int | None, list[Task]]:
    """The tasks of each loop, by the threads of these."""
    found: dict[int | None, list[Task]] = {}
    for task in timeline.tasks:
        if task.kind != "thread":
            found.setdefault(task.thread, []).append(task)
    return found


def _end(timeline: Timeline) -> float:
    """When the last thing was over that was seen of any task."""
    ended = max(task.created if task.ended is None else task.ended for task in timeline.tasks)
    seen = max(timeline.spans.ends, default=ended)
    return max(ended, seen)


def _steps(timeline: Timeline, own: _Own, tasks: list[Task]) -> list[Turn]:
    """The steps of one loop, and where it is idle between two of them."""
    spans = timeline.spans
    states, starts, ends = spans.states, spans.starts, spans.ends
    steps = [index for task in tasks for index in own[task.id] if states[index] in (RUNNING, BLOCKED)]
    steps.sort(key=starts.__getitem__)
    found = [(starts[index], STEP, spans.tasks[index]) for index in steps]
    gaps = [(index, ends[index]) for index, after in pairwise(steps) if starts[after] - ends[index] >= SHORTEST]
    if gaps:
        busy = sorted(stretch for task in tasks for stretch in _not_waiting(timeline, own[task.id], task))
        since = [start for start, _ in busy]
        until = list(accumulate((end for _, end in busy), max))
        for index, moment in gaps:
            position = bisect_right(since, moment)
            if position and until[position - 1] > moment:
                continue
            if position == len(since) or since[position] - moment >= SHORTEST:
                found.append((moment, IDLE, spans.tasks[index]))
    return found


def _not_waiting(timeline: Timeline, own: "array[int]", task: Task) -> Iterator[tuple[float, float]]:
    """When a task was ready, or nobody knows what it did, before its end."""
    spans, known = timeline.spans, task.created
    for index in own:
        if spans.starts[index] - known > SLACK:
            yield known, spans.starts[index]
        if spans.states[index] == READY:
            yield spans.starts[index], spans.ends[index]
        known = spans.ends[index]
    if task.ended is not None and task.ended - known > SLACK:
        yield known, task.ended


def _of_thread(timeline: Timeline, own: "array[int]", task: Task) -> list[Turn]:
    """The beginning of a thread, its end, and what it did between them as far as that is known."""
    moments = [timeline.spans.starts[index] for index in own]
    if not moments or moments[0] - task.created >= SHORTEST:
        moments.insert(0, task.created)
    if task.ended is not None and task.ended > moments[-1]:
        moments.append(task.ended)
    return [(moment, THREAD, task.id) for moment in moments]
