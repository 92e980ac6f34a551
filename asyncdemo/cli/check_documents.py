"""`check` of documents: every block that can be run, compared with the output that the document shows after it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.names import absolute
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.cli.planning import SCENARIO_TIMEOUT, planned
from asyncdemo.expectations.check_result import CheckResult, Mismatch
from asyncdemo.expectations.document_checks import mismatches_of_run
from asyncdemo.model.recording import Run
from asyncdemo.runner.workers import cores, run_side_by_side

AT_A_TIME = 40  # blocks for which there are staged copies

Tell = Callable[[int, int, str], None]


class CheckedBlocks(NamedTuple):
    """The results in order, the Python that ran them where one could tell, and whether Ctrl-C came before the end."""

    results: tuple[CheckResult, ...]
    python: str | None = None
    interrupted: bool = False


def check_documents(chosen: Sequence[Target], request: Request, tell: Tell) -> CheckedBlocks:
    """Run the blocks of documents, two at once where there are two cores, and again alone those that did not fit."""
    request = request._replace(timeout=request.timeout or SCENARIO_TIMEOUT)
    named = {each.name: each for target in chosen for each in targets.expand(target)}
    reasons = {name: _why_not(target, request) for name, target in named.items()}
    left = [target for name, target in named.items() if reasons[name] is None]
    found: dict[str, tuple[Run, list[Mismatch]]] = {}
    interrupted = False

    def say(going_on: Sequence[str]) -> None:
        if going_on:
            tell(len(found), len(left), going_on[0])

    try:
        for start in range(0, len(left), AT_A_TIME):
            some = left[start : start + AT_A_TIME]
            for at_once in (cores(), 1):
                for name, run in _runs(some, request, at_once, say):
                    found[name] = run, _mismatches(named[name], run, request)
                some = [each for each in some if _deserves_another(*found[each.name])]
    except KeyboardInterrupt:
        interrupted = True
    results = (_result(target, reasons[name], found.get(name)) for name, target in named.items())
    return CheckedBlocks(tuple(filter(None, results)), _python(run for run, _ in found.values()), interrupted)


def _runs(
    some: Sequence[Target], request: Request, at_once: int, say: Callable[[Sequence[str]], None]
) -> Iterator[tuple[str, Run]]:
    with ExitStack() as stack:
        plans = {each.name: stack.enter_context(planned(each, request)) for each in some}
        going_on = [*plans]
        say(going_on)
        for name, run in run_side_by_side(plans, at_once=at_once):
            yield name, run
            going_on.remove(name)
            say(going_on)


def _deserves_another(run: Run, mismatches: Sequence[Mismatch]) -> bool:
    """Whether a busy machine may be the reason for what did not fit; what hung for half a minute hangs."""
    return run.outcome.kind != "timed-out" and any(mismatch.timing_sensitive for mismatch in mismatches)


def _why_not(target: Target, request: Request) -> str | None:
    assert target.document is not None and target.block is not None  # blocks are all that is checked here
    return target.document.why_not(target.block, cumulative=request.cumulative)


def _mismatches(target: Target, run: Run, request: Request) -> list[Mismatch]:
    assert target.path is not None and target.block is not None  # the same
    after_others = request.cumulative and target.block.number > 1
    return mismatches_of_run(target.block, run, str(absolute(target.path)), after_others=after_others)


def _result(target: Target, reason: str | None, found: tuple[Run, list[Mismatch]] | None) -> CheckResult | None:
    """The result on a block; None where it was not run before Ctrl-C came."""
    assert target.document is not None  # the same
    chapter = target.document.name
    if reason is not None:
        return CheckResult(target.name, None, chapter, "skipped", said=f"it {reason}")
    if found is None:
        return None
    mismatches = tuple(found[1])
    return CheckResult(target.name, None, chapter, "failed" if mismatches else "passed", mismatches)


def _python(runs: Iterator[Run]) -> str | None:
    known = (run.python for run in runs if run.python.version is not None)
    first = next(known, None)
    return None if first is None else f"{first.implementation or 'Python'} {first.version}"
