"""Runs as Markdown, for an issue or a hand-out: what was found, the code where it was, and where the time went."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from asyncdemo.analysis.line_marks import Mark
from asyncdemo.model.recording import Run
from asyncdemo.model.recording_json import Recording
from asyncdemo.views import line_tables, wording
from asyncdemo.views.excerpt import Lines, by_importance, excerpt
from asyncdemo.views.foreign_text import escaped, fenced, output_lines, shortened, shown
from asyncdemo.views.shown_modules import ShownModule, place, shown_modules

MOST_CODE, MOST_OUTPUT, MOST_ROWS = 25, 30, 12  # lines of each file, of what was printed, and of each table
_LONGEST = 200  # characters of a line
_WAITED = ("where it waited", "for", "times", "total", "longest", "at once")
_HELD = ("held the loop", "how", "call", "times", "total", "longest", "others late")


def recording_markdown(recording: Recording) -> Iterator[str]:
    """The text, part by part."""
    yield "" if recording.title is None else f"# {escaped(recording.title)}\n\n"
    for number, run in enumerate(recording.runs):
        yield "\n" if number else ""
        yield from _run(run)


def _run(run: Run) -> Iterator[str]:
    took = wording.seconds(run.seconds.total if run.seconds.script is None else run.seconds.script)
    python = f"{run.python.implementation or 'Python'} {run.python.version or ''}".strip()
    yield f"## {escaped(run.subject.target)}\n\n"
    yield f"{took}, {escaped(wording.outcome(run.outcome))}, {escaped(python)}\n\n"
    yield from _findings(run)
    yield from _stood(run)
    for module in shown_modules(run):
        yield from _code(run, module)
    yield from _times(run)
    yield from _output(run)


def _findings(run: Run) -> Iterator[str]:
    for finding in run.findings or ():
        where = "" if finding.line is None else f", {escaped(place(finding.path, finding.line, run.subject))}"
        often = wording.how_often(finding.times, finding.seconds)
        yield f"- **{finding.rule}**{where}{', ' if often else ''}{often}: {escaped(finding.message)}\n"
        if finding.advice:
            yield f"  Fix: {escaped(finding.advice)}\n"
    yield "\n" if run.findings else ""


def _stood(run: Run) -> Iterator[str]:
    """Who waits for whom, where the run hung."""
    stood = line_tables.stood(run)
    if stood is None:
        return
    yield f"Nothing moved since {stood['since']}.\n\n"
    for circle in stood["circles"]:
        yield f"- {escaped(' → '.join(circle))}\n"
    yield "\n" if stood["circles"] else ""
    yield from _table(("task", "where", "waits for", "who could end that"), stood["rows"])


def _code(run: Run, module: ShownModule) -> Iterator[str]:
    """The lines of a file that tell most, with what happened there as comments."""
    wanted = by_importance(run, module.code, module.marks, module.path)
    blocks = excerpt(module.code, wanted, MOST_CODE)
    if blocks:
        said = {mark.line: mark for mark in module.marks}
        yield f"{escaped(module.name)}\n\n"
        yield fenced("\n...\n".join(_block(block, said) for block in blocks), "python") + "\n"


def _block(block: Lines, marks: dict[int, Mark]) -> str:
    digits = len(str(block[-1][0]))
    return "\n".join(
        f"{number:{digits}}  {shortened(text, _LONGEST)}{_beside(marks.get(number))}" for number, text in block
    )


def _beside(mark: Mark | None) -> str:
    if mark is None:
        return ""
    times = f" (the first of {mark.times:,})" if mark.times > 1 and not mark.trouble else ""
    return f"   # <- {' '.join(shortened(mark.text, _LONGEST).split())}{times}"


def _times(run: Run) -> Iterator[str]:
    """Where the time went: waits, what held the loop, and what decided how long it took."""
    if run.timeline is None or not run.timeline.tasks:
        return
    tables = line_tables.times(run.timeline, run.subject)
    yield from _table(_WAITED, tables["waited"])
    yield from _table(_HELD, tables["held"])
    critical = line_tables.critical(run, {}, 0.0)
    yield f"{escaped(critical['said'])}\n\n" if critical is not None else ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """A table of rows that begin with a key, which is not shown; none without rows."""
    if not rows:
        return
    yield _row(heads) + f"|{'---|' * len(heads)}\n"
    yield from (_row(row[1:]) for row in rows[:MOST_ROWS])
    yield f"\nand {len(rows) - MOST_ROWS:,} more\n\n" if len(rows) > MOST_ROWS else "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(escaped(cell) for cell in cells)} |\n"


def _output(run: Run) -> Iterator[str]:
    """What was printed, its middle left out; `!` marks stderr."""
    said = output_lines(run.output)
    signs = {"stdout": "  ", "stderr": "! ", "other": "~ "}
    rows = [f"{signs[line.stream]}{shortened(line.text, _LONGEST)}".rstrip() for line in said]
    if len(rows) > MOST_OUTPUT:
        left_out = f"... {len(rows) - MOST_OUTPUT:,} lines"
        rows = [*rows[: MOST_OUTPUT // 2], left_out, *rows[-MOST_OUTPUT // 2 :]]
    if rows:
        yield fenced(shown("\n".join(rows)))
