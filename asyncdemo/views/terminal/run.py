"""One run: the code beside what happened to it, the output next to its time, how it ended, the next step."""

import time
from collections.abc import Callable
from typing import NamedTuple

from asyncdemo.marks import marks
from asyncdemo.recording import Output, Run
from asyncdemo.views import wording
from asyncdemo.views.excerpt import code_lines, excerpt
from asyncdemo.views.terminal import stream
from asyncdemo.views.terminal.code import Row, code_rows
from asyncdemo.views.terminal.findings import FEWEST, finding_rows
from asyncdemo.views.terminal.lanes import may_have_lanes, timeline_rows
from asyncdemo.views.terminal.lines import GUTTER, Lines
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import notes, paragraph, write_next, write_times, write_title
from asyncdemo.views.terminal.stream import Stream
from asyncdemo.views.terminal.text import wrapped

HOLD = 0.8  # seconds: what ends sooner is shown in the order in which it is read: code, output, end
MOST_HELD = 1 << 20  # characters of output that are held for it: more could fill the memory
ROWS = 22  # of a default view
FRAME = 7  # of these for title, rule, heading, end, next step, and a blank row each after code and end
CODE = ROWS - FRAME - stream.FEWEST  # rows of code that there is always room for
LANES = 7  # rows of a timeline that there is always room for
MORE_LANES = 12  # the same of a person's own program
LEAST_CODE = 4  # rows of code that a timeline leaves where it can
LEAST_LANES = 4  # rows of a timeline where there are findings, too
MANY_FINDINGS = 12  # rows of findings of a person's own program
MANY = 15  # rows of code of a person's own program that are shown whole


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
    full: bool = False
    timeline: bool | None = None


class RunView:
    """Shows one run while it goes on.

    A run that ends within HOLD, and prints no more than MOST_HELD, is written at its end, the code with its marks
    first. Of a longer one, and of one that asks a person something, the output is written as it comes, and the code
    after it.
    """

    def __init__(self, page: Page, look: Look) -> None:
        self._page = page
        self._look = look
        self._code = [] if look.source is None or look.show_code is False else code_lines(look.source)
        self._stream: Stream | None = None  # once it is live
        self._held: list[tuple[Output, float]] = []
        self._held_size = 0
        self._started = time.monotonic()

    def output(self, output: Output, zero: float | None) -> None:
        """Take a piece of output as it comes."""
        self._held_size += len(output.text)
        if self._stream is None and (self._is_late() or self._held_size > MOST_HELD):
            self._go_live()
        if self._stream is None:
            self._held.append((output, zero or 0.0))
        else:
            self._stream.write(output, zero or 0.0)

    def tick(self, reads_input: Callable[[], bool]) -> None:
        """Take note that time passes while nothing comes."""
        for_input = reads_input()
        if self._stream is None and (for_input or self._is_late()):
            self._go_live()
        if self._stream is not None:
            self._stream.tick(for_input=for_input)

    def finish(self, run: Run) -> None:
        """Write what is still to be said, now that all is known."""
        if run.outcome.kind == "not-started":
            self._write_title("")
            for row in paragraph(self._page, wording.outcome(run.outcome), style="bad"):
                self._page.row(*row)
            self._page.row()
        elif self._stream is None:
            self._write_whole(run)
        else:
            self._stream.finish()
            self._write_end(run)
            self._page.row()
            rows = self._stream.rows + len(_notes(self._page, run))
            findings = self._finding_rows(run, rows)
            timeline = self._timeline_rows(run, rows, findings)
            self._write_rows(timeline)
            self._write_rows(self._code_rows(run, rows, _height(timeline) + _height(findings)))
            self._write_rows(findings)
        if self._look.timing:
            write_times(self._page, run)
            self._page.row()
        if self._look.next_step is not None:
            write_next(self._page, self._look.next_step)

    def whole(self, run: Run) -> None:
        """Write a run that is over already, however long it took and however much it printed."""
        zero = run.seconds.zero or 0.0
        self._held = [(output, zero) for output in run.output]
        self.finish(run)

    def _is_late(self) -> bool:
        return time.monotonic() - self._started > HOLD

    def _go_live(self) -> None:
        self._page.fresh_row()  # what was typed before we wrote anything stands there
        self._write_title("")
        stream.write_heading(self._page)
        expected = LANES + 1 if self._look.timeline is not False and may_have_lanes(self._look.source) else 0
        room = ROWS - FRAME - min(CODE, max(len(self._code), expected))
        self._stream = Stream(self._page, budget=room if self._look.fold else None)
        self._write_held(self._stream)

    def _write_whole(self, run: Run) -> None:
        self._write_title(wording.seconds(_headline(run)))
        lines, more = Lines(self._page), len(_notes(self._page, run))
        rows = sum(len(lines.add(*each)) for each in self._held) + len(lines.end()) if self._look.fold else 0
        least = min(rows, stream.FEWEST) + more
        findings = self._finding_rows(run, least)
        timeline = self._timeline_rows(run, least, findings)
        below = _height(timeline) + _height(findings)
        code = self._code_rows(run, rows + more, below)
        self._write_rows(code)
        stream.write_heading(self._page)
        room = max(stream.FEWEST, ROWS - FRAME - len(code) - more - below)
        output = Stream(self._page, budget=room if self._look.fold else None)
        self._write_held(output)
        output.finish()
        self._write_end(run)
        self._page.row()
        self._write_rows(timeline)
        self._write_rows(findings)

    def _write_held(self, output: Stream) -> None:
        for each in self._held:
            output.write(*each)
        self._held.clear()

    def _write_title(self, headline: str) -> None:
        write_title(self._page, self._look.title, self._look.summary, headline)

    def _write_end(self, run: Run) -> None:
        at = _headline(run)
        style = "good" if run.ok else "bad"
        first, *others = wrapped(self._page.shown(self._how_it_ended(run)), self._page.width - 1 - GUTTER)
        self._page.row((f"{'' if at is None else wording.seconds(at):>8}   ", "title"), (first, style))
        for row in others:
            self._page.row(" " * GUTTER, (row, style))
        for note in _notes(self._page, run):
            self._page.row(*note)

    def _how_it_ended(self, run: Run) -> str:
        said = wording.outcome(run.outcome, self._look.expected)
        if run.outcome.kind == "exited" and not any(output.stream != "stderr" for output in run.output):
            said += ", nothing on stdout" if run.output else ", no output"
        return said

    def _finding_rows(self, run: Run, others: int) -> list[Row]:
        """What was found, as far as there is room for it beside so many other rows."""
        lanes = LEAST_LANES + 1 if run.timeline is not None and len(run.timeline.tasks) > 1 else 0
        free = ROWS - FRAME - 1 - others - max(lanes, min(len(self._code), LEAST_CODE))
        room = None if self._look.full else max(FEWEST, free) if self._look.fold else MANY_FINDINGS
        return finding_rows(self._page, [run], room)

    def _timeline_rows(self, run: Run, others: int, findings: list[Row]) -> list[Row]:
        """The lanes of its tasks, as far as there is room for them beside so many other rows; code stands back."""
        free = ROWS - FRAME - others - _height(findings)
        least = max(LEAST_LANES, min(LANES, free)) if self._look.fold else MORE_LANES
        room = None if self._look.full else max(least, free - 1 - min(len(self._code), LEAST_CODE))
        own = not self._look.fold
        return timeline_rows(self._page, run, room=room, show=self._look.timeline, own_program=own)

    def _code_rows(self, run: Run, others: int, below: int) -> list[Row]:
        """The code, as far as there is room for it beside so many other rows and those of timeline and findings."""
        if not self._code:
            return []
        found = {mark.line: mark for mark in marks(run)}
        zero = run.seconds.zero or 0.0
        if self._look.show_code or self._look.full:
            return code_rows(self._page, [self._code], found, zero)
        # trouble first; what was printed matters less, and in a person's own long program too little
        wanted = [line for line, mark in found.items() if mark.trouble]
        wanted += [line for line, mark in found.items() if not mark.trouble and self._look.fold]
        most = max(CODE, ROWS - FRAME - others) - below if self._look.fold else MANY
        for room in range(most, 0, -1):
            rows = code_rows(self._page, excerpt(self._code, wanted, room), found, zero)
            if len(rows) <= most:  # more where lines are wider than the page
                return rows
        return []

    def _write_rows(self, rows: list[Row]) -> None:
        for row in rows:
            self._page.row(*row)
        if rows:
            self._page.row()


def write_run(page: Page, look: Look, run: Run) -> None:
    """Write a run that is over already."""
    RunView(page, look).whole(run)


def _height(rows: list[Row]) -> int:
    """How many rows they take, with the blank one behind them."""
    return len(rows) + 1 if rows else 0


def _notes(page: Page, run: Run) -> list[Row]:
    return [row for note in notes(run) for row in paragraph(page, note, indent=GUTTER, style="dim")]


def _headline(run: Run) -> float | None:
    """The one number: the script's own time, the whole time where that is all that is known."""
    return run.seconds.total if run.seconds.script is None else run.seconds.script
