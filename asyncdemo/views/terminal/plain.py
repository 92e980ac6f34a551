"""What the terminal shows with --full, as plain text: nothing folded, no colours, rows of 100 columns."""

from collections.abc import Callable, Iterator
from io import StringIO

from asyncdemo.archive import Recording
from asyncdemo.comparison.result import Comparison
from asyncdemo.comparison.sweep import Sweep
from asyncdemo.views.terminal.compare import write_comparison
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.recorded import write_recording

WIDTH = 100  # columns


class _Text(StringIO):
    """Text in memory, of which any character can be a part."""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # there it is always None
        return "utf-8"


def recording_text(recording: Recording) -> Iterator[str]:
    """Give the text of all runs, one after the other, the variants of a scenario side by side."""
    yield _written(lambda page: write_recording(page, recording.runs, None, full=True))


def comparison_text(compared: Comparison | Sweep) -> Iterator[str]:
    """Give the text of a comparison."""
    subjects = [each.latest.subject for point in compared.points for each in point.contestants]
    scenario = subjects[0].scenario if len({subject.scenario for subject in subjects}) == 1 else None
    title = scenario or "compare"
    yield _written(lambda page: write_comparison(page, compared, title=title, summary="", took=None, full=True))


def _written(write: Callable[[Page], None]) -> str:
    stream = _Text(newline="\n")
    write(Page(stream, {"COLUMNS": str(WIDTH)}))
    return stream.getvalue()
