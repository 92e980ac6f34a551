"""What happened at each line of a file, told from what its run has printed and what was found in it."""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from asyncdemo.analysis.printed_lines import prints
from asyncdemo.analysis.standstill_words import beside_lines
from asyncdemo.analysis.standstills import stand_of
from asyncdemo.model.recording import Output, Run, Subject
from asyncdemo.model.user_code import is_same

_WARNING = re.compile(r"^(?P<path>.+?):(?P<line>\d+): (?P<what>\w*Warning: .+)$")
# In the traceback of an exception group a "|" stands before each line.
_FRAME = re.compile(r'^(?: *\| )? *File "(?P<path>.+)", line (?P<line>\d+)')
_ERROR = re.compile(r"^(?: *\| )?(?P<what>(?P<name>[^\W\d][\w.]*)(?:: .*)?)$")
_STOPPED = ("KeyboardInterrupt", "asyncio.exceptions.CancelledError")
HALTED = "it was here when it was stopped"


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


def marks(run: Run, path: str | None = None) -> list[Mark]:
    """The marks of a file, or of the run's script, in the order of its lines: trouble where there is any, else prints.

    What a finding says goes before what Python has said.

    Times are seconds from the start of the run.
    """
    paths = _paths(run.subject, path)
    of_script = path is None or run.subject.is_script(path)  # a piece of output without a path comes from the script
    found = _printed(each for each in run.output if (of_script if each.path is None else each.path in paths))
    troubles, standing = _troubles(run, paths), _standing(run, paths)
    found.update(standing)
    found.update({line: mark for line, mark in troubles.items() if mark.text != HALTED or line not in standing})
    found.update(_findings(run, paths))
    return [found[line] for line in sorted(found)]


def _paths(subject: Subject, path: str | None) -> tuple[str, ...]:
    """The names of a file, of the script where it is None or that."""
    own = subject.path, subject.ran
    return tuple(filter(None, own)) if path is None or path in own else (path,)


def _printed(outputs: Iterable[Output]) -> dict[int, Mark]:
    found: dict[int, list[Output]] = {}
    for output in prints(outputs):
        line = output.line
        if line is not None and output.stream == "stdout" and output.text and not output.text.isspace():
            if line in found:
                found[line].append(output)
            else:
                found[line] = [output]
    return {line: Mark(line, some[0].text.strip(), some[0].at, some[-1].at, len(some)) for line, some in found.items()}


def _troubles(run: Run, paths: Collection[str]) -> dict[int, Mark]:
    """Warnings and the innermost line of the file in each traceback, from the text on stderr."""
    found: dict[int, Mark] = {}
    frame: int | None = None
    stopped = run.outcome.kind in ("timed-out", "interrupted")
    # Of tasks that await one another in a circle Task.cancel() has no end.
    names = (*_STOPPED, "RecursionError") if any(each.rule == "deadlock" for each in run.findings or ()) else _STOPPED
    for at, text in _lines(output for output in run.output if output.stream == "stderr"):
        if (warning := _WARNING.match(text)) and _is_file(warning["path"], paths):
            line = int(warning["line"])
            found.setdefault(line, Mark(line, warning["what"], at, at, trouble=True))
        elif inner := _FRAME.match(text):
            if _is_file(inner["path"], paths):
                frame = int(inner["line"])
        elif frame is not None and (error := _ERROR.match(text)):
            halted = stopped and error["name"] in names
            what = HALTED if halted else without_reprs(error["what"])
            found.setdefault(frame, Mark(frame, what, at, at, trouble=True))
            frame = None
    return found


def _standing(run: Run, paths: Collection[str]) -> dict[int, Mark]:
    """Where each task waited, and for what, when the run was made to end."""
    stand = stand_of(run) if run.outcome.kind in ("timed-out", "interrupted") else None
    if stand is None:
        return {}

    def line(place: tuple[str, int]) -> int | None:
        return place[1] if place[0] in paths else None

    watched = run.outcome.kind == "interrupted" and run.outcome.after is not None
    near = next((each.chain[-1][0] for each in stand.waiters if each.chain and each.chain[-1][0] in paths), None)
    told = beside_lines(stand, line, near)
    return {number: Mark(number, text, stand.at, stand.at, times=0, trouble=not watched) for number, text in told}


def _findings(run: Run, paths: Collection[str]) -> dict[int, Mark]:
    """What findings say beside the lines of the file."""
    found: dict[int, Mark] = {}
    for finding in run.findings or ():
        if finding.path is not None and _is_file(finding.path, paths):
            for line, text in finding.beside:
                trouble = line == finding.line and finding.severity != "note"
                found.setdefault(line, Mark(line, text, 0.0, 0.0, times=0, trouble=trouble))
    return found


def _is_file(named: str, paths: Iterable[str]) -> bool:
    return any(is_same(own, named) for own in paths)


def _lines(outputs: Iterable[Output]) -> Iterable[tuple[float, str]]:
    """Whole lines, each with the time of its last part."""
    rest, at = "", 0.0
    for output in outputs:
        at = output.at
        *whole, rest = (rest + output.text).split("\n")
        yield from ((at, line) for line in whole)
    if rest:
        yield at, rest


_LONGEST = 20  # characters of a repr that can stay


def without_reprs(text: str) -> str:
    """The text with each long `<Name at 0x7f... more>` as `<Name ...>`; one that has no end stays as it is.

    `RuntimeError: <Queue at 0x7f3b maxsize=0> is bound to a different event loop` says at its end what is wrong, and a
    row is cut before that.
    """
    parts: list[str] = []
    done = 0
    while (start := text.find("<", done)) >= 0:
        end = _end_of(text, start)
        inside = text[start + 1 : end - 1].split(maxsplit=1) if end else []
        if len(inside) < 2 or end - start <= _LONGEST or not _is_name(inside[0]):
            end = start + 1
            parts.append(text[done:end])
        else:
            parts.append(f"{text[done:start]}<{inside[0]} ...>")
        done = end
    return "".join([*parts, text[done:]])


def _end_of(text: str, start: int) -> int:
    """Where the bracket that opens at `start` has been closed, past it; 0 where it never is."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"<": 1, ">": -1}.get(text[index], 0)
        if not depth:
            return index + 1
    return 0


def _is_name(word: str) -> bool:
    return all(part.isidentifier() for part in word.split("."))
