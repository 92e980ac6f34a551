"""Which `except` or `suppress` of a script keeps a cancellation to itself. Only ever a reason to say nothing."""

import ast
from collections.abc import Iterator
from typing import NamedTuple, TypeGuard

from asyncdemo.findings.source import FUNCTIONS, Source, called, inside, last_name

_DEEPEST = 20  # functions of the script that await one another
_ENDS = {"CancelledError", "BaseException"}
_LOOPS = (ast.While, ast.For, ast.AsyncFor)


class _Catcher(NamedTuple):
    """What catches, the lines in which something is caught, and those of cleaning up."""

    node: ast.stmt
    body: range
    cleaning: list[range]


def goes_on(source: Source, stood: int, again: int) -> bool:
    """Whether a task that was cancelled in line `stood` and then waits in line `again` does not just clean up.

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
    if isinstance(node, ast.With) and any(_suppresses(item.context_expr) for item in node.items):
        return _Catcher(node, _range(node.body), [])
    if isinstance(node, ast.Try):
        handler = next((each for each in node.handlers if _catches(each.type)), None)
        if handler is not None and not any(isinstance(part, ast.Raise) for part in ast.walk(handler)):
            cleaning = [_lines(each) for each in node.handlers]
            return _Catcher(node, _range(node.body), cleaning)
    return None


def _is_scope(node: ast.AST) -> TypeGuard[ast.With | ast.AsyncWith]:
    """Whether it may be one that ends a cancellation which it has itself asked for, as a timeout does."""
    return isinstance(node, ast.With | ast.AsyncWith) and any(
        isinstance(item.context_expr, ast.Call) for item in node.items
    )


def _suppresses(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Call) and called(expression) == "suppress" and any(map(_catches, expression.args))


def _catches(kind: ast.expr | None) -> bool:
    """Whether an `except` of that catches a cancellation."""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(each is None or last_name(each) in _ENDS for each in kinds)


def _is_finally(source: Source, line: int) -> bool:
    """Whether a line stands in a `finally` of its function."""
    function = source.around(line)
    tries = (
        [node for node in ast.walk(function) if isinstance(node, ast.Try | ast.TryStar)] if function is not None else []
    )
    return any(each.finalbody and line in _range(each.finalbody) for each in tries)


def _stays_in_loop(source: Source, node: ast.stmt) -> bool:
    """Whether it is in a loop of its function, which no `except` leaves."""
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
