"""A run held against what its script expects, or against what a document shows after its block."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from asyncdemo.catalogue.scenario import Script
from asyncdemo.documents.document_blocks import Block, ShownLine
from asyncdemo.expectations import choices, static_checks
from asyncdemo.expectations.check_result import Mismatch
from asyncdemo.expectations.choices import Observed, observed
from asyncdemo.expectations.line_matching import ANY_LINES, Row, as_expected, difference, in_order, printed_lines
from asyncdemo.expectations.output_blocks import (
    NAMES,
    STREAMS,
    Line,
    Stream,
    Version,
    blocks,
    blocks_for,
    lines_of,
    texts_of,
)
from asyncdemo.expectations.output_blocks import Block as OutputBlock
from asyncdemo.expectations.static_checks import line_of
from asyncdemo.findings import THRESHOLDS
from asyncdemo.model.recording import Outcome, Run


def depends_on_time(script: Script) -> bool:
    """True if a busy machine could change what is expected, so that nothing else should run meanwhile."""
    return (
        bool(script.time) or choices.depend_on_time(script.choices) or not THRESHOLDS.keys().isdisjoint(script.findings)
    )


def script_mismatches(script: Script, run: Run, others: Mapping[str, float], version: Version) -> list[Mismatch]:
    """What a run did not keep. `others` has the seconds that other variants of the scenario took.

    `version` is that of the Python that was asked for. What was written below Python, which nobody can tell the stream
    of, is held for the one with which the expectations are met, if there is one.
    """
    if run.outcome.kind == "not-started":
        return [Mismatch(f"it could not be started: {run.outcome.reason}", str(script.path))]
    both = [observed(run, other=stream, version=version) for stream in STREAMS]
    found = [[*stream_mismatches(script, one), *_choices(script, one)] for one in both]
    streams = found[0] if len(found[0]) <= len(found[1]) else found[1]
    return [*_ending(script, run), *streams, *_findings(script, run), *_times(script, run, others)]


def best_observed(script: Script, run: Run, version: Version) -> Observed:
    """What was seen of a run, as the expectations about its streams are best met."""
    both = [observed(run, other=stream, version=version) for stream in STREAMS]
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
    """How a run ended, in words."""
    if outcome.kind == "timed-out":
        return f"it did not end within {outcome.after:g} s"
    if outcome.reason == "deadlock":
        return "it was in a deadlock: nothing could wake it any more"
    if outcome.kind == "signalled":
        return f"it ended by signal {outcome.signal}"
    return f"its exit status was {outcome.code}" if outcome.kind == "exited" else "it was interrupted"


def stream_mismatches(script: Script, one: Observed) -> Iterator[Mismatch]:
    """What is not as the blocks at the end of a script expect."""
    for stream, rows, chosen in differing(script, one):
        lines = [row.line for row in rows if row.sign == "-"] or [block.number for block in chosen]
        if not lines_of(chosen):
            message = f"{stream} should be empty: no '# {NAMES[stream]}:' block expects anything"
        elif not one.lines(stream):
            message = f"{stream} is empty, and not as expected"
        else:
            message = f"{stream} is not as expected"
        yield Mismatch(message, str(script.path), lines[0] if lines else None, rows, timing_sensitive=True)


def differing(script: Script, one: Observed) -> Iterator[tuple[Stream, tuple[Row, ...], list[OutputBlock]]]:
    """The streams that are not as a script expects, with what differs and the blocks that say what is expected."""
    found = blocks(script.source)
    for stream in STREAMS:
        ordered, unordered = (blocks_for(found, stream, one.version, ordered=order) for order in (True, False))
        expected, anywhere, printed = lines_of(ordered), lines_of(unordered), one.lines(stream)
        if not as_expected(texts_of(expected), texts_of(anywhere), printed):
            yield stream, difference(expected, anywhere, printed), [*ordered, *unordered]


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


TRACEBACK = "Traceback (most recent call last):"
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")


def block_mismatches(block: Block, run: Run, path: str, *, after_others: bool) -> list[Mismatch]:
    """What a run of a block did not keep. `path` is the document's; `after_others`: earlier blocks ran before it.

    Of a document that shows no output the block is expected to end well. Output that it shows is that of stdout, or of
    both streams in their order, as a terminal shows them.
    """
    shown = block.shown or ()
    ending = list(_block_ending(block, run, path))
    if run.outcome.kind != "exited" or run.output_dropped:
        return ending
    if block.session:
        return [*ending, *_session(block, run, path, after_others=after_others)]
    if block.shown is None:
        return ending
    expected = _expected(shown, after_others=after_others)
    candidates = [_printed(run, "stdout"), _printed(run, None)]
    if any(in_order(texts_of(expected), printed) for printed in candidates):
        return ending
    nearest = candidates[1] if _shows_an_error(shown) else candidates[0]
    return [
        *ending,
        _mismatch("the output is not as the document shows it", path, shown, expected, nearest, block.line),
    ]


def _block_ending(block: Block, run: Run, path: str) -> Iterator[Mismatch]:
    """A block ends with status 0, but 1 where the document shows the traceback that it ends with."""
    outcome = run.outcome
    if outcome.kind == "not-started":
        yield Mismatch(f"it could not be started: {outcome.reason}", path, block.line)
    elif outcome.kind != "exited" or (outcome.code and (block.session or not _shows_an_error(block.shown or ()))):
        said = f": {_printed(run, 'stderr')[-1]}" if outcome.code and _printed(run, "stderr") else ""
        yield Mismatch(f"{how_it_ended(outcome)}{said}", path, block.line, timing_sensitive=True)
    if run.output_dropped:
        yield Mismatch("it printed too much to be compared: print less", path, block.line)


def _session(block: Block, run: Run, path: str, *, after_others: bool) -> Iterator[Mismatch]:
    """Values and printed lines are compared with stdout, exceptions by their last lines with stderr."""
    values, errors = _parted(block.shown or ())
    expected, printed = _expected(values, after_others=after_others), _printed(run, "stdout")
    if not in_order(texts_of(expected), printed):
        yield _mismatch("the output is not as the document shows it", path, values, expected, printed, block.line)
    complaints = _printed(run, "stderr")
    raised, as_shown = _exceptions(complaints), _exceptions([line.text for line in errors])
    wanted = [*_expected(errors, after_others=False), Line(ANY_LINES, 0)] if errors else []
    if raised > as_shown and not after_others:
        last = complaints[-1] if complaints else ""
        count = f"{raised} exception{'' if raised == 1 else 's'}"
        yield Mismatch(f"it raised {count}, and the document shows {as_shown or 'none'}: {last}", path, block.line)
    elif errors and not in_order([ANY_LINES, *texts_of(wanted)], complaints):
        start = [Line(ANY_LINES, 0)]
        yield _mismatch("an exception is not as shown", path, errors, [*start, *wanted], complaints, block.line)


def _exceptions(lines: Sequence[str]) -> int:
    """How many tracebacks there are; those that explain another one do not count."""
    return sum(line == TRACEBACK for line in lines) - sum(line.startswith(_CHAINED) for line in lines)


def _parted(shown: Sequence[ShownLine]) -> tuple[list[ShownLine], list[ShownLine]]:
    """Values, and exceptions: of these the first line, `...` for the stack, and the lines after it."""
    values: list[ShownLine] = []
    errors: list[ShownLine] = []
    inside, before = "values", 0
    for line in shown:
        if line.number != before + 1:  # a prompt is between
            inside = "values"
        before = line.number
        if line.text.startswith("Traceback ("):
            inside = "stack"
            errors += ShownLine(TRACEBACK, line.number), ShownLine(ANY_LINES, 0)
        elif inside == "stack" and (line.text.startswith((" ", "\t")) or line.text == ANY_LINES):
            continue
        elif inside == "values":
            values.append(line)
        else:
            inside = "message"
            errors.append(line)
    return values, errors


def _expected(shown: Sequence[ShownLine], *, after_others: bool) -> list[Line]:
    """The expected lines: `...` in a line stands for anything, `<BLANKLINE>` for an empty line, as in doctest."""
    lines = [Line(_as_expectation(line.text), line.number) for line in shown]
    while lines and not lines[-1].text:
        lines.pop()
    return [Line(ANY_LINES, 0), *lines] if after_others else lines


def _as_expectation(text: str) -> str:
    if text.strip() in (ANY_LINES, "<BLANKLINE>"):
        return ANY_LINES if text.strip() == ANY_LINES else ""
    return text.replace("...", "<any>")


def _printed(run: Run, stream: str | None) -> list[str]:
    """The lines of a stream, or of both; what was written below Python may be either's, and counts as stdout's."""
    kept = [
        output.text
        for output in run.output
        if stream is None or output.stream == stream or (stream == "stdout" and output.stream == "other")
    ]
    lines = printed_lines("".join(kept))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _shows_an_error(shown: Sequence[ShownLine]) -> bool:
    return any(line.text.lstrip(" +|").startswith(("Traceback (", "Exception Group Traceback (")) for line in shown)


def _mismatch(
    message: str,
    path: str,
    shown: Sequence[ShownLine],
    expected: Sequence[Line],
    printed: Sequence[str],
    line: int,
) -> Mismatch:
    originals = {each.number: each.text for each in shown}
    rows = tuple(_as_written(row, originals) for row in difference(expected, [], printed))
    first = next((row.line for row in rows if row.sign == "-" and row.line), line)
    return Mismatch(message, path, first, rows, timing_sensitive=True)


def _as_written(row: Row, originals: dict[int, str]) -> Row:
    if not row.line:
        return row._replace(line=None)
    return row._replace(text=originals.get(row.line, row.text))
