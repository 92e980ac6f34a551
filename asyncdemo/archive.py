"""Recordings as JSON: everything observed in runs, to be kept and loaded again.

    {"schema": "asyncdemo.recording/1", "tool", "platform", "started", "runs": [...]}

A run has the fields that `run --json` publishes, and besides: `source` (its text), `ran` (the staged copy, if that was
run), `spans` as columns, `touches` and `unheeded`. Times in columns are whole microseconds from the start of the run:

    "spans": {"places": [[path, line], ...], "task": [...], "state": "0123...", "start": [...], "length": [...],
              "where": [...]}

`touches` and `unheeded` have the fields of spans.Touch and spans.Unheeded.

`state` has a digit for each span (0 running, 1 ready, 2 waiting, 3 blocked); `start` is the distance from the start of
the span before; `where` is an index into `places`, -1 where that is unknown.

Of a file that was torn, what is there is loaded, and its runs are marked incomplete.
"""

import json
import platform
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from asyncdemo import __version__
from asyncdemo.errors import UsageError
from asyncdemo.finding import Finding
from asyncdemo.recording import Outcome, Output, Python, Run, Seconds, Subject
from asyncdemo.spans import STATES, Spans, Task, Timeline, Touch, Unheeded

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
    if not isinstance(document, dict) or not str(document.get("schema", "")).startswith(_FAMILY):
        raise UsageError("this is no recording; asyncdemo run --json has another form, and other tools have theirs")
    if document["schema"] != SCHEMA:
        raise UsageError(f"this is a recording of the kind {document['schema']!r}; a newer asyncdemo can read it")
    try:
        runs = _whole(document.get("runs", []), lambda each: _run(each, complete), complete)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise UsageError(f"this recording is damaged: {type(error).__name__}: {error}") from None
    return Recording(runs, document.get("tool", ""), document.get("platform", ""), document.get("started"), complete)


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
    }


def _run(document: Mapping[str, Any], complete: bool) -> Run:
    return Run(
        subject=Subject(
            document["target"],
            document.get("scenario"),
            document.get("variant"),
            document.get("path"),
            document.get("ran"),
            document.get("source"),
            document.get("parameters") or {},
        ),
        python=_named(Python, {"executable": "", **document.get("python", {})}),
        outcome=_named(Outcome, {"kind": "interrupted", **document.get("outcome", {})}),
        ok=bool(document.get("ok")),
        seconds=_named(Seconds, document.get("seconds", {})),
        output=_whole(document.get("output", []), _output, complete),
        output_dropped=document.get("output_dropped", 0),
        notes=tuple(document.get("notes", [])),
        timeline=_timeline(document, complete),
        findings=_findings(document.get("findings"), complete),
    )


def _findings(documents: Iterable[Mapping[str, Any]] | None, complete: bool) -> tuple[Finding, ...] | None:
    if documents is None:
        return None
    return _whole(documents, _finding, complete)


def _finding(document: Mapping[str, Any]) -> Finding:
    beside = tuple((line, said) for line, said in document["beside"])
    return _named(Finding, {**document, "tasks": tuple(document["tasks"]), "beside": beside})


def _output(piece: Mapping[str, Any]) -> Output:
    return Output(piece["at"], piece["stream"], piece["text"], piece["line"], piece["thread"])


def _timeline(document: Mapping[str, Any], complete: bool) -> Timeline | None:
    if document.get("tasks") is None:
        return None
    trace = document.get("trace") or {}
    tasks = _whole(document["tasks"], lambda task: _named(Task, task), complete)
    spans = _spans(document.get("spans") or {})
    touches = _whole(document.get("touches", ()), lambda touch: _named(Touch, touch), complete)
    unheeded = _whole(document.get("unheeded", ()), lambda each: _named(Unheeded, each), complete)
    complete = bool(trace.get("complete")) and complete
    return Timeline(tasks, spans, trace.get("steps", 0), complete, touches, unheeded)


def _spans(columns: Mapping[str, Any]) -> Spans:
    """Put columns together again; of columns that were torn, as many spans as all of them have."""
    spans = Spans()
    spans.places = [(place[0], place[1]) for place in columns.get("places", ()) if len(place) == 2]
    names = ("task", "state", "start", "length", "where")
    start = 0
    for task, state, distance, length, where in zip(*(columns.get(name, ()) for name in names), strict=False):
        start += distance
        if not (-1 <= where < len(spans.places) and int(state) < len(STATES)):
            raise IndexError(f"a span in state {state} at place {where}")
        spans.add(task, int(state), start / 1e6, (start + length) / 1e6, where)
    return spans


def _named(kind: type[T], document: Mapping[str, Any]) -> T:
    """Make a named tuple of those fields that it has: a newer tool may have written more."""
    fields: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]  # only named tuples come here
    return kind(**{name: value for name, value in document.items() if name in fields})


def _whole(items: Iterable[Any], make: Callable[[Any], T], complete: bool) -> tuple[T, ...]:
    """Make something of each item; in a torn file, of those before the one that was torn."""
    made: list[T] = []
    for item in items:
        try:
            made.append(make(item))
        except (KeyError, TypeError, ValueError, AttributeError):
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
