"""What the event loop did: for how long it was busy, blocked and idle."""

from typing import NamedTuple

from asyncdemo.spans import BLOCKED, RUNNING, Timeline

_SLACK = 1.01  # of its time a single loop can be busy; with more there are several


class Shares(NamedTuple):
    """Parts of the time from the first task to the end of the last, from 0 to 1; the longest step in seconds."""

    busy: float
    blocked: float
    idle: float
    longest: float
    longest_blocked: float


def shares(timeline: Timeline) -> Shares | None:
    """Give the loop's shares; None where there was none, or several at once, or nothing was seen."""
    on_loop = {task.id: task for task in timeline.tasks if task.kind in ("asyncio", "trio")}
    spans = timeline.spans
    if not on_loop or not len(spans) or len({task.thread for task in on_loop.values()}) > 1:
        return None
    last = max(spans.ends)
    whole = max(last if task.ended is None else task.ended for task in on_loop.values())
    whole -= min(task.created for task in on_loop.values())
    totals, longest = [0.0] * 4, [0.0] * 4
    for task, state, start, end in zip(spans.tasks, spans.states, spans.starts, spans.ends, strict=True):
        if state in (RUNNING, BLOCKED) and task in on_loop:
            seconds = end - start
            totals[state] += seconds
            if seconds > longest[state]:
                longest[state] = seconds
    if whole <= 0:
        return None
    busy, blocked = totals[RUNNING] / whole, totals[BLOCKED] / whole
    if busy + blocked > _SLACK:
        return None
    return Shares(busy, blocked, max(0.0, 1 - busy - blocked), max(longest), longest[BLOCKED])
