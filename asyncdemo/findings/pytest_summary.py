"""A run of pytest: what it says of warnings in its own summary, and in which test a finding was made.

pytest keeps Python's warnings from stderr, and tells of them at its end, under the tests during which they came.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from asyncdemo.findings.python_messages import AWAITED, COLOUR, Report
from asyncdemo.model.recording import Finding, Output, Run

if TYPE_CHECKING:  # that looks at the reports itself
    from asyncdemo.findings.evidence import Evidence

_PYTEST = re.compile(r"-m (?:pytest|py\.test)(?: |$)")
_HEADING = re.compile(r"=+ warnings summary(?: \(final\))? =+$")
_COUNT = re.compile(r": \d+ warnings?$")
_END = "-- Docs: "


def is_pytest(run: Run) -> bool:
    """True of a run of `-m pytest`."""
    return _PYTEST.match(run.subject.target) is not None


def summary_reports(outputs: Iterable[Output]) -> Iterator[Report]:
    """Coroutines that were never awaited, as pytest's summary of warnings has them, each with its first test."""
    inside = between = False  # in the summary; at the end of what is said of one warning
    test = ""
    for at, text in _lines(outputs):
        if _HEADING.match(text):
            inside = between = True
        elif text.startswith(_END):
            inside = False
        elif inside and text and not text.startswith(" "):
            test, between = _COUNT.sub("", text) if between else test, False
        elif inside:
            between = True
            if (found := AWAITED.match(text.strip())) and found["path"]:
                yield Report("never-awaited", at, found["name"], found["path"], int(found["line"]), test=test)


def _lines(outputs: Iterable[Output]) -> Iterator[tuple[float, str]]:
    """The lines of what was printed, but for stderr, each with its time and without colours."""
    rest = ""
    for piece in outputs:
        if piece.stream != "stderr":
            *whole, rest = (rest + piece.text).split("\n")
            yield from ((piece.at, COLOUR.sub("", line.rstrip("\r"))) for line in whole)


def with_test(evidence: "Evidence", finding: Finding) -> Finding:
    """The finding with the test in which it was made at the end of its message, as far as that is known."""
    place = (finding.path, finding.line)
    said = (each.test for each in evidence.reports if each.test and evidence.place(each.path, each.line) == place)
    test = (next(said, None) if finding.rule == "never-awaited" else None) or _by_lane(evidence, finding)
    return finding if test is None else finding._replace(message=f"{finding.message} Test: {test}.")


def _by_lane(evidence: "Evidence", finding: Finding) -> str | None:
    """The coroutine of the task, or of one that has led to it, that is called like a test."""
    for key in finding.tasks:
        task = evidence.tasks.get(key)
        while task is not None:
            if task.coroutine.rpartition(".")[2].startswith("test"):
                return task.coroutine
            task = None if task.parent is None else evidence.tasks.get(task.parent)
    return None
