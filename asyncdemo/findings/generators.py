"""Asynchronous generators that were left before their end: unfinished-async-generator."""

import ast

from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.printed import GENERATOR
from asyncdemo.findings.source import Function, inside, last_of
from asyncdemo.findings.wording import at
from asyncdemo.model.recording import Finding


def unfinished_async_generator(evidence: Evidence) -> list[Finding]:
    """A generator's clean-up ran late or went wrong, because nobody had closed it when it was left."""
    told = _told(evidence)
    late = _closed_late(evidence) if not told else 0
    if late and (function := _only_candidate(evidence)) is not None:
        return [_finding(evidence, function.name, function, late)]
    return told


def _told(evidence: Evidence) -> list[Finding]:
    """What Python said of it: closing it failed, or it was thrown away before it was closed."""
    found: list[Finding] = []
    for report in evidence.reports:
        if report.kind != "generator" and not report.name.startswith(GENERATOR):
            continue
        name = last_of(report.name) if report.kind == "generator" else ""
        functions = evidence.source.named(name) if name else []
        function = functions[0] if len(functions) == 1 else _only_candidate(evidence)
        raised = evidence.innermost(report.frames)
        if function is None and raised is None:
            continue
        finding = _finding(evidence, name or (function.name if function else "it"), function, 1)
        if function is None and raised is not None:
            finding = finding._replace(path=raised[0], line=raised[1], beside=())
        if not any(other[:4] == finding[:4] for other in found):
            found.append(finding)
    return found


def _closed_late(evidence: Evidence) -> int:
    """How many tasks the loop made to close generators: they have no file of their own, and no parent."""
    return sum(
        task.coroutine == "aclose" and not task.path and task.kind == "asyncio" and task.parent not in evidence.tasks
        for task in evidence.tasks.values()
    )


def _only_candidate(evidence: Evidence) -> Function | None:
    """The only generator of the script that has something to clean up."""
    candidates = [function for function in evidence.source.functions if _cleans_up(function)]
    return candidates[0] if len(candidates) == 1 else None


def _cleans_up(function: Function) -> bool:
    """Whether it is an asynchronous generator with a yield inside of a `try ... finally` or a `with`."""
    if not isinstance(function, ast.AsyncFunctionDef):
        return False
    for node in inside(function):
        guarded = isinstance(node, ast.With | ast.AsyncWith) or (isinstance(node, ast.Try) and node.finalbody)
        if guarded and any(isinstance(part, ast.Yield) for part in ast.walk(node)):
            return True
    return False


def _finding(evidence: Evidence, name: str, function: Function | None, times: int) -> Finding:
    place = _place(evidence, name, function)
    return Finding(
        "unfinished-async-generator",
        "warning",
        *at(place),
        message=f"{name}() was left before it had finished: its clean-up runs later, in another task.",
        advice="enter it with contextlib.aclosing, which closes it on the spot",
        times=times,
        beside=((place[1], f"left {name}() open"),) if place else (),
    )


def _place(evidence: Evidence, name: str, function: Function | None) -> Place | None:
    """The only loop over it that can be left early, else the generator itself."""
    path, source = evidence.script(), evidence.source
    if path is None or function is None:
        return None
    loops = [
        node.lineno
        for node in source.loops()
        if any(call.lineno == node.lineno for call in source.every_call(name)) and _can_be_left(node)
    ]
    return path, loops[0] if len(loops) == 1 else function.lineno


def _can_be_left(loop: ast.AsyncFor) -> bool:
    return any(isinstance(part, ast.Break | ast.Return | ast.Raise) for part in ast.walk(loop))
