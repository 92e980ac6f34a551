"""The events of one run, each as JSON."""

import json
from collections.abc import Iterator
from typing import Any

from asyncdemo.printed import printed
from asyncdemo.recording import Run
from asyncdemo.spans import STATES, Timeline
from asyncdemo.views.harmless import first_line
from asyncdemo.views.trace.arrows import arrows, first_spans
from asyncdemo.views.trace.lanes import Lanes

_NAME = 80  # characters of a name
_encoded = json.JSONEncoder(separators=(",", ":")).encode


def events(name: str, run: Run, lanes: Lanes, shift: float) -> Iterator[str]:
    """Give all events of a run; `shift` is what is added to its times (seconds)."""
    yield from _metadata(name, lanes)
    yield from _phases(run, lanes, shift)
    if run.timeline is not None:
        yield from _slices(run.timeline, lanes, shift)
        yield from _creations(run.timeline, lanes, shift)
    yield from _outputs(run, lanes, shift)
    yield from _findings(run, lanes, shift)


def _metadata(name: str, lanes: Lanes) -> Iterator[str]:
    process = {"ph": "M", "pid": lanes.process}
    yield _encoded({**process, "tid": lanes.process, "name": "process_name", "args": {"name": _short(name)}})
    for number, own in enumerate(lanes.names, lanes.process):
        thread = {**process, "tid": number}
        yield _encoded({**thread, "name": "thread_name", "args": {"name": _short(own)}})
        yield _encoded({**thread, "name": "thread_sort_index", "args": {"sort_index": number}})


def _phases(run: Run, lanes: Lanes, shift: float) -> Iterator[str]:
    """Where the time of the process went, one after the other as far as it is known."""
    at = shift
    for name in ("startup", "imports", "script"):
        length = getattr(run.seconds, name)
        if length is None:
            return
        said = "start-up" if name == "startup" else name
        yield _slice(lanes, lanes.process, "run", said, at, at + length, "")
        at += length


def _slices(timeline: Timeline, lanes: Lanes, shift: float) -> Iterator[str]:
    spans = timeline.spans
    args = [f',"args":{{"at":{_encoded(_plain(f"{path}:{line}"))}}}' for path, line in spans.places]
    args.append("")  # of -1: where that is not known
    for task, state, start, end, where in zip(
        spans.tasks, spans.states, spans.starts, spans.ends, spans.where, strict=True
    ):
        thread = lanes.tasks.get(task)
        if thread is not None:
            yield _slice(lanes, thread, "state", STATES[state], start + shift, end + shift, args[where])


def _slice(lanes: Lanes, thread: int, kind: str, name: str, start: float, end: float, args: str) -> str:
    """Put together by hand, and not by way of a dictionary: there may be millions. In whole nanoseconds, so that one
    begins where the one before has ended.
    """
    since, until = round(start * 1e9), round(end * 1e9)
    return (
        f'{{"ph":"X","cat":"{kind}","name":"{name}","pid":{lanes.process},"tid":{thread},'
        f'"ts":{_microseconds(since)},"dur":{_microseconds(until - since)}{args}}}'
    )


def _creations(timeline: Timeline, lanes: Lanes, shift: float) -> Iterator[str]:
    """Arrows from the creator's span to the first span of what it has created."""
    for arrow in arrows(timeline):
        thread = lanes.tasks[arrow.task]
        event = {"cat": "creation", "name": "creates", "id": thread, "pid": lanes.process}
        args = {"task": _short(lanes.names[thread - lanes.process])}
        yield _at(arrow.created + shift, {"ph": "s", **event, "tid": lanes.tasks[arrow.creator], "args": args})
        yield _at(arrow.first + shift, {"ph": "f", "bp": "e", **event, "tid": thread})


def _outputs(run: Run, lanes: Lanes, shift: float) -> Iterator[str]:
    whose = [None] * len(run.output) if run.timeline is None else printed(run.output, run.timeline)
    for output, task in zip(run.output, whose, strict=True):
        args = {"text": _plain(output.text), "stream": output.stream, "line": output.line}
        thread = lanes.process if task is None else lanes.tasks.get(task, lanes.process)
        yield _instant(lanes, thread, "output", _short(output.text) or "(blank)", output.at + shift, args)


def _findings(run: Run, lanes: Lanes, shift: float) -> Iterator[str]:
    """Each at the first span of its tasks at its line, else where the script begins."""
    found = run.findings or ()
    places = {(task, finding.path, finding.line) for finding in found for task in finding.tasks}
    first = {} if run.timeline is None else first_spans(run.timeline, places)
    for finding in found:
        args = {"message": _plain(finding.message), "advice": _plain(finding.advice), "severity": finding.severity}
        seen = [
            (first[task, finding.path, finding.line], task)
            for task in finding.tasks
            if (task, finding.path, finding.line) in first
        ]
        at, task = min(seen, default=(run.seconds.zero or 0.0, None))
        thread = lanes.process if task is None else lanes.tasks.get(task, lanes.process)
        yield _instant(lanes, thread, "finding", finding.rule, at + shift, args)


def _instant(lanes: Lanes, thread: int, kind: str, name: str, at: float, args: dict[str, Any]) -> str:
    event = {"ph": "i", "s": "t", "cat": kind, "name": name, "pid": lanes.process, "tid": thread, "args": args}
    return _at(at, event)


def _at(seconds: float, event: dict[str, Any]) -> str:
    return f'{_encoded(event)[:-1]},"ts":{_microseconds(round(seconds * 1e9))}}}'


def _microseconds(nanoseconds: int) -> str:
    nanoseconds = max(0, nanoseconds)
    return f"{nanoseconds // 1000}.{nanoseconds % 1000:03d}"


def _short(text: str) -> str:
    return first_line(text, _NAME)


def _plain(text: str) -> str:
    """Text as it is, but for what has no place in UTF-8."""
    return text.encode(errors="backslashreplace").decode()
