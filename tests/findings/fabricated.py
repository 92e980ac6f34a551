"""Runs with made-up timelines: a row for each span."""

from collections.abc import Iterable

from asyncdemo.model.recording import Outcome, Output, Python, Run, Seconds, Subject
from asyncdemo.model.spans import STATES, CrossThreadCall, IgnoredCancellation, Spans, State, Task, Timeline
from asyncdemo.model.traces import Standstill

PATH = "/home/me/app.py"

Row = tuple[int, State, float, float] | tuple[int, State, float, float, int]  # task, state, start, end, line


def spans(rows: Iterable[Row]) -> Spans:
    made, places = Spans(), dict[int, int]()
    for task, state, start, end, *line in rows:
        where = places.setdefault(line[0], len(places)) if line else -1
        if where == len(made.places):
            made.places.append((PATH, line[0]))
        made.add(task, STATES.index(state), start, end, where)
    return made


def task(number: int, name: str, line: int = 1, *, parent: int | None = 1, **fields: object) -> Task:
    """A task of asyncio that is there from 0 to 1 and returns."""
    whole = {"created": 0.0, "ended": 1.0, "end": "returned", "path": PATH, "kind": "asyncio", "thread": None} | fields
    return Task(id=number, name=f"Task-{number}", parent=parent, coroutine=name, line=line, **whole)  # type: ignore[arg-type]


MAIN = task(1, "main", 20, parent=None)


def run(
    tasks: Iterable[Task] = (),
    rows: Iterable[Row] = (),
    *,
    source: str = "import asyncio\n",
    stderr: str = "",
    output: tuple[Output, ...] = (),
    outcome: Outcome | None = None,
    complete: bool = True,
    seconds: Seconds = Seconds(total=1.2, startup=0.02, imports=0.03, script=1.1, cpu=1.0, waiting=0.1),
    ran: str | None = None,
    touches: tuple[CrossThreadCall, ...] = (),
    unheeded: tuple[IgnoredCancellation, ...] = (),
    standstill: Standstill | None = None,
) -> Run:
    tasks = tuple(tasks)
    timeline = Timeline(tasks, spans(rows), 0, complete, touches, unheeded) if tasks else None
    said = tuple(
        Output(0.5 + index / 1000, "stderr", line) for index, line in enumerate(stderr.splitlines(keepends=True))
    )
    outcome = outcome or Outcome("exited", code=0)
    subject = Subject("app", path=PATH, ran=ran, source=source)
    return Run(
        subject, Python("python3"), outcome, True, seconds, (*output, *said), timeline=timeline, standstill=standstill
    )
