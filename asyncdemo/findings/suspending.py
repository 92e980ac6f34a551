"""Tasks that never wait, and so gain nothing from being tasks: never-suspends."""

from asyncdemo.findings.evidence import Evidence
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING, Task
from asyncdemo.model.user_code import is_own


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
    for task, state, start, end in zip(spans.tasks, spans.states, spans.starts, spans.ends, strict=True):
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
            took[state] += end - start
    # Nobody knows what a step was for which the machine was too busy; that its task came again would show all the same.
    if len(stepped) < 2 or took[RUNNING] < max(evidence.thresholds["never-suspends"], took[BLOCKED]):
        return []
    return _never(evidence, workers, took[RUNNING])


def _never(evidence: Evidence, workers: list[Task], computing: float) -> list[Finding]:
    own = [task for task in workers if is_own(task.path, evidence.run.python.libraries)]
    if not own or not _overlap(workers):
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


def _overlap(workers: list[Task]) -> bool:
    """Whether two of them were there at the same time."""
    until = float("-inf")
    for task in sorted(workers, key=lambda task: task.created):
        if task.created < until:
            return True
        until = max(until, task.ended or task.created)
    return False
