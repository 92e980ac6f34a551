"""The other files of user code in which something was seen in a run: where tasks began, waited, failed or were held.

Pure. What they hold is kept with the run (`Subject.modules`), so that views can show it where the files are not.
"""

import re
from collections.abc import Iterator

from asyncdemo.model.recording import Run
from asyncdemo.model.user_code import is_own

MOST = 40  # files
# A warning of Python's, or a line of a traceback; in that of an exception group a "|" stands before it.
_NAMED = re.compile(
    r'^(?:(?: *\| )? *File "(?P<frame>/.+)", line \d+|(?P<warned>/.+?):\d+: \w*Warning: )',
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
