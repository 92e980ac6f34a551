"""A tour while it goes on, with real runs."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncdemo.catalogue.scenario import read_script
from asyncdemo.catalogue.targets import Target
from asyncdemo.cli.tour_session import Session
from asyncdemo.runner.escalation import handled
from asyncdemo.runner.workers import Background
from asyncdemo.tour.state import Course, State
from asyncdemo.tour.stops import of_script_alone
from tests.processes import running
from tests.tour.made import FIRST, ROOM

PATIENCE = 30.0  # seconds: a test that waits for so long has failed
WAITS = 'import time\nprint("here", flush=True)\ntime.sleep(600)\n'


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A tour whose only stop waits for ever; Ctrl-C is the tour's."""
    path = tmp_path / "waits.py"
    path.write_text(WAITS)
    read = read_script(path)
    session = Session(State((of_script_alone(Target(str(path), path=path, script=read), read, FIRST),)), None)
    with handled((signal.SIGINT,), session.hear_ctrl_c):
        yield session
        session.close()


def follow(session: Session, until: str) -> None:
    end = time.monotonic() + PATIENCE
    while session.state.phase != until and not (until == "output" and "here" in str(session.state.live.output)):
        assert time.monotonic() < end, session.state
        session.follow()
        time.sleep(0.005)


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.process
@pytest.mark.slow
def test_ctrl_c_while_a_run_is_being_started_stops_that_run(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Background.__init__

    def started_and_interrupted(*arguments: object) -> None:
        start(*arguments)  # type: ignore[arg-type]
        press_ctrl_c()

    monkeypatch.setattr(Background, "__init__", started_and_interrupted)
    session.press("enter", ROOM)
    follow(session, "answer")
    assert session.state.answered is not None
    assert session.state.answered.outcome.kind == "interrupted"
    assert running(str(tmp_path)) == []


@pytest.mark.process
@pytest.mark.slow
def test_ctrl_c_while_the_tour_ends_leaves_nothing_behind(session: Session, tmp_path: Path) -> None:
    session.press("enter", ROOM)
    follow(session, "output")
    session.press("q", ROOM)
    with handled((signal.SIGALRM,), lambda *_: press_ctrl_c()):
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        session.close()
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert running(str(tmp_path), patience=0) == []


def test_progress_is_kept_in_the_end_if_ctrl_c_came_before_it_was(session: Session) -> None:
    kept: list[Course] = []

    def keep(course: Course) -> str:
        if not kept:
            kept.append(Course("interrupted"))
            press_ctrl_c()
        kept.append(course)
        return ""

    interrupted = Session(session.state, keep)
    with handled((signal.SIGINT,), interrupted.hear_ctrl_c):
        with pytest.raises(KeyboardInterrupt):
            interrupted.follow()
        interrupted.close()
    assert kept[1:] == [session.state.course]


def test_ctrl_c_where_nothing_runs_ends_the_tour(session: Session) -> None:
    with pytest.raises(KeyboardInterrupt):
        press_ctrl_c()
