"""Which awaits in a script could be at the same time, as far as its code tells. Only ever a reason to say nothing."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from asyncdemo.findings.source import FUNCTIONS, Function, Source, called, inside

_DEEPEST = 20  # calls of functions of the script in one another
_FOR_OTHERS = {"wait", "acquire", "join", "put", "shield", "serve_forever"}  # calls that wait for what others do


def is_one_of_many(source: Source, line: int) -> bool:
    """Whether what is awaited in a line begins there, and is neither a loop's rhythm, cleaning up, nor up to others."""
    calls = [call for call in map(_awaited_call, _awaits(source, line)) if call is not None]
    if len(calls) != 1 or _waits_for_others(calls[0]) or _cleans_up(source, calls[0]):
        return False
    return not _is_rhythm(source, calls[0])


class Unit(NamedTuple):
    """A function whose calls could be at the same time; `in_order`: what it awaits cannot, it needs one for another."""

    function: Function
    in_order: bool


def unit(source: Source, line: int) -> Unit | None:
    """The unit that an await in a line belongs to; None where the calls may depend on one another, too."""
    function = source.around(line)
    for _ in range(_DEEPEST):
        if function is None:
            return None
        calls = source.every_call(function.name)
        callers = {caller.lineno: caller for call in calls if (caller := source.around(call.lineno)) is not None}
        if any(_is_rhythm(source, call) or _cleans_up(source, call) for call in calls) or (
            not callers and _needs_results(function)
        ):
            return None
        in_order = [caller for caller in callers.values() if _needs_results(caller)]
        if not in_order:
            return Unit(function, _needs_results(function))
        function = in_order[0] if len(callers) == 1 and in_order[0] is not function else None
    return None


def _awaits(source: Source, line: int) -> Iterator[ast.expr | None]:
    """What is awaited in a line: None where that is not said as an expression."""
    function = source.around(line)
    for node in inside(function) if function is not None else ():
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0) or 0
        if isinstance(node, ast.Await) and first <= line <= last:
            yield node.value
        elif isinstance(node, ast.AsyncWith) and first <= line < node.body[0].lineno:
            yield from (item.context_expr for item in node.items)
        elif isinstance(node, ast.AsyncFor) and first <= line < node.body[0].lineno:
            yield None


def _awaited_call(awaited: ast.expr | None) -> ast.Call | None:
    return awaited if isinstance(awaited, ast.Call) else None


def _waits_for_others(call: ast.Call) -> bool:
    name = called(call)
    return name in _FOR_OTHERS or (name == "get" and not call.args)


def _cleans_up(source: Source, call: ast.Call) -> bool:
    """Whether it stands in an `except` or a `finally`, and so comes after what went before."""
    inner: ast.AST = call
    for node in source.parents(call):
        if isinstance(node, FUNCTIONS):
            return False
        if isinstance(node, ast.ExceptHandler) or (isinstance(node, ast.Try | ast.TryStar) and inner in node.finalbody):
            return True
        inner = node
    return False


def _is_rhythm(source: Source, call: ast.Call) -> bool:
    """Whether a loop repeats a call and hands it nothing: it comes again and again, and not for each of many."""
    used = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    for node in source.parents(call):
        if isinstance(node, FUNCTIONS):
            return False
        if isinstance(node, ast.While | ast.AsyncFor):
            return True
        if isinstance(node, ast.For) and not _names(node.target) & used:
            return True
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) and not any(
            _names(generator.target) & used for generator in node.generators if not generator.is_async
        ):
            return True
    return False


def _needs_results(function: Function) -> bool:
    """Whether anything that a function awaits is made from what an await of it has given."""
    given: set[str] = set()
    used: set[str] = set()
    for node in inside(function):
        if isinstance(node, ast.Await):
            used |= _names(node.value)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and _awaits_in(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            given = given.union(*map(_names, targets))
    return bool(given & used)


def _awaits_in(value: ast.expr | None) -> bool:
    return value is not None and any(isinstance(part, ast.Await) for part in ast.walk(value))


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
