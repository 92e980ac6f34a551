"""The variants of a scenario, each run once, side by side on one time axis. No speed-up: once is an anecdote."""

from collections.abc import Callable, Sequence
from itertools import zip_longest

from asyncdemo.model.recording import Run
from asyncdemo.views import wording
from asyncdemo.views.differing import own_lines, same_work
from asyncdemo.views.side_by_side import Row, folded, moments
from asyncdemo.views.terminal.findings import finding_rows
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.parts import next_rows, notes, paragraph, write_times, write_title
from asyncdemo.views.terminal.text import cells, cut, wrapped
from asyncdemo.views.terminal.variant_bars import bar_rows
from asyncdemo.views.terminal.variant_lanes import variant_rows

ROWS = 22  # of the default view
FRAME = 8  # of these for title, rule, axis, heading, next step, and the blank rows between
LANES_FRAME = 5  # of these for title, rule, next step, and the blank rows around the end, where lanes are shown
FINDINGS = 4  # rows of the default view
FEW = 3  # rows of output that there is always room for
NARROWEST = 8  # cells of a column in which output can be shown
_TIME = 9  # cells

_Row = tuple[Part, ...]


def write_variants(
    page: Page,
    title: str,
    summary: str,
    runs: Sequence[Run],
    *,
    next_step: tuple[str, str] | None,
    see_why: Callable[[Run], str] = lambda run: f"asyncdemo run {run.subject.target}",
    full: bool,
    timing: bool,
    timeline: bool | None = None,
) -> None:
    """Write all runs of a scenario: their lanes (`timeline` None: where all have some), else a bar for each.

    `see_why` gives the command that runs one of them, which has failed, alone and with the same options.
    """
    write_title(page, title, summary, "once each")
    found = finding_rows(page, runs, None if full else FINDINGS)
    end = [*_troubles(page, runs), *found, *(() if found else _sentence(page, runs))]
    names = [_name(page, run) for run in runs]
    failed = next((run for run in runs if not run.ok and run.outcome.kind != "interrupted"), None)
    if failed is not None:
        next_step = ("see why", see_why(failed))
    after = [] if next_step is None else next_rows(page, next_step)
    room = None if full else ROWS - LANES_FRAME - len(end) - (len(after) - 1)
    lanes = variant_rows(page, runs, names, room=room, show=timeline)
    for row in lanes or bar_rows(page, runs, names):
        page.row(*row)
    page.row()
    if not lanes:
        _write_output(page, runs, None if full else max(FEW, ROWS - FRAME - len(runs) - len(end) - (len(after) - 1)))
        page.row()
    for row in end:
        page.row(*row)
    if end:
        page.row()
    for run in runs if timing else ():
        page.row((_name(page, run), "title"))
        write_times(page, run)
        page.row()
    for row in after:
        page.row(*row)


def _name(page: Page, run: Run) -> str:
    return cut(page.shown(run.subject.variant or run.subject.target), page.width // 4, page.glyphs["more"])


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _write_output(page: Page, runs: Sequence[Run], most: int | None) -> None:
    """What they printed, in a column each."""
    column = (page.width - 1 - _TIME) // len(runs)
    if column < NARROWEST:
        for row in paragraph(page, "too many to show side by side what they print", style="dim"):
            page.row(*row)
        return
    happened = moments(runs)
    if not happened:
        page.row(("none of them printed anything", "dim"))
        return
    first, left_out, last = folded(happened, most or len(happened))
    page.row(("time".ljust(_TIME), "dim"), *((_fitted(page, _name(page, run), column), "dim") for run in runs))
    for moment in first:
        _write_row(page, moment, column, full=most is None)
    if left_out:
        page.row((f" {page.glyphs['more']:<{_TIME - 1}}{left_out} more rows: {page.unfold}", "dim"))
    for moment in last:
        _write_row(page, moment, column, full=most is None)


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
    """What differs: the waiting, of those that do the same; else what they print."""
    if not all(run.ok for run in runs):
        return []
    alike = same_work(runs)
    times, waiting = [run.seconds.script for run in alike], [run.seconds.waiting for run in alike]
    said = wording.why_not_computing([_name(page, run) for run in alike], times, waiting)
    if len(alike) < 2:
        said = _what_they_print(page, runs)
    return paragraph(page, said) if said else []


def _what_they_print(page: Page, runs: Sequence[Run]) -> str | None:
    """The last line of each that the others do not print."""
    said = [
        f"{_name(page, run)}: {cut(page.shown(line), page.width // 3, page.glyphs['more'])}"
        for run, line in zip(runs, own_lines(runs), strict=True)
        if line is not None
    ]
    return f"What differs is what comes out. {'; '.join(said)}." if len(said) > 1 else None
