"""One promised line: text, and placeholders for what differs from run to run. A line `...` stands for any lines."""

import re
from functools import cache

ANY_LINES = "..."

_NUMBER = r"[+-]?\d+(?:[,_]\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?"
PLACEHOLDERS = {
    "<address>": r"0x[0-9a-fA-F]+",
    "<path>": r"(?:[A-Za-z]:)?[^:\"]+",
    "<number>": _NUMBER,
    "<seconds>": rf"{_NUMBER}(?: ?s)?",
    "<any>": r".+",
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
    pieces = [
        f"(?:{PLACEHOLDERS[part]}|{re.escape(part)})" if place % 2 else re.escape(part)
        for place, part in enumerate(parts(promised))
    ]
    return re.compile("".join(pieces), re.DOTALL)
