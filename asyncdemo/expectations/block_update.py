"""`check --update`: the blocks of a script as they must be for what was printed; placeholders that still fit stay."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncdemo.expectations.choices import Observed
from asyncdemo.expectations.line_matching import (
    ANY_LINES,
    PLACEHOLDERS,
    aligned,
    as_expected,
    matches,
    pairs,
    parting,
    parts,
)
from asyncdemo.expectations.output_blocks import (
    HEADING,
    LINE_END,
    NAMES,
    STREAMS,
    Block,
    Stream,
    Version,
    blocks,
    blocks_for,
    lines_of,
    texts_of,
)

_UNWRITABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}")


class _Edit(NamedTuple):
    """Lines `start` to `end` (indexes, the latter not included) of a file become these."""

    start: int
    end: int
    lines: tuple[str, ...]


class FileFormat(NamedTuple):
    """What can be written: the file's encoding, and the path of the script itself, which becomes a placeholder."""

    encoding: str = "utf-8"
    own_path: str = ""


def rewritten(source: str, observed: Observed, file_format: FileFormat) -> str:
    """The source with blocks that expect what was seen, for the Python that it was seen on.

    Blocks that are kept stay as they are, character for character, and so do those for other Pythons.
    """
    for stream in STREAMS:
        found = blocks(source)
        ordered = blocks_for(found, stream, observed.version, ordered=True)
        unordered = blocks_for(found, stream, observed.version, ordered=False)
        printed = observed.lines(stream)
        if not as_expected(texts_of(lines_of(ordered)), texts_of(lines_of(unordered)), printed):
            source = _stream_rewritten(source, stream, (ordered, unordered), observed, file_format)
    return source


def _stream_rewritten(
    source: str,
    stream: Stream,
    chosen: tuple[Sequence[Block], Sequence[Block]],
    observed: Observed,
    file_format: FileFormat,
) -> str:
    ordered, unordered = chosen
    printed = observed.lines(stream)
    count = parting(texts_of(lines_of(ordered)), texts_of(lines_of(unordered)), printed)
    if not ordered and not unordered:
        lines = [new_line(line, file_format) for line in printed]
        return _edited(source, [_new_block(source, stream, lines, observed.version)])
    edits: list[_Edit] = []
    if ordered:
        edits += _edits(ordered, _in_order(ordered, printed[:count], file_format))
    elif count:
        lines = [new_line(line, file_format) for line in printed[:count]]
        edits.append(_new_block(source, stream, lines, observed.version, before=unordered[0]))
    if unordered:
        edits += _edits(unordered, _in_any_order(unordered, printed[count:], file_format))
    return _edited(source, edits)


def new_line(printed: str, file_format: FileFormat) -> str:
    """A line that expects a printed one, with placeholders for what is another one on each machine."""
    printed = printed.rstrip()
    for own_path in dict.fromkeys([file_format.own_path, ""]):
        text = printed.replace(own_path, "<path>") if own_path else printed
        text = _writable(_ADDRESS.sub("<address>", text), file_format)
        if _is_line(text) and matches(text, printed):
            return text
    return "<any>"


def updated_line(expected: str, printed: str, file_format: FileFormat) -> str:
    """A line that expects a printed one, with the placeholders of the expected line where they still fit."""
    pieces = parts(expected)
    found: list[str] = []
    at = 0
    for place in range(1, len(pieces), 2):
        match = _placed(pieces, place, printed, at)
        if match is not None:
            found += _writable(printed[at : match.start(1)], file_format), pieces[place]
            at = match.end(1)
    text = "".join([*found, _writable(printed[at:], file_format)]).rstrip()
    return text if found and _is_line(text) and matches(text, printed) else new_line(printed, file_format)


def _placed(pieces: Sequence[str], place: int, printed: str, at: int) -> re.Match[str] | None:
    """Find what a placeholder stands for, by as much of the text around it as is still there."""
    before, after = pieces[place - 1], pieces[place + 1]
    pattern = PLACEHOLDERS[pieces[place]]
    for left, right in ((before, after), (before[-8:], after[:8]), (before[-1:], after[:1])):
        start = re.escape(left) if left or place > 1 else "^"
        end = re.escape(right) if right or place + 2 < len(pieces) else "$"
        match = re.compile(f"{start}({pattern}){end}", re.DOTALL).search(printed, at)
        if match is not None or pieces[place] == "<any>":
            return match
    return None


def _in_order(chosen: Sequence[Block], printed: Sequence[str], file_format: FileFormat) -> list[list[str]]:
    """The new lines of each block: a printed line goes where the expected one before it stands."""
    expected = lines_of(chosen)
    owners = [index for index, block in enumerate(chosen) for _ in block.lines]
    new: list[list[str]] = [[] for _ in chosen]
    owner = 0
    for kind, left, right in aligned(texts_of(expected), printed):
        if left is not None:
            owner = owners[left]
            if kind == "same" or (kind == "missing" and expected[left].text == ANY_LINES):
                new[owner].append(expected[left].text)
            elif kind == "changed" and right is not None:
                new[owner].append(updated_line(expected[left].text, printed[right], file_format))
        elif right is not None:
            new[owner].append(new_line(printed[right], file_format))
    return new


def _in_any_order(chosen: Sequence[Block], printed: Sequence[str], file_format: FileFormat) -> list[list[str]]:
    expected = lines_of(chosen)
    owners = [index for index, block in enumerate(chosen) for _ in block.lines]
    kept = pairs(texts_of(expected), printed)
    new: list[list[str]] = [[] for _ in chosen]
    for index, line in enumerate(expected):
        if index in kept or line.text == ANY_LINES:
            new[owners[index]].append(line.text)
    if ANY_LINES not in texts_of(expected):
        new[-1] += [
            new_line(printed[index], file_format) for index in sorted(set(range(len(printed))) - set(kept.values()))
        ]
    return new


def _edits(chosen: Sequence[Block], new: Sequence[list[str]]) -> Iterator[_Edit]:
    for block, lines in zip(chosen, new, strict=True):
        if lines:
            yield _Edit(block.number, block.last, tuple(map(_comment, lines)))
        else:
            yield _Edit(block.number - 1, block.last, ())


def _new_block(
    source: str, stream: Stream, lines: Sequence[str], version: Version, before: Block | None = None
) -> _Edit:
    """A block that is not there yet; where there are some for other Pythons, its heading leaves these theirs."""
    found = blocks(source)
    others = [block for block in found if block.stream == stream and block.ordered]
    low = max((block.end for block in others if block.end and block.end <= version), default=None)
    high = min((block.first for block in others if block.first and version < block.first), default=None)
    heading = f"# {NAMES[stream]}"
    heading += f", from {_dotted(low)}" if low else ""
    heading += f", before {_dotted(high)}" if high else ""
    text = (f"{heading}:", *map(_comment, lines))
    first_error = next((block for block in found if block.stream == "stderr"), None)
    if before is None and stream == "stdout":
        before = first_error
    if before is not None:
        return _Edit(before.number - 1, before.number - 1, (*text, ""))
    count = len(LINE_END.split(source.rstrip("\r\n")))
    return _Edit(count, count, ("", *text))


def _edited(source: str, edits: Sequence[_Edit]) -> str:
    ends = LINE_END.findall(source)
    end = ends[0] if ends else "\n"
    lines = LINE_END.split(source.rstrip("\r\n"))
    ends = [*ends[: len(lines) - 1], end]
    whole = [text + after for text, after in zip(lines, ends, strict=True)]
    for edit in sorted(edits, reverse=True):
        whole[edit.start : edit.end] = [f"{line}{end}" for line in edit.lines]
        if not edit.lines:
            _close_gap(whole, edit.start)
    return "".join(whole)


def _close_gap(lines: list[str], at: int) -> None:
    """Where a block has gone, leave one blank line between its neighbours, and none at the end of the file."""
    while at > 0 and not lines[at - 1].strip() and (at == len(lines) or not lines[at].strip()):
        del lines[at - 1]
        at -= 1


def _writable(text: str, file_format: FileFormat) -> str:
    """Put `<any>` in the place of what cannot stand in a comment of the file."""
    shown = "".join("\0" if _UNWRITABLE.match(each) or not _encodes(each, file_format) else each for each in text)
    return re.sub("\0+", "<any>", shown)


def _encodes(character: str, file_format: FileFormat) -> bool:
    if character.isascii():
        return True
    try:
        character.encode(file_format.encoding)
    except UnicodeEncodeError:
        return False
    return True


def _is_line(text: str) -> bool:
    """True if it is read as a line of a block, and not as a heading, as `...` or as the start of metadata."""
    return text != ANY_LINES and not HEADING.fullmatch(_comment(text)) and not text.startswith("/// ")


def _comment(text: str) -> str:
    return f"# {text}" if text else "#"


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))
