"""Coroutine objects that nobody ever ran: never-awaited."""

import ast

from asyncdemo.finding import Finding
from asyncdemo.findings.evidence import Evidence, Place, at
from asyncdemo.findings.printed import nested
from asyncdemo.findings.said import Report
from asyncdemo.findings.source import Function, last_of


def never_awaited(evidence: Evidence) -> list[Finding]:
    """Python warned of a coroutine that was never awaited, and not because something else had gone wrong before."""
    groups: dict[tuple[Place | None, str], list[Report]] = {}
    follows = [report for _, some in nested(evidence) for report in some]
    thrown_away = {last_of(report.name) for report in evidence.reports if report.kind == "destroyed"}
    for report in evidence.reports:
        if report.kind != "never-awaited" or report in follows:
            continue
        dropped = evidence.place(report.path, report.line)
        if dropped is None and last_of(report.name) in thrown_away:
            continue
        groups.setdefault((_where(evidence, report, dropped), report.name), []).append(report)
    return [_finding(evidence, place, name, len(some)) for (place, name), some in groups.items()]


def _where(evidence: Evidence, report: Report, dropped: Place | None) -> Place | None:
    """The line of the call, as far as it can be told, else where the object was dropped, else the function's."""
    made = evidence.innermost(report.created)
    if made is not None:
        return made
    path, source = evidence.script(), evidence.source
    if path is None or (dropped is not None and not evidence.in_script(dropped[0])):
        return dropped
    calls = source.calls(report.name)
    if dropped is not None and any(call.lineno <= dropped[1] <= (call.end_lineno or 0) for call in calls):
        return dropped
    for some in (source.statements(report.name), calls):
        if len(some) == 1:
            return path, some[0].lineno
    functions = source.named(report.name)
    return dropped or ((path, functions[0].lineno) if len(functions) == 1 else None)


def _finding(evidence: Evidence, place: Place | None, name: str, times: int) -> Finding:
    call = _call(evidence, place, name)
    beside: list[tuple[int, str]] = []
    if place is not None:
        what = "made a coroutine object, then dropped it" if call else f"{last_of(name)}() was never awaited"
        beside.append((place[1], what))
        beside += [(line, "never ran") for line in _never_ran(evidence, name)]
    return Finding(
        "never-awaited",
        "error",
        *at(place),
        message=f"{last_of(name)}() only builds a coroutine object; not one line of its body has run.",
        advice=_advice(evidence, call, f"{last_of(name)}()"),
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


def _advice(evidence: Evidence, call: ast.Call | None, short: str) -> str:
    code = (evidence.source.quoted(call) if call is not None else None) or short
    function = evidence.source.around(call.lineno) if call is not None else None
    if function is not None and evidence.source.is_async(function):
        return f"await {code}"
    library = evidence.library("asyncio")
    run = f"asyncio.run({code})" if library == "asyncio" else f"{library}.run({code.partition('(')[0]})"
    return run if function is None else f"await {code} in an async def, or {run}"
