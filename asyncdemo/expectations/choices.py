"""Which of a question's choices match a run: computed, never written down."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from asyncdemo.expectations.matching import in_order
from asyncdemo.expectations.seen import Seen

FEWEST = 3
FACTOR = 1.5  # a choice "about 0.2 s" holds within this factor either way

Stderr = Literal["empty", "warning", "logged", "error"]
_ENDINGS: dict[str, Stderr] = {
    ", and a warning": "warning",
    ", and a logged error": "logged",  # as asyncio logs what nobody awaits: at level ERROR, and the program goes on
    ", and an error": "error",
}
_ABOUT = re.compile(r"about (\d+(?:\.\d+)?) s")
_LOGGED = re.compile(
    r"exception was never retrieved|Task was destroyed but it is pending|Unhandled exception in client_conn"
)
_COMPLAINT = re.compile(r"Warning|was never awaited")
_TRACEBACK = re.compile(r"(?m)^\s*(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\):|^\w*SyntaxError: ")


class Choice(NamedTuple):
    """What a choice says: `lines` on stdout and what is on stderr, or `seconds` that the script takes."""

    lines: tuple[str, ...] = ()
    stderr: Stderr = "empty"
    seconds: float | None = None


def parsed(text: str) -> Choice:
    """Understand a choice; every text is one."""
    about = _ABOUT.fullmatch(text)
    if about:
        return Choice(seconds=float(about[1]))
    for ending, kind in _ENDINGS.items():
        if text.endswith(ending):
            return Choice(_lines(text.removesuffix(ending)), kind)
    return Choice(_lines(text))


def matching(choices: Sequence[str], seen: Seen) -> list[str]:
    """Give the choices that match what was seen of a run."""
    return [choice for choice in choices if _matches(parsed(choice), seen)]


def depend_on_time(choices: Sequence[str]) -> bool:
    """Tell whether one of them is about how long it takes."""
    return any(parsed(choice).seconds is not None for choice in choices)


def _lines(text: str) -> tuple[str, ...]:
    return () if text == "nothing" else tuple(text.split("\n"))


def _matches(choice: Choice, seen: Seen) -> bool:
    if choice.seconds is not None:
        took = seen.seconds
        return took is not None and choice.seconds / FACTOR <= took <= choice.seconds * FACTOR
    return _stderr(seen) == choice.stderr and in_order(choice.lines, seen.stdout)


def _stderr(seen: Seen) -> str:
    """What there is on stderr, in the words of Choice; "other" where it is neither of these."""
    if not seen.stderr:
        return "empty"
    text = "\n".join(seen.stderr)
    if seen.code:
        return "error" if _TRACEBACK.search(text) else "other"
    if _LOGGED.search(text):
        return "logged"
    return "warning" if _COMPLAINT.search(text) else "other"
