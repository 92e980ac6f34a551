"""What Python says of a run that was made to end, as its tracebacks of KeyboardInterrupt: told apart. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from asyncdemo.model.recording import Output, Run

HANGS = frozenset({"deadlock", "stuck", "self-wait", "endless-step", "blocked-exit", "pool-exhausted"})

_TRACEBACK = "Traceback (most recent call last):"
_GROUP = r"[ ]*\+ Exception Group Traceback \(most recent call last\):"
_ONE = rf"{re.escape(_TRACEBACK)}\n(?:[ \t].*\n)*.+\n"
_LINK = r"\n(?:During handling of the above|The above exception was the direct cause).*\n\n"
# Messages with their tracebacks: those that are linked to one another are one.
_MESSAGE = re.compile(
    r"(?m)^(?:(?P<pending>Task was destroyed but it is pending!\n(?:(?!task: <).*\n)*task: <.*\n)"
    rf"|(?P<group>{_GROUP}\n(?:[ ]*[|+].*\n)*)"
    rf"|(?P<head>(?:(?!Traceback \(|Task was destroyed|\s).+\n){{0,20}})(?P<chain>(?:{_ONE}{_LINK})*{_ONE})(?!{_LINK}))"
)
_IGNORED = re.compile(r"Exception ignored (in|on|while)\b")
_STOPS = re.compile(r"(?:KeyboardInterrupt|asyncio\.exceptions\.CancelledError|trio\.Cancelled)\b")
_ENDLESS = "RecursionError"  # of Task.cancel(), where tasks await one another in a circle
_AT_EXIT = "sys.meta_path is None"  # of what Python could no longer report


class Folded(NamedTuple):
    """Lines that were left out: when they were printed, how many they are, and the last of them that says anything."""

    at: float
    lines: int
    last: str


def is_told_better(run: Run) -> bool:
    """True if findings say where a run stood that was made to end: more than Python's tracebacks of that do."""
    return run.stopped is not None and any(finding.rule in HANGS for finding in run.findings or ())


def from_python(output: Output) -> bool:
    """True if a piece may be of what Python says when a script is made to end."""
    return output.stream == "stderr" and output.writer in ("python", "traceback", "loop")


def begins(output: Output) -> bool:
    """True if a piece may be the first of a traceback that ends a script."""
    return from_python(output) and (output.text.startswith(_TRACEBACK) or bool(re.match(_GROUP, output.text)))


def without_stop(outputs: Sequence[Output], run: Run) -> list[Output | Folded]:
    """The output without what follows from the stop alone, and one `Folded` in the place of all that.

    The messages of tasks that had failed before stay, and so does all that the script has written itself.
    """
    stopped = run.stopped
    if stopped is None:
        return list(outputs)
    kept: list[Output | Folded] = []
    gone: list[tuple[float, str]] = []
    place = 0
    circle = any(finding.rule == "deadlock" for finding in run.findings or ())
    for is_python, some in groupby(outputs, key=lambda each: each.at >= stopped and from_python(each)):
        if not is_python:
            kept += some
            continue
        for at, text, follows in _messages([*some], circle=circle):
            if follows:
                place = place if gone else len(kept)
                gone.append((at, text))
            else:
                kept.append(Output(at, "stderr", text, writer="python"))
    if gone:
        last = gone[0][1].rstrip().rpartition("\n")[2].strip(" |+-")
        kept.insert(place, Folded(gone[0][0], sum(text.count("\n") for _, text in gone), last))
    return kept


def _messages(outputs: Sequence[Output], *, circle: bool) -> Iterator[tuple[float, str, bool]]:
    """What Python has said, in parts: when, what, and if that follows from the stop."""
    text = "".join(output.text for output in outputs)
    text += "" if text.endswith("\n") else "\n"
    starts = [*accumulate((len(output.text) for output in outputs[:-1]), initial=0)]
    done = 0
    for found in _MESSAGE.finditer(text):
        if not _follows(found, circle=circle):
            continue
        for start, end in ((done, found.start()), found.span()):
            if start < end:
                yield outputs[bisect_right(starts, start) - 1].at, text[start:end], start == found.start()
        done = found.end()
    if done < len(text):
        yield outputs[bisect_right(starts, done) - 1].at, text[done:], False


def _follows(found: re.Match[str], *, circle: bool) -> bool:
    """True if a message follows from the stop: how its traceback ends, or that a task was still pending then."""
    if found["pending"]:
        return True
    if found["group"]:  # of groups that hold one exception each, and in the end the KeyboardInterrupt
        several = [line for line in found["group"].splitlines() if "sub-exception" in line]
        is_alone = all("(1 sub-exception)" in line for line in several)
        return is_alone and re.search(r"(?m)^\s*\|\s*KeyboardInterrupt\b", found["group"]) is not None
    last = found["chain"].rstrip("\n").rpartition("\n")[2]
    is_stop = bool(_STOPS.match(last)) or (circle and last.startswith(_ENDLESS)) or _AT_EXIT in last
    return is_stop and (not found["head"] or _IGNORED.match(found["head"]) is not None)
