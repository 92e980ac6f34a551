"""What Python says of a run that was made to end, as its tracebacks of KeyboardInterrupt: told apart. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncdemo.model.recording import Output, Run

HANGS = frozenset({"deadlock", "stuck", "self-wait", "endless-step", "blocked-exit", "pool-exhausted"})

_TRACEBACK = "Traceback (most recent call last):"
_OF_GROUP = re.compile(r"^\s*\+ Exception Group Traceback \(most recent call last\):")
_IGNORED = re.compile(r"^Exception ignored (in|on|while)\b")
_DESTROYED = "Task was destroyed but it is pending!"
_LINKS = ("During handling of the above exception", "The above exception was the direct cause")
_STOPS = re.compile(r"^(?:\s*\|\s*)?(?:KeyboardInterrupt|asyncio\.exceptions\.CancelledError|trio\.Cancelled)\b")
_ENDLESS = re.compile(r"^RecursionError\b")  # of Task.cancel(), where tasks await one another in a circle
_AT_EXIT = "sys.meta_path is None"  # of what Python could no longer report


class Folded(NamedTuple):
    """Lines that were left out: when they were printed, how many they are, and the last of them that says anything."""

    at: float
    lines: int
    last: str


class _Block(NamedTuple):
    at: float
    lines: list[str]


def is_told_better(run: Run) -> bool:
    """True if findings say where a run stood that was made to end: more than Python's tracebacks of that do."""
    return run.stopped is not None and any(finding.rule in HANGS for finding in run.findings or ())


def from_python(output: Output) -> bool:
    """True if a piece may be of what Python says when a script is made to end."""
    return output.stream == "stderr" and output.writer in ("python", "traceback", "loop")


def begins(output: Output) -> bool:
    """True if a piece may be the first of a traceback that ends a script."""
    return from_python(output) and (output.text.startswith(_TRACEBACK) or bool(_OF_GROUP.match(output.text)))


def without_stop(outputs: Sequence[Output], run: Run) -> list[Output | Folded]:
    """The output without what follows from the stop alone, and one `Folded` in the place of all that.

    The messages of tasks that had failed before stay, and so does all that the script has written itself.
    """
    if run.stopped is None:
        return list(outputs)
    kept: list[Output | Folded] = []
    gone: list[_Block] = []
    place = 0
    circle = any(finding.rule == "deadlock" for finding in run.findings or ())
    for is_python, some in _stretches(outputs, run.stopped):
        if not is_python:
            kept += some
            continue
        for block in _blocks(some):
            if _follows(block, circle=circle):
                place = place if gone else len(kept)
                gone.append(block)
            else:
                text = "".join(f"{line}\n" for line in block.lines)
                kept.append(Output(block.at, "stderr", text, writer="python"))
    if gone:
        last = next((line for line in reversed(gone[0].lines) if line.strip()), "")
        kept.insert(place, Folded(gone[0].at, sum(len(block.lines) for block in gone), last.strip(" |+-")))
    return kept


def _stretches(outputs: Sequence[Output], stopped: float) -> Iterator[tuple[bool, list[Output]]]:
    """The pieces, those from Python since the stop together, as far as they follow one another."""
    some: list[Output] = []
    for output in outputs:
        if output.at >= stopped and from_python(output):
            some.append(output)
            continue
        if some:
            yield True, some
            some = []
        yield False, [output]
    if some:
        yield True, some


def _blocks(outputs: Sequence[Output]) -> Iterator[_Block]:
    """Messages with their tracebacks: those that are linked to one another are one."""
    block: _Block | None = None
    linked = False
    for at, line in _lines(outputs):
        if block is None or (not linked and _begins_anew(block, line)):
            if block is not None:
                yield block
            block = _Block(at, [])
        block.lines.append(line)
        if line.strip():
            linked = line.strip(" |").startswith(_LINKS)
    if block is not None:
        yield block


def _begins_anew(block: _Block, line: str) -> bool:
    """True if a line is the first of a message: it stands at the very left, and is no end of a traceback."""
    if not line.strip() or line.startswith((" ", _LINKS[0], _LINKS[1])):
        return bool(_OF_GROUP.match(line)) and not _continues(block, line)
    last = next((each for each in reversed(block.lines) if each.strip(" |+-")), "")
    is_over = bool(_STOPS.match(last) or _ENDLESS.match(last)) or last.startswith("task: <")
    starts = line.startswith((_TRACEBACK, _DESTROYED, "Task exception was never retrieved", "---"))
    return is_over or ((starts or bool(_IGNORED.match(line))) and not _continues(block, line))


def _continues(block: _Block, line: str) -> bool:
    """True if a traceback belongs to the message before it, which has had none yet."""
    begun = any(each.startswith(_TRACEBACK) or _OF_GROUP.match(each) for each in block.lines)
    return not begun and (line.startswith(_TRACEBACK) or bool(_OF_GROUP.match(line)))


def _follows(block: _Block, *, circle: bool) -> bool:
    """True if a message follows from the stop: how its traceback ends, or that a task was still pending then."""
    first = block.lines[0]
    if first.startswith(_DESTROYED):
        return True
    last = next((line for line in reversed(block.lines) if line.strip(" |+-")), "")
    if _OF_GROUP.match(first):
        return _is_all_stop(block.lines)
    if first.startswith(_TRACEBACK) or _IGNORED.match(first):
        return bool(_STOPS.match(last)) or (circle and bool(_ENDLESS.match(last))) or _AT_EXIT in last
    return False


def _is_all_stop(lines: Sequence[str]) -> bool:
    """True if the groups of a traceback hold one exception each, and in the end the KeyboardInterrupt."""
    groups = [line for line in lines if "sub-exception" in line]
    leaves = [line for line in lines if re.match(r"^\s*\|\s*KeyboardInterrupt\b", line)]
    return bool(leaves) and all("(1 sub-exception)" in line for line in groups)


def _lines(outputs: Sequence[Output]) -> Iterator[tuple[float, str]]:
    """Whole lines, each with the time of its first part."""
    rest, at = "", None
    for output in outputs:
        at = output.at if at is None else at
        *whole, rest = (rest + output.text).split("\n")
        for line in whole:
            yield at, line
            at = output.at
        at = at if rest else None
    if rest:
        yield at or 0.0, rest
