"""The code of a script as a person should see it, and which of its lines tell most where there is no room for all."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import UnionType

from asyncdemo.analysis.line_marks import Mark
from asyncdemo.catalogue import script_tree
from asyncdemo.errors import Unreadable
from asyncdemo.expectations.output_blocks import LINE_END, blocks_start
from asyncdemo.model.recording import Run
from asyncdemo.model.spans import BLOCKED, WAITING

Lines = list[tuple[int, str]]  # of code, with their numbers


def code_lines(source: str) -> Lines:
    """The lines of code with their numbers, blank lines only between others."""
    lines = LINE_END.split(source)
    hidden = _docstring(source) | _metadata(lines)
    shown = [(number, line) for number, line in enumerate(lines[: blocks_start(source)], 1) if number not in hidden]
    return _trimmed(shown)


def excerpt(lines: Lines, wanted: Sequence[int], room: int) -> list[Lines]:
    """All lines if there is room for them, else blocks of those that are wanted, as there is room.

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
        body = script_tree.parsed(source).body
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


def _trimmed(lines: Lines) -> Lines:
    """Leave out blank lines at both ends, and all but one of several."""
    kept: Lines = []
    for line in lines:
        if line[1].strip() or (kept and kept[-1][1].strip()):
            kept.append(line)
    while kept and not kept[-1][1].strip():
        kept.pop()
    return kept


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


def by_importance(run: Run, lines: Lines, marks: Iterable[Mark], path: str | None = None) -> list[int]:
    """The numbers of all lines of code that are not blank, those first that tell most; alike ones in their order.

    The code is that of the script, or of the file `path`.

    First what was found, with its function and who caught it; then where tasks came to be, were cancelled or waited;
    then what leaves a block early, the blocks around all that, what was printed, and the rest.
    """
    source = run.subject.source if path is None else run.subject.text_of(path)
    ranks = {number: _INSIDE if _OF_BLOCKS.match(text) else _OUTSIDE for number, text in lines if text.strip()}
    try:
        nodes = list(ast.walk(script_tree.parsed(source or "")))
    except Unreadable:
        nodes = []
    for mark in marks:
        _raise(ranks, [mark.line], _PRINTED if mark.times and not mark.trouble else _FOUND)
    _raise(ranks, _catching(nodes, _up_to(ranks, _FOUND)), _CAUGHT)
    _raise(ranks, _calls(nodes), _TELLS)
    _raise(ranks, _suspended(run, path) or _of(nodes, ast.Await | ast.Yield), _WAITED)
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
        elif isinstance(node, ast.Try) and any(
            node.lineno < number <= (node.body[-1].end_lineno or 0) for number in found
        ):
            yield from (handler.lineno for handler in node.handlers)
        elif isinstance(node, ast.AsyncFor) and node.lineno in found:
            yield from _of(ast.walk(node), ast.Break)


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


def _suspended(run: Run, path: str | None) -> set[int]:
    """The lines of the script, or of a file, at which tasks have waited, or held their loop."""
    if run.timeline is None:
        return set()
    spans, subject = run.timeline.spans, run.subject
    own = (subject.path, subject.ran) if path is None or subject.is_script(path) else (path,)
    used = {where for where, state in set(zip(spans.where, spans.states, strict=True)) if state in (WAITING, BLOCKED)}
    places = [spans.places[where] for where in used if where >= 0]
    places += [place for where in used if where in spans.reasons for place in spans.reasons[where].through]
    return {line for each, line in places if each in own}


def _around(nodes: Iterable[ast.AST], told: Collection[int]) -> Iterator[int]:
    """The first lines of functions and blocks that hold one of these lines, and the other lines of long calls there."""
    for node in nodes:
        inside = range(getattr(node, "lineno", 0) + 1, (getattr(node, "end_lineno", 0) or 0) + 1)
        if isinstance(node, _Block) and any(number in told for number in inside):
            yield node.lineno
        elif isinstance(node, ast.Call) and node.lineno in told:
            yield from inside
