"""The view of one run, of fabricated recordings."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from asyncdemo.model.recording import Outcome, Output, Run, Seconds
from asyncdemo.views.terminal.common_rows import paragraph
from asyncdemo.views.terminal.output_lines import GUTTER
from asyncdemo.views.terminal.run_layout import ROWS, SOME, Look
from asyncdemo.views.terminal.run_view import MOST_HELD, RunView
from tests.conftest import SCENARIOS
from tests.views.fabricated import LOOKS, ZERO, Screen, Text, looked_at, outputs, page, run, visible

HELLO = 'def main():\n    return "HelloWorld"\n\n\nresult = main()\nprint(result)\n'
UNAWAITED = "import asyncio\n\nasync def main():\n    print('greetings')\n\nmain()\n"
WARNING = (
    "/course/example.py:6: RuntimeWarning: coroutine 'main' was never awaited\n  main()\n"
    "RuntimeWarning: Enable tracemalloc to get the object allocation traceback\n"
)
RAISES = "def f(n):\n    return 1 / n\n\nprint('before')\nf(0)\n"
TRACEBACK = outputs(
    (0.0, "before\n", 4),
    (0.01, "Traceback (most recent call last):\n", 0, "stderr"),
    (0.01, '  File "/course/example.py", line 5, in <module>\n', 0, "stderr"),
    (0.01, "    f(0)\n", 0, "stderr"),
    (0.01, '  File "/course/example.py", line 2, in f\n', 0, "stderr"),
    (0.01, "    return 1 / n\n", 0, "stderr"),
    (0.01, "           ~~^~~\n", 0, "stderr"),
    (0.01, "ZeroDivisionError: division by zero\n", 0, "stderr"),
)
MANY = "\n".join(f"def work_{n}():\n    print('step {n}')\n\n" for n in range(40))
TICKS = "import time\n\nfor n in range(30):\n    print('tick', n)\n    time.sleep(0.1)\n"
NEXT = ("next", "asyncdemo run asyncio-run")
OWN = {"fold": False, "next_step": ("all timings", "asyncdemo run ./own.py --timing")}
UNOBSERVED = Seconds(total=0.31, cpu=0.02)

CASES: dict[str, tuple[Look, Run]] = {
    "short": (
        Look("example", "call a function, print its result", HELLO, next_step=NEXT),
        run(outputs((0.0, "HelloWorld\n", 6)), source=HELLO),
    ),
    "warning": (
        Look("example", "call an async def without await", UNAWAITED, next_step=NEXT),
        run(outputs((0.0, WARNING, 6, "stderr")), source=UNAWAITED),
    ),
    "traceback": (
        Look("example", "a division", RAISES, next_step=NEXT),
        run(TRACEBACK, source=RAISES, outcome=Outcome("exited", code=1)),
    ),
    "expected failure": (
        Look("example", "a division", RAISES, expected=1, next_step=NEXT),
        run(TRACEBACK, source=RAISES, outcome=Outcome("exited", code=1), ok=True),
    ),
    "timed out": (
        Look("example", "it never ends", TICKS, next_step=NEXT),
        run(outputs((0.0, "tick 0\n", 4)), source=TICKS, outcome=Outcome("timed-out", after=2.0)),
    ),
    "killed": (
        Look("example", "it is killed", TICKS, next_step=NEXT),
        run(outputs((0.0, "tick 0\n", 4)), source=TICKS, outcome=Outcome("signalled", signal=9)),
    ),
    "not started": (
        Look("example", "it needs more than there is", TICKS, next_step=NEXT),
        run(
            source=TICKS,
            outcome=Outcome("not-started", reason="needs trio, httpx: pip install 'asyncdemo[trio]' httpx, then again"),
            seconds=Seconds(),
        ),
    ),
    "folded": (
        Look("example", "a tick every tenth of a second", TICKS, next_step=NEXT),
        run(outputs(*((n / 10, f"tick {n}\n", 4) for n in range(30))), source=TICKS),
    ),
    "own long program": (
        Look("./own.py", "on /usr/bin/python3", MANY, **OWN),
        run(
            [
                *outputs((0.0, "step 0\n", 2)),
                *outputs((0.1, "/course/example.py:78: RuntimeWarning: too much\n", 78, "stderr")),
                *outputs((0.2, "/course/example.py:6: RuntimeWarning: too little\n", 6, "stderr")),
            ],
            source=MANY,
        ),
    ),
    "unobserved": (
        Look("./own.py", "on /usr/bin/python3", HELLO, **OWN),
        run(
            [Output(0.31, "other", "HelloWorld\n")],
            source=HELLO,
            seconds=UNOBSERVED,
            notes=("not observed: the probe could not get in, so only the whole time is known",),
        ),
    ),
    "all the times": (
        Look("example", "call a function, print its result", HELLO, timing=True),
        run(outputs((0.0, "HelloWorld\n", 6)), source=HELLO),
    ),
}


def view(look: Look, shown: Run, on: tuple[object, Text]) -> str:
    whole = RunView(on[0], look)  # type: ignore[arg-type]
    for output in shown.output:
        whole.output([output], shown.seconds.zero)
    whole.finish(shown)
    return visible(on[1])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("case", CASES)
def test_looks(case: str, look: str, snapshot: SnapshotAssertion) -> None:
    assert view(*CASES[case], looked_at(look)) == snapshot


@pytest.mark.parametrize("case", CASES)
def test_a_run_that_is_over_already_looks_the_same(case: str) -> None:
    (shown, stream), (look, made) = looked_at("80 columns"), CASES[case]
    RunView(shown, look).whole(made)
    assert visible(stream) == view(look, made, looked_at("80 columns"))


def folded(look: Look, shown: Run, width: int = 80) -> list[str]:
    return view(look, shown, (page(stream := Text(), width), stream)).splitlines()


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][0].fold and not CASES[case][0].timing])
def test_fits(case: str, width: int) -> None:
    rows = folded(*CASES[case], width)
    assert width < 80 or len(rows) <= ROWS
    assert max(map(len, rows)) < width


def test_of_a_long_program_of_ones_own_in_which_nothing_went_wrong_some_lines_are_shown() -> None:
    look, shown = CASES["own long program"]
    rows = folded(look, shown._replace(output=shown.output[:1]))
    assert [row for row in rows if "def work_0" in row]
    assert 3 <= next(index for index, row in enumerate(rows) if "output" in row) - 3 <= SOME


def test_where_an_excerpt_begins_and_ends_in_the_middle_of_the_code_a_sign_says_so() -> None:
    source = (
        "import asyncio\n" * 20 + "async def main():\n    await asyncio.gather(\n" + "        f(),\n" * 20 + "    )\n"
    )
    rows = folded(Look("example", "long", source, next_step=NEXT), run(outputs((0.0, "x\n", 4)), source=source))
    code = rows[2 : next(index for index, row in enumerate(rows) if "exit 0" in row) - 1]
    assert code[0].startswith("…") and code[-1] == "…"
    whole = folded(CASES["short"][0], CASES["short"][1])
    assert "…" not in "".join(whole)


def built_in() -> list[Path]:
    return sorted(SCENARIOS.rglob("*.py"))


@pytest.mark.parametrize("path", built_in(), ids=lambda path: path.stem)
def test_every_built_in_script_fits_with_any_number_of_lines(path: Path) -> None:
    source = path.read_text()
    lines = source.count("\n")
    for count in (0, 1, 3, 9, 40):
        printed = outputs(*((n / 100, f"line {n}\n", lines - n % 30) for n in range(count)))
        for warned in ((), outputs((0.5, f"{path}:{lines}: RuntimeWarning: it was never awaited\n", 0, "stderr"))):
            shown = run((*printed, *warned), source=source, path=str(path))
            assert len(folded(Look(path.stem, "what it is about", source, next_step=NEXT), shown)) <= ROWS


LINES = st.lists(st.text(st.characters(exclude_characters="\r"), max_size=200), max_size=40)


@given(code=st.lists(st.text(max_size=120), max_size=40), printed=LINES, notes=st.lists(st.text(), max_size=2))
def test_whatever_is_run_fits(code: list[str], printed: list[str], notes: list[str]) -> None:
    source = "\n".join(code)
    pieces = outputs(*((n / 10, text, n) for n, text in enumerate(printed)))
    rows = folded(Look("example", "summary", source, next_step=NEXT), run(pieces, source=source, notes=tuple(notes)))
    assert len(rows) <= ROWS + sum(len(paragraph(page(Text()), note, indent=GUTTER)) for note in notes)


def test_one_that_asks_is_shown_at_once() -> None:
    screen = Screen()
    asks = RunView(page(screen), Look("example", source="name = input('Name: ')\n"))
    asks.output([Output(ZERO, "stdout", "Name: ")], ZERO)
    asks.tick(lambda: False)
    assert screen.rows() == [""]
    asks.tick(lambda: True)
    assert [row.rstrip() for row in screen.rows()[2:]] == [
        "  time     output" + " " * 52 + "! = stderr",
        "  0.00 s   Name:",
    ]
    screen.write("Ann\r\n")
    asks.output([Output(ZERO + 1, "stdout", "hello Ann\n")], ZERO)
    asks.finish(run(outputs((0.0, "Name: ", 1), (1.0, "hello Ann\n", 1))))
    assert screen.rows()[3:6] == ["  0.00 s   Name: Ann", "  1.00 s   hello Ann", "  1.00 s   exit 0"]


def test_the_code_follows_where_the_output_was_live() -> None:
    screen = Screen()
    live = RunView(page(screen), Look("example", source=HELLO))
    live.tick(lambda: True)
    printed = outputs((0.0, "HelloWorld\n", 6))
    live.output([printed[0]], ZERO)
    live.finish(run(printed, source=HELLO))
    rows = screen.rows()
    assert rows[3:6] == ["  0.00 s   HelloWorld", "  0.20 s   exit 0", ""]
    assert rows[-1] == "   6   print(result)   ◄ 0.00 s  HelloWorld"


def test_a_flood_is_not_held_until_the_run_ends() -> None:
    view = RunView(page(stream := Text()), Look("example", source=HELLO, fold=False))
    for n in range(MOST_HELD // 1000 + 2):
        view.output([Output(ZERO + n, "stdout", f"{n:999}\n")], ZERO)
    assert stream.getvalue().endswith(f" {n}\n")


def test_a_live_run_fits_too() -> None:
    screen = Screen()
    live = RunView(page(screen), Look("example", source=TICKS, next_step=NEXT))
    live.tick(lambda: True)
    printed = outputs(*((n / 10, f"tick {n}\n", 4) for n in range(30)))
    for piece in printed:
        live.output([piece], ZERO)
        live.tick(lambda: False)
    assert screen.rows()[-1] == "  2.90 s   tick 29"
    live.finish(run(printed, source=TICKS))
    assert len(screen.rows()) <= ROWS
    assert "           … 21 more rows: --full" in screen.rows()


@pytest.mark.parametrize("live", [False, True])
def test_the_end_stands_on_the_clock_of_the_output_before_it(live: bool) -> None:
    """What a script prints while its head is imported is stamped before it is known when its first step is."""
    stream = Text()
    view = RunView(page(stream), Look("example"))
    if live:
        view._go_live()
    printed = outputs((-0.5, "importing\n", 1), (0.1, "working\n", 2))
    for output in printed:
        view.output([output], ZERO - 1)
    shown = run(printed)
    view.finish(shown._replace(outcome=Outcome("timed-out", after=0.1)))
    rows = [row.split() for row in stream.getvalue().splitlines()]
    times = [row[0] for row in rows if row[1:2] == ["s"]]
    assert times == (["0.50", "1.10", "1.20"] if live else ["-0.50", "0.10", "0.20"])
    assert next(row for row in rows if "timed" in row)[0] == times[-1]
