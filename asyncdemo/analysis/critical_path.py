"""The critical path of a run: the chain of steps and waits that decided how long it took.

It is followed backwards from the end of the last task: a step to its beginning; a wait that another task has ended to
the step of that task; any other wait, as for a timer or input, to its beginning; the beginning of a task to the step
that made it; and that of a task which no other made to the end of the one before. While a task of the path could not
run, the path leads through the steps that held its loop. Shortening anything else makes the run no faster (Kelley and
Walker 1959, on projects; Yang and Miller 1988, on programs).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from asyncdemo.analysis.task_names import shown_tasks
from asyncdemo.analysis.wait_times import FOR_TASKS, WaitTime
from asyncdemo.model.recording import Run
from asyncdemo.model.spans import BLOCKED, LONG, READY, RUNNING, TASKS, UNKNOWN, WAITING, Reason, Task, Timeline

Doing = Literal["computing", "blocked", "waiting", "cannot run"]

_DOING: tuple[Doing, ...] = ("computing", "cannot run", "waiting", "blocked")  # by states
_MOST = 1_000_000  # stretches of a path
_SOON = 0.02  # of the path: what ends so much before its end, ends with it
_LEAST = 0.05  # seconds: a path that is shorter is not told of unasked
_NOTABLE, _FEW = 0.15, 3  # of a path: how much a line has to contribute to be named, and how many are
_MAIN = 0.6  # of a path: what is named has to be so much of it
_COSTLY = 0.2  # of a path: for so long tasks waited at a line that is not on it


class Stretch(NamedTuple):
    """A stretch of the path: what one task did; seconds from the start of the run; the place, where it is known."""

    task: int
    doing: Doing
    start: float
    end: float
    path: str | None
    line: int | None
    reason: Reason | None


class Share(NamedTuple):
    """What one line contributes to the critical path: seconds in all and at most, and in how many stretches."""

    path: str | None
    line: int | None
    doing: Doing
    reason: Reason | None
    seconds: float
    longest: float
    times: int
    tasks: tuple[int, ...]


def critical_path(timeline: Timeline) -> list[Stretch]:
    """The path from the first task's beginning to the last one's end; empty where no task has ended.

    Tasks of the library's own, as those that shut down its threads, are left out.

    Cost: linear in the spans, and for each stretch of the path the logarithm of them.
    """
    tasks = [task for task in shown_tasks(timeline, full=False) if task.kind in TASKS]
    ends = sorted((task.ended, -task.id) for task in tasks if task.ended is not None)
    if not ends:
        return []
    walk, (ended, task) = _Walk(timeline, ends), _last(tasks, ends)
    return walk.through_holders(walk.back(-task, ended))


def _last(tasks: Iterable[Task], ends: Sequence[tuple[float, int]]) -> tuple[float, int]:
    """When the path ends, and with which task (negative): what only was cancelled as all ended is not the reason."""
    finished = {task.id for task in tasks if task.end in ("returned", "raised")}
    others = [end for end in ends if -end[1] in finished]
    whole = ends[-1][0] - min(task.created for task in tasks)
    return others[-1] if others and ends[-1][0] - others[-1][0] <= _SOON * whole else ends[-1]


def deciding_path(run: Run) -> list[Stretch]:
    """The critical path of a run; empty where nobody knows who woke whom.

    That of a run that was made to end is empty, too: nothing in it decided how long it took.
    """
    was_stopped = run.stopped is not None or run.outcome.kind not in ("exited", "signalled")
    if run.timeline is None or was_stopped or UNKNOWN in run.timeline.spans.wakers:
        return []
    return critical_path(run.timeline)


def shares(path: Iterable[Stretch]) -> list[Share]:
    """What the lines of a path contribute to it, the largest first."""
    stretches: dict[tuple[str | None, int | None, Doing, Reason | None], list[Stretch]] = {}
    for stretch in path:
        stretches.setdefault((stretch.path, stretch.line, stretch.doing, stretch.reason), []).append(stretch)
    found = []
    for key, some in stretches.items():
        lengths = [stretch.end - stretch.start for stretch in some]
        tasks = tuple(dict.fromkeys(stretch.task for stretch in some))
        found.append(Share(*key, sum(lengths), max(lengths), len(some), tasks))
    return sorted(found, key=lambda share: -share.seconds)


def decisive(timeline: Timeline, waits: Sequence[WaitTime]) -> list[Share]:
    """The lines that decided how long it took, if that is not plain to see; else none.

    It is where the path leaves out a line at which much time passed as well: to shorten that would save nothing.
    `waits` are the run's.
    """
    found = shares(critical_path(timeline))
    whole = sum(share.seconds for share in found)
    most = [share for share in found if share.line is not None and share.seconds >= _NOTABLE * whole][:_FEW]
    if whole < _LEAST or not most or sum(share.seconds for share in most) < _MAIN * whole:
        return []
    if any(share.reason is not None and share.reason.wait in FOR_TASKS for share in most):
        return []  # what has ended that wait is not known
    on = {(share.path, share.line, share.reason.through if share.reason is not None else ()) for share in found}
    off = (wait for wait in waits if not wait.for_tasks and (wait.path, wait.line, wait.through) not in on)
    return most if any(wait.elapsed >= _COSTLY * whole for wait in off) else []


class _Walk:
    """Follows a path backwards through the spans of tasks."""

    def __init__(self, timeline: Timeline, ends: list[tuple[float, int]]) -> None:
        self._ends = ends
        self._spans = timeline.spans
        self._tasks = {task.id: task for task in timeline.tasks}

    def back(self, task: int, moment: float) -> list[Stretch]:
        """The path that ends in a task at a moment."""
        found: list[Stretch] = []
        seen: set[tuple[int, float]] = set()
        while len(found) < _MOST and (task, moment) not in seen:
            seen.add((task, moment))
            index = self._before(task, moment)
            if index is None:
                moment = min(moment, self._tasks[task].created)
                before = self._made_by(task, moment)
                if before is None:
                    break
                task = before
                continue
            waker = self._spans.wakers[index]
            if self._spans.states[index] == WAITING and waker in self._tasks and waker != task:
                task, moment = waker, min(moment, self._spans.ends[index])
                continue
            found.append(self._stretch(index, moment))
            moment = self._spans.starts[index]
        return found[::-1]

    def through_holders(self, path: list[Stretch]) -> list[Stretch]:
        """The path with the steps that held the loop in the place of the time in which its task could not run."""
        if not any(stretch.doing == "cannot run" and stretch.end - stretch.start >= LONG for stretch in path):
            return path
        steps = self._long_steps()
        return [
            each
            for stretch in path
            for each in (
                self._held_by(stretch, steps.get(self._tasks[stretch.task].thread, []))
                if stretch.doing == "cannot run"
                else (stretch,)
            )
        ]

    def _long_steps(self) -> dict[int | None, list[tuple[float, int]]]:
        """The steps of each thread that held its loop: when each ended, and the place of its span, in their order."""
        spans, found = self._spans, dict[int | None, list[tuple[float, int]]]()
        for index in spans.long:
            start, end, task = spans.starts[index], spans.ends[index], self._tasks.get(spans.tasks[index])
            runs = spans.states[index] in (RUNNING, BLOCKED) and end - start >= LONG
            if runs and task is not None and task.kind != "thread":
                found.setdefault(task.thread, []).append((end, index))
        return {thread: sorted(some) for thread, some in found.items()}

    def _held_by(self, stretch: Stretch, steps: list[tuple[float, int]]) -> Iterator[Stretch]:
        """A stretch in which a task could not run, cut into the steps of others that were the reason, and the rest."""
        now = stretch.start
        for place in range(bisect_left(steps, (now, -1)), len(steps)):
            end, index = steps[place]
            start, end = max(now, self._spans.starts[index]), min(end, stretch.end)
            if start >= stretch.end:
                break
            if end <= start or self._spans.tasks[index] == stretch.task:
                continue
            if start > now:
                yield stretch._replace(start=now, end=start)
            yield self._stretch(index, end)._replace(start=start)
            now = end
        if now < stretch.end:
            yield stretch._replace(start=now)

    def _made_by(self, task: int, moment: float) -> int | None:
        """The task that made another one, or else the last one that had ended before it came to be."""
        maker = self._tasks[task].parent
        if maker is not None:
            return maker if maker in self._tasks else None
        place = bisect_left(self._ends, (moment, 0))
        return -self._ends[place - 1][1] if place else None

    def _before(self, task: int, moment: float) -> int | None:
        """The last span of a task that begins before a moment."""
        own = self._spans.of(task)
        place = bisect_left(own, moment, key=self._spans.starts.__getitem__)
        return own[place - 1] if place else None

    def _stretch(self, index: int, moment: float) -> Stretch:
        spans = self._spans
        state, where = spans.states[index], spans.where[index]
        path, line = spans.places[where] if where >= 0 else (None, None)
        reason = spans.reasons.get(where) if state in (WAITING, READY) else None
        task = spans.tasks[index]
        return Stretch(task, _DOING[state], spans.starts[index], min(moment, spans.ends[index]), path, line, reason)
