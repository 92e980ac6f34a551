"""Output as it comes, past a gutter with its time; stderr is marked, and nothing is lost by wrapping."""

from collections import deque

from asyncdemo.recording import Output
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import harmless, wrapped

GUTTER = 11  # cells: the time, the mark, and the spaces around them
MARKS = {"stdout": " ", "stderr": "!", "other": "~"}
_TAIL = 3  # rows kept for the end where there are too many
_NO_TIME = " " * 8


class Stream:
    """Writes pieces of output as rows: `budget` of them at most, None for all.

    Of more rows than that the last few are kept, and `finish` says how many were left out. A line that is not ended
    yet waits for its end, unless `show_unended` is called: then a prompt is seen while the script waits.
    """

    def __init__(self, page: Page, *, budget: int | None = None) -> None:
        self._page = page
        self._budget = budget
        self._unended: tuple[str, str, str] | None = None  # time, stream, text
        self._on_screen = False  # whether the unended line stands on the terminal
        self._rows = 0
        self._held: deque[tuple[str, str, str]] = deque(maxlen=_TAIL)
        self._left_out = 0

    def heading(self) -> None:
        """Write what the columns are."""
        left, right = "  time     output", "! = stderr"
        gap = " " * max(2, self._page.width - 1 - len(left) - len(right))
        self._page.row((f"{left}{gap}{right}", "dim"))

    def write(self, output: Output, zero: float) -> None:
        """Write a piece; `zero` is the moment that is shown as 0.00 s."""
        at, before = f"{output.at - zero:6.2f} s", ""
        if self._unended is not None:
            if self._unended[1] == output.stream:
                at, _, before = self._unended
            else:
                self._line(*self._unended)
            self._unended = None
        *lines, rest = (before + output.text).replace("\r\n", "\n").split("\n")
        for line in lines:
            self._line(at, output.stream, line)
            at = _NO_TIME  # of the lines of one write only the first has its time
        if rest:
            self._unended = (at, output.stream, rest)

    def show_unended(self, *, for_input: bool) -> None:
        """Show the line that is not ended yet; `for_input`: a person's Enter is going to end it on the terminal."""
        if self._unended is None or not self._page.live or self._full():
            return
        at, stream, text = self._unended
        rows = list(wrapped(harmless(_last_state(text)), self._page.width - 1 - GUTTER))
        if self._on_screen or len(rows) > 1:
            self._page.raw("\r\x1b[K" if self._on_screen else "")
        if len(rows) > 1 or for_input:
            for row in rows[:-1]:
                self._row(at, stream, row)
            self._page.raw(self._page.ansi(*self._parts(at, stream, rows[-1])))
            self._unended, self._on_screen, self._rows = None, False, self._rows + 1
            if not for_input:
                self._page.raw("\n")
            return
        self._page.raw(self._page.ansi(*self._parts(at, stream, rows[0])))
        self._on_screen = True

    def finish(self) -> None:
        """Write the line that was never ended and the rows that were kept for the end."""
        if self._unended is not None:
            self._line(*self._unended)
            self._unended = None
        missing = self._left_out - len(self._held)
        if missing > 0:
            self._page.row((f"{' ' * GUTTER}{self._page.glyphs['more']} {missing} more rows: --full", "dim"))
        for row in self._held:
            self._page.row(*self._parts(*row))

    def _line(self, at: str, stream: str, text: str) -> None:
        """One whole line, in as many rows as it needs; what a carriage return wrote over is not shown."""
        if self._on_screen:
            self._page.raw("\r\x1b[K")
            self._on_screen = False
        for row in wrapped(harmless(_last_state(text)), self._page.width - 1 - GUTTER):
            self._row(at, stream, row)
            at = _NO_TIME

    def _row(self, at: str, stream: str, text: str) -> None:
        if self._full():
            self._left_out += 1
            self._held.append((at, stream, text))
        else:
            self._rows += 1
            self._page.row(*self._parts(at, stream, text))

    def _full(self) -> bool:
        return self._budget is not None and self._rows >= self._budget

    @staticmethod
    def _parts(at: str, stream: str, text: str) -> tuple[tuple[str, str], ...]:
        style = {"stdout": "plain", "stderr": "warn", "other": "plain"}[stream]
        return (at, "dim"), (f" {MARKS[stream]} ", style), (text, style)


def _last_state(line: str) -> str:
    """What stands in a row after its carriage returns, if each state is longer than the one before."""
    return next((state for state in reversed(line.split("\r")) if state), "")
