"""Every default view of the real program stays within 22 rows of 80 columns."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.catalogue import course
from asyncdemo.catalogue.targets import names
from asyncdemo.cli.app import WELCOME
from asyncdemo.model.recording_json import from_text
from tests.conftest import SCENARIOS, Result

pytestmark = pytest.mark.slow

Program = Callable[..., Result]

ROWS = 22
CATALOGUE = course.load([SCENARIOS])
HERE = [scenario for scenario in CATALOGUE.scenarios if scenario.available]
ALIASES = {alias for scenario in CATALOGUE.scenarios for alias in scenario.aliases}
TARGETS = [name for scenario in HERE for name in names(type(CATALOGUE)((scenario,))) if name not in ALIASES]


def fits(shown: Result, columns: int = 80) -> None:
    rows = shown.stdout.splitlines()
    assert shown.status == 0, shown
    assert max(map(len, rows)) < columns, shown.stdout
    assert columns < 80 or len(rows) <= ROWS, shown.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_run(asyncdemo: Program, tmp_path: Path, target: str) -> None:
    shown = asyncdemo("run", target, "--save", "x.json")
    fits(shown)
    said = " ".join(shown.stdout.split())
    runs = from_text((tmp_path / "x.json").read_text()).runs
    for run in runs:
        for finding in run.findings or ():
            assert finding.message in said
            assert finding.advice in said
            assert len(runs) > 1 or f"Why asyncdemo explain {finding.rule}" in said


def test_the_welcome_fits_60_columns() -> None:
    assert max(map(len, WELCOME.splitlines())) < 60


@pytest.mark.parametrize("columns", [60, 200])
@pytest.mark.parametrize("target", ["unawaited-coroutine", "simulated-io-wait", "simulated-io-wait:async"])
def test_run_in_other_widths(asyncdemo: Program, target: str, columns: int) -> None:
    fits(asyncdemo("run", target, env={"COLUMNS": str(columns)}), columns)


def test_the_warning_is_read_however_long_the_path(asyncdemo: Program, tmp_path: Path) -> None:
    name = "unawaited-coroutine.py"
    folder = tmp_path / ("x" * max(1, 110 - len(str(tmp_path / name))))
    folder.mkdir()
    shutil.copy(SCENARIOS / name, folder)
    shown = asyncdemo("run", "unawaited", env={"ASYNCDEMO_SCENARIOS": str(folder)})
    fits(shown)
    assert "coroutine 'main' was never awaited" in " ".join(shown.stdout.split())


@pytest.mark.parametrize("columns", [60, 80])
def test_compare(asyncdemo: Program, columns: int) -> None:
    shown = asyncdemo(
        "compare", "simulated-io-wait", "--set", "DELAY=0.01", "--runs", "6", env={"COLUMNS": str(columns)}
    )
    fits(shown, columns)
