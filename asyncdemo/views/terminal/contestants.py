"""The contestants of a comparison in rows: bars, what came of it, why; or all of it in one table."""

from collections.abc import Sequence

from asyncdemo.comparison.result import Comparison, Contestant, SpeedUp
from asyncdemo.views import verdicts, wording
from asyncdemo.views.terminal.bars import Row
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.parts import paragraph
from asyncdemo.views.terminal.text import cells, cut

STYLES = {"faster": "good", "slower": "bad"}
_LEAST_BAR = 8  # cells
_TIME = 11  # cells
_WHOLE = "with start-up and imports"
_WHY = 18  # cells for how many waits at once, and the share of waiting


def bar_rows(page: Page, comparison: Comparison) -> list[Row]:
    """Give a bar for each time, with the time at its end."""
    shown = _times(comparison)
    names, right = names_width(page, comparison), max(map(len, shown))
    width = page.width - 1 - names - right - 2
    rows: list[Row] = []
    for contestant, said in zip(comparison.contestants, shown, strict=True):
        bar = page.glyphs["bar"] * _length(comparison, contestant, width)
        gap = " " * (width - len(bar) + 2 + right - len(said))
        rows.append(((name(page, contestant.id, names), "title"), (bar, "accent"), gap, said))
    return rows


def verdict_rows(page: Page, comparison: Comparison) -> list[Row]:
    """Give a sentence for each of the others."""
    indent = names_width(page, comparison)
    rows: list[Row] = []
    below: list[Row] | None = None  # where what the brackets are has no room beside the first that has some
    for speedup in comparison.speedups:
        said = verdicts.verdict(speedup, comparison.compared_with.id)
        left = indent if indent + cells(page.shown(said)) < page.width else 2
        rows += paragraph(page, said, indent=left, style=STYLES.get(speedup.verdict, "title"))
        if below is None and speedup.interval is not None:
            note = f"   {verdicts.INTERVAL}"
            has_room = indent + cells(page.shown(said + note)) < page.width
            rows[-1] = (*rows[-1], (note, "dim")) if has_room else rows[-1]
            below = [] if has_room else [(" " * left, (verdicts.BRACKETS, "dim"))]
    return [*rows, *(below or [])]


def why_rows(page: Page, comparison: Comparison) -> list[Row]:
    """Give what each one's time was spent on, and the times of the whole processes."""
    names, every = names_width(page, comparison), comparison.contestants
    own = [f"{'waits':>5}{'at once':>9}{'waiting':>9}{'computing':>11}", *map(_own, every)]
    whole = {each.id: each.whole_speedup for each in comparison.speedups if each.verdict in STYLES}
    said = [f"{wording.seconds(each.whole_time):>8}   {wording.times_as_fast(whole.get(each.id))}" for each in every]
    beside = [f"{one}  {other}" for one, other in zip(own, [_WHOLE, *said], strict=True)]
    tables = [beside] if names + max(map(len, beside)) < page.width else [own, [_WHOLE, *said]]
    rows: list[Row] = []
    for table in tables:
        heading, *others = (cut(row, page.width - 1 - names, page.glyphs["more"]) for row in table)
        rows.append((" " * names, (heading, "dim")))
        rows += [((name(page, one.id, names), "title"), row) for one, row in zip(every, others, strict=True)]
    return rows


def table_rows(page: Page, comparison: Comparison) -> list[Row]:
    """Give one row for each: time, against the baseline, and, where there is room, a bar and why."""
    shown, against = _times(comparison), {each.id: each for each in comparison.speedups}
    names = min(names_width(page, comparison), max(10, page.width - 1 - _TIME - 36))
    said = [_against(against.get(each.id)) for each in comparison.contestants]
    heading = f"against {comparison.compared_with.id} ({verdicts.INTERVAL})"
    column = max(cells(page.shown(heading)), *(cells(text) for text, _ in said)) + 2
    room = page.width - 1 - names - _TIME - 2 - column
    if room < 0:
        return _narrow_rows(page, comparison, said, names)
    why = room >= _WHY
    bar = room - _WHY if room - _WHY >= _LEAST_BAR + 2 else 0
    titles: list[Part] = [" " * names, f"{'time':>{_TIME}}  ", " " * bar, _padded(page, heading, column)]
    rows: list[Row] = [tuple((str(part), "dim") for part in [*titles, f"{'at once':>9}{'waiting':>9}" if why else ""])]
    for each, time, (text, style) in zip(comparison.contestants, shown, said, strict=True):
        length = _length(comparison, each, bar - 2) if bar else 0
        drawn = page.glyphs["bar"] * length + " " * (bar - length)
        end = f"{_at_once(each):>9}{wording.share(each.waiting_share):>9}" if why else ""
        row = (name(page, each.id, names), "title"), f"{time:>{_TIME}}  ", (drawn, "accent")
        rows.append((*row, (_padded(page, text, column), style), end))
    return rows


def _narrow_rows(page: Page, comparison: Comparison, said: Sequence[tuple[str, str]], names: int) -> list[Row]:
    """The same below each other."""
    heading = f"against {comparison.compared_with.id} ({verdicts.INTERVAL})"
    rows: list[Row] = [*paragraph(page, heading, style="dim")]
    for each, time, (text, style) in zip(comparison.contestants, _times(comparison), said, strict=True):
        rows.append(((name(page, each.id, names), "title"), time))
        rows += paragraph(page, text, indent=4, style=style) if text else []
    return rows


def names_width(page: Page, comparison: Comparison) -> int:
    """How many cells the column of names takes; beside it there is room for the table, from 60 columns on."""
    widest = max(cells(page.shown(contestant.id)) for contestant in comparison.contestants)
    return min(max(5, widest), max(8, page.width // 2 - 22)) + 2


def name(page: Page, text: str, width: int) -> str:
    """Give a name within its column."""
    return _padded(page, cut(page.shown(text), width - 2, page.glyphs["more"]), width)


def _padded(page: Page, text: str, width: int) -> str:
    shown = page.shown(text)
    return shown + " " * (width - cells(shown))


def _times(comparison: Comparison) -> list[str]:
    times = [each.time for each in comparison.contestants]
    places = wording.places(min((time for time in times if time is not None), default=0.0))
    return [wording.seconds(time, places) for time in times]


def _length(comparison: Comparison, contestant: Contestant, width: int) -> int:
    longest = max((each.time or 0.0 for each in comparison.contestants), default=0.0) or 1.0
    return max(1, round((contestant.time or 0.0) / longest * width))


def _against(speedup: SpeedUp | None) -> tuple[str, str]:
    if speedup is None:
        return "", "plain"
    return verdicts.relation(speedup), STYLES.get(speedup.verdict, "plain")


def _computing(contestant: Contestant) -> float | None:
    share = contestant.waiting_share
    return None if share is None or contestant.time is None else contestant.time * (1 - share)


def _own(contestant: Contestant) -> str:
    waited = f"{_number(contestant):>5}{_at_once(contestant):>9}{wording.share(contestant.waiting_share):>9}"
    return f"{waited}{wording.seconds(_computing(contestant)):>11}"


def _number(contestant: Contestant) -> str:
    return "?" if contestant.waits is None or contestant.waits.number is None else f"{contestant.waits.number:,}"


def _at_once(contestant: Contestant) -> str:
    return "?" if contestant.waits is None else f"{contestant.waits.at_once:,}"
