"""Runs as a picture: what every task did, on one axis for the variants of a scenario.

Spans are merged where they are shorter than a pixel, and alike lanes are folded as in the terminal, so that the size
does not grow with the number of steps.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from asyncdemo.analysis.critical_path import deciding_path, shares
from asyncdemo.analysis.lane_drawing import length
from asyncdemo.analysis.lanes import ticks, unit_of
from asyncdemo.analysis.task_names import shown_tasks
from asyncdemo.catalogue.script_source import docstring
from asyncdemo.model.recording import Run
from asyncdemo.model.recording_json import Recording
from asyncdemo.views import wording
from asyncdemo.views.line_tables import deciding_lines
from asyncdemo.views.shown_modules import place
from asyncdemo.views.svg.drawing import CHARACTER, EDGE, LEGEND, WIDTH, cut, opening, path, text, timeline_style
from asyncdemo.views.svg.lane_picture import VARIANT, Section, lane, section
from asyncdemo.views.variant_runs import side_by_side

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
        took = "" if finding.seconds is None else f", {wording.seconds(finding.seconds)} total"
        times = f", {finding.times} times" if finding.times > 1 else ""
        sign = "i" if finding.severity == "note" else "!"
        said.append(f"{sign} {who}{finding.rule}{where}{times}{took}")
    return said + [f"{who}critical path: {decided}" for decided in _decided(run) if decided]


def _decided(run: Run) -> Iterator[str]:
    """What decided how long it took, where there was a choice: with two tasks or more."""
    if run.timeline is not None and len(shown_tasks(run.timeline, full=False)) > 1:
        yield deciding_lines(shares(deciding_path(run)), run)


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
