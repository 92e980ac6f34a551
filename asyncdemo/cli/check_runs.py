"""Runs scenarios and blocks of documents and judges them: side by side, alone where time matters, again if it may."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple

from asyncdemo.catalogue import script_source, targets
from asyncdemo.catalogue.course import unlisted as unlisted_names
from asyncdemo.catalogue.names import absolute
from asyncdemo.catalogue.scenario import Scenario, Script
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.cli.check_choice import Chosen, Interpreter
from asyncdemo.cli.planning import SCENARIO_TIMEOUT, planned
from asyncdemo.cli.saving import replace_content
from asyncdemo.errors import UsageError
from asyncdemo.expectations import static_checks
from asyncdemo.expectations.block_update import FileFormat, rewritten
from asyncdemo.expectations.check_result import CheckResult, Mismatch, Status
from asyncdemo.expectations.choices import Observed
from asyncdemo.expectations.run_checks import (
    best_observed,
    block_mismatches,
    depends_on_time,
    script_mismatches,
    stream_mismatches,
)
from asyncdemo.model.recording import Outcome, Run
from asyncdemo.runner.workers import cores, run_side_by_side

# Of what a busy machine may have spoilt: of scripts with expectations about time, and of all else.
TRIES, FEWER_TRIES = 3, 2
AT_A_TIME = 40  # blocks for which there are staged copies

Tell = Callable[[int, int, str], None]
_SAID = {2: "only at the second try", 3: "only at the third try"}


class Item(NamedTuple):
    """One script of a scenario, by its name as a target; two folders may have the same, so its `key` is its path."""

    name: str
    scenario: Scenario
    script: Script

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return str(self.script.path)


class Checked(NamedTuple):
    """What came of it: the results in order, each with its item and its last run where there are any.

    `interrupted`: Ctrl-C came before all was done; `unfinished` names the scenarios of which something was left then.
    """

    results: tuple[tuple[CheckResult, Item | None, Run | None], ...]
    interrupted: bool = False
    unfinished: tuple[str, ...] = ()


def check_all(chosen: Chosen, request: Request, python: Interpreter, tell: Tell) -> Checked:
    """Run everything and give the results in order; `tell` gets how many runs are done, of how many, and what is next.

    Those that were not finished when Ctrl-C came have no result.
    """
    items = [_item(choice.scenario, script) for choice in chosen.choices for script in choice.scripts]
    course = _Course(items, request, python, tell)
    interrupted = False
    try:
        course.run()
    except KeyboardInterrupt:
        interrupted = True
    results = tuple(_results(chosen, course, interrupted=interrupted))
    finished = {item.key for _, item, _ in results if item is not None}
    unfinished = dict.fromkeys(item.scenario.name for item in items if item.key not in finished)
    return Checked(results, interrupted, tuple(unfinished))


class _Course:
    """The runs of all items: after `run` those of each one's last try, and how many tries there were."""

    def __init__(self, items: Iterable[Item], request: Request, python: Interpreter, tell: Tell) -> None:
        self.runs: dict[str, Run] = {}
        self.tries: dict[str, int] = {}
        self.python = python
        self._request = request
        self._tell = tell
        self._items = {item.key: item for item in items if python.unavailable(item.script) is None}
        self._measures = {key: self._measured(item) for key, item in self._items.items()}
        self._seconds: dict[str, float] = {}  # the latest time of each
        everything = [*self._items.values(), *(other for each in self._measures.values() for other in each)]
        self._names = {each.key: each.name for each in everything}

    def run(self) -> None:
        measured = {other.key: other for each in self._measures.values() for other in each}
        alone = {key: item for key, item in self._items.items() if depends_on_time(item.script)} | measured
        together = {key: item for key, item in self._items.items() if key not in alone}
        for items, at_once in ((together, cores()), (alone, 1)):
            for key, run in self._runs(items, at_once=at_once):
                self.runs[key], self.tries[key] = run, 1
        for item in self._items.values():
            while self.deserves_another(item):
                again = {each.key: each for each in (item, *self._measures[item.key])}
                found = dict(self._runs(again, at_once=1))
                self.runs[item.key] = found[item.key]
                self.tries[item.key] += 1

    def deserves_another(self, item: Item) -> bool:
        """True if what it did not keep may be the fault of a busy machine; what hung for half a minute hangs."""
        most = TRIES if depends_on_time(item.script) else FEWER_TRIES
        if self.tries[item.key] >= most or self.runs[item.key].outcome.kind == "timed-out":
            return False
        return any(mismatch.timing_sensitive for mismatch in self.mismatches(item))

    def mismatches(self, item: Item) -> list[Mismatch]:
        """What the item's run did not keep."""
        others = {
            str(other.script.variant): self._seconds[other.key]
            for other in self._measures[item.key]
            if other.key in self._seconds
        }
        return script_mismatches(item.script, self.runs[item.key], others, self.python.version)

    def _measured(self, item: Item) -> list[Item]:
        """The other variants that its claims on time are about, as far as they can run."""
        wanted = {claim.of for claim in map(static_checks.parsed_claim, item.script.time) if claim is not None}
        others = [_item(item.scenario, script) for script in item.scenario.scripts if script.variant in wanted]
        return [other for other in others if self.python.unavailable(other.script) is None]

    def _runs(self, items: Mapping[str, Item], *, at_once: int) -> Iterator[tuple[str, Run]]:
        chosen = {key: targets.of_script(item.scenario, item.script) for key, item in items.items()}
        for key, run in _side_by_side(chosen, self._request, at_once, self._say):
            if run.seconds.own is not None:
                self._seconds[key] = run.seconds.own
            yield key, run

    def _say(self, key: str) -> None:
        self._tell(len(self.runs), len(self._items), self._names[key])


def _item(scenario: Scenario, script: Script) -> Item:
    return Item(targets.of_script(scenario, script).name, scenario, script)


def _results(
    chosen: Chosen, course: _Course, *, interrupted: bool
) -> Iterator[tuple[CheckResult, Item | None, Run | None]]:
    unlisted = {folder: unlisted_names(folder) for folder in {each.scenario.path.parent for each in chosen.choices}}
    for choice in chosen.choices:
        scenario = choice.scenario
        is_unlisted = scenario.name in unlisted[scenario.path.parent]
        whole = static_checks.of_scenario(scenario, unlisted=is_unlisted) if choice.whole else []
        if whole and scenario.variants:
            yield _result(scenario.name, scenario, whole), None, None
        for script in choice.scripts:
            item = _item(scenario, script)
            own = [*([] if scenario.variants else whole), *static_checks.of_script(script, scenario)]
            result = _judged(item, own, course, interrupted=interrupted)
            if result is not None:
                yield result, item, course.runs.get(item.key)
    for problem in chosen.problems:
        path = str(problem.path)
        yield CheckResult(path, None, "", "failed", (Mismatch(problem.reason, path),)), None, None


def _judged(item: Item, mismatches: list[Mismatch], course: _Course, *, interrupted: bool) -> CheckResult | None:
    """The result on one script; None where it was not finished."""
    why_not = course.python.unavailable(item.script)
    if why_not is not None:
        return _result(item.name, item.scenario, mismatches, why_not, skipped=True)
    if item.key not in course.runs:
        return None
    found = course.mismatches(item)
    if interrupted and course.deserves_another(item):
        return None
    return _result(item.name, item.scenario, [*mismatches, *found], _SAID.get(course.tries[item.key]))


def _result(
    name: str, scenario: Scenario, mismatches: list[Mismatch], said: str | None = None, *, skipped: bool = False
) -> CheckResult:
    chapter = f"{scenario.chapter.number}  {scenario.chapter.title}"
    status: Status = "failed" if mismatches else "skipped" if skipped else "passed"
    return CheckResult(name, scenario.name, chapter, status, tuple(mismatches), None if mismatches else said)


def updated(checked: Checked, python: Interpreter) -> Checked:
    """Rewrite what can be, and give the results as they are then."""
    return checked._replace(results=tuple((_updated(*each, python), *each[1:]) for each in checked.results))


def _updated(result: CheckResult, item: Item | None, run: Run | None, python: Interpreter) -> CheckResult:
    if item is None or run is None or run.outcome != Outcome("exited", code=item.script.exit) or run.output_dropped:
        return result
    observed = best_observed(item.script, run, python.version)
    mended = set(stream_mismatches(item.script, observed))
    try:
        if not mended or not _rewrite(item.script, observed):
            return result
    except UsageError as error:
        mismatch = Mismatch(f"it could not be updated: {error}", str(item.script.path))
        return result._replace(mismatches=(*result.mismatches, mismatch))
    left = tuple(mismatch for mismatch in result.mismatches if mismatch not in mended)
    return result._replace(status="failed" if left else "passed", mismatches=left, said=None if left else "updated")


def _rewrite(script: Script, observed: Observed) -> bool:
    """Write the blocks; False, and nothing is written, where they would not expect what was seen.

    Raises UsageError where the file cannot be read any more, or not be written.
    """
    source, encoding = script_source.decoded(script_source.content(script.path))
    if source != script.source:
        return False  # changed while it ran
    text = rewritten(source, observed, FileFormat(encoding, str(script.path)))
    if [*stream_mismatches(script._replace(source=text), observed)]:
        return False
    replace_content(script.path, text.encode(encoding))
    return True


class CheckedBlocks(NamedTuple):
    """The results in order, the Python that ran them where one could tell, and whether Ctrl-C came before the end."""

    results: tuple[CheckResult, ...]
    python: str | None = None
    interrupted: bool = False


def check_documents(chosen: Sequence[Target], request: Request, tell: Tell) -> CheckedBlocks:
    """The results on the blocks of documents that can be run, compared with the output that the document shows.

    Two run at once where there are two cores, and again alone those that did not fit.
    """
    request = request._replace(timeout=request.timeout or SCENARIO_TIMEOUT)
    named = {each.name: each for target in chosen for each in targets.expand(target)}
    reasons = {name: _why_not(target, request) for name, target in named.items()}
    left = [name for name in named if reasons[name] is None]
    found: dict[str, tuple[Run, list[Mismatch]]] = {}
    interrupted = False
    try:
        for start in range(0, len(left), AT_A_TIME):
            some = left[start : start + AT_A_TIME]
            for at_once in (cores(), 1):
                going_on = {name: named[name] for name in some}
                say = partial(_say_block, tell, found, len(left))
                for name, run in _side_by_side(going_on, request, at_once, say):
                    found[name] = run, _mismatches(named[name], run, request)
                some = [name for name in some if _deserves_another(*found[name])]
    except KeyboardInterrupt:
        interrupted = True
    results = (_block_result(target, reasons[name], found.get(name)) for name, target in named.items())
    return CheckedBlocks(tuple(filter(None, results)), _python(run for run, _ in found.values()), interrupted)


def _say_block(tell: Tell, found: Collection[str], all_: int, name: str) -> None:
    tell(len(found), all_, name)


def _side_by_side(
    chosen: Mapping[str, Target], request: Request, at_once: int, say: Callable[[str], None]
) -> Iterator[tuple[str, Run]]:
    """The runs of these targets by their keys, as they end; `say` gets the key of the first that goes on."""
    left = [*chosen]
    with ExitStack() as stack:
        plans = {key: stack.enter_context(planned(target, request)) for key, target in chosen.items()}
        if left:
            say(left[0])
        for key, run in run_side_by_side(plans, at_once=at_once):
            left.remove(key)
            yield key, run
            if left:
                say(left[0])


def _deserves_another(run: Run, mismatches: Sequence[Mismatch]) -> bool:
    """True if a busy machine may be the reason for what did not fit; what hung for half a minute hangs."""
    return run.outcome.kind != "timed-out" and any(mismatch.timing_sensitive for mismatch in mismatches)


def _why_not(target: Target, request: Request) -> str | None:
    assert target.document is not None and target.block is not None  # blocks are all that is checked here
    return target.document.why_not(target.block, cumulative=request.cumulative)


def _mismatches(target: Target, run: Run, request: Request) -> list[Mismatch]:
    assert target.path is not None and target.block is not None  # the same
    after_others = request.cumulative and target.block.number > 1
    return block_mismatches(target.block, run, str(absolute(target.path)), after_others=after_others)


def _block_result(target: Target, reason: str | None, found: tuple[Run, list[Mismatch]] | None) -> CheckResult | None:
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
