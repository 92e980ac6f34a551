"""Loops that were to be started inside of another one: nested-run."""

import re

from asyncdemo.findings.advice import instead_of_nesting
from asyncdemo.findings.evidence import Evidence, Place
from asyncdemo.findings.said import Frame, Report
from asyncdemo.findings.source import last_of
from asyncdemo.findings.wording import at
from asyncdemo.model.recording import Finding

_RUNS_ALREADY = (
    r"[\w.]*run\(\) cannot be called from a running event loop|This event loop is already running"
    r"|Cannot run the event loop while another loop is running|Attempted to call run\(\) from inside a run\(\)"
    r"|Already running \w+ in this thread"
)
NESTED = re.compile(f"RuntimeError: (?:{_RUNS_ALREADY})$")
_TOLD = re.compile(_RUNS_ALREADY)
_RUNNERS = ("run", "run_until_complete")


def nested_run(evidence: Evidence) -> list[Finding]:
    """A loop was to be started where one runs already."""
    return [_nested(evidence, place) for place in dict.fromkeys(place for place, _ in nested(evidence))]


def nested(evidence: Evidence) -> list[tuple[Place | None, list[Report]]]:
    """Where a loop was to be started in another, and what was said of coroutines that did not run because of that."""
    unawaited = [report for report in evidence.reports if report.kind == "never-awaited"]
    found: list[tuple[Place | None, list[Report]]] = []
    for report in evidence.reports:
        if report.kind in ("raised", "never-retrieved") and NESTED.match(report.error):
            place = evidence.innermost(report.frames)
            code = " ".join(frame.code for frame in report.frames if _is_at(evidence, frame, place))
            follows = [each for each in unawaited if f"{last_of(each.name)}(" in code]
            found.append((place, follows))
    if unawaited and any(_TOLD.search(output.text) for output in evidence.run.output):
        for report in unawaited:
            if not any(report in follows for _, follows in found) and (place := _given_to_runner(evidence, report)):
                found.append((place, [report]))
    return found


def _given_to_runner(evidence: Evidence, report: Report) -> Place | None:
    """The only line of the script in which such a coroutine is handed to what would start a loop."""
    runs = {
        node.lineno
        for name in _RUNNERS
        for node in evidence.source.every_call(name)
        if node.args
        and any(call is node.args[0] for call in evidence.source.every_call(report.name))
        and evidence.source.is_async(evidence.source.around(node.lineno))
    }
    path = evidence.script()
    return (path, runs.pop()) if path is not None and len(runs) == 1 else None


def _is_at(evidence: Evidence, frame: Frame, place: Place | None) -> bool:
    return place is not None and evidence.place(frame.path, frame.line) == place


def _nested(evidence: Evidence, place: Place | None) -> Finding:
    return Finding(
        "nested-run",
        "error",
        *at(place),
        message="A loop is already running in this thread: a second one cannot start inside it.",
        advice=instead_of_nesting(evidence, place),
        beside=((place[1], "a loop is already running"),) if place else (),
    )
