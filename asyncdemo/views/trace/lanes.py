"""Which thread of a trace is whose."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from asyncdemo.lanes.naming import names, shown_tasks
from asyncdemo.recording import Run

SCRIPT = "script"  # the name of a run's first thread


class Lanes(NamedTuple):
    """The threads of a run: `process` is its number, and that of its first thread; `tasks` has those of its tasks.

    Numbers are given once in a document: where two processes had a thread of the same number, Perfetto could take it
    for one that has moved.
    """

    process: int
    names: Sequence[str]
    tasks: Mapping[int, int]


def lanes(run: Run, first: int) -> Lanes:
    """Give the threads of a run, numbered from `first` on."""
    tasks = [] if run.timeline is None else shown_tasks(run.timeline, full=True)
    called = names(tasks)
    numbers = {task.id: number for number, task in enumerate(tasks, first + 1)}
    return Lanes(first, [SCRIPT, *(called[task.id] for task in tasks)], numbers)
