"""Whether a run meets what its script expects."""

from collections import Counter
from collections.abc import Iterator, Mapping

from asyncdemo.catalogue.scenario import Script
from asyncdemo.expectations import choices, static_checks
from asyncdemo.expectations.check_result import Mismatch
from asyncdemo.expectations.choices import Observed, observed
from asyncdemo.expectations.line_matching import as_expected
from asyncdemo.expectations.output_blocks import NAMES, Stream, Version, blocks, blocks_for, lines_of
from asyncdemo.expectations.output_diff import difference
from asyncdemo.expectations.static_checks import line_of
from asyncdemo.findings.thresholds import THRESHOLDS
from asyncdemo.model.recording import Outcome, Run

_STREAMS: tuple[Stream, ...] = ("stdout", "stderr")


def depends_on_time(script: Script) -> bool:
    """Tell whether a busy machine could change what is expected, so that nothing else should run meanwhile."""
    return (
        bool(script.time) or choices.depend_on_time(script.choices) or not THRESHOLDS.keys().isdisjoint(script.findings)
    )


def mismatches_of_run(script: Script, run: Run, others: Mapping[str, float], version: Version) -> list[Mismatch]:
    """Give what a run did not keep. `others` has the seconds that other variants of the scenario took.

    `version` is that of the Python that was asked for. What was written below Python, which nobody can tell the stream
    of, is held for the one with which the expectations are met, if there is one.
    """
    if run.outcome.kind == "not-started":
        return [Mismatch(f"it could not be started: {run.outcome.reason}", str(script.path))]
    both = [observed(run, other=stream, version=version) for stream in _STREAMS]
    found = [[*stream_mismatches(script, one), *_choices(script, one)] for one in both]
    streams = found[0] if len(found[0]) <= len(found[1]) else found[1]
    return [*_ending(script, run), *streams, *_findings(script, run), *_times(script, run, others)]


def best_observed(script: Script, run: Run, version: Version) -> Observed:
    """Give what was seen of a run, as the expectations about its streams are best met."""
    both = [observed(run, other=stream, version=version) for stream in _STREAMS]
    return min(both, key=lambda one: len(list(stream_mismatches(script, one))))


def _ending(script: Script, run: Run) -> Iterator[Mismatch]:
    path = str(script.path)
    deadlocked = run.outcome.reason == "deadlock" and "deadlock" in script.findings
    if run.outcome != Outcome("exited", code=script.exit) and not deadlocked:
        yield Mismatch(
            f"{how_it_ended(run.outcome)}: expected exit status {script.exit}",
            path,
            line_of(script, "exit"),
            timing_sensitive=True,
        )
    if run.output_dropped:
        yield Mismatch("it printed too much to be compared: print less", path)


def how_it_ended(outcome: Outcome) -> str:
    """Say how a run ended, in words."""
    if outcome.kind == "timed-out":
        return f"it did not end within {outcome.after:g} s"
    if outcome.reason == "deadlock":
        return "it was in a deadlock: nothing could wake it any more"
    if outcome.kind == "signalled":
        return f"it ended by signal {outcome.signal}"
    return f"its exit status was {outcome.code}" if outcome.kind == "exited" else "it was interrupted"


def stream_mismatches(script: Script, one: Observed) -> Iterator[Mismatch]:
    """Give what is not as the blocks at the end of a script expect."""
    found = blocks(script.source)
    for stream in _STREAMS:
        chosen = [blocks_for(found, stream, one.version, ordered=order) for order in (True, False)]
        ordered, unordered = map(lines_of, chosen)
        printed = one.lines(stream)
        if as_expected([line.text for line in ordered], [line.text for line in unordered], printed):
            continue
        rows = difference(ordered, unordered, printed)
        lines = [row.line for row in rows if row.sign == "-"] or [block.number for each in chosen for block in each]
        if not ordered and not unordered:
            message = f"{stream} should be empty: no '# {NAMES[stream]}:' block expects anything"
        elif not printed:
            message = f"{stream} is empty, and not as expected"
        else:
            message = f"{stream} is not as expected"
        yield Mismatch(message, str(script.path), lines[0] if lines else None, rows, timing_sensitive=True)


def _choices(script: Script, one: Observed) -> Iterator[Mismatch]:
    if not script.choices:
        return
    fitting = choices.matching(script.choices, one)
    if len(fitting) != 1:
        which = f"{len(fitting)} choices match the run: {', '.join(map(repr, fitting))}" if fitting else ""
        message = which or "no choice matches the run"
        yield Mismatch(
            f"{message}, and exactly one must", str(script.path), line_of(script, "choices"), timing_sensitive=True
        )


def _findings(script: Script, run: Run) -> Iterator[Mismatch]:
    path, line = str(script.path), line_of(script, "findings")
    if run.findings is None:
        if script.findings:
            yield Mismatch("nothing was observed, so that it cannot be told whether its findings are made", path, line)
        return
    made = {finding.rule for finding in run.findings}
    for rule in dict.fromkeys(script.findings):
        if rule not in made:
            yield Mismatch(f"{rule} was expected, and not found", path, line, timing_sensitive=True)
    counts = Counter(finding.rule for finding in run.findings)
    for finding in run.findings:
        if finding.rule not in script.findings and counts.pop(finding.rule, 0):
            message = f"{finding.rule} was found, and not expected: {finding.message}"
            yield Mismatch(message, finding.path or path, finding.line, timing_sensitive=True)


def _times(script: Script, run: Run, others: Mapping[str, float]) -> Iterator[Mismatch]:
    path, line = str(script.path), line_of(script, "time")
    for claim in filter(None, map(static_checks.parsed_claim, script.time)):
        if run.seconds.own is None:
            yield Mismatch(f"its time is not known, so that {claim.text!r} cannot be told", path, line)
        elif message := static_checks.claim_mismatch(claim, run.seconds.own, others):
            yield Mismatch(message, path, line, timing_sensitive=True)
