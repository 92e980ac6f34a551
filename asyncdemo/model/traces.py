"""What the probe has recorded about tasks, as it was stored: plain numbers, nothing concluded from them yet.

Times are nanoseconds of the monotonic clock. The codes are those of probe/inject/_asyncdemo_layout.py.
"""

from array import array
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal["asyncio", "trio", "thread", "loop"]


class Who(NamedTuple):
    """Who a key is: a task, a thread, or a loop, for which `loop` is its own key.

    `path` and `line` are those of its code, "" and 0 where it has none; `thread` is the identifier of the thread in
    which it runs, 0 where that is unknown.
    """

    kind: Kind
    loop: int
    name: str
    coroutine: str
    path: str
    line: int
    thread: int = 0


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
