"""The lanes of one run, before they are drawn."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from asyncdemo.lanes.axis import Axis
from asyncdemo.lanes.cells import NOTHING, STEPPED, cells
from asyncdemo.lanes.chart import Chart, chart, length
from asyncdemo.lanes.folding import Lane, together
from asyncdemo.lanes.naming import names, shown_tasks
from asyncdemo.lanes.words import Word, spoken, words
from asyncdemo.recording import Output, Run
from asyncdemo.spans import Task
from asyncdemo.views.harmless import first_line, harmless
from asyncdemo.views.svg.drawing import cut, measure
from asyncdemo.views.svg.lane import Drawn
from asyncdemo.views.svg.looks import CHARACTER, KINDS

NAME = 10.6  # pixels for a character of a lane's name
VARIANT, _BROAD = 18, 13.0  # characters of a variant's name, and pixels for one of them
_LONGEST = 18  # characters of a name
_LINE = 200  # characters of a printed line that are looked at
_END = 92  # pixels for the word behind a lane: how its task ended
_MORE = 24  # pixels: the height of a line that says how many lanes are left out


class Section(NamedTuple):
    """A run's lanes; names take `column` pixels, the time `width`; `more` says how many tasks are in none."""

    run: Run
    lanes: list[Drawn]
    more: str
    column: int
    width: int

    @property
    def height(self) -> int:
        """How many pixels all of it takes."""
        return sum(each.height for each in self.lanes) + (_MORE if self.more else 0)

    @property
    def kinds(self) -> set[str]:
        """What its lanes are made of, by the words of `looks`."""
        codes = {code for each in self.lanes for code in set(each.pixels)}
        states = {code & ~STEPPED for code in codes} - {NOTHING}
        return {KINDS[code - 1] for code in states} | ({"step"} if any(code & STEPPED for code in codes) else set())


def section(run: Run, seconds: float, room: int, most: int, column: int = 0) -> Section:
    """Give the lanes of a run on an axis of so many seconds, `most` of them, in `room` pixels with their names."""
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
    fine = cells(
        run.timeline.spans, Axis(zero, zero + seconds, width), [task for each in folded.lanes for task in each.tasks]
    )
    lanes = [_lane(each, coarse, fine, complete=run.timeline.complete) for each in folded.lanes]
    more = f"… {folded.left_out} more tasks" if folded.left_out else ""
    return Section(run, lanes, more, column, width)


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


def _lane(lane: Lane, coarse: Chart, fine: Mapping[int, bytes], *, complete: bool) -> Drawn:
    """Draw a lane; where its last spans may be missing, nobody can say at which moment it ended."""
    said = _placed(coarse.said(lane), coarse.printed.get(lane.tasks[0], ()), coarse.axis)
    return Drawn(_short(lane.name), together([fine[task] for task in lane.tasks]), said, lane.end if complete else None)


def _alone(run: Run, axis: Axis) -> Drawn:
    """A run in which no task was seen: how long it took, and what it printed."""
    coarse = Axis(axis.start, axis.end, int(axis.cells / CHARACTER))
    whole = axis.cell(axis.start + length(run)) + 1
    return Drawn("script", bytes(axis.cells), _placed(spoken(run.output, coarse), run.output, coarse), None, whole)


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
