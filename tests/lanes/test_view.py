"""The timeline as it is drawn, of fabricated recordings."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from asyncdemo.model.recording import Finding, Outcome, Run
from asyncdemo.model.spans import STATES, Spans, Task, Timeline
from asyncdemo.views.terminal.lane_rows import timeline_rows
from asyncdemo.views.terminal.run_layout import ROWS, Look
from asyncdemo.views.terminal.run_view import RunView
from asyncdemo.views.terminal.text import cells
from asyncdemo.views.terminal.variants import write_variants
from tests.lanes.made import STEP, Made, many, polite, rude, run_of, timeline
from tests.views.fabricated import LOOKS, ZERO, Text, looked_at, outputs, page, visible

TICKS = outputs(
    *[(0.00015 + 0.0501 * n, "tick\n") for n in range(4)], *[(0.20035 + 0.0001 * n, "done\n") for n in range(3)]
)
FETCHES = timeline(
    Made("main", [STEP, ("waiting", 0.3)]),
    *[Made("fetch", [STEP, ("waiting", 0.1 * n), STEP], parent=1, created=0.0002 * n) for n in (3, 2, 1)],
)
ASKS = outputs(
    *[(0.0002 * n + 0.00005, f"ask {name}\n") for n, name in ((1, "c"), (2, "b"), (3, "a"))],
    *[(0.1 * n + 0.0002 * n + 0.00015, f"got {name}\n") for n, name in ((1, "c"), (2, "b"), (3, "a"))],
)
BATCHES = timeline(
    Made("main", [STEP, ("waiting", 0.5)]),
    *[
        Made("worker", [STEP, *[("waiting", 0.1), STEP] * (1 if n < 8 else 2)], parent=1, created=0.1 * (n // 8))
        for n in range(40)
    ],
)
SLEEPERS = timeline(
    Made("main", [("running", 0.08), ("waiting", 0.6), STEP]),
    *[
        Made("nap", [("ready", 0.00005 * n), STEP, ("waiting", 0.5), ("ready", 0.01), STEP], 0.08, parent=1)
        for n in range(2_000)
    ],
)
SHORT = timeline(
    Made("main", [STEP, ("waiting", 1.0)], end="pending"),
    *[Made("ping", [STEP], created=0.1 * n, parent=1) for n in range(4)],
    Made("upload", [("running", 0.3), ("waiting", 0.2)], name="the upload", end="raised", parent=1),
    Made("pump", [STEP, ("waiting", 0.01)] * 90, parent=1),  # type: ignore[arg-type]
)

CASES: dict[str, Run] = {
    "polite": run_of(polite(), 0.201, TICKS),
    "rude": run_of(rude(), 0.6006, outputs((0.00005, "tick\n"), *[(0.2 * n + 0.1999, "done\n") for n in range(3)])),
    "gather": run_of(FETCHES, 0.3008, ASKS),
    "forty": run_of(BATCHES, 0.6),
    "two thousand": run_of(SLEEPERS, 0.7),
    "all kinds": run_of(SHORT, 1.0),
    "incomplete": run_of(polite()._replace(complete=False), 0.2),
    "unalike": run_of(many(20, 10), 0.4),
}


def rows_of(run: Run, width: int = 80, **changes: object) -> list[str]:
    stream = Text()
    sheet = page(stream, width)
    look: dict[str, object] = {"room": 12, **changes}
    for row in timeline_rows(sheet, run, **look):  # type: ignore[arg-type]
        sheet.row(*row)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("case", CASES)
def test_looks(case: str, look: str, snapshot: SnapshotAssertion) -> None:
    sheet, stream = looked_at(look)
    for row in timeline_rows(sheet, CASES[case], room=7):
        sheet.row(*row)
    assert visible(stream) == snapshot


@pytest.mark.parametrize("room", [5, 6, 8, 12])
@pytest.mark.parametrize("case", CASES)
def test_room_is_kept(case: str, room: int) -> None:
    assert len(rows_of(CASES[case], room=room)) <= room


def test_full_has_a_lane_for_each_task() -> None:
    assert len(rows_of(CASES["forty"], room=None)) == 41 + 2


def test_one_task_alone_has_no_timeline() -> None:
    alone = run_of(timeline(Made("main", [STEP, ("waiting", 0.1)])), 0.1)
    assert rows_of(alone) == []
    assert len(rows_of(alone, show=True)) == 3


def test_tasks_one_after_the_other_have_none() -> None:
    main = Made("main", [STEP, ("waiting", 0.1)])
    assert rows_of(run_of(timeline(main, main._replace(created=0.2)), 0.3)) == []


def test_a_moment_has_none_unless_asked_for() -> None:
    brief = run_of(timeline(*[Made("note", [("ready", 0.002), STEP])] * 3), 0.01)
    assert rows_of(brief) == []
    assert len(rows_of(brief, show=True)) == len(rows_of(brief, room=None)) == 3 + 2


def test_brief_is_without_the_loop() -> None:
    assert not any(row.startswith("loop") for row in rows_of(CASES["rude"], brief=True, room=6))
    assert sum("BLOCKS" in row for row in rows_of(CASES["rude"], brief=True, room=6)) == 3


def test_brief_has_few_lanes_where_they_are_alike() -> None:
    alike = run_of(timeline(*[Made("ask", [("waiting", 0.2 + 0.001 * n)]) for n in range(4)]), 0.21)
    assert len(rows_of(alike, room=6)) == 1 + 4 + 1  # axis, lanes, loop
    assert 1 < len(rows_of(alike, brief=True, room=6)) <= 1 + 3


def test_not_traced() -> None:
    assert rows_of(run_of(None, 0.1)) == []
    assert rows_of(run_of(None, 0.1), show=True) == ["no timeline: no task was seen"]


def test_switched_off() -> None:
    assert rows_of(CASES["rude"], show=False) == []


def test_the_librarys_own_helpers_are_left_out_unless_full() -> None:
    library = {"path": "/usr/lib/python3.11/asyncio/base_events.py", "created": 0.2}
    helpers = [Made(f"shutdown_{what}", [STEP], **library) for what in ("asyncgens", "default_executor")]  # type: ignore[arg-type]
    main = Made("main", [STEP, ("waiting", 0.1)])
    assert rows_of(run_of(timeline(main, *helpers), 0.21)) == []
    two = run_of(timeline(main, main, *helpers), 0.21)
    assert "shutdown" not in "".join(rows_of(two))
    assert sum("shutdown" in row for row in rows_of(two, room=None)) == 2


def test_a_trace_that_was_given_up() -> None:
    tasks = [Made("job", [STEP, ("waiting", 0.2)], end=None) for _ in range(3)]
    found = timeline(*tasks, complete=False)
    found = found._replace(tasks=tuple(task._replace(ended=None) for task in found.tasks))
    assert rows_of(run_of(found, 0.5))[-1] == "the trace is incomplete: it stopped at 0.20 s, the script went on"
    assert rows_of(run_of(found, 0.2001))[-1] == "the trace is incomplete: a part of it is missing"


def large(steps: int) -> Run:
    story = [("blocked", 0.02), STEP, ("waiting", 0.05), ("running", 0.002), ("waiting", 0.1)]
    tasks = [Made("handle", story * 3, created=0.1 * n, at=11, line=7) for n in range(3)]  # type: ignore[arg-type]
    late = Made("beat", [("waiting", 0.1), ("ready", 0.02), STEP], path="/course/beat.py")
    return run_of(timeline(*tasks, late, late, steps=steps), 0.8, source="\n" * 10 + "    x = requests.get(url)\n")


def test_a_persons_own_large_program_has_a_table(snapshot: SnapshotAssertion) -> None:
    assert rows_of(large(100_000), own_program=True) == snapshot(name="table")
    assert rows_of(large(100_000), 60, own_program=True) == snapshot(name="60 columns")
    assert rows_of(large(100_000), 200, own_program=True) == snapshot(name="200 columns")


def test_numbers_of_the_table_never_touch() -> None:
    holders = [Made("handle", [("blocked", 0.02), STEP], 0.1 * n, at=11) for n in range(5)]  # type: ignore[arg-type]
    late = [Made("beat", [("ready", 0.7), STEP]) for _ in range(20_000)]
    rows = rows_of(run_of(timeline(*holders, *late, steps=10**6), 0.8), 60, own_program=True)
    (heading,) = [row for row in rows if row.startswith("held the loop")]
    (held,) = [row for row in rows if row.startswith("line 11 ")]
    assert heading.endswith("longest    late")
    assert "0.02 s 100,000  blocked" in held


def test_the_call_is_read_from_any_module_and_harmless() -> None:
    modules = {"/x/mine.py": "\n\fif x:\n    return await \x1b[31mfetch(url)\n", "/x/raw.py": "\n\n\ufffd\0\n"}
    for name, expected in (("mine.py", "\\x1b[31mfetch(url)"), ("raw.py", "\\x00"), ("gone.py", "blocked")):
        tasks = [Made("job", [("blocked", 0.1)], 0.1 * n, path=f"/x/{name}", at=3) for n in range(2)]
        run = run_of(timeline(*tasks, Made("main", [STEP, ("waiting", 0.2)]), steps=10**6), 0.3)
        run = run._replace(subject=run.subject._replace(modules=modules))
        assert rows_of(run, 200, own_program=True)[-1].endswith(expected)


def test_lanes_where_it_is_small_or_a_scenario_or_asked_for() -> None:
    for look in ({"own_program": False}, {"own_program": True, "show": True}):
        assert "held the loop" not in "\n".join(rows_of(large(100_000), **look))
    assert "held the loop" not in "\n".join(rows_of(large(100), own_program=True))


def test_full_has_both() -> None:
    found = rows_of(large(100_000), own_program=True, room=None)
    assert sum("handle" in row for row in found) == 3
    assert any(row.startswith("held the loop") for row in found)


SOURCE = "import asyncio\n" + "\n".join(f"async def work_{n}():\n    print('step {n}')\n" for n in range(40))


def shown(run: Run, live: bool = False, **look: object) -> list[str]:
    stream = Text()
    view = RunView(page(stream), Look("example", "three jobs", SOURCE, next_step=("next", "x"), **look))  # type: ignore[arg-type]
    if live:
        view._go_live()
    for output in run.output:
        view.output([output], ZERO)
    view.finish(run)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_the_whole_view_has_22_rows(case: str, live: bool) -> None:
    assert len(shown(CASES[case], live)) <= ROWS
    lots = outputs(*[(0.01 * n, f"line {n}\n", n % 50) for n in range(60)])
    assert len(shown(CASES[case]._replace(output=lots), live)) <= ROWS


@pytest.mark.parametrize("live", [False, True])
def test_lanes_go_before_code_where_something_was_found(live: bool) -> None:
    finding = Finding("blocking-call", "warning", "/course/example.py", 13, "It holds the loop.", "do not", 0.6, 3)
    found = shown(CASES["rude"]._replace(findings=(finding,)), live)
    assert sum("BLOCKS" in row for row in found) == 3
    assert any("blocking-call" in row for row in found)
    assert len(found) <= ROWS


def test_the_timeline_follows_the_end(snapshot: SnapshotAssertion) -> None:
    assert shown(CASES["rude"]) == snapshot
    assert not any("BLOCKS" in row for row in shown(CASES["rude"], timeline=False))


def variants(
    *runs: Run, width: int = 80, full: bool = False, timeline: bool | None = None, ascii_only: bool = False
) -> str:
    stream = Text()
    sheet = page(stream, width, ascii_only=ascii_only)
    step = ("one run proves little", "asyncdemo compare polite rude")
    write_variants(
        sheet, "blocking-sleep", "three jobs", runs, next_step=step, full=full, timing=False, timeline=timeline
    )
    return stream.getvalue()


def variant(run: Run, name: str, summary: str) -> Run:
    subject = run.subject._replace(target=f"blocking-sleep:{name}", variant=name, source=f'"""{summary}"""\n')
    return run._replace(subject=subject)


POLITE = variant(CASES["polite"], "polite", "await asyncio.sleep(0.2)")
RUDE = variant(CASES["rude"], "rude", "time.sleep(0.2)")
SYNC = variant(run_of(None, 0.6, RUDE.output)._replace(findings=()), "sync", "one after another")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_variants_with_lanes(width: int, snapshot: SnapshotAssertion) -> None:
    assert variants(POLITE, RUDE, width=width) == snapshot


def test_variants_in_ascii(snapshot: SnapshotAssertion) -> None:
    assert variants(POLITE, RUDE, ascii_only=True) == snapshot
    assert variants(POLITE, SYNC, ascii_only=True).isascii()


def test_variants_of_which_one_has_no_lanes_have_bars(snapshot: SnapshotAssertion) -> None:
    assert variants(SYNC, POLITE) == snapshot
    assert variants(SYNC, POLITE) == variants(SYNC, POLITE, timeline=True)


def test_no_timeline_means_bars() -> None:
    assert "waiting ─" not in variants(POLITE, RUDE, timeline=False)
    assert "at once" in variants(POLITE, RUDE, timeline=False)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("case", CASES)
def test_variants_fit(case: str, count: int) -> None:
    runs = [variant(CASES[case], f"way{n}", "x") for n in range(count)]
    assert len(variants(*runs).splitlines()) <= ROWS


def test_a_variant_that_was_stopped() -> None:
    stopped = RUDE._replace(outcome=Outcome("timed-out", after=0.6), ok=False)
    assert "rude: timed out after 0.6 s" in variants(POLITE, stopped)


TASK = st.builds(
    Made,
    st.sampled_from(["a", "日本語", "\x1b[31mred", "x" * 60]),
    st.lists(st.tuples(st.sampled_from(STATES), st.floats(0.001, 0.5)), min_size=1, max_size=8),
    st.floats(-0.1, 0.9),
    st.sampled_from(["returned", "raised", "cancelled", "pending", None]),
    name=st.sampled_from(["", "", "a\tname", "日" * 30]),
)


@given(
    st.lists(TASK, min_size=2, max_size=20),
    st.lists(st.tuples(st.floats(0, 1), st.text(max_size=20)), max_size=20),
    st.sampled_from([40, 60, 80, 200, 400]),
    st.sampled_from([None, 6, 7, 12]),
    st.booleans(),
)
def test_no_row_is_wider_than_the_page(
    made: list[Made], said: list[tuple[float, str]], width: int, room: int | None, ascii_only: bool
) -> None:
    run = run_of(timeline(*made), 1.0, outputs(*said))
    sheet = page(Text(), width, ascii_only=ascii_only)
    found = timeline_rows(sheet, run, room=room, show=True)
    texts = [sheet.text(*row) for row in found]
    assert all(cells(text) < width for text in texts), texts
    assert room is None or len(texts) <= room
    assert not any("\x1b" in text for text in texts)


@pytest.mark.slow
def test_spans_are_drawn_at_a_million_in_two_seconds() -> None:
    spans = Spans()
    for step in range(100):
        for task in range(1000):
            now = (step * 1000 + task) * 1e-5
            spans.add(task, 2, now, now + 0.009)
            spans.add(task, 1, now + 0.009, now + 0.00999)
            spans.add(task, 0, now + 0.00999, now + 0.01)
    tasks = tuple(
        Task(number, f"Task-{number}", "asyncio", None, "job", "/job.py", 1, 0.0, 1.0, "returned")
        for number in range(1000)
    )
    run = run_of(Timeline(tasks, spans, 100_000, True), 1.0)
    started = time.process_time()
    assert len(rows_of(run, room=7)) <= 7
    assert time.process_time() - started < 2 * len(spans) / 1_000_000
