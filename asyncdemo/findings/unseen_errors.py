"""Errors that nothing has looked at, or that nothing has caught, and those of too many tasks at once.

lost-error, uncaught-group, too-many-open.
"""

import ast
import builtins
import re
from collections.abc import Iterator
from typing import NamedTuple

from asyncdemo.analysis.standstill_words import at_line
from asyncdemo.analysis.task_names import task_name
from asyncdemo.analysis.wait_times import most_at_once
from asyncdemo.findings.evidence import Evidence, Place, at, has_run, rule, seen_lines
from asyncdemo.findings.hangs import deadlock, stuck
from asyncdemo.findings.looked_at import are_used, cancels, closes, seen_by_themselves
from asyncdemo.findings.python_messages import Report
from asyncdemo.findings.source import FUNCTIONS, Source, called, caught, last_name
from asyncdemo.model.recording import Finding, Severity
from asyncdemo.model.spans import WAITING, Raised, Task

_NO_FAULT = {"KeyboardInterrupt", "SystemExit", "CancelledError", "GeneratorExit"}
_LOOKS = ("exception", "result", "add_done_callback", "as_completed", "wait")  # by these an error can be seen
_TOO_MANY = "Too many open files"
_FEW = 500  # texts that are searched for one by one faster than by a look at each piece of the output
_SOON = 0.1  # seconds in which Python has written a whole traceback of a group
_MOST = 60  # characters of an error that are quoted


class _Lost(NamedTuple):
    """A task that has failed, how its error was lost, and where it stands in which file."""

    task: Task
    raised: Raised
    how: str
    advice: str
    beside: tuple[str, int, str] | None = None
    severity: Severity = "error"


@rule("lost-error", 130)
def lost_error(evidence: Evidence) -> list[Finding]:
    """A task failed, and its error went nowhere: it is kept, it was given back and dropped, or hidden by cancel()."""
    groups: dict[tuple[Place, str, str], list[_Lost]] = {}
    lost_ones = list(_lost(evidence))
    seen = seen_by_themselves(evidence, [lost.task for lost in lost_ones])
    every = [lost for lost in lost_ones if lost.task.id not in seen]
    printed = _printed(evidence, {lost.raised.text for lost in every if not lost.raised.unseen} - {""})
    for lost in every:
        place = evidence.place(lost.raised.path, lost.raised.line)
        if place is not None and (lost.raised.unseen or lost.raised.text not in printed):
            groups.setdefault((place, lost.raised.error, lost.how), []).append(lost)
    return [_finding(place, some) for (place, _, _), some in groups.items()]


def is_lost(evidence: Evidence, task: Task | None) -> bool:
    """True of a task whose error is told by this rule: Python may tell of it, too, while it shuts down."""
    return task is not None and task.raised is not None and task.raised.unseen and _counts(evidence, task)


def _lost(evidence: Evidence) -> Iterator[_Lost]:
    failed = [task for task in evidence.tasks.values() if _counts(evidence, task)]
    told = _told_by_what_hangs(evidence) if failed else set()
    some_seen = any(task.raised is not None and not task.raised.unseen for task in failed)
    dropped = list(_dropped_gathers(evidence)) if some_seen else []
    for task in failed:
        raised = task.raised
        if raised is None or task.id in told:
            continue
        if raised.unseen:
            how = "the task is kept, and nothing looked at its error"
            yield _Lost(task, raised, how, "await the task, or log its exception() in a done-callback")
        elif (found := next((each for each in dropped if _is_in(task, each)), None)) is not None:
            line = found.call.lineno
            how = f"gather ({at_line((found.path, line), raised.path)}) gave the error back, and nothing looked at it"
            advice = "use what gather returns: with return_exceptions=True errors are results"
            yield _Lost(task, raised, how, advice, (found.path, line, "its results are not used"), "warning")
        elif _is_only_cancelled(evidence, task):
            how = "it was cancelled after that, which hides the error"
            yield _Lost(task, raised, how, "await the task after cancel(): that raises its error")


def _counts(evidence: Evidence, task: Task) -> bool:
    """True if it failed by itself: not as the run was stopped, and with what is an error."""
    raised, until = task.raised, evidence.stopped_at
    if raised is None or raised.error in _NO_FAULT or _TOO_MANY in raised.text:
        return False
    return until is None or (task.ended is not None and task.ended < until)


def _told_by_what_hangs(evidence: Evidence) -> set[int]:
    """The tasks whose errors are told as the reason for which others wait."""
    waiters = evidence.stand.waiters if evidence.stand is not None else ()
    ended = {each.task for waiter in waiters for each in waiter.ended}
    return ended if ended and (deadlock(evidence) or stuck(evidence)) else set()


def _printed(evidence: Evidence, texts: set[str]) -> set[str]:
    """Those of some errors' texts that somebody has printed, other than Python as it ends: then somebody has looked."""
    written = "\0".join(output.text for output in evidence.run.output) if texts else ""
    alike: dict[int, set[str]] = {}
    for text in texts:
        alike.setdefault(len(text), set()).add(text)
    found = set[str]()
    for length, some in alike.items():
        if len(some) < _FEW:
            found |= {text for text in some if text in written}
        else:
            pieces = (written[start : start + length] for start in range(len(written) - length + 1))
            found.update(piece for piece in pieces if piece in some)
    return found


class _Dropped(NamedTuple):
    """A call of gather with return_exceptions=True whose results are thrown away.

    `waited` is until when tasks have waited in it, by their numbers; `calls` are the names of what is called in its
    arguments, and `names` those of tasks that are used for nothing else.
    """

    path: str
    source: Source
    call: ast.Call
    waited: dict[int, float]
    calls: set[str]
    names: set[str]


def _dropped_gathers(evidence: Evidence) -> Iterator[_Dropped]:
    seen = seen_lines(evidence)
    for path, source in evidence.files.items():
        for call in source.every_call("gather"):
            outer = next(source.parents(call), None)
            statement = next(source.parents(outer), None) if isinstance(outer, ast.Await) else None
            given_back = any(
                each.arg == "return_exceptions" and isinstance(each.value, ast.Constant) and each.value.value is True
                for each in call.keywords
            )
            names, calls = _given(call)
            if given_back and isinstance(statement, ast.Expr) and not any(map(closes, calls)):
                waited = _waited(evidence, path, call)
                if has_run(source, call, seen.get(path, set())):
                    waited = _came_by(evidence, path, source, call) | waited
                only = set[str]() if are_used(source, names, call) else names
                yield _Dropped(path, source, call, waited, calls, only)


def _given(gather: ast.Call) -> tuple[set[str], set[str]]:
    """The names of what is handed to a gather, and of all that is called there."""
    names = {last_name(each.value if isinstance(each, ast.Starred) else each) for each in gather.args} - {""}
    return names, {called(node) for each in gather.args for node in ast.walk(each) if isinstance(node, ast.Call)}


def _came_by(evidence: Evidence, path: str, source: Source, call: ast.Call) -> dict[int, float]:
    """The tasks that run the function of a call, until they end: it may have waited for a moment that nobody saw."""
    function = source.around(call.lineno)
    place = None if function is None else (path, function.lineno)
    own = (task for task in evidence.tasks.values() if place and evidence.place(task.path, task.line) == place)
    return {task.id: float("inf") if task.ended is None else task.ended for task in own}


def _waited(evidence: Evidence, path: str, call: ast.Call) -> dict[int, float]:
    spans, found = evidence.spans, dict[int, float]()
    lines = range(call.lineno, (call.end_lineno or call.lineno) + 1)
    places = (evidence.place(*place) for place in spans.places)
    there = {
        index for index, place in enumerate(places) if place is not None and place[0] == path and place[1] in lines
    }
    for task, state, where, end in zip(spans.tasks, spans.states, spans.where, spans.ends, strict=True):
        if state == WAITING and where in there:
            found[task] = max(end, found.get(task, 0.0))
    return found


def _is_in(task: Task, dropped: _Dropped) -> bool:
    """True if a task was awaited by a gather, and by nothing else."""
    if task.parent is None or dropped.waited.get(task.parent, -1.0) < (task.ended or 0.0):
        return False
    if closes(task.coroutine):
        return False
    if task.coroutine in dropped.calls:
        return True
    kept = dropped.names & _kept_in(dropped.source, task)
    return bool(kept) and not any(dropped.source.uses_of(look) for look in _LOOKS)


def _kept_in(source: Source, task: Task) -> set[str]:
    """The names under which a file keeps tasks of this coroutine."""
    names = set[str]()
    for call in source.every_call(task.coroutine):
        for parent in source.parents(call):
            if isinstance(parent, ast.Call) and called(parent) in ("append", "add"):
                names.add(last_name(parent.func.value) if isinstance(parent.func, ast.Attribute) else "")
            elif isinstance(parent, ast.Assign):
                names |= {last_name(target) for target in parent.targets}
            elif isinstance(parent, FUNCTIONS):
                break
    return names - {""}


def _is_only_cancelled(evidence: Evidence, task: Task) -> bool:
    """True if all that is done with the task, by the names under which it is kept, is to cancel it."""
    source = evidence.text((evidence.place(task.path, task.line) or ("", 0))[0])
    names = _kept_in(source, task)
    if len(evidence.files) > 1 and any(text.uses_of(name) for name in names for text in _others(evidence, source)):
        return False
    cancelled = [use for name in names for use in source.uses_of(name) if cancels(source, use)]
    rest = [use for name in names for use in source.uses_of(name) if use not in cancelled and not _keeps(source, use)]
    return bool(cancelled) and not rest


def _others(evidence: Evidence, source: Source) -> list[Source]:
    return [text for text in evidence.files.values() if text is not source]


def _keeps(source: Source, use: ast.expr) -> bool:
    outer = next(source.parents(use), None)
    return isinstance(outer, ast.Attribute) and outer.attr in ("append", "add")


def _finding(place: Place, some: list[_Lost]) -> Finding:
    first = some[0]
    error = first.raised.whole if len(first.raised.whole) <= _MOST else first.raised.whole[: _MOST - 3] + "..."
    beside = [(place[1], f"{error}: nothing looked at it")]
    if first.beside is not None and first.beside[0] == place[0]:
        beside.append(first.beside[1:])
    return Finding(
        "lost-error",
        first.severity,
        *place,
        message=f"{task_name(first.task)} failed with {error}; {first.how}.",
        advice=first.advice,
        times=len(some),
        tasks=tuple(each.task.id for each in some),
        beside=tuple(beside),
    )


_GROUP = re.compile(r"^(?:[\w.]+\.)?(?:Base)?ExceptionGroup: ")
_GROUPS = {"ExceptionGroup", "BaseExceptionGroup"}


@rule("uncaught-group", 110, said=True)
def uncaught_group(evidence: Evidence) -> list[Finding]:
    """An error came as a group, and an `except` for that error around it did not catch the group."""
    found: dict[Place, Finding] = {}
    for index, report in enumerate(evidence.errors):
        if not _GROUP.match(report.error):
            continue
        inner = [other for other in evidence.errors[index + 1 :] if other.at - report.at < _SOON]
        errors = {_name(other.error) for other in inner if other.kind == "raised"} - _GROUPS
        for place, handler in _handlers(evidence, report):
            caught = sorted(errors & _names_caught(handler, errors))
            if caught:
                found.setdefault(place, _uncaught(place, caught[0], handler))
    return list(found.values())


def _name(error: str) -> str:
    return error.partition(":")[0].rpartition(".")[2]


def _handlers(evidence: Evidence, report: Report) -> Iterator[tuple[Place, ast.ExceptHandler]]:
    """The handlers by which the error passed in the user's own files."""
    for frame in report.frames:
        place = evidence.place(frame.path, frame.line)
        if place is None:
            continue
        path, line = place
        source = evidence.text(path)
        for node in source.nodes:
            if isinstance(node, ast.Try) and node.body[0].lineno <= line <= (node.body[-1].end_lineno or 0):
                same = source.around(node.lineno) is source.around(line)
                yield from (((path, each.lineno), each) for each in node.handlers if same)


def _names_caught(handler: ast.ExceptHandler, errors: set[str]) -> set[str]:
    """Those of the errors that a handler would catch if they came alone; none where it catches groups too."""
    names = set(caught(handler.type))
    if names & {*_GROUPS, "Exception", "BaseException"}:
        return set()
    return {error for error in errors if error in names or any(_is_a(error, name) for name in names)}


def _is_a(error: str, name: str) -> bool:
    kinds = getattr(builtins, error, None), getattr(builtins, name, None)
    return all(isinstance(kind, type) for kind in kinds) and issubclass(*kinds)  # type: ignore[arg-type]


def _uncaught(place: Place, error: str, handler: ast.ExceptHandler) -> Finding:
    kind = ast.unparse(handler.type) if handler.type is not None else error
    return Finding(
        "uncaught-group",
        "error",
        *place,
        message=f"The {error} came inside an ExceptionGroup, as from a TaskGroup: this except does not catch that.",
        advice=f"except* {kind}: it catches what is inside a group (Python 3.11 and newer)",
        beside=((place[1], f"caught no {error}: it was in a group"),),
    )


@rule("too-many-open", 100)
def too_many_open(evidence: Evidence) -> list[Finding]:
    """Tasks failed because more files or connections were open at once than the system allows."""
    failed = [task for task in evidence.tasks.values() if task.raised is not None and _TOO_MANY in task.raised.text]
    groups: dict[Place | None, list[Task]] = {}
    for task in failed:
        assert task.raised is not None
        place = evidence.place(task.raised.path, task.raised.line) or evidence.place(task.path, task.line)
        groups.setdefault(place, []).append(task)
    return [_too_many(evidence, place, some) for place, some in groups.items()]


def _too_many(evidence: Evidence, place: Place | None, some: list[Task]) -> Finding:
    first = some[0]
    alike = [each for each in evidence.tasks.values() if (each.path, each.line) == (first.path, first.line)]
    ends = (max(task.created, task.ended) for task in alike if task.ended is not None)
    most = most_at_once((task.created for task in alike), ends)
    return Finding(
        "too-many-open",
        "error",
        *at(place),
        message=f"{_TOO_MANY}: {len(some)} of {len(alike)} {first.coroutine}() tasks failed, as {most} ran at once.",
        advice="let fewer run at once: one asyncio.Semaphore(20) for all, and async with it in each",
        times=len(some),
        tasks=tuple(task.id for task in some),
        beside=((place[1], f"{_TOO_MANY.lower()}, {len(some)} times"),) if place else (),
    )
