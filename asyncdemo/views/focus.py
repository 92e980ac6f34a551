"""Which lines of a scenario's code tell most of what happened in a run, for when there is no room for all of them."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import UnionType

from asyncdemo.analysis.line_marks import Mark
from asyncdemo.catalogue import script_source
from asyncdemo.errors import Unreadable
from asyncdemo.model.recording import Run
from asyncdemo.model.spans import BLOCKED, WAITING
from asyncdemo.views.excerpt import Lines

# What is called where tasks come to be, are asked to end, wait for others, or share something.
_TELLING = {
    "BoundedSemaphore", "Condition", "Event", "Lock", "Queue", "Semaphore", "TaskGroup", "as_completed", "cancel",
    "create_task", "create_task_group", "gather", "run_coroutine_threadsafe", "send", "set", "shield", "start_soon",
    "timeout", "to_thread", "wait", "wait_for",
}  # fmt: skip
# First what matters most.
_FOUND, _CAUGHT, _TELLS, _WAITED, _LEAVES, _AROUND, _PRINTED, _INSIDE, _OUTSIDE, _IMPORT = range(10)

_OF_BLOCKS = re.compile(r"\s|def |async |class |@")

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Block = _Function | ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith | ast.ExceptHandler


def by_importance(run: Run, lines: Lines, marks: Iterable[Mark]) -> list[int]:
    """Give the numbers of all lines of code that are not blank, those first that tell most; alike ones in their order.

    First what was found, with its function and who caught it; then where tasks came to be, were cancelled or waited;
    then what leaves a block early, the blocks around all that, what was printed, and the rest.
    """
    ranks = {number: _INSIDE if _OF_BLOCKS.match(text) else _OUTSIDE for number, text in lines if text.strip()}
    try:
        nodes = list(ast.walk(script_source.parsed(run.subject.source or "")))
    except Unreadable:
        nodes = []
    for mark in marks:
        _raise(ranks, [mark.line], _PRINTED if mark.times and not mark.trouble else _FOUND)
    _raise(ranks, _catching(nodes, _up_to(ranks, _FOUND)), _CAUGHT)
    _raise(ranks, _calls(nodes), _TELLS)
    _raise(ranks, _suspended(run) or _of(nodes, ast.Await | ast.Yield), _WAITED)
    told = _up_to(ranks, _WAITED)
    _raise(ranks, _of(nodes, ast.Raise | ast.Break), _LEAVES)
    _raise(ranks, (number for number, text in lines if text.strip() == "finally:"), _LEAVES)
    _raise(ranks, _around(nodes, told), _AROUND)
    _raise(ranks, _around(nodes, _up_to(ranks, _PRINTED)), _PRINTED)
    for number in _of(nodes, ast.Import | ast.ImportFrom):
        if number in ranks:
            ranks[number] = _IMPORT
    return sorted(ranks, key=lambda number: (ranks[number], number))


def _up_to(ranks: Mapping[int, int], most: int) -> set[int]:
    return {number for number, rank in ranks.items() if rank <= most}


def _of(nodes: Iterable[ast.AST], kind: type[ast.AST] | UnionType) -> set[int]:
    """The lines at which something of a kind begins."""
    return {node.lineno for node in nodes if isinstance(node, kind)}  # type: ignore[attr-defined]


def _catching(nodes: Iterable[ast.AST], found: Collection[int]) -> Iterator[int]:
    """The first lines of functions in which something was found; what catches errors there, and what leaves a loop."""
    for node in nodes:
        if isinstance(node, _Function) and any(node.lineno < number <= (node.end_lineno or 0) for number in found):
            yield node.lineno
        elif isinstance(node, ast.Try) and any(node.lineno < number < _last(node.body) + 1 for number in found):
            yield from (handler.lineno for handler in node.handlers)
        elif isinstance(node, ast.AsyncFor) and node.lineno in found:
            yield from _of(ast.walk(node), ast.Break)


def _last(body: Sequence[ast.stmt]) -> int:
    return body[-1].end_lineno or body[-1].lineno


def _raise(ranks: dict[int, int], numbers: Iterable[int], rank: int) -> None:
    for number in numbers:
        if number in ranks:
            ranks[number] = min(rank, ranks[number])


def _calls(nodes: Iterable[ast.AST]) -> Iterator[int]:
    """The lines within functions that call something telling."""
    for node in nodes:
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in _TELLING:
                yield node.lineno


def _suspended(run: Run) -> set[int]:
    """The lines of the script at which tasks have waited, or held their loop."""
    if run.timeline is None:
        return set()
    spans, own = run.timeline.spans, (run.subject.path, run.subject.ran)
    used = {where for where, state in zip(spans.where, spans.states, strict=True) if state in (WAITING, BLOCKED)}
    return {spans.places[where][1] for where in used if where >= 0 and spans.places[where][0] in own}


def _around(nodes: Iterable[ast.AST], told: Collection[int]) -> Iterator[int]:
    """The first lines of functions and blocks that hold one of these lines, and the other lines of long calls there."""
    for node in nodes:
        inside = range(getattr(node, "lineno", 0) + 1, (getattr(node, "end_lineno", 0) or 0) + 1)
        if isinstance(node, _Block) and any(number in told for number in inside):
            yield node.lineno
        elif isinstance(node, ast.Call) and node.lineno in told:
            yield from inside
