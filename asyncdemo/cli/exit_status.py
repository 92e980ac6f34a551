"""What decides the exit status: how runs ended, Ctrl-C, `--fail-on` and `--min-speedup`."""

import signal
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TextIO

from asyncdemo.cli import messages
from asyncdemo.cli.messages import tell
from asyncdemo.errors import UsageError
from asyncdemo.model.recording import Run

if TYPE_CHECKING:
    from asyncdemo.comparison.result import Comparison, Sweep

EXPECTATION_FAILED, INTERRUPTED = 3, 130

ANY = "any"
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def exit_status(runs: list[Run], *, deadlock_is_finding: bool = False) -> int:
    """The status of a command that ran these: 0 if all runs ended as they should, 130 if one was interrupted, else 1.

    A run that was made to end by a deadlock did not, unless that counts as a finding.
    """
    if deadlock_is_finding:
        runs = [run for run in runs if run.outcome.reason != "deadlock"]
    if any(run.was_interrupted for run in runs):
        return INTERRUPTED
    return 0 if all(run.ok for run in runs) else 1


def rules_named(words: str | None, option: str = "--fail-on") -> frozenset[str]:
    """The rules of `RULE[,RULE]` or `any`, as given to an option. Raises UsageError, with what was perhaps meant."""
    if words is None:
        return frozenset()
    from asyncdemo.findings import RULES

    names = frozenset(word.strip().replace("_", "-") for word in words.split(","))
    for name in sorted(names):
        if name not in RULES and name != ANY:
            raise UsageError(f"{option} {words}: {unknown_rule(name, (*RULES, ANY))}")
    return names


def unknown_rule(name: str, known: Iterable[str]) -> str:
    """The sentence that there is no such rule, with the one that was perhaps meant."""
    from difflib import get_close_matches

    from asyncdemo.catalogue.names import visible

    near = get_close_matches(name, list(known), n=1)
    return f"no rule is called {visible(name)!r}; " + (
        f"did you mean {near[0]}?" if near else "asyncdemo explain lists them"
    )


def are_broken(runs: Iterable[Run], rules: frozenset[str]) -> bool:
    """True if a finding of one of the rules was made (`any`: all but notes), or if that cannot be known."""
    return bool(rules) and any(_is_broken(run, rules) for run in runs)


def _is_broken(run: Run, rules: frozenset[str]) -> bool:
    found = run.findings or ()
    if any(each.rule in rules or (ANY in rules and each.severity != "note") for each in found):
        return True
    unknown = _why_unknown(run, rules)
    if unknown is not None:
        from asyncdemo.catalogue.names import visible

        tell(f"{visible(run.subject.target)}: {unknown}, so --fail-on cannot be kept")
    return unknown is not None


def _why_unknown(run: Run, rules: frozenset[str]) -> str | None:
    """Why a finding of the rules may have been missed; None where it was not."""
    from asyncdemo.findings import SAID

    if run.findings is None:
        return "not observed"
    if run.timeline is not None and not run.timeline.complete and not rules <= SAID:
        return "not all of its tasks were traced"
    return None


def too_slow(compared: "Comparison | Sweep", least: float) -> bool:
    """True if one of the contestants is not surely `least` times as fast as the baseline; says on stderr which."""
    from asyncdemo.catalogue.names import visible

    slow = False
    for point in compared.points:
        where = "".join(f" at {name}={value!r}" for name, value in point.parameters.items())
        for each in point.speedups:
            low = None if each.interval is None else each.interval[0]
            if low is None or low < least:
                slow = True
                known = "too few runs to tell" if low is None else f"the interval begins at {low:.2f}"
                said = f"--min-speedup {least:g} was not reached by {each.id}{where}: {known}"
                tell(visible(said))
    return slow


def annotate(runs: Iterable[Run], environ: Mapping[str, str], stream: TextIO | None = None) -> None:
    """Write the findings as annotations, if this is GitHub Actions."""
    if messages.is_github(environ):
        for run in runs:
            for each in run.findings or ():
                text = f"{each.message} Fix: {each.advice}" if each.advice else each.message
                command = _COMMANDS[each.severity]
                messages.write_annotation(command, each.rule, each.path, each.line, text, stream)


def once_is_enough(run: Run) -> Run:
    """The run; if Ctrl-C has ended it, those who press again and again get their report all the same.

    SIGTERM still ends us, should nobody take what we write.
    """
    if run.was_interrupted:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return run
