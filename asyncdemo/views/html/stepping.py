"""The moments of a run for a page's step control: each as what has changed since the one before.

    {"moments": [[index, at, kind, lane, printed, printed until, [change, ...]], ...], "of": how many there are in all}

A change is [lane, state, since, place, how]: the state by its number, -1 where it is not known, place as in `lanes`,
how by its number in _HOWS. [lane] alone: the task is not there. Times are microseconds from the script's first step.
"""

from collections.abc import Mapping
from typing import Any

from asyncdemo.analysis.moments import Moment, Moments, Standing, moments
from asyncdemo.recording import Run
from asyncdemo.spans import STATES
from asyncdemo.views.html.code import where

MOST = 5_000  # moments of a page
_STANDINGS = 100_000  # of all moments together: each takes a few microseconds to find out

_HOWS = (None, "defined", "suspended", "seen")

Change = list[Any]


def stepping(run: Run, lanes: Mapping[int, int], zero: float) -> tuple[dict[str, Any], list[str]]:
    """Give the moments of those tasks that have a lane, and in words which are left out.

    Of more than there is room for, some at even distances are kept.
    """
    found = moments(run)
    most = max(2, min(MOST, _STANDINGS // max(1, len(lanes))))
    own = [index for index in range(len(found)) if _concerns(found, index, lanes)]
    kept = own if len(own) <= most else [own[place * (len(own) - 1) // (most - 1)] for place in range(most)]
    before: dict[int, Change] = {}
    documents = []
    for index in kept:
        moment = found[index]
        now = {lanes[each.task]: _change(each, lanes, run, zero) for each in moment.standings if each.task in lanes}
        changes = [change for lane, change in now.items() if before.get(lane) != change]
        changes += [[lane] for lane in before if lane not in now]
        documents.append(_document(moment, lanes, zero, changes))
        before = now
    remarks = [f"Of {len(own):,} moments {len(kept):,} can be stepped to, at even distances."] * (len(kept) < len(own))
    return {"moments": documents, "of": len(found)}, remarks


def _concerns(found: Moments, index: int, lanes: Mapping[int, int]) -> bool:
    """Whether it is a moment of a task with a lane, or of none."""
    return found.tasks[index] in lanes or found.tasks[index] == 0


def _document(moment: Moment, lanes: Mapping[int, int], zero: float, changes: list[Change]) -> list[Any]:
    lane = None if moment.task is None else lanes.get(moment.task)
    at = _fine(moment.at - zero)
    return [moment.number, at, moment.kind, lane, moment.printed, moment.printed_until, changes]


def _change(standing: Standing, lanes: Mapping[int, int], run: Run, zero: float) -> Change:
    state = -1 if standing.state is None else STATES.index(standing.state)
    since = None if standing.since is None else _fine(standing.since - zero)
    place = 0 if standing.path is None or standing.line is None else where(standing.path, standing.line, run.subject)
    return [lanes[standing.task], state, since, place, _HOWS.index(standing.how)]


def _fine(seconds: float) -> float:
    """Microseconds with so many digits that nothing changes its place in the order."""
    fine = round(seconds * 1e6, 3)
    return int(fine) if fine.is_integer() else fine
