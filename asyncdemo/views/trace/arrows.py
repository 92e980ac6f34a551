"""Where arrows of a trace begin and end: at spans that are there, or a viewer drops them."""

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator
from typing import NamedTuple

from asyncdemo.spans import Timeline

_LEAST = 1e-9  # seconds: one step of the times in a trace

Place = tuple[int, str | None, int | None]  # task, path, line


class Arrow(NamedTuple):
    """A task's creation, by whom and when, and when its own first span begins; times in seconds."""

    creator: int
    task: int
    created: float
    first: float


def arrows(timeline: Timeline) -> Iterator[Arrow]:
    """Give the creations of those tasks whose creator was seen at that moment, and that were seen themselves."""
    spans = timeline.spans
    first: dict[int, float] = {}
    there = {task.id for task in timeline.tasks}
    creators = {task.parent: array("q") for task in timeline.tasks if task.parent is not None}
    for index, number in enumerate(spans.tasks):
        first.setdefault(number, spans.starts[index])
        if number in creators:
            creators[number].append(index)
    for task in timeline.tasks:
        if task.parent is None or task.parent not in there or task.id not in first:
            continue
        own = creators[task.parent]
        at = bisect_right(own, task.created, key=spans.starts.__getitem__) - 1
        if at >= 0 and spans.ends[own[at]] >= task.created:
            created = min(task.created, spans.ends[own[at]] - _LEAST)
            yield Arrow(task.parent, task.id, created, max(first[task.id], created))


def first_spans(timeline: Timeline, places: Collection[Place]) -> dict[Place, float]:
    """Give when the first span begins that a task has at a line, for each of these."""
    spans = timeline.spans
    wanted = {index for index, place in enumerate(spans.places) if any(place == each[1:] for each in places)}
    found: dict[Place, float] = {}
    for index, where in enumerate(spans.where if wanted else ()):
        if where in wanted:
            place = (spans.tasks[index], *spans.places[where])
            if place in places:
                found.setdefault(place, spans.starts[index])
    return found
