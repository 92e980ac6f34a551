"""A recording as a whole: each run as it is shown at its end, the variants of a scenario side by side."""

from collections.abc import Sequence

from asyncdemo.catalogue.script_source import docstring
from asyncdemo.model.recording import Run
from asyncdemo.views.grouping import side_by_side
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.run import write_run
from asyncdemo.views.terminal.sharing import Look
from asyncdemo.views.terminal.variants import write_variants

Step = tuple[str, str]  # what for, and the command


def write_recording(page: Page, runs: Sequence[Run], next_step: Step | None, *, full: bool) -> None:
    """Write all runs of a recording."""
    shown = [*side_by_side(runs)]
    for index, some in enumerate(shown):
        step = next_step if index == len(shown) - 1 else None
        if index:
            page.row()
        if len(some) > 1:
            title = some[0].subject.scenario or ""
            write_variants(page, title, "", some, next_step=step, full=full, timing=False)
        else:
            write_run(page, look(some[0], step, full=full), some[0])


def look(run: Run, next_step: Step | None, *, full: bool) -> Look:
    """How a run is shown, as far as a recording tells."""
    own_program = run.subject.scenario is None
    about = docstring(run.subject.source or "").strip().partition("\n")[0]
    return Look(
        run.subject.target,
        f"on {run.python.executable}" if own_program else about,
        run.subject.source,
        expected=(run.outcome.code or 0) if run.ok else 0,
        next_step=next_step,
        fold=not (own_program or full),
        full=full,
    )
