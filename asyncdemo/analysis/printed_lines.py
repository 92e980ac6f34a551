"""What was printed at one time, and who printed it: the task whose step went on in that thread, else the thread itself.

Pure; linear.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from math import inf

from asyncdemo.model.recording import Output
from asyncdemo.model.spans import BLOCKED, RUNNING, Timeline

_GAP = 0.01  # seconds: what a thread writes so much later, it has not written at one time

_Stretch = tuple[float, float, int]  # from, to, task


def prints(outputs: Iterable[Output]) -> list[Output]:
    """Put together what a thread has written from one line without a gap, up to the end of a line of output.

    `print("got", answer)` is four writes. Each has the time of its first one.
    """
    found: list[list[Output] | Output] = []
    latest: dict[tuple[int | None, str], list[Output]] = {}  # of each thread and stream, whose line has not ended
    for output in outputs:
        ends = output.text.endswith("\n")
        if ends and not latest:
            found.append(output)  # a whole line, as most writes are
            continue
        pieces = latest.get((output.thread, output.stream))
        if pieces is None or not _goes_on(pieces[-1], output):
            pieces = latest[output.thread, output.stream] = []
            found.append(pieces)
        pieces.append(output)
        if ends:
            del latest[output.thread, output.stream]
    return [pieces if isinstance(pieces, Output) else _whole(pieces) for pieces in found]


def _whole(pieces: Sequence[Output]) -> Output:
    return pieces[0] if len(pieces) == 1 else pieces[0]._replace(text="".join(piece.text for piece in pieces))


def _goes_on(before: Output, output: Output) -> bool:
    return (before.path, before.line) == (output.path, output.line) and output.at - before.at < _GAP


def printed(outputs: Sequence[Output], timeline: Timeline) -> list[int | None]:
    """For each piece of output the id of the task that printed it, None where that cannot be told.

    Where the thread of a task or of a piece is not known, the moment alone decides.
    """
    found: list[int | None] = [None] * len(outputs)
    if not outputs:
        return found
    steps, threads = _steps(timeline), _threads(timeline)
    by_thread: dict[int | None, list[int]] = {}
    for index, output in enumerate(outputs):
        by_thread.setdefault(output.thread, []).append(index)
    for thread, indexes in by_thread.items():
        indexes.sort(key=lambda index: outputs[index].at)
        of_thread = steps.get(thread) or steps.get(None) or array("i")
        for stretches in (_stretches(timeline, of_thread), iter(threads.get(thread, ()))):
            _assign(found, outputs, indexes, stretches)
    return found


def _assign(
    found: list[int | None], outputs: Sequence[Output], indexes: list[int], stretches: Iterator[_Stretch]
) -> None:
    """Assign what has no task yet to the stretches that it falls into; both are in the order of their times."""
    nobody = (inf, inf, 0)
    current, following = nobody, next(stretches, nobody)
    for index in indexes:
        moment = outputs[index].at
        while following[0] <= moment:
            current, following = following, next(stretches, nobody)
        if found[index] is None and current[0] <= moment <= current[1]:
            found[index] = current[2]


def _steps(timeline: Timeline) -> dict[int | None, "array[int]"]:
    """The spans in which tasks ran, by their threads, in the order of their times."""
    spans, found = timeline.spans, dict[int | None, list[int]]()
    for task in timeline.tasks:
        if task.kind != "thread":
            steps = [index for index in spans.of(task.id) if spans.states[index] in (RUNNING, BLOCKED)]
            found.setdefault(task.thread, []).extend(steps)
    return {thread: array("i", sorted(steps, key=spans.starts.__getitem__)) for thread, steps in found.items()}


def _stretches(timeline: Timeline, spans: "array[int]") -> Iterator[_Stretch]:
    columns = timeline.spans
    for index in spans:
        yield columns.starts[index], columns.ends[index], columns.tasks[index]


def _threads(timeline: Timeline) -> dict[int | None, list[_Stretch]]:
    """The lives of threads, by their identifiers, in the order of their times: identifiers are given out again."""
    found: dict[int | None, list[_Stretch]] = {}
    for task in sorted(timeline.tasks, key=lambda task: task.created):
        if task.kind == "thread":
            ended = inf if task.ended is None else task.ended
            found.setdefault(task.thread, []).append((task.created, ended, task.id))
    return found
