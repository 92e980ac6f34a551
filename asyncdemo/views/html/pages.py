"""A recording as a page: each run with its code, its timeline, its output, and what was found in it.

`page` puts it together: the template, style and scripts of `page/`, and the data, in one file that fetches nothing.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from textwrap import dedent
from typing import Any

from asyncdemo import __version__
from asyncdemo.analysis.lane_drawing import length as length_of
from asyncdemo.analysis.line_marks import Mark
from asyncdemo.analysis.printed_lines import printed
from asyncdemo.catalogue import script_source
from asyncdemo.comparison.caveats import caveats
from asyncdemo.comparison.result import Comparison, Contestant, Sweep
from asyncdemo.errors import Unreadable
from asyncdemo.model.recording import Run, Subject
from asyncdemo.model.recording_json import Recording
from asyncdemo.views import line_tables, verdicts, wording
from asyncdemo.views.excerpt import Lines, by_importance, excerpt
from asyncdemo.views.foreign_text import OutputLine, output_lines, shortened, shown
from asyncdemo.views.html.page_timeline import Lanes, lanes, places, stepping
from asyncdemo.views.shown_modules import ShownModule, place, script_path, shown_modules, where
from asyncdemo.views.wording import microseconds

MOST_CODE = 5_000  # lines
SHORT_CODE = 40  # lines: of a program of several files, longer ones are shown in part
_LONGEST_TITLE = 200  # characters
_LONGEST_CODE = 500  # characters of a line
MOST_OUTPUT = 2_000  # lines: one half from the beginning, one from the end
_LONGEST_OUTPUT = 2_000  # characters of a line
SCRIPTS = ("dom", "lanes", "drawing", "timeline", "code", "stepper", "comparison", "parts", "run")
_UNSAFE = re.compile(r"[<>&\u2028\u2029]|[\ud800-\udfff]")  # what could end the element, or is no text at all


def recording_page(recording: Recording) -> Iterator[str]:
    """The text of the page, part by part."""
    names = list(dict.fromkeys(run.subject.scenario or run.subject.target for run in recording.runs))
    several = shortened(", ".join(names[:3]), 100) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    title = several if recording.title is None else shortened(recording.title, _LONGEST_TITLE)
    data = {"title": title, "titled": recording.title is not None, "made": made_with(recording.tool)}
    return page(title, {**data, "runs": runs_data(recording.runs)})


def made_with(tool: str) -> str:
    """What a page was made with, in words."""
    return shown(f"asyncdemo {tool}")


def runs_data(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """What a page shows of runs; those of one scenario have one axis, so that they can be compared."""
    longest: dict[str | None, float] = {}
    for run in runs:
        longest[run.subject.scenario] = max(longest.get(run.subject.scenario, 0.0), length_of(run))
    return [run_data(run, longest[run.subject.scenario] if run.subject.scenario else length_of(run)) for run in runs]


def run_data(run: Run, length: float) -> dict[str, Any]:
    """What a page shows of a run, in whole microseconds from the script's first step; `length` of its axis (s)."""
    subject, zero = run.subject, run.seconds.zero or 0.0
    drawn = _lanes(run, zero, length)
    printed_lines, left_out = _output(run, drawn, zero)
    steps, thinned = stepping(run, drawn.numbers, zero)
    summary, notes = prose(subject)
    return {
        "target": shown(subject.target),
        "summary": summary,
        "notes": notes,
        "question": question(subject),
        "parameters": {shown(name): shortened(str(value), 100) for name, value in subject.parameters.items()},
        "python": shown(f"{run.python.implementation or 'Python'} {run.python.version or ''}".strip()),
        "outcome": shown(wording.outcome(run.outcome)),
        "ok": run.ok,
        "took": microseconds(length_of(run)),
        "length": microseconds(length),
        "seconds": run.seconds.to_json(),
        "modules": modules(run),
        "lanes": drawn.document,
        "places": [] if run.timeline is None else places(run.timeline, subject),
        "tables": _tables(run, drawn.numbers, zero),
        "stepping": steps,
        "below": microseconds(drawn.below),
        "said": printed_lines,
        "findings": _findings(run),
        "remarks": [*map(shown, run.notes), *_not_shown(run, left_out), *drawn.remarks, *thinned],
    }


def _lanes(run: Run, zero: float, length: float) -> Lanes:
    """The lanes, of cancelled tasks with who did that."""
    if run.timeline is None:
        return Lanes([], {}, [])
    drawn = lanes(run.timeline, zero, length)
    for task, said in line_tables.cancelled(run).items():
        if task in drawn.numbers:
            drawn.document[drawn.numbers[task]]["cancelled"] = said
    return drawn


def _tables(run: Run, numbers: Mapping[int, int], zero: float) -> dict[str, Any]:
    found: dict[str, Any] = {"stood": line_tables.stood(run)}
    if run.timeline is None or not run.timeline.tasks:
        return found
    critical = line_tables.critical(run, numbers, zero)
    return found | line_tables.times(run.timeline, run.subject) | {"critical": critical}


def modules(run: Run) -> list[dict[str, Any]]:
    """The files that are shown: a script that is all there is whole, of others what tells most.

    Rows of code are [key, number, text], marks [key, text, whether it is trouble].
    """
    return [
        {
            "name": shown(module.name),
            "code": [
                [_row_key(module, number, run), number, shortened(text, _LONGEST_CODE)]
                for number, text in _code(run, module)
            ],
            "marks": [[_row_key(module, mark.line, run), _beside(mark), mark.trouble] for mark in module.marks],
        }
        for module in shown_modules(run)
    ]


def _row_key(module: ShownModule, number: int, run: Run) -> int | str:
    return where(module.path or script_path(run.subject), number, run.subject)


def _code(run: Run, module: ShownModule) -> Lines:
    if not run.subject.modules or len(module.code) <= SHORT_CODE:
        return module.code[:MOST_CODE]
    wanted = by_importance(run, module.code, module.marks, module.path)
    return [line for block in excerpt(module.code, wanted, SHORT_CODE) for line in block]


def _beside(mark: Mark) -> str:
    """What is said beside a line: of all that it has printed the first, and how much that was."""
    times = f"   (the first of {mark.times:,})" if mark.times > 1 and not mark.trouble else ""
    return shortened(mark.text, 200) + times


def _output(run: Run, drawn: Lanes, zero: float) -> tuple[list[list[Any]], int]:
    """Lines of output: moment, stream, text, line of the script, lane, piece; and how many are left out."""
    tasks = [None] * len(run.output) if run.timeline is None else printed(run.output, run.timeline)
    kept, left_out = bounded(output_lines(run.output, tasks))
    shown_lines = [
        [
            microseconds(each.at - zero),
            each.stream,
            shortened(each.text, _LONGEST_OUTPUT),
            None if each.line is None else where(each.path or script_path(run.subject), each.line, run.subject),
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
            "key": 0 if finding.path is None or not finding.line else where(finding.path, finding.line, run.subject),
            "often": wording.how_often(finding.times, finding.seconds),
            "message": shown(finding.message),
            "advice": shown(finding.advice),
        }
        for finding in run.findings or ()
    ]


def _not_shown(run: Run, left_out: int) -> list[str]:
    """What of a run is not on the page."""
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


def prose(subject: Subject) -> tuple[str, list[list[str]]]:
    """What the docstring says: its first line, and the rest as pairs of an element and its text."""
    summary, notes = script_source.prose(script_source.docstring(subject.source or ""))
    parts = [part for part in notes.split("\n\n") if part.strip()]
    return shortened(summary, _LONGEST_CODE), [_part(shortened(part, 4 * _LONGEST_CODE)) for part in parts]


def question(subject: Subject) -> list[str]:
    """What the scenario asks, and the answers to choose from; empty where it asks nothing."""
    try:
        found = script_source.fields(subject.source or "")
    except Unreadable:
        return []
    asked = found.get("question")
    return [shortened(each, _LONGEST_CODE) for each in (asked, *found["choices"])] if asked else []


def _part(text: str) -> list[str]:
    """A paragraph, a heading, or what stands indented as it is."""
    if text.startswith("    "):
        return ["pre", dedent(text)]
    said = " ".join(text.split())
    return ["p", f"**{said.lstrip('# ')}**" if said.startswith("#") else said]


def bounded(printed: Sequence[OutputLine], most: int = MOST_OUTPUT) -> tuple[Sequence[OutputLine], int]:
    """The lines there is room for, and how many from the middle are left out."""
    if len(printed) <= most:
        return printed, 0
    return [*printed[: most // 2], *printed[len(printed) - most // 2 :]], len(printed) - most // 2 * 2


def page(title: str, data: object) -> Iterator[str]:
    """The text of a page, part by part. The data are only ever read by its script, which sets them as text."""
    style, script = _file("page.css"), "".join(_file(f"{name}.js") for name in SCRIPTS)
    head, _, tail = _file("page.html").partition("$data")
    known = {"title": escape(title), "policy": _policy(script, style), "style": style, "script": script}
    yield Template(head).substitute(known)
    yield _embedded(data)
    yield Template(tail).substitute(known)


def _file(name: str) -> str:
    return files(__package__).joinpath("page", name).read_text("utf-8")


def _policy(script: str, style: str) -> str:
    """Forbid everything but this script and this style, by their hashes (CSP 3, section 2.3.1)."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    """The hash of an element's text, which in the template begins on a line of its own."""
    digest = sha256(f"\n{text}".encode()).digest()
    return f"sha256-{b64encode(digest).decode()}"


def _embedded(data: object) -> str:
    """JSON in which nothing can be taken for HTML."""
    encoded = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded)


_TIMES = 200  # dots of a bar


def comparison_page(compared: Comparison | Sweep) -> Iterator[str]:
    """The text of the page, part by part; of a sweep the runs at the greatest value."""
    names = [each.id for each in compared.points[0].contestants]
    title = shortened(" and ".join(names) if len(names) < 3 else f"{names[0]} and {len(names) - 1} more", 100)
    runs = [each.traced for each in compared.points[-1].contestants if each.traced is not None]
    data = {"title": title, "made": made_with(__version__), "comparison": _data(compared), "runs": runs_data(runs)}
    return page(title, data)


def _data(compared: Comparison | Sweep) -> dict[str, Any]:
    notes = verdicts.stopping(compared.stopped, compared.rounds), verdicts.left_out(compared)
    sentence = verdicts.why(compared) if isinstance(compared, Comparison) else None
    return {
        "points": [_point(point) for point in compared.points],
        "growth": [shown(said) for said in verdicts.growth(compared)],
        "sentence": None if sentence is None else shown(sentence),
        "notes": [shown(note) for note in notes if note is not None],
        "doubts": [[shown(caveat.said), caveat.advice] for caveat in caveats(compared) if caveat.matters],
        "circumstances": f"{compared.rounds} rounds in shuffled order, {shown(verdicts.circumstances(compared))}",
    }


def _point(point: Comparison) -> dict[str, Any]:
    baseline = point.compared_with.id
    values = [f"{name} = {verdicts.number(value)}" for name, value in point.parameters.items()]
    return {
        "title": shown(", ".join(values)),
        "verdicts": [[shown(verdicts.verdict(each, baseline)), each.verdict] for each in point.speedups],
        "baseline": shown(baseline),
        "rows": [_row(point, each) for each in point.contestants],
    }


def _row(point: Comparison, contestant: Contestant) -> dict[str, Any]:
    against = next((each for each in point.speedups if each.id == contestant.id), None)
    whole, than = wording.seconds(contestant.whole_time), None if against is None else against.whole_speedup
    return {
        "id": shown(contestant.id),
        "time": None if contestant.time is None else microseconds(contestant.time),
        "times": [microseconds(time) for time in contestant.times[:_TIMES]],
        "said": wording.seconds(contestant.time, 3),
        "relation": "" if against is None else shown(verdicts.relation(against)),
        "verdict": "" if against is None else against.verdict,
        "cells": [*verdicts.spent(contestant), ", ".join(filter(None, (whole, wording.times_as_fast(than))))],
    }
