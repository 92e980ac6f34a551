"""Which rows of output are shown where there is no room for all: what is alike is left out first."""

import re
from collections.abc import Sequence
from itertools import accumulate

from asyncdemo.views.terminal.lines import MARKS, Line

FEWEST = 4  # rows of output that there is always room for
_HEAD = 3  # rows that show how it begins
_TAIL = 3  # rows that show how it ends, where all are alike
_NUMBER = re.compile(r"\d+")
_WARNED = re.compile(r":\d+: (?=\w+: )")  # before what a warning says
_HINT = "RuntimeWarning: Enable tracemalloc"  # the row that Python adds to a warning
_ENDS, _ERROR, _BORDER, _ALIKE, _USUAL, _FIRST = 10, 8, 5, 1, 3, 2  # how much a row matters


def fold(rows: Sequence[Line], most: int) -> tuple[Sequence[Line], int, Sequence[Line]]:
    """Give the rows before what is left out, how many that are, and those behind it: `most` rows in all.

    The first and the last row stay, and rather than rows that are like the one before, those where stderr begins and
    ends: what a traceback comes to stands in its last row.
    """
    if len(rows) <= most:
        return rows, 0, ()
    size = len(rows) - most + 1
    warned = _warnings(rows)
    weights = (_ERROR if index in warned else _weight(rows, index) for index in range(len(rows)))
    sums = [0, *accumulate(weights)]
    starts = range(1, max(2, len(rows) - size))
    start = min(starts, key=lambda index: (sums[index + size] - sums[index], abs(index - (most - 1 - _TAIL))))
    return rows[:start], size, rows[start + size :]


def _weight(rows: Sequence[Line], index: int) -> int:
    row = rows[index]
    if index in (0, len(rows) - 1):
        return _ENDS
    before, after = rows[index - 1], rows[index + 1]
    if row.stream == "stderr":
        continues = not row.mark.strip()
        border = before.stream != "stderr" or after.stream != "stderr"
        return _ALIKE if continues else _ERROR if _is_error(row, before) else _BORDER if border else _ALIKE
    return (_FIRST if index <= _HEAD else 0) + (_ALIKE if _shape(row) == _shape(before) else _USUAL)


def _is_error(row: Line, before: Line) -> bool:
    """Whether it is the last row of a traceback, which stands out to the left."""
    return not row.text.startswith((" ", _HINT)) and before.text.startswith(" ")


def _warnings(rows: Sequence[Line]) -> set[int]:
    """The rows of what warnings say, behind the path, which may take rows of its own."""
    lines: list[list[int]] = []
    for index, row in enumerate(rows):
        if row.mark == MARKS["stderr"]:
            lines.append([index])
        elif row.stream == "stderr" and lines and lines[-1][-1] == index - 1:
            lines[-1].append(index)
    found: set[int] = set()
    for line in lines:
        ends = accumulate(len(rows[index].text) for index in line)
        if warned := _WARNED.search("".join(rows[index].text for index in line)):
            found |= {index for index, end in zip(line, ends, strict=True) if end > warned.end()}
    return found


def _shape(row: Line) -> str:
    return _NUMBER.sub("0", row.text)
