"""Recordings as JSON: everything observed in runs, to be kept and loaded again.

    {"schema": "asyncdemo.recording/1", "tool", "platform", "started", "runs": [...]}

A run has the fields that `run --json` publishes, and besides: `source` (its text), `ran` (the staged copy, if that was
run), `modules` (the texts of other files of user code, by their paths), `spans` as columns, `touches` and `unheeded`.
Times in columns are whole microseconds from the start of the run:

    "spans": {"places": [[path, line], ...], "task": [...], "state": "0123...", "start": [...], "length": [...],
              "where": [...], "waker": [...], "reasons": [null | {"wait", "value", "through"}, ...]}

`touches`, `unheeded` and `loops` have the fields of spans.CrossThreadCall, IgnoredCancellation and LoopTime.

`state` has a digit for each span (0 running, 1 ready, 2 waiting, 3 blocked); `start` is the distance from the start of
the span before; `where` is an index into `places`, -1 where that is unknown; `waker` is
the task whose step has ended a wait, -1 where none has; `reasons`
tells for what tasks wait at the place of the same index (spans.Reason). `standstill` is model.standstill.Standstill.

A document is read whole or refused: files are saved under another name and then renamed, so none is ever cut off.
"""

import json
import platform
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
from asyncdemo.model.spans import CrossThreadCall, IgnoredCancellation, LoopTime, Reason, Spans, Task, Timeline
from asyncdemo.model.standstill import Standstill

SCHEMA = "asyncdemo.recording/1"
_FAMILY = "asyncdemo.recording/"
_HEAD = 200  # characters at the start of a file, among which a recording says what it is
_DIGITS = bytes.maketrans(bytes(range(4)), b"0123")

T = TypeVar("T")


class Recording(NamedTuple):
    """Runs, and where and when they were recorded; `started` is ISO 8601."""

    runs: tuple[Run, ...]
    tool: str = __version__
    platform: str = platform.platform()
    started: str | None = None


def to_json(recording: Recording) -> dict[str, Any]:
    """The document, ready for json.dumps."""
    return {
        "schema": SCHEMA,
        "tool": recording.tool,
        "platform": recording.platform,
        "started": recording.started,
        "runs": [_run_json(run) for run in recording.runs],
    }


def from_text(text: str) -> Recording:
    """The recording in a document. Raises UsageError for what is none, is damaged, or is of a newer kind."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        if _FAMILY in text[:_HEAD]:
            raise UsageError("this recording is damaged: it is no whole JSON document; save or copy it again") from None
        document = None
    if not isinstance(document, dict) or not str(document.get("schema")).startswith(_FAMILY):
        raise UsageError("this is no recording; asyncdemo run --json has another form, and other tools have theirs")
    if document["schema"] != SCHEMA:
        raise UsageError(f"this is a recording of the kind {document['schema']!r}; a newer asyncdemo can read it")
    try:
        tool, system = (as_type(str, document.get(name, ""), name) for name in ("tool", "platform"))
        started = as_type(str | None, document.get("started"), "started")
        runs = _each(document.get("runs", []), "runs", _run)
    except (WrongShapeError, OverflowError) as error:
        raise UsageError(f"this recording is damaged: {error}") from None
    return Recording(runs, tool, system, started)


def _run_json(run: Run) -> dict[str, Any]:
    document = run.to_json()
    document |= {"source": run.subject.source, "ran": run.subject.ran, "modules": dict(run.subject.modules)}
    if run.findings is not None:
        document["findings"] = [finding._asdict() for finding in run.findings]
    for piece, output in zip(document["output"], run.output, strict=True):
        piece["thread"] = output.thread
        if output.writer is not None:
            piece["writer"] = output.writer
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
        "waker": list(spans.wakers),
        "reasons": [as_plain(spans.reasons.get(place)) for place in range(len(spans.places))],
    }


def _run(document: Any) -> Run:
    document = as_mapping(document, "run")
    subject = {"parameters": {}, **{name: value for name, value in document.items() if value is not None}}
    for path, text in as_mapping(subject.get("modules", {}), "modules").items():
        as_type(str, text, f"the text of module {path!r}")
    python = as_mapping(document.get("python", {}), "python")
    libraries = tuple(as_list(python.get("libraries", []), "python.libraries"))
    outcome = as_mapping(document.get("outcome", {}), "outcome")
    fields = {
        "subject": as_named(Subject, subject),
        "python": as_named(Python, {"executable": "", **python, "libraries": libraries}),
        "outcome": as_named(Outcome, {"kind": "interrupted", **outcome}),
        "ok": as_type(bool, document.get("ok", False), "ok"),
        "seconds": as_named(Seconds, as_mapping(document.get("seconds", {}), "seconds")),
        "output": _each(document.get("output", []), "output", _maker(Output)),
        "output_dropped": as_type(int, document.get("output_dropped", 0), "output_dropped"),
        "notes": as_type(tuple[str, ...], tuple(as_list(document.get("notes", []), "notes")), "notes"),
        "timeline": _timeline(document),
        "findings": _findings(document.get("findings")),
        "standstill": as_made(Standstill | None, document.get("standstill"), "standstill"),
        "stopped": as_type(float | None, document.get("stopped"), "stopped"),
    }
    return Run(**fields)


def _findings(documents: Any) -> tuple[Finding, ...] | None:
    return None if documents is None else _each(documents, "findings", _finding)


def _finding(document: Any) -> Finding:
    document = as_mapping(document, "finding")
    beside = tuple(tuple(as_list(each, "beside")) for each in as_list(document.get("beside"), "beside"))
    tasks = tuple(as_list(document.get("tasks"), "tasks"))
    return as_named(Finding, {**document, "tasks": tasks, "beside": beside})


def _timeline(document: Mapping[str, Any]) -> Timeline | None:
    if document.get("tasks") is None:
        return None
    trace = as_mapping(document.get("trace") or {}, "trace")
    tasks = _each(document["tasks"], "tasks", lambda task: as_made(Task, task, "task"))
    spans = _spans(as_mapping(document.get("spans") or {}, "spans"))
    touches = _each(document.get("touches", []), "touches", lambda each: as_made(CrossThreadCall, each, "touch"))
    unheeded = _each(
        document.get("unheeded", []), "unheeded", lambda each: as_made(IgnoredCancellation, each, "unheeded")
    )
    loops = _each(document.get("loops") or [], "loops", lambda each: as_made(LoopTime, each, "loop"))
    whole = as_type(bool, trace.get("complete", False), "trace.complete")
    return Timeline(tasks, spans, as_type(int, trace.get("steps", 0), "trace.steps"), whole, touches, unheeded, loops)


def _maker(kind: type[T]) -> Callable[[Any], T]:
    return lambda each: as_named(kind, as_mapping(each, kind.__name__.lower()))


def _spans(columns: Mapping[str, Any]) -> Spans:
    """The spans of which these are the columns."""
    spans = Spans()
    places = [tuple(as_list(place, "place")) for place in as_list(columns.get("places", []), "places")]
    spans.places = [as_type(tuple[str, int], place, "place") for place in places]
    for place, reason in enumerate(as_list(columns.get("reasons", []), "reasons")):
        if reason is not None:
            spans.reasons[place] = as_made(Reason, reason, "reason")
    states = as_type(str, columns.get("state", ""), "state")
    if not set(states) <= set("0123"):
        raise WrongShapeError("state has other characters than 0 to 3")
    names = ("task", "start", "length", "where")
    tasks, starts, lengths, wheres = (as_numbers(columns.get(name, []), name) for name in names)
    wakers = as_numbers(columns.get("waker", [-1] * len(wheres)), "waker")
    if len({len(column) for column in (states, tasks, starts, lengths, wheres, wakers)}) > 1:
        raise WrongShapeError("the columns of spans are not all as long as each other")
    start = 0
    columns_of_all = zip(tasks, states, starts, lengths, wheres, wakers, strict=True)
    for task, state, distance, length, where, waker in columns_of_all:
        start += distance
        if not -1 <= where < len(spans.places):
            raise WrongShapeError(f"where is {where}, and there are {len(spans.places)} places")
        spans.add(task, int(state), start / 1e6, (start + length) / 1e6, where, waker)
    return spans


def _each(items: Any, name: str, make: Callable[[Any], T]) -> tuple[T, ...]:
    return tuple(map(make, as_list(items, name)))
