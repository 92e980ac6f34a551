"""The variants of a scenario side by side, of fabricated recordings."""

import pytest
from syrupy.assertion import SnapshotAssertion

from asyncdemo.model.recording import Outcome, Run, Seconds
from asyncdemo.views.terminal.variants import ROWS, write_variants
from tests.views.fabricated import LOOKS, Text, looked_at, outputs, page, run, visible

NEXT = ("one run proves little", "asyncdemo compare sync async")


def seconds(script: float, computing: float) -> Seconds:
    return Seconds(script + 0.1, 0.02, 0.03, script, computing + 0.05, script - computing)


def variant(name: str, script: float, computing: float, *pieces: tuple[float, str], **changes: object) -> Run:
    return run(
        outputs(*pieces),
        target=f"simulated-io-wait:{name}",
        variant=name,
        seconds=seconds(script, computing),
        **changes,  # type: ignore[arg-type]
    )


IN_TURN = [(n / 20 + end / 20, f"{what} {n}\n") for n in range(10) for end, what in enumerate(("ask", "got"))]
AT_ONCE = [(end / 20, f"{what} {n}\n") for end, what in enumerate(("ask", "got")) for n in range(10)]
SYNC = variant("sync", 0.5, 0.001, *IN_TURN)
THREADS = variant("threads", 0.06, 0.007, *AT_ONCE)
ASYNC = variant("async", 0.05, 0.002, *AT_ONCE)
ANYIO = variant("anyio", 0.12, 0.07, *((at + 0.07, text) for at, text in AT_ONCE))
FAILED = run(
    outputs((0.0, "ask 0\n"), (0.01, "Traceback (most recent call last):\n", 0, "stderr")),
    target="simulated-io-wait:async",
    variant="async",
    outcome=Outcome("exited", code=1),
    seconds=seconds(0.01, 0.005),
)
STARVED = run(variant="async", outcome=Outcome("timed-out", after=30), notes=("stdin was empty",))

CASES = {
    "four": [SYNC, THREADS, ASYNC, ANYIO],
    "two": [SYNC, ASYNC],
    "one failed": [SYNC, FAILED],
    "one timed out": [SYNC, STARVED],
    "unobserved": [SYNC, run(variant="old", seconds=Seconds(0.3, cpu=0.02))],
    "nothing printed": [variant("a", 0.5, 0.4), variant("b", 0.5, 0.4)],
    "fragments": [variant("a", 0.5, 0.4, (0.0, "one "), (0.1, "line\ntwo\n"), (0.2, "10 %\r"), (0.3, "20 %\r"))],
    "too many": [variant(f"way-{n}", 0.5, 0.4, (0.1, "a\n")) for n in range(12)],
}


def view(runs: list[Run], look: tuple[object, Text], *, full: bool = False, timing: bool = False) -> str:
    write_variants(
        look[0],  # type: ignore[arg-type]
        "simulated-io-wait",
        "the same ten waits, four ways",
        runs,
        next_step=NEXT,
        full=full,
        timing=timing,
    )
    return visible(look[1])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("case", CASES)
def test_looks(case: str, look: str, snapshot: SnapshotAssertion) -> None:
    assert view(CASES[case], looked_at(look)) == snapshot


def test_full(snapshot: SnapshotAssertion) -> None:
    assert view(CASES["two"], looked_at("60 columns"), full=True, timing=True) == snapshot


@pytest.mark.parametrize("case", [case for case in CASES if case != "too many"])
@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_fits(case: str, width: int) -> None:
    rows = view(CASES[case], (page(stream := Text(), width), stream)).splitlines()
    assert max(map(len, rows)) < width
    assert width < 80 or len(rows) <= ROWS


def test_a_next_step_of_two_rows_is_counted() -> None:
    long = ("one run proves little", f"asyncdemo compare {'a-long-name-of-a-scenario:sync ' * 3}".strip())
    loud = variant("loud", 0.5, 0.4, *((n / 50, f"line {n}\n") for n in range(25)))
    stream = Text()
    write_variants(page(stream), "x", "y", [loud, SYNC], next_step=long, full=False, timing=False)
    assert len(stream.getvalue().splitlines()) == ROWS


def test_what_does_not_do_the_same_is_told_apart_by_what_it_prints() -> None:
    racing, locked = variant("racing", 0.1, 0.01, (0.1, "50 of 200\n")), variant("locked", 0.3, 0.01, (0.3, "200\n"))
    rows = view([racing, locked], (page(stream := Text()), stream)).splitlines()
    assert "What differs is what comes out. racing: 50 of 200; locked: 200." in rows


def test_a_hundred_thousand_lines_at_once() -> None:
    loud = variant("loud", 0.5, 0.4, (0.1, "a\n" * 100_000), *((0.2, "b\n") for _ in range(1000)))
    rows = view([loud, SYNC], (page(stream := Text()), stream)).splitlines()
    assert any(row.startswith("0.10 s   a +99999") for row in rows)


@pytest.mark.parametrize("took", [0.05, 0.06, 0.065, 0.07, 0.075, 0.08])
def test_what_is_printed_at_the_very_end_makes_a_bar_no_longer(took: float) -> None:
    printed = [(end * (took + 0.001), f"{what} {n}\n") for end, what in enumerate(("ask", "got")) for n in range(10)]
    rows = view([SYNC, variant("short", took, 0.01, *printed)], (page(stream := Text(), 60), stream)).splitlines()
    assert max(map(len, rows)) < 60
