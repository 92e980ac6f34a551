"""How the rows of a run's view are shared out between its code, its output, its timeline and what was found."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from asyncdemo.analysis.line_marks import Mark, marks
from asyncdemo.analysis.wait_times import Order
from asyncdemo.model.recording import Run
from asyncdemo.views.excerpt import Lines, by_importance, excerpt
from asyncdemo.views.shown_modules import ShownModule, shown_modules
from asyncdemo.views.terminal.annotated_code import code_rows, fitting_rows
from asyncdemo.views.terminal.finding_rows import BRIEF, finding_rows
from asyncdemo.views.terminal.finding_rows import FEWEST as FEWEST_FINDINGS
from asyncdemo.views.terminal.lane_rows import has_lanes, timeline_rows
from asyncdemo.views.terminal.output_lines import FEWEST
from asyncdemo.views.terminal.page import Page, Row, below

ROWS = 22  # of a default view
FRAME = 5  # of these for title, rule, how it ended, next step, and a blank row
LEAST_CODE = 3  # rows of code that what to do about a finding leaves
ROOMY = 6  # rows of output beside all of the code: then there is a row for a heading, too
LEAST_LANES = 4  # rows of a timeline that findings leave
CRITICAL = 8  # rows of the critical path
BRIEF_LANES = 6  # rows of a timeline where code or output have to be folded
MORE_LANES = 12  # the same of a person's own program, however much else there is
MANY = 15  # rows of code of a person's own program that are shown whole
FEW = 5  # rows of code of each of several files, at least
SOME = 7  # rows of a longer one in which nothing went wrong


class Look(NamedTuple):
    """What a run's view says besides what happened; `fold` keeps it within ROWS, `show_code` None where it fits.

    `order` is that in which the lines are asked for at which it waited.

    `meanwhile` stands in the place of the summary where the title is written before the run is over.
    """

    title: str
    summary: str = ""
    source: str | None = None
    expected: int = 0
    next_step: tuple[str, str] | None = None
    fold: bool = True
    show_code: bool | None = None
    timing: bool = False
    full: bool = False
    timeline: bool | None = None
    critical: bool = False
    order: Order | None = None
    meanwhile: str = ""


class Shares(NamedTuple):
    """What a view has of each, and in how many rows it shows the output.

    `goes_on`: code follows that is not shown. `tight`: no blank row stands behind the findings.
    """

    code: list[Row]
    goes_on: bool
    heading: bool
    output: int
    timeline: list[Row]
    findings: list[Row]
    tight: bool


class Sharing(NamedTuple):
    """A run that is over, its code, and the page on which there has to be room for both."""

    page: Page
    look: Look
    code: Lines
    run: Run

    def shares(self, output: int, below: int, *, heading: bool = False, written: bool = False) -> Shares:
        """Share the rows: what was found is said whole, then comes what the tasks did; code and output get the rest.

        `output` is how many rows that has, `below` how many say how it ended and what is next; `heading`: whether
        output needs one; `written`: whether it stands there.
        """
        free, run = ROWS - FRAME + 2 - below, self.run
        lines = sum(bool(text.strip()) for _, text in self.code)
        least = bool(lines) + (output + 1 if written else min(output, FEWEST) + heading)
        lanes = LEAST_LANES + 1 if self.look.timeline or has_lanes(run.timeline) else 0
        some = min(lines, LEAST_CODE)
        findings, tight = self._findings(free - 1 - least - some - lanes, free - 1 - least - min(some, 1))
        free -= _height(findings) - tight
        least += min(lines, 1)
        timeline = self._timeline_rows(free - 1 - least)
        everything = lines + bool(lines) + output + 1
        if self.look.fold and everything + _height(timeline) > free:
            timeline = self._timeline_rows(min(free - 1 - least, BRIEF_LANES), brief=True)
        free -= _height(timeline)
        roomy = min(everything, lines + bool(lines) + 1 + ROOMY) <= free
        heading = heading or written or not self.look.fold or roomy
        free -= heading + bool(lines)
        most = free - output if written else max(free - output, min(lines, (free + 1) // 2, free - FEWEST))
        code, goes_on = self._code_rows(most)
        return Shares(code, goes_on, heading, max(FEWEST, free - len(code)), timeline, findings, tight)

    def _findings(self, room: int, at_most: int) -> tuple[list[Row], bool]:
        """What was found, as far as there is room for it; where one row more says all, it is the blank one behind.

        Where errors and warnings need it there are `at_most` rows: they go before code and lanes.
        """
        found = self.run.findings or ()
        grave = sum(finding.severity != "note" for finding in found)
        needed = BRIEF * grave + (grave < len(found))
        most = max(FEWEST_FINDINGS, room, min(needed, at_most)) if self.look.fold and not self.look.full else None
        rows = finding_rows(self.page, [self.run], most)
        more = rows if most is None else finding_rows(self.page, [self.run], most + 1)
        tight = len(more) > len(rows) and more[:-1] == rows and not self.look.timing
        return (more, True) if tight else (rows, False)

    def _timeline_rows(self, room: int, *, brief: bool = False) -> list[Row]:
        """The lanes of its tasks, as far as there is room for them."""
        if self.look.fold and room < LEAST_LANES and not self.look.full:
            return []
        most = None if self.look.full else max(LEAST_LANES if self.look.fold else MORE_LANES, room)
        own = not self.look.fold
        rows = timeline_rows(
            self.page,
            self.run,
            room=most,
            show=self.look.timeline,
            own_program=own,
            brief=brief,
            order=self.look.order,
            critical=self.look.critical,
        )
        if self.run.standstill is not None and not (self.look.fold and room < 2 * LEAST_LANES and not self.look.full):
            from asyncdemo.views.terminal.tables import standing_rows

            few = LEAST_LANES if self.look.fold else MORE_LANES
            stood = standing_rows(self.page, self.run, None if self.look.full else max(few, room - len(rows)))
            rows = below(rows, stood)
        if not self.look.critical or self.run.timeline is None:
            return rows
        from asyncdemo.views.terminal.tables import critical_rows

        path = critical_rows(self.page, self.run, None if self.look.full else CRITICAL)
        return below(rows, path)

    def _code_rows(self, most: int) -> tuple[list[Row], bool]:
        """The code in so many rows: what tells most, of a person's own long program what went wrong."""
        others = [] if self.look.fold or self.look.show_code is False else self._other_files()
        if others and not (self.look.show_code or self.look.full):
            return self._files_rows(others), False
        if not self.code:
            return self._files_rows(others), False
        found = {mark.line: mark for mark in marks(self.run)}
        zero = self.run.seconds.zero or 0.0
        if self.look.show_code or self.look.full:
            rows = code_rows(self.page, [self.code], found, zero)
            rest = self._files_rows([each for each in others if not self.run.subject.is_script(each.path)])
            return below(rows, rest), False
        if self.look.fold:
            wanted = by_importance(self.run, self.code, found.values())
        elif any(mark.trouble for mark in found.values()):
            wanted, most = _telling(found.values()), MANY
        else:
            wanted = by_importance(self.run, self.code, found.values())
            most = MANY if len(self.code) <= MANY else SOME
        draw = partial(code_rows, self.page, marks=found, zero=zero, first=self.code[0][0])
        rows, blocks = fitting_rows(self.code, wanted, most, draw)
        return rows, bool(blocks) and blocks[-1][-1] != self.code[-1]

    def _other_files(self) -> list[ShownModule]:
        """The files in which something went wrong or held the loop, where that is not the script alone."""
        told = [each for each in shown_modules(self.run) if _telling(each.marks)]
        return told if any(not self.run.subject.is_script(each.path) for each in told) else []

    def _files_rows(self, files: Sequence[ShownModule]) -> list[Row]:
        """What went wrong in each of several files, under its name."""
        zero, room = self.run.seconds.zero or 0.0, max(FEW, MANY // max(len(files), 1))
        rows: list[Row] = []
        for file in files:
            found = {mark.line: mark for mark in file.marks}
            blocks = excerpt(file.code, _telling(file.marks), room)
            code = code_rows(self.page, blocks, found, zero, first=file.code[0][0] if file.code else None)
            rows = below(rows, [((self.page.shown(file.name), "dim"),), *code])
        return rows


def _telling(found: Iterable[Mark]) -> list[int]:
    """The lines of which something is told besides what they printed, those first in which something went wrong."""
    told = [mark for mark in found if mark.trouble or not mark.times]
    return [mark.line for mark in sorted(told, key=lambda mark: not mark.trouble)]


def _height(rows: list[Row]) -> int:
    """How many rows they take, with the blank one behind them."""
    return len(rows) + 1 if rows else 0
