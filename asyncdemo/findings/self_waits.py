"""self-wait: a loop that waits for what only it can do, whether it still did so at the end or had given up before."""

import ast
from collections.abc import Iterator

from asyncdemo.analysis.standstill_words import at_line
from asyncdemo.findings import hangs
from asyncdemo.findings.evidence import Evidence, Place, rule, seconds
from asyncdemo.findings.source import Function, Source, called, inside
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import BLOCKED, Span

_DEEPEST = 5  # plain functions that call one another
_SOON = 0.1  # seconds after the step in which the loop has begun what it was given


@rule("self-wait", 10)
def self_wait(evidence: Evidence) -> list[Finding]:
    """A step of a loop waits, or waited until a timeout, for what only that loop can do."""
    steps: dict[tuple[Place, ...], list[Span]] = {}
    for index in evidence.long[BLOCKED]:
        step = evidence.spans[index]
        told = hangs.is_told_elsewhere(evidence, step.task, step.end)  # it was stopped, and did not give up
        if not told and begun_after(evidence, step) and (chain := _chain(evidence, step)):
            steps.setdefault(chain, []).append(step)
    return [*hangs.self_wait(evidence), *(_gave_up(evidence, chain, some) for chain, some in steps.items())]


def waited_for_itself(evidence: Evidence, step: Span) -> bool:
    """True if a step waited for the result of a coroutine that its own loop began only after the step."""
    return bool(begun_after(evidence, step)) and bool(_chain(evidence, step))


def awaited_in_vain(evidence: Evidence) -> set[int]:
    """The tasks for whose results a loop waited that could not begin them."""
    steps = (evidence.spans[index] for index in evidence.long[BLOCKED])
    return {task for step in steps if waited_for_itself(evidence, step) for task in begun_after(evidence, step)}


def begun_after(evidence: Evidence, step: Span) -> set[int]:
    """The tasks that something outside of tasks gave to the loop of a step, and that it began right after the step."""
    thread = evidence.lane(step.task).thread
    others = (task for task in evidence.tasks.values() if task.thread != thread)
    if any(task.created <= step.end and (task.ended is None or task.ended >= step.start) for task in others):
        return set()  # another loop was there, and may be the one that was asked
    return {
        task.id
        for task in evidence.tasks.values()
        if task.parent is None
        and task.id != step.task
        and task.thread == thread
        and step.start <= task.created <= step.end + _SOON
        and (task.ended is None or task.ended >= step.end)
    }


def _chain(evidence: Evidence, step: Span) -> tuple[Place, ...]:
    """The lines that led to where a step asks a future for its result, the outermost first; none where it does not."""
    seen = [evidence.place(*each) for each in (step.reason.through if step.reason else ())]
    place = evidence.place(step.path, step.line)
    if place is not None:
        waits = _waits_for_result(evidence.text(place[0]), place[1])
        return (*(each for each in seen if each is not None), place) if waits else ()
    task = evidence.lane(step.task)
    first = evidence.place(task.path, task.line)
    function = evidence.text(first[0]).around(first[1]) if first is not None else None
    found = list(_ways(evidence, first[0], function, ())) if first is not None and function is not None else []
    return found[0] if len(found) == 1 else ()


def _ways(evidence: Evidence, path: str, function: Function, before: tuple[Place, ...]) -> Iterator[tuple[Place, ...]]:
    """The ways by which a function calls plain ones down to a line that waits for the result of a future."""
    source = evidence.text(path)
    for call in (node for node in inside(function) if isinstance(node, ast.Call) and not source.is_awaited(node)):
        place = (path, call.lineno)
        if called(call) == "result" and _waits_for_result(source, call.lineno):
            yield (*before, place)
        for other, text in evidence.files.items() if len(before) < _DEEPEST else ():
            for named in text.named(called(call)) if called(call) else ():
                if not text.is_async(named) and named is not function:
                    yield from _ways(evidence, other, named, (*before, place))


def _waits_for_result(source: Source, line: int) -> bool:
    """True if a line asks a future for its result that its function has got for a coroutine given to a loop."""
    calls = {called(call) for call in source.calls_in(line)}
    function = source.around(line)
    if "result" not in calls or function is None:
        return False
    given = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(called(call) == "run_coroutine_threadsafe" for call in given)


def _gave_up(evidence: Evidence, chain: tuple[Place, ...], steps: list[Span]) -> Finding:
    total, place = sum(step.end - step.start for step in steps), chain[-1]
    around = [(evidence.text(path).around(line), (path, line)) for path, line in reversed(chain[:-1])]
    said = [f"{function.name} ({at_line(where, place[0])})" for function, where in around if function is not None]
    in_coroutine = [where for function, where in around if isinstance(function, ast.AsyncFunctionDef)]
    advice = "await the coroutine in a coroutine, and do not wait for its result here"
    if in_coroutine:
        advice = (
            f"await the coroutine itself at {at_line(in_coroutine[0], place[0])}, and do not wait for its result here"
        )
    called_by = f" Called by {', '.join(said)}." if said else ""
    return Finding(
        "self-wait",
        "error",
        *place,
        message=f"The event loop waited {seconds(total)} for itself: this line blocked it, and waited for a result "
        f"that only this loop can give.{called_by}",
        advice=advice,
        seconds=total,
        times=len(steps),
        tasks=tuple(dict.fromkeys(step.task for step in steps)),
        beside=((place[1], f"the loop waited for itself, {seconds(total)}"),),
    )
