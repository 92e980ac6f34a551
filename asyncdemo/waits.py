"""How many waits there were in a run, and how many of them at once."""

from typing import NamedTuple

from asyncdemo.recording import Run
from asyncdemo.spans import WAITING, Timeline

_NEXT_TO_NOTHING = 0.01  # of its own time: a script that used no processor for less has not waited
_NO_TIME = 0.001  # seconds: nor has one that used none for less than that


class Waits(NamedTuple):
    """How many waits were seen, and how many at the same time at most. `number` is None where only that is known."""

    number: int | None
    at_once: int


def waits(run: Run) -> Waits | None:
    """Give the waits of a run that was traced; None where they are not known.

    A script without tasks and without threads does one thing at a time, so it waits one at a time, if at all: its
    waits were not seen, but that it used no processor meanwhile.
    """
    if run.timeline is not None and (run.timeline.tasks or not run.timeline.complete):
        return _seen(run.timeline) if run.timeline.tasks else None
    if run.findings is None:
        return None  # the run was not traced
    script, waiting = run.seconds.script, run.seconds.waiting
    if script is None or waiting is None:
        return None
    return Waits(None, 1) if waiting > max(_NO_TIME, _NEXT_TO_NOTHING * script) else Waits(0, 0)


def _seen(timeline: Timeline) -> Waits:
    """Count the waits of tasks. One that has started others most often just waits for these: it is left out."""
    parents = {task.parent for task in timeline.tasks}
    spans = timeline.spans
    seen = [index for index, state in enumerate(spans.states) if state == WAITING and spans.tasks[index] not in parents]
    ends = sorted(spans.ends[index] for index in seen)
    most = over = 0
    for count, start in enumerate(sorted(spans.starts[index] for index in seen), 1):
        while ends[over] <= start:
            over += 1
        most = max(most, count - over)
    return Waits(len(seen), most)
