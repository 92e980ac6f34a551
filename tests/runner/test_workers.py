"""Runs in the background, of real scripts that hang, flood, or are killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asyncdemo.model.recording import Outcome, Subject
from asyncdemo.runner.plan import Plan
from asyncdemo.runner.workers import FIRST, LAST, PIECES, Background, Ended, Looked, Message, Over, Printed
from tests.conftest import REPOSITORY, clean_environment
from tests.processes import running

pytestmark = pytest.mark.process

Start = Callable[[str], Background]
PATIENCE = 30.0  # seconds: a test that waits for so long has failed
HANGS = """\
import signal, time
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
print("here", flush=True)
time.sleep(600)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Background] = []

    def begin(source: str) -> Background:
        script = tmp_path / "script.py"
        script.write_text(source)
        subject = Subject("script", path=str(script), source=source)
        started.append(Background(Plan(subject, (sys.executable, str(script)), timeout=PATIENCE)))
        return started[-1]

    yield begin
    for each in started:
        each.close()


def until(run: Background, kind: type[Message]) -> list[Message]:
    """All messages, up to the first of that kind."""
    end, found = time.monotonic() + PATIENCE, list[Message]()
    while not any(isinstance(each, kind) for each in found):
        assert time.monotonic() < end, found
        found += run.messages()
        time.sleep(0.005)
    return found


def test_what_is_printed_comes_while_it_runs(start: Start) -> None:
    run = start("import time\nprint('one')\ntime.sleep(0.2)\nprint('two')\n")
    found = until(run, Ended)
    printed = [output.text for each in found if isinstance(each, Printed) for output in each.pieces]
    assert "".join(printed) == "one\ntwo\n"
    assert isinstance(found[0], Printed | Looked)
    assert [type(each) for each in found[-2:]] == [Over, Ended]
    last = found[-1]
    assert isinstance(last, Ended) and last.run is not None
    assert (last.run.outcome, last.run.subject.target, run.over) == (Outcome("exited", code=0), "script", True)


@pytest.mark.slow
def test_its_tasks_are_seen_while_it_runs(start: Start) -> None:
    source = (
        "import asyncio\nasync def main():\n    await asyncio.gather(*[asyncio.sleep(0.5)] * 2)\nasyncio.run(main())\n"
    )
    looks = [each.timeline for each in until(start(source), Ended) if isinstance(each, Looked) and each.timeline]
    assert any(timeline.complete and len(timeline.spans) for timeline in looks)


def test_a_flood_is_bounded_and_counted(start: Start) -> None:
    run = start("for n in range(100_000):\n    print(n)\n")
    found = until(run, Ended)
    messages = [each for each in found if isinstance(each, Printed)]
    assert max(len(each.pieces) for each in messages) <= PIECES
    assert sum(len(each.pieces) + each.left_out for each in messages) >= 100_000
    last = found[-1]
    assert isinstance(last, Ended) and last.run is not None
    assert len(last.run.output) <= FIRST + LAST
    assert last.run.output_dropped > 0


@pytest.mark.slow
def test_what_ignores_every_signal_can_be_left(start: Start, tmp_path: Path) -> None:
    run = start(HANGS)
    until(run, Printed)
    before = time.monotonic()
    assert not run.leave(before)
    assert time.monotonic() - before < 1  # it does not wait
    run.close()
    assert run.over
    assert running(str(tmp_path)) == []


@pytest.mark.slow
def test_what_floods_can_be_left(start: Start, tmp_path: Path) -> None:
    run = start("while True:\n    print('x' * 60)\n")
    until(run, Printed)
    run.close()
    assert running(str(tmp_path)) == []


@pytest.mark.slow
def test_an_interrupted_run_says_so(start: Start) -> None:
    run = start("import time\nprint('here')\ntime.sleep(600)\n")
    until(run, Printed)
    run.interrupt()
    last = until(run, Ended)[-1]
    assert isinstance(last, Ended) and last.run is not None
    assert last.run.outcome == Outcome("interrupted")


def test_a_child_that_is_killed_is_a_run_that_was_signalled(start: Start) -> None:
    run = start("import os, signal\nprint('here', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n")
    last = until(run, Ended)[-1]
    assert isinstance(last, Ended) and last.run is not None
    assert last.run.outcome == Outcome("signalled", signal=signal.SIGKILL)


def test_a_watcher_that_is_killed_is_noticed_and_its_script_stopped(start: Start, tmp_path: Path) -> None:
    run = start(HANGS)
    until(run, Printed)
    os.kill(run.pid, signal.SIGKILL)
    assert until(run, Ended)[-1] == Ended(None)
    assert run.over
    assert running(str(tmp_path)) == []


STOPS_ONE_ABOVE = """\
import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("here", flush=True)
above = os.getppid()
if WATCHER:
    above = int(open("/proc/%d/stat" % above).read().rpartition(")")[2].split()[1])
os.kill(above, signal.SIGSTOP)
while AGAIN and os.getppid() != 1:
    os.kill(above, signal.SIGSTOP)
time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.parametrize("again", ["False", "True"])
def test_a_script_that_stops_its_watcher_can_be_left(start: Start, tmp_path: Path, again: str) -> None:
    run = start(STOPS_ONE_ABOVE.replace("AGAIN", again).replace("WATCHER", "True"))
    os.waitid(os.P_PID, run.pid, os.WSTOPPED | os.WNOWAIT)
    run.close()
    assert run.over
    assert running(str(tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("again", ["False", "True"])
def test_a_script_that_stops_its_parent_can_be_left(start: Start, tmp_path: Path, again: str) -> None:
    run = start(STOPS_ONE_ABOVE.replace("AGAIN", again).replace("WATCHER", "False"))
    until(run, Printed)
    run.close()
    assert run.over
    assert running(str(tmp_path)) == []


@pytest.mark.slow
def test_a_script_that_stops_its_parent_and_ends_is_seen_to_end(start: Start) -> None:
    source = STOPS_ONE_ABOVE.replace("AGAIN", "False").replace("WATCHER", "False").replace("sleep(600)", "sleep(0)")
    last = until(start(source), Ended)[-1]
    assert isinstance(last, Ended) and last.run is not None
    assert last.run.outcome == Outcome("exited", code=0)


@pytest.mark.slow
def test_nothing_outlives_a_tool_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "hangs.py").write_text(HANGS)
    tool = f"""\
import sys, time
from asyncdemo.model.recording import Subject
from asyncdemo.runner.workers import Background
from asyncdemo.runner.plan import Plan
run = Background(Plan(Subject("x"), (sys.executable, {str(tmp_path / "hangs.py")!r})))
while not run.messages():
    time.sleep(0.01)
print("runs", flush=True)
time.sleep(600)
"""
    environ = clean_environment({"PYTHONPATH": str(REPOSITORY)})
    with subprocess.Popen([sys.executable, "-c", tool], env=environ, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    assert running(str(tmp_path / "hangs.py"), patience=PATIENCE) == []


def test_it_has_nothing_to_read_and_says_so(start: Start) -> None:
    last = until(start("print(input('name? '))\n"), Ended)[-1]
    assert isinstance(last, Ended) and last.run is not None
    assert (last.run.outcome.code, last.run.notes) == (
        1,
        ("nothing can be typed into it here: asyncdemo run lets you",),
    )
