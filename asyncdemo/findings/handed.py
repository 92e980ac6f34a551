"""Coroutine functions that are handed to what only calls them: a callback, a job for a thread."""

import ast
from collections.abc import Iterator
from itertools import takewhile

from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.source import FUNCTIONS, Source, called, last_of

LATER = {"call_soon", "call_later", "call_at", "call_soon_threadsafe"}  # run a plain function in the loop
IN_THREAD = {"run_in_executor", "to_thread", "run_sync", "submit"}  # give back what it returns
_CALLBACKS = LATER | {"add_done_callback", "add_signal_handler", "add_reader", "add_writer"}
_PERHAPS = (*FUNCTIONS, ast.Lambda, ast.IfExp, ast.BoolOp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def handed_over(evidence: Evidence, name: str) -> list[Place]:
    """The lines that hand a coroutine function to what only calls it: the only one, or those sure to have run."""
    path, source = evidence.script(), evidence.source
    uses = [use for use in source.uses_of(last_of(name)) if _is_only_called(source, use)]
    if path is None:
        return []
    if len(uses) > 1:
        seen = _seen(evidence)
        uses = [use for use in uses if _has_run(source, use, seen)]
    return sorted({(path, use.lineno) for use in uses})


def _is_only_called(source: Source, use: ast.expr) -> bool:
    """Whether what takes a function calls it and nothing awaits what it returns."""
    outer, *around = source.parents(use)
    if not isinstance(outer, ast.Call) or use not in outer.args:
        return False
    if called(outer) in _CALLBACKS:
        return True
    return called(outer) in IN_THREAD and not _is_awaited_later(source, around)


def _is_awaited_later(source: Source, around: list[ast.AST]) -> bool:
    """Whether the coroutine that comes back from a thread is awaited after all: at once, or by its name."""
    awaits = list(takewhile(lambda each: isinstance(each, ast.Await), around))
    if len(awaits) > 1:
        return True
    given = ast.walk(around[len(awaits)])
    names = {part.id for part in given if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return bool(names & source.awaited_names)


def _seen(evidence: Evidence) -> set[int]:
    """The lines of the script at which a task was seen to be suspended, or from which something was printed."""
    spans = evidence.spans
    chains = (place for reason in spans.reasons.values() for place in reason.through)
    places = (evidence.place(*place) for place in (*spans.places, *chains))
    lines = {place[1] for place in places if place is not None and evidence.in_script(place[0])}
    return lines | evidence.lines_that_printed


def _has_run(source: Source, use: ast.expr, seen: set[int]) -> bool:
    """Whether a line has run for sure: it was seen itself, or a later one that can only be reached by way of it."""
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
