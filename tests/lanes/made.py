"""Timelines with made-up numbers."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from asyncdemo.model.recording import Output, Run, Seconds
from asyncdemo.model.spans import BLOCKED, RUNNING, STATES, End, LoopTime, Spans, State, Task, Timeline
from tests.views.fabricated import ZERO, run

Story = Sequence[tuple[State, float]]  # states with their seconds, one after the other


class Made(NamedTuple):
    """A task with its story; `created` in seconds after the script's first step; `lines` of its long steps."""

    coroutine: str
    story: Story
    created: float = 0.0
    end: End | None = "returned"
    name: str = ""
    parent: int | None = None
    kind: str = "asyncio"
    path: str = "/course/example.py"
    line: int = 1
    at: int | None = None


def timeline(*made: Made, complete: bool = True, steps: int = 0) -> Timeline:
    """Tasks numbered from 1 in this order, their spans one task after the other."""
    spans = Spans()
    tasks = []
    for number, each in enumerate(made, 1):
        now = ZERO + each.created
        for state, seconds in each.story:
            where = -1
            if each.at is not None and state in ("running", "blocked"):
                spans.places.append((each.path, each.at))
                where = len(spans.places) - 1
            spans.add(number, STATES.index(state), now, now + seconds, where)
            now += seconds
        ended = None if each.end == "pending" else now
        tasks.append(
            Task(
                number,
                each.name or f"Task-{number}",
                each.kind,
                each.parent,
                each.coroutine,
                each.path,
                each.line,
                ZERO + each.created,
                ended,
                each.end,
            )
        )
    return Timeline(tuple(tasks), spans, steps or len(spans), complete, loops=loop_of(tasks, spans))


def loop_of(tasks: Sequence[Task], spans: Spans) -> tuple[LoopTime, ...]:
    """The one loop in which these tasks have run; none where there are none, or where two were at once on it."""
    own = [task for task in tasks if task.kind != "thread"]
    if not own or not len(spans):
        return ()
    start, end = min(task.created for task in own), max(spans.ends)
    took = {state: [span.end - span.start for span in spans if STATES.index(span.state) == state] for state in (0, 3)}
    idle = end - start - sum(took[RUNNING]) - sum(took[BLOCKED])
    if idle < -1e-9:
        return ()
    longest = max(took[BLOCKED], default=0.0)
    return (LoopTime(None, start, end, end - start, max(0.0, idle), sum(took[BLOCKED]), 0.0, longest),)


def run_of(found: Timeline | None, seconds: float, output: Iterable[Output] = (), **others: object) -> Run:
    """A run whose script took so many seconds."""
    times = Seconds(total=seconds + 0.1, startup=0.02, imports=0.03, script=seconds, cpu=0.01, waiting=seconds)
    return run(output, seconds=times, **others)._replace(timeline=found)  # type: ignore[arg-type]


STEP = ("running", 0.0001)


def polite() -> Timeline:
    """Three jobs of 0.2 s that wait, and a heartbeat every 0.05 s; the first steps one after the other."""
    jobs = [Made("job", [STEP, ("waiting", 0.2), STEP], 0.0002 + 0.0001 * n, parent=1) for n in range(3)]
    beat = Made("beat", [STEP, ("waiting", 0.05)] * 4 + [STEP], 0.0001, end="cancelled", parent=1)
    return timeline(Made("main", [STEP, ("waiting", 0.2005), STEP]), beat, *jobs)


def rude() -> Timeline:
    """The same, but the jobs block."""
    beat = Made("beat", [STEP, ("waiting", 0.05), ("ready", 0.55), STEP], end="cancelled", parent=1)
    jobs = [Made("job", [("ready", 0.2 * n + 0.0002), ("blocked", 0.2)], parent=1, at=13, line=12) for n in range(3)]
    return timeline(Made("main", [STEP, ("waiting", 0.6002), STEP]), beat, *jobs)


def many(works: int, tasks: int) -> Timeline:
    """So many tasks of each of so many kinds, all at different times."""
    made = [
        Made(
            f"work_{kind}", [STEP, ("waiting", 0.001 * (1 + (number * 7 + kind) % 400)), STEP], created=0.0005 * number
        )
        for number in range(tasks)
        for kind in range(works)
    ]
    return timeline(*made)
