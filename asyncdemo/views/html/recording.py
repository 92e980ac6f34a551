"""A recording as a page: each run with its code, its timeline, its output, and what was found in it."""

from collections.abc import Iterator, Sequence
from typing import Any

from asyncdemo.archive import Recording
from asyncdemo.lanes.chart import length as length_of
from asyncdemo.marks import Mark, marks
from asyncdemo.printed import printed
from asyncdemo.recording import Run
from asyncdemo.views import wording
from asyncdemo.views.harmless import shortened, shown
from asyncdemo.views.html import said
from asyncdemo.views.html.assembly import page
from asyncdemo.views.html.code import MOST as MOST_CODE
from asyncdemo.views.html.code import code, place, prose
from asyncdemo.views.html.stepping import stepping
from asyncdemo.views.html.timeline import Lanes, lanes, microseconds


def recording_page(recording: Recording) -> Iterator[str]:
    """Give the text of the page, part by part."""
    title = _title(recording.runs)
    return page(title, {"title": title, "made": made_with(recording.tool), "runs": runs_data(recording.runs)})


def _title(runs: Sequence[Run]) -> str:
    names = list(dict.fromkeys(run.subject.scenario or run.subject.target for run in runs))
    return shortened(", ".join(names[:3]), 100) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def made_with(tool: str) -> str:
    """Say what a page was made with."""
    return shown(f"asyncdemo {tool}")


def runs_data(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Give what a page shows of runs; those of one scenario have one axis, so that they can be compared."""
    longest: dict[str | None, float] = {}
    for run in runs:
        longest[run.subject.scenario] = max(longest.get(run.subject.scenario, 0.0), length_of(run))
    return [run_data(run, longest[run.subject.scenario] if run.subject.scenario else length_of(run)) for run in runs]


def run_data(run: Run, length: float) -> dict[str, Any]:
    """Give what a page shows of a run, in whole microseconds from the script's first step; `length` of its axis (s)."""
    subject, zero = run.subject, run.seconds.zero or 0.0
    drawn = Lanes([], {}, []) if run.timeline is None else lanes(run, run.timeline, zero, length)
    printed_lines, left_out = _said(run, drawn, zero)
    steps, thinned = stepping(run, drawn.numbers, zero)
    about = prose(subject)
    return {
        "target": shown(subject.target),
        "summary": about.summary,
        "notes": about.notes,
        "parameters": {shown(name): shortened(str(value), 100) for name, value in subject.parameters.items()},
        "python": shown(f"{run.python.implementation or 'Python'} {run.python.version or ''}".strip()),
        "outcome": shown(wording.outcome(run.outcome)),
        "ok": run.ok,
        "took": microseconds(length_of(run)),
        "length": microseconds(length),
        "seconds": run.seconds.to_json(),
        "code": code(subject),
        "marks": [[mark.line, _beside(mark), mark.trouble] for mark in marks(run)],
        "lanes": drawn.document,
        "stepping": steps,
        "below": microseconds(drawn.below),
        "said": printed_lines,
        "findings": _findings(run),
        "remarks": [*map(shown, run.notes), *_not_shown(run, left_out), *drawn.remarks, *thinned],
    }


def _beside(mark: Mark) -> str:
    """What is said beside a line: of all that it has printed the first, and how much that was."""
    times = f"   (the first of {mark.times:,})" if mark.times > 1 and not mark.trouble else ""
    return shortened(mark.text, 200) + times


def _said(run: Run, drawn: Lanes, zero: float) -> tuple[list[list[Any]], int]:
    """Lines of output: moment, stream, text, line of the script, lane, piece; and how many are left out."""
    tasks = [None] * len(run.output) if run.timeline is None else printed(run.output, run.timeline)
    kept, left_out = said.within(said.lines(run.output, tasks))
    shown_lines = [
        [
            microseconds(each.at - zero),
            each.stream,
            shortened(each.text, said.LONGEST),
            each.line,
            None if each.task is None else drawn.numbers.get(each.task),
            each.piece,
        ]
        for each in kept
    ]
    return shown_lines, left_out


def _findings(run: Run) -> list[dict[str, Any]]:
    return [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "place": place(finding.path, finding.line, run.subject),
            "line": finding.line if place(finding.path, finding.line, run.subject).startswith("line ") else None,
            "often": _often(finding.times, finding.seconds),
            "message": shown(finding.message),
            "advice": shown(finding.advice),
        }
        for finding in run.findings or ()
    ]


def _often(times: int, seconds: float | None) -> str:
    took = "" if seconds is None else wording.seconds(seconds)
    return f"{times:,} times" + (f", {took} in all" if took else "") if times > 1 else took


def _not_shown(run: Run, left_out: int) -> list[str]:
    """Say what of a run is not on the page."""
    remarks = []
    lines = run.subject.source.count("\n") if run.subject.source else 0
    if lines > MOST_CODE:
        remarks.append(f"Of its code the first {MOST_CODE:,} lines are shown.")
    if left_out:
        remarks.append(f"{left_out:,} lines from the middle of its output are left out here.")
    if run.output_dropped:
        remarks.append(f"{run.output_dropped:,} bytes from the middle of its output were not kept.")
    if run.timeline is not None and not run.timeline.complete:
        remarks.append("Not everything that its tasks did was recorded.")
    if run.findings is None:
        remarks.append("It was not observed, so there are no findings.")
    return remarks
