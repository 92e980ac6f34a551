"""Who printed what, by task."""

from collections.abc import Iterable

from asyncdemo.printed import printed
from asyncdemo.recording import Output
from asyncdemo.spans import Timeline


def by_task(timeline: Timeline, outputs: Iterable[Output]) -> dict[int, list[Output]]:
    """Give each task's output: what its thread printed while the task ran, else what was printed by the thread."""
    said = tuple(outputs)
    found: dict[int, list[Output]] = {}
    for output, task in zip(said, printed(said, timeline), strict=True):
        if task is not None:
            found.setdefault(task, []).append(output)
    return found
