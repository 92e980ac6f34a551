"""The moments of a recording: the turns that event loops take, step by step, forwards and backwards.

A turn is the beginning of a step, of a stretch in which no task of a loop can run, or of something that a thread does.
A stretch counts as idle if all tasks of the loop are known to wait. Most often the loop then waits for a timer or for
input, but it may also run plain callbacks; those that held it have a lane of their own, which is there while one runs.

Only times, kinds and tasks of all turns are kept, a column each; a moment is made when it is asked for, with the state
of every task by bisection over the columns of its spans.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Literal, NamedTuple

from asyncdemo.model.recording import Output, Run
from asyncdemo.model.spans import (
    BLOCKED,
    CALLBACKS,
    READY,
    RUNNING,
    STATES,
    WAITING,
    Reason,
    Spans,
    State,
    Task,
    Timeline,
)

SHORTEST = 0.0005  # seconds: what is shorter is no moment of its own: an idle loop, or a thread that is about to begin
_SLACK = 2e-6  # seconds: what is no further apart comes one directly after the other; recordings keep microseconds
_IDLE, _STEP, _THREAD, _END = range(4)  # of several things at the same time the end of what was before comes first

Kind = Literal["step", "idle", "thread", "end"]
How = Literal["defined", "suspended", "seen"]
_KINDS: tuple[Kind, ...] = ("idle", "step", "thread", "end")

_Turn = tuple[float, int, int]  # at, what, the task; of _IDLE the task of the step before
_SpansOfTasks = Mapping[int, "array[int]"]  # the spans of each task


class Standing(NamedTuple):
    """Where one task stands: its state, None where that is not known, since when it is in it, and a line.

    `how` tells what the line is: "suspended", of the await at which the task is suspended, or was until this step;
    "seen", the line at which it was seen to hold the loop; "defined", of its coroutine or function, for it has not
    begun before. None: the line is not known, and `path` and `line` are None too. `reason` is for what it waits.
    """

    task: int
    state: State | None
    since: float | None
    path: str | None
    line: int | None
    how: How | None
    reason: Reason | None = None


class Moment(NamedTuple):
    """Something that happens in a loop or a thread, at `at`; the next moment is at `until`, None of the last one.

    `number` counts from 0. `kind`: "step", `task` begins a step, or goes on with one; "idle", no task of a loop can
    run; "thread", the thread `task` begins, ends, or begins to do something else; "end", the last thing that was seen
    of any task is over. `thread` is the identifier of the thread in which that is, None where unknown.

    `standings` are those of all tasks that are there, the one that runs among them, in the order in which they came to
    be. `ready` are the tasks that could run, whoever has been ready for longest first. `created` and `ended` are the
    tasks that come to be or end before the next moment. Pieces of output: `printed` were printed before this moment,
    and those up to `printed_until` before the next one; both count from the first piece of the run. `woken_by` is the
    task whose step has ended the wait after which this step begins; None where no task's has, as after a sleep.
    """

    number: int
    at: float
    until: float | None
    kind: Kind
    task: int | None
    thread: int | None
    standings: tuple[Standing, ...]
    ready: tuple[int, ...]
    created: tuple[int, ...]
    ended: tuple[int, ...]
    printed: int
    printed_until: int
    woken_by: int | None = None

    @property
    def standing(self) -> Standing | None:
        """Where the task stands whose step or thread it is; None where there is none, or it has ended."""
        return next((each for each in self.standings if each.task == self.task), None)


class Moments:
    """The moments of a run in the order of their times, each made when it is asked for.

    `times` are seconds from the start of the run, `kinds` indexes into _KINDS, `tasks` the tasks whose steps or threads
    they are (of "idle" that of the step before, 0 of "end").
    """

    def __init__(self, timeline: Timeline, outputs: Sequence[Output]) -> None:
        self._timeline = timeline
        self._own = _spans_of_tasks(timeline)
        self._tasks = {task.id: task for task in timeline.tasks}
        found = _turns(timeline, self._own)
        self.times = array("d", (turn[0] for turn in found))
        self.kinds = bytearray(turn[1] for turn in found)
        self.tasks = array("i", (turn[2] for turn in found))
        # Output stays in the order of the pipe, whatever its times say.
        self._printed = array("d", accumulate((output.at for output in outputs), max))
        self._created = sorted(timeline.tasks, key=attrgetter("created"))
        self._ended = sorted((task for task in timeline.tasks if task.ended is not None), key=attrgetter("ended"))
        self._callbacks = {task.id for task in timeline.tasks if task.kind == CALLBACKS}

    def __len__(self) -> int:
        return len(self.times)

    def __iter__(self) -> Iterator[Moment]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> Moment:
        """The moment; its cost grows with the tasks and with the logarithm of their spans."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        at, what = self.times[index], self.kinds[index]
        until = self.times[index + 1] if index + 1 < len(self) else None
        standings = tuple(self._standings(at, last=what == _END))
        ready = sorted((each for each in standings if each.state == "ready"), key=lambda each: each.since or 0.0)
        task = self.tasks[index] if what not in (_IDLE, _END) else None
        return Moment(
            number=index,
            at=at,
            until=until,
            kind=_KINDS[what],
            task=task,
            thread=None if what == _END else self._tasks[self.tasks[index]].thread,
            standings=standings,
            ready=tuple(each.task for each in ready),
            created=self._created_between(at, until, first=index == 0),
            ended=self._ended_between(at, until),
            printed=bisect_left(self._printed, at),
            printed_until=len(self._printed) if until is None else bisect_left(self._printed, until),
            woken_by=None if task is None or what != _STEP else self._waker(task, at),
        )

    def _waker(self, task: int, at: float) -> int | None:
        """Whose step has ended the wait directly before a step."""
        spans, own = self._timeline.spans, self._own[task]
        position = bisect_left(own, at, key=spans.starts.__getitem__) - 1
        while position >= 0 and spans.states[own[position]] == READY:
            position -= 1
        if position < 0 or spans.states[own[position]] != WAITING:
            return None
        waker = spans.wakers[own[position]]
        return waker if waker in self._tasks and waker != task else None

    def index_at(self, seconds: float) -> int:
        """The index of the last moment that is not after a time, or of the first one where that is before all."""
        return max(0, bisect_right(self.times, seconds) - 1)

    def _standings(self, at: float, *, last: bool) -> Iterator[Standing]:
        for task in self._created[: bisect_right(self._created, at, key=attrgetter("created"))]:
            if task.ended is None or task.ended > at:
                standing = _standing(self._timeline, self._own[task.id], task, at, last=last)
                if standing.state is not None or task.id not in self._callbacks:
                    yield standing

    def _created_between(self, at: float, until: float | None, *, first: bool) -> tuple[int, ...]:
        """Who comes to be between two moments; with the first one also who was there before."""
        start = 0 if first else bisect_left(self._created, at, key=attrgetter("created"))
        end = len(self._created) if until is None else bisect_left(self._created, until, key=attrgetter("created"))
        return tuple(task.id for task in self._created[start:end] if task.id not in self._callbacks)

    def _ended_between(self, at: float, until: float | None) -> tuple[int, ...]:
        """Who ends between two moments: the end of a task is that of its last step, with which the next one begins."""
        start = bisect_right(self._ended, at, key=attrgetter("ended"))
        end = len(self._ended) if until is None else bisect_right(self._ended, until, key=attrgetter("ended"))
        return tuple(task.id for task in self._ended[start:end] if task.id not in self._callbacks)


def moments(run: Run) -> Moments:
    """The moments of a run; none where no task was seen. Cost: its spans, and sorting the steps."""
    return Moments(run.timeline or Timeline((), Spans(), 0, complete=True), run.output)


def _turns(timeline: Timeline, own: _SpansOfTasks) -> list[_Turn]:
    """All turns of all loops and threads in the order of their times."""
    found: list[_Turn] = []
    for tasks in _loops(timeline).values():
        found += _steps(timeline, own, tasks)
    for task in timeline.tasks:
        if task.kind == "thread":
            found += _of_thread(timeline, own[task.id], task)
    if found:
        found.append((_end(timeline), _END, 0))
    return sorted(found)


def _loops(timeline: Timeline) -> dict[int | None, list[Task]]:
    """The tasks of each loop, by the threads of these."""
    found: dict[int | None, list[Task]] = {}
    for task in timeline.tasks:
        if task.kind != "thread":
            found.setdefault(task.thread, []).append(task)
    return found


def _end(timeline: Timeline) -> float:
    """When the last thing was over that was seen of any task."""
    ended = max(task.created if task.ended is None else task.ended for task in timeline.tasks)
    seen = max(timeline.spans.ends, default=ended)
    return max(ended, seen)


def _steps(timeline: Timeline, own: _SpansOfTasks, tasks: list[Task]) -> list[_Turn]:
    """The steps of one loop, and where it is idle between two of them."""
    spans = timeline.spans
    states, starts, ends = spans.states, spans.starts, spans.ends
    steps = [index for task in tasks for index in own[task.id] if states[index] in (RUNNING, BLOCKED)]
    steps.sort(key=starts.__getitem__)
    found = [(starts[index], _STEP, spans.tasks[index]) for index in steps]
    gaps = [(index, ends[index]) for index, after in pairwise(steps) if starts[after] - ends[index] >= SHORTEST]
    if gaps:
        known = [task for task in tasks if task.kind != CALLBACKS]
        busy = sorted(stretch for task in known for stretch in _not_waiting(timeline, own[task.id], task))
        since = [start for start, _ in busy]
        until = list(accumulate((end for _, end in busy), max))
        for index, moment in gaps:
            position = bisect_right(since, moment)
            if position and until[position - 1] > moment:
                continue
            if position == len(since) or since[position] - moment >= SHORTEST:
                found.append((moment, _IDLE, spans.tasks[index]))
    return found


def _not_waiting(timeline: Timeline, own: "array[int]", task: Task) -> Iterator[tuple[float, float]]:
    """When a task was ready, or nobody knows what it did, before its end."""
    spans, known = timeline.spans, task.created
    for index in own:
        if spans.starts[index] - known > _SLACK:
            yield known, spans.starts[index]
        if spans.states[index] == READY:
            yield spans.starts[index], spans.ends[index]
        known = spans.ends[index]
    if task.ended is not None and task.ended - known > _SLACK:
        yield known, task.ended


def _of_thread(timeline: Timeline, own: "array[int]", task: Task) -> list[_Turn]:
    """The beginning of a thread, its end, and what it did between them as far as that is known."""
    moments = [timeline.spans.starts[index] for index in own]
    if not moments or moments[0] - task.created >= SHORTEST:
        moments.insert(0, task.created)
    if task.ended is not None and task.ended > moments[-1]:
        moments.append(task.ended)
    return [(moment, _THREAD, task.id) for moment in moments]


def _spans_of_tasks(timeline: Timeline) -> _SpansOfTasks:
    """The indexes of every task's spans in the order of their times."""
    spans = timeline.spans
    return {task.id: array("i", sorted(spans.of(task.id), key=spans.starts.__getitem__)) for task in timeline.tasks}


def _standing(timeline: Timeline, own: "array[int]", task: Task, at: float, *, last: bool = False) -> Standing:
    """Where a task that is there stands at a moment; `last`: what it did until then, as nothing comes after it."""
    spans = timeline.spans
    position = bisect_right(own, at, key=spans.starts.__getitem__) - 1
    if position < 0 or not (spans.ends[own[position]] > at or (last and spans.ends[own[position]] >= at - _SLACK)):
        return Standing(task.id, None, None, None, None, None)
    index = own[position]
    path, line, how = _place(timeline, own, task, position)
    reason = spans.reasons.get(spans.where[index]) if spans.states[index] == WAITING else None
    return Standing(task.id, STATES[spans.states[index]], spans.starts[index], path, line, how, reason)


def _place(
    timeline: Timeline, own: "array[int]", task: Task, position: int
) -> tuple[str | None, int | None, How | None]:
    spans, state = timeline.spans, timeline.spans.states[own[position]]
    runs = state in (RUNNING, BLOCKED)
    where = spans.where[own[position]]
    how: How = "seen" if runs else "suspended"
    if where < 0 and runs and _follows(timeline, own, position):
        where, how = spans.where[own[position - 1]], "suspended"
    if where >= 0:
        return *spans.places[where], how
    if task.line and (task.kind == "thread" or _is_new(timeline, own, position)):
        return task.path, task.line, "defined"
    return None, None, None


def _follows(timeline: Timeline, own: "array[int]", position: int) -> bool:
    """True if the task was ready, or waited, directly before this span."""
    spans = timeline.spans
    if position == 0 or spans.states[own[position - 1]] not in (READY, WAITING):
        return False
    return spans.starts[own[position]] - spans.ends[own[position - 1]] <= _SLACK


def _is_new(timeline: Timeline, own: "array[int]", position: int) -> bool:
    """True if the task has not made a step before: it was ready since it came to be, and nothing else."""
    states = [timeline.spans.states[index] for index in own[: position + 1]] if position < 2 else []
    return states in ([READY], [RUNNING], [BLOCKED], [READY, RUNNING], [READY, BLOCKED])
