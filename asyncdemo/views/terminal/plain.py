"""What the terminal shows with --full, as plain text: nothing folded, no colours, rows of 100 columns."""

from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO

from asyncdemo.archive import Recording
from asyncdemo.catalogue.syntax import docstring
from asyncdemo.comparison.result import Comparison
from asyncdemo.comparison.sweep import Sweep
from asyncdemo.recording import Run
from asyncdemo.views.grouping import together
from asyncdemo.views.terminal.compare import write_comparison
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.run import Look, RunView
from asyncdemo.views.terminal.variants import write_variants

WIDTH = 100  # columns


class _Text(StringIO):
    """Text in memory, of which any character can be a part."""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # there it is always None
        return "utf-8"


def recording_text(recording: Recording) -> Iterator[str]:
    """Give the text of all runs, one after the other, the variants of a scenario side by side."""
    for index, runs in enumerate(together(recording.runs)):
        yield "\n" if index else ""
        yield _written(partial(_write, runs=runs))


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


def _write(page: Page, runs: list[Run]) -> None:
    if len(runs) > 1:
        title = runs[0].subject.scenario or ""
        write_variants(page, title, "", runs, next_step=None, full=True, timing=False)
    else:
        _write_alone(page, runs[0])


def _write_alone(page: Page, run: Run) -> None:
    source = run.subject.source
    summary = f"on {run.python.executable}"
    if run.subject.scenario is not None:
        summary = docstring(source or "").strip().partition("\n")[0]
    expected = run.outcome.code if run.ok and run.outcome.code is not None else 0
    view = RunView(page, Look(run.subject.target, summary, source, expected, fold=False, full=True), over=True)
    for output in run.output:
        view.output(output, run.seconds.zero)
    view.finish(run)
