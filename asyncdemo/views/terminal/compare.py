"""A comparison: a bar for each contestant, how many times as fast, and what the time was spent on."""

from statistics import median

from asyncdemo.comparison import FEWEST, Comparison, SpeedUp
from asyncdemo.views import wording
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import paragraph, write_next, write_title
from asyncdemo.views.terminal.text import cells, cut


def write_comparison(page: Page, comparison: Comparison, *, title: str, summary: str, took: float) -> None:
    """Write a comparison; `took` is how many seconds all of it took."""
    rounds = f"{comparison.rounds} round{'s' if comparison.rounds != 1 else ''}"
    write_title(page, title, summary, f"{rounds}, shuffled, {took:.0f} s")
    _write_failures(page, comparison)
    if not comparison.rounds:
        _write(page, "There is nothing to compare: no round was finished.")
        return
    _write_bars(page, comparison)
    page.row()
    _write_verdicts(page, comparison)
    page.row()
    _write_shares(page, comparison)
    page.row()
    for warning in comparison.warnings:
        _write(page, f"! {warning}", style="warn")
    run = comparison.contestants[0].latest
    version = f"{run.python.implementation or 'Python'} {run.python.version or ''}".strip()
    ending = "" if comparison.stopped == "rounds" else f", {comparison.stopped}"
    _write(page, f"seed {comparison.seed}, {version}{ending}", style="dim")


def _write(page: Page, text: str, *, indent: int = 0, style: str = "plain") -> None:
    for row in paragraph(page, text, indent=indent, style=style):
        page.row(*row)


def _write_failures(page: Page, comparison: Comparison) -> None:
    """Say whose failure was the end; what it printed is not kept, so also how to see that."""
    failed = [each for each in comparison.contestants if not each.latest.ok]
    started = [each for each in failed if each.outcome.kind != "not-started"]
    for contestant in started or failed:  # the others had no turn after that
        _write(page, f"{contestant.id}: {wording.outcome(contestant.outcome)}", style="bad")
    if comparison.stopped == "failed":
        write_next(page, ("see why", f"asyncdemo run {(started or failed)[0].latest.subject.target}"))
    if failed:
        page.row()


def _write_bars(page: Page, comparison: Comparison) -> None:
    times = [median(contestant.times) for contestant in comparison.contestants]
    longest, places = max(times) or 1.0, wording.places(min(times))
    shown = [wording.seconds(time, places) for time in times]
    names, right = _names(page, comparison), max(map(len, shown))
    width = page.width - 1 - names - right - 2
    for contestant, time, said in zip(comparison.contestants, times, shown, strict=True):
        length = max(1, round(time / longest * width))
        bar = page.glyphs["bar"] * length
        gap = " " * (width - length + 2 + right - len(said))
        page.row((_name(page, contestant.id, names), "title"), (bar, "accent"), gap, said)


def _write_verdicts(page: Page, comparison: Comparison) -> None:
    said = [_verdict(speedup, comparison.contestants[0].id) for speedup in comparison.speedups]
    indent = _names(page, comparison)
    column = max(cells(page.shown(verdict)) for verdict, _ in said) + 3
    for speedup, (verdict, interval) in zip(comparison.speedups, said, strict=True):
        style = {"faster": "good", "slower": "bad"}.get(speedup.verdict, "title")
        if indent + column + len(interval) < page.width:
            gap = " " * (column - cells(page.shown(verdict)))
            page.row(" " * indent, (verdict, style), gap, interval)
        else:
            _write(page, verdict, indent=2, style=style)
            _write(page, interval, indent=4)


def _verdict(speedup: SpeedUp, baseline: str) -> tuple[str, str]:
    """What is said of a contestant, and the interval for it."""
    if speedup.speedup is None or speedup.interval is None:
        return f"{speedup.id}: too few rounds to tell, {FEWEST} at least", ""
    low, high = speedup.interval
    said = f"{speedup.id} {_ratio(speedup.speedup)} as {baseline}"
    if speedup.verdict == "no difference shown":
        said = f"{speedup.id}: no difference shown to {baseline}"
    elif speedup.speedup < 1:
        low, high = 1 / high, 1 / low  # of how many times as long
    return said, f"95 % interval {wording.digits(low)} to {wording.digits(high)}"


def _ratio(speedup: float) -> str:
    return f"{'is' if speedup >= 1 else 'takes'} {wording.times_as_fast(speedup)}"


def _write_shares(page: Page, comparison: Comparison) -> None:
    """What each one's time was spent on, and the times of the whole processes."""
    contestants = comparison.contestants
    times = [median(each.times) for each in contestants]
    shares = [each.waiting_share for each in contestants]
    waiting = [None if share is None else time * share for time, share in zip(times, shares, strict=True)]
    shown = [each for each in comparison.speedups if each.verdict in ("faster", "slower")]
    whole = {each.id: each.whole_speedup for each in shown}
    names = _names(page, comparison)
    heading = f"{' ' * names}waiting  computing  with start-up and imports"
    page.row((cut(heading, page.width - 1, page.glyphs["more"]), "dim"))
    for each, time, share, waits in zip(contestants, times, shares, waiting, strict=True):
        computing = wording.seconds(None if waits is None else time - waits)
        own = f"{wording.share(share):>7}{computing:>11}"
        whole_time = f"{wording.seconds(median(each.whole_times)):>10}   {wording.times_as_fast(whole.get(each.id))}"
        row = cut(own + whole_time, page.width - 1 - names, page.glyphs["more"])
        page.row((_name(page, each.id, names), "title"), row)
    why = wording.why_not_computing([each.id for each in contestants], times, waiting)
    if why:
        page.row()
        _write(page, why)


def _names(page: Page, comparison: Comparison) -> int:
    widest = max(cells(page.shown(contestant.id)) for contestant in comparison.contestants)
    return min(max(5, widest), max(8, page.width // 2 - 18)) + 2  # all of the table fits beside it, from 60 columns on


def _name(page: Page, name: str, width: int) -> str:
    name = cut(page.shown(name), width - 2, page.glyphs["more"])
    return name + " " * (width - cells(name))
