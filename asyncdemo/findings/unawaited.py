"""Coroutine objects that nobody ever ran: never-awaited."""

import ast
import re

from asyncdemo.findings.advice import instead_of_never_awaiting
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.handed import handed_over
from asyncdemo.findings.nested import nested
from asyncdemo.findings.said import Frame, Report
from asyncdemo.findings.source import Function, last_of
from asyncdemo.findings.wording import at
from asyncdemo.model.recording import Finding

_NO_LOOP = "no running event loop"  # then it is what was never awaited that needs one
# What Python says where a coroutine object is used as if it were what the function returns: it is the cause of that.
_ABOUT_COROUTINE = re.compile(
    r"^(?:TypeError|AttributeError): .*(?:'coroutine'|\"coroutine\"|non-iterable coroutine|coroutine found"
    r"|(?:type|got|not) coroutine\b)"
)


def never_awaited(evidence: Evidence) -> list[Finding]:
    """Python warned of a coroutine that was never awaited, and not because something else had gone wrong before."""
    groups: dict[tuple[Place | None, str], int] = {}
    unsure: list[Report] = []
    for report in _unexplained(evidence):
        place = _made_at(evidence, report)
        if place is None:
            unsure.append(report)
        else:
            groups[place, report.name] = groups.get((place, report.name), 0) + 1
    for report in unsure:
        for place in _guessed(evidence, report, {place for place, _ in groups}):
            groups[place, report.name] = groups.get((place, report.name), 0) + 1
    return [_finding(evidence, place, name, times) for (place, name), times in groups.items()]


def _unexplained(evidence: Evidence) -> list[Report]:
    """The warnings that are not the consequence of something else that is told."""
    follows = [report for _, some in nested(evidence) for report in some]
    broken_off = [each for each in evidence.reports if each.kind == "raised" and not _is_consequence(each)]
    thrown_away = {last_of(report.name) for report in evidence.reports if report.kind == "destroyed"}
    reports = [each for each in evidence.reports if each.kind == "never-awaited" and each not in follows]
    lineless = [each for each in reports if evidence.place(each.path, each.line) is None]
    return [
        each
        for each in reports
        if (each not in lineless or last_of(each.name) not in thrown_away)
        and not any(_was_broken_off(evidence, each, other) for other in broken_off)
    ]


def _is_consequence(raised: Report) -> bool:
    """Whether an error follows from a coroutine that is not awaited, and not the other way round."""
    return raised.error.endswith(_NO_LOOP) or _ABOUT_COROUTINE.match(raised.error) is not None


def _was_broken_off(evidence: Evidence, report: Report, raised: Report) -> bool:
    """Whether an exception has ended the very statement that was about to use the coroutine object."""
    dropped = evidence.place(report.path, report.line)
    return any(
        _calls(report, frame) and dropped in (None, evidence.place(frame.path, frame.line)) for frame in raised.frames
    )


def _calls(report: Report, frame: Frame) -> bool:
    """Whether the coroutine function is called in the code of a frame."""
    return re.search(rf"\b{re.escape(last_of(report.name))}\(", frame.code) is not None


def _misused_at(evidence: Evidence, report: Report) -> Place | None:
    """The line of the call, where an error followed from using what it gives."""
    for raised in evidence.reports:
        if raised.kind == "raised" and _ABOUT_COROUTINE.match(raised.error):
            places = [evidence.place(frame.path, frame.line) for frame in raised.frames if _calls(report, frame)]
            if (place := next((place for place in reversed(places) if place is not None), None)) is not None:
                return place
    return None


def _made_at(evidence: Evidence, report: Report) -> Place | None:
    """The line of the call, if Python has named it."""
    made = evidence.innermost(report.created)
    dropped = evidence.place(report.path, report.line)
    if made is not None or dropped is None or not evidence.in_script(dropped[0]):
        return made or dropped
    return dropped if _call(evidence, dropped, report.name) is not None else _misused_at(evidence, report)


def _guessed(evidence: Evidence, report: Report, known: set[Place | None]) -> list[Place | None]:
    """The only other line in which the call can have been, or those that handed the function to what only calls it.

    Python warns once where it warns of the same several times, so that one warning may be about several lines. Else it
    is where the object was dropped, else the function's line.
    """
    path, source = evidence.script(), evidence.source
    dropped = evidence.place(report.path, report.line)
    if path is None:
        return [dropped]
    for some in (source.calls(report.name), source.statements(report.name)):
        lines = {call.lineno for call in some} - {place[1] for place in known if place is not None}
        if len(lines) == 1:
            return [(path, lines.pop())]
    if dropped is None and not source.calls(report.name) and (handed := handed_over(evidence, report.name)):
        return [*handed]
    functions = source.named(report.name)
    return [dropped or ((path, functions[0].lineno) if len(functions) == 1 else None)]


def _finding(evidence: Evidence, place: Place | None, name: str, times: int) -> Finding:
    call = _call(evidence, place, name)
    beside: list[tuple[int, str]] = []
    if place is not None:
        handed = not call and any(use.lineno == place[1] for use in evidence.source.uses_of(last_of(name)))
        other = f"{last_of(name)} is only called from here" if handed else f"{last_of(name)}() was never awaited"
        what = "created a coroutine object but never ran it" if call else other
        beside.append((place[1], what))
        beside += [(line, "never ran") for line in _never_ran(evidence, name)]
    return Finding(
        "never-awaited",
        "error",
        *at(place),
        message=f"{last_of(name)}() only creates a coroutine object; not one line of its body has run.",
        advice=instead_of_never_awaiting(evidence, place, name),
        times=times,
        beside=tuple(beside),
    )


def _call(evidence: Evidence, place: Place | None, name: str) -> ast.Call | None:
    if place is None or not evidence.in_script(place[0]):
        return None
    calls = evidence.source.calls(name)
    return next((call for call in calls if call.lineno <= place[1] <= (call.end_lineno or 0)), None)


def _never_ran(evidence: Evidence, name: str) -> list[int]:
    """The first line of a function's body, where this was its only call and nothing was printed from it."""
    functions = evidence.source.named(name)
    if len(functions) != 1 or len(evidence.source.every_call(name)) != 1:
        return []
    function = functions[0]
    first, last = function.body[0].lineno, function.end_lineno or function.body[-1].lineno
    if first == function.lineno or any(first <= (output.line or 0) <= last for output in evidence.run.output):
        return []
    return [_after_docstring(function)]


def _after_docstring(function: Function) -> int:
    """The line of the first statement that does something."""
    body = function.body[1:] if ast.get_docstring(function) is not None else []
    return (body or function.body)[0].lineno
