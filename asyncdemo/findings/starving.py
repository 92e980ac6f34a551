"""Tasks that had no turn, or never gave one up: starved-task, never-suspends."""

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from typing import NamedTuple

from asyncdemo.analysis.task_names import overlap, task_name
from asyncdemo.findings.blocking import computing_threads, many_short_calls, on_processor
from asyncdemo.findings.evidence import Evidence, Place, rule, seconds
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING, Span, Task
from asyncdemo.model.user_code import is_own

_COVERED = 0.8  # of the time, for which the steps of others must account
_BLAME = 0.2  # of the time: more of it in single long steps, and these are to blame
_Group = tuple[int | None, Place]  # the thread of the loop, and where tasks have waited for their turn
_MOST = 20  # places at which tasks starve that are looked at


class _Wait(NamedTuple):
    """How long a task was ready and had no turn: how often, in all, and the longest time with how long that counts."""

    times: int
    total: float
    worst: Span
    counts: float


class _Took(NamedTuple):
    """What a step took of a stretch, and how long it was; both without the time in which it had no processor."""

    seconds: float
    length: float
    task: int


@rule("starved-task", 210, least=0.2)
def starved_task(evidence: Evidence) -> list[Finding]:
    """A task could have run and did not for long, because many short steps of others came first."""
    groups: dict[_Group, list[_Wait]] = {}
    for wait in _waits(evidence):
        place = evidence.of_span(wait.worst)
        if place is not None:
            groups.setdefault((evidence.tasks[wait.worst.task].thread, place), []).append(wait)
    chosen = list(groups)[:_MOST]
    told = many_short_calls(evidence, computing_threads(evidence)) if chosen else []
    blamed = {step.task for _, some in told for step in some}
    steps = {thread: _Steps(evidence, thread) for thread, _ in chosen}
    found = (_starved(evidence, place, groups[thread, place], steps[thread], blamed) for thread, place in chosen)
    return [finding for finding in found if finding is not None]


def _waits(evidence: Evidence) -> list[_Wait]:
    """The tasks that were ready for too long in one go, also without the time for which the machine was busy."""
    spans, limit = evidence.spans, evidence.thresholds["starved-task"]
    long = [index for index in evidence.long[READY] if spans.ends[index] - spans.starts[index] >= limit]
    if not long:
        return []
    limit /= on_processor(evidence)
    threads = {task.thread for task in evidence.tasks.values()} if spans.queued else ()
    queues = {thread: _Queue(evidence, thread) for thread in threads}
    by_task: dict[int, list[tuple[float, int]]] = {}
    for index in sorted(set(long) - _first_turns(evidence, long)):
        start, end = spans.starts[index], spans.ends[index]
        queue = queues.get(evidence.tasks[spans.tasks[index]].thread)
        counts = end - start - (queue.between(start, end) if queue is not None else 0.0)
        if counts >= limit:
            by_task.setdefault(spans.tasks[index], []).append((counts, index))
    waits = []
    for some in by_task.values():
        total = sum(spans.ends[index] - spans.starts[index] for _, index in some)
        counts, worst = max(some)
        waits.append(_Wait(len(some), total, spans[worst], counts))
    return waits


def _first_turns(evidence: Evidence, some: list[int]) -> set[int]:
    """Where tasks waited for their first turn, of those that some spans are about: to begin later is no fault."""
    spans = evidence.spans
    tasks = {spans.tasks[index] for index in some}
    return {next(index for index in spans.of(task) if spans.states[index] == READY) for task in tasks}


class _Queue:
    """For how long the machine had no processor for the steps of a thread's loop."""

    def __init__(self, evidence: Evidence, thread: int | None) -> None:
        spans, lanes = evidence.spans, {**evidence.tasks, **evidence.callbacks}
        own = {number for number, lane in lanes.items() if lane.thread == thread}
        steps = sorted((spans.starts[index], each) for index, each in spans.queued.items() if spans.tasks[index] in own)
        self._starts = [start for start, _ in steps]
        self._before = [0.0, *accumulate(queued for _, queued in steps)]

    def between(self, start: float, end: float) -> float:
        """How many seconds it was in all in steps that began between two moments."""
        return self._before[bisect_left(self._starts, end)] - self._before[bisect_left(self._starts, start)]


class _Steps:
    """All steps of a thread's tasks in the order of time."""

    def __init__(self, evidence: Evidence, thread: int | None) -> None:
        spans = evidence.spans
        tasks = (task for task in evidence.tasks.values() if task.thread == thread)
        self._every = sorted(
            (spans.starts[index], spans.ends[index], task.id, spans.queued.get(index, 0.0))
            for task in tasks
            for index in spans.of(task.id)
            if spans.states[index] in (RUNNING, BLOCKED)
        )

    def during(self, span: Span) -> list[_Took]:
        """The steps within a stretch."""
        first = max(0, bisect_left(self._every, (span.start,)) - 1)
        last = bisect_left(self._every, (span.end,))
        found = []
        for start, end, task, queued in self._every[first:last]:
            if end > span.start:
                part = (min(end, span.end) - max(start, span.start)) / (end - start)
                found.append(_Took((end - start - queued) * part, end - start - queued, task))
        return found


def _starved(evidence: Evidence, place: Place, group: list[_Wait], steps: _Steps, blamed: set[int]) -> Finding | None:
    """A finding about tasks that waited for their turn at a place; judged by the longest time.

    The steps of the tasks `blamed` are told of as blocking calls: what follows from those is told there.
    """
    longest = max(group, key=lambda wait: wait.counts)
    worst, length, others = longest.worst, longest.counts, steps.during(longest.worst)
    blame = min(evidence.thresholds["blocking-call"], evidence.thresholds["cpu-bound-step"])
    to_blame = sum(took.seconds for took in others if took.length >= blame or took.task in blamed)
    if sum(took.seconds for took in others) < _COVERED * length or to_blame > _BLAME * length:
        return None
    share = Counter[tuple[str, int]]()
    for took in others:
        share[_code(evidence.tasks[took.task])] += took.seconds  # type: ignore[assignment]
    own, (busiest, _) = _code(evidence.tasks[worst.task]), share.most_common(1)[0]
    if share[own] > _BLAME * length:
        return None  # one of many that do the same: nobody is favoured
    whose = next(evidence.tasks[took.task] for took in others if _code(evidence.tasks[took.task]) == busiest)
    ready, most = seconds(worst.end - worst.start), max(took.length for took in others)
    return Finding(
        "starved-task",
        "warning",
        *place,
        message=f"{task_name(evidence.tasks[worst.task])} was ready but had no turn for {ready}: "
        f"{len(others)} steps came first, most of {task_name(whose)}, none longer than {most:.3f} s.",
        advice="run fewer tasks at a time (asyncio.Semaphore), or compute in a process",
        seconds=sum(wait.total for wait in group),
        times=sum(wait.times for wait in group),
        tasks=tuple(wait.worst.task for wait in group),
        beside=((place[1], f"had no turn for {ready}"),),
    )


def _code(task: Task) -> tuple[str, int]:
    return task.path, task.line


@rule("never-suspends", 220, least=0.05)
def never_suspends(evidence: Evidence) -> list[Finding]:
    """Tasks run at the same time, and each runs from its first line to its last without a pause."""
    workers = [task for task in evidence.tasks.values() if task.id not in evidence.children]
    ids = {task.id for task in workers}
    spans = evidence.spans
    if (
        len(ids) < 2
        or ids & evidence.waiters
        or not evidence.complete
        or any(task.ended is None or task.end == "cancelled" for task in workers)
    ):
        return []
    took = {RUNNING: 0.0, BLOCKED: 0.0}
    stepped, turns = set[int](), set[int]()
    columns = zip(spans.tasks, spans.states, spans.starts, spans.ends, strict=True)
    for index, (task, state, start, end) in enumerate(columns):
        if task not in ids:
            continue
        if state == WAITING:
            if task in turns or task in stepped:
                return []
            continue  # until trio takes note of it
        seen = turns if state == READY else stepped
        if task in seen:
            return []  # it came again, so it had been suspended
        seen.add(task)
        if state != READY:
            took[state] += end - start - spans.queued.get(index, 0.0)
    # Nobody knows what a step was for which the machine was too busy; that its task came again would show all the same.
    if len(stepped) < 2 or took[RUNNING] < max(evidence.thresholds["never-suspends"], took[BLOCKED]):
        return []
    return _never(evidence, workers, took[RUNNING])


def _never(evidence: Evidence, workers: list[Task], computing: float) -> list[Finding]:
    own = [task for task in workers if is_own(task.path, evidence.run.python.libraries)]
    if not own or not overlap(workers):
        return []
    longest = max(own, key=lambda task: (task.ended or task.created) - task.created)
    place = evidence.place(longest.path, longest.line)
    if place is None:
        return []
    return [
        Finding(
            "never-suspends",
            "warning",
            *place,
            message=f"{len(workers)} tasks that never wait: each runs to its end before the next one starts.",
            advice="use plain calls or processes; tasks only help when something waits",
            seconds=computing,
            times=len(workers),
            tasks=tuple(task.id for task in workers),
            beside=((place[1], f"ran {len(workers)} times without ever waiting"),),
        )
    ]
