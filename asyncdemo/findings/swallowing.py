"""Tasks that were cancelled and went on all the same: swallowed-cancellation."""

from collections.abc import Iterator

from asyncdemo.findings.catching import goes_on
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.leftovers import leftovers, stood_at
from asyncdemo.findings.wording import seconds, task_name
from asyncdemo.model.recording import Finding

_Waits = dict[tuple[Place, int], float]  # by where a task was cancelled, and which task: seconds that it waited again


def swallowed_cancellation(evidence: Evidence) -> list[Finding]:
    """A task was cancelled, went on waiting, and did not end as cancelled."""
    waits: _Waits = {}
    for task, place, waited in _at_exit(evidence):
        waits[place, task] = waits.get((place, task), 0.0) + waited
    for (place, task), waited in _meanwhile(evidence).items():
        waits[place, task] = max(waits.get((place, task), 0.0), waited)
    least = evidence.thresholds["swallowed-cancellation"]
    groups: dict[Place, dict[int, float]] = {}
    for (place, task), waited in waits.items():
        if waited >= least:
            groups.setdefault(place, {})[task] = waited
    return [_swallowed(evidence, place, tasks) for place, tasks in groups.items()]


def _at_exit(evidence: Evidence) -> Iterator[tuple[int, Place, float]]:
    """Waits of tasks that asyncio.run() has cancelled when main had returned."""
    source = evidence.source.text
    if "run_until_complete" in source or "run_forever" in source:
        return  # then main's end does not cancel anything
    for left in leftovers(evidence):
        place = stood_at(evidence, left)
        if place is None or left.task.end == "cancelled":
            continue
        for where, waited in left.again.items():
            again = evidence.place(*evidence.spans.places[where]) if where >= 0 else None
            known = left.stood is not None and again is not None and evidence.in_script(place[0])
            if not known or _goes_on(evidence, place, again):
                yield left.task.id, place, waited


def _meanwhile(evidence: Evidence) -> _Waits:
    """Waits of tasks that were cancelled by whomsoever, as far as Python tells: from 3.11 on."""
    waits: _Waits = {}
    for each in evidence.run.timeline.unheeded if evidence.run.timeline is not None else ():
        task = evidence.tasks.get(each.task)
        place, again = evidence.place(each.path, each.line), evidence.place(each.again_path, each.again_line)
        if task is None or place is None or task.end in ("cancelled", None):
            continue
        if _goes_on(evidence, place, again):
            waits[place, task.id] = waits.get((place, task.id), 0.0) + each.waited
    return waits


def _goes_on(evidence: Evidence, place: Place, again: Place | None) -> bool:
    """Whether the script's code agrees that it was not just cleaning up."""
    both = again is not None and evidence.in_script(place[0]) and evidence.in_script(again[0])
    return both and again is not None and goes_on(evidence.source, place[1], again[1])


def _swallowed(evidence: Evidence, place: Place, tasks: dict[int, float]) -> Finding:
    first, waited = next(iter(tasks.items()))
    return Finding(
        "swallowed-cancellation",
        "error",
        *place,
        message=f"{task_name(evidence.tasks[first])} was cancelled here, caught the exception, "
        f"and went on for {seconds(waited)}.",
        advice="except asyncio.CancelledError: clean up, then raise",
        times=len(tasks),
        tasks=tuple(tasks),
        beside=((place[1], "was cancelled here, and went on"),),
    )
