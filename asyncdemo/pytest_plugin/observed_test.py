"""One test, which is a run of its own, and what is wrong with what its event loops did. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from asyncdemo.findings.evidence import at
from asyncdemo.findings.rules import judged
from asyncdemo.findings.source import last_of, source_of
from asyncdemo.model.recording import Finding, Run
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


class FoundInTest(NamedTuple):
    """What was found in a test; each finding with the function that its line is in, and the table of a hang as rows."""

    test: str
    findings: tuple[Finding, ...]
    functions: tuple[str | None, ...] = ()
    table: tuple[str, ...] = ()


def judged_test(run: Run, left: Iterable[LeftTask], text_of: Callable[[str], str | None]) -> Run:
    """The run of a test with what is found in it; `text_of` gives the text of a file."""
    texts = {path: text for path in seen_files(run) if (text := text_of(path)) is not None}
    run = judged(run._replace(subject=run.subject._replace(modules=texts)))
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
