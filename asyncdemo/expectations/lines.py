"""One promised line: text, and placeholders for what differs from run to run. A line `...` stands for any lines."""

import re
from collections.abc import Sequence
from functools import cache

ANY_LINES = "..."
ANY_TEXT = "<any>"

_NUMBER = r"[+-]?\d+(?:[,_]\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?"
PLACEHOLDERS = {
    "<address>": r"0x[0-9a-fA-F]+",
    "<path>": r"(?:[A-Za-z]:)?[^:\"]+",
    "<number>": _NUMBER,
    "<seconds>": rf"{_NUMBER}(?: ?s)?",
    ANY_TEXT: r".+",
}
NAMED = re.compile("|".join(map(re.escape, PLACEHOLDERS)))


def matches(promised: str, printed: str) -> bool:
    """Tell whether a printed line is as promised; blanks at the end do not count."""
    promised, printed = promised.rstrip(), printed.rstrip()
    return promised == printed or (
        NAMED.search(promised) is not None and _pattern(promised).fullmatch(printed) is not None
    )


def parts(promised: str) -> list[str]:
    """Split a promised line at its placeholders: texts at even places, placeholders at odd ones."""
    found: list[str] = []
    at = 0
    for match in NAMED.finditer(promised):
        found += promised[at : match.start()], match[0]
        at = match.end()
    return [*found, promised[at:]]


@cache
def _pattern(promised: str) -> re.Pattern[str]:
    # A script may print "<path>" itself, so each placeholder stands for its own text, too.
    pieces = parts(promised)
    return re.compile("".join(_piece(pieces, place) for place in range(len(pieces))), re.DOTALL)


def _piece(pieces: Sequence[str], place: int) -> str:
    """The pattern of a piece.

    Text between two `<any>` is settled at its first place, which leaves the most room for what follows. A row of dots
    in a document is many of these, and to try all ways to share out a line among them could take years.
    """
    text = re.escape(pieces[place])
    if place % 2 == 0:
        return "" if _between_any(pieces, place) else text
    if pieces[place] != ANY_TEXT:
        return f"(?:{PLACEHOLDERS[pieces[place]]}|{text})"
    return f"(?>.+?{re.escape(pieces[place + 1])})" if _between_any(pieces, place + 1) else ".+"


def _between_any(pieces: Sequence[str], place: int) -> bool:
    """Whether this text stands between two `<any>`."""
    return 0 < place < len(pieces) - 1 and pieces[place - 1] == pieces[place + 1] == ANY_TEXT
