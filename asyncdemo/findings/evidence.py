"""What a rule is, and what it is given: a run's timeline, its messages, its source, and how these are said in words."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from math import inf
from typing import NamedTuple

from asyncdemo.analysis.standstills import Stand, stand_of
from asyncdemo.findings.python_messages import Frame, Report, is_pytest, reports, summary_reports
from asyncdemo.findings.source import FUNCTIONS, Source, source_of
from asyncdemo.model.recording import Finding, Run
from asyncdemo.model.spans import BLOCKED, CALLBACKS, READY, RUNNING, TASKS, WAITING, Span, Spans, Task
from asyncdemo.model.user_code import is_own, is_same

LEAST = 0.010  # seconds: no rule looks at stretches that are shorter, unless it needs all of them

Place = tuple[str, int]
_UNKNOWN = Source("")


class Rule(NamedTuple):
    """What finds one kind of finding in a run; findings are told in the order of the numbers.

    `least` is from how many seconds on something counts, None where time is not the point. `said` if it needs no trace:
    Python itself says it on stderr.
    """

    name: str
    order: int
    find: "Callable[[Evidence], list[Finding]]"
    least: float | None = None
    said: bool = False


REGISTERED: list[Rule] = []


def rule(
    name: str, order: int, *, least: float | None = None, said: bool = False
) -> "Callable[[Callable[[Evidence], list[Finding]]], Callable[[Evidence], list[Finding]]]":
    """A decorator that makes a function a rule; its meaning is told in the file `explanations/NAME.md`."""

    def register(find: Callable[[Evidence], list[Finding]]) -> Callable[[Evidence], list[Finding]]:
        REGISTERED.append(Rule(name, order, find, least, said))
        return find

    return register


class Evidence:
    """One run and the thresholds that count for it."""

    def __init__(self, run: Run, thresholds: Mapping[str, float]) -> None:
        self.run = run
        self.thresholds = thresholds
        self.spans = run.timeline.spans if run.timeline is not None else Spans()
        self._texts: dict[str, Source] = {}
        self.complete = run.timeline is not None and run.timeline.complete

    @cached_property
    def source(self) -> Source:
        """The script's text."""
        return source_of(self.run.subject.source or "")

    @cached_property
    def files(self) -> dict[str, Source]:
        """The texts of all files of user code that are known, by their paths; the script first."""
        script = self.script()
        known = {} if script is None else {script: self.source}
        return known | {path: self.text(path) for path in self.run.subject.modules}

    def lines_that_printed(self, path: str) -> set[int]:
        """The lines of a file from which something was printed."""
        script = self.script()
        own = (each for each in self.run.output if (each.path or script) == path)
        return {output.line for output in own if output.line is not None}

    def text(self, path: str | None) -> Source:
        """The text of a file of user code; one of which nothing is known where it cannot be had."""
        if self.in_script(path):
            return self.source
        modules = self.run.subject.modules
        if path is None or path not in modules:
            return _UNKNOWN
        return self._texts.setdefault(path, Source(modules[path]))

    @cached_property
    def reports(self) -> list[Report]:
        """What Python said on stderr, without what it said because the run was stopped; and what pytest says of it."""
        until = self.stopped_at
        said = [report for report in reports(self.run.output) if until is None or report.at < until]
        return said + (list(summary_reports(self.run.output)) if is_pytest(self.run) else [])

    @cached_property
    def errors(self) -> list[Report]:
        """Those of the reports that are about an error with which a task or the program has failed."""
        return [report for report in self.reports if report.kind in ("raised", "never-retrieved")]

    @cached_property
    def stopped_at(self) -> float | None:
        """When the run was made to end; its very start where that is not known. None where it was not."""
        outcome = self.run.outcome
        if outcome.kind not in ("timed-out", "interrupted"):
            return None
        return self.run.stopped if self.run.stopped is not None else outcome.after or 0.0

    @cached_property
    def stand(self) -> Stand | None:
        """Who waited for what when the run was made to end; None where nobody knows."""
        return stand_of(self.run)

    @cached_property
    def tasks(self) -> dict[int, Task]:
        """The tasks of event loops by their number; no threads, and not what asyncio.run starts to close its loop."""
        every = self.run.timeline.tasks if self.run.timeline is not None else ()
        return {task.id: task for task in every if task.kind in TASKS and not self._closes_loop(task)}

    @cached_property
    def callbacks(self) -> dict[int, Task]:
        """The lanes of callbacks by their number, which are no tasks: rules about tasks do not count them."""
        every = self.run.timeline.tasks if self.run.timeline is not None else ()
        return {task.id: task for task in every if task.kind == CALLBACKS}

    def lane(self, number: int) -> Task:
        """A task, or a lane of callbacks."""
        return self.tasks.get(number) or self.callbacks[number]

    @cached_property
    def children(self) -> dict[int, list[Task]]:
        """The tasks that each task has started."""
        found: dict[int, list[Task]] = {}
        for task in self.tasks.values():
            if task.parent is not None:
                found.setdefault(task.parent, []).append(task)
        return found

    def task_named(self, name: str) -> Task | None:
        """The only task of that name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Task | None]:
        found: dict[str, Task | None] = {}
        for task in self.tasks.values():
            found[task.name] = None if task.name in found else task
        return found

    @cached_property
    def long(self) -> dict[int, list[int]]:
        """The spans of tasks and callbacks, by state, that last LEAST seconds or more: their places among all spans.

        None of those that began when the run had been told to end: that is what stopping it has set off.
        """
        spans, until = self.spans, inf if self.run.stopped is None else self.run.stopped
        found: dict[int, list[int]] = {RUNNING: [], READY: [], WAITING: [], BLOCKED: []}
        for index in spans.long:
            start = spans.starts[index]
            if (
                spans.ends[index] - start >= LEAST
                and start < until
                and (spans.tasks[index] in self.tasks or spans.tasks[index] in self.callbacks)
            ):
                found[spans.states[index]].append(index)
        return found

    @cached_property
    def waiters(self) -> set[int]:
        """The tasks that have waited for something."""
        return {self.spans.tasks[index] for index in self.long[WAITING]}

    def place(self, path: str | None, line: int | None) -> Place | None:
        """A line of the person's own code, the script under the name by which the person knows it; else None."""
        if not path or not line or path == "sys" or not is_own(path, self.run.python.libraries):
            return None
        subject = self.run.subject
        if any(is_same(own, path) for own in (subject.path, subject.ran)):
            return subject.path or subject.ran or path, line
        return path, line

    def innermost(self, frames: Iterable[Frame]) -> Place | None:
        """The innermost line of a traceback that is the person's own."""
        places = [self.place(frame.path, frame.line) for frame in frames]
        return next((place for place in reversed(places) if place is not None), None)

    def of_span(self, span: Span) -> Place | None:
        """Where a task was in a span: the line, else its coroutine's, if either is the person's own."""
        task = self.lane(span.task)
        return self.place(span.path, span.line) or self.place(task.path, task.line)

    def in_script(self, path: str | None) -> bool:
        """True if it is the script whose text is known."""
        subject = self.run.subject
        return path is not None and self.source.known and path == (subject.path or subject.ran)

    def script(self) -> str | None:
        """The script's path."""
        return self.run.subject.path or self.run.subject.ran

    def _closes_loop(self, task: Task) -> bool:
        of_asyncio = task.parent is None and task.coroutine.startswith("shutdown_")
        return of_asyncio and not is_own(task.path, self.run.python.libraries)


def grouped(evidence: Evidence, steps: list[Span], *, by_function: bool) -> dict[Place, list[Span]]:
    """The steps by their line; those whose line is not known go with others of the same coroutine.

    Of computing it is the function that matters: wherever in its loop it was seen, it is the same cause.
    """
    groups: dict[tuple[Place, Place | None], list[Span]] = {}
    lineless: dict[Place, list[Span]] = {}
    for step in steps:
        task = evidence.lane(step.task)
        line, coroutine = evidence.place(step.path, step.line), evidence.place(task.path, task.line)
        if line is not None:
            groups.setdefault((_function(evidence, line) if by_function else line, coroutine), []).append(step)
        elif coroutine is not None:
            lineless.setdefault(coroutine, []).append(step)
    for coroutine, some in lineless.items():
        same = [group for (_, owner), group in groups.items() if owner == coroutine]
        (max(same, key=len) if same else groups.setdefault((coroutine, coroutine), [])).extend(some)
    found: dict[Place, list[Span]] = {}
    for group in groups.values():
        found.setdefault(_place(evidence, group), []).extend(group)
    return found


def _function(evidence: Evidence, place: Place) -> Place:
    """Where the function begins that a line is in, as far as that is known."""
    around = evidence.text(place[0]).around(place[1])
    return (place[0], around.lineno) if around is not None else place


def _place(evidence: Evidence, steps: list[Span]) -> Place:
    """Where most of the time of some steps was spent; the coroutine where no line is known."""
    spent = Counter[Place]()
    for step in steps:
        line = evidence.place(step.path, step.line)
        if line is not None:
            spent[line] += step.end - step.start  # type: ignore[assignment]
    if spent:
        return spent.most_common(1)[0][0]
    place = evidence.of_span(steps[0])
    assert place is not None  # only such steps are in a group
    return place


def at(place: Place | None) -> tuple[str | None, int | None]:
    """Path and line of a place that may not be known."""
    return place or (None, None)


def seconds(value: float) -> str:
    """A time in words."""
    return f"{value:.2f} s"


_PERHAPS = (*FUNCTIONS, ast.Lambda, ast.IfExp, ast.BoolOp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def seen_lines(evidence: Evidence) -> dict[str, set[int]]:
    """The lines of each file at which a task was seen to be suspended, or from which something was printed."""
    spans = evidence.spans
    chains = (place for reason in spans.reasons.values() for place in reason.through)
    found: dict[str, set[int]] = {}
    for place in (evidence.place(*each) for each in (*spans.places, *chains)):
        if place is not None:
            found.setdefault(place[0], set()).add(place[1])
    for output in evidence.run.output:
        path = output.path or evidence.script()
        if path is not None and output.line is not None:
            found.setdefault(path, set()).add(output.line)
    return found


def has_run(source: Source, use: ast.expr, seen: set[int]) -> bool:
    """True if a line has run for sure: it was seen itself, or a later one that can only be reached by way of it."""
    for parent in source.parents(use):
        if isinstance(parent, ast.stmt):
            reached = _from_here_on(source, parent)
            return any(first <= line <= last for first, last in reached for line in seen)
        if isinstance(parent, _PERHAPS):
            return False
    return False


def _from_here_on(source: Source, statement: ast.stmt) -> Iterator[tuple[int, int]]:
    """The lines of a statement, and of those that follow it in its block; none of functions that are defined there."""
    block = next(source.parents(statement), None)
    for body in (getattr(block, field, None) for field in ("body", "orelse", "finalbody")):
        if isinstance(body, list) and statement in body:
            for each in body[body.index(statement) :]:
                if not isinstance(each, (*FUNCTIONS, ast.ClassDef)):
                    yield each.lineno, each.end_lineno or each.lineno
