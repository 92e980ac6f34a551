"""User code: told from that of libraries by where it lies, as the probe does; and in which files it was seen.

What the files hold is kept with the run (`Subject.modules`), so that views can show it where the files are not.
"""

import re
import sysconfig
from collections.abc import Callable, Iterator
from functools import cache

from asyncdemo.model.recording import Run
from asyncdemo.probe.inject import _asyncdemo_libraries

_STANDARD = re.compile(r"/lib(64)?/python\d+\.\d+t?/")  # where nobody has said where its libraries lie
_PATHS = map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib"))
_OURS = tuple(f"{each}/".replace("\\", "/") for each in _PATHS)
_COURSE = "/asyncdemo/scenarios/"
_is_own: Callable[[str, tuple[str, ...]], bool] = _asyncdemo_libraries.is_own


def is_same(own: str | None, named: str) -> bool:
    """True if a path in some output is that of a file; it may be as short as a person has typed it."""
    if own is None:
        return False
    own, named = own.replace("\\", "/"), named.replace("\\", "/")
    return own == named or own.endswith(f"/{named}")


@cache
def is_own(path: str, libraries: tuple[str, ...] = ()) -> bool:
    """True if the file is neither of the standard library nor of an installed one, nor frozen into Python, nor ours.

    `libraries` are the folders that the interpreter which has run it has named (`recording.Python`). A recording
    without them is judged by how such folders are called everywhere.
    """
    if libraries:
        return _is_own(path, libraries)
    path = path.replace("\\", "/")
    return _is_own(path, _OURS) and (_COURSE in path or not _STANDARD.search(path))


MOST = 40  # files
# A warning of Python's, or a line of a traceback; in that of an exception group a "|" stands before it.
_NAMED = re.compile(
    r'^(?:(?: *\| )? *File "(?P<frame>(?:/|[A-Za-z]:).+)", line \d+|(?P<warned>(?:/|[A-Za-z]:).+?):\d+: \w*Warning: )',
    re.MULTILINE,
)


def seen_files(run: Run) -> list[str]:
    """The paths, MOST at most, those first in which tasks were suspended or held their loop."""
    told = dict.fromkeys(_mentioned(run))
    subject = run.subject
    own = (path for path in told if is_own(path, run.python.libraries) and path not in (subject.path, subject.ran))
    return [path for path, _ in zip(own, range(MOST), strict=False)]


def _mentioned(run: Run) -> Iterator[str]:
    timeline, standstill = run.timeline, run.standstill
    if timeline is not None:
        yield from (path for path, _ in timeline.spans.places)
        yield from (path for reason in timeline.spans.reasons.values() for path, _ in reason.through)
    if standstill is not None:
        for places in (*(each.own for each in standstill.tasks), *(each.own for each in standstill.threads)):
            yield from (place.path for place in places)
    if timeline is not None:
        yield from (task.raised.path for task in timeline.tasks if task.raised is not None and task.raised.path)
        yield from (task.path for task in timeline.tasks)
    yield from (output.path for output in run.output if output.path is not None)
    for output in run.output:
        if output.stream == "stderr":
            yield from (found["frame"] or found["warned"] for found in _NAMED.finditer(output.text))
