"""How it is said who waits for what, who could help, and who has ended: for findings and for tables."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType

from asyncdemo.analysis.standstills import Circle, Ended, Place, Stand, Waiter

_SERVED = {
    "queue.put": "emptied by",
    "queue.join": "emptied by",
    "queue.get": "filled by",
    "receive": "sent by",
    "send": "received by",
    "event": "set by",
    "condition": "notified by",
    "semaphore": "released by",
    "future": "set by",
}
_MOST = 2  # tasks that are named; of more only how many


def at_line(place: Place | None, near: str | None = None) -> str:
    """A line in words: by its number where it is in the file `near`, else with the name of its file."""
    if place is None:
        return "an unknown line"
    return f"line {place[1]}" if place[0] == near else f"{PurePath(place[0]).name}:{place[1]}"


def chain(waiter: Waiter, near: str | None = None) -> str:
    """The lines that led to where a task waits: "line 8", "stages.py:15 -> channel.py:13"."""
    return way(waiter.chain, near)


def way(lines: Sequence[Place], near: str | None = None) -> str:
    """Lines that lead from one to the next, as `chain` has them; at least one."""
    places = list(dict.fromkeys(lines))
    if all(place[0] == near for place in places) or len(places) == 1:
        said = [f"line {line}" if path == near else f"{PurePath(path).name}:{line}" for path, line in places]
        return " -> ".join([said[0], *(each.removeprefix("line ") for each in said[1:])])
    return " -> ".join(f"{PurePath(path).name}:{line}" for path, line in places)


def circle(stand: Stand, found: Circle, near: str | None = None) -> str:
    """Who waits for whom in a circle: "first -> lock, held by second (line 12) -> lock, held by first (line 5)"."""
    said = [stand.names[found.tasks[0]]]
    for task, following in zip(found.tasks, (*found.tasks[1:], found.tasks[0]), strict=True):
        waiter, other = stand.waiter(task), stand.waiter(following)
        assert waiter is not None and other is not None  # a circle is made of these
        said.append(_link(waiter, other, near))
    return " -> ".join(said)


def _link(waiter: Waiter, other: Waiter, near: str | None) -> str:
    whom = f"{other.name} ({at_line(other.place, near)})" if other.task != waiter.task else "itself"
    if other.task in waiter.holders:
        held = f"{other.name} ({at_line(dict(waiter.held_at).get(other.task, other.place), near)})"
        return f"{waiter.words}, held by " + (held if other.task != waiter.task else "itself")
    if other.task in waiter.awaited:
        return whom if waiter.wait == "task" else f"{waiter.words}, of {whom}"
    return f"{waiter.words}, {_served(waiter)} {whom}"


def _served(waiter: Waiter) -> str:
    """What others could do for it, and whether they were seen to."""
    how = _SERVED.get(waiter.wait, "helped by")
    return how if waiter.sure else f"could be {how}"


def in_order(stand: Stand) -> list[Waiter]:
    """Those in a circle first, in its order; then those who could have been helped; last those who wait for others."""
    ring = [task for circle in stand.circles[:1] for task in circle.tasks]
    rest = [each for each in stand.waiters if each.task not in ring]
    return [*filter(None, map(stand.waiter, ring)), *sorted(rest, key=lambda each: bool(each.awaited))]


def wait_of(stand: Stand, waiter: Waiter, near: str | None = None) -> str:
    """For what a task waits: "lock", "awaits second (line 12)"."""
    if waiter.wait != "task" or not waiter.awaited:
        return waiter.words
    other = stand.waiter(waiter.awaited[0])
    return f"awaits {waiter.words}" + (f" ({at_line(other.place, near)})" if other is not None else "")


def why(stand: Stand, waiter: Waiter, near: str | None = None) -> str:
    """Who could end a wait, and who could have: "held by second (line 12)"; empty where nobody is known."""
    known = [each for task in waiter.needs if (each := stand.waiter(task)) is not None]
    said = []
    if waiter.holders:
        if waiter.task in waiter.holders:
            said.append("held by itself")
        others = [each for each in known if each.task != waiter.task]
        said += [f"held by {_named(others, near, dict(waiter.held_at))}"] if others else []
    elif waiter.awaited and waiter.wait != "task":
        said += [f"of {_named(known, near)}"] if known else []
    elif waiter.is_empty and not waiter.ended:
        said.append("the queue is empty: task_done() was not called for each item")
    elif known and not waiter.awaited and (waiter.sure or not waiter.ended):
        others = [each for each in known if each.task != waiter.task]
        said.append(f"{_served(waiter)} {_named(others, near) if others else 'itself'}")
    inner = [f"{each.name.rpartition('.')[2]}() waits: {each.words}" for each in waiter.libraries[:_MOST]]
    return "; ".join([*said, *inner, *ended(waiter.ended, near)])


def beside_lines(
    stand: Stand, line_of: Callable[[Place], int | None], near: str | None = None
) -> Iterator[tuple[int, str]]:
    """What to say beside every line at which a task waits; `line_of` gives the number of a place that is shown."""
    lines: dict[int, list[Waiter]] = {}
    for waiter in stand.waiters:
        for place in dict.fromkeys(waiter.chain):
            line = line_of(place)
            if line is not None:
                lines.setdefault(line, []).append(waiter)
    for line, some in sorted(lines.items()):
        if len(some) == 1:
            known = "" if some[0].awaited else why(stand, some[0], near)
            yield line, f"{some[0].name} waits: {some[0].words}{', ' if known else ''}{known}"
        else:
            kinds = ", ".join(dict.fromkeys(each.words for each in some))
            yield line, f"{len(some)} tasks wait here: {kinds}"


def ended(tasks: Sequence[Ended], near: str | None = None) -> list[str]:
    """How those have ended that could have helped: "worker ended with ZeroDivisionError at line 7"."""
    groups: dict[tuple[str | None, Place | None], list[str]] = {}
    for each in tasks:
        groups.setdefault((each.error, each.place), []).append(each.name)
    said = []
    for (error, place), names in groups.items():
        who = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
        where = "" if place is None else f" at {at_line(place, near)}"
        said.append(f"{who} returned" if error is None else f"{who} ended with {error}{where}")
    return said


def _named(waiters: Sequence[Waiter], near: str | None, lines: Mapping[int, Place] = MappingProxyType({})) -> str:
    """The names of tasks with their lines, or with those of `lines`."""
    named = [f"{each.name} ({at_line(lines.get(each.task, each.place), near)})" for each in waiters[:_MOST]]
    return ", ".join(named) + (f" and {len(waiters) - _MOST} more" if len(waiters) > _MOST else "")
