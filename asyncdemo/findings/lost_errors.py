"""Errors and cancellations that went wrong.

exception-never-retrieved, task-destroyed-pending, swallowed-cancellation, unsafe-thread-call.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeGuard

from asyncdemo.analysis.line_marks import without_reprs
from asyncdemo.analysis.task_names import task_name
from asyncdemo.findings.blocking import NESTED
from asyncdemo.findings.evidence import LEAST, Evidence, Place, at, rule, seconds
from asyncdemo.findings.lifecycle import leftovers, stood_at
from asyncdemo.findings.mixed_up import is_shared, is_wrong_loop
from asyncdemo.findings.python_messages import GENERATOR, Report
from asyncdemo.findings.self_waits import awaited_in_vain
from asyncdemo.findings.source import FUNCTIONS, Source, called, caught, inside, last_of
from asyncdemo.findings.unseen_errors import is_lost
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import CrossThreadCall

_DEEPEST = 20  # functions of the script that await one another
_ENDS = {"CancelledError", "BaseException"}
_LOOPS = (ast.While, ast.For, ast.AsyncFor)


class _Catcher(NamedTuple):
    """What catches, the lines in which something is caught, and those of cleaning up."""

    node: ast.stmt
    body: range
    cleaning: list[range]


def goes_on(source: Source, stood: int, again: int) -> bool:
    """True if a task that was cancelled in line `stood` and then waits in line `again` does not just clean up.

    Something around the first line, or around what calls its function, catches the cancellation and does not raise it
    again; and the second line comes after that, or it is the same one in the next turn of a loop.
    """
    return any(_is_past(source, catcher, stood, again) for catcher in _catchers(source, stood, _DEEPEST))


def _is_past(source: Source, catcher: _Catcher, stood: int, again: int) -> bool:
    if any(again in lines for lines in catcher.cleaning) or _is_finally(source, again):
        return False
    same_function = source.around(again) is source.around(catcher.node.lineno)
    if same_function and again not in _lines(catcher.node):
        return True
    comes_again = again == stood or (same_function and again in catcher.body)
    return comes_again and _stays_in_loop(source, catcher.node)


def _catchers(source: Source, line: int, deepest: int) -> Iterator[_Catcher]:
    """Those around a line, from the inside out, then those around the calls of its function."""
    function = source.around(line)
    if function is None or not deepest:
        return
    nodes = [function, *inside(function)]
    scopes = [node for node in nodes if _is_scope(node) and line in _range(node.body)]
    for node in nodes:
        catcher = _catcher(node)
        if catcher is not None and line in catcher.body and not any(scope.lineno in catcher.body for scope in scopes):
            yield catcher
    for call in source.every_call(function.name) if not scopes else ():
        if source.around(call.lineno) is not function:
            yield from _catchers(source, call.lineno, deepest - 1)


def _catcher(node: ast.AST) -> _Catcher | None:
    entered = [item.context_expr for item in node.items] if isinstance(node, ast.With) else []
    suppressing = (call for call in entered if isinstance(call, ast.Call) and called(call) == "suppress")
    if isinstance(node, ast.With) and any(_catches(kind) for call in suppressing for kind in call.args):
        return _Catcher(node, _range(node.body), [])
    if isinstance(node, ast.Try):
        handler = next((each for each in node.handlers if _catches(each.type)), None)
        if handler is not None and not any(isinstance(part, ast.Raise) for part in ast.walk(handler)):
            cleaning = [_lines(each) for each in node.handlers]
            return _Catcher(node, _range(node.body), cleaning)
    return None


def _is_scope(node: ast.AST) -> TypeGuard[ast.With | ast.AsyncWith]:
    """True if it may be one that ends a cancellation which it has itself asked for, as a timeout does."""
    return isinstance(node, ast.With | ast.AsyncWith) and any(
        isinstance(item.context_expr, ast.Call) for item in node.items
    )


def _catches(kind: ast.expr | None) -> bool:
    """True if an `except` of that catches a cancellation."""
    return not _ENDS.isdisjoint(caught(kind))


def _is_finally(source: Source, line: int) -> bool:
    """True if a line stands in a `finally` of its function."""
    function = source.around(line)
    tries = (
        [node for node in ast.walk(function) if isinstance(node, ast.Try | ast.TryStar)] if function is not None else []
    )
    return any(each.finalbody and line in _range(each.finalbody) for each in tries)


def _stays_in_loop(source: Source, node: ast.stmt) -> bool:
    """True if it is in a loop of its function, which no `except` leaves."""
    handlers = node.handlers if isinstance(node, ast.Try) else []
    leaves = (isinstance(part, ast.Break | ast.Return) for handler in handlers for part in ast.walk(handler))
    for parent in source.parents(node):
        if isinstance(parent, FUNCTIONS):
            return False
        if isinstance(parent, _LOOPS):
            return not any(leaves)
    return False


def _lines(node: ast.stmt | ast.excepthandler) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _range(statements: list[ast.stmt]) -> range:
    return range(statements[0].lineno, (statements[-1].end_lineno or statements[-1].lineno) + 1)


UNSAFE = "RuntimeError: Non-thread-safe operation invoked on an event loop other than the current one"
_STOPPED = ("KeyboardInterrupt", "SystemExit")
# A gather that nobody awaits has this error where its tasks were cancelled: that they were is the cause.
_CANCELLED = ("asyncio.exceptions.CancelledError", "CancelledError")
_LONGEST = 60  # characters of an exception that are quoted

_Places = dict[Place | None, list[Report]]


@rule("exception-never-retrieved", 140, said=True)
def exception_never_retrieved(evidence: Evidence) -> list[Finding]:
    """A task failed, and nobody asked it for its result."""
    groups: _Places = {}
    for report in evidence.reports:
        told = NESTED.match(report.error) or is_wrong_loop(report.error) or is_shared(report.error)
        told = told or is_lost(evidence, evidence.task_named(report.task))
        consequence = told or report.error.startswith((*_STOPPED, *_CANCELLED))
        if report.kind == "never-retrieved" and not consequence and not report.name.startswith(GENERATOR):
            groups.setdefault(_raised_at(evidence, report), []).append(report)
    return [_lost(place, some, _tasks(evidence, some)) for place, some in groups.items()]


@rule("task-destroyed-pending", 150, said=True)
def task_destroyed_pending(evidence: Evidence) -> list[Finding]:
    """A task was thrown away before it had come to its end."""
    groups: _Places = {}
    for report in evidence.reports:
        if report.kind == "destroyed" and not report.name.startswith(GENERATOR) and not _is_refused(evidence, report):
            groups.setdefault(_stood_at(evidence, report) or _raised_at(evidence, report), []).append(report)
    vain = awaited_in_vain(evidence) if groups else set[int]()
    found = [_destroyed(place, some, _tasks(evidence, some)) for place, some in groups.items()]
    return [_follows(each) if vain.intersection(each.tasks) else each for each in found]


def _follows(destroyed: Finding) -> Finding:
    """The same, where its loop had waited for it and could not begin it."""
    return destroyed._replace(
        message=f"{destroyed.message} It follows from the self-wait: the loop could not begin it in time.",
        advice="mend the self-wait first",
    )


def _raised_at(evidence: Evidence, report: Report) -> Place | None:
    """The innermost own line of its traceback, else of its coroutine, else where it was made, else who made it."""
    known = evidence.innermost(report.frames) or evidence.place(report.path, report.line)
    known = known or evidence.innermost(report.created)
    task = evidence.task_named(report.task)
    parent = evidence.tasks.get(task.parent) if known is None and task is not None and task.parent is not None else None
    return known if parent is None else evidence.place(parent.path, parent.line)


def _stood_at(evidence: Evidence, report: Report) -> Place | None:
    """The own line in which its task has waited last."""
    task = evidence.task_named(report.task)
    index = evidence.spans.last_wait(task.id) if task is not None else None
    span = None if index is None else evidence.spans[index]
    return None if span is None else evidence.place(span.path, span.line)


def _is_refused(evidence: Evidence, report: Report) -> bool:
    """True if its task was made in another thread, and asyncio has refused it."""
    return any(
        other.error == UNSAFE and any(f"{last_of(report.name)}(" in frame.code for frame in other.frames)
        for other in evidence.reports
    )


def _tasks(evidence: Evidence, some: list[Report]) -> tuple[int, ...]:
    """The lanes of the tasks that reports are about."""
    tasks = (evidence.task_named(report.task) for report in some)
    return tuple(dict.fromkeys(task.id for task in tasks if task is not None))


def _lost(place: Place | None, some: list[Report], tasks: tuple[int, ...]) -> Finding:
    who = f"{last_of(some[0].name)}()" if some[0].name else "A future"
    error = without_reprs(some[0].error)
    error = error if len(error) <= _LONGEST else error[: _LONGEST - 3] + "..."
    return Finding(
        "exception-never-retrieved",
        "error",
        *at(place),
        message=f"{who} failed with {error}; nothing awaited it.",
        advice="await the task: that raises its exception",
        times=len(some),
        tasks=tasks,
        beside=((place[1], f"{error}: nobody noticed"),) if place else (),
    )


def _destroyed(place: Place | None, some: list[Report], tasks: tuple[int, ...]) -> Finding:
    who = f"{last_of(some[0].name)}()" if some[0].name else "A task"
    return Finding(
        "task-destroyed-pending",
        "error",
        *at(place),
        message=f"{who} was thrown away before it had finished: the rest of it never ran.",
        advice="keep the task in a variable and await it while the loop runs",
        times=len(some),
        tasks=tasks,
        beside=((place[1], "thrown away"),) if place else (),
    )


_Waits = dict[tuple[Place, int], float]  # by where a task was cancelled, and which task: seconds that it waited again


@rule("swallowed-cancellation", 170, least=0.05)
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
    """True if the script's code agrees that it was not just cleaning up."""
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


_STARTERS = {"Thread", "Timer", "submit", "run_in_executor", "to_thread"}  # run what they are given in another thread
_TOUCHING = {"set_result", "set_exception", "cancel", "call_soon", "call_later", "put_nowait", "get_nowait", "set",
             "release"}  # fmt: skip


class _Seen(NamedTuple):
    """What was seen at a place; `slept` is for how many seconds the loop has slept on, `threads` are lanes."""

    times: int = 0
    slept: float = 0.0
    threads: tuple[int, ...] = ()


@rule("unsafe-thread-call", 160)
def unsafe_thread_call(evidence: Evidence) -> list[Finding]:
    """Another thread has put something into a loop, or asyncio has refused that: it does so in debug mode only."""
    groups: dict[Place | None, _Seen] = {}
    for report in evidence.reports:
        if report.error == UNSAFE:
            place = evidence.innermost(report.frames)
            groups[place] = _and(groups.get(place, _Seen()))
    for touch in evidence.run.timeline.touches if evidence.run.timeline is not None else ():
        where = _place(evidence, touch)
        if where is not None:
            groups[where] = _and(groups.get(where, _Seen()), touch)
    return [_unsafe(evidence, place, seen) for place, seen in groups.items()]


def _and(seen: _Seen, touch: CrossThreadCall | None = None) -> _Seen:
    """With one more thing that was seen; a report if not a touch."""
    if touch is None:
        return seen._replace(times=seen.times + 1)
    threads = seen.threads if touch.thread is None else (*seen.threads, touch.thread)
    return _Seen(seen.times + touch.times, max(seen.slept, touch.slept), tuple(dict.fromkeys(threads)))


def _place(evidence: Evidence, touch: CrossThreadCall) -> Place | None:
    """The line, if it is the person's own; of what a thread was given to run, the only line that can have done so."""
    script = evidence.script()
    if touch.path is not None or script is None:
        return evidence.place(touch.path, touch.line)
    lines = {call.lineno for name in _STARTERS for call in evidence.source.every_call(name) if _hands_over(call)}
    return (script, lines.pop()) if len(lines) == 1 else None


def _hands_over(call: ast.Call) -> bool:
    """True if a call is given a method that touches a loop, to be called elsewhere."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(isinstance(each, ast.Attribute) and each.attr in _TOUCHING for each in given)


def _unsafe(evidence: Evidence, place: Place | None, seen: _Seen) -> Finding:
    slept = seen.slept if seen.slept >= LEAST else None
    then = "may sleep on and not notice" if slept is None else f"slept on for {seconds(slept)}"
    return Finding(
        "unsafe-thread-call",
        "error",
        *at(place),
        message=f"{_who(evidence, seen.threads)} calls into the loop here, which {then}.",
        advice="let the loop do it: use call_soon_threadsafe or run_coroutine_threadsafe",
        seconds=slept,
        times=seen.times,
        tasks=seen.threads,
        beside=((place[1], "not from this thread"),) if place else (),
    )


def _who(evidence: Evidence, threads: Iterable[int]) -> str:
    """The thread, if there was only one and it has a name."""
    every = evidence.run.timeline.tasks if evidence.run.timeline is not None else ()
    names = {task.name for task in every if task.id in set(threads)}
    return f"The thread {names.pop()}" if len(names) == 1 and names != {""} else "Another thread"
