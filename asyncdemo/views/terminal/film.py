"""A run as it happened: its lanes are drawn up to a moment, and its output stands below as far as it was printed."""

from bisect import bisect_right
from itertools import accumulate

from asyncdemo.analysis.lane_drawing import chart, length
from asyncdemo.analysis.task_names import names, overlap, shown_tasks
from asyncdemo.model.recording import Run
from asyncdemo.views import wording
from asyncdemo.views.terminal.code import Row
from asyncdemo.views.terminal.lanes import lane_rows, name_cells, own_axis, scale_row
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.parts import title_row
from asyncdemo.views.terminal.steps import filled, output_rows
from asyncdemo.views.terminal.stream import heading
from asyncdemo.views.terminal.text import cells, cut

_FRAME = 7  # rows for title, rule, numbers above the lanes, heading, keys, two blank ones
_LEAST_OUTPUT = 4  # rows


class Film:
    """Frames of one run on pages of one size; the lanes are drawn once, and shown as far as they go."""

    def __init__(self, page: Page, run: Run, height: int) -> None:
        self._page, self._run, self._height = page, run, height
        self._zero = run.seconds.zero or 0.0
        self.length = length(run)
        self._printed = [*accumulate((output.at - self._zero for output in run.output), max)]
        self._scale: Row = ()
        self._lanes: list[Row] = []
        self._margin = 0
        tasks = [] if run.timeline is None else shown_tasks(run.timeline, full=False)
        if run.timeline is not None and overlap(tasks):
            called = names(tasks)
            self._margin = name_cells(page, tasks, called)
            found = chart(run, run.timeline, tasks, called, own_axis(page, run, self._margin))
            self._axis = found.axis
            self._scale = scale_row(found.axis, self._margin)
            room = max(1, height - _FRAME - _LEAST_OUTPUT)
            self._lanes, _ = lane_rows(page, found, found.folded(room), self._margin)

    def frame(self, seconds: float, bottom: Row) -> list[Row]:
        """Give the screen of a moment, `seconds` after the script's first step, with `bottom` in its last row."""
        now = f"{wording.seconds(min(seconds, self.length))} of {wording.seconds(self.length)}"
        rows: list[Row] = [
            title_row(self._page, self._run.subject.target, "", now),
            ((self._page.glyphs["rule"] * (self._page.width - 1), "dim"),),
        ]
        if self._lanes:
            column = self._margin + self._axis.cell(self._zero + seconds) + 1
            over = seconds >= self.length
            rows += [self._scale, *(row if over else _up_to(row, column, self._margin) for row in self._lanes), ()]
        room = max(1, self._height - 1 - len(rows) - 1)
        until = bisect_right(self._printed, seconds) if seconds < self.length else len(self._printed)
        rows.append(heading(self._page, "! = stderr"))
        rows += output_rows(self._page, self._run, until, until, room)
        return [*filled(rows, self._height - 1), bottom]


def _up_to(row: Row, column: int, margin: int) -> Row:
    """A lane as far as a column; without its name as long as nothing stands on it."""
    shown: list[Part] = []
    left = column
    for part in row:
        text, style = (part, "plain") if isinstance(part, str) else part
        shown.append((cut(text, left, ""), style))
        left -= cells(text)
        if left <= 0:
            break
    text = "".join(part if isinstance(part, str) else part[0] for part in shown)
    return tuple(shown) if cells(text.rstrip()) > margin else ()
