"""The blocks of Python in a document, numbered, each with the output that the document shows for it."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncdemo.documents.block_syntax import is_python
from asyncdemo.documents.fences import LINE_END, Part, is_directive, language, parts
from asyncdemo.documents.prompts import Session, ShownLine, has_prompt, sessions

_COMMAND = re.compile(r"\s*(\([^)]*\) ?)?[$%] (?P<command>.*)")
_OPTION = re.compile(r":[\w-]+:.*")


class Block(NamedTuple):
    """A block: numbers count from 1, `line` is the document's line of `code[0]`, and so on without a gap.

    `code` is without what the document has around it: indentation of the block, quotation marks, prompts. Of a
    `session` (`>>>` examples) the lines of output are empty. `shown` is None where the document shows no output.
    """

    number: int
    line: int
    code: tuple[str, ...]
    session: bool = False
    shown: tuple[ShownLine, ...] | None = None

    @property
    def last(self) -> int:
        """The document's line of the last line of code."""
        return self.line + len(self.code) - 1

    @property
    def text(self) -> str:
        """The code alone."""
        return "".join(f"{line}\n" for line in self.code)


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of Python in a document: fences that say so, and `>>>` examples wherever they stand.

    Other fences have no number. Nothing is parsed as Python here but examples in running text: what looks like one
    and is not Python is a quotation.
    """
    found = parts(text)
    unnumbered = [*_fenced(found), *_in_running_text(text, found)]
    ordered = sorted(unnumbered, key=lambda block: block.line)
    return tuple(block._replace(number=number) for number, block in enumerate(ordered, 1))


def staged_text(chosen: Sequence[Block]) -> str:
    """The code of these blocks, which are in the document's order, on its own lines; all other lines are blank."""
    pieces: list[str] = []
    at = 1
    for block in chosen:
        pieces += "\n" * (block.line - at), block.text
        at = block.last + 1
    return "".join(pieces)


def _fenced(found: Sequence[Part]) -> Iterator[Block]:
    for index, part in enumerate(found):
        if part.sort != "fence" or not any(line.strip() for line in part.code):
            continue
        kind = language(part.info)
        if kind != "other" and has_prompt(part.code):
            found_sessions = map(_of_session, sessions(part.code, part.code_line, whole=True))
            yield from (block for block in found_sessions if block.text.strip())
        elif kind == "python":
            line, code = _trimmed(part.code_line, _without_options(part))
            if code:
                yield Block(0, line, code, shown=_shown(found[index + 1 : index + 3]))


def _in_running_text(text: str, found: Sequence[Part]) -> Iterator[Block]:
    """The examples outside of fences and of HTML."""
    if ">>>" not in text:
        return
    lines = LINE_END.split(text)
    start = 0
    for part in (*(each for each in found if each.sort in ("fence", "html")), None):
        end = len(lines) if part is None else part.line - 1
        for each in sessions(lines[start:end], start + 1, whole=False):
            block = _of_session(each)
            if block.text.strip() and is_python(block.text):
                yield block
        start = end if part is None else part.last


def _of_session(session: Session) -> Block:
    return Block(0, session.line, session.code, session=True, shown=session.shown)


def _shown(after: Sequence[Part]) -> tuple[ShownLine, ...] | None:
    """The output in the next fence, with a paragraph between at most; None if that holds none."""
    if after and after[0].sort == "prose":
        after = after[1:]
    if not after or after[0].sort != "fence" or has_prompt(after[0].code):
        return None
    fence = after[0]
    kind = language(fence.info)
    if kind not in ("output", "commands"):
        return None
    lines = [ShownLine(line.rstrip(), number) for number, line in enumerate(fence.code, fence.code_line)]
    command = _COMMAND.fullmatch(lines[0].text) if lines else None
    if command is None:
        return tuple(lines)
    if "python" not in command["command"]:
        return None  # what another program prints
    rest = lines[1:]
    next_command = next((index for index, line in enumerate(rest) if _COMMAND.fullmatch(line.text)), len(rest))
    return tuple(rest[:next_command])


def _without_options(part: Part) -> Sequence[str]:
    """The code, with blank lines in the place of a directive's options."""
    if not is_directive(part.info):
        return part.code
    count = 0
    if part.code[0].strip() == "---":
        count = next((at + 1 for at in range(1, len(part.code)) if part.code[at].strip() == "---"), 0)
    while count < len(part.code) and _OPTION.fullmatch(part.code[count]):
        count += 1
    return ("",) * count + part.code[count:]


def _trimmed(line: int, code: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """The code from its first line that is not blank to the last such line, and the number of the first."""
    filled = [index for index, text in enumerate(code) if text.strip()]
    return (line + filled[0], tuple(code[filled[0] : filled[-1] + 1])) if filled else (line, ())
