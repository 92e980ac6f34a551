"""The code of a script as a person should see it: without docstring, metadata, and the blocks that `check` compares."""

import ast
import re
from collections.abc import Collection

_BLOCK = re.compile(r"# (Output|Unordered output|Errors):\s*")


def code_lines(source: str) -> list[tuple[int, str]]:
    """Give the lines of code with their numbers, blank lines only between others."""
    lines = source.splitlines()
    hidden = _docstring(source) | _metadata(lines) | _expected(lines)
    shown = [(number, line) for number, line in enumerate(lines, 1) if number not in hidden]
    return _trimmed(shown)


def excerpt(lines: list[tuple[int, str]], marked: Collection[int], room: int) -> list[tuple[int, str]]:
    """Give all lines if there is room for them, else those near the marked ones, as many as there is room for."""
    if len(lines) <= room:
        return lines
    for around in (2, 1, 0):
        near = {number + distance for number in marked for distance in range(-around, around + 1)}
        kept = [line for line in lines if line[0] in near]
        if len(kept) <= room:
            return kept
    return []


def _docstring(source: str) -> set[int]:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return set(range(body[0].lineno, (body[0].end_lineno or body[0].lineno) + 1))
    return set()


def _metadata(lines: list[str]) -> set[int]:
    """The PEP 723 block."""
    try:
        start = lines.index("# /// script")
        end = lines.index("# ///", start)
    except ValueError:
        return set()
    return set(range(start + 1, end + 2))


def _expected(lines: list[str]) -> set[int]:
    """The blocks at the end: from the first of their headings on, if nothing but comments follows."""
    for index, line in enumerate(lines):
        if _BLOCK.fullmatch(line) and all(not rest or rest.startswith("#") for rest in lines[index:]):
            return set(range(index + 1, len(lines) + 1))
    return set()


def _trimmed(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Leave out blank lines at both ends, and all but one of several."""
    kept: list[tuple[int, str]] = []
    for line in lines:
        if line[1].strip() or (kept and kept[-1][1].strip()):
            kept.append(line)
    while kept and not kept[-1][1].strip():
        kept.pop()
    return kept
