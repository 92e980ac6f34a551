"""Steps that hold an event loop: blocking-call and cpu-bound-step."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter

from asyncdemo.finding import Finding
from asyncdemo.findings.advice import instead_of_blocking, instead_of_computing
from asyncdemo.findings.evidence import Evidence, Place, seconds, task_name
from asyncdemo.findings.lateness import late_by
from asyncdemo.spans import BLOCKED, RUNNING, Span

_STARTS = re.compile(r"\b(?:create_subprocess_\w+|subprocess_exec|subprocess_shell|open_process|run_process)\b")
_Groups = dict[Place, list[Span]]


def blocking_call(evidence: Evidence) -> list[Finding]:
    """A step was off the processor for long, inside a synchronous call."""
    steps = [step for step in _long(evidence, BLOCKED, "blocking-call") if not _starts_program(evidence, step)]
    groups = _grouped(evidence, steps, by_function=False)
    return [_blocking(evidence, place, steps) for place, steps in groups.items()]


def cpu_bound_step(evidence: Evidence) -> list[Finding]:
    """A step computed for long while a task was due that does wait at other times."""
    steps = [step for step in _long(evidence, RUNNING, "cpu-bound-step") if not _is_shared(evidence, step)]
    groups = _grouped(evidence, steps, by_function=True)
    found = (_computing(evidence, place, steps) for place, steps in groups.items())
    return [finding for finding in found if finding is not None]


def _long(evidence: Evidence, state: int, rule: str) -> list[Span]:
    steps = [evidence.spans[index] for index in evidence.long[state]]
    long = [step for step in steps if step.end - step.start >= evidence.thresholds[rule]]
    if state == BLOCKED or not long:
        return long
    part = evidence.on_processor
    return [step for step in long if (step.end - step.start) * part >= evidence.thresholds[rule]]


def _starts_program(evidence: Evidence, step: Span) -> bool:
    """Whether it waits for another program to start: asyncio has no other way, and there is nothing to do about it."""
    place = evidence.place(step.path, step.line)
    return place is not None and evidence.in_script(place[0]) and bool(_STARTS.search(evidence.source.line(place[1])))


def _is_shared(evidence: Evidence, step: Span) -> bool:
    """Whether other threads have computed for most of it: then it is not known who had Python's lock."""
    both = (min(step.end, other.end) - max(step.start, other.start) for other in evidence.threads)
    return sum(max(0.0, seconds) for seconds in both) > (step.end - step.start) / 2


def _grouped(evidence: Evidence, steps: list[Span], *, by_function: bool) -> _Groups:
    """The steps by their line; those whose line is not known go with others of the same coroutine.

    Of computing it is the function that matters: wherever in its loop it was seen, it is the same cause.
    """
    groups: dict[tuple[Place, Place | None], list[Span]] = {}
    lineless: dict[Place, list[Span]] = {}
    for step in steps:
        task = evidence.tasks[step.task]
        line, coroutine = evidence.place(step.path, step.line), evidence.place(task.path, task.line)
        if line is not None:
            groups.setdefault((_function(evidence, line) if by_function else line, coroutine), []).append(step)
        elif coroutine is not None:
            lineless.setdefault(coroutine, []).append(step)
    for coroutine, some in lineless.items():
        same = [group for (_, owner), group in groups.items() if owner == coroutine]
        (max(same, key=len) if same else groups.setdefault((coroutine, coroutine), [])).extend(some)
    found: _Groups = {}
    for group in groups.values():
        found.setdefault(_place(evidence, group), []).extend(group)
    return found


def _function(evidence: Evidence, place: Place) -> Place:
    """Where the function begins that a line is in, as far as that is known."""
    around = evidence.source.around(place[1]) if evidence.in_script(place[0]) else None
    return (place[0], around.lineno) if around is not None else place


def _place(evidence: Evidence, steps: list[Span]) -> Place:
    """Where most of the time of some steps was spent; the coroutine where no line is known."""
    spent = Counter[Place]()
    for step in steps:
        line = evidence.place(step.path, step.line)
        if line is not None:
            spent[line] += step.end - step.start  # type: ignore[assignment]
    if spent:
        return spent.most_common(1)[0][0]
    place = evidence.of_span(steps[0])
    assert place is not None  # only such steps are in a group
    return place


def _blocking(evidence: Evidence, place: Place, steps: list[Span]) -> Finding:
    late = late_by(evidence, steps)
    alone = not late and not any(_others(evidence, step) for step in steps)
    said = "nothing else wanted it this time." if alone else _said_late(evidence, steps, late)
    total = sum(step.end - step.start for step in steps)
    return Finding(
        "blocking-call",
        "note" if alone else "warning",
        *place,
        message=f"{_where(evidence, steps)} holds the one event loop; {said}",
        advice=instead_of_blocking(evidence, _line(evidence, steps), evidence.tasks[steps[0].task].kind),
        seconds=total,
        times=len(steps),
        tasks=_ids(steps),
        beside=((place[1], f"blocked the loop{_how_long(len(steps), total)}"),),
    )


def _computing(evidence: Evidence, place: Place, steps: list[Span]) -> Finding | None:
    involved = {step.task for step in steps}.union(
        *(evidence.ancestors(task) for task in {step.task for step in steps})
    )
    late = {task: by for task, by in late_by(evidence, steps).items() if task in evidence.waiters - involved}
    if max(late.values(), default=0.0) < evidence.thresholds["cpu-bound-step"] / 2:
        return None
    total = sum(step.end - step.start for step in steps)
    return Finding(
        "cpu-bound-step",
        "warning",
        *place,
        message=f"{_where(evidence, steps)} computes without a pause; {_said_late(evidence, steps, late)}",
        advice=instead_of_computing(evidence, evidence.tasks[steps[0].task].kind),
        seconds=total,
        times=len(steps),
        tasks=_ids(steps),
        beside=((place[1], f"computed{_how_long(len(steps), total)}"),),
    )


def _line(evidence: Evidence, steps: list[Span]) -> Place | None:
    return next((line for step in steps if (line := evidence.place(step.path, step.line)) is not None), None)


def _where(evidence: Evidence, steps: list[Span]) -> str:
    """The subject of the sentence: it, where the line is known."""
    if _line(evidence, steps) is not None:
        return "It"
    return f"Something in {task_name(evidence.tasks[steps[0].task])}()"


def _said_late(evidence: Evidence, steps: list[Span], late: dict[int, float]) -> str:
    if not late:
        return "nothing else could run meanwhile."
    own = {step.task for step in steps}
    others = {task: by for task, by in late.items() if task not in own} or late
    worst = next(iter(others))
    more = f", and {len(others) - 1} more were late" if len(others) > 1 else ""
    return f"{task_name(evidence.tasks[worst])} was {seconds(others[worst])} late{more}."


def _how_long(times: int, total: float) -> str:
    return f" for {seconds(total)}" if times == 1 else f" {times} times, {seconds(total)} in all"


def _ids(steps: list[Span]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(step.task for step in steps))


def _others(evidence: Evidence, step: Span) -> bool:
    """Whether another task was there during a step that does not just wait for this one."""
    created, ended = evidence.lives[evidence.tasks[step.task].thread]
    there = bisect_left(created, step.end) - bisect_right(ended, step.start)
    own = 1 + sum(_alive(evidence, task, step) for task in evidence.ancestors(step.task))
    return there > own


def _alive(evidence: Evidence, task: int, step: Span) -> bool:
    ended = evidence.tasks[task].ended
    return ended is None or ended > step.start
