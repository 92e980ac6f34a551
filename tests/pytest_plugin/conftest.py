"""Runs pytest itself on small suites, with plugins that are installed in a folder of the tests' own."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import REPOSITORY, clean_environment
from tests.environments import PLUGINS, install_plugins

# Where the tool was installed before it had a plugin, as a folder to work in, pytest has to be told of it.
LOADED = [] if entry_points(group="pytest11", name="asyncdemo") else ["-p", "asyncdemo.pytest_plugin.hooks"]
_SECTION = re.compile(r"^=+ asyncdemo =+\n(.*?)(?=^=+ |\Z|^\d+ (?:passed|failed))", re.MULTILINE | re.DOTALL)


class PytestRun(NamedTuple):
    """What pytest has left: its report, and its exit status."""

    report: str
    status: int

    @property
    def section(self) -> str:
        """Our section of the report; empty where there is none."""
        found = _SECTION.search(self.report)
        return "" if found is None else found[1]

    @property
    def rest(self) -> str:
        """All but our section, without times."""
        rest = _SECTION.sub("", self.report)
        return re.sub(r"0x[0-9a-f]+", "0x", re.sub(r" in \d+\.\d+s(?: \([\d:]+\))?", "", rest)).strip()


@pytest.fixture(scope="session")
def plugin_folder() -> Path:
    """The folder with pytest-asyncio and pytest-timeout; skips where they cannot be had."""
    why_not = install_plugins()
    if why_not:
        pytest.skip(why_not)
    return PLUGINS


@pytest.fixture
def suite(tmp_path: Path, plugin_folder: Path) -> Callable[..., PytestRun]:
    """Run pytest on tests given as text: `suite(text, "--asyncdemo")`."""

    def run(text: str, *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 60) -> PytestRun:
        (tmp_path / "test_it.py").write_text(text)
        path = os.pathsep.join([str(REPOSITORY), str(plugin_folder)])
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *LOADED, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=tmp_path,
            env=clean_environment({"PYTHONPATH": path, "ASYNCDEMO_DEBUG": "1", **(env or {})}),
            timeout=timeout,
            check=False,
        )
        return PytestRun(done.stdout, done.returncode)

    return run
