"""What a block is: told from its syntax, by the Python that this tool runs on. Nothing is executed."""

import ast
import re
import warnings
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from asyncdemo.documents.block import Block, Nature
from asyncdemo.documents.names import Names, names

_AWAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# A line that a person types into a shell or a notebook.
_COMMAND = re.compile(
    r"\s*(?:(\([^)]*\) ?)?[$%!] ?\w|%%\w|#!.*\bsh\b|PS [A-Z]:|[A-Z]:\\"
    r"|(?:pip3?|python3?|py|pipx|uv|conda|poetry|npm|git|cd|export|docker|curl)\s+(?![=(.])\S)"
)
_NOTEBOOK = re.compile(r"\s*In \[\d*\]:")  # valid Python: an annotation


class _Read(NamedTuple):
    """What a text is by itself; `names` is None where it is not Python."""

    names: Names | None
    awaits: bool = False
    line: int = 0  # of the error, in the text
    error: str = ""


def nature(block: Block, earlier: Sequence[Block]) -> Nature:
    """Say what a block is, where these stand before it in the document."""
    read = _read(block.text)
    notebook = _NOTEBOOK.match(block.code[0])
    if read.names is None or notebook:
        if notebook or _is_command(block.code):
            return Nature("not-python")
        return Nature("broken", line=block.line + read.line - 1, error=read.error)
    there = {"asyncio"} if read.awaits else {"_"} if block.session else set()
    needs = _needs([name for name in read.names.missing if name not in there], earlier)
    if needs:
        return Nature("fragment", needs)
    return Nature("await" if read.awaits else "runnable")


def is_python(text: str) -> bool:
    """Whether it is valid Python, top-level `await` allowed."""
    return _read(text).names is not None


def awaits(text: str) -> bool:
    """Whether there is an `await` outside of functions."""
    return _read(text).awaits


def _needs(missing: Sequence[str], earlier: Sequence[Block]) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    left = set(missing)
    for block in reversed(earlier) if left else ():
        known = _read(block.text).names
        here = left & known.defined if known is not None else set()
        found.update(dict.fromkeys(here, block.number))
        left -= here
        if not left:
            break
    return tuple((name, found[name]) for name in missing if name in found)


@cache
def _read(text: str) -> _Read:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python has to say about the code, it says in the run
            tree = ast.parse(text)
            # What is allowed where (`return`, `await`, `break`...) only the compiler knows.
            compile(tree, "block", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            return _Read(names(tree), _awaits(tree))
    except SyntaxError as error:
        return _Read(None, line=error.lineno or 1, error=error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return _Read(None, line=1, error=str(error) or "too deeply nested")


def _awaits(tree: ast.Module) -> bool:
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, _AWAITS) or (isinstance(node, ast.comprehension) and node.is_async):
            return True
        left += (child for child in ast.iter_child_nodes(node) if not isinstance(child, _SCOPES))
    return False


def _is_command(code: Sequence[str]) -> bool:
    return any(_COMMAND.match(line) for line in code)
