"""Runs as Chrome trace events, which Perfetto and chrome://tracing open.

    {"traceEvents": [...], "displayTimeUnit": "ms", "otherData": {"tool": "asyncdemo 0.1.0"}}

Each run is a process. Its first thread, `script`, has start-up, imports and the script's own time as slices, and the
output that belongs to no task. Each task is a thread of its own, with its spans as slices.

    ph  cat       name                   args
    M             process_name           name                       the run's target
    M             thread_name            name                       of a task, as in all views
    M             thread_sort_index      sort_index                 the order in which the tasks came to be
    X   run       start-up               where                      of the script's own time: where its step 0 is
    X   state     running ... blocked    at                         the line, where it is known; of waits also:
                                         wait, value                for what (spans.Reason), a sleep in seconds
                                         through                    the lines that led there, the outermost first
    i   output    the first line of it   text, stream, line
    i   finding   the rule               message, advice, severity  at the first span of its tasks at its line
    s   creation  creates                task                       within the creator's span
    f   creation  creates                                           at the first span of what was created; bp "e"
    s   wake      wakes                  task                       within the step that has ended a wait
    f   wake      wakes                                             where that wait ends; bp "e"

`ts` and `dur` are microseconds with three decimals. The scripts' own first steps stand at one moment, so that runs can
be compared. Source: "Trace Event Format", the description of the format by Google's tracing team.
"""

import json
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from asyncdemo import __version__
from asyncdemo.analysis.printed_lines import printed
from asyncdemo.analysis.task_names import names
from asyncdemo.comparison.result import Comparison, Sweep
from asyncdemo.model.recording import Run
from asyncdemo.model.recording_json import Recording
from asyncdemo.model.spans import BLOCKED, RUNNING, STATES, WAITING, Timeline
from asyncdemo.views.foreign_text import first_line

_SCRIPT = "script"  # the name of a run's first thread
_NAME = 80  # characters of a name
_LEAST = 1e-9  # seconds: one step of the times in a trace
_WAKES = 1 << 32  # the number of the first arrow to what was woken; those of creations are numbers of threads
_TICKS = 10_000  # of a second, in which recordings keep the length of a sleep
_encoded = json.JSONEncoder(separators=(",", ":")).encode

_Place = tuple[int, str | None, int | None]  # task, path, line


def recording_trace(recording: Recording) -> Iterator[str]:
    """The text of the trace of all runs, event by event."""
    return _trace([(run.subject.target, run) for run in recording.runs])


def comparison_trace(compared: Comparison | Sweep) -> Iterator[str]:
    """The text of the trace of the warm-up, event by event."""
    contestants = (each for point in compared.points for each in point.contestants)
    return _trace([(each.id, each.traced) for each in contestants if each.traced is not None])


def _trace(runs: Sequence[tuple[str, Run]]) -> Iterator[str]:
    yield '{"traceEvents":['
    between, number = "\n", 1
    zero = max((run.seconds.zero or 0.0 for _, run in runs), default=0.0)
    for name, run in runs:
        process = _process(name, run, number, zero - (run.seconds.zero or 0.0))
        number += len(process.names)
        for event in _events(process):
            yield between + event
            between = ",\n"
    yield f'\n],"displayTimeUnit":"ms","otherData":{json.dumps({"tool": f"asyncdemo {__version__}"})}}}\n'


class _Process(NamedTuple):
    """A run, and the threads that it has in the trace; `shift` (seconds) is added to its times.

    `number` is its own, and that of its first thread; `names` are those of all its threads, `threads` has the numbers
    of its tasks. Numbers are given once in a document: where two processes had a thread of the same number, Perfetto
    could take it for one that has moved.
    """

    name: str
    run: Run
    number: int
    shift: float
    names: Sequence[str]
    threads: Mapping[int, int]

    def slice(self, thread: int, kind: str, name: str, start: float, end: float, args: str) -> str:
        """A slice, put together by hand and not from a dictionary: there may be millions.

        It is in whole nanoseconds, so that one begins where the one before has ended.
        """
        since, until = round((start + self.shift) * 1e9), round((end + self.shift) * 1e9)
        return (
            f'{{"ph":"X","cat":"{kind}","name":"{name}","pid":{self.number},"tid":{thread},'
            f'"ts":{_microseconds(since)},"dur":{_microseconds(until - since)}{args}}}'
        )

    def instant(self, task: int | None, kind: str, name: str, at: float, args: dict[str, Any]) -> str:
        """An instant on a task's thread, or on the first one where the task has none."""
        thread = self.number if task is None else self.threads.get(task, self.number)
        event = {"ph": "i", "s": "t", "cat": kind, "name": name, "pid": self.number, "tid": thread, "args": args}
        return self.at(at, event)

    def at(self, seconds: float, event: dict[str, Any]) -> str:
        """The event at a time of the run."""
        return f'{_encoded(event)[:-1]},"ts":{_microseconds(round((seconds + self.shift) * 1e9))}}}'


def _process(name: str, run: Run, number: int, shift: float) -> _Process:
    tasks = () if run.timeline is None else run.timeline.tasks
    called = names(tasks)
    threads = {task.id: thread for thread, task in enumerate(tasks, number + 1)}
    return _Process(name, run, number, shift, [_SCRIPT, *(called[task.id] for task in tasks)], threads)


def _events(process: _Process) -> Iterator[str]:
    yield from _metadata(process)
    yield from _phases(process)
    if process.run.timeline is not None:
        yield from _slices(process, process.run.timeline)
        yield from _creations(process, process.run.timeline)
        yield from _wakes(process, process.run.timeline)
    yield from _outputs(process)
    yield from _findings(process)


def _metadata(process: _Process) -> Iterator[str]:
    number = process.number
    own = {"ph": "M", "pid": number}
    yield _encoded({**own, "tid": number, "name": "process_name", "args": {"name": _short(process.name)}})
    for thread, name in enumerate(process.names, number):
        yield _encoded({**own, "tid": thread, "name": "thread_name", "args": {"name": _short(name)}})
        yield _encoded({**own, "tid": thread, "name": "thread_sort_index", "args": {"sort_index": thread}})


def _phases(process: _Process) -> Iterator[str]:
    """Where the time of the process went, one after the other as far as it is known."""
    at, seconds = 0.0, process.run.seconds
    for name, length in (("start-up", seconds.startup), ("imports", seconds.imports), ("script", seconds.script)):
        if length is None:
            return
        yield process.slice(process.number, "run", name, at, at + length, "")
        at += length


def _slices(process: _Process, timeline: Timeline) -> Iterator[str]:
    spans = timeline.spans
    args = [f',"args":{_encoded({"at": _plain(f"{path}:{line}")})}' for path, line in spans.places]
    args.append("")  # of -1: where that is not known
    waits = [_of_wait(process, timeline, where) or args[where] for where in range(len(spans.places))]
    waits.append("")
    columns = zip(spans.tasks, spans.states, spans.starts, spans.ends, spans.where, strict=True)
    for task, state, start, end, where in columns:
        thread = process.threads.get(task)
        if thread is not None:
            said = waits if state == WAITING else args
            yield process.slice(thread, "state", STATES[state], start, end, said[where])


def _of_wait(process: _Process, timeline: Timeline, where: int) -> str:
    """The arguments of the waits at a place; "" where nothing is known but that."""
    reason = timeline.spans.reasons.get(where)
    if reason is None:
        return ""
    path, line = timeline.spans.places[where]
    args: dict[str, Any] = {"at": _plain(f"{path}:{line}")}
    if reason.wait:
        args["wait"] = reason.wait
    if reason.value is not None:
        args["value"] = _value_of(process, reason.wait, reason.value)
    if reason.through:
        args["through"] = [_plain(f"{path}:{line}") for path, line in reason.through]
    return f',"args":{_encoded(args)}'


def _value_of(process: _Process, wait: str, value: int) -> float | str:
    """What says more of a wait: seconds of a sleep, the name of a task, else a number as recordings have it."""
    if wait == "sleep":
        return value / _TICKS
    thread = process.threads.get(value) if wait == "task" else None
    return value if thread is None else _short(process.names[thread - process.number])


def _wakes(process: _Process, timeline: Timeline) -> Iterator[str]:
    """Arrows from the step that has ended a wait to where that wait ended."""
    spans = timeline.spans
    steps: dict[int, tuple[array[float], array[float]]] = {
        task: (array("d"), array("d")) for task in set(spans.wakers) if task in process.threads
    }
    for task, state, start, end in zip(spans.tasks, spans.states, spans.starts, spans.ends, strict=True):
        if task in steps and state in (RUNNING, BLOCKED):
            starts, ends = steps[task]
            starts.append(start)
            ends.append(end)
    numbers = count(_WAKES + process.number * _WAKES)
    for task, end, waker in zip(spans.tasks, spans.ends, spans.wakers, strict=True):
        if waker not in steps or task not in process.threads or waker == task:
            continue
        starts, ends = steps[waker]
        at = bisect_right(starts, end) - 1
        if at < 0 or ends[at] < end:
            continue  # the step itself is not known
        thread = process.threads[task]
        event = {"cat": "wake", "name": "wakes", "id": next(numbers), "pid": process.number}
        args = {"task": _short(process.names[thread - process.number])}
        moment = max(starts[at], min(end, ends[at] - _LEAST))
        yield process.at(moment, {"ph": "s", **event, "tid": process.threads[waker], "args": args})
        yield process.at(max(end, moment), {"ph": "f", "bp": "e", **event, "tid": thread})


def _creations(process: _Process, timeline: Timeline) -> Iterator[str]:
    """Arrows from the creator's span to the first span of what it has created.

    They begin and end at spans that are there, or a viewer drops them.
    """
    spans = timeline.spans
    for task in timeline.tasks:
        if task.parent is None or task.parent not in process.threads or not spans.of(task.id):
            continue
        first, own = spans.starts[spans.of(task.id)[0]], spans.of(task.parent)
        at = bisect_right(own, task.created, key=spans.starts.__getitem__) - 1
        if at < 0 or spans.ends[own[at]] < task.created:
            continue
        created = min(task.created, spans.ends[own[at]] - _LEAST)
        thread = process.threads[task.id]
        event = {"cat": "creation", "name": "creates", "id": thread, "pid": process.number}
        args = {"task": _short(process.names[thread - process.number])}
        yield process.at(created, {"ph": "s", **event, "tid": process.threads[task.parent], "args": args})
        yield process.at(max(first, created), {"ph": "f", "bp": "e", **event, "tid": thread})


def _outputs(process: _Process) -> Iterator[str]:
    run = process.run
    tasks = [None] * len(run.output) if run.timeline is None else printed(run.output, run.timeline)
    for output, task in zip(run.output, tasks, strict=True):
        args = {"text": _plain(output.text), "stream": output.stream, "line": output.line}
        yield process.instant(task, "output", _short(output.text) or "(blank)", output.at, args)


def _findings(process: _Process) -> Iterator[str]:
    """Each at the first span of its tasks at its line, else where the script begins."""
    run = process.run
    places = {(task, each.path, each.line) for each in run.findings or () for task in each.tasks}
    first = {} if run.timeline is None else _first_spans(run.timeline, places)
    for finding in run.findings or ():
        args = {"message": _plain(finding.message), "advice": _plain(finding.advice), "severity": finding.severity}
        own = ((task, finding.path, finding.line) for task in finding.tasks)
        at, task = min(
            ((first[place], place[0]) for place in own if place in first), default=(run.seconds.zero or 0.0, None)
        )
        yield process.instant(task, "finding", finding.rule, at, args)


def _first_spans(timeline: Timeline, places: Collection[_Place]) -> dict[_Place, float]:
    """When the first span begins (seconds) that a task has at a line, for each of these that has one."""
    spans = timeline.spans
    wanted = {index for index, place in enumerate(spans.places) if any(place == each[1:] for each in places)}
    found: dict[_Place, float] = {}
    for index, where in enumerate(spans.where if wanted else ()):
        if where in wanted:
            place = (spans.tasks[index], *spans.places[where])
            if place in places:
                found.setdefault(place, spans.starts[index])
    return found


def _microseconds(nanoseconds: int) -> str:
    nanoseconds = max(0, nanoseconds)
    return f"{nanoseconds // 1000}.{nanoseconds % 1000:03d}"


def _short(text: str) -> str:
    return first_line(text, _NAME)


def _plain(text: str) -> str:
    """Text as it is, but for what has no place in UTF-8."""
    return text.encode(errors="backslashreplace").decode()
