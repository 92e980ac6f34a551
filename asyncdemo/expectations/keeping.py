"""Whether a run keeps what its script promises."""

from collections import Counter
from collections.abc import Iterator, Mapping

from asyncdemo.catalogue.scenario import Script
from asyncdemo.expectations import choices, times
from asyncdemo.expectations.blocks import NAMES, Stream, Version, blocks, held, joined
from asyncdemo.expectations.difference import difference
from asyncdemo.expectations.fault import Fault
from asyncdemo.expectations.fitness import line_of
from asyncdemo.expectations.matching import as_promised
from asyncdemo.expectations.seen import Seen, seen
from asyncdemo.findings.thresholds import THRESHOLDS
from asyncdemo.recording import Outcome, Run

_STREAMS: tuple[Stream, ...] = ("stdout", "stderr")


def depends_on_time(script: Script) -> bool:
    """Tell whether a busy machine could change what is promised, so that nothing else should run meanwhile."""
    return (
        bool(script.time) or choices.depend_on_time(script.choices) or not THRESHOLDS.keys().isdisjoint(script.findings)
    )


def broken_promises(script: Script, run: Run, others: Mapping[str, float], version: Version) -> list[Fault]:
    """Give what a run did not keep. `others` has the seconds that other variants of the scenario took.

    `version` is that of the Python that was asked for. What was written below Python, which nobody can tell the stream
    of, is held for the one with which the promises are kept, if there is one.
    """
    if run.outcome.kind == "not-started":
        return [Fault(f"it could not be started: {run.outcome.reason}", str(script.path))]
    both = [seen(run, other=stream, version=version) for stream in _STREAMS]
    found = [[*stream_faults(script, one), *_choices(script, one)] for one in both]
    streams = found[0] if len(found[0]) <= len(found[1]) else found[1]
    return [*_ending(script, run), *streams, *_findings(script, run), *_times(script, run, others)]


def best_seen(script: Script, run: Run, version: Version) -> Seen:
    """Give what was seen of a run, as the promises about its streams are best kept."""
    both = [seen(run, other=stream, version=version) for stream in _STREAMS]
    return min(both, key=lambda one: len(list(stream_faults(script, one))))


def _ending(script: Script, run: Run) -> Iterator[Fault]:
    path = str(script.path)
    if run.outcome != Outcome("exited", code=script.exit):
        yield Fault(
            f"{how_it_ended(run.outcome)}: promised was exit status {script.exit}",
            path,
            line_of(script, "exit"),
            in_time=True,
        )
    if run.output_dropped:
        yield Fault("it printed too much to be compared: print less", path)


def how_it_ended(outcome: Outcome) -> str:
    """Say how a run ended, in words."""
    if outcome.kind == "timed-out":
        return f"it did not end within {outcome.after:g} s"
    if outcome.kind == "signalled":
        return f"it ended by signal {outcome.signal}"
    return f"its exit status was {outcome.code}" if outcome.kind == "exited" else "it was interrupted"


def stream_faults(script: Script, one: Seen) -> Iterator[Fault]:
    """Give what is not as the blocks at the end of a script promise."""
    found = blocks(script.source)
    for stream in _STREAMS:
        chosen = [held(found, stream, one.version, ordered=order) for order in (True, False)]
        ordered, unordered = map(joined, chosen)
        printed = one.lines(stream)
        if as_promised([line.text for line in ordered], [line.text for line in unordered], printed):
            continue
        rows = difference(ordered, unordered, printed)
        lines = [row.line for row in rows if row.sign == "-"] or [block.number for each in chosen for block in each]
        if not ordered and not unordered:
            message = f"{stream} should be empty: no '# {NAMES[stream]}:' block promises anything"
        elif not printed:
            message = f"{stream} is empty, and not as promised"
        else:
            message = f"{stream} is not as promised"
        yield Fault(message, str(script.path), lines[0] if lines else None, rows, in_time=True)


def _choices(script: Script, one: Seen) -> Iterator[Fault]:
    if not script.choices:
        return
    fitting = choices.matching(script.choices, one)
    if len(fitting) != 1:
        which = f"{len(fitting)} choices match the run: {', '.join(map(repr, fitting))}" if fitting else ""
        message = which or "no choice matches the run"
        yield Fault(f"{message}, and exactly one must", str(script.path), line_of(script, "choices"), in_time=True)


def _findings(script: Script, run: Run) -> Iterator[Fault]:
    path, line = str(script.path), line_of(script, "findings")
    if run.findings is None:
        if script.findings:
            yield Fault("nothing was observed, so that it cannot be told whether its findings are made", path, line)
        return
    made = {finding.rule for finding in run.findings}
    for rule in dict.fromkeys(script.findings):
        if rule not in made:
            yield Fault(f"{rule} was promised, and not found", path, line, in_time=True)
    counts = Counter(finding.rule for finding in run.findings)
    for finding in run.findings:
        if finding.rule not in script.findings and counts.pop(finding.rule, 0):
            message = f"{finding.rule} was found, and not promised: {finding.message}"
            yield Fault(message, finding.path or path, finding.line, in_time=True)


def _times(script: Script, run: Run, others: Mapping[str, float]) -> Iterator[Fault]:
    path, line = str(script.path), line_of(script, "time")
    for claim in filter(None, map(times.claim, script.time)):
        if run.seconds.script is None:
            yield Fault(f"its time is not known, so that {claim.text!r} cannot be told", path, line)
        elif message := times.broken(claim, run.seconds.script, others):
            yield Fault(message, path, line, in_time=True)
