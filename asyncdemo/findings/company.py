"""Who else was there during a step, and who has started whom."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from asyncdemo.findings.evidence import Evidence
from asyncdemo.model.spans import Span


def ancestors(evidence: Evidence, task: int) -> set[int]:
    """Who has started a task, and whoever has started that one."""
    found: set[int] = set()
    parent = evidence.tasks[task].parent
    while parent is not None and parent in evidence.tasks and parent not in found:
        found.add(parent)
        parent = evidence.tasks[parent].parent
    return found


def has_company(evidence: Evidence, steps: Iterable[Span]) -> bool:
    """Whether during one of the steps another task of the same thread was there that did not just wait for it."""
    lives: dict[int | None, tuple[list[float], list[float]]] = {}
    for task in sorted(evidence.tasks.values(), key=lambda task: task.created):
        lives.setdefault(task.thread, ([], []))[0].append(task.created)
    ended = ((task.ended, task.thread) for task in evidence.tasks.values() if task.ended is not None)
    for end, thread in sorted(ended, key=lambda pair: pair[0]):
        lives[thread][1].append(end)
    return any(_has_company(evidence, step, *lives[evidence.tasks[step.task].thread]) for step in steps)


def _has_company(evidence: Evidence, step: Span, created: list[float], ended: list[float]) -> bool:
    there = bisect_left(created, step.end) - bisect_right(ended, step.start)
    return there > 1 + sum(_is_there(evidence, task, step) for task in ancestors(evidence, step.task))


def _is_there(evidence: Evidence, task: int, step: Span) -> bool:
    ended = evidence.tasks[task].ended
    return ended is None or ended > step.start
