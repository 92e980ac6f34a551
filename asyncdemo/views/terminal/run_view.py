"""One run: the code beside what happened to it, the output next to its time, how it ended, the next step."""

import time
from collections.abc import Callable, Iterator, Sequence

from asyncdemo.model.recording import Output, Run
from asyncdemo.views import wording
from asyncdemo.views.excerpt import Lines as Numbered
from asyncdemo.views.excerpt import code_lines
from asyncdemo.views.stop_messages import Folded, begins, from_python, is_told_better, without_stop
from asyncdemo.views.terminal import output_lines
from asyncdemo.views.terminal.common_rows import next_rows, notes, paragraph, write_times, write_title
from asyncdemo.views.terminal.lane_rows import may_have_lanes
from asyncdemo.views.terminal.output_lines import GUTTER, Line, Lines, Stream, fold, left_out_row
from asyncdemo.views.terminal.page import Page, Row
from asyncdemo.views.terminal.run_layout import ROWS, Look, Shares, Sharing
from asyncdemo.views.terminal.text import wrapped

HOLD = 0.8  # seconds: what ends sooner is shown in the order in which it is read: code, output, end
MOST_HELD = 1 << 20  # characters of output that are held for it: more could fill the memory
LIVE_FRAME = 7  # rows of the view besides output, code and lanes, where output is written as it comes
MOST_BELOW = 9  # rows that are then kept free for what is written below it
_NOT_ALL = "not all is traced, see the end   "
LANES = 8  # of these for a timeline, if there may be one
_SOON, _ENDING = 0.25, 5.0  # seconds that a traceback is kept back which may be that of a stop; once that is asked for


class RunView:
    """Shows one run while it goes on.

    A run that ends within HOLD, and prints no more than MOST_HELD, is written at its end, the code with its marks
    first. Of a longer one, and of one that asks a person something, the output is written as it comes, and the code
    after it.
    """

    def __init__(self, page: Page, look: Look) -> None:
        self._page = page
        self._look = look
        self._code = self._lines(look.source)
        self._stream: Stream | None = None  # once it is live
        self._held: list[Output] = []
        self._not_all = ""  # what the first row says of that
        self._zero = 0.0  # the moment that stands as 0.00 s beside output
        self._held_size = 0
        self._started = time.monotonic()
        self._stopping = False
        self._kept_back: list[Output] = []  # since a traceback, which may just follow from a stop
        self._kept_since = 0.0

    def output(self, outputs: Sequence[Output], zero: float | None) -> None:
        """Take pieces of output as they come."""
        self._held_size += sum([len(output.text) for output in outputs])
        self._zero = zero or 0.0
        if self._stream is None and (self._is_late() or self._held_size > MOST_HELD):
            self._go_live()
        if self._stream is None:
            self._held += outputs
        elif not self._kept_back and all(output.stream == "stdout" for output in outputs):
            self._stream.write_all(outputs, self._zero)
        else:
            for output in outputs:
                may_follow = begins(output) or (self._stopping and from_python(output))  # from a stop
                if self._kept_back or (may_follow and not self._look.full):
                    self._keep_back(output)
                else:
                    self._stream.write(output, self._zero)

    def _keep_back(self, output: Output) -> None:
        if not self._kept_back:
            self._kept_since = time.monotonic()
        self._kept_back.append(output)
        self._release()

    def _release(self) -> None:
        """Write what was kept back, if the script goes on: it was no traceback of its end."""
        kept = time.monotonic() - self._kept_since
        if self._stream is None or not self._kept_back or kept < (_ENDING if self._stopping else _SOON):
            return
        self._stream.write_all(self._kept_back, self._zero)
        self._kept_back.clear()

    def stopping(self) -> None:
        """Take note that the script is made to end."""
        self._stopping = True

    def tick(self, reads_input: Callable[[], bool]) -> None:
        """Take note that time passes while nothing comes."""
        for_input = reads_input()
        if self._stream is None and (for_input or self._is_late()):
            self._go_live()
        self._release()
        if self._stream is not None:
            self._stream.tick(for_input=for_input)

    def not_traced(self, what: str) -> None:
        """Show in the first row, or at once if that is written already, that not all can be traced."""
        if self._stream is None:
            self._not_all = _NOT_ALL
        else:
            self._stream.remark(what)

    def deadlock(self) -> None:
        """Show at once that nothing can wake the script any more."""
        if self._stream is None:
            self._go_live()
        if self._stream is not None:
            self._stream.remark("nothing can wake this program: no timer, no input, no thread")

    def finish(self, run: Run, next_step: tuple[str, str] | None = None) -> None:
        """Write what is still to be said, now that all is known: also the code of a module, and another next step."""
        if next_step is not None:
            self._look = self._look._replace(next_step=next_step)
        self._code = self._code or self._lines(run.subject.source)
        if run.outcome.kind == "not-started":
            self._write_title(run, "")
            self._page.write(paragraph(self._page, wording.outcome(run.outcome), style="bad"))
            self._page.row()
        elif self._stream is None:
            self._write_whole(run)
        else:
            self._write_told(self._stream, self._told(self._kept_back, run))
            self._stream.finish()
            shares = Sharing(self._page, self._look, self._code, run).shares(
                self._stream.rows, self._below(run), written=True
            )
            self._write_rows(self._end_rows(run))
            self._write_rows(shares.timeline)
            self._write_code(shares)
            self._write_rows(shares.findings, blank=not shares.tight)
        if self._look.timing:
            write_times(self._page, run)
            self._page.row()
        self._page.write(self._next_rows())

    def whole(self, run: Run) -> None:
        """Write a run that is over already, however long it took and however much it printed."""
        self._held = [*run.output]
        self.finish(run)

    def _lines(self, source: str | None) -> Numbered:
        return [] if source is None or self._look.show_code is False else code_lines(source)

    def _is_late(self) -> bool:
        return time.monotonic() - self._started > HOLD

    def _go_live(self) -> None:
        self._page.fresh_row()  # what was typed before we wrote anything stands there
        write_title(self._page, self._look.title, self._not_all + (self._look.meanwhile or self._look.summary), "")
        output_lines.write_heading(self._page)
        lanes = LANES if self._look.timeline is not False and may_have_lanes(self._look.source) else 0
        room = ROWS - LIVE_FRAME - min(MOST_BELOW, max(len(self._code), lanes))
        self._stream = Stream(self._page, budget=room if self._look.fold else None)
        self._write_told(self._stream, self._held)
        self._held.clear()

    def _write_whole(self, run: Run) -> None:
        self._zero = run.seconds.zero or 0.0
        self._write_title(run, wording.seconds(_headline(run)))
        lines = Lines(self._page)
        told = self._told(self._held, run)
        rows = [*self._rows(lines, told), *lines.end()] if self._look.fold else []
        marked = any(row.stream != "stdout" for row in rows)
        shares = Sharing(self._page, self._look, self._code, run).shares(len(rows), self._below(run), heading=marked)
        self._write_code(shares)
        if shares.heading:
            output_lines.write_heading(self._page)
        if self._look.fold:
            self._write_folded(rows, shares.output)
        else:
            output = Stream(self._page)
            self._write_told(output, told)
            output.finish()
        self._write_rows(self._end_rows(run))
        self._write_rows(shares.timeline)
        self._write_rows(shares.findings, blank=not shares.tight)

    def _write_folded(self, rows: Sequence[Line], most: int) -> None:
        first, left_out, last = fold(rows, most)
        for row in first:
            self._page.row(*row.parts())
        if left_out:
            self._page.row(*left_out_row(self._page, left_out))
        for row in last:
            self._page.row(*row.parts())

    def _told(self, outputs: Sequence[Output], run: Run) -> Sequence[Output | Folded]:
        """The output, without what Python says of being stopped where the findings say more of it."""
        if self._look.fold and run.outcome.reason == "deadlock" and run.stopped is not None:
            return [each for each in outputs if each.at < run.stopped]  # a scenario's traceback is not its own
        return outputs if self._look.full or not is_told_better(run) else without_stop(outputs, run)

    def _rows(self, lines: Lines, told: Sequence[Output | Folded]) -> Iterator[Line]:
        for each in told:
            if isinstance(each, Folded):
                yield from (*lines.end(), *output_lines.folded_lines(self._page, each, self._zero))
            else:
                yield from lines.add(each, self._zero)

    def _write_told(self, output: Stream, told: Sequence[Output | Folded]) -> None:
        pieces: list[Output] = []
        for each in told:
            if isinstance(each, Folded):
                output.write_all(pieces, self._zero)
                output.fold(each, self._zero)
                pieces = []
            else:
                pieces.append(each)
        output.write_all(pieces, self._zero)

    def _write_title(self, run: Run, headline: str) -> None:
        said = _NOT_ALL if run.not_traced else ""
        write_title(self._page, self._look.title, said + self._look.summary, headline)

    def _end_rows(self, run: Run) -> list[Row]:
        """How it ended, and what could not be done or observed."""
        at = self._ended_at(run)
        style = "good" if run.ok else "bad"
        first, *others = wrapped(self._page.shown(self._how_it_ended(run)), self._page.width - 1 - GUTTER)
        rows: list[Row] = [((f"{'' if at is None else wording.seconds(at):>8}   ", "title"), (first, style))]
        rows += [(" " * GUTTER, (row, style)) for row in others]
        return rows + [row for note in notes(run) for row in paragraph(self._page, note, indent=GUTTER, style="dim")]

    def _ended_at(self, run: Run) -> float | None:
        """When it ended, by the clock that stands beside its output: never before what was printed last.

        Output that came while imports of the script's head went on was stamped before its first step was known, and
        what a script has started may print after it.
        """
        at = _headline(run)
        if at is None:
            return None
        at += (run.seconds.zero or 0.0) - self._zero
        return max(at, *(output.at - self._zero for output in run.output[-1:]), at)

    def _next_rows(self) -> list[Row]:
        return [] if self._look.next_step is None else next_rows(self._page, self._look.next_step)

    def _how_it_ended(self, run: Run) -> str:
        said = wording.outcome(run.outcome, self._look.expected)
        if (
            run.process is None
            and run.outcome.kind == "exited"
            and not any(output.stream != "stderr" for output in run.output)
        ):
            said += ", nothing on stdout" if run.output else ", no output"
        return said

    def _below(self, run: Run) -> int:
        """How many rows say how it ended and what is next; the last is free where nothing is."""
        return len(self._end_rows(run)) + max(1, len(self._next_rows()))

    def _write_code(self, shares: Shares) -> None:
        """The row behind it is blank, unless code follows that is not shown."""
        self._page.write(shares.code)
        if shares.code:
            self._page.row(((self._page.glyphs["gap"] if shares.goes_on else ""), "dim"))

    def _write_rows(self, rows: list[Row], *, blank: bool = True) -> None:
        self._page.write(rows)
        if rows and blank:
            self._page.row()


def _headline(run: Run) -> float | None:
    """The one number: the script's own time, the whole time where that is all that is known."""
    return run.seconds.total if run.seconds.script is None else run.seconds.script
