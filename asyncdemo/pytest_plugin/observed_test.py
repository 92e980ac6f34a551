"""One test as a run of its own: what its event loops did, and what is wrong with that. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from asyncdemo.analysis.timeline import timeline as build_timeline
from asyncdemo.findings.evidence import at
from asyncdemo.findings.rules import THRESHOLDS, judged
from asyncdemo.findings.source import last_of, source_of
from asyncdemo.model.recording import Finding, Outcome, Output, Python, Run, Seconds, Subject
from asyncdemo.model.traces import Standstill, Trace
from asyncdemo.model.user_code import seen_files

_LEFT = "cancelled-at-exit"
# How fast a test could be is no fault of it: these say what would take less time. And who was left over is known from
# the runners that close the loops, of which a trace knows the end of the task that they run.
UNASKED = frozenset({"sequential-awaits", "starved-task", "never-suspends", _LEFT})


class LeftTask(NamedTuple):
    """A task that its event loop cancelled as it was closed: its lane, its coroutine, and where it was suspended."""

    key: int
    coroutine: str
    place: tuple[str, int]


class ObservedTest(NamedTuple):
    """What there is to know of a test, or of its part up to a timeout; `started` and `ended` are in ns.

    `output` is what Python and asyncio said meanwhile, `standstill` where all stood at a timeout.
    """

    name: str
    path: str
    source: str | None
    started: int
    ended: int
    trace: Trace
    output: tuple[Output, ...]
    outcome: Outcome
    ok: bool
    seconds: Seconds
    python: Python
    standstill: Standstill | None = None


class FoundInTest(NamedTuple):
    """What was found in a test; each finding with the function that its line is in, and the table of a hang as rows."""

    test: str
    findings: tuple[Finding, ...]
    functions: tuple[str | None, ...] = ()
    table: tuple[str, ...] = ()


def run_of(test: ObservedTest, left: Iterable[LeftTask], text_of: Callable[[str], str | None]) -> Run:
    """The run of a test with what is found in it; `text_of` gives the text of a file."""
    run = Run(
        subject=Subject(test.name, path=test.path, source=test.source),
        python=test.python,
        outcome=test.outcome,
        ok=test.ok,
        seconds=test.seconds,
        output=test.output,
        timeline=build_timeline(test.trace, test.started, test.ended),
        standstill=test.standstill,
        stopped=test.outcome.after,
    )
    texts = {path: text for path in seen_files(run) if (text := text_of(path)) is not None}
    run = judged(run._replace(subject=run.subject._replace(modules=texts)), THRESHOLDS)
    found = [each for each in run.findings or () if each.rule not in UNASKED]
    return run._replace(findings=(*found, *left_over(left)))


def left_over(left: Iterable[LeftTask]) -> Iterator[Finding]:
    """The findings of tasks that were left over, one for each line and coroutine."""
    groups: dict[tuple[tuple[str, int], str], list[LeftTask]] = {}
    for each in left:
        groups.setdefault((each.place, last_of(each.coroutine)), []).append(each)
    for (place, name), some in groups.items():
        one = len(some) == 1
        who = f"A task of {name}() was" if one else f"{len(some)} tasks of {name}() were"
        yield Finding(
            _LEFT,
            "warning",
            *at(place),
            message=f"{who} left over: {'it was' if one else 'they were'} cancelled when the event loop was closed.",
            advice="await it, or cancel it, before the test ends"
            if one
            else "await them, or cancel them, before the test ends",
            times=len(some),
            tasks=tuple(each.key for each in some),
            beside=((place[1], "was left over"),),
        )


def function_at(source: str | None, line: int | None) -> str | None:
    """The name of the function that a line is in; None outside of functions, and where the text is not known."""
    function = source_of(source or "").around(line)
    return None if function is None else function.name
