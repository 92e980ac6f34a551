"""A comparison: how long each takes, how many times as fast that is, and what the time was spent on."""

from collections.abc import Sequence
from shlex import quote

from asyncdemo.comparison.caveats import caveats
from asyncdemo.comparison.result import Comparison, Contestant, Sweep
from asyncdemo.model.recording import Run
from asyncdemo.views import verdicts, wording
from asyncdemo.views.terminal.bars import Row
from asyncdemo.views.terminal.contestants import bar_rows, table_rows, verdict_rows, why_rows
from asyncdemo.views.terminal.page import USUAL, Page
from asyncdemo.views.terminal.parts import paragraph, write_next, write_title
from asyncdemo.views.terminal.sweep import sweep_rows
from asyncdemo.views.terminal.text import cut
from asyncdemo.views.terminal.variant_bars import bar_rows as run_rows
from asyncdemo.views.terminal.variant_lanes import variant_rows

ROWS = 22  # of the default view
TITLE = 2  # of these for title and rule


def write_comparison(
    page: Page,
    compared: Comparison | Sweep,
    *,
    title: str,
    summary: str,
    took: float | None,
    full: bool,
    options: Sequence[str] = (),
) -> None:
    """Write a comparison; `took` is how many seconds all of it took, None where that is not known.

    `options` were given to it, and are those of the command that shows why a run has failed.

    `full`: fold nothing, draw the traced runs.
    """
    rounds = f"{verdicts.number_of_rounds(compared.rounds)}, shuffled"
    write_title(page, title, summary, rounds if took is None else f"{rounds}, {took:.0f} s")
    start = _trouble_rows(page, compared)
    if not compared.rounds:
        _write(page, [*start, *paragraph(page, "There is nothing to compare: no round was finished.")])
        _write_failure(page, compared, options)
        return
    end = _end_rows(page, compared)
    room = None if full else ROWS - TITLE - len(start) - len(end) + _rows_more(page, compared)
    shown = sweep_rows(page, compared, room) if isinstance(compared, Sweep) else _comparison_rows(page, compared, room)
    _write(page, [*start, *shown, *end])
    _write_failure(page, compared, options)
    if full:
        _write(page, _timeline_rows(page, compared))


def _comparison_rows(page: Page, comparison: Comparison, room: int | None) -> list[Row]:
    """Everything one below the other; where that takes too many rows, a table."""
    why = verdicts.why(comparison)
    said = [] if why is None else [(), *paragraph(page, why)]
    rows = [*bar_rows(page, comparison), (), *verdict_rows(page, comparison), (), *why_rows(page, comparison), *said]
    if room is None or len(rows) <= room:
        return rows
    table = table_rows(page, comparison)
    return [*table, *said] if len(table) + len(said) <= room else table


def _end_rows(page: Page, compared: Comparison | Sweep) -> list[Row]:
    """What grows, at most one warning, and what the result depends on."""
    rows: list[Row] = [()]
    for said in verdicts.growth(compared):
        rows += paragraph(page, said)
    not_run = verdicts.left_out(compared)
    rows += [] if not_run is None else paragraph(page, not_run, style="warn")
    if len(rows) > 1:
        rows.append(())
    caveat = next((caveat for caveat in caveats(compared) if caveat.matters), None)
    if caveat is not None:
        rows += paragraph(page, f"! {caveat.said}; {caveat.advice}", style="warn")
    return [*rows, *paragraph(page, verdicts.circumstances(compared), style="dim")]


def _rows_more(page: Page, compared: Comparison | Sweep) -> int:
    """How many rows more there may be of a narrow page: what stands beside each other elsewhere takes two there."""
    return len(compared.contestants) + 2 if page.width < USUAL and isinstance(compared, Comparison) else 0


def _failed(compared: Comparison | Sweep) -> list[Contestant]:
    """Whose run ended it; those that were left out of a sweep only where there is nobody else to blame."""
    failed = [each for point in compared.points for each in point.failed]
    return [each for each in failed if each.outcome.kind != "not-started"] or failed


def _trouble_rows(page: Page, compared: Comparison | Sweep) -> list[Row]:
    """Say who failed, and that it was interrupted."""
    early = verdicts.stopping(compared.stopped, compared.rounds)
    rows = [] if early is None else [*paragraph(page, f"! {early}", style="warn"), ()]
    if compared.stopped != "failed":
        return rows
    for contestant in _failed(compared):
        rows += paragraph(page, f"{contestant.id}: {wording.outcome(contestant.outcome)}", style="bad")
    return [*rows, ()]


def _write_failure(page: Page, compared: Comparison | Sweep, options: Sequence[str]) -> None:
    """What the one that failed printed is not kept: say how to see it, on its interpreter where there are several."""
    if compared.stopped == "failed" and (failed := _failed(compared)):
        run = failed[0].latest
        pythons = {each.latest.python.executable for point in compared.points for each in point.contestants}
        where = f" --python {quote(run.python.executable)}" if len(pythons) > 1 else ""
        page.row()
        words = " ".join(["asyncdemo run", run.subject.target, *options])
        write_next(page, ("see why", f"{words}{_setting(compared, failed[0])}{where}"))


def _setting(compared: Comparison | Sweep, contestant: Contestant) -> str:
    """The option that gives a script the value that it had in a sweep."""
    name = compared.parameter if isinstance(compared, Sweep) else compared.swept
    return "" if name is None else f" --set {quote(f'{name}={contestant.parameters[name]!r}')}"


def _timeline_rows(page: Page, compared: Comparison | Sweep) -> list[Row]:
    """What each did in its traced run, on one axis; of a sweep, at the greatest value."""
    every = compared.points[-1].contestants
    traced = [(each.id, each.traced) for each in every if each.traced is not None]
    if not traced:
        return []
    names = [cut(page.shown(name), page.width // 4, page.glyphs["more"]) for name, _ in traced]
    runs: Sequence[Run] = [run for _, run in traced]
    rows = variant_rows(page, runs, names, room=None, show=None) or run_rows(page, runs, names)
    return [(), (("what each did in its warm-up, which was traced and does not count", "dim"),), *rows]


def _write(page: Page, rows: Sequence[Row]) -> None:
    for row in rows:
        page.row(*row)
