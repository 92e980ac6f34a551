"""Steps that hold an event loop: blocking-call and cpu-bound-step."""

import re

from asyncdemo.findings.advice import instead_of_blocking, instead_of_computing
from asyncdemo.findings.company import ancestors, has_company
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.grouping import grouped
from asyncdemo.findings.lateness import late_by
from asyncdemo.findings.machine import computing_threads, is_shared, on_processor
from asyncdemo.findings.source import last_of
from asyncdemo.findings.unending import could_not_begin, is_told_elsewhere, unending_step
from asyncdemo.findings.wording import seconds, task_name
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import BLOCKED, RUNNING, Span

_STARTS = re.compile(
    r"\b(?:create_subprocess_\w+|subprocess_exec|subprocess_shell|open_process|run_process|to_thread|run_in_executor)\b"
)


def blocking_call(evidence: Evidence) -> list[Finding]:
    """A step was off the processor for long, inside a synchronous call."""
    long, threads = _long(evidence, BLOCKED, "blocking-call"), computing_threads(evidence)
    steps = [step for step in long if not _starts_another(evidence, step) and not is_shared(step, threads)]
    groups = grouped(evidence, steps, by_function=False)
    return [_blocking(evidence, place, steps) for place, steps in groups.items()]


def cpu_bound_step(evidence: Evidence) -> list[Finding]:
    """A step computed for long while a task was due that does wait at other times."""
    threads = computing_threads(evidence)
    steps = [step for step in _long(evidence, RUNNING, "cpu-bound-step") if not is_shared(step, threads)]
    groups = grouped(evidence, steps, by_function=True)
    found = (_computing(evidence, place, steps) for place, steps in groups.items())
    return [finding for finding in found if finding is not None]


def _long(evidence: Evidence, state: int, rule: str) -> list[Span]:
    steps = [evidence.spans[index] for index in evidence.long[state]]
    long = [step for step in steps if step.end - step.start >= evidence.thresholds[rule]]
    long = [step for step in long if not is_told_elsewhere(evidence, step.task, step.end)]
    if state == BLOCKED or not long:
        return long
    part = on_processor(evidence)
    return [step for step in long if (step.end - step.start) * part >= evidence.thresholds[rule]]


def _starts_another(evidence: Evidence, step: Span) -> bool:
    """Whether it waits for a program or a thread to start: asyncio has no other way, and there is nothing to mend."""
    place = evidence.place(step.path, step.line)
    return place is not None and evidence.in_script(place[0]) and bool(_STARTS.search(evidence.source.line(place[1])))


def _blocking(evidence: Evidence, place: Place, steps: list[Span]) -> Finding:
    late = late_by(evidence, steps)
    last = unending_step(evidence)
    behind = last.behind if last is not None and any(step.task == last.task for step in steps) else ()
    alone = not late and not behind and not has_company(evidence, steps)
    said = "no other task was seen to be ready meanwhile." if alone else _said_late(evidence, steps, late)
    if behind and not late:
        said = f"{could_not_begin(behind)} until it was stopped."
    total = sum(step.end - step.start for step in steps)
    task = evidence.tasks[steps[0].task]
    return Finding(
        "blocking-call",
        "note" if alone else "warning",
        *place,
        message=f"{_where(evidence, steps)} blocks the event loop; {said}",
        advice=instead_of_blocking(evidence, _line(evidence, steps), task.kind, last_of(task.coroutine)),
        seconds=total,
        times=len(steps),
        tasks=_ids(steps),
        beside=((place[1], f"blocked the loop{_how_long(len(steps), total)}"),),
    )


def _computing(evidence: Evidence, place: Place, steps: list[Span]) -> Finding | None:
    own = {step.task for step in steps}
    involved = own.union(*(ancestors(evidence, task) for task in own))
    late = {task: by for task, by in late_by(evidence, steps).items() if task in evidence.waiters - involved}
    if max(late.values(), default=0.0) < evidence.thresholds["cpu-bound-step"] / 2:
        return None
    total = sum(step.end - step.start for step in steps)
    return Finding(
        "cpu-bound-step",
        "warning",
        *place,
        message=f"{_where(evidence, steps)} computes without a pause; {_said_late(evidence, steps, late)}",
        advice=instead_of_computing(evidence, _line(evidence, steps), evidence.tasks[steps[0].task].kind),
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
    one = len(others) == 2
    more = f", and {len(others) - 1} other {'task was' if one else 'tasks were'} late" if len(others) > 1 else ""
    return f"{task_name(evidence.tasks[worst])} was {seconds(others[worst])} late{more}."


def _how_long(times: int, total: float) -> str:
    return f" for {seconds(total)}" if times == 1 else f" {times} times, {seconds(total)} total"


def _ids(steps: list[Span]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(step.task for step in steps))
