"""Findings below a run, of fabricated recordings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from asyncdemo.analysis.line_marks import Mark, marks
from asyncdemo.model.recording import Finding, Run
from asyncdemo.views.terminal.finding_rows import FEWEST, finding_rows
from asyncdemo.views.terminal.run_layout import ROWS, Look
from asyncdemo.views.terminal.run_view import RunView
from asyncdemo.views.terminal.text import cells
from asyncdemo.views.terminal.variants import write_variants
from tests.lanes.made import rude, run_of
from tests.views.fabricated import LOOKS, ZERO, Text, looked_at, outputs, page, run, visible

PATH = "/course/example.py"
SOURCE = "import time\n\nasync def job():\n    time.sleep(0.2)\n\nasync def main():\n    pass\nmain()\n"
NEVER = Finding(
    "never-awaited",
    "error",
    PATH,
    8,
    "main() only creates a coroutine object; not one line of its body has run.",
    "asyncio.run(main())",
    beside=((8, "created a coroutine object but never ran it"), (7, "never ran")),
)
BLOCKS = Finding(
    "blocking-call",
    "warning",
    PATH,
    4,
    "It blocks the event loop; beat was 0.55 s late.",
    "await asyncio.sleep(0.2)",
    seconds=0.6,
    times=3,
    beside=((4, "blocked the loop 3 times, 0.60 s total"),),
)
NOTE = Finding(
    "sequential-awaits",
    "note",
    "/home/ada/other.py",
    12,
    "main waited 3 times, one after another. If none needs another's result, all at the same time would take 0.20 s.",
    "await asyncio.gather(a(), b(), ...)",
    seconds=0.4,
    beside=((4, "waited, alone"),),
)
NOWHERE = Finding("task-destroyed-pending", "error", None, None, "It \x1b[31mwas\n thrown away.", "keep the task")
ALL = (NEVER, BLOCKS, NOTE, NOWHERE)


def found(*findings: Finding, target: str = "example") -> Run:
    return run(source=SOURCE, target=target)._replace(findings=findings)


@pytest.mark.parametrize("look", LOOKS)
def test_looks(look: str, snapshot: SnapshotAssertion) -> None:
    shown, stream = looked_at(look)
    for row in finding_rows(shown, [found(*ALL)], None):
        shown.row(*row)
    shown.row()
    for row in finding_rows(shown, [found(BLOCKS, target="a:rude"), found(NEVER, target="a:none")], None):
        shown.row(*row)
    assert visible(stream) == snapshot


@pytest.mark.parametrize("most", [3, 4, 5, 6, 7, 9])
def test_with_less_room_less_is_said(most: int, snapshot: SnapshotAssertion) -> None:
    shown, stream = looked_at("80 columns")
    rows = finding_rows(shown, [found(*ALL)], most)
    assert len(rows) <= most
    for row in rows:
        shown.row(*row)
    assert visible(stream) == snapshot


@given(st.integers(FEWEST, 30), st.integers(0, 12), st.text(max_size=300), st.text(max_size=200), st.integers(40, 120))
def test_there_is_always_room(most: int, count: int, message: str, advice: str, width: int) -> None:
    finding = NEVER._replace(message=message, advice=advice, path=f"/{message}.py")
    stream = Text()
    shown = page(stream, width)
    rows = finding_rows(shown, [found(*[finding] * count)], most)
    assert len(rows) <= most
    for row in rows:
        shown.row(*row)
    assert max(map(cells, stream.getvalue().splitlines()), default=0) < width


@pytest.mark.parametrize("place", range(5))
def test_an_error_is_told_before_a_warning_is_told_whole(place: int) -> None:
    others = [BLOCKS._replace(message="word " * 60), BLOCKS, NOTE, BLOCKS]
    rows = finding_rows(page(Text()), [found(*others[:place], NEVER, *others[place:])], 10)
    said = ["".join(part if isinstance(part, str) else part[0] for part in row) for row in rows]
    assert any("only creates a coroutine object" in row for row in said)
    assert sum(row.startswith(("! ", "i ")) for row in said) == 5  # each has its two rows


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("fold", [False, True])
def test_findings_are_in_view_after_a_flood(live: bool, fold: bool) -> None:
    """On a terminal of 24 rows nobody has to scroll back for them."""
    flood = run_of(rude(), 0.6, outputs(*[(n / 10_000, f"line {n}\n", 3) for n in range(5_000)]))
    stream = Text()
    view = RunView(page(stream), Look("example", "", SOURCE * 9, next_step=("next", "x"), fold=fold))
    if live:
        view._go_live()
    for output in flood.output:
        view.output([output], ZERO)
    view.finish(flood._replace(findings=(BLOCKS, NEVER)))
    last = stream.getvalue().splitlines()[-22:]
    assert any("blocking-call, line 4" in row for row in last)
    assert any("only creates a coroutine object" in row for row in last)


def test_what_stands_beside_the_code() -> None:
    assert marks(found(NEVER, BLOCKS, NOTE)) == [
        Mark(4, "blocked the loop 3 times, 0.60 s total", 0.0, 0.0, 0, trouble=True),
        Mark(7, "never ran", 0.0, 0.0, 0),
        Mark(8, "created a coroutine object but never ran it", 0.0, 0.0, 0, trouble=True),
    ]


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("lines", [0, 1, 60])
def test_the_whole_view_has_22_rows(live: bool, count: int, lines: int) -> None:
    shown = run_of(rude(), 0.6, outputs(*[(0.01 * n, f"line {n}\n", n % 8) for n in range(lines)]))
    findings = (BLOCKS, NOTE, NEVER, NOWHERE, BLOCKS)[:count]
    stream = Text()
    view = RunView(page(stream), Look("example", "three jobs", SOURCE * 5, next_step=("next", "x")))
    if live:
        view._go_live()
    for output in shown.output:
        view.output([output], ZERO)
    view.finish(shown._replace(findings=findings))
    rows = stream.getvalue().splitlines()
    assert len(rows) <= ROWS
    assert any("blocking-call" in row for row in rows)
    assert any("blocks the event loop" in row for row in rows)


def test_variants_say_which_file(snapshot: SnapshotAssertion) -> None:
    stream = Text()
    runs = [found(target="a:polite"), found(BLOCKS, target="a:rude")]
    write_variants(page(stream), "a", "three jobs", runs, next_step=("next", "x"), full=False, timing=False)
    rows = stream.getvalue().splitlines()
    assert "! blocking-call   example.py:4   time.sleep(0.2)   3 times, 0.60 s total" in rows
    assert len(rows) <= ROWS
