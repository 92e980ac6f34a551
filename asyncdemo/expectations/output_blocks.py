"""The blocks at the end of a script: what it must print, on which stream, for which Pythons."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from asyncdemo.catalogue import script_tree
from asyncdemo.errors import Unreadable

Version = tuple[int, ...]
Stream = Literal["stdout", "stderr"]

LINE_END = re.compile(r"\r\n|\r|\n")  # Python's; str.splitlines knows more

_VERSION = r"\d{1,9}(?:\.\d{1,9})*"
HEADING = re.compile(
    rf"# (?P<kind>Output|Errors|Unordered output|Unordered errors)"
    rf"(?:, from (?P<first>{_VERSION}))?(?:, before (?P<end>{_VERSION}))?:\s*"
)
_ALMOST = re.compile(r"#\s*(unordered\s+)?(output|errors?)\b[^:]{0,40}:\s*", re.IGNORECASE)
_STREAMS: dict[str, Stream] = {"output": "stdout", "errors": "stderr"}
STREAMS: tuple[Stream, ...] = ("stdout", "stderr")
NAMES: dict[Stream, str] = {"stdout": "Output", "stderr": "Errors"}


class Line(NamedTuple):
    """An expected line, placeholders and all, with its number in the file."""

    text: str
    number: int


class Block(NamedTuple):
    """One block: its heading's line number, its lines, and for which Pythons it holds (None: no bound)."""

    stream: Stream
    ordered: bool
    number: int
    lines: tuple[Line, ...]
    first: Version | None = None
    end: Version | None = None

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.number + len(self.lines)

    def holds(self, version: Version) -> bool:
        """True if it holds for a Python of this version."""
        return (self.first is None or self.first <= version) and (self.end is None or version < self.end)


class Slip(NamedTuple):
    """A line among the blocks that belongs to none, and what to do about it."""

    number: int
    message: str


def blocks_start(source: str) -> int | None:
    """The index of the line of the first heading, if nothing but comments and blank lines follows it."""
    lines = LINE_END.split(source)
    start = None
    for index in range(len(lines) - 1, _last_of_code(source) - 1, -1):
        if lines[index].strip() and not lines[index].startswith("#"):
            break
        if HEADING.fullmatch(lines[index]):
            start = index
    return start


def blocks(source: str) -> tuple[Block, ...]:
    """The blocks of a script in their order."""
    return tuple(each for each in _parts(source) if isinstance(each, Block))


def slips(source: str) -> tuple[Slip, ...]:
    """The lines among the blocks, or at the end of a script without any, that were probably meant to be in one."""
    if blocks_start(source) is None:
        return tuple(
            Slip(number, f"{line!r} is no heading of a block: write it like '# Output:' or '# Errors, from 3.12:'")
            for number, line in _tail(source)
            if _ALMOST.fullmatch(line)
        )
    return tuple(each for each in _parts(source) if isinstance(each, Slip))


def blocks_for(all_blocks: Sequence[Block], stream: Stream, version: Version, *, ordered: bool) -> tuple[Block, ...]:
    """Those blocks of a stream that hold for a version."""
    return tuple(
        each for each in all_blocks if each.stream == stream and each.ordered == ordered and each.holds(version)
    )


def lines_of(chosen: Sequence[Block]) -> tuple[Line, ...]:
    """The lines of blocks one after the other."""
    return tuple(line for block in chosen for line in block.lines)


def texts_of(lines: Sequence[Line]) -> list[str]:
    """The lines without their numbers."""
    return [line.text for line in lines]


def _parts(source: str) -> Iterator[Block | Slip]:
    lines, start = LINE_END.split(source), blocks_start(source)
    heading: re.Match[str] | None = None
    number, inside = 0, list[Line]()
    for index in range(len(lines) if start is None else start, len(lines)):
        line = lines[index]
        found = HEADING.fullmatch(line)
        if heading is not None and (found or not line.startswith("#")):
            yield _block(heading, number, inside)
            heading = None
        if found:
            heading, number, inside = found, index + 1, []
        elif heading is not None:
            inside.append(Line((line[2:] if line.startswith("# ") else line[1:]).rstrip(), index + 1))
        elif line.strip():
            yield Slip(index + 1, "belongs to no block: an empty line of output is written as '#'")
    if heading is not None:
        yield _block(heading, number, inside)


def _block(heading: re.Match[str], number: int, inside: Sequence[Line]) -> Block:
    kind = heading["kind"].lower()
    return Block(
        _STREAMS[kind.split()[-1]],
        " " not in kind,
        number,
        tuple(inside),
        _version(heading["first"]),
        _version(heading["end"]),
    )


def _version(text: str | None) -> Version | None:
    return None if text is None else tuple(map(int, text.split(".")))


def _last_of_code(source: str) -> int:
    """The number of the last line of code, 0 if nobody can tell: in a string there a line may look like a comment."""
    try:
        body = script_tree.parsed(source).body
    except Unreadable:
        return 0
    return body[-1].end_lineno or 0 if body else 0


def _tail(source: str) -> Iterator[tuple[int, str]]:
    """The comments and blank lines at the end."""
    lines = LINE_END.split(source)
    for index in range(len(lines) - 1, _last_of_code(source) - 1, -1):
        if lines[index].strip() and not lines[index].startswith("#"):
            return
        yield index + 1, lines[index]
