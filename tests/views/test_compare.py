"""The view of a comparison, of fabricated recordings."""

from collections.abc import Sequence

import pytest
from syrupy.assertion import SnapshotAssertion

from asyncdemo.analysis.wait_times import Waits, waits
from asyncdemo.comparison import Comparison, Contestant, Runs, Stopped
from asyncdemo.comparison.result import Sweep, sweep
from asyncdemo.model.recording import Outcome, Run, Seconds
from asyncdemo.model.spans import Timeline
from asyncdemo.views import verdicts
from asyncdemo.views.terminal.comparison_view import write_comparison
from asyncdemo.views.verdicts import growth
from tests.lanes.made import polite, rude, run_of
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
    return Contestant(name, runs, runs[-1] if runs else not_run(name), Waits(10, 1))


def not_run(name: str, outcome: Outcome | None = None, reason: str = "its turn did not come") -> Run:
    outcome = outcome or Outcome("not-started", reason=reason)
    return run(target=f"simulated-io-wait:{name}", outcome=outcome, seconds=Seconds())


def failing(name: str, outcome: Outcome, rounds: int = 0) -> Contestant:
    return contestant(name, 0.05, 0.002, rounds)._replace(latest=not_run(name, outcome))


def comparison(*contestants: Contestant, stopped: Stopped = "precision", busy: float | None = 0.1) -> Comparison:
    return Comparison(contestants, 4127, stopped, busy)


def grid(ids: Sequence[str], *rows: tuple[object, Sequence[float | None]]) -> Sweep:
    """A sweep: a value of TASKS, and a time for each contestant, None where it was left out."""
    every = [
        contestant(name, time or 1.0, 0.001, 6 if time else 0)._replace(id=f"{name} TASKS={value}")
        for value, times in rows
        for name, time in zip(ids, times, strict=True)
    ]
    reason = "was left out: it would take about 50 s, and --timeout is 30"
    every = [each if each.runs else each._replace(latest=not_run(each.id, reason=reason)) for each in every]
    return sweep(Runs(tuple(every), 4127, "time", 0.1), "TASKS", [value for value, _ in rows], ids, 0)


def traced(name: str, timeline: Timeline) -> Contestant:
    run = run_of(timeline, 0.6, target=f"blocking-sleep:{name}", variant=name)
    return contestant(name, 0.5 if name == "rude" else 0.2, 0.001)._replace(traced=run, waits=waits(run))


def with_workers(number: int) -> Run:
    found = run(target="worker.py")
    return found._replace(subject=found.subject._replace(parameters={"WORKERS": number}))


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
    "busy": comparison(SYNC, NOISY, busy=0.8),
    "printed something else": comparison(SYNC._replace(printed=1), ASYNC._replace(printed=2), stopped="time"),
    "ten": comparison(*(contestant(f"way-{n}", 0.5 / n, 0.001) for n in range(1, 11)), busy=0.9),
    "another baseline": comparison(SYNC, THREADS, ASYNC)._replace(baseline=2),
    "swept": comparison(
        *(contestant(f"WORKERS={n}", 1.0 / n, 0.001)._replace(latest=with_workers(n)) for n in (1, 2, 8))
    )._replace(swept="WORKERS"),
}

SWEEPS = {
    "four values": grid(
        ["sync", "async"], (1, [0.05, 0.052]), (10, [0.5, 0.052]), (100, [5.0, 0.056]), (1000, [None, 0.098])
    ),
    "ten values": grid(["sync", "async"], *((n, [0.05 * n, 0.052]) for n in range(1, 11))),
    "four contestants": grid(["sync", "threads", "async", "anyio"], (1, [0.05] * 4), (2, [0.1, 0.05, 0.05, 0.05])),
    "ten of each": grid([f"way-{n}" for n in range(10)], *((10**n, [0.01 * n + 0.01] * 10) for n in range(10))),
    "texts": grid(["sync", "async"], ("near", [0.05, 0.052]), ("far", [0.5, 0.052])),
    "nothing ran": grid(["sync", "async"], (1, [None, None]), (10, [None, None])),
}


def view(shown: Comparison | Sweep, look: tuple[object, Text], *, full: bool = False) -> str:
    title, summary = "simulated-io-wait", "the same ten waits, four ways"
    write_comparison(look[0], shown, title=title, summary=summary, took=8.6, full=full)  # type: ignore[arg-type]
    return visible(look[1])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("case", CASES)
def test_looks(case: str, look: str, snapshot: SnapshotAssertion) -> None:
    assert view(CASES[case], looked_at(look)) == snapshot


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("case", SWEEPS)
def test_sweeps(case: str, look: str, snapshot: SnapshotAssertion) -> None:
    assert view(SWEEPS[case], looked_at(look)) == snapshot


@pytest.mark.parametrize("case", [*CASES, *SWEEPS])
@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_fits(case: str, width: int) -> None:
    rows = view({**CASES, **SWEEPS}[case], (page(stream := Text(), width), stream)).splitlines()
    assert max(map(len, rows)) < width
    assert width < 80 or len(rows) <= ROWS


def test_ascii_is_ascii() -> None:
    for case in (*CASES.values(), *SWEEPS.values()):
        assert view(case, looked_at("ASCII")).isascii()


@pytest.mark.parametrize("look", LOOKS)
def test_full_draws_the_traced_runs_on_one_axis(look: str, snapshot: SnapshotAssertion) -> None:
    shown = comparison(traced("rude", rude()), traced("polite", polite()))
    assert view(shown, looked_at(look), full=True) == snapshot


def test_full_folds_nothing() -> None:
    rows = view(CASES["ten"], looked_at("80 columns"), full=True).splitlines()
    assert len([row for row in rows if "as fast as way-1 " in row]) == 9


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (0.125, "The time of worker.py shrinks as WORKERS grows: 8.0x as fast at 8x as much."),
        (1.05, "The time of worker.py hardly changes with WORKERS: 1.05x as long at 8x as much."),
        (2.0, "The time of worker.py grows less than WORKERS: 2.0x as long at 8x as much."),
        (8.0, "The time of worker.py grows in step with WORKERS: 8.0x as long at 8x as much."),
        (64.0, "The time of worker.py grows more than WORKERS: 64.0x as long at 8x as much."),
    ],
)
def test_how_the_time_goes_with_a_parameter(last: float, said: str) -> None:
    assert growth(swept(last, 6)) == [said]


def test_of_too_few_rounds_nothing_is_said_to_grow_or_shrink() -> None:
    said = ["too few runs to tell how the time goes with WORKERS, 6 rounds at least"]
    assert growth(swept(0.125, 5)) == said


def swept(last: float, rounds: int) -> Comparison:
    times = ((1, 1.0), (8, last))
    every = (contestant(f"WORKERS={n}", time, 0.001, rounds) for n, time in times)
    named = (one._replace(latest=with_workers(n)) for one, (n, _) in zip(every, times, strict=True))
    return comparison(*named)._replace(swept="WORKERS")


def test_at_60_columns_nothing_is_lost() -> None:
    shown = view(CASES["two"], looked_at("60 columns"))
    for said in ("95 % interval", "with start-up and imports", "0.20 s   3.0x as fast"):
        assert said in shown
    assert "…" not in shown.partition("\n")[2]


@pytest.mark.parametrize(
    ("spread", "took", "stopped", "said"),
    [
        (0.06, 8.0, "time", "--max-time 50s would narrow it to about 3 %"),
        (0.06, 20.0, "time", "--max-time 2m would narrow it to about 3 %"),
        (0.5, 8.0, "time", "--max-time 5m would narrow it to about 12 %"),
        (0.06, 8.0, "precision", None),
        (0.001, 8.0, "time", None),
    ],
)
def test_a_doubtful_comparison_says_how_much_longer_it_would_take(
    spread: float, took: float, stopped: Stopped, said: str | None
) -> None:
    one, other = contestant("one", 1.0, 0.1), contestant("other", 1.0, 0.1)
    sides = [1 + spread, 1 - spread] * 3
    runs = tuple(
        each._replace(seconds=each.seconds._replace(script=side)) for each, side in zip(other.runs, sides, strict=True)
    )
    unlike = comparison(one, other._replace(runs=runs), stopped=stopped)
    assert verdicts.narrower(unlike, took) == said


def test_how_much_longer_is_not_said_where_a_difference_was_shown() -> None:
    assert verdicts.narrower(comparison(contestant("a", 1, 0), contestant("b", 2, 0), stopped="time"), 8.0) is None
