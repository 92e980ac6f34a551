"""One run: the code beside what happened to it, the output next to its time, how it ended, the next step."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from asyncdemo.marks import marks
from asyncdemo.recording import Output, Run
from asyncdemo.views import wording
from asyncdemo.views.excerpt import code_lines, excerpt
from asyncdemo.views.focus import by_importance
from asyncdemo.views.terminal import stream
from asyncdemo.views.terminal.code import Row, code_rows
from asyncdemo.views.terminal.findings import FEWEST as FEWEST_FINDINGS
from asyncdemo.views.terminal.findings import finding_rows
from asyncdemo.views.terminal.folding import FEWEST, fold
from asyncdemo.views.terminal.lanes import may_have_lanes, timeline_rows
from asyncdemo.views.terminal.lines import GUTTER, Line, Lines
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import next_rows, notes, paragraph, write_times, write_title
from asyncdemo.views.terminal.stream import Stream, left_out_row
from asyncdemo.views.terminal.text import wrapped

HOLD = 0.8  # seconds: what ends sooner is shown in the order in which it is read: code, output, end
MOST_HELD = 1 << 20  # characters of output that are held for it: more could fill the memory
ROWS = 22  # of a default view
FRAME = 5  # of these for title, rule, how it ended, next step, and a blank row
LIVE_FRAME = 7  # the same where output is written as it comes, with its heading and the blank row behind the code
MOST_BELOW = 9  # rows that are then kept free for what is written below it
LANES = 8  # of these for a timeline, if there may be one
LEAST_CODE = 3  # rows of code that what to do about a finding leaves
ROOMY = 6  # rows of output beside all of the code: then there is a row for a heading, too
LEAST_LANES = 4  # rows of a timeline that findings leave
BRIEF_LANES = 6  # rows of a timeline where code or output have to be folded
MORE_LANES = 12  # the same of a person's own program, however much else there is
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


class _Shares(NamedTuple):
    """What a view has of each, and in how many rows it shows the output."""

    code: list[Row]
    heading: bool
    output: int
    timeline: list[Row]
    findings: list[Row]


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
            shares = self._shares(run, self._stream.rows, written=True)
            self._write_rows(self._end_rows(run))
            for rows in (shares.timeline, shares.code, shares.findings):
                self._write_rows(rows)
        if self._look.timing:
            write_times(self._page, run)
            self._page.row()
        for row in self._next_rows():
            self._page.row(*row)

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
        lanes = LANES if self._look.timeline is not False and may_have_lanes(self._look.source) else 0
        room = ROWS - LIVE_FRAME - min(MOST_BELOW, max(len(self._code), lanes))
        self._stream = Stream(self._page, budget=room if self._look.fold else None)
        self._write_held(self._stream)

    def _write_whole(self, run: Run) -> None:
        self._write_title(wording.seconds(_headline(run)))
        lines = Lines(self._page)
        rows = [*(row for each in self._held for row in lines.add(*each)), *lines.end()] if self._look.fold else []
        shares = self._shares(run, len(rows), heading=any(row.stream != "stdout" for row in rows))
        self._write_rows(shares.code)
        if shares.heading:
            stream.write_heading(self._page)
        if self._look.fold:
            self._write_folded(rows, shares.output)
        else:
            output = Stream(self._page)
            self._write_held(output)
            output.finish()
        self._write_rows(self._end_rows(run))
        self._write_rows(shares.timeline)
        self._write_rows(shares.findings)

    def _write_folded(self, rows: Sequence[Line], most: int) -> None:
        first, left_out, last = fold(rows, most)
        for row in first:
            self._page.row(*row.parts())
        if left_out:
            self._page.row(*left_out_row(self._page, left_out))
        for row in last:
            self._page.row(*row.parts())

    def _write_held(self, output: Stream) -> None:
        for each in self._held:
            output.write(*each)
        self._held.clear()

    def _write_title(self, headline: str) -> None:
        write_title(self._page, self._look.title, self._look.summary, headline)

    def _end_rows(self, run: Run) -> list[Row]:
        """How it ended, and what could not be done or observed."""
        at = _headline(run)
        style = "good" if run.ok else "bad"
        first, *others = wrapped(self._page.shown(self._how_it_ended(run)), self._page.width - 1 - GUTTER)
        rows: list[Row] = [((f"{'' if at is None else wording.seconds(at):>8}   ", "title"), (first, style))]
        rows += [(" " * GUTTER, (row, style)) for row in others]
        return rows + [row for note in notes(run) for row in paragraph(self._page, note, indent=GUTTER, style="dim")]

    def _next_rows(self) -> list[Row]:
        return [] if self._look.next_step is None else next_rows(self._page, self._look.next_step)

    def _how_it_ended(self, run: Run) -> str:
        said = wording.outcome(run.outcome, self._look.expected)
        if run.outcome.kind == "exited" and not any(output.stream != "stderr" for output in run.output):
            said += ", nothing on stdout" if run.output else ", no output"
        return said

    def _shares(self, run: Run, output: int, *, heading: bool = False, written: bool = False) -> _Shares:
        """Share the rows: what was found is said whole, then comes what the tasks did; code and output get the rest.

        `output` is how many rows that has; `heading`: whether it needs one; `written`: whether it stands there.
        """
        free = ROWS - FRAME + 2 - len(self._end_rows(run)) - max(1, len(self._next_rows()))
        lines = sum(bool(text.strip()) for _, text in self._code)
        least = bool(lines) + (output + 1 if written else min(output, FEWEST) + heading)
        lanes = LEAST_LANES + 1 if run.timeline is not None and len(run.timeline.tasks) > 1 else 0
        findings = self._finding_rows(run, free - 1 - least - min(lines, LEAST_CODE) - lanes)
        free -= _height(findings)
        least += min(lines, 1)
        timeline = self._timeline_rows(run, free - 1 - least)
        everything = lines + bool(lines) + output + 1
        if self._look.fold and everything + _height(timeline) > free:
            timeline = self._timeline_rows(run, min(free - 1 - least, BRIEF_LANES), brief=True)
        free -= _height(timeline)
        roomy = min(everything, lines + bool(lines) + 1 + ROOMY) <= free
        heading = heading or written or not self._look.fold or roomy
        free -= heading + bool(lines)
        most = free - output if written else max(free - output, min(lines, (free + 1) // 2, free - FEWEST))
        code = self._code_rows(run, most)
        return _Shares(code, heading, max(FEWEST, free - len(code)), timeline, findings)

    def _finding_rows(self, run: Run, room: int) -> list[Row]:
        """What was found, as far as there is room for it."""
        most = None if self._look.full else max(FEWEST_FINDINGS, room) if self._look.fold else MANY_FINDINGS
        return finding_rows(self._page, [run], most)

    def _timeline_rows(self, run: Run, room: int, *, brief: bool = False) -> list[Row]:
        """The lanes of its tasks, as far as there is room for them."""
        most = None if self._look.full else max(LEAST_LANES if self._look.fold else MORE_LANES, room)
        own = not self._look.fold
        return timeline_rows(self._page, run, room=most, show=self._look.timeline, own_program=own, brief=brief)

    def _code_rows(self, run: Run, most: int) -> list[Row]:
        """The code in so many rows: of a scenario what tells most, of a person's own long program what went wrong."""
        if not self._code:
            return []
        found = {mark.line: mark for mark in marks(run)}
        zero = run.seconds.zero or 0.0
        if self._look.show_code or self._look.full:
            return code_rows(self._page, [self._code], found, zero)
        if self._look.fold:
            wanted = by_importance(run, self._code, found.values())
        else:
            wanted, most = [line for line, mark in found.items() if mark.trouble], MANY
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


def _headline(run: Run) -> float | None:
    """The one number: the script's own time, the whole time where that is all that is known."""
    return run.seconds.total if run.seconds.script is None else run.seconds.script
