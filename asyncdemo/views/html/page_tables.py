"""The tables of a page: where it waited, what held the loop, the critical path, who stood still, who cancelled whom.

Each cell is text; a place comes with its key (`page_timeline.where`), by which a page finds the line. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from asyncdemo.analysis.cancellations import cancellations
from asyncdemo.analysis.critical_path import Share, Stretch, deciding_path, shares
from asyncdemo.analysis.held_loop import call_of, held
from asyncdemo.analysis.standstill_words import at_line, circle, in_order, wait_of, why
from asyncdemo.analysis.standstills import Circle, Stand, Waiter, stand_of
from asyncdemo.analysis.task_names import names, shown_tasks
from asyncdemo.analysis.wait_times import wait_times
from asyncdemo.model.recording import Run, Subject
from asyncdemo.model.spans import Timeline
from asyncdemo.views import wording
from asyncdemo.views.critical_words import deciding_lines, doing, place_of
from asyncdemo.views.foreign_text import shortened, shown
from asyncdemo.views.html.page_timeline import microseconds, where
from asyncdemo.views.shown_modules import lines, place

MOST_ROWS = 100  # of a table
HELD = 0.02  # seconds: what held the loop for less in all is not worth a row
MOST_STRETCHES = 5_000  # of the critical path
_LONGEST = 300  # characters of a cell
_HUNG = {"deadlock", "stuck"}


def waited(timeline: Timeline, subject: Subject) -> list[list[Any]]:
    """Where it waited: key, place, kind of wait, times, total, longest, how many at once; a row a line and kind."""
    return [
        [
            where(row.path, row.line, subject),
            lines([*row.through, (row.path, row.line)], subject),
            shown(row.wait),
            f"{row.times:,}",
            wording.seconds(row.total),
            wording.seconds(row.longest),
            f"{row.at_once:,}",
        ]
        for row in wait_times(timeline)[:MOST_ROWS]
    ]


def held_the_loop(timeline: Timeline, subject: Subject) -> list[list[Any]]:
    """What held the loop: key, place, state, the call, times, total, longest, how many others were late."""
    return [
        [
            where(row.path, row.line, subject),
            place(row.path, row.line, subject),
            row.state,
            shortened(call_of(row, subject), _LONGEST),
            f"{row.times:,}",
            wording.seconds(row.total),
            wording.seconds(row.longest),
            f"{row.late:,}",
        ]
        for row in [row for row in held(timeline) if row.total >= HELD][:MOST_ROWS]
    ]


def critical(run: Run, timeline: Timeline, lanes: Mapping[int, int], zero: float) -> dict[str, Any] | None:
    """The critical path: its stretches [lane, start, length], a sentence, and a row for each of its lines."""
    path = deciding_path(run)
    if not path:
        return None
    found = shares(path)
    called = names(shown_tasks(timeline, full=True))
    whole = sum(share.seconds for share in found)
    rows = [
        [
            0 if share.path is None or share.line is None else where(share.path, share.line, run.subject),
            place_of(share, run.subject),
            shown(doing(share, called)),
            _who(share, called),
            f"{share.times:,}",
            wording.seconds(share.seconds),
            wording.share(share.seconds / whole),
        ]
        for share in found[:MOST_ROWS]
    ]
    said = f"What decided how long it took ({wording.seconds(whole)}): {deciding_lines(found, run.subject, called)}."
    return {"path": _drawn(path, lanes, zero), "said": shown(said), "rows": rows}


def _drawn(path: Sequence[Stretch], lanes: Mapping[int, int], zero: float) -> list[list[int]]:
    """Those stretches that are drawn, the longest where there is no room for all."""
    known = [stretch for stretch in path if stretch.task in lanes]
    if len(known) > MOST_STRETCHES:
        least = sorted((stretch.end - stretch.start for stretch in known), reverse=True)[MOST_STRETCHES]
        known = [stretch for stretch in known if stretch.end - stretch.start > least]
    return [
        [lanes[each.task], microseconds(each.start - zero), microseconds(each.end) - microseconds(each.start)]
        for each in known
    ]


def _who(share: Share, called: Mapping[int, str]) -> str:
    return shown(called.get(share.tasks[0], "?")) if len(share.tasks) == 1 else f"{len(share.tasks):,} tasks"


def stood(run: Run) -> dict[str, Any] | None:
    """How it stood when it was stopped: since when, its circles, and who waits where, for what; None if it moved."""
    if not any(finding.rule in _HUNG for finding in run.findings or ()):
        return None
    stand = stand_of(run)
    if stand is None or not stand.waiters:
        return None
    near = None if run.subject.modules else run.subject.ran or run.subject.path  # of several files all are named
    waiters = in_order(stand)
    return {
        "since": wording.seconds(max(0.0, stand.since - (run.seconds.zero or 0.0))),
        "circles": [_ring(stand, found, near) for found in stand.circles],
        "rows": [_standing(stand, each, run.subject, near) for each in waiters[:MOST_ROWS]],
        "more": max(0, len(waiters) - MOST_ROWS),
    }


def _ring(stand: Stand, found: Circle, near: str | None) -> list[str]:
    """A circle, task by task, as it is said in findings."""
    return [shown(each) for each in circle(stand, found, near).split(" -> ")]


def _standing(stand: Stand, waiter: Waiter, subject: Subject, near: str | None) -> list[Any]:
    """Key, task, place, for what it waits, who could end that."""
    at = waiter.place
    return [
        0 if at is None else where(*at, subject),
        shown(waiter.name),
        lines(waiter.chain, subject) if waiter.chain else at_line(None),
        shown(wait_of(stand, waiter, near)),
        shortened(why(stand, waiter, near), _LONGEST),
    ]


def cancelled(run: Run) -> dict[int, str]:
    """Who cancelled each task, in words, by the task's number."""
    if run.timeline is None:
        return {}
    called = names(shown_tasks(run.timeline, full=True))
    found = {}
    for each in cancellations(run):
        by = called.get(each.by, "?")
        at = "" if each.line is None else f", {place(each.path, each.line, run.subject)}"
        failed = "" if each.error is None else f", which failed with {each.error}"
        found[each.task] = shortened(f"cancelled by {by}{failed}{at}", _LONGEST)
    return found
