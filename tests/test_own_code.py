"""Which files are a person's own."""

from pathlib import Path

import pytest

from asyncdemo.own_code import is_own
from asyncdemo.runner.child import PROBE_FOLDER


@pytest.mark.parametrize("path", ["script.py", "/home/ada/lib/script.py", "/venv/asyncdemo/scenarios/sync-main.py"])
def test_a_script_and_a_scenario_are(path: str) -> None:
    assert is_own(path)


@pytest.mark.parametrize(
    "path",
    ["", "<frozen runpy>", "/usr/lib/python3.11/asyncio/locks.py", "/venv/lib/python3.11/site-packages/x.py"],
)
def test_libraries_are_not(path: str) -> None:
    assert not is_own(path)


def test_the_probe_is_not() -> None:
    probe = list(Path(PROBE_FOLDER).glob("_asyncdemo_*.py"))
    assert probe
    assert not any(is_own(str(path)) for path in probe)
