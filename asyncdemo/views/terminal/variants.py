"""The variants of a scenario, each run once, side by side on one time axis. No speed-up: once is an anecdote."""

from collections.abc import Sequence

from rich.cells import cell_len

from asyncdemo.recording import Run
from asyncdemo.views import wording
from asyncdemo.views.side_by_side import Row, folded, moments
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import write_notes, write_paragraph, write_times, write_title
from asyncdemo.views.terminal.text import cut, harmless

ROWS = 22  # of the default view
FRAME = 13  # of these for all but the variants' bars and their output
_STEPS = (1, 2, 5)


def write_variants(
    page: Page, title: str, summary: str, runs: Sequence[Run], *, next_step: tuple[str, str], full: bool, timing: bool
) -> None:
    """Write all runs of a scenario."""
    write_title(page, title, summary, "once each")
    _write_axis(page, runs)
    page.row()
    _write_output(page, runs, None if full else max(3, ROWS - FRAME - len(runs)))
    page.row()
    for run in runs:
        if not run.ok:
            said = wording.outcome(run.outcome)
            page.row((f"{_name(run)}: ", "title"), (said, "bad"))
        write_notes(page, run, 2)
        if timing:
            page.row((_name(run), "title"))
            write_times(page, run)
    _write_sentence(page, runs)
    page.row((f"{next_step[0]}   ", "dim"), next_step[1])


def _name(run: Run) -> str:
    return run.subject.variant or run.subject.target


def _write_axis(page: Page, runs: Sequence[Run]) -> None:
    """A bar for each run, as long as its script's own time, with a tick wherever it printed something."""
    names = max(7, *(cell_len(harmless(_name(run))) for run in runs)) + 1
    span = max((_length(run) for run in runs), default=0.0) or 1.0
    width = max(10, page.width - 1 - names - 20)
    page.row(" " * names, (_scale(span, width), "dim"), (f"{'script':>10}{'waiting':>9}", "dim"))
    for run in runs:
        bar = _bar(page, run, span, width)
        gap = " " * (width + 1 - len(bar))
        times = f"{wording.seconds(run.seconds.script):>9}{wording.share(run.seconds.waiting_share):>9}"
        page.row((f"{_name(run):<{names}}", "title"), (bar, "accent"), gap, times)


def _length(run: Run) -> float:
    return run.seconds.script or run.seconds.total or 0.0


def _bar(page: Page, run: Run, span: float, width: int) -> str:
    cells = max(1, round(_length(run) / span * width))
    bar = [page.glyphs["line"]] * cells
    for output in run.output:
        at = round((output.at - (run.seconds.zero or 0.0)) / span * width)
        bar[min(max(at, 0), cells - 1)] = page.glyphs["tick"]
    return "".join(bar)


def _scale(span: float, width: int) -> str:
    """Numbers at their places, about one in ten cells."""
    step = next(
        each * 10.0**power for power in range(-4, 7) for each in _STEPS if each * 10.0**power >= span * 10 / width
    )
    scale = ""
    for index in range(int(span / step + 1e-9) + 1):
        at = round(index * step / span * width)
        number = f"{index * step:.4g}"
        if at >= len(scale) and at + len(number) <= width:
            scale = scale.ljust(at) + number
    return scale.ljust(width)


def _write_output(page: Page, runs: Sequence[Run], most: int | None) -> None:
    rows = moments(runs)
    first, left_out, last = folded(rows, most or len(rows))
    column = (page.width - 1 - 9) // len(runs)
    page.row(("time".ljust(9), "dim"), *((harmless(_name(run)).ljust(column), "dim") for run in runs))
    for row in first:
        _write_row(page, row, column, full=most is None)
    if left_out:
        page.row((f" {page.glyphs['more']:<7} {left_out} more alike", "dim"))
    for row in last:
        _write_row(page, row, column, full=most is None)


def _write_row(page: Page, row: Row, column: int, *, full: bool) -> None:
    height = max(map(len, row.cells)) if full else 1
    for index in range(height):
        at = f"{row.at:.2f} s" if not index else ""
        texts = [_cell(page, lines[index:] if full else lines, column - 2, full=full) for lines in row.cells]
        page.row((f"{at:<9}", "dim"), *(text + " " * (column - cell_len(text)) for text in texts))


def _cell(page: Page, lines: Sequence[str], width: int, *, full: bool) -> str:
    if not lines:
        return ""
    more = f" +{len(lines) - 1}" if len(lines) > 1 and not full else ""
    return cut(harmless(lines[0]), width - len(more), page.glyphs["more"]) + more


def _write_sentence(page: Page, runs: Sequence[Run]) -> None:
    """Say where a difference cannot come from, if all that were run have mostly waited."""
    times = [(run.seconds.script, run.seconds.waiting) for run in runs]
    if any(not script or waiting is None or waiting < script / 2 for script, waiting in times):
        return
    most = max((script or 0.0) - (waiting or 0.0) for script, waiting in times)
    said = f"Nobody computed faster: each used {most:.2f} s of CPU at most. The rest is waiting, and waits can overlap."
    write_paragraph(page, said)
    page.row()
