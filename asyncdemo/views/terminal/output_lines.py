"""Output in rows: past a gutter with its time, stderr marked, nothing lost by wrapping; of many, some are left out."""

import re
from collections import deque
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from asyncdemo.model.recording import Output
from asyncdemo.views.foreign_text import last_state
from asyncdemo.views.stop_messages import Folded
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import wrapped

GUTTER = 11  # cells: the time, the mark, and the spaces around them
MARKS = {"stdout": " ", "stderr": "!", "other": "~"}
_STYLES = {"stdout": "plain", "stderr": "warn", "other": "plain", "note": "dim"}  # a note is a row of our own
_NO_TIME = " " * 8


class Line(NamedTuple):
    """A row of output, or what is known of one so far. What continues a line has no time and no mark."""

    at: str
    mark: str
    stream: str
    text: str

    def parts(self) -> tuple[Part, ...]:
        """The row: its time, its mark and its text."""
        style = _STYLES[self.stream]
        return (self.at, "dim"), (f" {self.mark} ", style), (self.text, style)

    def continued(self, text: str) -> "Line":
        """The row that follows in the same line."""
        return Line(_NO_TIME, " ", self.stream, text)


class Lines:
    """Makes rows of pieces as they come. `unended` is the last row of a line whose end has not come yet."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._is_plain = re.compile(rf"[ -~]{{0,{page.width - 2 - GUTTER}}}[!-~]\n").fullmatch
        self.unended: Line | None = None

    def add(self, output: Output, zero: float) -> list[Line]:
        """Take a piece and give the rows that are complete; `zero` is the moment that is shown as 0.00 s."""
        start = Line(_time(output.at - zero), MARKS[output.stream], output.stream, "")
        if self.unended is None and output.text.find("\n") == len(output.text) - 1 >= 0:
            return self._rows(start, output.text[:-1])  # one line and its end, as most writes are
        rows: list[Line] = []
        if self.unended is not None and self.unended.stream == output.stream:
            start, self.unended = self.unended, None
        elif self.unended is not None:
            rows += self.end()
        *lines, rest = (start.text + output.text).replace("\r\n", "\n").split("\n")
        for line in lines:
            rows += self._rows(start, line)
            if start.at != _NO_TIME:  # only the first of a write has a time
                start = Line(_NO_TIME, MARKS[output.stream], output.stream, "")
        if rest:
            *full, last = self._rows(start, rest)
            rows += full
            self.unended = last._replace(text=last.text + "\r") if rest.endswith("\r") else last
        return rows

    def plain_until(self, outputs: Sequence[Output], start: int) -> int:
        """The place of the first piece from `start` on that is not a whole line of stdout that stands as it is."""
        if self.unended is not None:
            return start
        for index in range(start, len(outputs)):
            output = outputs[index]
            if output.stream != "stdout" or self._is_plain(output.text) is None:
                return index
        return len(outputs)

    def plain_rows(self, outputs: Sequence[Output], zero: float) -> str:
        """The rows of such pieces, as `add` and Page.row make them one by one."""
        rows: list[str] = []
        gutter, shown = "", None
        for output in outputs:
            moment = round(output.at - zero, 2)
            if moment != shown or not -99 < moment < 999:
                start = Line(_time(output.at - zero), MARKS["stdout"], "stdout", "")
                gutter, shown = self._page.text(*start.parts()), moment
            rows.append(gutter + output.text)
        return "".join(rows)

    def end(self) -> list[Line]:
        """The line that is not ended as it is; it is over."""
        unended, self.unended = self.unended, None
        return [] if unended is None else self._rows(unended, unended.text)

    def shown(self) -> Line | None:
        """The line that is not ended as it stands at this moment."""
        return None if self.unended is None else self._rows(self.unended, self.unended.text)[-1]

    def _rows(self, start: Line, text: str) -> list[Line]:
        text, width = self._page.shown(last_state(text)), self._page.width - 1 - GUTTER
        if len(text) <= width and text.isascii():
            return [Line(start.at, start.mark, start.stream, text)]  # nearly always
        first, *others = wrapped(text, width)
        return [start._replace(text=first), *map(start.continued, others)]


def _time(seconds: float) -> str:
    """In eight cells, whatever it is: a recording may say of output that it came long before the first step."""
    if -99.995 < seconds < 999.995:
        return f"{round(seconds, 2) + 0.0:6.2f} s"
    return f"{seconds:6.0f} s" if -99_999.5 < seconds < 999_999.5 else f"{seconds:6.0e} s"


FEWEST = 4  # rows of output that there is always room for
_HEAD = 3  # rows that show how it begins
_TAIL = 3  # rows that show how it ends, where all are alike
_NUMBER = re.compile(r"\d+")
_WARNED = re.compile(r":\d+: (?=\w+: )")  # before what a warning says
_HINT = "RuntimeWarning: Enable tracemalloc"  # the row that Python adds to a warning
_ENDS, _ERROR, _BORDER, _ALIKE, _USUAL, _FIRST = 10, 8, 5, 1, 3, 2  # how much a row matters


def fold(rows: Sequence[Line], most: int) -> tuple[Sequence[Line], int, Sequence[Line]]:
    """The rows before what is left out, how many that are, and those behind it: `most` rows in all.

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
        # The last row of a traceback stands out to the left.
        is_error = not row.text.startswith((" ", _HINT)) and before.text.startswith(" ")
        return _ALIKE if continues else _ERROR if is_error else _BORDER if border else _ALIKE
    return (_FIRST if index <= _HEAD else 0) + (_ALIKE if _shape(row) == _shape(before) else _USUAL)


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


FEWEST_LIVE = 6  # rows: the first two, how many are left out, and the last three
_HELD_BACK = 3  # rows kept for the end where there are too many


def write_heading(page: Page) -> None:
    """Write what the columns of the output are."""
    page.row(*heading(page, "! = stderr"))


def heading(page: Page, signs: str) -> tuple[Part, ...]:
    """What the columns of the output are, and what the signs mean."""
    left = "  time     output"
    gap = " " * max(2, page.width - 1 - len(left) - len(signs))
    return ((f"{left}{gap}{signs}", "dim"),)


def folded_lines(page: Page, folded: Folded, zero: float) -> list[Line]:
    """Two rows in the place of what follows from a stop alone: its last line, and how many there were."""
    last = Lines(page).add(Output(folded.at, "stderr", f"{folded.last}\n"), zero)[:1]
    count = f"{page.glyphs['more']} {folded.lines} lines that stopping it set off: {page.unfold}"
    return [*last, Line(_NO_TIME, " ", "note", count)]


def left_out_row(page: Page, rows: int) -> tuple[Part, ...]:
    """The row that says how many rows of output are left out."""
    return ((f"{' ' * GUTTER}{page.glyphs['more']} {rows} more rows: {page.unfold}", "dim"),)


class Stream:
    """Writes pieces of output in `budget` rows at most (FEWEST_LIVE or more), or in as many as they need.

    Of too many rows the first and the last are written, with how many are left out between them. On a terminal the
    last row is written at once and replaced as it changes: a line without its end, which may be a prompt, or the
    latest of the rows that are held back.
    """

    def __init__(self, page: Page, *, budget: int | None = None) -> None:
        self._page = page
        self._lines = Lines(page)
        self._first = None if budget is None else budget - 1 - _HELD_BACK
        self._held: deque[Line] = deque()
        self._left_out = 0
        self._on_screen: str | None = None  # what stands in the terminal's last row for now
        self._away = False  # whether somebody else may have moved the cursor
        self.rows = 0

    def write(self, output: Output, zero: float) -> None:
        """Write a piece; `zero` is the moment that is shown as 0.00 s."""
        for line in self._lines.add(output, zero):
            self._write(line)

    def write_all(self, outputs: Sequence[Output], zero: float) -> None:
        """The same of many pieces.

        Whole plain lines, which a flood consists of, are written many at once; of what is left out no rows are made.
        """
        start = 0
        while start < len(outputs):
            end = self._lines.plain_until(outputs, start)
            if end > start:
                self._write_plain(outputs[start:end], zero)
            if end < len(outputs):
                self.write(outputs[end], zero)
            start = end + 1

    def _write_plain(self, outputs: Sequence[Output], zero: float) -> None:
        room = len(outputs) if self._first is None else max(0, self._first - self.rows)
        if at_once := outputs[:room]:
            self._clear()
            self.rows += len(at_once)
            self._page.whole_rows(self._lines.plain_rows(at_once, zero))
        held = outputs[room:]
        for output in held[-(_HELD_BACK + 1) :]:
            self._held += self._lines.add(output, zero)
        self._left_out += max(0, len(held) - (_HELD_BACK + 1))
        while len(self._held) > _HELD_BACK + 1:
            self._held.popleft()
            self._left_out += 1

    def fold(self, folded: Folded, zero: float) -> None:
        """Write what was folded away in the place of it."""
        for line in (*self._lines.end(), *folded_lines(self._page, folded, zero)):
            self._write(line)

    def tick(self, *, for_input: bool) -> None:
        """Take note that nothing came; `for_input`: the script waits for a person, whose Enter will end the row."""
        self._page.flush()
        if not self._page.terminal:
            return
        if for_input:
            self._prompt()
        elif (latest := self._lines.shown() or (self._held[-1] if self._held else None)) is not None:
            self._show(latest)
        else:
            self._away = True  # who types now, or presses Ctrl-C, sees it where the cursor is

    def remark(self, text: str) -> None:
        """Write a row of our own between those of the output."""
        self._clear()
        self.rows += 1
        self._page.row((f"{' ' * GUTTER}{text}", "bad"))
        self._page.flush()

    def finish(self) -> None:
        """Write the line that was never ended and the rows that were held back."""
        for line in self._lines.end():
            self._write(line)
        self._write_held()
        self._clear()

    def _write(self, line: Line) -> None:
        if self._first is not None and self.rows >= self._first:
            self._held.append(line)
            if len(self._held) > _HELD_BACK + 1:
                self._held.popleft()
                self._left_out += 1
        else:
            self._row(line)

    def _row(self, line: Line) -> None:
        self._clear()
        self.rows += 1
        self._page.row(*line.parts())

    def _write_held(self) -> None:
        if self._left_out:
            self._held.popleft()
            self._clear()
            self.rows += 1
            self._page.row(*left_out_row(self._page, self._left_out + 1))
        for line in self._held:
            self._row(line)
        self._held.clear()
        self._left_out = 0

    def _prompt(self) -> None:
        """Leave the line that is not ended to be ended by a person."""
        self._write_held()
        prompt = self._lines.shown()
        self._lines.unended = None
        if prompt is not None:
            if self._page.text(*prompt.parts()) != self._on_screen:
                self._clear()
                self._page.stream.write(self._page.text(*prompt.parts()))
                self._page.flush()
            self._on_screen = None
            self.rows += 1
        self._away = True

    def _show(self, line: Line) -> None:
        """Write a row that may change; what a person has typed behind it stays as long as it does not."""
        shown = self._page.text(*line.parts())
        if self._page.erases and shown != self._on_screen:
            self._clear()
            self._page.put(shown)
            self._on_screen = shown

    def _clear(self) -> None:
        """Make the last row free."""
        if self._on_screen is not None:
            self._page.put("")
            self._on_screen = None
        elif self._away:
            self._page.fresh_row()
            self._away = False
