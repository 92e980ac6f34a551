"""The one way in which tests run the real program, and what keeps tests that start nothing apart from those that do."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest

# Hypothesis would fail an example that takes over 0.2 seconds: on a busy machine that says nothing about the code.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

# Started by nohup or by a script in the background, we would hand on to every program that it ignores these.
for _number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)

REPOSITORY = Path(__file__).parent.parent
SCENARIOS = REPOSITORY / "scenarios"

# The machine's own settings would hide faults of buffering and change what is shown.
_UNSET = ("PYTHON", "ASYNCDEMO", "VIRTUAL_ENV", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CI", "GITHUB_ACTIONS")


class Result(NamedTuple):
    """What a command left: texts decoded as UTF-8, and its exit status."""

    stdout: str
    stderr: str
    status: int


def clean_environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment without what changes Python's or our behaviour, then with the changes (None: unset)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_UNSET)}
    kept |= {"LC_ALL": "C.UTF-8", "TERM": "xterm"}
    for name, value in (changes or {}).items():
        kept.pop(name, None)
        if value is not None:
            kept[name] = value
    return kept


# What `make quick` can be without: each of these starts another process. A test that starts one in another way has to
# be marked as such, and fails where it is not.
_STARTS = frozenset({"asyncdemo", "run_script", "shell", "terminal", "observed", "chromium"})
_EVENTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec"})
_now: list[pytest.Item] = []  # the test that is running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start another process by way of a fixture; refuse to set a pure one aside."""
    for item in items:
        if not _STARTS.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.process)
        if item.get_closest_marker("observation") and not item.get_closest_marker("process"):
            raise pytest.UsageError(f"{item.nodeid} starts no process: it cannot be marked with `observation`")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keep in mind which test is running."""
    _now[:] = [item]
    try:
        return (yield)
    finally:
        _now.clear()


def _watch(event: str, _: object) -> None:
    """End a test that starts a process and is not marked with it: it would slow down the quick ones, unseen."""
    if event in _EVENTS and _now and _now[0].get_closest_marker("process") is None:
        pytest.fail(f"this starts another process ({event}): mark it with @pytest.mark.process")


sys.addaudithook(_watch)


@pytest.fixture
def asyncdemo(tmp_path: Path) -> Callable[..., Result]:
    """Run `asyncdemo ARGUMENTS` in an empty folder; `stdin` text or bytes, `env` changes, `cwd`, `timeout` seconds."""

    def run(
        *arguments: str,
        stdin: str | bytes = b"",
        env: Mapping[str, str | None] | None = None,
        cwd: Path = tmp_path,
        timeout: float = 60,
    ) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "asyncdemo", *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=cwd,
            env=clean_environment({"PYTHONPATH": str(REPOSITORY), **(env or {})}),
            timeout=timeout,
            check=False,
        )
        stdout, stderr = (text.decode(errors="backslashreplace") for text in (done.stdout, done.stderr))
        return Result(stdout, stderr, done.returncode)

    return run
