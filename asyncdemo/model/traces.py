"""What the probe has recorded, as it was stored: plain data, from which nothing is concluded yet.

A trace has the events of tasks; its times are nanoseconds of the monotonic clock, its codes those of
probe/inject/_asyncdemo_layout.py. A standstill is a moment at which loops stood still: who waited where, for what, and
what could still have woken them.
"""

from array import array
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal["asyncio", "trio", "thread", "loop"]


class Who(NamedTuple):
    """Who a key is: a task, a thread, or a loop, for which `loop` is its own key.

    `path` and `line` are those of its code, "" and 0 where it has none; `thread` is the identifier of the thread in
    which it runs, 0 where that is unknown. `unseen` if it has failed, and nothing had looked at its error at the end.
    """

    kind: Kind
    loop: int
    name: str
    coroutine: str
    path: str
    line: int
    thread: int = 0
    unseen: bool = False


class Frame(NamedTuple):
    """A line of a stack."""

    path: str
    line: int
    function: str


class Sample(NamedTuple):
    """The stack of a thread at one moment (ns), the innermost frame first; `thread` is 0 for the main one."""

    at: int
    frames: tuple[Frame, ...]
    thread: int = 0


class Hanging(NamedTuple):
    """What was seen from outside of the step that began at `since`, for `wall` ns of it; all in ns.

    `cpu` and `queued` are those of the main thread, `others` the processor time of the other threads.
    """

    since: int
    wall: int
    cpu: int
    queued: int
    others: int


class Trace(NamedTuple):
    """The events of a run as columns, in the order in which they were stored; `complete` False where any are missing.

    `whos` tells who the keys are, `files` names the files of AT events. `samples` are stacks taken during long steps.
    `until` is the moment at which tracing was given up, None if it was not; `main` is the key of the main thread, if it
    is worth a lane. `hanging` tells of the last step that took long: it may be one that was never to end. `libraries`
    are the folders in which the interpreter's libraries lie.
    `chains` are the lines that lead to where a task is suspended, by their numbers.
    """

    times: "array[int]"
    wakes: "array[int]"
    codes: "array[int]"
    whos: Mapping[int, Who]
    files: Mapping[int, str]
    complete: bool
    samples: tuple[Sample, ...] = ()
    until: int | None = None
    main: int | None = None
    hanging: Hanging | None = None
    libraries: tuple[str, ...] = ()
    chains: "Mapping[int, tuple[tuple[str, int], ...]]" = MappingProxyType({})


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
    where the library tells. `since` is for how many seconds it has waited by then, where the wait itself tells.
    """

    id: int
    state: TaskState
    wait: str
    value: int | None
    places: tuple[Place, ...]
    about: int | None = None
    about_type: str = ""
    held: bool | None = None
    awaits: tuple[int, ...] = ()
    owner: int | None = None
    since: float | None = None

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
    """An event loop by its key: what could wake it, and the thread that runs it. Counts are -1 where unknown.

    `timeouts` of its timers only cancel what takes too long.
    """

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
    timeouts: int = 0

    @property
    def awaits_timeouts(self) -> bool:
        """True if nothing but a timeout can wake it."""
        return bool(self.tasks and self.timers and self.timers == self.timeouts) and not (
            self.ready or self.inputs or self.others or self.unbegun
        )


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
