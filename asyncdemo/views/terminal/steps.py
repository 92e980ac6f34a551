"""The turns of a loop: one moment on a whole screen, or all of them as text, one after the other."""

from collections.abc import Iterable, Sequence

from asyncdemo.analysis.moments import Moment
from asyncdemo.model.recording import Run
from asyncdemo.views.excerpt import excerpt
from asyncdemo.views.narration import Stage
from asyncdemo.views.terminal.code import Beside, Row, annotated_rows
from asyncdemo.views.terminal.lines import Lines
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.parts import paragraph, title_row, write_title
from asyncdemo.views.terminal.stream import heading
from asyncdemo.views.terminal.text import cut

KEYS = (("space", "next"), ("b", "back"), ("g", "first"), ("G", "last"), ("t", "time"), ("q", "quit"))
FRAME = 10  # rows for title, rule, what happens, who is ready, who waits, what changes, heading, keys, two blank ones
LEAST_OUTPUT, MOST_OUTPUT = 3, 12  # rows
_LABEL = 10  # cells
_PIECES = 200  # of output that are looked at for the last few rows


def step_rows(page: Page, stage: Stage, moment: Moment, height: int, bottom: Row) -> list[Row]:
    """Give a screen of `height` rows for one moment, `bottom` in the last of them."""
    free = max(2, height - FRAME)
    most = free - max(LEAST_OUTPUT, min(MOST_OUTPUT, free // 3))
    code = filled(_code_rows(page, stage, moment, most), min(most, len(stage.code)))
    output = free - len(code)
    signs = f"{page.glyphs['now']} = now   ! = stderr"
    rows: list[Row] = [
        title_row(page, stage.run.subject.target, "", _headline(stage, moment)),
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
    """Say which keys do what."""
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
    first, *others = paragraph(page, stage.happening(moment), indent=label)
    style = "bad" if _blocks(moment) else "title"
    page.row((number, "dim"), "   ", (_plain(first), style))
    for row in others:
        page.row(*row)
    rows = [("at", stage.place(moment)), *_states(stage, moment)[1:]]
    for output in stage.outputs(moment):
        rows += [(output.stream, line) for line in output.text.replace("\r\n", "\n").split("\n") if line.strip()]
    for name, text in rows:
        if text:
            first, *others = paragraph(page, text, indent=label + _LABEL)
            page.row(" " * label, (f"{name:<{_LABEL}}", "dim"), _plain(first))
            for row in others:
                page.row(*row)


def _plain(row: Sequence[Part]) -> str:
    return "".join(part if isinstance(part, str) else part[0] for part in row).strip()


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
        text, style = "nobody", "dim"
    said = cut(page.shown(text), page.width - 1 - _LABEL - 1, page.glyphs["more"])
    return f" {label:<{_LABEL}}", (said, style)


def _headline(stage: Stage, moment: Moment) -> str:
    return f"{moment.number + 1} of {len(stage.moments)}   {moment.at - stage.zero + 0.0:.4f} s"


def _blocks(moment: Moment) -> bool:
    return moment.standing is not None and moment.standing.state == "blocked"


def _code_rows(page: Page, stage: Stage, moment: Moment, most: int) -> list[Row]:
    """The code, as far as there is room for it, with what happens at its lines beside these."""
    marks: dict[int, Beside] = {}
    for said in stage.beside(moment):
        sign = page.glyphs["now" if said.runs else "halt"] if said.runs or said.suspended else " "
        style = "bad" if said.blocks else "good" if said.runs else "accent"
        marks[said.line] = Beside(sign, [said.text, said.short], style, insists=False)
    wanted = [*marks, *(line for line in stage.lines if line not in marks)]
    for room in range(most, 0, -1):
        blocks = excerpt(stage.code, wanted, room) or ([stage.code[:room]] if stage.code else [])
        rows = annotated_rows(page, blocks, marks)
        if len(rows) <= most:  # more where lines are wider than the page
            return rows
    return []


def output_rows(page: Page, run: Run, before: int, until: int, most: int) -> list[Row]:
    """Give the last rows of the first `until` pieces of output; those after the first `before` have a sign."""
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
    """Give so many rows: the first ones, or empty ones behind them."""
    return [*rows[:height], *[()] * (height - len(rows))]
