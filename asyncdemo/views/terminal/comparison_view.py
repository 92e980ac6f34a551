"""A comparison: how long each takes, how many times as fast that is, and what the time was spent on; or a sweep."""

from collections.abc import Iterator, Sequence
from shlex import quote
from typing import NamedTuple

from asyncdemo.comparison.caveats import caveats
from asyncdemo.comparison.result import Comparison, Contestant, SpeedUp, Sweep, curve, is_number
from asyncdemo.model.recording import Run
from asyncdemo.views import verdicts, wording
from asyncdemo.views.terminal.common_rows import paragraph, write_next, write_title
from asyncdemo.views.terminal.lane_rows import joined
from asyncdemo.views.terminal.page import USUAL, Page, Part, Row
from asyncdemo.views.terminal.text import cells, cut
from asyncdemo.views.terminal.variants import bar_rows as run_rows
from asyncdemo.views.terminal.variants import variant_rows
from asyncdemo.views.verdicts import Scale, scale

STYLES = {"faster": "good", "slower": "bad"}
_LEAST_BAR = 8  # cells
_TIME = 11  # cells
_WHOLE = "with start-up and imports"
_WHY = 18  # cells for how many waits at once, and the share of waiting


def bar_rows(page: Page, comparison: Comparison) -> list[Row]:
    """A bar for each time, with the time at its end."""
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
    """A sentence for each of the others."""
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
    """What each one's time was spent on, and the times of the whole processes."""
    names, every = names_width(page, comparison), comparison.contestants
    spent = [("waits", "at once", "waiting", "computing"), *map(verdicts.spent, every)]
    own = [f"{waits:>5}{at_once:>9}{waiting:>9}{computing:>11}" for waits, at_once, waiting, computing in spent]
    whole = {each.id: each.whole_speedup for each in comparison.speedups if each.verdict in STYLES}
    said = [f"{wording.seconds(each.whole_time):>8}   {wording.times_as_fast(whole.get(each.id))}" for each in every]
    beside = [f"{one}  {other}" for one, other in zip(own, [_WHOLE, *said], strict=True)]
    tables = [beside] if names + max(map(len, beside)) < page.width else [own, [_WHOLE, *said]]
    rows: list[Row] = []
    for table in tables:
        heading, *others = (page.cut(row, page.width - 1 - names) for row in table)
        rows.append((" " * names, (heading, "dim")))
        rows += [((name(page, one.id, names), "title"), row) for one, row in zip(every, others, strict=True)]
    return rows


def table_rows(page: Page, comparison: Comparison) -> list[Row]:
    """One row for each: time, against the baseline, and, where there is room, a bar and why."""
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
        _, at_once, waiting, _ = verdicts.spent(each)
        end = f"{at_once:>9}{waiting:>9}" if why else ""
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
    """A name within its column."""
    return _padded(page, page.cut(text, width - 2), width)


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


MARKS = "ox+*#@%&=~"  # one for each contestant, at most ten
_LEAST, _MOST = 4, 9  # rows of the plot without its axis
_WIDEST = 72  # cells of it


class _Column(NamedTuple):
    """The times of one contestant, with its heading; `width` with the blanks before it."""

    heading: str
    times: list[str]
    width: int


def sweep_rows(page: Page, sweep: Sweep, room: int | None) -> list[Row]:
    """The table, and where all values are numbers the plot, in so many rows (None: as many as it takes)."""
    table = _table_rows(page, sweep, full=room is None)
    height = _MOST if room is None else min(_MOST, room - len(table) - 4)
    plot = _plot(page, sweep, height) if height >= _LEAST else []
    return [*table, (), *plot] if plot else table


def _table_rows(page: Page, sweep: Sweep, *, full: bool) -> list[Row]:
    """As many contestants as there is room for beside each other; the others below (`full`), or how many they are."""
    values = [_value(page, value) for value in sweep.values]
    first = max(map(cells, [_value(page, sweep.parameter), *values]))
    blocks: list[list[_Column]] = [[]]
    for column in _columns(page, sweep):
        if blocks[-1] and first + sum(each.width for each in blocks[-1]) + column.width > page.width - 1:
            blocks.append([])
        blocks[-1].append(column)
    rows: list[Row] = []
    for block in blocks if full else blocks[:1]:
        rows += [*([()] if rows else []), *_block(page, sweep, values, block, first)]
    left_out = sum(map(len, blocks[1:]))
    if left_out and not full:
        rows.append(page.more(left_out, "contestants"))
    return rows


def _columns(page: Page, sweep: Sweep) -> Iterator[_Column]:
    for number, name in enumerate(sweep.ids):
        heading = f"{cut(page.shown(name), 14, page.glyphs['more'])} ({MARKS[number]})"
        times = [_time(point.contestants[number]) for point in sweep.points]
        yield _Column(heading, times, max(map(cells, [heading, *times])) + 2)


def _block(page: Page, sweep: Sweep, values: Sequence[str], columns: Sequence[_Column], first: int) -> list[Row]:
    """The values, the times, and of two contestants what came of it where there is room."""
    room = page.width - 1 - first - sum(column.width for column in columns) - 3
    title = ""
    if len(sweep.ids) == 2:
        other = sweep.ids[1 - sweep.points[0].baseline]
        title = page.shown(f"{other} against {sweep.points[0].compared_with.id}")
        title = next((each for each in (f"{title} ({verdicts.INTERVAL})", title) if cells(each) <= room), "")
    heading = _right(_value(page, sweep.parameter), first), *(_right(each.heading, each.width) for each in columns)
    rows: list[Row] = [(("".join(heading), "dim"), (f"   {title}", "dim"))]
    bracketed = False
    for index, (point, value) in enumerate(zip(sweep.points, values, strict=True)):
        numbers = "".join(_right(each.times[index], each.width) for each in columns)
        said, style = _against_baseline(point) if title else ("", "plain")
        said = next((each for each in (said, said.partition(" (")[0]) if cells(each) <= room), "")
        rows.append(((_right(value, first), "title"), numbers, "   ", (said, style)))
        bracketed = bracketed or said.endswith(")")
    return [*rows, ((verdicts.BRACKETS, "dim"),)] if bracketed and verdicts.INTERVAL not in title else rows


def _value(page: Page, value: object) -> str:
    """A value, or the parameter, as it stands in the table."""
    return page.cut(verdicts.number(value), 16)


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text


def _time(contestant: Contestant) -> str:
    time = contestant.time
    if time is None:
        return "timed out" if contestant.outcome.kind == "timed-out" else "left out"
    return wording.seconds(time, min(3, wording.places(time)))


def _against_baseline(point: Comparison) -> tuple[str, str]:
    speedup = point.speedups[0]
    return (verdicts.relation(speedup) if speedup.pairs else "", STYLES.get(speedup.verdict, "plain"))


def _plot(page: Page, sweep: Sweep, height: int) -> list[Row]:
    """Draw the time of each contestant over the values."""
    columns = list(zip(*(point.contestants for point in sweep.points), strict=True))
    curves = [curve(sweep.values, column) for column in columns]
    if not all(map(is_number, sweep.values)) or not any(len(points) > 1 for points in curves):
        return []
    across = scale([float(value) for value in sweep.values])
    up = scale([time for points in curves for _, time in points], from_zero=True)
    labels = _labels(up, height)
    left = max(map(len, labels)) + 1
    width = min(page.width - 1 - left - 2, _WIDEST)
    grid = [[(" ", "plain")] * width for _ in range(height)]
    for number, points in enumerate(curves):
        for value, time in points:
            row, cell = height - 1 - round(up.part(time) * (height - 1)), round(across.part(value) * (width - 1))
            taken = grid[row][cell][0] != " "
            grid[row][cell + 1 if taken and cell + 1 < width else cell] = (MARKS[number], "accent")
    edge = page.glyphs["tick"]
    caption = page.cut(_caption(sweep, across, up), page.width - 1)
    rows: list[Row] = [((caption, "dim"),)]
    rows += [((f"{label:>{left}}{edge}", "dim"), *joined(drawn)) for label, drawn in zip(labels, grid, strict=True)]
    rows.append(((" " * (left + 1) + page.glyphs["rule"] * width, "dim"),))
    rows.append(((" " * (left + 1) + _numbers(sweep, across, width), "dim"),))
    return rows


def _labels(up: Scale, height: int) -> list[str]:
    """The time at the top, in the middle and at the bottom."""
    labels = [""] * height
    for row in {0, (height - 1) // 2, height - 1}:
        part = 1 - row / (height - 1)
        value = up.low * (up.high / up.low) ** part if up.logarithmic else up.low + (up.high - up.low) * part
        labels[row] = wording.seconds(value, min(3, wording.places(value)))
    return labels


def _caption(sweep: Sweep, across: Scale, up: Scale) -> str:
    kinds = {(True, True): ", both logarithmic", (True, False): ", which is logarithmic"}
    kind = kinds.get((across.logarithmic, up.logarithmic), ", times logarithmic" if up.logarithmic else "")
    return f"time over {sweep.parameter}{kind}"


def _numbers(sweep: Sweep, across: Scale, width: int) -> str:
    """The values below the axis, as far as they do not run into each other."""
    text = ""
    for value in sorted(sweep.values):
        said = verdicts.number(value)
        at = min(round(across.part(value) * (width - 1)), width - len(said))
        if not text or at > len(text):
            text = text.ljust(at) + said
    return text


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
        page.write([*start, *paragraph(page, "There is nothing to compare: no round was finished.")])
        _write_failure(page, compared, options)
        return
    end = _end_rows(page, compared, took)
    # What stands beside each other elsewhere takes two rows of a narrow page.
    more = len(compared.contestants) + 2 if page.width < USUAL and isinstance(compared, Comparison) else 0
    room = None if full else ROWS - TITLE - len(start) - len(end) + more
    shown = sweep_rows(page, compared, room) if isinstance(compared, Sweep) else _comparison_rows(page, compared, room)
    page.write([*start, *shown, *end])
    _write_failure(page, compared, options)
    if full:
        page.write(_timeline_rows(page, compared))


def _comparison_rows(page: Page, comparison: Comparison, room: int | None) -> list[Row]:
    """Everything one below the other; where that takes too many rows, a table."""
    why = verdicts.why(comparison)
    said = [] if why is None else [(), *paragraph(page, why)]
    rows = [*bar_rows(page, comparison), (), *verdict_rows(page, comparison), (), *why_rows(page, comparison), *said]
    if room is None or len(rows) <= room:
        return rows
    table = table_rows(page, comparison)
    return [*table, *said] if len(table) + len(said) <= room else table


def _end_rows(page: Page, compared: Comparison | Sweep, took: float | None) -> list[Row]:
    """What grows, at most one warning, what the result depends on, and how long a doubtful one would take."""
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
    narrower = verdicts.narrower(compared, took)
    rows += [] if narrower is None else paragraph(page, narrower)
    return [*rows, *paragraph(page, verdicts.circumstances(compared), style="dim")]


def _failed(compared: Comparison | Sweep) -> list[Contestant]:
    """Whose run ended it; those that were left out of a sweep only where there is nobody else to blame."""
    failed = [each for point in compared.points for each in point.failed]
    return [each for each in failed if each.outcome.kind != "not-started"] or failed


def _trouble_rows(page: Page, compared: Comparison | Sweep) -> list[Row]:
    """Who failed, and that it was interrupted."""
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
        name = compared.parameter if isinstance(compared, Sweep) else compared.swept
        setting = "" if name is None else f" --set {quote(f'{name}={failed[0].parameters[name]!r}')}"
        words = " ".join(["asyncdemo run", run.subject.target, *options])
        write_next(page, ("see why", f"{words}{setting}{where}"))


def _timeline_rows(page: Page, compared: Comparison | Sweep) -> list[Row]:
    """What each did in its traced run, on one axis; of a sweep, at the greatest value."""
    every = compared.points[-1].contestants
    traced = [(each.id, each.traced) for each in every if each.traced is not None]
    if not traced:
        return []
    names = [page.cut(name, page.width // 4) for name, _ in traced]
    runs: Sequence[Run] = [run for _, run in traced]
    rows = variant_rows(page, runs, names, room=None, show=None) or run_rows(page, runs, names)
    return [(), (("what each did in its warm-up, which was traced and does not count", "dim"),), *rows]
