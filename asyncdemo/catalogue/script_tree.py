"""A script parsed, for its top-level literals. Never run."""

import ast
import math
import re
from functools import cache

from asyncdemo.errors import Unreadable
from asyncdemo.model.syntax_tree import NOT_PYTHON, parse, problem

Value = bool | int | float | str | list["Value"] | tuple["Value", ...]
"""What a parameter may hold: what JSON can hold too, with integers of 64 bits and finite floats."""

_INT_RANGE = range(-(2**63), 2**63)
_PARAMETER = re.compile(r"[A-Z][A-Z0-9_]*")


def first_text(source: str) -> str:
    """A script's docstring as it stands, or an empty one; its lines end in newlines."""
    try:
        match parsed(source).body:
            case [ast.Expr(ast.Constant(str(text))), *_]:
                return text
    except Unreadable:
        pass
    return ""


@cache
def parsed(source: str) -> ast.Module:
    """Parse a script. Raises Unreadable with the line."""
    return _parse(source)


def _parse(source: str) -> ast.Module:
    try:
        return parse(source)
    except NOT_PYTHON as error:
        line = f"line {error.lineno}: " if isinstance(error, SyntaxError) and error.lineno else ""
        raise Unreadable(f"{line}not valid Python: {problem(error)}") from None


def literals(tree: ast.Module) -> dict[str, ast.expr]:
    """What stands behind each `UPPER_CASE = ` at the top level.

    A name that is assigned more than once there is left out: which of the values counts depends on the
    script.
    """
    found: dict[str, ast.expr] = {}
    again: set[str] = set()
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(name)], value=ast.expr() as literal)
                | ast.AnnAssign(target=ast.Name(name), value=ast.expr() as literal)
            ) if _PARAMETER.fullmatch(name):
                if name in found:
                    again.add(name)
                found[name] = literal
    return {name: literal for name, literal in found.items() if name not in again}


def parameters(source: str) -> dict[str, Value]:
    """The values of a script's top-level literals that can be set. Raises Unreadable."""
    values = {name: value(literal) for name, literal in literals(parsed(source)).items()}
    return {name: known for name, known in values.items() if known is not None}


def value(literal: ast.expr) -> Value | None:
    """Evaluate a literal; None if it is none or holds anything but a Value."""
    try:
        found = ast.literal_eval(literal)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None
    return found if _is_value(found) else None


def value_of_text(text: str) -> Value | None:
    """Evaluate a text that should be a literal; None if it is none or holds anything but a Value."""
    try:
        match _parse(text.strip()).body:
            case [ast.Expr(literal)]:
                return value(literal)
    except Unreadable:
        pass
    return None


def _is_value(found: object) -> bool:
    match found:
        case bool() | str():
            return True
        case int():
            return found in _INT_RANGE
        case float():
            return math.isfinite(found)
        case list() | tuple():
            return all(map(_is_value, found))
    return False
