"""Recordings as JSON: everything observed in runs, to be kept and loaded again.

    {"schema": "asyncdemo.recording/1", "tool", "platform", "started", "runs": [...]}

A run has the fields that `run --json` publishes, and besides: `source` (its text), `ran` (the staged copy, if that was
run), `spans` as columns, `touches` and `unheeded`. Times in columns are whole microseconds from the start of the run:

    "spans": {"places": [[path, line], ...], "task": [...], "state": "0123...", "start": [...], "length": [...],
              "where": [...], "reasons": [null | {"wait", "value", "through"}, ...]}

`touches` and `unheeded` have the fields of spans.Touch and spans.Unheeded.

`state` has a digit for each span (0 running, 1 ready, 2 waiting, 3 blocked); `start` is the distance from the start of
the span before; `where` is an index into `places`, -1 where that is unknown; `reasons`
tells for what tasks wait at the place of the same index (spans.Reason). `standstill` is model.standstill.Standstill.

Of a file that was torn, what is there is loaded, and its runs are marked incomplete.
"""

import json
import platform
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from asyncdemo import __version__
from asyncdemo.errors import UsageError
from asyncdemo.model.json_shapes import (
    WrongShapeError,
    as_list,
    as_made,
    as_mapping,
    as_named,
    as_numbers,
    as_plain,
    as_type,
)
from asyncdemo.model.recording import Finding, Outcome, Output, Python, Run, Seconds, Subject
from asyncdemo.model.spans import Reason, Spans, Task, Timeline, Touch, Unheeded
from asyncdemo.model.standstill import Standstill

SCHEMA = "asyncdemo.recording/1"
_FAMILY = "asyncdemo.recording/"
_DIGITS = bytes.maketrans(bytes(range(4)), b"0123")
# Strings, the last of which may be torn, and what gives a document its shape. Nothing is ever tried again: the memory
# for that would be a hundred times the string.
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\],]', re.DOTALL)

T = TypeVar("T")


class Recording(NamedTuple):
    """Runs, and where and when they were recorded; `started` is ISO 8601. `complete` False of a file that was torn."""

    runs: tuple[Run, ...]
    tool: str = __version__
    platform: str = platform.platform()
    started: str | None = None
    complete: bool = True


def to_json(recording: Recording) -> dict[str, Any]:
    """Give the document."""
    return {
        "schema": SCHEMA,
        "tool": recording.tool,
        "platform": recording.platform,
        "started": recording.started,
        "runs": [_run_json(run) for run in recording.runs],
    }


def from_text(text: str) -> Recording:
    """Read a document. Raises UsageError for what is no recording, or one of a newer kind."""
    try:
        document, complete = json.loads(text), True
    except (ValueError, RecursionError):
        document, complete = _mended(text), False
    if not isinstance(document, dict) or not str(document.get("schema")).startswith(_FAMILY):
        raise UsageError("this is no recording; asyncdemo run --json has another form, and other tools have theirs")
    if document["schema"] != SCHEMA:
        raise UsageError(f"this is a recording of the kind {document['schema']!r}; a newer asyncdemo can read it")
    try:
        tool, system = (as_type(str, document.get(name, ""), name) for name in ("tool", "platform"))
        started = as_type(str | None, document.get("started"), "started")
        runs = _whole(document.get("runs", []), "runs", lambda each: _run(each, complete), complete)
    except (WrongShapeError, OverflowError) as error:
        raise UsageError(f"this recording is damaged: {error}") from None
    return Recording(runs, tool, system, started, complete)


def _run_json(run: Run) -> dict[str, Any]:
    document = run.to_json()
    document |= {"source": run.subject.source, "ran": run.subject.ran}
    if run.findings is not None:
        document["findings"] = [finding._asdict() for finding in run.findings]
    for piece, output in zip(document["output"], run.output, strict=True):
        piece["thread"] = output.thread
    if run.timeline is not None:
        document["spans"] = _columns(run.timeline.spans)
        document["touches"] = [touch._asdict() for touch in run.timeline.touches]
        document["unheeded"] = [unheeded._asdict() for unheeded in run.timeline.unheeded]
    return document


def _columns(spans: Spans) -> dict[str, Any]:
    starts = [round(start * 1e6) for start in spans.starts]
    ends = [round(end * 1e6) for end in spans.ends]
    return {
        "places": [list(place) for place in spans.places],
        "task": list(spans.tasks),
        "state": spans.states.translate(_DIGITS).decode("ascii"),
        "start": [start - before for before, start in zip([0, *starts], starts, strict=False)],
        "length": [end - start for start, end in zip(starts, ends, strict=True)],
        "where": list(spans.where),
        "reasons": [as_plain(spans.reasons.get(place)) for place in range(len(spans.places))],
    }


def _run(document: Any, complete: bool) -> Run:
    document = as_mapping(document, "run")
    subject = {"parameters": {}, **{name: value for name, value in document.items() if value is not None}}
    python = as_mapping(document.get("python", {}), "python")
    libraries = tuple(as_list(python.get("libraries", []), "python.libraries"))
    outcome = as_mapping(document.get("outcome", {}), "outcome")
    fields = {
        "subject": as_named(Subject, subject),
        "python": as_named(Python, {"executable": "", **python, "libraries": libraries}),
        "outcome": as_named(Outcome, {"kind": "interrupted", **outcome}),
        "ok": as_type(bool, document.get("ok", False), "ok"),
        "seconds": as_named(Seconds, as_mapping(document.get("seconds", {}), "seconds")),
        "output": _whole(document.get("output", []), "output", _output, complete),
        "output_dropped": as_type(int, document.get("output_dropped", 0), "output_dropped"),
        "notes": as_type(tuple[str, ...], tuple(as_list(document.get("notes", []), "notes")), "notes"),
        "timeline": _timeline(document, complete),
        "findings": _findings(document.get("findings"), complete),
        "standstill": as_made(Standstill | None, document.get("standstill"), "standstill"),
        "stopped": as_type(float | None, document.get("stopped"), "stopped"),
    }
    return Run(**fields)


def _findings(documents: Any, complete: bool) -> tuple[Finding, ...] | None:
    return None if documents is None else _whole(documents, "findings", _finding, complete)


def _finding(document: Any) -> Finding:
    document = as_mapping(document, "finding")
    beside = tuple(tuple(as_list(each, "beside")) for each in as_list(document.get("beside"), "beside"))
    tasks = tuple(as_list(document.get("tasks"), "tasks"))
    return as_named(Finding, {**document, "tasks": tasks, "beside": beside})


def _output(piece: Any) -> Output:
    piece = as_mapping(piece, "output")
    for field in ("line", "thread"):  # always written: a piece without them was torn
        if field not in piece:
            raise WrongShapeError(f"output.{field} is missing")
    return as_named(Output, piece)


def _timeline(document: Mapping[str, Any], complete: bool) -> Timeline | None:
    if document.get("tasks") is None:
        return None
    trace = as_mapping(document.get("trace") or {}, "trace")
    tasks = _whole(document["tasks"], "tasks", lambda task: as_made(Task, task, "task"), complete)
    spans = _spans(as_mapping(document.get("spans") or {}, "spans"))
    touches = _whole(document.get("touches", []), "touches", _maker(Touch), complete)
    unheeded = _whole(document.get("unheeded", []), "unheeded", _maker(Unheeded), complete)
    whole = as_type(bool, trace.get("complete", False), "trace.complete") and complete
    return Timeline(tasks, spans, as_type(int, trace.get("steps", 0), "trace.steps"), whole, touches, unheeded)


def _maker(kind: type[T]) -> Callable[[Any], T]:
    return lambda each: as_named(kind, as_mapping(each, kind.__name__.lower()))


def _spans(columns: Mapping[str, Any]) -> Spans:
    """Put columns together again; of columns that were torn, as many spans as all of them have."""
    spans = Spans()
    places = [as_list(place, "place") for place in as_list(columns.get("places", []), "places")]
    whole = [tuple(place) for place in places if len(place) == 2]  # of which the last one may be torn
    spans.places = [as_type(tuple[str, int], place, "place") for place in whole]
    for place, reason in enumerate(as_list(columns.get("reasons", []), "reasons")):
        if reason is not None:
            spans.reasons[place] = as_made(Reason, reason, "reason")
    states = as_type(str, columns.get("state", ""), "state")
    if not set(states) <= set("0123"):
        raise WrongShapeError("state has other characters than 0 to 3")
    names = ("task", "start", "length", "where")
    tasks, starts, lengths, wheres = (as_numbers(columns.get(name, []), name) for name in names)
    start = 0
    for task, state, distance, length, where in zip(tasks, states, starts, lengths, wheres, strict=False):
        start += distance
        if not -1 <= where < len(spans.places):
            raise WrongShapeError(f"where is {where}, and there are {len(spans.places)} places")
        spans.add(task, int(state), start / 1e6, (start + length) / 1e6, where)
    return spans


def _whole(items: Any, name: str, make: Callable[[Any], T], complete: bool) -> tuple[T, ...]:
    """Make something of each item; in a torn file, of those before the one that was torn."""
    made: list[T] = []
    for item in as_list(items, name):
        try:
            made.append(make(item))
        except WrongShapeError:
            if complete:
                raise
            break
    return tuple(made)


def _mended(text: str) -> Any:
    """Read as much as there is of a document that was torn: up to its last whole value; None if that is nothing."""
    closers: list[str] = []
    cut = 0
    for token in _TOKENS.finditer(text):
        mark = token[0]
        if mark in "{[":
            closers.append("}" if mark == "{" else "]")
        elif mark in "}]":
            if not closers:
                return None
            closers.pop()
        elif mark != ",":
            continue
        cut = token.start() if mark == "," else token.end()
    try:
        return json.loads(text[:cut] + "".join(reversed(closers)))
    except (ValueError, RecursionError):
        return None
