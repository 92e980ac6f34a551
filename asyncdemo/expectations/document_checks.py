"""Whether a block of a document prints what the document shows after it."""

from collections.abc import Iterator, Sequence

from asyncdemo.documents.document_blocks import Block, ShownLine
from asyncdemo.expectations.check_result import Mismatch
from asyncdemo.expectations.line_matching import ANY_LINES, in_order, printed_lines
from asyncdemo.expectations.output_blocks import Line
from asyncdemo.expectations.output_diff import Row, difference
from asyncdemo.expectations.run_checks import how_it_ended
from asyncdemo.model.recording import Run

TRACEBACK = "Traceback (most recent call last):"
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")


def mismatches_of_run(block: Block, run: Run, path: str, *, after_others: bool) -> list[Mismatch]:
    """Give what a run of a block did not keep. `path` is the document's; `after_others`: earlier blocks ran before it.

    Of a document that shows no output the block is expected to end well. Output that it shows is that of stdout, or of
    both streams in their order, as a terminal shows them.
    """
    shown = block.shown or ()
    ending = list(_ending(block, run, path))
    if run.outcome.kind != "exited" or run.output_dropped:
        return ending
    if block.session:
        return [*ending, *_session(block, run, path, after_others=after_others)]
    if block.shown is None:
        return ending
    expected = _expected(shown, after_others=after_others)
    candidates = [_printed(run, "stdout"), _printed(run, None)]
    if any(in_order(_texts(expected), printed) for printed in candidates):
        return ending
    nearest = candidates[1] if _shows_an_error(shown) else candidates[0]
    return [
        *ending,
        _mismatch("the output is not as the document shows it", path, shown, expected, nearest, block.line),
    ]


def _ending(block: Block, run: Run, path: str) -> Iterator[Mismatch]:
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
    if not in_order(_texts(expected), printed):
        yield _mismatch("the output is not as the document shows it", path, values, expected, printed, block.line)
    complaints = _printed(run, "stderr")
    raised, as_shown = _exceptions(complaints), _exceptions([line.text for line in errors])
    wanted = [*_expected(errors, after_others=False), Line(ANY_LINES, 0)] if errors else []
    if raised > as_shown and not after_others:
        last = complaints[-1] if complaints else ""
        count = f"{raised} exception{'' if raised == 1 else 's'}"
        yield Mismatch(f"it raised {count}, and the document shows {as_shown or 'none'}: {last}", path, block.line)
    elif errors and not in_order([ANY_LINES, *_texts(wanted)], complaints):
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


def _texts(lines: Sequence[Line]) -> list[str]:
    return [line.text for line in lines]
