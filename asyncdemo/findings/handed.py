"""Coroutine functions that are handed to what only calls them: a callback, a job for a thread."""

import ast
from collections.abc import Iterator
from itertools import takewhile

from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.source import FUNCTIONS, Source, called, last_of

LATER = {"call_soon", "call_later", "call_at", "call_soon_threadsafe"}  # run a plain function in the loop
IN_THREAD = {"run_in_executor", "to_thread", "run_sync", "submit"}  # give back what it returns
MAPS = {"map"}  # give one after the other what it returns
ON_LOOP = LATER | {"add_done_callback", "add_signal_handler", "add_reader", "add_writer"}
_PERHAPS = (*FUNCTIONS, ast.Lambda, ast.IfExp, ast.BoolOp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def handed_over(evidence: Evidence, name: str) -> list[Place]:
    """The lines that hand a coroutine function to what only calls it: the only one, or those sure to have run."""
    found = [
        (path, source, use)
        for path, source in evidence.files.items()
        for use in source.uses_of(last_of(name))
        if _is_only_called(source, use)
    ]
    if len(found) > 1:
        seen = seen_lines(evidence)
        found = [each for each in found if has_run(*each[1:], seen.get(each[0], set()))]
    return sorted({(path, use.lineno) for path, _, use in found})


def _is_only_called(source: Source, use: ast.expr) -> bool:
    """True if what takes a function calls it and nothing awaits what it returns."""
    outer, *around = source.parents(use)
    if not isinstance(outer, ast.Call) or use not in outer.args:
        return False
    if called(outer) in ON_LOOP or (called(outer) in MAPS and isinstance(outer.func, ast.Name)):
        return called(outer) not in MAPS or not _is_gathered(source, outer)
    return called(outer) in IN_THREAD and not _is_awaited_later(source, around)


def _is_gathered(source: Source, call: ast.Call) -> bool:
    """True if all that a call gives is awaited together."""
    return isinstance(next(source.parents(call), None), ast.Starred)


def _is_awaited_later(source: Source, around: list[ast.AST]) -> bool:
    """True if the coroutine that comes back from a thread is awaited after all: at once, or by its name."""
    awaits = list(takewhile(lambda each: isinstance(each, ast.Await), around))
    if len(awaits) > 1:
        return True
    given = ast.walk(around[len(awaits)])
    names = {part.id for part in given if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return bool(names & source.awaited_names)


def seen_lines(evidence: Evidence) -> dict[str, set[int]]:
    """The lines of each file at which a task was seen to be suspended, or from which something was printed."""
    spans = evidence.spans
    chains = (place for reason in spans.reasons.values() for place in reason.through)
    found: dict[str, set[int]] = {}
    for place in (evidence.place(*each) for each in (*spans.places, *chains)):
        if place is not None:
            found.setdefault(place[0], set()).add(place[1])
    for output in evidence.run.output:
        path = output.path or evidence.script()
        if path is not None and output.line is not None:
            found.setdefault(path, set()).add(output.line)
    return found


def has_run(source: Source, use: ast.expr, seen: set[int]) -> bool:
    """True if a line has run for sure: it was seen itself, or a later one that can only be reached by way of it."""
    for parent in source.parents(use):
        if isinstance(parent, ast.stmt):
            reached = _from_here_on(source, parent)
            return any(first <= line <= last for first, last in reached for line in seen)
        if isinstance(parent, _PERHAPS):
            return False
    return False


def _from_here_on(source: Source, statement: ast.stmt) -> Iterator[tuple[int, int]]:
    """The lines of a statement, and of those that follow it in its block; none of functions that are defined there."""
    block = next(source.parents(statement), None)
    for body in (getattr(block, field, None) for field in ("body", "orelse", "finalbody")):
        if isinstance(body, list) and statement in body:
            for each in body[body.index(statement) :]:
                if not isinstance(each, (*FUNCTIONS, ast.ClassDef)):
                    yield each.lineno, each.end_lineno or each.lineno
