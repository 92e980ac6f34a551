"""A comparison: a bar for each contestant, how many times as fast, and what the time was spent on."""

from statistics import median

from rich.cells import cell_len

from asyncdemo.comparison import FEWEST, Comparison, Contestant, SpeedUp
from asyncdemo.views import wording
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import write_paragraph, write_title
from asyncdemo.views.terminal.text import cut, harmless


def write_comparison(page: Page, comparison: Comparison, *, title: str, summary: str, took: float) -> None:
    """Write a comparison; `took` is how many seconds all of it took."""
    write_title(page, title, summary, f"{comparison.rounds} rounds, shuffled, {took:.0f} s")
    for contestant in comparison.contestants:
        if contestant.outcome.kind != "exited" or not contestant.latest.ok:
            said = wording.outcome(contestant.outcome)
            page.row((f"{harmless(contestant.id)}: ", "title"), (said, "bad"))
    if not comparison.rounds:
        write_paragraph(page, "There is nothing to compare: no round was finished.")
        return
    _write_bars(page, comparison)
    page.row()
    for speedup in comparison.speedups:
        _write_verdict(page, speedup, comparison.contestants[0].id)
    page.row()
    _write_why(page, comparison)
    page.row()
    _write_whole(page, comparison)
    page.row()
    run = comparison.contestants[0].latest
    version = f"{run.python.implementation or 'Python'} {run.python.version or ''}".strip()
    ending = "" if comparison.stopped == "rounds" else f", {comparison.stopped}"
    page.row((f"seed {comparison.seed}, {version}{ending}", "dim"))


def _write_bars(page: Page, comparison: Comparison) -> None:
    longest = max(median(contestant.times) for contestant in comparison.contestants) or 1.0
    names = _names(page, comparison)
    width = page.width - 1 - names - 10
    for contestant in comparison.contestants:
        time = median(contestant.times)
        bar = page.glyphs["bar"] * max(1, round(time / longest * width))
        name = _name(page, contestant, names)
        page.row((name, "title"), (bar, "accent"), f"  {wording.seconds(time)}")


def _write_verdict(page: Page, speedup: SpeedUp, baseline: str) -> None:
    if speedup.speedup is None or speedup.interval is None:
        page.row("       ", f"{speedup.id}: too few rounds to tell, {FEWEST} at least")
        return
    low, high = (wording.digits(end) for end in speedup.interval)
    if speedup.verdict == "no difference shown":
        page.row("       ", (f"{speedup.id}: no difference shown to {baseline}", "title"), f" ({low} to {high})")
        return
    said = f"{speedup.id} is {wording.digits(speedup.speedup)}x as fast as {baseline}"
    page.row("       ", (said, "good" if speedup.verdict == "faster" else "bad"), f"   95 % interval {low} to {high}")


def _write_why(page: Page, comparison: Comparison) -> None:
    names = _names(page, comparison)
    for index, contestant in enumerate(comparison.contestants):
        computing = None
        if contestant.waiting_share is not None:
            computing = median(contestant.times) * (1 - contestant.waiting_share)
        said = f"waiting {wording.share(contestant.waiting_share)}, computing {wording.seconds(computing)}"
        page.row(("why    " if not index else " " * 7, "dim"), (_name(page, contestant, names), "title"), said)


def _write_whole(page: Page, comparison: Comparison) -> None:
    page.row(("whole  ", "dim"), "with Python's own start-up and imports, as `time` counts it:")
    times = ", ".join(f"{each.id} {wording.seconds(median(each.whole_times))}" for each in comparison.contestants)
    ratios = ", ".join(
        f"{wording.digits(speedup.whole_speedup)}x as fast" for speedup in comparison.speedups if speedup.whole_speedup
    )
    write_paragraph(page, f"{times}: {ratios}", indent=7)


def _names(page: Page, comparison: Comparison) -> int:
    widest = max(cell_len(harmless(contestant.id)) for contestant in comparison.contestants)
    return min(max(5, widest), page.width // 3) + 2


def _name(page: Page, contestant: Contestant, width: int) -> str:
    name = cut(harmless(contestant.id), width - 2, page.glyphs["more"])
    return name + " " * (width - cell_len(name))
