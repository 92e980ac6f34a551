"""What a run's timeline shows, before it is drawn."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from asyncdemo.lanes.axis import Axis
from asyncdemo.lanes.cells import cells
from asyncdemo.lanes.folding import Folded, Lane, fold
from asyncdemo.lanes.speakers import by_task
from asyncdemo.lanes.words import spoken
from asyncdemo.printed import prints
from asyncdemo.recording import Output, Run
from asyncdemo.spans import Task, Timeline

_LEAST = 1e-6  # seconds: recordings keep microseconds


class Chart(NamedTuple):
    """Tasks with their names, the cells of each on an axis, and what they printed."""

    tasks: Sequence[Task]
    names: Mapping[int, str]
    axis: Axis
    cells: Mapping[int, bytes]
    printed: Mapping[int, Sequence[Output]]

    def folded(self, room: int | None) -> Folded:
        """Give the lanes, `room` of them at most (None: all)."""
        return fold(self.tasks, self.names, self.cells, room=room, speaking=self.printed)

    def said(self, lane: Lane) -> list[tuple[int, str]]:
        """What was printed on a lane and in which cell; of several tasks what the first did, if all did alike."""
        said = spoken(self.printed.get(lane.tasks[0], ()), self.axis)
        if len(lane.tasks) == 1:
            return said
        common = set.intersection(*({_word(output) for output in self.printed.get(task, ())} for task in lane.tasks))
        return [(cell, line) for cell, line in said if line.split()[0] in common]


def length(run: Run) -> float:
    """How long (seconds) the part of a run is that is drawn, from its zero on; what no clock tells from 0 is 0."""
    seconds = run.seconds.script or run.seconds.total or 0.0
    return seconds if seconds >= _LEAST else 0.0


def chart(run: Run, timeline: Timeline, tasks: Sequence[Task], names: Mapping[int, str], axis: Axis) -> Chart:
    """Give what these tasks did and printed."""
    drawn = cells(timeline.spans, axis, [task.id for task in tasks])
    return Chart(tasks, names, axis, drawn, by_task(timeline, prints(run.output)))


def _word(output: Output) -> str:
    return (output.text.split() or [""])[0]
