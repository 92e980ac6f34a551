"""Recordings as JSON: everything observed in runs, to be kept and loaded again.

    {"schema": "asyncdemo.recording/1", "tool", "platform", "started", "title", "runs": [...]}

A run has the fields that `run --json` publishes, and besides: `source` (its text), `ran` (the staged copy, if that was
run), `modules` (the texts of other files of user code, by their paths), `spans` as columns, `touches` and `unheeded`.
Times in columns are whole microseconds from the start of the run:

    "spans": {"places": [[path, line], ...], "task": [...], "state": "0123...", "start": [...], "length": [...],
              "where": [...], "waker": [...], "reasons": [null | {"wait", "value", "through"}, ...],
              "queued": [[span, microseconds], ...]}

`touches`, `unheeded` and `loops` have the fields of spans.CrossThreadCall, IgnoredCancellation and LoopTime.

`state` has a digit for each span (0 running, 1 ready, 2 waiting, 3 blocked); `start` is the distance from the start of
the span before; `where` is an index into `places`, -1 where that is unknown; `waker` is the task whose step has ended a
wait, -1 where none has (missing in old recordings); `reasons` tells for what tasks wait at the place of the same index
(spans.Reason); `queued` tells for how long the machine had no processor for a long step. `standstill` is
model.traces.Standstill.

What is read is checked for its shape first, so that whatever stands there is refused in one sentence. A value fits a
type as an annotation has it: JSON's numbers, strings, booleans and null, `X | None`, literals, tuples (made of JSON's
lists beforehand) and mappings. A whole number of over 64 bits fits none. All others are times in seconds: they are
finite, and no longer than three years, in which a clock still tells microseconds apart.

A document is read whole or refused: files are saved under another name and then renamed, so none is ever cut off.
"""

import json
import platform
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from asyncdemo import __version__
from asyncdemo.errors import UsageError
from asyncdemo.model.recording import Finding, Outcome, Output, Process, Python, Run, Seconds, Subject, as_plain
from asyncdemo.model.spans import UNKNOWN, CrossThreadCall, IgnoredCancellation, LoopTime, Reason, Spans, Task, Timeline
from asyncdemo.model.traces import Standstill

T = TypeVar("T")
Fits = Callable[[Any], bool]
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
_YEARS = 1e8  # seconds
_LONG = 40  # characters of a value that are shown


class WrongShapeError(ValueError):
    """Something in a document is not what it has to be; the message says what, without a subject before it."""


def as_mapping(value: Any, name: str) -> Mapping[str, Any]:
    """The value if it is an object; raises WrongShapeError."""
    return _as(dict, value, name, "no object")


def as_list(value: Any, name: str) -> list[Any]:
    """The value if it is an array; raises WrongShapeError."""
    return _as(list, value, name, "no array")


def as_type(hint: Any, value: Any, name: str) -> Any:
    """The value if it fits the type; raises WrongShapeError."""
    if not _fits(hint)(value):
        raise WrongShapeError(f"{name} is {_shown(value)}")
    return value


def as_numbers(value: Any, name: str) -> list[int]:
    """The value if it is an array of whole numbers, however long; raises WrongShapeError."""
    numbers = as_list(value, name)
    if not set(map(type, numbers)) <= {int} or (numbers and not (min(numbers) >= _LEAST and max(numbers) <= _MOST)):
        raise WrongShapeError(f"{name} has something else than whole numbers")
    return numbers


def as_named(kind: type[T], document: Mapping[str, Any]) -> T:
    """Make a named tuple of those fields that it has: a newer tool may have written more. Raises WrongShapeError."""
    given = {}
    for field, fits, is_optional in _fields(kind):  # type: ignore[arg-type]  # classes are hashable
        if field in document:
            value = given[field] = document[field]
            if not fits(value):
                raise WrongShapeError(f"{kind.__name__.lower()}.{field} is {_shown(value)}")
        elif not is_optional:
            raise WrongShapeError(f"{kind.__name__.lower()}.{field} is missing")
    return kind(**given)


def as_made(hint: Any, value: Any, name: str) -> Any:
    """A value of the type, which may have named tuples and tuples within; raises WrongShapeError.

    Made of what `as_plain` has made of it: fields that have a default may be missing, and others are passed over.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None and type(None) in arguments else as_made(arguments[0], value, name)
    if origin is tuple:
        items = as_list(value, name)
        hints = [arguments[0]] * len(items) if arguments[-1] is Ellipsis else arguments
        if len(hints) != len(items):
            raise WrongShapeError(f"{name} has {len(items)} items, and not {len(hints)}")
        return tuple(as_made(each, item, name) for each, item in zip(hints, items, strict=True))
    if not hasattr(hint, "_fields"):
        return as_type(hint, value, name)
    document = as_mapping(value, name)
    made = {}
    for field, inner in get_type_hints(hint).items():
        if field in document:
            made[field] = as_made(inner, document[field], f"{name}.{field}")
        elif field not in hint._field_defaults:
            raise WrongShapeError(f"{name}.{field} is missing")
    return hint(**made)


def _as(kind: type[T], value: Any, name: str, wanted: str) -> T:
    if not isinstance(value, kind):
        raise WrongShapeError(f"{name} is {wanted}, but {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."


@cache
def _fields(kind: Any) -> tuple[tuple[str, Fits, bool], ...]:
    """The fields of a named tuple: name, what fits, and whether it may be left out."""
    return tuple((name, _fits(hint), name in kind._field_defaults) for name, hint in get_type_hints(kind).items())


@cache
def _fits(hint: Any) -> Fits:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return lambda _: True
    if hint is float:
        return lambda value: type(value) in (int, float) and -_YEARS <= value <= _YEARS
    if hint is int:
        return lambda value: type(value) is int and _LEAST <= value <= _MOST
    if origin is Literal:
        return lambda value: type(value) is str and value in arguments
    if origin in (Union, types.UnionType):
        either = [_fits(each) for each in arguments]
        return lambda value: any(fits(value) for fits in either)
    if origin is tuple:
        return _fits_tuple(arguments)
    kind = dict if origin is Mapping else hint
    return lambda value: type(value) is kind


def _fits_tuple(arguments: tuple[Any, ...]) -> Fits:
    if arguments[-1] is Ellipsis:
        item = _fits(arguments[0])
        return lambda value: type(value) is tuple and all(map(item, value))
    items = [_fits(each) for each in arguments]

    return lambda value: (
        type(value) is tuple
        and len(value) == len(items)
        and all(fits(each) for fits, each in zip(items, value, strict=True))
    )


SCHEMA = "asyncdemo.recording/1"
_FAMILY = "asyncdemo.recording/"
_HEAD = 200  # characters at the start of a file, among which a recording says what it is
_DIGITS = bytes.maketrans(bytes(range(4)), b"0123")


class Recording(NamedTuple):
    """Runs, and where and when they were recorded; `started` is ISO 8601. `title` is what a person calls them."""

    runs: tuple[Run, ...]
    tool: str = __version__
    platform: str = platform.platform()
    started: str | None = None
    title: str | None = None


def to_json(recording: Recording) -> dict[str, Any]:
    """The document, ready for json.dumps."""
    return {
        "schema": SCHEMA,
        "tool": recording.tool,
        "platform": recording.platform,
        "started": recording.started,
        "runs": [_run_json(run) for run in recording.runs],
    } | ({} if recording.title is None else {"title": recording.title})


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
        title = as_type(str | None, document.get("title"), "title")
        runs = _each(document.get("runs", []), "runs", _run)
    except (WrongShapeError, OverflowError) as error:
        raise UsageError(f"this recording is damaged: {error}") from None
    return Recording(runs, tool, system, started, title)


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
        "queued": [[index, round(seconds * 1e6)] for index, seconds in spans.queued.items()],
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
        "process": as_made(Process | None, document.get("process"), "process"),
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
    wakers = as_numbers(columns.get("waker", [UNKNOWN] * len(wheres)), "waker")
    if len({len(column) for column in (states, tasks, starts, lengths, wheres, wakers)}) > 1:
        raise WrongShapeError("the columns of spans are not all as long as each other")
    queued = dict(as_made(tuple[tuple[int, int], ...], columns.get("queued", []), "queued"))
    start = 0
    columns_of_all = zip(tasks, states, starts, lengths, wheres, wakers, strict=True)
    for index, (task, state, distance, length, where, waker) in enumerate(columns_of_all):
        start += distance
        if not -1 <= where < len(spans.places):
            raise WrongShapeError(f"where is {where}, and there are {len(spans.places)} places")
        spans.add(task, int(state), start / 1e6, (start + length) / 1e6, where, waker, queued.get(index, 0) / 1e6)
    return spans


def _each(items: Any, name: str, make: Callable[[Any], T]) -> tuple[T, ...]:
    return tuple(map(make, as_list(items, name)))
