"""The tasks of a process at one moment: where each is, for what it waits, held by whom, and who awaits it (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from asyncdemo.analysis.standstills import HOLDING, Place, holds
from asyncdemo.analysis.task_names import task_name, told_apart
from asyncdemo.model.spans import wait_words
from asyncdemo.model.traces import Place as Frame
from asyncdemo.model.traces import StandingLoop, StandingTask, StandingThread, Standstill, TaskState, Who


class Row(NamedTuple):
    """A task: the lines of user code that lead to where it is, the outermost first, and for what it waits, in words.

    `called` is its name if a person has given it one, else that of its coroutine, with its own where others do
    the same.

    `since` is for how many seconds it has waited, None where that is unknown. `holders` hold what it waits for,
    `awaits` are the tasks for whose end it waits, `awaited_by` those that wait for its own; all by their ids.
    """

    id: int
    name: str
    called: str
    coroutine: str
    state: TaskState
    chain: tuple[Place, ...]
    wait: str
    words: str
    since: float | None
    holders: tuple[int, ...]
    awaits: tuple[int, ...]
    awaited_by: tuple[int, ...]

    @property
    def place(self) -> Place | None:
        """The line at which it is; None where that is unknown."""
        return self.chain[-1] if self.chain else None

    def to_json(self) -> dict[str, Any]:
        """What is published of it."""
        fields = self._asdict() | {"wait": self.wait or None, "chain": [list(place) for place in self.chain]}
        path, line = self.place or (None, None)
        del fields["words"], fields["called"]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()} | {
            "path": path,
            "line": line,
        }


def task_rows(seen: Standstill, whos: Mapping[int, Who]) -> list[Row]:
    """All tasks, loop by loop: first what runs, then who waits for what somebody holds; the rest by where it is."""
    return [row for loop in seen.loops for row in sorted(_rows(loop, seen, whos), key=_order)]


def _order(row: Row) -> tuple[bool, bool, Place, str]:
    return row.state != "running", not row.holders, row.place or ("", 0), row.called


def _rows(loop: StandingLoop, seen: Standstill, whos: Mapping[int, Who]) -> Iterator[Row]:
    names = _names(loop, whos)
    holding: dict[int, list[StandingTask]] = {}
    awaited_by: dict[int, list[int]] = {}
    for task in loop.tasks:
        for about in {each for place in task.places for each in place.holds}:
            holding.setdefault(about, []).append(task)
        for other in task.awaits:
            awaited_by.setdefault(other, []).append(task.id)
    now = _step(loop, seen)
    for task in loop.tasks:
        holders: tuple[int, ...] = (task.owner,) if task.owner is not None else ()
        if task.wait in HOLDING and task.about is not None and not holders:
            holders = tuple(each.id for each in holding.get(task.about, ()) if holds(each, task))
        awaited = names.get(task.awaits[0]) if len(task.awaits) == 1 else None
        value = None if task.wait == "receive" and not task.value else task.value
        suspended = task.state == "suspended"
        words = wait_words(task.wait, value, awaited) or "something unknown" if suspended else task.state
        frames = now if task.state == "running" and now else task.places
        yield Row(
            task.id,
            whos[task.id].name if task.id in whos else "",
            names.get(task.id, ""),
            whos[task.id].coroutine if task.id in whos else "",
            task.state,
            chain_of(frames),
            task.wait if suspended else "",
            words,
            task.since,
            holders,
            task.awaits,
            tuple(awaited_by.get(task.id, ())),
        )


def _names(loop: StandingLoop, whos: Mapping[int, Who]) -> dict[int, str]:
    """What the tasks are called; those that would be called alike with the names that Python gave them."""
    known = {task.id: whos[task.id] for task in loop.tasks if task.id in whos}
    return told_apart(
        {key: task_name(who) for key, who in known.items()}, {key: who.name for key, who in known.items()}
    )


def _step(loop: StandingLoop, seen: Standstill) -> Sequence[Frame]:
    """The frames of the step that a loop makes now, the outermost first; empty where that is not known."""
    thread = next((each for each in seen.threads if each.id == loop.thread), None)
    frames = () if thread is None else thread.places
    begun = [at for at, each in enumerate(frames) if each.function.rpartition(".")[2] in ("_run", "unrolled_run")]
    return frames[begun[-1] :] if begun else frames  # read from outside on 3.14 a stack ends where C has called


def chain_of(frames: Sequence[Frame]) -> tuple[Place, ...]:
    """The lines of user code; where there are none the innermost of a library."""
    own = tuple((each.path, each.line) for each in frames if each.own)
    return own or tuple((each.path, each.line) for each in frames[-1:])


def other_threads(seen: Standstill) -> list[StandingThread]:
    """The threads that run no loop and are not idle workers of a pool."""
    loops = {loop.thread for loop in seen.loops}
    return [each for each in seen.threads if each.id not in loops and not each.idle]


class Branch(NamedTuple):
    """A task in a tree of those that await one another; `again` where it stands above already."""

    row: Row
    depth: int
    again: bool


def task_tree(rows: Sequence[Row]) -> Iterator[Branch]:
    """Each task below those that await it: first those that nobody awaits. Each is followed down once."""
    by_id, order = {row.id: row for row in rows}, {row.id: at for at, row in enumerate(rows)}
    followed: set[int] = set()
    roots = [row for row in rows if not row.awaited_by]
    for root in [*roots, *rows]:  # the latter for those that await one another in a circle
        if root.id in followed:
            continue
        way = [(root.id, 0)]
        while way:
            key, depth = way.pop()
            again = key in followed
            yield Branch(by_id[key], depth, again)
            if not again:
                followed.add(key)
                below = sorted(order[each] for each in by_id[key].awaits if each in by_id)
                way += [(rows[at].id, depth + 1) for at in reversed(below)]
