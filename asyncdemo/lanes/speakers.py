"""Who printed what, as far as the timeline tells."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable

from asyncdemo.recording import Output
from asyncdemo.spans import BLOCKED, RUNNING, Timeline


def by_task(timeline: Timeline, outputs: Iterable[Output]) -> dict[int, list[Output]]:
    """Give each task's output: what its thread printed while the task ran, else what was printed by the thread."""
    printed: dict[int, list[Output]] = {}
    kinds: list[dict[int | None, _Steps]] = []
    for output in outputs:
        kinds = kinds or [_steps(timeline), _lives(timeline)]
        for by_thread in kinds:
            steps = by_thread.get(output.thread) or by_thread.get(None)
            task = steps.at(output.at) if steps else None
            if task is not None:
                printed.setdefault(task, []).append(output)
                break
    return printed


class _Steps:
    """What ran in one thread and when; as columns, for there may be millions."""

    def __init__(self) -> None:
        self._starts, self._ends, self._tasks = array("d"), array("d"), array("i")
        self._in_order = True

    def add(self, start: float, end: float, task: int) -> None:
        if self._starts and start < self._starts[-1]:
            self._in_order = False
        self._starts.append(start)
        self._ends.append(end)
        self._tasks.append(task)

    def at(self, moment: float) -> int | None:
        """Who ran at a moment."""
        if not self._in_order:
            self._sort()
        place = bisect_right(self._starts, moment) - 1
        return self._tasks[place] if place >= 0 and moment <= self._ends[place] else None

    def _sort(self) -> None:
        order = sorted(range(len(self._starts)), key=self._starts.__getitem__)
        self._starts = array("d", (self._starts[index] for index in order))
        self._ends = array("d", (self._ends[index] for index in order))
        self._tasks = array("i", (self._tasks[index] for index in order))
        self._in_order = True


def _steps(timeline: Timeline) -> dict[int | None, _Steps]:
    """The steps of tasks in each thread."""
    threads = {task.id: task.thread for task in timeline.tasks if task.kind != "thread"}
    found = {thread: _Steps() for thread in set(threads.values())}
    by_id = {task: found[thread] for task, thread in threads.items()}
    spans = timeline.spans
    for task, state, start, end in zip(spans.tasks, spans.states, spans.starts, spans.ends, strict=True):
        if state in (RUNNING, BLOCKED) and task in by_id:
            by_id[task].add(start, end, task)
    return found


def _lives(timeline: Timeline) -> dict[int | None, _Steps]:
    """Threads from their beginning to their end."""
    found: dict[int | None, _Steps] = {}
    for task in timeline.tasks:
        if task.kind == "thread" and task.thread is not None:
            ended = float("inf") if task.ended is None else task.ended
            found.setdefault(task.thread, _Steps()).add(task.created, ended, task.id)
    return found
