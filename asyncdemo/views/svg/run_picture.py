"""Runs as a picture: what every task did, on one axis for the variants of a scenario.

Spans are merged where they are shorter than a pixel, and alike lanes are folded as in the terminal, so that the size
does not grow with the number of steps. First the lanes of one run, then the picture of all of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise, takewhile
from typing import NamedTuple

from asyncdemo.analysis.critical_path import deciding_path, shares
from asyncdemo.analysis.lane_drawing import (
    DUE,
    ENDS,
    MANY,
    STATES,
    BarWords,
    Chart,
    Texts,
    Word,
    chart,
    length,
    spoken,
    words,
)
from asyncdemo.analysis.lanes import NOTHING, STEPPED, Axis, Lane, cells, shape, ticks, together, unit_of
from asyncdemo.analysis.task_names import names, shown_tasks
from asyncdemo.catalogue.script_source import docstring
from asyncdemo.model.recording import Output, Run
from asyncdemo.model.recording_json import Recording
from asyncdemo.model.spans import BLOCKED, READY, WAITING, End, Task
from asyncdemo.views import wording
from asyncdemo.views.foreign_text import first_line, harmless
from asyncdemo.views.line_tables import deciding_lines
from asyncdemo.views.shown_modules import place
from asyncdemo.views.svg.drawing import (
    CHARACTER,
    EDGE,
    KINDS,
    LEGEND,
    WIDTH,
    cut,
    measure,
    opening,
    path,
    text,
    timeline_style,
)
from asyncdemo.views.variant_runs import side_by_side

NAME = 10.6  # pixels for a character of a lane's name
VARIANT, _BROAD = 18, 13.0  # characters of a variant's name, and pixels for one of them
_LONGEST = 18  # characters of a name
_LINE = 200  # characters of a printed line that are looked at
_END = 92  # pixels for the word behind a lane: how its task ended
_MORE = 24  # pixels: the height of a line that says how many lanes are left out
BAR, SAID, GAP = 22, 23, 9  # pixels: the height of a bar, of the words below it, and what is free below both
_TALLER = 3  # pixels above and below, of what blocks
_STEP = 2  # pixels at least that a short step is wide
_WIDE, _DENSE = 30, 4  # of so many pixels or more one in four has a short step: they are too many to be drawn
_LINED = 3  # pixels: how thick the mark of the critical path is
_BESIDE = 3  # pixels between the mark of a moment and what was printed then


class DrawnLane(NamedTuple):
    """What is on a lane: a state for each pixel, words in cells of a character, and where in pixels each was said.

    `plain` is how many pixels are drawn of a run of which no state is known. `waits` has for what tasks waited between
    two pixels, in words, `critical` where the lane is on the critical path: first pixel, and the one behind the last.
    """

    name: str
    pixels: bytes
    said: Sequence[tuple[Word, float]]
    end: End | None
    plain: int = 0
    waits: Texts = lambda _, __: ()
    critical: Sequence[tuple[float, float]] = ()

    @property
    def height(self) -> int:
        """How many pixels it takes."""
        return BAR + (SAID if self.said else 0) + GAP


class Section(NamedTuple):
    """A run's lanes; names take `column` pixels, the time `width`; `more` says how many tasks are in none."""

    run: Run
    lanes: list[DrawnLane]
    more: str
    column: int
    width: int

    @property
    def height(self) -> int:
        """How many pixels all of it takes."""
        return sum(each.height for each in self.lanes) + (_MORE if self.more else 0)

    @property
    def kinds(self) -> set[str]:
        """What its lanes are made of, by the words of KINDS."""
        codes = {code for each in self.lanes for code in set(each.pixels)}
        states = {code & ~STEPPED for code in codes} - {NOTHING}
        kinds = {KINDS[code - 1] for code in states} | ({"step"} if any(code & STEPPED for code in codes) else set())
        return kinds | ({"critical"} if any(each.critical for each in self.lanes) else set())


def section(run: Run, seconds: float, room: int, most: int, column: int = 0) -> Section:
    """The lanes of a run on an axis of so many seconds, `most` of them, in `room` pixels with their names."""
    tasks = _tasks(run)
    called = names(tasks)
    longest = max((measure(name) for name in called.values()), default=6) + 4  # of folded ones, how many follows
    heading = min(measure(run.subject.variant or ""), VARIANT) * _BROAD + _BROAD
    column = column or int(max(min(longest, _LONGEST) * NAME, heading))
    width = room - column - _END
    zero = run.seconds.zero or 0.0
    alone = Section(run, [_alone(run, Axis(zero, zero + seconds, width))], "", column, width)
    if run.timeline is None or not tasks:
        return alone
    coarse = chart(run, run.timeline, tasks, called, Axis(zero, zero + seconds, int(width / CHARACTER)))
    folded = coarse.folded(most)
    axis = Axis(zero, zero + seconds, width)
    fine = cells(run.timeline.spans, axis, [task for each in folded.lanes for task in each.tasks])
    waits = BarWords(run.timeline.spans, axis, called)
    path = _critical(run, axis) if len(folded.lanes) > 1 else {}
    lanes = [
        _lane(each, coarse, fine, complete=run.timeline.complete)._replace(
            waits=waits.of(each.tasks), critical=[part for task in each.tasks for part in path.get(task, ())]
        )
        for each in folded.lanes
    ]
    more = f"… {folded.left_out} more tasks" if folded.left_out else ""
    return Section(run, lanes, more, column, width)


def _critical(run: Run, axis: Axis) -> dict[int, list[tuple[float, float]]]:
    """The parts of each task on the critical path, in pixels of the axis; those that meet are one."""
    found: dict[int, list[tuple[float, float]]] = {}
    for stretch in deciding_path(run):
        start, stop = (
            min(max(0.0, (moment - axis.start) / (axis.end - axis.start) * axis.cells), axis.cells)
            for moment in (stretch.start, stretch.end)
        )
        parts = found.setdefault(stretch.task, [])
        if parts and start - parts[-1][1] < _STEP:
            start = parts.pop()[0]
        parts.append((start, max(stop, start + _STEP)))
    return found


def _tasks(run: Run) -> list[Task]:
    """The tasks that a person has asked for, or all where nothing was seen of those: the workers of a pool."""
    if run.timeline is None:
        return []
    seen = set(run.timeline.spans.tasks)
    for full in (False, True):
        tasks = [task for task in shown_tasks(run.timeline, full=full) if task.id in seen]
        if tasks:
            return tasks
    return []


def _lane(lane: Lane, coarse: Chart, fine: Mapping[int, bytes], *, complete: bool) -> DrawnLane:
    """Draw a lane; where its last spans may be missing, nobody can say at which moment it ended."""
    said = _placed(coarse.said(lane), coarse.printed.get(lane.tasks[0], ()), coarse.axis)
    return DrawnLane(
        _short(lane.name), together([fine[task] for task in lane.tasks]), said, lane.end if complete else None
    )


def _alone(run: Run, axis: Axis) -> DrawnLane:
    """A run in which no task was seen: how long it took, and what it printed."""
    coarse = Axis(axis.start, axis.end, int(axis.cells / CHARACTER))
    whole = axis.cell(axis.start + length(run)) + 1
    return DrawnLane("script", bytes(axis.cells), _placed(spoken(run.output, coarse), run.output, coarse), None, whole)


def _placed(said: Sequence[tuple[int, str]], outputs: Iterable[Output], axis: Axis) -> list[tuple[Word, float]]:
    """What was printed, in a row of its own: as many words of it as there is room for, each with its moment."""
    moments: dict[int, float] = {}
    for output in outputs:
        if output.stream == "stdout" and output.text.strip():
            at = (output.at - axis.start) / (axis.end - axis.start) * axis.cells * CHARACTER
            moments.setdefault(axis.cell(output.at), min(max(0.0, at), axis.cells * CHARACTER))
    plain = [(cell, first_line(line, _LINE)) for cell, line in said]
    empty = Lane("", (0,), bytes(axis.cells), None)
    placed: list[tuple[Word, float]] = []
    left = iter(plain)
    # A word may stand two cells behind its moment: so much stays free behind each, or the next mark goes through it.
    for word in words(empty, plain, axis.cells + int(_END / CHARACTER), lambda text: measure(text) + 2):
        cell = next(cell for cell, line in left if " ".join(line.split()).startswith(word.text))
        placed.append((word, moments[cell]))
    return placed


def _short(name: str) -> str:
    """Cut a name so that the number at its end stays."""
    head, _, tail = harmless(name).rpartition(" ")
    if head and tail.removeprefix("x").isdecimal() and len(tail) < _LONGEST // 2:
        return f"{cut(head, _LONGEST - 1 - len(tail))} {tail}"
    return cut(harmless(name), _LONGEST)


def lane(drawn: DrawnLane, left: float, top: float) -> Iterator[str]:
    """The lane; its time begins at `left` (pixels)."""
    runs = list(_runs(drawn.pixels))
    crowded = []  # where single steps can no longer be told apart
    for state, start, stop in runs:
        many = sum(code & STEPPED > 0 for code in drawn.pixels[start:stop])
        if state != NOTHING and _WIDE <= stop - start < _DENSE * many:
            crowded.append((start, stop))
    steps = [step for step in _steps(drawn.pixels) if not any(start <= step[0] < stop for start, stop in crowded)]
    yield from _boxes([(0, drawn.plain)] if drawn.plain else [], "script", left, top, BAR)
    for code, kind in KINDS.items():
        taller = _TALLER if code == BLOCKED else 0
        boxes = [(start, stop) for state, start, stop in runs if state == code + 1]
        yield from _boxes(boxes, kind, left, top - taller, BAR + 2 * taller)
    yield from _boxes([(start, max(stop, start + _STEP)) for start, stop in steps], "step", left, top, BAR)
    before = NOTHING
    for state, start, stop in runs:
        if state == WAITING + 1 and (start, stop) not in crowded:
            yield from _wait_words(drawn, start, stop, steps, left, top)
        elif state != NOTHING:
            texts = (DUE, *STATES[READY]) if (state, before) == (READY + 1, WAITING + 1) else STATES[state - 1]
            if (start, stop) in crowded:
                texts = (f"{texts[0]}, {MANY}", *texts)
            widest = max(_parts(start, stop, steps), key=lambda part: part[1] - part[0])
            yield from _word(texts, f"word on-{KINDS[state - 1]}", widest, left, top)
        before = state
    for word, at in drawn.said:
        yield path(f"M{left + at:.1f} {top + BAR - 4:.1f} v{SAID}", "moment")
        x = max(left + at + _BESIDE, left + word.cell * CHARACTER)
        yield text(x, top + BAR + SAID - 5, word.text, kind="said")
    critical = [(round(start, 1), round(stop, 1)) for start, stop in drawn.critical]
    yield from _boxes(critical, "critical", left, top + BAR + _TALLER, _LINED)
    last = len(drawn.pixels.rstrip(bytes((NOTHING,))))
    said_then = any(at >= last - SAID for _, at in drawn.said)  # it is seen that it came to its end
    if drawn.end is not None and last and not (drawn.end == "returned" and said_then):
        kind = "end trouble" if drawn.end == "raised" else "end"
        yield text(left + last + 7, top + BAR - 6, ENDS[drawn.end], kind=kind)


def _runs(pixels: bytes) -> Iterator[tuple[int, int, int]]:
    """State, first pixel, and the one behind the last."""
    start = 0
    for state, run in groupby(shape(pixels)):
        stop = start + sum(1 for _ in run)
        yield state, start, stop
        start = stop


def _steps(pixels: bytes) -> Iterator[tuple[int, int]]:
    """First pixel, and the one behind the last, in which the task ran shortly."""
    start = 0
    for is_step, run in groupby(bool(code & STEPPED) for code in pixels):
        stop = start + sum(1 for _ in run)
        if is_step:
            yield start, stop
        start = stop


def _wait_words(
    drawn: DrawnLane, start: int, stop: int, steps: Sequence[tuple[int, int]], left: float, top: float
) -> Iterator[str]:
    """For what was waited between the steps of a bar, where there is room for it; once where it is alike."""
    parts = _parts(start, stop, steps)
    said = [tuple(drawn.waits(*part)) for part in parts]
    for texts, alike in groupby(range(len(parts)), key=said.__getitem__):
        widest = max((parts[index] for index in alike), key=lambda part: part[1] - part[0])
        yield from _word((*texts, *STATES[WAITING]), f"word on-{KINDS[WAITING]}", widest, left, top)


def _boxes(boxes: Sequence[tuple[float, float]], kind: str, left: float, top: float, height: float) -> Iterator[str]:
    """All boxes of one kind in one element: there may be hundreds."""
    if boxes:
        steps = "".join(f"M{left + start:g} {top:g}h{stop - start}v{height:g}h{start - stop}z" for start, stop in boxes)
        yield path(steps, kind)


def _parts(start: int, stop: int, steps: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches of a bar without a step in them."""
    inside = [(begin, end) for begin, end in steps if start <= begin < stop]
    edges = [start, *(edge for step in inside for edge in step), stop]
    return [(one, other) for one, other in list(pairwise(edges))[::2]]


def _word(texts: Sequence[str], kind: str, free: tuple[int, int], left: float, top: float) -> Iterator[str]:
    """The first of the words for a state that there is room for."""
    room = (free[1] - free[0]) / CHARACTER - 1
    said = next((each for each in texts if measure(each) <= room), None)
    if said is not None:
        yield text(left + (free[0] + free[1]) / 2, top + BAR - 6, said, kind=kind)


TITLE, SUMMARY, AXIS, HEADING, BETWEEN, LINE = 52, 26, 26, 34, 16, 24  # pixels: heights of what is not a lane
_SPARSE = 0.8  # of the numbers that there is room for
LANES = 16  # of a single run, at most
LEAST_LANES = 4  # of each run, however many there are
FINDINGS = 3  # that are named


class _Group(NamedTuple):
    """Runs on one axis of so many seconds."""

    title: str
    summary: str
    headline: str
    sections: list[Section]
    seconds: float
    said: list[str]

    @property
    def height(self) -> float:
        headings = HEADING * len(self.sections) if len(self.sections) > 1 else 0
        lanes = sum(each.height + BETWEEN for each in self.sections)
        title = TITLE + (SUMMARY if self.summary else 0)
        return title + AXIS + headings + lanes + LINE * len(self.said)


def recording_picture(recording: Recording) -> Iterator[str]:
    """The text of the picture, part by part."""
    groups = [_group(runs) for runs in side_by_side(recording.runs)]
    shown = {kind for group in groups for each in group.sections for kind in each.kinds}
    names = ", ".join(group.title for group in groups)
    yield opening(
        cut(f"What every task did: {names}", 200), round(sum(each.height for each in groups)) + 44, timeline_style()
    )
    y = 0.0
    for group in groups:
        yield from _drawn(group, y)
        y += group.height
    yield from _legend(shown, y + 16)
    yield "</svg>\n"


def _group(runs: Sequence[Run]) -> _Group:
    first = runs[0]
    seconds = max(map(length, runs)) or 1.0
    most = max(LEAST_LANES, LANES // len(runs))
    sections = [section(run, seconds, WIDTH - 2 * EDGE, most) for run in runs]
    column = max(each.column for each in sections)
    if any(each.column < column for each in sections):
        sections = [section(run, seconds, WIDTH - 2 * EDGE, most, column) for run in runs]
    alone = len(runs) == 1
    title = first.subject.target if alone else first.subject.scenario or ""
    headline = wording.seconds(length(first), 2) if alone else ""
    said = [line for run in runs for line in _said(run, alone=alone)]
    return _Group(title, _summary(first) if alone else "", headline, sections, seconds, said)


def _said(run: Run, *, alone: bool) -> list[str]:
    """How it ended if not well, that something is missing, and what was found."""
    who = "" if alone else f"{run.subject.variant}: "
    said = [] if run.ok else [f"{who}{wording.outcome(run.outcome)}"]
    if run.timeline is not None and not run.timeline.complete:
        said.append(f"{who}the trace is incomplete")
    for finding in (run.findings or ())[:FINDINGS]:
        where = "" if finding.line is None else f", {place(finding.path, finding.line, run.subject)}"
        often = wording.how_often(finding.times, finding.seconds)
        sign = "i" if finding.severity == "note" else "!"
        said.append(f"{sign} {who}{finding.rule}{where}{', ' if often else ''}{often}")
    if run.timeline is not None and len(shown_tasks(run.timeline, full=False)) > 1:  # where there was a choice
        decided = deciding_lines(shares(deciding_path(run)), run)
        said += [f"{who}critical path: {decided}"] if decided else []
    return said


def _summary(run: Run) -> str:
    return docstring(run.subject.source or "").strip().partition("\n")[0]


def _drawn(group: _Group, top: float) -> Iterator[str]:
    yield text(EDGE, top + 40, cut(group.title, 50), kind="title")
    yield text(WIDTH - EDGE, top + 40, group.headline, kind="title", anchor="end")
    y = top + TITLE
    if group.summary:
        yield text(EDGE, y + 14, cut(group.summary, 100), kind="small")
        y += SUMMARY
    left = EDGE + group.sections[0].column
    bottom = top + group.height - LINE * len(group.said) - BETWEEN
    yield from _axis(group, left, y, bottom)
    y += AXIS
    for each in group.sections:
        if len(group.sections) > 1:
            yield text(EDGE, y + 22, cut(str(each.run.subject.variant), VARIANT), kind="name")
            yield text(left, y + 22, cut(_summary(each.run), 60), kind="small")
            yield text(WIDTH - EDGE, y + 22, wording.seconds(length(each.run)), anchor="end", kind="small")
            y += HEADING
        yield from _lanes(each, left, y)
        y += each.height + BETWEEN
    for said in group.said:
        yield text(EDGE, y + 8, cut(said, 100), kind="small")
        y += LINE


def _axis(group: _Group, left: float, top: float, bottom: float) -> Iterator[str]:
    """Numbers, and below each a line through all lanes."""
    width = group.sections[0].width
    unit = unit_of(group.seconds)
    for moment, number in takewhile(
        lambda tick: tick[0] <= group.seconds * 1.000001, ticks(group.seconds, int(width / CHARACTER * _SPARSE))
    ):
        x = left + moment / group.seconds * width
        yield path(f"M{x:.1f} {top + AXIS - 6:.1f} V{bottom:.1f}", "grid")
        yield text(x, top + AXIS - 12, f"{number} {unit}" if moment else "0", kind="number", anchor="middle")


def _lanes(drawn: Section, left: float, top: float) -> Iterator[str]:
    y = top
    for each in drawn.lanes:
        yield text(EDGE, y + 17, each.name, kind="lane")
        yield from lane(each, left, y)
        y += each.height
    if drawn.more:
        yield text(EDGE, y + 14, drawn.more, kind="small")


def _legend(shown: set[str], top: float) -> Iterator[str]:
    """What the bars mean, as many as there are."""
    x = float(EDGE)
    for kind, said in LEGEND:
        if kind in shown:
            wide = 3 if kind == "step" else 28
            down, tall = (10, 4) if kind == "critical" else (0, 16)
            yield path(f"M{x:g} {top + down:g}h{wide}v{tall}h-{wide}z", kind)
            yield text(x + wide + 8, top + 14, said, kind="small")
            x += wide + 8 + len(said) * 9.5 + 26
