"""What the probe has recorded about tasks, as it was stored: plain numbers, nothing concluded from them yet.

Times are nanoseconds of the monotonic clock. The codes are those of probe/inject/_asyncdemo_layout.py.
"""

from array import array
from collections.abc import Mapping
from typing import Literal, NamedTuple

Library = Literal["asyncio", "trio", "thread"]


class Who(NamedTuple):
    """Who a key is: a task, or a loop (`loop` is then its own key); path and line of its code, "" and 0 of a loop."""

    is_loop: bool
    loop: int
    name: str
    coroutine: str
    path: str
    line: int


class Frame(NamedTuple):
    """A line of a stack."""

    path: str
    line: int
    function: str


class Sample(NamedTuple):
    """The stack of the main thread at one moment, the innermost frame first."""

    at: int
    frames: tuple[Frame, ...]


class Trace(NamedTuple):
    """The events of a run as columns, in the order in which they were stored; `complete` False where any are missing.

    `whos` tells who the keys are, `files` names the files of AT events. `samples` are stacks taken during long steps.
    """

    times: "array[int]"
    wakes: "array[int]"
    codes: "array[int]"
    whos: Mapping[int, Who]
    files: Mapping[int, str]
    complete: bool
    samples: tuple[Sample, ...] = ()
