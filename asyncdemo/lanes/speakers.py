"""Who printed what, as far as the timeline tells."""

from bisect import bisect_right
from collections.abc import Iterable

from asyncdemo.recording import Output
from asyncdemo.spans import BLOCKED, RUNNING, Timeline

_Steps = list[tuple[float, float, int]]  # start, end, task


def by_task(timeline: Timeline, outputs: Iterable[Output]) -> dict[int, list[Output]]:
    """Give each task's output: what its thread printed while the task ran, else what was printed by the thread."""
    printed: dict[int, list[Output]] = {}
    kinds: list[dict[int | None, _Steps]] = []
    for output in outputs:
        kinds = kinds or [_steps(timeline), _lives(timeline)]
        for by_thread in kinds:
            task = _at(by_thread, output)
            if task is not None:
                printed.setdefault(task, []).append(output)
                break
    return printed


def _steps(timeline: Timeline) -> dict[int | None, _Steps]:
    """The steps of tasks in each thread, in the order of time."""
    threads = {task.id: task.thread for task in timeline.tasks if task.kind != "thread"}
    spans = timeline.spans
    found: dict[int | None, _Steps] = {}
    for task, state, start, end in zip(spans.tasks, spans.states, spans.starts, spans.ends, strict=True):
        if state in (RUNNING, BLOCKED) and task in threads:
            found.setdefault(threads[task], []).append((start, end, task))
    for steps in found.values():
        steps.sort()
    return found


def _lives(timeline: Timeline) -> dict[int | None, _Steps]:
    """Threads from their beginning to their end."""
    found: dict[int | None, _Steps] = {}
    for task in timeline.tasks:
        if task.kind == "thread" and task.thread is not None:
            ended = float("inf") if task.ended is None else task.ended
            found.setdefault(task.thread, []).append((task.created, ended, task.id))
    return found


def _at(by_thread: dict[int | None, _Steps], output: Output) -> int | None:
    """Who made a step in the output's thread at its moment; where that thread is unknown, in the only one."""
    steps = by_thread.get(output.thread)
    if steps is None and len(by_thread) == 1 and None in (output.thread, *by_thread):
        [steps] = by_thread.values()
    place = bisect_right(steps, output.at, key=lambda step: step[0]) - 1 if steps else -1
    return steps[place][2] if steps and place >= 0 and output.at <= steps[place][1] else None
