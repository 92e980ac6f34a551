"""Who printed what, as far as the timeline tells."""

from bisect import bisect_right
from collections.abc import Iterable

from asyncdemo.recording import Output
from asyncdemo.spans import BLOCKED, RUNNING, Timeline


def by_task(timeline: Timeline, outputs: Iterable[Output]) -> dict[int, list[Output]]:
    """Give each task's output: what was printed while it ran."""
    spans = timeline.spans
    held = (index for index, state in enumerate(spans.states) if state in (RUNNING, BLOCKED))
    steps = sorted((spans.starts[index], spans.ends[index], spans.tasks[index]) for index in held)
    printed: dict[int, list[Output]] = {}
    for output in outputs:
        place = bisect_right(steps, (output.at, float("inf"), 0)) - 1
        if place >= 0 and output.at <= steps[place][1]:
            printed.setdefault(steps[place][2], []).append(output)
    return printed
