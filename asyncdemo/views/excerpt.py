"""The code of a script as a person should see it: without docstring, metadata, and the blocks that `check` compares."""

import ast
from collections.abc import Collection, Sequence

from asyncdemo.catalogue import script_source
from asyncdemo.errors import Unreadable
from asyncdemo.expectations.output_blocks import LINE_END, blocks_start

Lines = list[tuple[int, str]]  # of code, with their numbers


def code_lines(source: str) -> Lines:
    """Give the lines of code with their numbers, blank lines only between others."""
    lines = LINE_END.split(source)
    hidden = _docstring(source) | _metadata(lines) | _expected(source, len(lines))
    shown = [(number, line) for number, line in enumerate(lines, 1) if number not in hidden]
    return _trimmed(shown)


def excerpt(lines: Lines, wanted: Sequence[int], room: int) -> list[Lines]:
    """Give all lines if there is room for them, else blocks of those that are wanted, as there is room.

    Of the `wanted` lines the first matter most. If there is room for all of them, those around them are shown, too.
    Between two blocks are lines of code that are left out.
    """
    if len(lines) <= room:
        return [lines] if lines else []
    for count in range(len(wanted), 0, -1):
        for around in (2, 1, 0) if count == len(wanted) else (0,):
            blocks = _near(lines, wanted[:count], around)
            if sum(map(len, blocks)) <= room:
                return blocks
    return []


def _near(lines: Lines, wanted: Collection[int], around: int) -> list[Lines]:
    near = {number + distance for number in wanted for distance in range(-around, around + 1)}
    blocks: list[Lines] = [[]]
    for line in lines:
        if line[0] in near:
            blocks[-1].append(line)
        elif blocks[-1] and line[1].strip():
            blocks.append([])
    return [trimmed for block in blocks if (trimmed := _trimmed(block))]


def _docstring(source: str) -> set[int]:
    try:
        body = script_source.parsed(source).body
    except Unreadable:
        return set()
    match body:
        case [ast.Expr(ast.Constant(str()), lineno=first, end_lineno=int(last)), *_]:
            return set(range(first, last + 1))
    return set()


def _metadata(lines: list[str]) -> set[int]:
    """The PEP 723 block."""
    try:
        start = lines.index("# /// script")
        end = lines.index("# ///", start)
    except ValueError:
        return set()
    return set(range(start + 1, end + 2))


def _expected(source: str, last: int) -> set[int]:
    """The blocks at the end: from the first of their headings on, if nothing but comments follows."""
    start = blocks_start(source)
    return set() if start is None else set(range(start + 1, last + 1))


def _trimmed(lines: Lines) -> Lines:
    """Leave out blank lines at both ends, and all but one of several."""
    kept: Lines = []
    for line in lines:
        if line[1].strip() or (kept and kept[-1][1].strip()):
            kept.append(line)
    while kept and not kept[-1][1].strip():
        kept.pop()
    return kept
