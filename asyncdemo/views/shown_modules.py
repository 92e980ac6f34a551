"""Which files of a program are shown, what they are called, and what happened in them.

The file that was started is not always the one that matters: shown are those in which something was found, in which
the loop was held, or in which tasks waited. Where nothing of that is known, it is the one that was started.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from os.path import commonpath
from pathlib import PurePath
from typing import NamedTuple

from asyncdemo.analysis.line_marks import Mark, marks
from asyncdemo.model.recording import Run, Subject
from asyncdemo.model.spans import BLOCKED, WAITING
from asyncdemo.views.excerpt import Lines, code_lines
from asyncdemo.views.foreign_text import shown

MOST = 3  # files
_MOST_LINES = 4  # that led to one


class ShownModule(NamedTuple):
    """A file of user code: its path, None of a script without one, its name, its code, and what happened there."""

    path: str | None
    name: str
    code: Lines
    marks: list[Mark]


def shown_modules(run: Run, most: int = MOST) -> list[ShownModule]:
    """The files that tell most, first those with the gravest findings; of the script alone where it is the only one."""
    subject = run.subject
    if not subject.modules:  # nothing to choose from, however many spans there are
        return [] if subject.source is None else [_module(run, None)]
    paths = dict.fromkeys(None if subject.is_script(path) else path for path in _telling(run))
    known = [path for path in paths if _text(subject, path) is not None]
    if not known and subject.source is not None:
        known = [None]
    return [_module(run, path) for path in known[:most]]


def _text(subject: Subject, path: str | None) -> str | None:
    return subject.source if path is None else subject.text_of(path)


def _module(run: Run, path: str | None) -> ShownModule:
    subject = run.subject
    name = file_name(path or subject.path or subject.target, subject)
    return ShownModule(path or subject.path, name, code_lines(_text(subject, path) or ""), marks(run, path))


def _telling(run: Run) -> Iterator[str]:
    """The paths of files, the most telling first, some of them often."""
    yield from (finding.path for finding in run.findings or () if finding.path is not None)
    if run.timeline is None:
        return
    spans = run.timeline.spans
    for state in (BLOCKED, WAITING):
        times: dict[int, float] = {}
        for each, start, end, where in zip(spans.states, spans.starts, spans.ends, spans.where, strict=True):
            if each == state and where >= 0:
                times[where] = times.get(where, 0.0) + end - start
        longest = sorted(times, key=lambda where: -times[where])
        for where in longest:
            yield spans.places[where][0]
        for where in longest:
            reason = spans.reasons.get(where)
            yield from (path for path, _ in (reason.through if reason is not None else ()))


def file_name(path: str, subject: Subject) -> str:
    """A file by its path from the folder of the program; one that lies elsewhere by the last two parts of its path."""
    path = (subject.path or path) if path == subject.ran else path
    for root in _roots(subject):
        if path.startswith(root):
            return path.removeprefix(root)
    return "/".join(PurePath(path).parts[-2:])


def _roots(subject: Subject) -> Iterator[str]:
    """Where the script lies, of a package what that lies in; without a script what all other files have in common."""
    for path in (subject.path, subject.ran):
        if path is not None:
            script = PurePath(path)
            folder = script.parent.parent if script.name == "__main__.py" else script.parent
            yield f"{folder}{os.sep}".replace(os.sep * 2, os.sep)
    folders = [str(PurePath(path).parent) for path in subject.modules]
    if subject.path is None and folders:
        with suppress(ValueError):  # some are no whole paths, as in a recording that somebody has changed
            yield f"{commonpath(folders)}{os.sep}".replace(os.sep * 2, os.sep)


def place(path: str | None, line: int | None, subject: Subject) -> str:
    """Where a line is, in words: of a script that is all there is by its number, else with the file."""
    if line is None:
        return ""
    return f"line {line}" if is_alone(path, subject) else shown(f"{file_name(path or '', subject)}:{line}")


def lines(chain: Sequence[tuple[str, int]], subject: Subject) -> str:
    """Lines that led to one another, the outermost first: "stages.py:15 → 20 → channel.py:13"."""
    named: list[str] = []
    before = None
    for path, line in dict.fromkeys(chain[-_MOST_LINES:]):
        named.append(str(line) if path == before else place(path, line, subject))
        before = path
    return " → ".join(named)


def script_path(subject: Subject) -> str:
    """The path of the script, or what stands for it where it has none."""
    return subject.path or subject.ran or subject.target


def is_alone(path: str | None, subject: Subject) -> bool:
    """True of a script's file, if no other file of user code is known."""
    return not subject.modules and (subject.is_script(path) or path == script_path(subject))


def where(path: str, line: int, subject: Subject) -> int | str:
    """The key of a place, which a row of code has too: the number of the line where there is one file, else words."""
    return line if is_alone(path, subject) else place(path, line, subject)
