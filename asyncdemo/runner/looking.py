"""Looks once at all tasks and threads of a process that runs already: who is where, and waits for what."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from asyncdemo.model.traces import Place, StandingLoop, StandingTask, StandingThread, Standstill, TaskState, Who
from asyncdemo.runner import linux
from asyncdemo.runner.attachable import Process
from asyncdemo.runner.attaching import PATIENCE, Attached, attached
from asyncdemo.runner.shared_memory import TraceReader
from asyncdemo.runner.snapshots import read_snapshot

_COMPUTES = 0.5  # of the time: a main thread that was on a processor for so long computes


class Silence(NamedTuple):
    """A process that did not answer for so many seconds: whether its main thread was on a processor meanwhile."""

    seconds: float
    computes: bool | None


class Look(NamedTuple):
    """What was seen of a process; `silence` if it did not answer, and was read from outside."""

    process: Process
    standstill: Standstill
    whos: Mapping[int, Who]
    silence: Silence | None = None


def look_at(process: Process) -> Look:
    """What its tasks and threads do now. Raises UsageError where it cannot be attached to, or has ended."""
    with attached(process) as inside:
        return look_from(inside)


def look_from(inside: Attached) -> Look:
    """The same, once it can be reached."""
    silent = silence_of(inside)
    inside.execute("look", inside.memory.path)
    if not inside.answers():
        return silent()
    standstill = read_snapshot(inside.memory, 0)
    assert standstill is not None  # it is stored before the process says that it is done
    return Look(inside.process, standstill, TraceReader(inside.memory).take().whos)


def silence_of(inside: Attached) -> Callable[[], Look]:
    """A function that gives up a script which was put in from now on, and looks at the process from outside."""
    pid = inside.process.pid
    before, started = linux.processor_times(pid), time.monotonic()

    def silent() -> Look:
        inside.withdraw()
        after, seconds = linux.processor_times(pid), time.monotonic() - started
        computes = None if before is None or after is None else after[0] - before[0] > _COMPUTES * seconds * 1e9
        standstill, whos = from_outside(inside.read(), pid)
        return Look(inside.process, standstill, whos, Silence(PATIENCE, computes))

    return silent


def from_outside(read: Any, pid: int) -> tuple[Standstill, Mapping[int, Who]]:
    """What probe/outside.py has read, in the same form; who holds what, and the values of waits, are not known then."""
    keys = {ident: key for key, (_, ident, *_) in enumerate(read["tasks"], 1)}
    awaits: dict[int, list[int]] = {}
    for _, ident, *_, parents in read["tasks"]:
        for parent in parents:
            awaits.setdefault(parent, []).append(keys[ident])
    whos: dict[int, Who] = {}
    loops: dict[int, list[StandingTask]] = {}
    for thread, ident, name, runs, frames, _ in read["tasks"]:
        places, key = _places(frames), keys[ident]
        first = next(iter(places), Place(False, "", 0, ""))
        whos[key] = Who("asyncio", thread, name, first.function.rpartition(".")[2], first.path, first.line)
        wait = "" if runs else next(filter(None, (frame[-1] for frame in frames)), "")
        awaited = tuple(sorted(awaits.get(ident, ())))
        state: TaskState = "running" if runs else "suspended"
        loops.setdefault(thread, []).append(StandingTask(key, state, wait, None, places, awaits=awaited))
    threads = tuple(
        StandingThread(thread, "MainThread" if thread == pid else f"thread {thread}", False, False, _places(frames))
        for thread, frames in read["threads"]
    )
    every = (
        StandingLoop(thread, False, -1, -1, -1, tasks=tuple(tasks), thread=thread) for thread, tasks in loops.items()
    )
    return Standstill(0.0, False, tuple(every), threads), whos


def _places(frames: Any) -> tuple[Place, ...]:
    return tuple(Place(own, path, line, function) for own, path, line, function, _ in frames)
