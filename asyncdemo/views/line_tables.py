"""Tables of any view: where it waited, what held the loop, the critical path, who stood still, who cancelled whom.

Each cell is text; a place comes with its key (`shown_modules.where`), by which a page finds the line. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asyncdemo.analysis.cancellations import cancellations
from asyncdemo.analysis.critical_path import Share, Stretch, deciding_path, shares
from asyncdemo.analysis.held_loop import Held, call_of, held
from asyncdemo.analysis.standstill_words import at_line, circle, in_order, wait_of, why
from asyncdemo.analysis.standstills import Stand, Waiter, stand_of
from asyncdemo.analysis.task_names import names
from asyncdemo.analysis.wait_times import WaitTime, wait_times
from asyncdemo.model.recording import Run, Subject
from asyncdemo.model.spans import Timeline, wait_words
from asyncdemo.views import wording
from asyncdemo.views.foreign_text import shortened, shown
from asyncdemo.views.shown_modules import lines, place, where
from asyncdemo.views.wording import microseconds

MOST_ROWS = 100  # of a table
HELD = 0.02  # seconds: what held the loop for less in all is not worth a row
MOST_STRETCHES = 5_000  # of the critical path
_LONGEST = 300  # characters of a cell
_HUNG = {"deadlock", "stuck"}
_TELLING = 0.1  # of the critical path: lines that contribute as much are named
_NAMED = 3  # of them at most


def times(timeline: Timeline, subject: Subject) -> dict[str, list[list[Any]]]:
    """Where it waited, and what held the loop, as far as there is room for it."""
    long = [row for row in held(timeline) if row.total >= HELD]
    return {
        "waited": waited(wait_times(timeline)[:MOST_ROWS], subject),
        "held": held_the_loop(long[:MOST_ROWS], subject),
    }


def waited(rows: Iterable[WaitTime], subject: Subject) -> list[list[Any]]:
    """Where it waited: key, place, kind of wait, times, total, longest, how many at once."""
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
        for row in rows
    ]


def held_the_loop(rows: Iterable[Held], subject: Subject) -> list[list[Any]]:
    """What held the loop: key, place, state, the call, times, total, longest, how many others were late."""
    return [
        [
            where(row.path, row.line, subject) if row.path else 0,
            place(row.path, row.line, subject) if row.path else "a callback",
            row.state,
            shortened(call_of(row, subject), _LONGEST),
            f"{row.times:,}",
            wording.seconds(row.total),
            wording.seconds(row.longest),
            f"{row.late:,}",
        ]
        for row in rows
    ]


def deciding(found: Sequence[Share], run: Run, whole: float) -> list[list[Any]]:
    """Lines of the critical path: key, place, what was done there, by whom, times, seconds, share of the `whole`."""
    called = _called(run)
    return [
        [
            0 if share.path is None or share.line is None else where(share.path, share.line, run.subject),
            place_of(share, run.subject),
            shown(_doing(share, called)),
            shown(called.get(share.tasks[0], "?")) if len(share.tasks) == 1 else f"{len(share.tasks):,} tasks",
            f"{share.times:,}",
            wording.seconds(share.seconds),
            wording.share(share.seconds / whole),
        ]
        for share in found
    ]


def place_of(share: Share, subject: Subject) -> str:
    """The line, with those that led to it."""
    if share.path is None or share.line is None:
        return "a line that is not known"
    through = () if share.reason is None else share.reason.through
    return lines([*through, (share.path, share.line)], subject)


def deciding_lines(found: Sequence[Share], run: Run) -> str:
    """The lines that contribute most: "48 % sleep 0.1 at line 9, 38 % blocked at line 12"; "" where there are none."""
    called, whole = _called(run), sum(share.seconds for share in found)
    told = [share for share in found if whole and share.seconds >= _TELLING * whole][:_NAMED]
    return ", ".join(
        f"{wording.share(share.seconds / whole)} {_doing(share, called)} at {place_of(share, run.subject)}"
        for share in told
    )


def _called(run: Run) -> dict[int, str]:
    return {} if run.timeline is None else names(run.timeline.tasks)


def _doing(share: Share, called: Mapping[int, str]) -> str:
    """What was done there: "blocked", "sleep 0.2"; `called` are the names of tasks."""
    reason = share.reason
    if reason is None or share.doing != "waiting" or not reason.wait:
        return share.doing
    return wait_words(reason.wait, reason.value, called.get(reason.value or 0) if reason.wait == "task" else None)


def critical(run: Run, lanes: Mapping[int, int], zero: float) -> dict[str, Any] | None:
    """The critical path: its stretches [lane, start, length], a sentence, and a row for each of its lines."""
    path = deciding_path(run)
    if not path:
        return None
    found = shares(path)
    whole = sum(share.seconds for share in found)
    said = f"What decided how long it took ({wording.seconds(whole)}): {deciding_lines(found, run)}."
    return {"path": _drawn(path, lanes, zero), "said": shown(said), "rows": deciding(found[:MOST_ROWS], run, whole)}


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
        "circles": [[*map(shown, circle(stand, each, near).split(" -> "))] for each in stand.circles],
        "rows": [_standing(stand, each, run.subject, near) for each in waiters[:MOST_ROWS]],
        "more": max(0, len(waiters) - MOST_ROWS),
    }


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
    called, found = _called(run), {}
    for each in cancellations(run):
        by = called.get(each.by, "?")
        at = "" if each.line is None else f", {place(each.path, each.line, run.subject)}"
        failed = "" if each.error is None else f", which failed with {each.error}"
        found[each.task] = shortened(f"cancelled by {by}{failed}{at}", _LONGEST)
    return found
