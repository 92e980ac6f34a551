"""The variants of a scenario, each run once, side by side on one time axis. No speed-up: once is an anecdote."""

from collections.abc import Sequence
from itertools import zip_longest

from asyncdemo.recording import Run
from asyncdemo.views import wording
from asyncdemo.views.side_by_side import Row, folded, moments
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.parts import notes, paragraph, write_next, write_times, write_title
from asyncdemo.views.terminal.text import cells, cut, wrapped

ROWS = 22  # of the default view
FRAME = 8  # of these for title, rule, axis, heading, next step, and the blank rows between
FEW = 3  # rows of output that there is always room for
NARROWEST = 8  # cells of a column in which output can be shown
_STEPS = (1, 2, 5)
_TIME = 9  # cells

_Row = tuple[Part, ...]


def write_variants(
    page: Page, title: str, summary: str, runs: Sequence[Run], *, next_step: tuple[str, str], full: bool, timing: bool
) -> None:
    """Write all runs of a scenario."""
    write_title(page, title, summary, "once each")
    _write_axis(page, runs)
    page.row()
    end = [*_troubles(page, runs), *_sentence(page, runs)]
    _write_output(page, runs, None if full else max(FEW, ROWS - FRAME - len(runs) - len(end)))
    page.row()
    for row in end:
        page.row(*row)
    if end:
        page.row()
    for run in runs if timing else ():
        page.row((_name(page, run), "title"))
        write_times(page, run)
        page.row()
    write_next(page, next_step)


def _name(page: Page, run: Run) -> str:
    return cut(page.shown(run.subject.variant or run.subject.target), page.width // 4, page.glyphs["more"])


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _write_axis(page: Page, runs: Sequence[Run]) -> None:
    """A bar for each run, as long as its script's own time, with a tick wherever it printed something."""
    names = max(7, *(cells(_name(page, run)) for run in runs)) + 1
    span = max((_length(run) for run in runs), default=0.0) or 1.0
    width = max(10, page.width - 1 - names - 20)
    page.row(" " * names, (_scale(span, width), "dim"), (f"{'script':>11}{'waiting':>9}", "dim"))
    for run in runs:
        times = f"{wording.seconds(run.seconds.script):>10}{wording.share(run.seconds.waiting_share):>9}"
        bar = _bar(page, run, span, width)
        page.row((_padded(_name(page, run), names), "title"), (bar, "accent"), " " * (width + 1 - len(bar)), times)


def _length(run: Run) -> float:
    return run.seconds.script or run.seconds.total or 0.0


def _bar(page: Page, run: Run, span: float, width: int) -> str:
    bar = [page.glyphs["line"]] * max(1, round(_length(run) / span * width))
    for output in run.output:
        at = round((output.at - (run.seconds.zero or 0.0)) / span * width)
        bar[min(max(at, 0), len(bar) - 1)] = page.glyphs["tick"]
    return "".join(bar)


def _scale(span: float, width: int) -> str:
    """Numbers at their places, about one in ten cells."""
    steps = (each * 10.0**power for power in range(-6, 9) for each in _STEPS)
    step = next((step for step in steps if step >= span * 10 / width), span)
    scale = ""
    for index in range(int(span / step + 1e-9) + 1):
        at = round(index * step / span * width)
        number = f"{index * step:.4g}"
        if at >= len(scale) and at + len(number) <= width:
            scale = scale.ljust(at) + number
    return scale.ljust(width)


def _write_output(page: Page, runs: Sequence[Run], most: int | None) -> None:
    """What they printed, in a column each."""
    column = (page.width - 1 - _TIME) // len(runs)
    if column < NARROWEST:
        for row in paragraph(page, "too many to show side by side what they print", style="dim"):
            page.row(*row)
        return
    rows = moments(runs)
    first, left_out, last = folded(rows, most or len(rows))
    page.row(("time".ljust(_TIME), "dim"), *((_fitted(page, _name(page, run), column), "dim") for run in runs))
    for row in first:
        _write_row(page, row, column, full=most is None)
    if left_out:
        page.row((f" {page.glyphs['more']:<{_TIME - 1}}{left_out} more rows: --full", "dim"))
    for row in last:
        _write_row(page, row, column, full=most is None)


def _write_row(page: Page, row: Row, column: int, *, full: bool) -> None:
    at = f"{wording.seconds(row.at):<{_TIME}}"
    if not full:
        page.row((at, "dim"), *(_first(page, lines, column) for lines in row.cells))
        return
    broken = [[part for line in lines for part in wrapped(page.shown(line), column - 2)] for lines in row.cells]
    for texts in zip_longest(*broken, fillvalue=""):
        page.row((at, "dim"), *(_fitted(page, text, column) for text in texts))
        at = " " * _TIME


def _first(page: Page, lines: Sequence[str], column: int) -> str:
    """The first of the lines, and how many more there are."""
    more = f" +{len(lines) - 1}" if len(lines) > 1 else ""
    text = cut(page.shown(lines[0]), column - 2 - len(more), page.glyphs["more"]) if lines else ""
    return _padded(text + more, column)


def _fitted(page: Page, text: str, column: int) -> str:
    return _padded(cut(text, column - 2, page.glyphs["more"]), column)


def _troubles(page: Page, runs: Sequence[Run]) -> list[_Row]:
    """How those ended that did not end as they should, and what could not be done or observed."""
    said = [f"{_name(page, run)}: {wording.outcome(run.outcome)}" for run in runs if not run.ok]
    rows = [row for each in said for row in paragraph(page, each, style="bad")]
    for note in dict.fromkeys(note for run in runs for note in notes(run)):
        names = [_name(page, run) for run in runs if note in notes(run)]
        whose = f"{', '.join(names)}: " if len(names) < len(runs) else ""
        rows += paragraph(page, whose + note, style="dim")
    return rows


def _sentence(page: Page, runs: Sequence[Run]) -> list[_Row]:
    if not all(run.ok for run in runs):
        return []
    names = [_name(page, run) for run in runs]
    said = wording.why_not_computing(names, [run.seconds.script for run in runs], [run.seconds.waiting for run in runs])
    return paragraph(page, said) if said else []
