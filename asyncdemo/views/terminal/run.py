"""One run: the code beside what happened to it, the output next to its time, how it ended, the next step."""

import time
from collections.abc import Callable
from typing import NamedTuple

from asyncdemo.marks import marks
from asyncdemo.recording import Output, Run
from asyncdemo.views import wording
from asyncdemo.views.excerpt import code_lines, excerpt
from asyncdemo.views.terminal.code import write_code
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import write_notes, write_times, write_title
from asyncdemo.views.terminal.stream import GUTTER, Stream

HOLD = 0.5  # seconds: what ends sooner is shown in the order in which it is read: code, output, end
ROWS = 22  # of a default view
FRAME = 8  # of these for title, rule, heading, end, next step and the blank rows between
FEW = 5  # rows of output that there is always room for
MANY = 15  # lines of code of a person's own program that are shown whole


class Look(NamedTuple):
    """What a run's view says besides what happened; `fold` keeps it within ROWS, `show_code` None where it fits."""

    title: str
    summary: str = ""
    source: str | None = None
    expected: int = 0
    next_step: tuple[str, str] | None = None
    fold: bool = True
    show_code: bool | None = None
    timing: bool = False


class RunView:
    """Shows one run while it goes on.

    A run that ends within HOLD is written at its end, the code with its marks first. Of a longer one the output is
    written as it comes, and the code after it.
    """

    def __init__(self, page: Page, look: Look) -> None:
        self._page = page
        self._look = look
        self._code = [] if look.source is None or look.show_code is False else code_lines(look.source)
        self._stream = Stream(page, budget=self._rows_of_output() if look.fold else None)
        self._held: list[tuple[Output, float]] = []
        self._started = time.monotonic()
        self._live = False

    def output(self, output: Output, zero: float | None) -> None:
        """Take a piece of output as it comes."""
        if self._live or self._is_late():
            self._go_live()
            self._stream.write(output, zero or 0.0)
        else:
            self._held.append((output, zero or 0.0))

    def tick(self, reads_input: Callable[[], bool]) -> None:
        """Take note that time passes while nothing comes."""
        if self._live or self._is_late():
            self._go_live()
            self._stream.show_unended(for_input=reads_input())

    def finish(self, run: Run) -> None:
        """Write what is still to be said, now that all is known."""
        page, look = self._page, self._look
        if self._live:
            self._end(run)
            page.row()
            self._write_code(run)
        else:
            write_title(page, look.title, look.summary, wording.seconds(_headline(run)))
            self._write_code(run)
            self._write_held()
            self._end(run)
            page.row()
        if look.timing:
            write_times(page, run)
        if look.next_step is not None:
            page.row((f"{look.next_step[0]}   ", "dim"), look.next_step[1])

    def _is_late(self) -> bool:
        return time.monotonic() - self._started > HOLD

    def _go_live(self) -> None:
        if not self._live:
            self._live = True
            write_title(self._page, self._look.title, self._look.summary, "")
            self._write_held()

    def _write_held(self) -> None:
        self._stream.heading()
        for output, zero in self._held:
            self._stream.write(output, zero)
        self._held.clear()

    def _end(self, run: Run) -> None:
        self._stream.finish()
        at = _headline(run)
        time_shown = "" if at is None else f"{at:.2f} s"
        said = wording.outcome(run.outcome, self._look.expected)
        if not any(output.stream != "stderr" for output in run.output) and run.outcome.kind == "exited":
            said += ", nothing on stdout" if run.output else ", no output"
        self._page.row((f"{time_shown:>8}   ", "title"), (said, "good" if run.ok else "bad"))
        write_notes(self._page, run, GUTTER)

    def _rows_of_output(self) -> int:
        """How many rows are left beside the code; where both are long, the code gives way."""
        return max(FEW, ROWS - FRAME - len(self._code))

    def _write_code(self, run: Run) -> None:
        found = {mark.line: mark for mark in marks(run)}
        wanted = [mark.line for mark in found.values() if mark.trouble or self._look.fold]
        room = ROWS - FRAME - FEW if self._look.fold else MANY
        shown = self._code if self._look.show_code else excerpt(self._code, wanted, room)
        if shown:
            write_code(self._page, shown, found, run.seconds.zero or 0.0)
            self._page.row()


def _headline(run: Run) -> float | None:
    """The one number: the script's own time, the whole time where that is all that is known."""
    return run.seconds.total if run.seconds.script is None else run.seconds.script
