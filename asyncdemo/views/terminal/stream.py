"""Output as it comes, past a gutter with its time; stderr is marked, and nothing is lost by wrapping."""

from collections import deque

from asyncdemo.model.recording import Output
from asyncdemo.views.terminal.lines import GUTTER, Line, Lines
from asyncdemo.views.terminal.page import Page, Part

FEWEST = 6  # rows: the first two, how many are left out, and the last three
_TAIL = 3  # rows kept for the end where there are too many


def write_heading(page: Page) -> None:
    """Write what the columns of the output are."""
    page.row(*heading(page, "! = stderr"))


def heading(page: Page, signs: str) -> tuple[Part, ...]:
    """Give what the columns of the output are, and what the signs mean."""
    left = "  time     output"
    gap = " " * max(2, page.width - 1 - len(left) - len(signs))
    return ((f"{left}{gap}{signs}", "dim"),)


def left_out_row(page: Page, rows: int) -> tuple[Part, ...]:
    """Say that so many rows of output are left out."""
    return ((f"{' ' * GUTTER}{page.glyphs['more']} {rows} more rows: {page.unfold}", "dim"),)


class Stream:
    """Writes pieces of output in `budget` rows at most (FEWEST or more), or in as many as they need.

    Of too many rows the first and the last are written, with how many are left out between them. On a terminal the
    last row is written at once and replaced as it changes: a line without its end, which may be a prompt, or the
    latest of the rows that are held back.
    """

    def __init__(self, page: Page, *, budget: int | None = None) -> None:
        self._page = page
        self._lines = Lines(page)
        self._first = None if budget is None else budget - 1 - _TAIL
        self._held: deque[Line] = deque()
        self._left_out = 0
        self._on_screen: str | None = None  # what stands in the terminal's last row for now
        self._away = False  # whether somebody else may have moved the cursor
        self.rows = 0

    def write(self, output: Output, zero: float) -> None:
        """Write a piece; `zero` is the moment that is shown as 0.00 s."""
        for line in self._lines.add(output, zero):
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

    def finish(self) -> None:
        """Write the line that was never ended and the rows that were held back."""
        for line in self._lines.end():
            self._write(line)
        self._write_held()
        self._clear()

    def _write(self, line: Line) -> None:
        if self._first is not None and self.rows >= self._first:
            self._held.append(line)
            if len(self._held) > _TAIL + 1:
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
