"""Foreign text made harmless, wrapped and measured in terminal cells."""

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len, get_character_cell_size

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINER = "\N{ZERO WIDTH JOINER}"  # inside emoji; changes nothing else


def harmless(text: str) -> str:
    """Give text that a terminal shows and does not obey: control, format and unassigned characters as escapes."""
    text = text.expandtabs(8)
    if text.isprintable():
        return text
    return "".join(map(_harmless_character, text))


def cut(text: str, width: int, mark: str) -> str:
    """Give the text within `width` cells, the mark at its end where something is left out."""
    if cell_len(text) <= width:
        return text
    return next(wrapped(text, max(1, width - cell_len(mark)))).rstrip() + mark


def wrapped(text: str, width: int) -> Iterator[str]:
    """Break one line into rows of at most `width` cells; nothing is lost. Breaks behind a space near the end."""
    while True:
        end = _fitting(text, width)
        if end >= len(text):
            yield text
            return
        space = text.rfind(" ", end * 2 // 3, end)
        if space > 0:
            end = space + 1
        yield text[:end]
        text = text[end:]


def _fitting(text: str, width: int) -> int:
    """How many characters fit; at least one, however wide."""
    if text.isascii():
        return width
    used = 0
    for index, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > width:
            return max(1, index)
    return len(text)


def _harmless_character(character: str) -> str:
    if character == _JOINER or unicodedata.category(character) not in _ESCAPED:
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
