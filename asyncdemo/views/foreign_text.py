"""Foreign text for files: what would act on a reader, or on the text around it, is shown in its place.

And what a run has printed, line by line.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

from asyncdemo.model.recording import Output, Stream

# What XML 1.0 does not allow at all, what nobody sees, and what would turn the text around.
_UNSAFE = r"\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
_IN_A_LINE, _IN_LINES = re.compile(rf"[\x00-\x1f{_UNSAFE}]"), re.compile(rf"[\x00-\x08\x0b-\x1f{_UNSAFE}]")


def harmless(text: str) -> str:
    """Text without control characters and marks of direction: each stands there as its number."""
    return _IN_A_LINE.sub(_numbered, text)


def shown(text: str) -> str:
    """The same of text in which tabs and line ends stay."""
    return _IN_LINES.sub(_numbered, text)


def shortened(text: str, most: int) -> str:
    """No more than so many characters of harmless lines, with how many there are besides."""
    return shown(text if len(text) <= most else f"{text[:most]}… {len(text) - most:,} characters more")


def first_line(text: str, most: int) -> str:
    """The first line that is not blank, harmless, in so many characters at most."""
    line = text.lstrip()[: most + 1].partition("\n")[0].rstrip()
    return harmless(line if len(line) <= most else f"{line[: most - 1]}…")


def _numbered(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def last_state(line: str) -> str:
    """What stands in a row after its carriage returns, if each state is longer than the one before."""
    return line.rstrip("\r").rpartition("\r")[2]


class OutputLine(NamedTuple):
    """A line of output: moment (seconds from the run's start), place and task of its first write, the `piece`th."""

    at: float
    stream: Stream
    text: str
    line: int | None
    task: int | None
    piece: int
    path: str | None = None


def output_lines(outputs: Sequence[Output], tasks: Iterable[int | None] = repeat(None)) -> list[OutputLine]:
    """What was printed, line by line; writes to one stream that follow one another stand on a line together."""
    found: list[OutputLine] = []
    opened: OutputLine | None = None
    parts: list[str] = []
    for piece, (output, task) in enumerate(zip(outputs, tasks, strict=False)):
        if opened is not None and opened.stream != output.stream:
            found.append(opened._replace(text=last_state("".join(parts))))
            opened = None
        *whole, rest = output.text.replace("\r\n", "\n").split("\n")
        for text in whole:
            before = "" if opened is None else "".join(parts)
            found.append((opened or _opened(output, task, piece))._replace(text=last_state(before + text)))
            opened, parts = None, []
        if rest:
            if opened is None:
                opened, parts = _opened(output, task, piece), []
            parts.append(rest)
    return found if opened is None else [*found, opened._replace(text=last_state("".join(parts)))]


def _opened(output: Output, task: int | None, piece: int) -> OutputLine:
    return OutputLine(output.at, output.stream, "", output.line, task, piece, output.path)


# What Markdown would take for its own: some characters anywhere, "_" at the edge of a word, "&" before a name, and what
# begins a heading, a quotation or a list. Brackets, braces and the like stand for themselves.
_MEANT = re.compile(
    r"[\\`*\[\]<|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)"
    r"|^(?:#(?=#{0,5}(?:\s|$))|>|[+-](?=\s|$)|-(?=[-\s]*$)|=(?==*\s*$))"
)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def escaped(text: str) -> str:
    """Foreign text that stands for itself in Markdown, in one line."""
    visible = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return _NUMBERED.sub(r"\1\\\2", _MEANT.sub(r"\\\g<0>", visible))


def fenced(text: str, language: str = "") -> str:
    """A block of code; its fence is longer than any in the text."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}\n"
