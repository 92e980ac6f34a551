"""Pieces of output made into rows: wrapped, each line with its time, stderr with its mark."""

from typing import NamedTuple

from asyncdemo.model.recording import Output
from asyncdemo.views.overwriting import last_state
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import wrapped

GUTTER = 11  # cells: the time, the mark, and the spaces around them
MARKS = {"stdout": " ", "stderr": "!", "other": "~"}
_STYLES = {"stdout": "plain", "stderr": "warn", "other": "plain"}
_NO_TIME = " " * 8


class Line(NamedTuple):
    """A row of output, or what is known of one so far. What continues a line has no time and no mark."""

    at: str
    mark: str
    stream: str
    text: str

    def parts(self) -> tuple[Part, ...]:
        """Give it past the gutter."""
        style = _STYLES[self.stream]
        return (self.at, "dim"), (f" {self.mark} ", style), (self.text, style)

    def continued(self, text: str) -> "Line":
        """Give the row that follows in the same line."""
        return Line(_NO_TIME, " ", self.stream, text)


class Lines:
    """Makes rows of pieces as they come. `unended` is the last row of a line whose end has not come yet."""

    def __init__(self, page: Page) -> None:
        self._page = page
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

    def end(self) -> list[Line]:
        """Give the line that is not ended as it is; it is over."""
        unended, self.unended = self.unended, None
        return [] if unended is None else self._rows(unended, unended.text)

    def shown(self) -> Line | None:
        """Give the line that is not ended as it stands at this moment."""
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
