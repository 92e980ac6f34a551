"""Waits that come one after another while nothing else goes on: sequential-awaits."""

from bisect import bisect_right
from itertools import groupby

from asyncdemo.findings.advice import library
from asyncdemo.findings.chains import is_one_of_many, unit
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.wording import seconds, task_name
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import WAITING, Span, Task

_Wait = tuple[Place, Span]


def sequential_awaits(evidence: Evidence) -> list[Finding]:
    """One task at a time waits, several times, in a program in which nothing ever overlaps."""
    if not evidence.complete or evidence.run.outcome.kind != "exited" or not evidence.source.known:
        return []
    if not evidence.long[WAITING] or _anything_overlaps(evidence):
        return []
    roots = sorted((task for task in evidence.tasks.values() if task.parent is None), key=lambda task: task.created)
    starts = [root.created for root in roots]
    waits = [wait for index in evidence.long[WAITING] if (wait := _wait(evidence, evidence.spans[index])) is not None]
    waits.sort(key=lambda wait: wait[1].start)
    found = []
    for number, group in groupby(waits, lambda wait: bisect_right(starts, wait[1].start)):
        if number:
            found += _sequence(evidence, roots[number - 1], list(group))
    return found


def _anything_overlaps(evidence: Evidence) -> bool:
    """Whether at any moment two tasks were there of which neither was started by the other, or by what it started."""
    # What came to be and ended at the same moment has overlapped with nothing.
    tasks = [task for task in evidence.tasks.values() if task.ended is None or task.ended > task.created]
    lives = [(task.created, 1, task) for task in tasks]
    lives += [(task.ended, 0, task) for task in tasks if task.ended is not None]
    running: list[int] = []  # each started by the one before
    for _, begins, task in sorted(lives, key=lambda life: life[:2]):
        if not begins:
            running.remove(task.id)
        elif running and task.parent != running[-1]:
            return True
        else:
            running.append(task.id)
    return False


def _wait(evidence: Evidence, span: Span) -> _Wait | None:
    """A wait that could have been at the same time as others, as far as the code tells."""
    place = evidence.place(span.path, span.line)
    if place is None or not evidence.in_script(place[0]) or _is_for_children(evidence, span):
        return None
    return (place, span) if is_one_of_many(evidence.source, place[1]) else None


def _is_for_children(evidence: Evidence, span: Span) -> bool:
    """Whether a task that it has started was there for most of it."""
    children = evidence.children.get(span.task, [])
    with_them = sum(
        max(0.0, min(span.end, child.ended or span.end) - max(span.start, child.created)) for child in children
    )
    return with_them > (span.end - span.start) / 2


def _sequence(evidence: Evidence, root: Task, waits: list[_Wait]) -> list[Finding]:
    """A finding about the waits of a task and all that it has started, if overlapping would save enough."""
    lengths = _one_by_one(evidence, waits)
    total, longest = sum(lengths), max(lengths, default=0.0)
    if len(lengths) < 2 or total - longest < evidence.thresholds["sequential-awaits"]:
        return []
    places = {place: sum(span.end - span.start for at, span in waits if at == place) for place, _ in waits}
    place = max(places, key=lambda each: places[each])
    asyncio = library(evidence, root.kind) == "asyncio"
    return [
        Finding(
            "sequential-awaits",
            "note",
            *place,
            message=f"{task_name(root)} waited {len(lengths)} times in a row; if they are independent, "
            f"running them together saves {seconds(total - longest)}.",
            advice="start them together, with asyncio.gather or a task group"
            if asyncio
            else "start each in a nursery or a task group",
            seconds=total,
            times=len(lengths),
            tasks=tuple(dict.fromkeys(span.task for _, span in waits)),
            beside=tuple((at[1], f"waited {seconds(spent)}, alone") for at, spent in places.items()),
        )
    ]


def _one_by_one(evidence: Evidence, waits: list[_Wait]) -> list[float]:
    """How long each of the waits took that could overlap; those of one call that need one another count as one.

    None at all where the code does not tell.
    """
    lengths: list[float] = []
    before, lines = None, set[int]()
    for (_, line), span in waits:
        of = unit(evidence.source, line)
        if of is None:
            return []
        if of.in_order and of == before and line not in lines:
            lengths[-1] += span.end - span.start
        else:
            lengths.append(span.end - span.start)
            lines = set()
        before = of
        lines.add(line)
    return lengths
