"""Runs targets and shows them: one after the other, or the variants of a scenario side by side."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.availability import satisfies, unmet_python
from asyncdemo.catalogue.scenario import Catalogue, Scenario
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.cli.exit_status import once_is_enough
from asyncdemo.cli.messages import progress, tell, watched_for
from asyncdemo.cli.planning import expected_status, planned
from asyncdemo.model.recording import Run
from asyncdemo.runner.interpreter import first_found
from asyncdemo.runner.interpreter import shown as shown_path
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan
from asyncdemo.views.next_steps import Step, comparison_of, next_scenario, next_step, run_again

if TYPE_CHECKING:
    from asyncdemo.views.terminal.run_view import RunView

_MINORS = range(8, 30)  # Pythons 3.N that are looked for
_LATEST = 99  # a patch release that is later than any


def show_runs(
    chosen: list[Target],
    request: Request,
    catalogue: Callable[[], Catalogue],
    look: Mapping[str, Any],
    *,
    ascii_only: bool,
) -> list[Run]:
    """Run the targets and show each while it runs. `look` holds those fields of views.terminal.run.Look that options
    set, and `full`: fold nothing. `catalogue` reads all scenarios, which is put off until a script runs.
    """
    catalogue = cache(catalogue)
    runs: list[Run] = []
    for index, target in enumerate(chosen):
        if index:
            print()
        last = index == len(chosen) - 1
        if target.scenario is not None and target.script is None:
            side = {name: look[name] for name in ("full", "timing", "timeline")}
            runs += _side_by_side(target.scenario, request, catalogue, side, last=last, ascii_only=ascii_only)
        else:
            own = {
                "fold": target.scenario is not None and not look["full"],
            }
            step = partial(next_step, target, request, catalogue, look) if last else partial(_as_it_is, None)
            runs.append(_alone(target, request, {**look, **own}, step, ascii_only=ascii_only))
            _show_children(runs[-1], {**look, **own}, ascii_only=ascii_only)
        if runs and runs[-1].was_interrupted:
            break
    return runs


def _as_it_is(step: Step | None) -> Step | None:
    return step


def _alone(
    target: Target, request: Request, look: dict[str, Any], next_step: Callable[[], Step | None], *, ascii_only: bool
) -> Run:
    """Run one target and show it meanwhile. The view is loaded when the child runs already."""
    with planned(target, request) as plan:

        @cache
        def view() -> "RunView":
            from asyncdemo.views.terminal.page import standard_page
            from asyncdemo.views.terminal.run_layout import Look
            from asyncdemo.views.terminal.run_view import RunView

            summary = _summary(target, plan, request)
            title = "standard input" if target.is_stdin else target.name
            meanwhile = "" if request.watch_for is None else f"{watched_for(request.watch_for)}   {summary}"
            base = Look(title, summary, plan.subject.source, expected_status(target), meanwhile=meanwhile)
            return RunView(standard_page(ascii_only=ascii_only), base._replace(**look, next_step=next_step()))

        run = once_is_enough(observe(plan, view))
        if run.outcome.kind == "not-started" and (step := next_step()) is not None:
            next_step = partial(_as_it_is, _instead(target, request) or (step if target.scenario else None))
        shown = run._replace(notes=(*run.notes, *_without_code(run))) if look["show_code"] else run
        view().finish(shown, None if next_step() is None else _which_python(target, request, run))
    return run


def _show_children(run: Run, look: dict[str, Any], *, ascii_only: bool) -> None:
    """Show the programs that a run has started, each as a run of its own, one without tasks in a row."""
    if not run.children:
        return
    from asyncdemo.views import wording
    from asyncdemo.views.terminal.page import standard_page
    from asyncdemo.views.terminal.run_layout import Look
    from asyncdemo.views.terminal.run_view import RunView

    page = standard_page(ascii_only=ascii_only)
    for each in run.children:
        assert each.process is not None
        after = max(0.0, each.process.started - (run.seconds.zero or 0.0))
        began = f"started at {wording.seconds(after)} by process {each.process.parent}"
        page.row()
        if each.timeline is None and not each.findings:
            page.row((f"{page.shown(each.subject.target)}: no event loop and no thread, {began}", "dim"))
        else:
            RunView(page, Look(each.subject.target, began, each.subject.source)._replace(**look)).whole(each)


def _without_code(run: Run) -> Iterator[str]:
    """Why there is no code to show, if so."""
    if run.subject.source is None and not run.subject.modules and run.outcome.kind != "not-started":
        observed = run.findings is not None
        yield "no code: " + ("its file is a library's, or cannot be read" if observed else "its file is not known")


def _side_by_side(
    scenario: Scenario,
    request: Request,
    catalogue: Callable[[], Catalogue],
    look: dict[str, Any],
    *,
    last: bool,
    ascii_only: bool,
) -> list[Run]:
    """Run the variants of a scenario one after the other, then show them together; which is next after the `last`."""
    runs: list[Run] = []
    for script in scenario.scripts:
        if script.unavailable is not None:
            tell(f"{scenario.name}:{script.variant} is skipped: {script.unavailable}")
    for target in targets.expand(targets.whole(scenario)):
        with planned(target, request) as plan, progress(f"running {target.name}"):
            runs.append(once_is_enough(observe(plan)))
        if runs[-1].was_interrupted:
            break
    if runs:
        from asyncdemo.views.terminal.page import standard_page
        from asyncdemo.views.terminal.variants import write_variants
        from asyncdemo.views.variant_runs import is_about_speed

        ran = [str(run.subject.variant) for run in runs]
        step = next_scenario(scenario, catalogue, request) if last else None
        if is_about_speed(runs):
            step = comparison_of(scenario, ran, catalogue, request)  # which is about this one, wherever it stands
        page = standard_page(ascii_only=ascii_only)

        def see_why(run: Run) -> str:
            return run_again(run.subject.target, request)

        write_variants(page, scenario.name, scenario.summary, runs, next_step=step, see_why=see_why, **look)
    return runs


def _summary(target: Target, plan: Plan, request: Request) -> str:
    """What a scenario is about; of a person's own program, the interpreter that was chosen for it."""
    on = f"on {shown_path(Path(plan.command[0]))}" + (f" ({plan.why_python})" if plan.why_python else "")
    if target.document is not None and target.block is not None:
        return f"{target.document.described(target.block, cumulative=request.cumulative)}, {on}"
    if target.scenario is not None and target.script is not None:
        return target.script.summary or target.scenario.summary
    return on


def _instead(target: Target, request: Request) -> Step | None:
    """How to run a scenario that needs another Python: on the first that is here, else on the first that would do."""
    needs = target.script.requires_python if target.scenario is not None and target.script is not None else None
    if needs is None or request.python is not None or unmet_python(needs) is None:
        return None
    would_do = [f"3.{minor}" for minor in _MINORS if satisfies((3, minor, _LATEST), needs)]
    if not would_do:
        return None
    here = first_found(would_do, os.environ)
    version = here or would_do[0]
    what = f"on Python {version}" if here else f"once Python {version} is installed"
    return (what, run_again(target.name, request._replace(python=version)))


def _which_python(target: Target, request: Request, run: Run) -> Step | None:
    """What to do about a module that was not there and is not the person's own; None where that is not so."""
    if target.scenario is not None or run.ok:
        return None
    from asyncdemo.cli.which_python import folder_of, installing, missing_module, package_of, with_module

    module = missing_module(target, run)
    if module is None:
        return None
    used = run.python.executable
    label = f"which Python? {used} has no {module}:"
    python = with_module(target, used, module)
    if python is not None:
        words = f"-m {quote(target.module)}" if target.module is not None else quote(target.name)
        return (label, run_again(words, request._replace(python=python)))
    package = package_of(module)
    return None if package is None else (label, installing(folder_of(target) or Path(), used, [package]))
