"""`--min-speedup`: kept only if the whole interval says so."""

import pytest

from asyncdemo.cli.exit_status import too_slow
from tests.comparison.made import compared, made

SLOW = made("sync", *(1.0 + n / 1000 for n in range(10)))
FAST = made("async", *(0.5 + n / 2000 for n in range(10)))  # twice as fast, in each round


@pytest.mark.parametrize(
    ("least", "said"),
    [
        (1.9, ""),
        (2.1, "asyncdemo: --min-speedup 2.1 was not reached by async: the interval begins at 2.00\n"),
    ],
)
def test_the_lower_end_decides(least: float, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert too_slow(compared(SLOW, FAST), least) == bool(said)
    assert capsys.readouterr() == ("", said)


def test_too_few_runs_keep_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert too_slow(compared(made("sync", 1.0, 1.0), made("async", 0.1, 0.1)), 1.0)
    assert capsys.readouterr().err == "asyncdemo: --min-speedup 1 was not reached by async: too few runs to tell\n"
