"""A recording again: as a whole, as a film, and step by step."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import accumulate

from asyncdemo.analysis.lane_drawing import chart, length
from asyncdemo.analysis.moments import Moment
from asyncdemo.analysis.task_names import names, overlap, shown_tasks
from asyncdemo.catalogue.script_source import docstring
from asyncdemo.model.recording import Run
from asyncdemo.views import wording
from asyncdemo.views.narration import Stage
from asyncdemo.views.terminal.annotated_code import Beside, annotated_rows, fitting_rows
from asyncdemo.views.terminal.common_rows import paragraph, title_row, write_title
from asyncdemo.views.terminal.lane_rows import lane_rows, name_cells, own_axis, scale_row
from asyncdemo.views.terminal.output_lines import Lines, heading
from asyncdemo.views.terminal.page import Page, Part, Row
from asyncdemo.views.terminal.run_layout import Look
from asyncdemo.views.terminal.run_view import RunView
from asyncdemo.views.terminal.text import cells, cut
from asyncdemo.views.terminal.variants import write_variants
from asyncdemo.views.variant_runs import side_by_side

Step = tuple[str, str]  # what for, and the command


def write_recording(page: Page, runs: Sequence[Run], next_step: Step | None, *, full: bool) -> None:
    """Write all runs of a recording."""
    shown = [*side_by_side(runs)]
    for index, some in enumerate(shown):
        step = next_step if index == len(shown) - 1 else None
        if index:
            page.row()
        if len(some) > 1:
            title = some[0].subject.scenario or ""
            write_variants(page, title, "", some, next_step=step, full=full, timing=False)
        else:
            RunView(page, look(some[0], step, full=full)).whole(some[0])


def look(run: Run, next_step: Step | None, *, full: bool) -> Look:
    """How a run is shown, as far as a recording tells."""
    own_program = run.subject.scenario is None
    about = docstring(run.subject.source or "").strip().partition("\n")[0]
    return Look(
        run.subject.target,
        f"on {run.python.executable}" if own_program else about,
        run.subject.source,
        expected=(run.outcome.code or 0) if run.ok else 0,
        next_step=next_step,
        fold=not (own_program or full),
        full=full,
    )


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
        """The screen of a moment, `seconds` after the script's first step, with `bottom` in its last row."""
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


KEYS = (("space", "next"), ("b", "back"), ("g", "first"), ("G", "last"), ("t", "time"), ("q", "quit"))
FRAME = 10  # rows for title, rule, what happens, who is ready, who waits, what changes, heading, keys, two blank ones
LEAST_OUTPUT, MOST_OUTPUT = 3, 12  # rows
_LABEL = 10  # cells
_PIECES = 200  # of output that are looked at for the last few rows


def step_rows(page: Page, stage: Stage, moment: Moment, height: int, bottom: Row) -> list[Row]:
    """A screen of `height` rows for one moment, `bottom` in the last of them."""
    free = max(2, height - FRAME)
    most = free - max(LEAST_OUTPUT, min(MOST_OUTPUT, free // 3))
    code = filled(_code_rows(page, stage, moment, most), min(most, len(stage.code)))
    output = free - len(code)
    signs = f"{page.glyphs['now']} = now   ! = stderr"
    headline = f"{moment.number + 1} of {len(stage.moments)}   {moment.at - stage.zero + 0.0:.4f} s"
    rows: list[Row] = [
        title_row(page, stage.run.subject.target, "", headline),
        ((page.glyphs["rule"] * (page.width - 1), "dim"),),
        *code,
        (),
        *(_state_row(page, *each) for each in _states(stage, moment)),
        (),
        heading(page, signs),
        *output_rows(page, stage.run, moment.printed, moment.printed_until, output),
    ]
    return [*filled(rows, height - 1), bottom]


def key_row(keys: Sequence[tuple[str, str]]) -> Row:
    """Which keys do what."""
    parts: list[Part] = []
    for key, does in keys:
        parts += ["   " if parts else "", (key, "title"), (f" {does}", "dim")]
    return tuple(parts)


def write_steps(page: Page, stage: Stage, moments: Iterable[Moment] | None = None) -> None:
    """Write all moments as text, one after the other: for a pipe, and for who hears and does not see."""
    write_title(page, stage.run.subject.target, "", f"{len(stage.moments)} steps")
    for moment in stage.moments if moments is None else moments:
        _write_step(page, stage, moment)


def _write_step(page: Page, stage: Stage, moment: Moment) -> None:
    of, at = str(len(stage.moments)), moment.at - stage.zero
    number = f"{moment.number + 1:>{len(of)}} of {of}   {at + 0.0:.4f} s"
    label = len(number) + 3
    style = "bad" if moment.standing is not None and moment.standing.state == "blocked" else "title"
    first, *others = paragraph(page, stage.happening(moment), indent=label, style=style)
    page.row((number, "dim"), "   ", *first[1:])
    page.write(others)
    rows = [("at", stage.place(moment)), *_states(stage, moment)[1:]]
    for output in stage.outputs(moment):
        rows += [(output.stream, line) for line in output.text.replace("\r\n", "\n").split("\n") if line.strip()]
    for name, text in rows:
        if text:
            first, *others = paragraph(page, text, indent=label + _LABEL)
            page.row(" " * label, (f"{name:<{_LABEL}}", "dim"), *first[1:])
            page.write(others)


def _states(stage: Stage, moment: Moment) -> list[tuple[str, str]]:
    """What is said of a moment, with its labels."""
    return [
        ("now", stage.happening(moment)),
        ("ready", stage.ready(moment)),
        ("waiting", stage.waiting(moment)),
        ("then", stage.changes(moment)),
    ]


def _state_row(page: Page, label: str, text: str) -> Row:
    style = "title" if label == "now" else "plain"
    if not text and label in ("ready", "waiting"):
        text, style = "none", "dim"
    said = page.cut(text, page.width - 1 - _LABEL - 1)
    return f" {label:<{_LABEL}}", (said, style)


def _code_rows(page: Page, stage: Stage, moment: Moment, most: int) -> list[Row]:
    """The code, as far as there is room for it, with what happens at its lines beside these."""
    marks: dict[int, Beside] = {}
    for said in stage.beside(moment):
        sign = page.glyphs["now" if said.runs else "halt"] if said.runs or said.suspended else " "
        style = "bad" if said.blocks else "good" if said.runs else "accent"
        marks[said.line] = Beside(sign, [said.text, said.short], style, insists=False)
    wanted = dict.fromkeys([*marks, *stage.lines]) or dict(stage.code)
    return fitting_rows(stage.code, [*wanted], most, partial(annotated_rows, page, marks=marks))[0]


def output_rows(page: Page, run: Run, before: int, until: int, most: int) -> list[Row]:
    """The last rows of the first `until` pieces of output; those after the first `before` have a sign."""
    lines, rows, sign, zero = Lines(page), list[Row](), " ", run.seconds.zero or 0.0
    for index in range(max(0, until - _PIECES), until):
        sign = page.glyphs["now"] if index >= before else " "
        output = run.output[index]
        seen = output._replace(text=output.text[-(most + 1) * page.width :])  # of a very long one only the end is seen
        rows += [_signed(line.parts(), sign) for line in lines.add(seen, zero)]
    rows += [_signed(line.parts(), sign) for line in lines.end()]
    return rows[-most:]


def _signed(row: Row, sign: str) -> Row:
    """Put a sign before a row of output, or behind its time where that needs all of its cells."""
    (time, style), (mark, of_mark), *others = ((part, "plain") if isinstance(part, str) else part for part in row)
    if time.startswith(" "):
        return (sign, "good"), (time[1:], style), (mark, of_mark), *others
    return (time, style), (sign, "good"), (mark[1:], of_mark), *others


def filled(rows: Sequence[Row], height: int) -> list[Row]:
    """So many rows: the first ones, or empty ones behind them."""
    return [*rows[:height], *[()] * (height - len(rows))]
