"""Whether a block of a document prints what the document shows after it."""

from collections.abc import Iterator, Sequence

from asyncdemo.documents.document_blocks import Block
from asyncdemo.documents.prompts import ShownLine
from asyncdemo.expectations.blocks import Line
from asyncdemo.expectations.difference import difference
from asyncdemo.expectations.fault import Fault, Row
from asyncdemo.expectations.keeping import how_it_ended
from asyncdemo.expectations.lines import ANY_LINES
from asyncdemo.expectations.matching import in_order, printed_lines
from asyncdemo.recording import Run

TRACEBACK = "Traceback (most recent call last):"
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")


def broken_promises(block: Block, run: Run, path: str, *, after_others: bool) -> list[Fault]:
    """Give what a run of a block did not keep. `path` is the document's; `after_others`: earlier blocks ran before it.

    A document that shows no output promises that the block ends well. Output that it shows is that of stdout, or of
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
    promised = _promised(shown, after_others=after_others)
    candidates = [_printed(run, "stdout"), _printed(run, None)]
    if any(in_order(_texts(promised), printed) for printed in candidates):
        return ending
    nearest = candidates[1] if _shows_an_error(shown) else candidates[0]
    return [*ending, _fault("the output is not as the document shows it", path, shown, promised, nearest, block.line)]


def _ending(block: Block, run: Run, path: str) -> Iterator[Fault]:
    """A block ends with status 0, but 1 where the document shows the traceback that it ends with."""
    outcome = run.outcome
    if outcome.kind == "not-started":
        yield Fault(f"it could not be started: {outcome.reason}", path, block.line)
    elif outcome.kind != "exited" or (outcome.code and (block.session or not _shows_an_error(block.shown or ()))):
        said = f": {_printed(run, 'stderr')[-1]}" if outcome.code and _printed(run, "stderr") else ""
        yield Fault(f"{how_it_ended(outcome)}{said}", path, block.line, in_time=True)
    if run.output_dropped:
        yield Fault("it printed too much to be compared: print less", path, block.line)


def _session(block: Block, run: Run, path: str, *, after_others: bool) -> Iterator[Fault]:
    """Values and printed lines are compared with stdout, exceptions by their last lines with stderr."""
    values, errors = _parted(block.shown or ())
    promised, printed = _promised(values, after_others=after_others), _printed(run, "stdout")
    if not in_order(_texts(promised), printed):
        yield _fault("the output is not as the document shows it", path, values, promised, printed, block.line)
    complaints = _printed(run, "stderr")
    raised, expected = _exceptions(complaints), _exceptions([line.text for line in errors])
    wanted = [*_promised(errors, after_others=False), Line(ANY_LINES, 0)] if errors else []
    if raised > expected and not after_others:
        last = complaints[-1] if complaints else ""
        count = f"{raised} exception{'' if raised == 1 else 's'}"
        yield Fault(f"it raised {count}, and the document shows {expected or 'none'}: {last}", path, block.line)
    elif errors and not in_order([ANY_LINES, *_texts(wanted)], complaints):
        start = [Line(ANY_LINES, 0)]
        yield _fault("an exception is not as shown", path, errors, [*start, *wanted], complaints, block.line)


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


def _promised(shown: Sequence[ShownLine], *, after_others: bool) -> list[Line]:
    """The lines as promises: `...` in a line stands for anything, `<BLANKLINE>` for an empty line, as in doctest."""
    lines = [Line(_as_promise(line.text), line.number) for line in shown]
    while lines and not lines[-1].text:
        lines.pop()
    return [Line(ANY_LINES, 0), *lines] if after_others else lines


def _as_promise(text: str) -> str:
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


def _fault(
    message: str,
    path: str,
    shown: Sequence[ShownLine],
    promised: Sequence[Line],
    printed: Sequence[str],
    line: int,
) -> Fault:
    originals = {each.number: each.text for each in shown}
    rows = tuple(_as_written(row, originals) for row in difference(promised, [], printed))
    first = next((row.line for row in rows if row.sign == "-" and row.line), line)
    return Fault(message, path, first, rows, in_time=True)


def _as_written(row: Row, originals: dict[int, str]) -> Row:
    if not row.line:
        return row._replace(line=None)
    return row._replace(text=originals.get(row.line, row.text))


def _texts(lines: Sequence[Line]) -> list[str]:
    return [line.text for line in lines]
