"""Asks a child that stands still who waits where for what, and reads what it has written down.

The child tells by itself when nothing can wake a loop any more. Else it is asked: once it has stood still for a while,
and before it is made to end. It answers between two bytecodes, as it does when it is asked for its stack. While it
waits for a lock, or a call of a C function goes on, there is no answer, and so no snapshot.
"""

import time
from contextlib import suppress
from typing import Any, TypeVar

from asyncdemo.model.traces import Place, Pool, StandingLoop, StandingTask, StandingThread, Standstill, Unbegun
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.shared_memory import Memory, first_empty
from asyncdemo.runner.stacks import Stacks

T = TypeVar("T")
STILL = 500_000_000  # ns without an event after which a snapshot is asked for
_SURE = 100_000_000  # ns: a thread may just have put something into the loop's queue, which will show by then
_ANSWER = 0.05  # seconds that the child has for an answer before it is made to end
_PAUSE = 0.002  # seconds between two looks for the answer


class Snapshots:
    """The snapshots of one child: asks for them, where it can be asked for its stack, and keeps the last one."""

    def __init__(self, memory: Memory, stacks: Stacks | None, started: int) -> None:
        self._memory = memory
        self._stacks = stacks
        self._started = started
        self._event = -1  # the last event that was seen
        self._since = started  # since when there was no other
        self._asked = 0  # when it was asked last, 0 if it has answered
        self._times = 0  # how often it was asked since then
        self._read = 0  # how many snapshots were read
        self._ending = False  # it is being made to end: no more than one answer is still to come
        self._closed = False
        self._last: Standstill | None = None
        self._timed: Standstill | None = None  # the last one in which only timeouts could go on
        self._proved_at = 0  # when it was read
        self._proved: tuple[Standstill, int] | None = None  # with how many events there were by then

    def look(self, now: int) -> None:
        """Ask for a snapshot (`now` in ns) if nothing has happened for a while; read what has come."""
        event = first_empty(self._memory, max(0, self._event)) if self._stacks is None else self._stacks.newest
        if event != self._event:
            self._event, self._since, self._times = event, now, 0
        elif (
            not self._ending
            and now - self._since > STILL
            and not self._asked
            and self._times < _times(now - self._since)
        ):
            self._ask(now)
        self.read()

    def last(self) -> Standstill | None:
        """The last snapshot, None where there is none."""
        self.read()
        return self._last

    def until_timeout(self) -> Standstill | None:
        """The last snapshot of a time in which nothing but a timeout could go on, None where there is none."""
        self.read()
        return self._timed

    def is_deadlock(self) -> bool:
        """True if nothing can wake a loop any more, and nothing has since."""
        if self._proved is None or self._proved[1] < self._event:
            return False
        lasted = time.monotonic_ns() - self._proved_at
        return lasted > _SURE

    def ask_before_the_end(self) -> None:
        """Take a last snapshot of a child that is about to be made to end; takes a twentieth of a second at most."""
        self._ending = True
        before, until = self._memory[layout.SNAPSHOTS], time.monotonic() + _ANSWER
        self._ask(time.monotonic_ns())
        while self._asked and self._memory[layout.SNAPSHOTS] == before and time.monotonic() < until:
            time.sleep(_PAUSE)
        self.read()

    def close(self) -> None:
        """Take note that the child ends: where it stands from now on is where it has been driven."""
        self.read()
        self._closed = True

    def read(self) -> None:
        """Read the newest snapshot, if it was not read yet."""
        count = self._memory[layout.SNAPSHOTS]
        if count == self._read or self._closed:
            return
        last = read_snapshot(self._memory, self._started)
        if self._memory[layout.SNAPSHOTS] != count:
            return  # it is being written anew
        self._read, self._asked, self._closed = count, 0, self._ending
        self._last = last
        if last is not None and last.loops and all(loop.awaits_timeouts for loop in last.loops):
            self._timed = last
        stands = [] if last is None else [loop for loop in last.loops if loop.tasks]  # others may just not be running
        if last is not None and stands and all(loop.is_dead for loop in stands):
            self._proved, self._proved_at = (last, self._memory[layout.TAKEN_AFTER]), time.monotonic_ns()

    def _ask(self, now: int) -> None:
        if self._stacks is not None and self._stacks.ask_for_snapshot(now):
            self._asked = now
            self._times += 1


def _times(still: int) -> int:
    """How many snapshots may have been taken of a child that has stood still for so long (ns)."""
    return (still // STILL).bit_length()


def read_snapshot(memory: Memory, started: int) -> Standstill | None:
    """The newest snapshot, with its time counted from `started` (ns); None where none was taken since then."""
    size, at, why = (memory[word] for word in (layout.TAKEN_SIZE, layout.TAKEN, layout.TAKEN_WHY))
    if not memory[layout.SNAPSHOTS] or at < started:
        return None
    text = memory.words(layout.SNAPSHOT_AT, layout.SNAPSHOT // 8).tobytes()[:size].decode(errors="replace")
    return parse(text, (at - started) / 1e9, proved=why == layout.NOTHING_LEFT, taken=at)


def parse(text: str, at: float, *, proved: bool, taken: int = 0) -> Standstill:
    """What a child has written down, as probe/inject/_asyncdemo_snapshot.py says; a line cut at its end is left out.

    It was `taken` at that moment of the monotonic clock (ns).
    """
    reader = _Reader(taken)
    for line in text.split("\n"):
        with suppress(ValueError, IndexError):  # the last one, where there was no more room
            reader.read(*line.split("\t"))
    loops = reader.loops()
    # What the tool asked for proves it as well: the loop says then, too, that nothing is left to wake it.
    return Standstill(at, proved or any(loop.is_dead for loop in loops), loops, reader.threads())


class _Reader:
    """Puts together what the lines of a snapshot say."""

    def __init__(self, taken: int) -> None:
        self._taken = taken
        self._loops: list[dict[str, Any]] = []
        self._threads: list[dict[str, Any]] = []
        self._tasks: list[dict[str, Any]] = []  # of the last loop
        self._last: dict[str, Any] = {}  # the task or thread to which the next lines belong
        self._places: dict[tuple[str, ...], Place] = {}

    def read(self, kind: str, *fields: str) -> None:
        """Take one line; raises ValueError or IndexError where it is not whole."""
        if kind == "L":
            key, dead, ready, timers, inputs = map(int, fields)
            self._tasks = []
            counts = {"ready": ready, "timers": timers, "inputs": inputs}
            lists: dict[str, Any] = {"others": [], "tasks": self._tasks, "unbegun": []}
            self._loops.append({"id": key, "is_dead": bool(dead), **counts, **lists})
        elif kind == "W":
            self._loops[-1]["others"].append(fields[0])
        elif kind == "U":
            self._loops[-1]["timeouts"] = int(fields[0])
        elif kind == "I":
            self._loops[-1]["thread"] = int(fields[0])
        elif kind == "C":
            self._loops[-1]["unbegun"].append(Unbegun(fields[0], fields[1], fields[2], int(fields[3])))
        elif kind == "P":
            self._loops[-1]["pool"] = Pool(*map(int, fields))
        elif kind == "T":
            key, wait, value = int(fields[0]), layout.WAITS[int(fields[2])], int(fields[3])
            self._last = {"id": key, "state": fields[1], "wait": wait, "value": value, "places": [], "awaits": []}
            self._tasks.append(self._last)
        elif kind == "X":
            ident, name, daemon, idle = fields
            self._last = {"id": int(ident), "name": name, "daemon": daemon == "1", "idle": idle == "1", "places": []}
            self._threads.append(self._last)
        else:
            self._detail(kind, fields)

    def _detail(self, kind: str, fields: tuple[str, ...]) -> None:
        last = self._last
        if kind == "S":
            last["waits_for"] = int(fields[0])
        elif kind == "J":
            last["joins"] = int(fields[0])
        elif kind == "Q":
            last["pool"], last["queued"], last["waits_for_job"] = int(fields[0]), int(fields[1]), fields[2] == "1"
        elif kind == "F":
            place = self._places.get(fields)  # many tasks are at the same one
            if place is None:
                own, path, line, function = fields
                place = self._places[fields] = Place(own == "1", path, int(line), function)
            last["places"].append(place)
        elif kind in ("H", "R"):
            place, name = last["places"].pop(), "holds" if kind == "H" else "uses"
            last["places"].append(place._replace(**{name: (*getattr(place, name), int(fields[0]))}))
        elif kind == "O":
            last["about"], last["about_type"] = int(fields[0]), fields[1]
            last["held"] = {"0": False, "1": True}.get(fields[2])
        elif kind == "E":
            last["since"] = max(0.0, (self._taken - int(fields[0])) / 1e9)
        elif kind == "A":
            last["awaits"].append(int(fields[0]))
        elif kind == "B":
            last["owner"] = int(fields[0])

    def loops(self) -> tuple[StandingLoop, ...]:
        """The loops that were told of."""
        tasks = [[_made(StandingTask, task) for task in loop["tasks"]] for loop in self._loops]
        return tuple(_made(StandingLoop, loop | {"tasks": own}) for loop, own in zip(self._loops, tasks, strict=True))

    def threads(self) -> tuple[StandingThread, ...]:
        """The threads that were told of."""
        return tuple(_made(StandingThread, thread) for thread in self._threads)


def _made(kind: type[T], fields: dict[str, Any]) -> T:
    """A named tuple of these fields, whose lists are made tuples."""
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()})
