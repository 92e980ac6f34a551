"""What happened at each line of a script, told from what its run has printed and what was found in it."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from asyncdemo.analysis.printed_lines import prints
from asyncdemo.model.error_text import without_reprs
from asyncdemo.model.recording import Output, Run, Subject

_WARNING = re.compile(r"^(?P<path>.+?):(?P<line>\d+): (?P<what>\w*Warning: .+)$")
# In the traceback of an exception group a "|" stands before each line.
_FRAME = re.compile(r'^(?: *\| )? *File "(?P<path>.+)", line (?P<line>\d+)')
_ERROR = re.compile(r"^(?: *\| )?(?P<what>(?P<name>[^\W\d][\w.]*)(?:: .*)?)$")
_STOPPED = ("KeyboardInterrupt", "asyncio.exceptions.CancelledError")


class Mark(NamedTuple):
    """Something that happened at a line: what was printed there and when, or what went wrong there.

    `times` counts lines of output, or bursts of writes that end no line. It is 0 of what has no time: the text says it
    all.
    """

    line: int
    text: str
    at: float
    last: float
    times: int = 1
    trouble: bool = False


def marks(run: Run) -> list[Mark]:
    """Give the marks of a run's script in the order of its lines: trouble where there is any, else what was printed.

    What a finding says goes before what Python has said.

    Times are seconds from the start of the run.
    """
    found = _printed(run.output)
    found.update(_troubles(run))
    found.update(_findings(run))
    return [found[line] for line in sorted(found)]


def _printed(outputs: Iterable[Output]) -> dict[int, Mark]:
    first: dict[int, Output] = {}
    last: dict[int, float] = {}
    times: Counter[int] = Counter()
    for output in prints(outputs):
        if output.line is None or output.stream != "stdout" or output.text.isspace() or not output.text:
            continue
        first.setdefault(output.line, output)
        last[output.line] = output.at
        times[output.line] += 1
    return {line: Mark(line, one.text.strip(), one.at, last[line], times[line]) for line, one in first.items()}


def _troubles(run: Run) -> dict[int, Mark]:
    """Warnings and the innermost line of the script in each traceback, from the text on stderr."""
    found: dict[int, Mark] = {}
    frame: int | None = None
    stopped = run.outcome.kind in ("timed-out", "interrupted")
    for at, text in _lines(output for output in run.output if output.stream == "stderr"):
        if (warning := _WARNING.match(text)) and _is_script(warning["path"], run.subject):
            line = int(warning["line"])
            found.setdefault(line, Mark(line, warning["what"], at, at, trouble=True))
        elif inner := _FRAME.match(text):
            if _is_script(inner["path"], run.subject):
                frame = int(inner["line"])
        elif frame is not None and (error := _ERROR.match(text)):
            halted = stopped and error["name"] in _STOPPED
            what = "it was here when it was stopped" if halted else without_reprs(error["what"])
            found.setdefault(frame, Mark(frame, what, at, at, trouble=True))
            frame = None
    return found


def _findings(run: Run) -> dict[int, Mark]:
    """What findings say beside the lines of the script."""
    found: dict[int, Mark] = {}
    for finding in run.findings or ():
        if finding.path is not None and _is_script(finding.path, run.subject):
            for line, text in finding.beside:
                trouble = line == finding.line and finding.severity != "note"
                found.setdefault(line, Mark(line, text, 0.0, 0.0, times=0, trouble=trouble))
    return found


def _is_script(path: str, subject: Subject) -> bool:
    """Whether a path in the output is that of the script; it may be as short as a person has typed it."""
    return any(own is not None and (own == path or own.endswith(f"/{path}")) for own in (subject.path, subject.ran))


def _lines(outputs: Iterable[Output]) -> Iterable[tuple[float, str]]:
    """Whole lines, each with the time of its last part."""
    rest, at = "", 0.0
    for output in outputs:
        at = output.at
        *whole, rest = (rest + output.text).split("\n")
        yield from ((at, line) for line in whole)
    if rest:
        yield at, rest
