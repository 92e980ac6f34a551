"""Runs scenarios and blocks of documents and judges them: side by side, alone where time matters, again if it may."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from asyncdemo.catalogue import script_source, targets
from asyncdemo.catalogue.course import unlisted as unlisted_names
from asyncdemo.catalogue.names import absolute
from asyncdemo.catalogue.scenario import START, Script
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.cli.check_choice import Chosen, Interpreter
from asyncdemo.cli.planning import planned
from asyncdemo.cli.saving import replace_content
from asyncdemo.errors import UsageError
from asyncdemo.expectations import static_checks
from asyncdemo.expectations.block_update import FileFormat, rewritten
from asyncdemo.expectations.check_result import CheckResult, Mismatch, Status
from asyncdemo.expectations.choices import Observed
from asyncdemo.expectations.exercise_checks import exercise_of, of_exercise, start_mismatches
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
AT_A_TIME = 40  # targets for which there are staged copies

Tell = Callable[[int, int, str], None]
_SAID = {2: "only at the second try", 3: "only at the third try"}


class Checked(NamedTuple):
    """What came of it: the results in order, each with its target and its last run where there are any.

    `interrupted`: Ctrl-C came before all was done; `unfinished` names the scenarios of which something was left then.
    """

    results: tuple[tuple[CheckResult, Target | None, Run | None], ...]
    python: str
    interrupted: bool = False
    unfinished: tuple[str, ...] = ()


def check_all(
    chosen: Chosen, documents: Sequence[Target], request: Request, python: Interpreter, tell: Tell
) -> Checked:
    """Run everything and give the results in order; `tell` gets how many runs are done, of how many, and what is next.

    Those that were not finished when Ctrl-C came have no result.
    """
    scripts = [targets.of_script(choice.scenario, script) for choice in chosen.choices for script in choice.scripts]
    blocks = [block for document in documents for block in targets.expand(document)]
    runs = _Runs([*scripts, *{block.name: block for block in blocks}.values()], request, python, tell)
    interrupted = False
    try:
        runs.run()
    except KeyboardInterrupt:
        interrupted = True
    results = [*_of_scenarios(chosen, runs, interrupted=interrupted)]
    finished = {_key(target) for _, target, _ in results if target is not None}
    unfinished = dict.fromkeys(each.scenario.name for each in scripts if each.scenario and _key(each) not in finished)
    for block in blocks:
        if (result := runs.judged(block, [], interrupted=False)) is not None:
            results.append((result, block, None))
    seen = (run.python for run in runs.runs.values() if run.python.version is not None)
    ran_on = next((f"{each.implementation or 'Python'} {each.version}" for each in seen), python.name)
    return Checked(tuple(results), python.name if scripts else ran_on, interrupted, tuple(unfinished))


def _key(target: Target) -> str:
    """What tells it from all others: two folders may have a script of the same name."""
    return target.name if target.block is not None else str(target.path)


class _Runs:
    """The runs of all targets: after `run` those of each one's last try, and how many tries there were."""

    def __init__(self, chosen: Iterable[Target], request: Request, python: Interpreter, tell: Tell) -> None:
        self.runs: dict[str, Run] = {}
        self._tries: dict[str, int] = {}
        self._python, self._request, self._tell = python, request, tell
        self._targets = {_key(target): target for target in chosen if self._why_not(target) is None}
        self._measures = {key: self._measured(target) for key, target in self._targets.items()}
        self._seconds: dict[str, float] = {}  # the latest time of each

    def run(self) -> None:
        measured = {_key(other): other for each in self._measures.values() for other in each}
        timed = {key: each for key, each in self._targets.items() if each.script and depends_on_time(each.script)}
        alone = timed | measured
        together = {key: each for key, each in self._targets.items() if key not in alone}
        for some, at_once in ((together, cores()), (alone, 1)):
            for key, run in self._run(some, at_once=at_once):
                self.runs[key], self._tries[key] = run, 1
        for key, target in self._targets.items():
            while self._deserves_another(target):
                again = {_key(each): each for each in (target, *self._measures[key])}
                self.runs[key] = dict(self._run(again, at_once=1))[key]
                self._tries[key] += 1

    def judged(self, target: Target, mismatches: Sequence[Mismatch], *, interrupted: bool) -> CheckResult | None:
        """The result on a target of which this is known without a run; None where it was not finished."""
        why_not = self._why_not(target)
        if why_not is not None:
            return _result(target, mismatches, why_not, skipped=True)
        key = _key(target)
        if key not in self.runs or (interrupted and self._deserves_another(target)):
            return None
        return _result(target, [*mismatches, *self._mismatches(target)], _SAID.get(self._tries[key]))

    def _why_not(self, target: Target) -> str | None:
        if target.document is not None and target.block is not None:
            reason = target.document.why_not(target.block, cumulative=self._request.cumulative)
            return None if reason is None else f"it {reason}"
        return None if target.script is None else self._python.unavailable(target.script)

    def _deserves_another(self, target: Target) -> bool:
        """True if what it did not keep may be the fault of a busy machine; what hung for half a minute hangs."""
        key = _key(target)
        most = TRIES if target.script is not None and depends_on_time(target.script) else FEWER_TRIES
        if self._tries[key] >= most or self.runs[key].outcome.kind == "timed-out":
            return False
        return any(mismatch.timing_sensitive for mismatch in self._mismatches(target))

    def _mismatches(self, target: Target) -> list[Mismatch]:
        """What the target's run did not keep."""
        key = _key(target)
        if target.block is not None:
            after_others = self._request.cumulative and target.block.number > 1
            path = str(absolute(target.path)) if target.path is not None else ""
            return block_mismatches(target.block, self.runs[key], path, after_others=after_others)
        assert target.script is not None  # scripts and blocks are all that is checked here
        others = {
            str(other.script and other.script.variant): self._seconds[_key(other)]
            for other in self._measures[key]
            if _key(other) in self._seconds
        }
        run, version = self.runs[key], self._python.version
        found = script_mismatches(target.script, run, others, version)
        if target.scenario is not None and target.scenario.is_exercise and target.script.variant == START:
            own = {} if run.seconds.own is None else {START: run.seconds.own}
            found += start_mismatches(exercise_of(target.scenario), run, own, version)
        return found

    def _measured(self, target: Target) -> list[Target]:
        """The other variants that its claims on time are about, as far as they can run."""
        if target.scenario is None or target.script is None:
            return []
        wanted = {claim.of for claim in map(static_checks.parsed_claim, target.script.time) if claim is not None}
        others = [script for script in target.scenario.scripts if script.variant in wanted]
        return [targets.of_script(target.scenario, each) for each in others if self._python.unavailable(each) is None]

    def _run(self, chosen: Mapping[str, Target], *, at_once: int) -> Iterator[tuple[str, Run]]:
        """The runs of these targets by their keys, as they end."""
        for start in range(0, len(chosen), AT_A_TIME):
            left = [*chosen][start : start + AT_A_TIME]
            with ExitStack() as stack:
                plans = {key: stack.enter_context(planned(chosen[key], self._request)) for key in left}
                self._say(chosen[left[0]])
                for key, run in run_side_by_side(plans, at_once=at_once):
                    left.remove(key)
                    if run.seconds.own is not None:
                        self._seconds[key] = run.seconds.own
                    yield key, run
                    if left:
                        self._say(chosen[left[0]])

    def _say(self, target: Target) -> None:
        self._tell(len(self.runs), len(self._targets), target.name)


def _of_scenarios(
    chosen: Chosen, runs: _Runs, *, interrupted: bool
) -> Iterator[tuple[CheckResult, Target | None, Run | None]]:
    unlisted = {folder: unlisted_names(folder) for folder in {each.scenario.path.parent for each in chosen.choices}}
    for choice in chosen.choices:
        scenario = choice.scenario
        is_unlisted = scenario.name in unlisted[scenario.path.parent]
        whole = static_checks.of_scenario(scenario, unlisted=is_unlisted) if choice.whole else []
        if choice.whole and scenario.is_exercise:
            whole += of_exercise(exercise_of(scenario))
        if whole and scenario.variants:
            yield _result(targets.whole(scenario), whole), None, None
        for script in choice.scripts:
            target = targets.of_script(scenario, script)
            own = [*([] if scenario.variants else whole), *static_checks.of_script(script, scenario)]
            result = runs.judged(target, own, interrupted=interrupted)
            if result is not None:
                yield result, target, runs.runs.get(_key(target))
    for problem in chosen.problems:
        path = str(problem.path)
        yield CheckResult(path, None, "", "failed", (Mismatch(problem.reason, path),)), None, None


def _result(
    target: Target, mismatches: Sequence[Mismatch], said: str | None = None, *, skipped: bool = False
) -> CheckResult:
    scenario = target.scenario
    part = "" if target.document is None else target.document.name
    chapter = part if scenario is None else f"{scenario.chapter.number}  {scenario.chapter.title}"
    status: Status = "failed" if mismatches else "skipped" if skipped else "passed"
    name = None if scenario is None else scenario.name
    return CheckResult(target.name, name, chapter, status, tuple(mismatches), None if mismatches else said)


def updated(checked: Checked, python: Interpreter) -> Checked:
    """Rewrite what can be, and give the results as they are then."""
    return checked._replace(results=tuple((_updated(*each, python), *each[1:]) for each in checked.results))


def _updated(result: CheckResult, target: Target | None, run: Run | None, python: Interpreter) -> CheckResult:
    script = None if target is None else target.script
    if script is None or run is None or run.outcome != Outcome("exited", code=script.exit) or run.output_dropped:
        return result
    observed = best_observed(script, run, python.version)
    mended = set(stream_mismatches(script, observed))
    try:
        if not mended or not _rewrite(script, observed):
            return result
    except UsageError as error:
        mismatch = Mismatch(f"it could not be updated: {error}", str(script.path))
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
