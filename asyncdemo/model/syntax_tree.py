"""The syntax tree of Python text."""

import ast
import warnings

NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What `parse` raises for text that is not Python: a mistake, a null character, too deep a nesting."""


def parse(text: str) -> ast.Module:
    """The syntax tree of a module. Raises one of NOT_PYTHON.

    Python's warnings about the text, such as that of an invalid escape, are left to the run of the script.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def tree_of(text: str) -> ast.Module:
    """The syntax tree of a module; an empty one of text that is not Python."""
    try:
        return parse(text)
    except NOT_PYTHON:
        return ast.Module([], [])


def problem(error: BaseException) -> str:
    """What one of NOT_PYTHON has to say, without the line."""
    if isinstance(error, SyntaxError):
        return error.msg
    return str(error) or "too deeply nested"
