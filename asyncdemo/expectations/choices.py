"""What was observed of a run, and which of a question's choices match it: computed, never written down."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from asyncdemo.expectations.line_matching import in_order, printed_lines
from asyncdemo.expectations.output_blocks import Stream, Version
from asyncdemo.model.recording import Run


class Observed(NamedTuple):
    """The lines on both streams, the exit status (None: it did not exit), the script's own seconds, the Python."""

    stdout: tuple[str, ...] = ()
    stderr: tuple[str, ...] = ()
    code: int | None = 0
    seconds: float | None = None
    version: Version = ()

    def lines(self, stream: Stream) -> tuple[str, ...]:
        """The lines of a stream."""
        return self.stdout if stream == "stdout" else self.stderr


def observed(run: Run, *, other: Stream, version: Version) -> Observed:
    """What was seen; `other` is the stream that what was written below Python is held for.

    Of a run that was made to end by a deadlock, that is what it had printed until then.

    `version` is that of the Python that was asked for; where the run itself could tell its own, that counts.
    """
    pieces: dict[str, list[str]] = {"stdout": [], "stderr": []}
    # What a script prints as it is made to end is not of its own accord.
    until = run.stopped if run.outcome.reason == "deadlock" else None
    for output in run.output:
        if until is not None and output.at >= until:
            break
        pieces[other if output.stream == "other" else output.stream].append(output.text)
    stdout, stderr = (tuple(printed_lines("".join(texts))) for texts in pieces.values())
    own = run.python.version
    return Observed(
        stdout,
        stderr,
        run.outcome.code if run.outcome.kind == "exited" else None,
        run.seconds.own,
        tuple(map(int, own.split("."))) if own else version,
    )


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


def matching(choices: Sequence[str], observed: Observed) -> list[str]:
    """The choices that match what was seen of a run."""
    return [choice for choice in choices if _matches(parsed(choice), observed)]


def depend_on_time(choices: Sequence[str]) -> bool:
    """True if one of them is about how long it takes."""
    return any(parsed(choice).seconds is not None for choice in choices)


def _lines(text: str) -> tuple[str, ...]:
    return () if text == "nothing" else tuple(text.split("\n"))


def _matches(choice: Choice, observed: Observed) -> bool:
    if choice.seconds is not None:
        took = observed.seconds
        return took is not None and choice.seconds / FACTOR <= took <= choice.seconds * FACTOR
    return _stderr(observed) == choice.stderr and in_order(choice.lines, observed.stdout)


def _stderr(observed: Observed) -> str:
    """What there is on stderr, in the words of Choice; "other" where it is neither of these."""
    if not observed.stderr:
        return "empty"
    text = "\n".join(observed.stderr)
    if observed.code:
        return "error" if _TRACEBACK.search(text) else "other"
    if _LOGGED.search(text):
        return "logged"
    return "warning" if _COMPLAINT.search(text) else "other"
