"""How the critical path of a run is said: what a line contributes to it, and what decided how long the run took."""

from collections.abc import Mapping, Sequence

from asyncdemo.analysis.critical_path import Share
from asyncdemo.model.recording import Subject
from asyncdemo.model.spans import wait_words
from asyncdemo.views import wording
from asyncdemo.views.shown_modules import lines

_TELLING = 0.1  # of the path: lines that contribute as much are named
_NAMED = 3  # of them at most


def place_of(share: Share, subject: Subject, *, arrow: str = " → ") -> str:
    """The line, with those that led to it."""
    if share.path is None or share.line is None:
        return "a line that is not known"
    through = () if share.reason is None else share.reason.through
    return lines([*through, (share.path, share.line)], subject, arrow=arrow)


def doing(share: Share, called: Mapping[int, str]) -> str:
    """What was done there: "blocked", "sleep 0.2"; `called` are the names of tasks."""
    reason = share.reason
    if reason is None or share.doing != "waiting" or not reason.wait:
        return share.doing
    return wait_words(reason.wait, reason.value, called.get(reason.value or 0) if reason.wait == "task" else None)


def deciding_lines(shares: Sequence[Share], subject: Subject, called: Mapping[int, str]) -> str:
    """The lines that contribute most: "48 % sleep 0.1 at line 9, 38 % blocked at line 12"; "" where there are none."""
    whole = sum(share.seconds for share in shares)
    told = [share for share in shares if whole and share.seconds >= _TELLING * whole][:_NAMED]
    return ", ".join(
        f"{wording.share(share.seconds / whole)} {doing(share, called)} at {place_of(share, subject)}" for share in told
    )
