"""All moments of a run, made on demand: a column for each thing that is needed to find one."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from asyncdemo.moments.moment import Kind, Moment, Standing
from asyncdemo.moments.states import spans_of_tasks, standing
from asyncdemo.moments.turns import END, IDLE, turns
from asyncdemo.recording import Output, Run
from asyncdemo.spans import Spans, Task, Timeline

KINDS: tuple[Kind, ...] = ("idle", "step", "thread", "end")


class Moments:
    """The moments of a run in the order of their times, each made when it is asked for.

    `times` are seconds from the start of the run, `kinds` indexes into KINDS, `tasks` the tasks whose steps or threads
    they are (of "idle" that of the step before, 0 of "end").
    """

    def __init__(self, timeline: Timeline, outputs: Sequence[Output]) -> None:
        self._timeline = timeline
        self._own = spans_of_tasks(timeline)
        self._tasks = {task.id: task for task in timeline.tasks}
        found = turns(timeline, self._own)
        self.times = array("d", (turn[0] for turn in found))
        self.kinds = bytearray(turn[1] for turn in found)
        self.tasks = array("i", (turn[2] for turn in found))
        # Output stays in the order of the pipe, whatever its times say.
        self._printed = array("d", accumulate((output.at for output in outputs), max))
        self._created = sorted(timeline.tasks, key=_created)
        self._ended = sorted((task for task in timeline.tasks if task.ended is not None), key=_ended)

    def __len__(self) -> int:
        return len(self.times)

    def __iter__(self) -> Iterator[Moment]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> Moment:
        """Give a moment; its cost grows with the tasks and with the logarithm of their spans."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        at, what = self.times[index], self.kinds[index]
        until = self.times[index + 1] if index + 1 < len(self) else None
        standings = tuple(self._standings(at, last=what == END))
        ready = sorted((each for each in standings if each.state == "ready"), key=_since)
        task = self.tasks[index] if what not in (IDLE, END) else None
        return Moment(
            number=index,
            at=at,
            until=until,
            kind=KINDS[what],
            task=task,
            thread=None if what == END else self._tasks[self.tasks[index]].thread,
            standings=standings,
            ready=tuple(each.task for each in ready),
            created=self._come(at, until, first=index == 0),
            ended=self._gone(at, until),
            printed=bisect_left(self._printed, at),
            printed_until=len(self._printed) if until is None else bisect_left(self._printed, until),
        )

    def index_at(self, seconds: float) -> int:
        """Give the index of the last moment that is not after a time, of the first one where that is before all."""
        return max(0, bisect_right(self.times, seconds) - 1)

    def _standings(self, at: float, *, last: bool) -> Iterator[Standing]:
        for task in self._created[: bisect_right(self._created, at, key=_created)]:
            if task.ended is None or task.ended > at:
                yield standing(self._timeline, self._own[task.id], task, at, last=last)

    def _come(self, at: float, until: float | None, *, first: bool) -> tuple[int, ...]:
        """Who comes to be between two moments; with the first one also who was there before."""
        start = 0 if first else bisect_left(self._created, at, key=_created)
        end = len(self._created) if until is None else bisect_left(self._created, until, key=_created)
        return tuple(task.id for task in self._created[start:end])

    def _gone(self, at: float, until: float | None) -> tuple[int, ...]:
        """Who ends between two moments: the end of a task is that of its last step, with which the next one begins."""
        start = bisect_right(self._ended, at, key=_ended)
        end = len(self._ended) if until is None else bisect_right(self._ended, until, key=_ended)
        return tuple(task.id for task in self._ended[start:end])


def moments(run: Run) -> Moments:
    """Give the moments of a run; none where no task was seen. Cost: its spans, and sorting the steps."""
    return Moments(run.timeline or Timeline((), Spans(), 0, complete=True), run.output)


def _created(task: Task) -> float:
    return task.created


def _ended(task: Task) -> float:
    return 0.0 if task.ended is None else task.ended


def _since(standing: Standing) -> float:
    return standing.since or 0.0
