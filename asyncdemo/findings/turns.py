"""Who gets a turn: starved-task and never-suspends."""

from bisect import bisect_left
from collections import Counter

from asyncdemo.finding import Finding
from asyncdemo.findings.evidence import Evidence, Place, seconds, task_name
from asyncdemo.findings.lateness import Held
from asyncdemo.own_code import is_own
from asyncdemo.spans import BLOCKED, READY, RUNNING, WAITING, Span, Task

_COVERED = 0.8  # of the time, for which the steps of others must account
_BLAME = 0.2  # of the time: more of it in single long steps, and these are to blame
_MOST = 20  # places at which tasks starve that are looked at


def starved_task(evidence: Evidence) -> list[Finding]:
    """A task could have run and did not for long, because many short steps of others came first."""
    groups: dict[Place, list[Span]] = {}
    for index in evidence.long[READY]:
        span = evidence.spans[index]
        if span.end - span.start < evidence.thresholds["starved-task"] / evidence.on_processor:
            continue
        place = evidence.of_span(span)
        if place is not None and span.start > evidence.tasks[span.task].created:  # to begin later is no fault
            groups.setdefault(place, []).append(span)
    if not groups:
        return []
    chosen = list(groups.items())[:_MOST]
    steps = {
        thread: _Steps(evidence, thread) for thread in {evidence.tasks[group[0].task].thread for _, group in chosen}
    }
    found = (_starved(evidence, place, group, steps[evidence.tasks[group[0].task].thread]) for place, group in chosen)
    return [finding for finding in found if finding is not None]


class _Steps:
    """All steps of a thread's tasks in the order of time, and those among them that are long enough to blame."""

    def __init__(self, evidence: Evidence, thread: int | None) -> None:
        spans = evidence.spans
        tasks = {task.id for task in evidence.tasks.values() if task.thread == thread}
        chosen = [
            index
            for index, (task, state) in enumerate(zip(spans.tasks, spans.states, strict=True))
            if state in (RUNNING, BLOCKED) and task in tasks
        ]
        self.every = sorted((spans.starts[index], spans.ends[index], spans.tasks[index]) for index in chosen)
        blame = min(evidence.thresholds["blocking-call"], evidence.thresholds["cpu-bound-step"])
        long = (spans[index] for index in evidence.long[RUNNING] + evidence.long[BLOCKED])
        self.long = Held(step for step in long if step.task in tasks and step.end - step.start >= blame)

    def during(self, span: Span) -> list[tuple[float, int]]:
        """The steps within a stretch: how long each, and whose."""
        first = max(0, bisect_left(self.every, (span.start,)) - 1)
        last = bisect_left(self.every, (span.end,))
        return [(end - start, task) for start, end, task in self.every[first:last] if end > span.start]


def _starved(evidence: Evidence, place: Place, group: list[Span], steps: _Steps) -> Finding | None:
    """A finding about tasks that waited for their turn at a place; judged by the longest time."""
    thread = evidence.tasks[group[0].task].thread
    group = [span for span in group if evidence.tasks[span.task].thread == thread]
    worst = max(group, key=lambda span: span.end - span.start)
    length = worst.end - worst.start
    others = steps.during(worst)
    if (
        sum(took for took, _ in others) < _COVERED * length
        or steps.long.between(worst.start, worst.end) > _BLAME * length
    ):
        return None
    share = Counter[tuple[str, int]]()
    for took, task in others:
        share[_code(evidence.tasks[task])] += took  # type: ignore[assignment]
    own, (busiest, _) = _code(evidence.tasks[worst.task]), share.most_common(1)[0]
    if share[own] > _BLAME * length:
        return None  # one of many that do the same: nobody is favoured
    whose = next(evidence.tasks[task] for _, task in others if _code(evidence.tasks[task]) == busiest)
    total = sum(span.end - span.start for span in group)
    return Finding(
        "starved-task",
        "warning",
        *place,
        message=f"{task_name(evidence.tasks[worst.task])} could run and had no turn for {seconds(length)}: "
        f"{len(others)} steps came first, most of {task_name(whose)}, none longer than {max(others)[0]:.3f} s.",
        advice="fewer tasks at a time (asyncio.Semaphore), or compute in a process",
        seconds=total,
        times=len(group),
        tasks=tuple(dict.fromkeys(span.task for span in group)),
        beside=((place[1], f"had no turn for {seconds(length)}"),),
    )


def _code(task: Task) -> tuple[str, int]:
    return task.path, task.line


def never_suspends(evidence: Evidence) -> list[Finding]:
    """Tasks run at the same time, and each runs from its first line to its last without a pause."""
    workers = [task for task in evidence.tasks.values() if task.id not in evidence.children]
    ids = {task.id for task in workers}
    spans = evidence.spans
    if len(ids) < 2 or not evidence.complete or any(task.end not in ("returned", "raised") for task in workers):
        return []
    if any(state == WAITING and task in ids for task, state in zip(spans.tasks, spans.states, strict=True)):
        return []
    steps = [
        (task, spans.ends[index] - spans.starts[index], state == BLOCKED)
        for index, (task, state) in enumerate(zip(spans.tasks, spans.states, strict=True))
        if state in (RUNNING, BLOCKED) and task in ids
    ]
    computing = sum(took for _, took, blocked in steps if not blocked)
    blocked = sum(took for _, took, blocked in steps if blocked)
    if len(steps) > len(ids) or computing < evidence.thresholds["never-suspends"] or blocked > computing:
        return []
    return _never(evidence, workers, computing)


def _never(evidence: Evidence, workers: list[Task], computing: float) -> list[Finding]:
    most = max(
        filter(lambda task: is_own(task.path), workers), key=lambda task: (task.ended or task.created) - task.created
    )
    place = evidence.place(most.path, most.line)
    if place is None or not _overlap(workers):
        return []
    return [
        Finding(
            "never-suspends",
            "warning",
            *place,
            message=f"{len(workers)} tasks, and none of them ever waits: each runs to its end before the next begins.",
            advice="call it without a task, or compute in processes: a task helps only where something waits",
            seconds=computing,
            times=len(workers),
            tasks=tuple(task.id for task in workers),
            beside=((place[1], f"ran {len(workers)} times without ever waiting"),),
        )
    ]


def _overlap(workers: list[Task]) -> bool:
    """Whether two of them were there at the same time."""
    until = float("-inf")
    for task in sorted(workers, key=lambda task: task.created):
        if task.created < until:
            return True
        until = max(until, task.ended or task.created)
    return False
