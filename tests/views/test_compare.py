"""The view of a comparison, of fabricated recordings."""

import pytest
from syrupy.assertion import SnapshotAssertion

from asyncdemo.comparison import Comparison, Contestant, Stopped
from asyncdemo.recording import Outcome, Run, Seconds
from asyncdemo.views.terminal.compare import write_comparison
from tests.views.fabricated import LOOKS, Text, looked_at, page, run, visible

ROWS = 22
JITTER = (0.0, 0.01, -0.01, 0.005, -0.005, 0.002)


def contestant(name: str, script: float, computing: float, rounds: int = 6, start: float = 0.1) -> Contestant:
    runs = tuple(
        run(
            target=f"simulated-io-wait:{name}",
            seconds=Seconds(
                script * (1 + JITTER[n % 6]) + start,
                start / 2,
                start / 2,
                script * (1 + JITTER[n % 6]),
                computing + start,
                script * (1 + JITTER[n % 6]) - computing,
            ),
        )
        for n in range(rounds)
    )
    return Contestant(name, runs, runs[-1] if runs else not_run(name))


def not_run(name: str, outcome: Outcome | None = None) -> Run:
    outcome = outcome or Outcome("not-started", reason="its turn did not come")
    return run(target=f"simulated-io-wait:{name}", outcome=outcome, seconds=Seconds())


def failing(name: str, outcome: Outcome, rounds: int = 0) -> Contestant:
    return contestant(name, 0.05, 0.002, rounds)._replace(latest=not_run(name, outcome))


def comparison(*contestants: Contestant, stopped: Stopped = "rounds") -> Comparison:
    return Comparison(contestants, 4127, stopped)


SYNC, THREADS = contestant("sync", 0.5, 0.001), contestant("threads", 0.06, 0.007)
ASYNC, ANYIO = contestant("async", 0.05, 0.002, start=0.15), contestant("anyio", 0.12, 0.07, start=0.15)
NOISY = Contestant("noisy", (*SYNC.runs[3:], *SYNC.runs[:3]), SYNC.latest)

CASES = {
    "two": comparison(SYNC, ASYNC),
    "four": comparison(SYNC, THREADS, ASYNC, ANYIO),
    "slower": comparison(ASYNC, SYNC),
    "no difference": comparison(SYNC, NOISY),
    "too few": comparison(contestant("sync", 0.5, 0.001, 3), contestant("async", 0.05, 0.002, 3)),
    "one round": comparison(contestant("sync", 0.5, 0.001, 1), contestant("async", 0.05, 0.002, 1)),
    "failed at once": comparison(
        contestant("sync", 0.5, 0.001, 0), failing("async", Outcome("exited", code=3)), stopped="failed"
    ),
    "failed later": comparison(
        contestant("sync", 0.5, 0.001, 2), failing("async", Outcome("signalled", signal=11), 2), stopped="failed"
    ),
    "not there": comparison(
        failing("sync", Outcome("not-started", reason="there is no python3.99 on PATH")),
        contestant("async", 0.05, 0.002, 0),
        stopped="failed",
    ),
    "interrupted": comparison(SYNC, failing("async", Outcome("interrupted"), 6), stopped="interrupted"),
    "in no time": comparison(contestant("a", 0.0034, 0.003), contestant("b", 0.0000052, 0.000005)),
    "long names": comparison(
        contestant("./programs/one-way-to-do-it-that-is-long.py", 0.5, 0.001),
        contestant("./programs/another-way-to-do-it-that-is-long.py", 0.05, 0.002),
    ),
    "unobserved": comparison(
        *(Contestant(name, (run(seconds=Seconds(0.3, cpu=0.2)),) * 6, run()) for name in ("old", "older"))
    ),
}


def view(shown: Comparison, look: tuple[object, Text]) -> str:
    write_comparison(look[0], shown, title="simulated-io-wait", summary="the same ten waits, four ways", took=8.6)  # type: ignore[arg-type]
    return visible(look[1])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("case", CASES)
def test_looks(case: str, look: str, snapshot: SnapshotAssertion) -> None:
    assert view(CASES[case], looked_at(look)) == snapshot


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_fits(case: str, width: int) -> None:
    rows = view(CASES[case], (page(stream := Text(), width), stream)).splitlines()
    assert max(map(len, rows)) < width
    assert width < 80 or len(rows) <= ROWS
