"""A moment at which loops stood still: who waited where, for what, and what could still have woken them. Plain data."""

from typing import Literal, NamedTuple

TaskState = Literal["created", "running", "ready", "suspended"]


class Place(NamedTuple):
    """A line of a stack; `own` if it is user code. `holds` and `uses` are objects by their identities.

    `holds` are those of the `async with` blocks that the line is in, from the outermost inwards, also one that is just
    being entered; `uses` those that somebody waits for and that its variables lead to.
    """

    own: bool
    path: str
    line: int
    function: str
    holds: tuple[int, ...] = ()
    uses: tuple[int, ...] = ()


class StandingTask(NamedTuple):
    """A task that has not ended, by the id of its lane: where it stands, the outermost frame first, and for what.

    `wait` is one of the kinds of waits or "" where that is unknown, `value` what the kind has to say (see
    probe/inject/_asyncdemo_layout.py); `about` is the identity of the object waited for, `held` whether that is locked,
    None where that is unknown. `awaits` are the tasks whose end would wake it, `owner` the one that holds the object,
    where the library tells.
    """

    id: int
    state: TaskState
    wait: str
    value: int
    places: tuple[Place, ...]
    about: int | None = None
    about_type: str = ""
    held: bool | None = None
    awaits: tuple[int, ...] = ()
    owner: int | None = None

    @property
    def own(self) -> tuple[Place, ...]:
        """The lines of user code, the outermost first."""
        return tuple(place for place in self.places if place.own)


class StandingThread(NamedTuple):
    """A thread: where it is, the outermost frame first; `idle` if it is a worker of a pool that has no job.

    `waits_for` is the key of the loop that alone could set the future for which it waits, `joins` the thread for whose
    end it waits. `pool` is the pool (its identity) of which it has a job, `queued` how many jobs wait for a thread of
    that, and `waits_for_job` whether it waits for the result of a job that has not begun.
    """

    id: int
    name: str
    daemon: bool
    idle: bool
    places: tuple[Place, ...]
    waits_for: int | None = None
    joins: int | None = None
    pool: int | None = None
    queued: int = 0
    waits_for_job: bool = False

    @property
    def own(self) -> tuple[Place, ...]:
        """The lines of user code, the outermost first."""
        return tuple(place for place in self.places if place.own)


class Pool(NamedTuple):
    """A loop's default pool of threads: how many there are, how many there may be, and jobs that wait for one."""

    threads: int
    most: int
    queued: int


class Unbegun(NamedTuple):
    """A task that was created and has not begun: its name, and its coroutine with the line of that."""

    name: str
    coroutine: str
    path: str
    line: int


class StandingLoop(NamedTuple):
    """An event loop by its key: what could wake it, and the thread that runs it. Counts are -1 where unknown."""

    id: int
    is_dead: bool
    ready: int
    timers: int
    inputs: int
    others: tuple[str, ...] = ()
    pool: Pool | None = None
    tasks: tuple[StandingTask, ...] = ()
    thread: int | None = None
    unbegun: tuple[Unbegun, ...] = ()


class Standstill(NamedTuple):
    """What was seen at `at` seconds from the start of the run; `proved` if nothing could wake a loop any more."""

    at: float
    proved: bool
    loops: tuple[StandingLoop, ...]
    threads: tuple[StandingThread, ...] = ()

    @property
    def tasks(self) -> tuple[StandingTask, ...]:
        """The tasks of all loops."""
        return tuple(task for loop in self.loops for task in loop.tasks)
