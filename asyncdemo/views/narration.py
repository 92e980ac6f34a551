"""The turns of a loop in words: who does what, who could go on, who waits, and at which lines."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import NamedTuple

from asyncdemo.analysis.held_loop import LATE
from asyncdemo.analysis.lane_drawing import ENDS, short_words
from asyncdemo.analysis.moments import SHORTEST, Moment, Standing, moments
from asyncdemo.analysis.task_names import names
from asyncdemo.model.recording import Output, Run
from asyncdemo.views.excerpt import code_lines

# Of a task that runs: by its state, and by what its line is.
_RUNS = {
    ("running", "defined"): "begins",
    ("running", "suspended"): "goes on",
    ("running", "seen"): "runs",
    ("blocked", "defined"): "begins, and BLOCKS",
    ("blocked", "suspended"): "goes on, and BLOCKS",
    ("blocked", "seen"): "BLOCKS",
}
_SEVERAL = {
    "begins": "begin",
    "goes": "go",
    "runs": "run",
    "BLOCKS": "BLOCK",
    "waits": "wait",
    "waits:": "wait:",
    "is": "are",
}
_WORDS = {"running": "runs", "blocked": "BLOCKS", "ready": "is ready", "waiting": "waits", None: "is there"}


class Remark(NamedTuple):
    """The text beside a line, and in short; whether a task `runs` there, is `suspended` or `blocks` the loop."""

    line: int
    text: str
    short: str
    runs: bool
    suspended: bool
    blocks: bool


class Stage:
    """A run that is stepped through: its moments, the names of its tasks, its code and the lines of it that matter."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.moments = moments(run)
        self.tasks = {} if run.timeline is None else {task.id: task for task in run.timeline.tasks}
        self.names = names([*self.tasks.values()])
        self.code = [] if run.subject.source is None else code_lines(run.subject.source)
        self._text = dict(self.code)
        self.zero = run.seconds.zero or 0.0
        places = [] if run.timeline is None else run.timeline.spans.places
        known = [*places, *((task.path, task.line) for task in self.tasks.values())]
        self.lines = sorted({line for path, line in known if self.is_own(path)})

    def is_own(self, path: str | None) -> bool:
        """True if a path is that of the script whose code is there."""
        return path is not None and path in (self.run.subject.path, self.run.subject.ran)

    def happening(self, moment: Moment) -> str:
        """What happens, in words."""
        lasts = "" if moment.until is None else f" for {duration(moment.until - moment.at)}"
        if moment.kind == "end":
            return "the last task has ended" if not moment.standings else "nothing more was seen"
        if moment.kind == "idle":
            return f"no task can run{lasts}"
        name = self.names.get(moment.task or 0, "?")
        standing = moment.standing
        if standing is None:
            return f"{name} has ended"
        if moment.kind == "thread":
            begins = standing.state is None or moment.at - self.tasks[standing.task].created < SHORTEST
            return f"{name} {'begins' if begins else _WORDS[standing.state]}"
        woken = "" if moment.woken_by is None else f", woken by {self.names.get(moment.woken_by, '?')}"
        return f"{name} {self._doing(standing)}{lasts if standing.state == 'blocked' else ''}{woken}"

    def beside(self, moment: Moment) -> list[Remark]:
        """The remarks beside the lines of the script, first that of the line at which a task runs.

        Where threads are is not known but when they begin.
        """
        known = (each for each in moment.standings if not self._is_thread(each) or each.task == moment.task)
        own = [each for each in known if each.line is not None and self.is_own(each.path)]
        remarks = []
        for line in dict.fromkeys(each.line for each in sorted(own, key=lambda each: not _runs(each))):
            here = sorted(
                (each for each in own if each.line == line), key=lambda each: (not _runs(each), self._doing(each))
            )
            texts = [self._all_doing(list(some)) for _, some in groupby(here, key=self._doing)]
            others = len(here) - 1
            remarks.append(
                Remark(
                    line or 0,
                    ", ".join(texts),
                    self._all_doing(here[:1]) + (f", +{others}" if others else ""),
                    runs=_runs(here[0]) or here[0].task == moment.task,
                    suspended=any(each.how == "suspended" for each in here),
                    blocks=any(each.state == "blocked" for each in here),
                )
            )
        return remarks

    def ready(self, moment: Moment) -> str:
        """Who could run, in the order in which they became ready; "" for nobody."""
        by_task = {each.task: each for each in moment.standings}
        return self._grouped([by_task[task] for task in moment.ready], moment.at)

    def waiting(self, moment: Moment) -> str:
        """Who waits, and where; "" for nobody."""
        others = (each for each in moment.standings if each.task != moment.task)
        return self._grouped([each for each in others if each.state == "waiting"])

    def changes(self, moment: Moment) -> str:
        """Who comes to be and who ends before the next moment; "" for nobody."""
        there = {moment.task, *(each.task for each in moment.standings)} if moment.number == 0 else ()
        new = [task for task in moment.created if task not in there]
        parts = [f"created {self._names_of(new)}"] if new else []
        ends = [(task, self.tasks[task].end) for task in moment.ended]
        for end, some in groupby(ends, key=lambda each: each[1]):
            how = "ended" if end is None else ENDS[end]
            parts.append(f"{self._names_of(task for task, _ in some)} {how}")
        return ", ".join(parts)

    def outputs(self, moment: Moment) -> Sequence[Output]:
        """What is printed before the next moment."""
        return self.run.output[moment.printed : moment.printed_until]

    def place(self, moment: Moment) -> str:
        """The line that belongs to what happens: with its code, where that is known; "" where there is none."""
        standing = moment.standing
        if standing is None or standing.line is None:
            return ""
        said = self._where(standing.path, standing.line)
        code = self._text.get(standing.line, "") if self.is_own(standing.path) else ""
        return f"{said}: {code.strip()}" if code.strip() else said

    def _all_doing(self, standings: Sequence[Standing]) -> str:
        """What several do who do the same."""
        doing = self._doing(standings[0])
        if len(standings) > 1:
            doing = " ".join(_SEVERAL.get(word, word) for word in doing.split())
        return f"{self._names_of(each.task for each in standings)} {doing}"

    def _names_of(self, tasks: Iterable[int]) -> str:
        return ", ".join(name_ranges([self.names.get(task, "?") for task in tasks]))

    def _grouped(self, standings: Sequence[Standing], at: float | None = None) -> str:
        """Names with their lines; of those that are late also since when."""
        groups = groupby(standings, lambda each: self._aside(each, at))
        return ", ".join(f"{self._names_of(each.task for each in some)}{said}" for said, some in groups)

    def _aside(self, standing: Standing, at: float | None) -> str:
        parts = []
        if standing.line is not None and not self._is_thread(standing):
            parts.append(self._where(standing.path, standing.line))
        if wait := self._wait(standing):
            parts.append(wait)
        if at is not None and standing.since is not None and at - standing.since >= LATE:
            parts.append(f"for {duration(at - standing.since)}")
        return f" ({', '.join(parts)})" if parts else ""

    def _doing(self, standing: Standing) -> str:
        if _runs(standing):
            return _RUNS.get((standing.state or "", standing.how or ""), _WORDS[standing.state])
        if standing.state == "ready":
            return "can begin" if standing.how == "defined" else "can go on"
        wait = self._wait(standing)
        return f"waits: {wait}" if wait else _WORDS[standing.state]

    def _wait(self, standing: Standing) -> str:
        """For what it waits; "" where it does not, or that is unknown."""
        words = () if standing.reason is None else short_words(standing.reason, self.names)
        return words[0] if words else ""

    def _is_thread(self, standing: Standing) -> bool:
        return self.tasks[standing.task].kind == "thread"

    def _where(self, path: str | None, line: int) -> str:
        return f"line {line}" if self.is_own(path) else f"{PurePath(path or '').name}:{line}"


def duration(seconds: float) -> str:
    """A time with about three digits: "0.25 s", "1.50 ms"."""
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1e3:.2f} ms"


def name_ranges(called: Sequence[str]) -> Iterator[str]:
    """The names, with those that follow one another in number put together: "job 1 to 3", "job 1 and 2"."""
    runs: list[list[str]] = []
    for name in called:
        if runs and _follows(runs[-1][-1], name):
            runs[-1].append(name)
        else:
            runs.append([name])
    for some in runs:
        last = some[-1].rpartition(" ")[2]
        yield some[0] if len(some) == 1 else f"{some[0]} {'to' if len(some) > 2 else 'and'} {last}"


def _follows(before: str, name: str) -> bool:
    (head, _, number), (other, _, following) = before.rpartition(" "), name.rpartition(" ")
    digits = number.isascii() and number.isdecimal() and following.isascii() and following.isdecimal()
    return head == other and digits and int(number[:9]) + 1 == int(following[:9])


def _runs(standing: Standing) -> bool:
    return standing.state in ("running", "blocked")
