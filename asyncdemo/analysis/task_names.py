"""Which tasks get a lane, and what it is called."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from asyncdemo.model.spans import RUNNING, Task, Timeline
from asyncdemo.model.traces import Who
from asyncdemo.model.user_code import is_own

_LONG = 0.02  # seconds
_DEFAULT_NAME = re.compile(r"Task-\d+")
_COUNTED = re.compile(r"Task-\d+|Thread-\d+ \(.*\)")  # how Python calls a task or thread that nobody gave a name
_ONE_NUMBER = re.compile(r"(\D*)(\d{1,9})(\D*)", re.DOTALL)
_NUMBERED = re.compile(r"^(?P<what>.*?)[-_ ]*\d+$")


def shown_tasks(timeline: Timeline, *, full: bool) -> list[Task]:
    """The tasks in the order in which they came to be, without those that a library makes for its own ends.

    A thread of a pool that computes is no such one: the task that waits for it does not show that.
    """
    computing = set() if full else _computing(timeline)
    return [task for task in timeline.tasks if full or task.id in computing or not _is_helper(task)]


def _computing(timeline: Timeline) -> set[int]:
    """The threads that have computed for some time."""
    threads = {task.id for task in timeline.tasks if task.kind == "thread"}
    spans = timeline.spans
    return {
        spans.tasks[index]
        for index in spans.long
        if spans.states[index] == RUNNING
        and spans.ends[index] - spans.starts[index] >= _LONG
        and spans.tasks[index] in threads
    }


def overlap(tasks: Iterable[Task]) -> bool:
    """True if two of them were there at the same time."""
    until = float("-inf")
    for task in sorted(tasks, key=lambda task: task.created):
        if task.created < until:
            return True
        until = max(until, float("inf") if task.ended is None else task.ended)
    return False


def kind_of_work(task: Task) -> str:
    """What a task does, as far as its name tells: that of its coroutine, for threads the name without its number."""
    if task.coroutine:
        return task.coroutine.rpartition(".")[2]
    numbered = _NUMBERED.match(task.name)
    return (numbered and numbered["what"]) or task.name or task.kind


def names(tasks: Sequence[Task]) -> dict[int, str]:
    """A name for each: one that a person has given to it, else what it does, numbered where several do the same."""
    works = {task.id: kind_of_work(task) for task in tasks}
    often, seen = Counter(works.values()), Counter[str]()
    given: dict[int, str] = {}
    for task in tasks:
        work = works[task.id]
        seen[work] += 1
        numbered = f"{work} {seen[work]}" if often[work] > 1 else work
        given[task.id] = task.name if _is_given(task) else numbered
    return given


def task_name(task: Task | Who) -> str:
    """What a person calls a task: the name given to it, else that of its coroutine."""
    coroutine, name = task.coroutine.rpartition(".")[2], task.name.removeprefix("__main__.")
    given = name and not _DEFAULT_NAME.fullmatch(name) and not name.endswith(task.coroutine)
    return name if given or not coroutine else coroutine


def told_apart(names: Mapping[int, str], own: Mapping[int, str]) -> dict[int, str]:
    """The names; those that are given more than once with those that Python gave them."""
    often = Counter(names.values())
    return {key: name if often[name] == 1 or name == own[key] else f"{name} {own[key]}" for key, name in names.items()}


def common_name(names: Sequence[str], work: str) -> str:
    """What several tasks are called together: "w0 to w9" where a person has numbered them so, else what they do."""
    found = [_ONE_NUMBER.fullmatch(name) for name in names]
    stems = {match.group(1, 3) for match in found if match}
    numbers = {int(match[2]): match[0] for match in found if match}
    gaps = max(numbers, default=0) - min(numbers, default=0) + 1 - len(names)
    if len(stems) > 1 or len(numbers) < max(2, len(names)) or gaps or (f"{work} ", "") in stems:
        return work
    return f"{numbers[min(numbers)]} to {numbers[max(numbers)]}"


def _is_given(task: Task) -> bool:
    """True if a person has chosen the name: the libraries' own are a number or the coroutine's name."""
    if not task.coroutine:
        return bool(task.name) and not _NUMBERED.match(task.name)
    return bool(task.name) and not _COUNTED.fullmatch(task.name) and not task.name.endswith(task.coroutine)


def _is_helper(task: Task) -> bool:
    """True if nobody has asked for it: what asyncio.run starts to shut down its loop, and a library's private code."""
    name = kind_of_work(task)
    private = name.startswith("_") or (task.parent is None and name.startswith("shutdown_"))
    return private and bool(task.path) and not is_own(task.path)
