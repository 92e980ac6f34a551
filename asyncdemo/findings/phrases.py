"""How tasks, times and places are said in findings."""

import re

from asyncdemo.findings.evidence import Place
from asyncdemo.findings.source import last_of
from asyncdemo.model.spans import Task

_DEFAULT_NAME = re.compile(r"Task-\d+")


def task_name(task: Task) -> str:
    """What a person calls a task: the name given to it, else that of its coroutine."""
    coroutine = last_of(task.coroutine)
    given = task.name and not _DEFAULT_NAME.fullmatch(task.name) and not task.name.endswith(task.coroutine)
    return task.name if given or not coroutine else coroutine


def at(place: Place | None) -> tuple[str | None, int | None]:
    """Path and line of a place that may not be known."""
    return place or (None, None)


def seconds(value: float) -> str:
    """A time in words."""
    return f"{value:.2f} s"
