"""Runs that were made to end, with made-up snapshots of where their tasks and threads stood."""

from asyncdemo.model.recording import Outcome, Run
from asyncdemo.model.spans import Task
from asyncdemo.model.traces import Place, StandingLoop, StandingTask, StandingThread, Standstill, TaskState
from tests.findings.fabricated import PATH, Row, run, task

STOPPED = Outcome("timed-out", after=3.0)
LIBRARY = "/usr/lib/python3.11/"
LOCK, QUEUE = 77, 78


def place(line: int, function: str = "job", *, holds: tuple[int, ...] = (), uses: tuple[int, ...] = ()) -> Place:
    """A line of the script."""
    return Place(own=True, path=PATH, line=line, function=function, holds=holds, uses=uses)


def library(path: str, function: str) -> Place:
    """A line of the standard library."""
    return Place(own=False, path=LIBRARY + path, line=1, function=function)


ENTERING = library("asyncio/locks.py", "__aenter__")


def standing(number: int, wait: str, *places: Place, state: TaskState = "suspended", **fields: object) -> StandingTask:
    """A task that stands there."""
    return StandingTask(number, state, wait, places=places, **{"value": 0, **fields})  # type: ignore[arg-type]


def thread(*places: Place, name: str = "MainThread", **fields: object) -> StandingThread:
    """A thread that stands there."""
    whole = {"id": 1, "daemon": False, "idle": False, **fields}
    return StandingThread(name=name, places=places, **whole)  # type: ignore[arg-type]


def loop(*tasks: StandingTask, is_dead: bool = False, timers: int = 0, **fields: object) -> StandingLoop:
    """The loop of the main thread."""
    counts = {"ready": 0, "inputs": 0, "thread": 1}
    return StandingLoop(id=1, is_dead=is_dead, timers=timers, tasks=tasks, **counts | fields)  # type: ignore[arg-type]


def stopped(
    tasks: list[Task], rows: list[Row], *loops: StandingLoop, threads: tuple[StandingThread, ...] = (), at: float = 3.0
) -> Run:
    """A run that was stopped at 3 s, as it stood at `at`."""
    standstill = Standstill(at, proved=False, loops=loops, threads=threads)
    return run(tasks, rows, outcome=STOPPED, standstill=standstill)


def there(number: int, name: str, line: int, **fields: object) -> Task:
    """A task that is there to the end."""
    return task(number, name, line, **{"ended": None, "end": "pending", **fields})


def waiting(*numbers: int, since: float = 0.1) -> list[Row]:
    """These tasks wait from then on to the end."""
    return [(number, "waiting", since, 3.05) for number in numbers]
