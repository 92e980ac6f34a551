"""The timeline of one run: its lanes below an axis, one row for the loop; of a large program what held the loop."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from asyncdemo.analysis.cancellations import cancellations
from asyncdemo.analysis.critical_path import decisive
from asyncdemo.analysis.held_loop import LATE, Held, Shares, held, shares
from asyncdemo.analysis.lane_drawing import STATES, Bar, Chart, Step, Word, bars, chart, length, words
from asyncdemo.analysis.lanes import Axis, Folded, Lane, scale
from asyncdemo.analysis.task_names import common_name, kind_of_work, names, overlap, shown_tasks
from asyncdemo.analysis.wait_times import Order, say_something, wait_times
from asyncdemo.model.recording import Run
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING, Task, Timeline
from asyncdemo.views import wording
from asyncdemo.views.stop_messages import HANGS
from asyncdemo.views.terminal.common_rows import paragraph
from asyncdemo.views.terminal.page import Page, Part, Row, below
from asyncdemo.views.terminal.tables import decisive_rows, held_rows, wait_rows
from asyncdemo.views.terminal.text import cells, cut

Drawn = Bar | Step | Word

_FILLS = {RUNNING: "█", READY: "░", WAITING: "─", BLOCKED: "▓"}
_ASCII_FILLS = {RUNNING: "=", READY: ".", WAITING: "-", BLOCKED: "#"}
_EDGES, _ASCII_EDGES = "├│┤", "|||"
_STYLES = {RUNNING: "good", READY: "warn", WAITING: "accent", BLOCKED: "bad"}
_ENDS = {"raised": "bad", "cancelled": "warn", "pending": "warn"}


def drawn(page: Page, chart: Chart, lane: Lane, room: int) -> list[Drawn]:
    """What is on a lane, within `room` cells."""
    said = [(cell, page.shown(line)) for cell, line in chart.said(lane)]
    placed = words(lane, said, room, cells)
    texts = chart.waits.of(lane.tasks)

    def waits(start: int, stop: int) -> list[str]:
        """Names are foreign text; in a bar each character takes one cell."""
        return [text for text in map(page.shown, texts(start, stop)) if cells(text) == len(text)]

    return [*bars(lane.cells, placed, waits), *placed]


def lane_row(page: Page, lane: Lane, parts: Iterable[Drawn], names: int) -> Row:
    """A lane as a row; the column for names takes `names` cells."""
    name = short_name(page, lane.name, names - 2)
    row: list[tuple[str, str]] = []
    for part in parts:
        start, painted = _painted(page, part)
        row += [(" ", "plain")] * (start + len(painted) - len(row))
        row[start : start + len(painted)] = painted
    return (" ", (name, "title"), " " * (names - 1 - cells(name)), *joined(row))


def short_name(page: Page, name: str, width: int) -> str:
    """Cut a name so that the number at its end stays."""
    head, _, tail = page.shown(name).rpartition(" ")
    if not head or not tail.removeprefix("x").isdecimal():
        return page.cut(name, width)
    return f"{cut(head, width - 1 - len(tail), page.glyphs['more'])} {tail}"


def legend(page: Page, parts: Sequence[Drawn], least: int = 0) -> list[Row]:
    """What the bars mean that have no word in any of these parts, if one is of `least` cells."""
    all_bars = [part for part in parts if isinstance(part, Bar)]
    unsaid = {bar.state for bar in all_bars if bar.stop - bar.start >= least} - {
        bar.state for bar in all_bars if bar.words
    }
    fills = _ASCII_FILLS if page.ascii else _FILLS
    return [((fills[state] * 2, _STYLES[state]), (f" {STATES[state][0]}", "dim")) for state in sorted(unsaid)]


def _painted(page: Page, part: Drawn) -> tuple[int, list[tuple[str, str]]]:
    """The first cell, and text and style for each cell."""
    edges = _ASCII_EDGES if page.ascii else _EDGES
    if isinstance(part, Step):
        return part.cell, [(edges[1], "plain")]
    if isinstance(part, Word):
        style = _ENDS.get(part.text, "dim") if part.kind == "end" else "plain"
        return part.cell, [(part.text, style)] + [("", style)] * (part.width - 1)
    style = _STYLES[part.state]
    row = [((_ASCII_FILLS if page.ascii else _FILLS)[part.state], style)] * (part.stop - part.start)
    if part.state == WAITING and len(row) > 2:
        row[0], row[-1] = (edges[0], style), (edges[2], style)
    for cell in part.steps:
        row[cell - part.start] = edges[1], "plain"
    for at, word in part.words:
        row[at - part.start : at - part.start + len(word)] = [(character, style) for character in word]
    return part.start, row


def joined(row: Iterable[tuple[str, str]]) -> Row:
    """Put cells of one style together."""
    alike = groupby(row, key=lambda cell: cell[1])
    return tuple(("".join(text for text, _ in group), style) for style, group in alike)


MARGIN = 11  # cells behind the axis, for how a task ended
_SOON = 0.02  # of the script's time: a trace that ends so late has not been given up
_MANY = 50_000  # steps: a person's own program with more of them is a large one
_NOTABLE = 0.005  # of the loop's time: what is less is said as 0 %
_FEW = 20  # tasks: no more than these are no large program, wherever there is room for them
_NAMED = 3  # tasks that are named of those that were cancelled by one line
_MOMENT = 0.02  # seconds
_WIDE = 4  # cells of a bar that has to be explained where there are few rows
_FEW_LANES = 3  # where there are few rows, if those that are folded are not too unlike
_MOST_SPANS = 200_000  # of a run whose critical path is looked for unasked
_SOME_WAITS, _MOST_WAITS = 4, 12  # lines of where it waited; where that was asked for
_COARSE = 4  # folded by more than this part of the axis, what is in one lane has little in common


def has_lanes(timeline: Timeline | None) -> bool:
    """True if the timeline is drawn without being asked for: two tasks at a time, for long enough to be seen."""
    return timeline is not None and _worth_it(shown_tasks(timeline, full=False), 0)


def timeline_rows(
    page: Page,
    run: Run,
    *,
    room: int | None,
    show: bool | None = None,
    own_program: bool = False,
    brief: bool = False,
    order: Order | None = None,
    critical: bool = False,
) -> list[Row]:
    """The timeline in `room` rows at most (None: all of it); `brief`: say nothing of the loop.

    `show` None: where at least two tasks were there at the same time, and it took so long that there is something to
    be seen. Below it is where the run waited, if that says something, or in this `order` if one was asked for; of a
    person's own program with many tasks that are unlike one another it stands in the place of lanes. `critical`: the
    critical path is shown elsewhere.
    """
    timeline = run.timeline
    tasks = [] if timeline is None else shown_tasks(timeline, full=room is None)
    waits = _wait_rows(page, run, room, order, own_program=own_program, critical=critical)
    if timeline is None or show is False or not (tasks if show else _worth_it(tasks, room)):
        nothing: list[Row] = [(("no timeline: no task was seen", "dim"),)] if show else []
        return nothing or (waits if show is None or order is not None else [])
    end = incomplete_rows(page, run, timeline)
    if own_program or room is None:
        end += _cancelled_rows(page, run)
    most = None if room is None else room - len(end)
    called = names(tasks)
    width = name_cells(page, tasks, called)
    found = chart(run, timeline, tasks, called, own_axis(page, run, width))
    loop = [] if brief else _loop_parts(shares(timeline))
    folded = found.folded(None if most is None else most - 1 - bool(loop))
    if brief and most is not None:
        folded = _fewer(found, folded, most, told=bool(run.findings))
    table = [] if show else _table(found, folded, timeline, own_program=own_program)
    if table and most is not None:
        held_by = _loop_parts(shares(timeline), table)
        return below([*wrapped_parts(page, held_by), (), *held_rows(page, table, run.subject, most - 4), *end], waits)
    # Lanes put together that have little in common tell little.
    coarse = folded.tolerance is None or folded.tolerance * _COARSE > found.axis.cells
    if waits and most is not None and show is None and own_program and len(tasks) > _FEW and coarse:
        return below([*wrapped_parts(page, loop), *end], waits)
    held_too = held_rows(page, table, run.subject, None) if table else []
    return below(below([*_lanes(page, found, folded, width, most, loop, brief=brief), *end], held_too), waits)


def _wait_rows(
    page: Page, run: Run, room: int | None, order: Order | None, *, own_program: bool, critical: bool
) -> list[Row]:
    """Where it waited: all of it, as much as was asked for, or the first lines where these say something."""
    if run.timeline is None:
        return []
    asked = room is None or order is not None
    hangs = any(finding.rule in HANGS for finding in run.findings or ())  # there is a table of who waits where, then
    if not asked and (hangs or not own_program):
        return []
    waits = wait_times(run.timeline, order)
    if not waits or not (asked or say_something(waits, length(run))):
        return []
    rows = wait_rows(page, waits, run.subject, None if room is None else _MOST_WAITS if asked else _SOME_WAITS)
    grave = any(finding.severity != "note" for finding in run.findings or ())
    whole = not critical and run.outcome.kind == "exited" and not grave and len(run.timeline.spans) <= _MOST_SPANS
    return [*(decisive_rows(page, run, decisive(run.timeline, waits)) if whole else []), *rows]


def _cancelled_rows(page: Page, run: Run) -> list[Row]:
    """Who cancelled whom, as far as it is known: a row for each task that did, and each line."""
    if run.timeline is None:
        return []
    called = names(run.timeline.tasks)
    groups: dict[tuple[int, int | None, str | None], list[str]] = {}
    for each in cancellations(run):
        if each.task in called and each.by in called:
            groups.setdefault((each.by, each.line, each.error), []).append(called[each.task])
    rows: list[Row] = []
    for (by, line, error), tasks in groups.items():
        whom = ", ".join(tasks[:_NAMED]) + (f" and {len(tasks) - _NAMED} more" if len(tasks) > _NAMED else "")
        where = f", line {line}" if line is not None else ""
        why = f", which ended with {error}{where}" if error is not None else where
        rows += paragraph(page, f"{whom}: cancelled by {called[by]}{why}", style="dim")
    return rows


def _fewer(found: Chart, folded: Folded, room: int, *, told: bool) -> Folded:
    """Fold lanes further, if what is then together is alike, or is many tasks of which a finding tells already."""
    fewer = found.folded(min(room - 1, _FEW_LANES))
    if fewer.tolerance is None:
        return folded
    alike = fewer.tolerance * _COARSE <= found.axis.cells
    return fewer if alike or (told and len(found.tasks) > _FEW) else folded


def _worth_it(tasks: Sequence[Task], room: int | None) -> bool:
    """True if tasks overlap, and do so for more than a moment, which on the axis is mostly the start of the loop."""
    ends = [task.ended for task in tasks]
    last = max((end for end in ends if end is not None), default=0.0)
    short = None not in ends and last - min((task.created for task in tasks), default=0.0) < _MOMENT
    return overlap(tasks) and (room is None or not short)


def may_have_lanes(source: str | None) -> bool:
    """True if a script looks as if it had tasks or threads."""
    return source is not None and any(word in source for word in ("async", "trio", "anyio", "thread"))


def incomplete_rows(page: Page, run: Run, timeline: Timeline, title: str = "") -> list[Row]:
    """The row that says which trace is incomplete, and from when on if it was given up; none if all are complete."""
    if timeline.complete:
        return []
    said = f"the trace is incomplete: {_what_is_missing(run, timeline)}"
    return paragraph(page, f"{title}: {said}" if title else said, style="warn")


def _what_is_missing(run: Run, timeline: Timeline) -> str:
    """Where a trace was given up, nobody knows how the tasks ended."""
    zero, last = run.seconds.zero or 0.0, max(timeline.spans.ends, default=0.0)
    given_up = any(task.end is None and task.ended is None for task in timeline.tasks)
    if given_up and zero + length(run) - last > _SOON * length(run):
        return f"it stopped at {wording.seconds(last - zero)}, the script went on"
    return "a part of it is missing"


def lane_rows(page: Page, found: Chart, folded: Folded, names_width: int) -> tuple[list[Row], list[Drawn]]:
    """The lanes, and all that is drawn on them."""
    room = found.axis.cells + MARGIN
    lanes = [(lane, drawn(page, found, lane, room)) for lane in folded.lanes]
    rows = [lane_row(page, lane, parts, names_width) for lane, parts in lanes]
    if folded.left_out:
        rows.append(page.more(folded.left_out, "tasks", indent=1))
    return rows, [part for _, parts in lanes for part in parts]


def scale_row(axis: Axis, names_width: int) -> Row:
    """The numbers above the lanes."""
    return " " * names_width, (scale(axis.end - axis.start, axis.cells, axis.cells + MARGIN), "dim")


def own_axis(page: Page, run: Run, names_width: int, seconds: float | None = None) -> Axis:
    """The axis of a run from its own zero on, over its own time or so many seconds."""
    zero = run.seconds.zero or 0.0
    return Axis(zero, zero + (seconds or length(run) or 1.0), page.width - 1 - names_width - MARGIN)


def name_cells(page: Page, tasks: Sequence[Task], called: Mapping[int, str]) -> int:
    """How many cells the names of tasks take at most, folded or not, with a blank on both sides."""
    works = {kind_of_work(task) for task in tasks} if len(tasks) > 1 else set()
    together = {common_name([called[task.id] for task in tasks if kind_of_work(task) == work], work) for work in works}
    longest = max(cells(name) for name in (*called.values(), *(f"{name} x{len(tasks)}" for name in works | together)))
    return min(max(longest + 2, 8), page.width // 5)


def _lanes(
    page: Page, found: Chart, folded: Folded, width: int, room: int | None, loop: Sequence[Row], *, brief: bool
) -> list[Row]:
    """The lanes between their axis and what is said of the loop; fewer of them where that takes more rows."""
    least = _WIDE if brief else 0
    lanes, parts = lane_rows(page, found, folded, width)
    end = wrapped_parts(page, [*loop, *legend(page, parts, least)])
    if room is not None and 1 + len(lanes) + len(end) > room:
        lanes, parts = lane_rows(page, found, found.folded(room - 1 - len(end)), width)
        end = wrapped_parts(page, [*loop, *legend(page, parts, least)])[: room - 1 - len(lanes)]
    return [scale_row(found.axis, width), *lanes, *end]


def _table(found: Chart, folded: Folded, timeline: Timeline, *, own_program: bool) -> list[Held]:
    """What held the loop, if the program is so large that this says more than its lanes."""
    many = own_program and timeline.steps > _MANY
    coarse = folded.tolerance is None or (own_program and folded.tolerance * _COARSE > found.axis.cells)
    if not many and not (coarse and len(found.tasks) > _FEW):
        return []
    rows = held(timeline)
    return rows if any(row.longest >= LATE for row in rows) else []


def _loop_parts(said: Shares | None, table: Sequence[Held] = ()) -> list[Row]:
    """What the loop did; of a large program for how long it was held."""
    if said is None:
        return []
    parts = [f"busy {wording.share(said.busy)}", f"idle {wording.share(said.idle)}"]
    if said.blocked >= _NOTABLE:
        longest = "" if table else f", longest {wording.seconds(said.longest_blocked)}"
        parts.append(f"blocked {wording.share(said.blocked)}{longest}")
    if said.unknown >= _NOTABLE:
        parts.append(f"unknown {wording.share(said.unknown)}")
    if table:
        total, times = sum(row.total for row in table), sum(row.times for row in table)
        parts.append(f"held {wording.seconds(total)} in {times} step{'s' if times > 1 else ''}")
    return [(("loop", "title"),), *((part,) for part in parts)]


def wrapped_parts(page: Page, parts: Sequence[Row]) -> list[Row]:
    """Put parts into rows, as few as they fit into."""
    rows: list[list[Part]] = []
    used = page.width
    for part in parts:
        width = sum(cells(each if isinstance(each, str) else each[0]) for each in part)
        if used + 3 + width >= page.width:
            rows.append([])
            used = 0
        rows[-1] += [*(["   "] if used else []), *part]
        used += width + (3 if used else 0)
    return [tuple(row) for row in rows]
