"""Foreign text made harmless, wrapped and measured in terminal cells."""

import re
import unicodedata
from collections.abc import Iterator

from rich.cells import get_character_cell_size

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINER = "\N{ZERO WIDTH JOINER}"
_WIDENER = "\N{VARIATION SELECTOR-16}"  # makes an emoji of the character before it
_EMOJI = f"[\u2190-\u2bff\U0001f000-\U0001faff{_WIDENER}]"
_UNIT = re.compile(r"(?:s|ms|%)(?!\w)")
_LONE_JOINER = re.compile(f"(?<!{_EMOJI}){_JOINER}|{_JOINER}(?!{_EMOJI})")


def harmless(text: str) -> str:
    """Text that a terminal shows and does not obey: control, format and unassigned characters as escapes.

    Of the format characters only the joiner passes, and only between the parts of an emoji.
    """
    text = text.expandtabs(8)
    if text.isprintable():
        return text
    return _LONE_JOINER.sub(r"\\u200d", text.translate(_ESCAPES))


def cells(text: str) -> int:
    """How many cells the text takes at most; terminals differ over emoji that are made of several characters."""
    return len(text) if text.isascii() else sum(map(_size, text))


def cut(text: str, width: int, mark: str) -> str:
    """The text within `width` cells, the mark at its end where something is left out."""
    if cells(text) <= width:
        return text
    if width <= len(mark):
        return mark[: max(0, width)]
    start = next(wrapped(text, width - len(mark)))
    return (start.rstrip() if cells(start) <= width - len(mark) else "") + mark


def wrapped(text: str, width: int) -> Iterator[str]:
    """Break one line into rows of at most `width` cells; nothing is lost.

    Breaks behind a space near the end, but not between a number and its unit.
    """
    start = 0
    while (end := _fitting(text, start, width)) < len(text):
        first = start + (end - start) * 2 // 3
        space = text.rfind(" ", first, end)
        if space > start and text[space - 1].isdigit() and _UNIT.match(text, space + 1):
            earlier = text.rfind(" ", first, space)
            space = earlier if earlier > start else space
        if space > start:
            end = space + 1
        yield text[start:end]
        start = end
    yield text[start:]


def _fitting(text: str, start: int, width: int) -> int:
    """Where a row that begins at `start` must end; it has one character at least, however wide."""
    if text.isascii():
        return start + width
    used = 0
    for index in range(start, len(text)):
        used += _size(text[index])
        if used > width:
            return max(start + 1, index - (text[index] == _WIDENER))
    return len(text)


def _size(character: str) -> int:
    return 1 if character == _WIDENER else get_character_cell_size(character)


class _Escapes(dict[int, str]):
    """For str.translate: what stands in place of each character, found out when it is met for the first time."""

    def __missing__(self, code: int) -> str:
        self[code] = _shown(chr(code))
        return self[code]


def _shown(character: str) -> str:
    if character == _JOINER or unicodedata.category(character) not in _ESCAPED:
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_ESCAPES = _Escapes()
