"""A loop that another thread touches: unsafe-thread-call."""

import ast
from collections.abc import Iterable
from typing import NamedTuple

from asyncdemo.findings.evidence import LEAST, Evidence, Place
from asyncdemo.findings.printed import UNSAFE
from asyncdemo.findings.wording import at, seconds
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import CrossThreadCall

_STARTERS = {"Thread", "Timer", "submit", "run_in_executor", "to_thread"}  # run what they are given in another thread
_TOUCHING = {"set_result", "set_exception", "cancel", "call_soon", "call_later", "put_nowait", "get_nowait", "set",
             "release"}  # fmt: skip


class _Seen(NamedTuple):
    """What was seen at a place; `slept` is for how many seconds the loop has slept on, `threads` are lanes."""

    times: int = 0
    slept: float = 0.0
    threads: tuple[int, ...] = ()


def unsafe_thread_call(evidence: Evidence) -> list[Finding]:
    """Another thread has put something into a loop, or asyncio has refused that: it does so in debug mode only."""
    groups: dict[Place | None, _Seen] = {}
    for report in evidence.reports:
        if report.error == UNSAFE:
            place = evidence.innermost(report.frames)
            groups[place] = _and(groups.get(place, _Seen()))
    for touch in evidence.run.timeline.touches if evidence.run.timeline is not None else ():
        where = _place(evidence, touch)
        if where is not None:
            groups[where] = _and(groups.get(where, _Seen()), touch)
    return [_unsafe(evidence, place, seen) for place, seen in groups.items()]


def _and(seen: _Seen, touch: CrossThreadCall | None = None) -> _Seen:
    """With one more thing that was seen; a report if not a touch."""
    if touch is None:
        return seen._replace(times=seen.times + 1)
    threads = seen.threads if touch.thread is None else (*seen.threads, touch.thread)
    return _Seen(seen.times + touch.times, max(seen.slept, touch.slept), tuple(dict.fromkeys(threads)))


def _place(evidence: Evidence, touch: CrossThreadCall) -> Place | None:
    """The line, if it is the person's own; of what a thread was given to run, the only line that can have done so."""
    script = evidence.script()
    if touch.path is not None or script is None:
        return evidence.place(touch.path, touch.line)
    lines = {call.lineno for name in _STARTERS for call in evidence.source.every_call(name) if _hands_over(call)}
    return (script, lines.pop()) if len(lines) == 1 else None


def _hands_over(call: ast.Call) -> bool:
    """Whether a call is given a method that touches a loop, to be called elsewhere."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(isinstance(each, ast.Attribute) and each.attr in _TOUCHING for each in given)


def _unsafe(evidence: Evidence, place: Place | None, seen: _Seen) -> Finding:
    slept = seen.slept if seen.slept >= LEAST else None
    then = "may sleep on and not notice" if slept is None else f"slept on for {seconds(slept)}"
    return Finding(
        "unsafe-thread-call",
        "error",
        *at(place),
        message=f"{_who(evidence, seen.threads)} calls into the loop here, which {then}.",
        advice="let the loop do it: use call_soon_threadsafe or run_coroutine_threadsafe",
        seconds=slept,
        times=seen.times,
        tasks=seen.threads,
        beside=((place[1], "not from this thread"),) if place else (),
    )


def _who(evidence: Evidence, threads: Iterable[int]) -> str:
    """The thread, if there was only one and it has a name."""
    every = evidence.run.timeline.tasks if evidence.run.timeline is not None else ()
    names = {task.name for task in every if task.id in set(threads)}
    return f"The thread {names.pop()}" if len(names) == 1 and names != {""} else "Another thread"
