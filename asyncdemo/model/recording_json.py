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
import sys
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


def as_numbers(value: Any, name: str) -> list[int]:
    """The value if it is an array of whole numbers, however long; raises WrongShapeError."""
    numbers = as_list(value, name)
    if not set(map(type, numbers)) <= {int} or (numbers and not (min(numbers) >= _LEAST and max(numbers) <= _MOST)):
        raise WrongShapeError(f"{name} has something else than whole numbers")
    return numbers


def as_made(hint: Any, value: Any, *where: str) -> Any:
    """A value of the type, which may have named tuples and tuples within; raises WrongShapeError, which says where.

    Made of what `as_plain` has made of it: fields that have a default may be missing, and others are passed over, as a
    newer tool may have written more.
    """
    return _maker(hint)(value, *where)


def _as(kind: type[T], value: Any, name: str, wanted: str) -> T:
    if not isinstance(value, kind):
        raise WrongShapeError(f"{name} is {wanted}, but {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."


@cache
def _maker(hint: Any) -> Callable[..., Any]:
    """What makes a value of the type, given what JSON has and the names that lead to it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _maker(arguments[0])
        return lambda value, *where: None if value is None else inner(value, *where)
    if origin is tuple:
        return _tuple_maker(arguments)
    if hasattr(hint, "_fields"):
        return _named_maker(hint)
    fits = _fits(dict if origin is Mapping else hint)

    def checked(value: Any, *where: str) -> Any:
        if not fits(value):
            raise WrongShapeError(f"{'.'.join(where)} is {_shown(value)}")
        return value

    return checked


def _tuple_maker(arguments: tuple[Any, ...]) -> Callable[..., Any]:
    makers, is_endless = [_maker(each) for each in arguments if each is not Ellipsis], arguments[-1] is Ellipsis

    def made(value: Any, *where: str) -> Any:
        items = as_list(value, ".".join(where))
        if not is_endless and len(items) != len(makers):
            raise WrongShapeError(f"{'.'.join(where)} has {len(items)} items, and not {len(makers)}")
        each = makers * len(items) if is_endless else makers
        return tuple(make(item, *where) for make, item in zip(each, items, strict=True))

    return made


def _named_maker(kind: Any) -> Callable[..., Any]:
    fields = [(name, _maker(hint), name in kind._field_defaults) for name, hint in get_type_hints(kind).items()]

    def made(value: Any, *where: str) -> Any:
        document, given = as_mapping(value, ".".join(where)), {}
        for field, make, is_optional in fields:
            if field in document:
                given[field] = make(document[field], *where, field)
            elif not is_optional:
                raise WrongShapeError(f"{'.'.join(where)}.{field} is missing")
        return kind(**given)

    return made


def _fits(hint: Any) -> Fits:
    """What tells whether a plain value is of the type, as an annotation has it."""
    if hint is Any:
        return lambda _: True
    if hint is float:
        return lambda value: type(value) in (int, float) and -_YEARS <= value <= _YEARS
    if hint is int:
        return lambda value: type(value) is int and _LEAST <= value <= _MOST
    if get_origin(hint) is Literal:
        words = get_args(hint)
        return lambda value: type(value) is str and value in words
    return lambda value: type(value) is hint


SCHEMA = "asyncdemo.recording/1"
_FAMILY = "asyncdemo.recording/"
_HEAD = 200  # characters at the start of a file, among which a recording says what it is
_DIGITS = bytes.maketrans(bytes(range(4)), b"0123")


def _platform() -> str:
    """The system's name and version; on Windows as it says without a query that takes seconds."""
    if sys.platform == "win32":
        return "Windows-" + ".".join(map(str, sys.getwindowsversion()[:3]))
    return platform.platform()


class Recording(NamedTuple):
    """Runs, and where and when they were recorded; `started` is ISO 8601. `title` is what a person calls them."""

    runs: tuple[Run, ...]
    tool: str = __version__
    platform: str = _platform()
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
        tool, system = (as_made(str, document.get(name, ""), name) for name in ("tool", "platform"))
        started = as_made(str | None, document.get("started"), "started")
        title = as_made(str | None, document.get("title"), "title")
        runs = tuple(map(_run, as_list(document.get("runs", []), "runs")))
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
        as_made(str, text, f"the text of module {path!r}")
    python = {"executable": "", **as_mapping(document.get("python", {}), "python")}
    outcome = {"kind": "interrupted", **as_mapping(document.get("outcome", {}), "outcome")}
    findings = document.get("findings")
    fields = {
        "subject": as_made(Subject, subject, "subject"),
        "python": as_made(Python, python, "python"),
        "outcome": as_made(Outcome, outcome, "outcome"),
        "ok": as_made(bool, document.get("ok", False), "ok"),
        "seconds": as_made(Seconds, document.get("seconds", {}), "seconds"),
        "output": _each(Output, document.get("output", []), "output"),
        "output_dropped": as_made(int, document.get("output_dropped", 0), "output_dropped"),
        "notes": as_made(tuple[str, ...], document.get("notes", []), "notes"),
        "timeline": _timeline(document),
        "findings": None if findings is None else _each(Finding, findings, "findings", "finding"),
        "standstill": as_made(Standstill | None, document.get("standstill"), "standstill"),
        "stopped": as_made(float | None, document.get("stopped"), "stopped"),
        "process": as_made(Process | None, document.get("process"), "process"),
    }
    return Run(**fields)


def _timeline(document: Mapping[str, Any]) -> Timeline | None:
    if document.get("tasks") is None:
        return None
    trace = as_mapping(document.get("trace") or {}, "trace")
    tasks = _each(Task, document["tasks"], "tasks", "task")
    spans = _spans(as_mapping(document.get("spans") or {}, "spans"))
    touches = _each(CrossThreadCall, document.get("touches", []), "touches", "touch")
    unheeded = _each(IgnoredCancellation, document.get("unheeded", []), "unheeded")
    loops = _each(LoopTime, document.get("loops") or [], "loops", "loop")
    whole = as_made(bool, trace.get("complete", False), "trace.complete")
    return Timeline(tasks, spans, as_made(int, trace.get("steps", 0), "trace.steps"), whole, touches, unheeded, loops)


def _spans(columns: Mapping[str, Any]) -> Spans:
    """The spans of which these are the columns."""
    spans = Spans()
    spans.places = list(_each(tuple[str, int], columns.get("places", []), "places", "place"))
    for place, reason in enumerate(as_list(columns.get("reasons", []), "reasons")):
        if reason is not None:
            spans.reasons[place] = as_made(Reason, reason, "reason")
    states = as_made(str, columns.get("state", ""), "state")
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


def _each(hint: Any, items: Any, name: str, one: str | None = None) -> tuple[Any, ...]:
    return tuple(as_made(hint, each, one or name) for each in as_list(items, name))
