"""Processes that are not the run's: a shell leaves us with them, and none is touched or mentioned, in any command.

What the run itself leaves behind is stopped all the same, also where it has left its session.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.processes import pids, running
from tests.terminal.pseudo import Terminal

pytestmark = pytest.mark.slow

# Started before the tool takes the shell's place, so they are its own children. "later" and "orphan" come to be while
# the run goes on; whoever has started the orphan, and the daemon, is gone by then.
SIBLINGS = """
{
await='until test -e begun; do sleep 0.02; done'
sh -c "read word <never" MARK-sleeper &
python3 -c 'import time; time.sleep(60)' MARK-program &
sh -c "$await; sh -c 'read word <never' MARK-later & :> one; read word <never" MARK-forks &
sh -c "$await; sh -c 'read word <never' MARK-orphan & :> two" MARK-gone &
(setsid sh -c "read word <never" MARK-daemon &)
} >/dev/null 2>&1
"""
ALIVE = ["daemon", "forks", "later", "orphan", "program", "sleeper"]
SCRIPT = '''"""a script that leaves a daemon behind

It goes on once its siblings have started what they start.
"""
# /// script
# [tool.asyncdemo]
# question = "What is printed?"
# choices = ["done", "left", "nothing"]
# ///
import os, pathlib, subprocess, time

FOLDER = pathlib.Path(__file__).parent.parent
if os.fork() == 0:
    os.setsid()
    mark = f"marked-{FOLDER}-left"
    words = "sh", "-c", f"read word <{FOLDER}/never", mark
    nothing = subprocess.DEVNULL
    streams = {"stdin": nothing, "stdout": nothing, "stderr": nothing}
    subprocess.Popen(words, **streams)
    os._exit(0)
os.wait()
(FOLDER / "begun").touch()
while not all((FOLDER / name).exists() for name in ("one", "two")):
    time.sleep(0.01)
print("done")

# Output:
# done
'''


class Siblings:
    """The start of a command line that leaves the tool with siblings, and what is left of them afterwards."""

    def __init__(self, folder: Path) -> None:
        self.mark = f"marked-{folder}"
        self.before = SIBLINGS.replace("MARK", self.mark) + "exec "
        os.mkfifo(folder / "never")  # who opens it waits until somebody writes
        (folder / "course").mkdir()
        for name in ("a", "b"):
            (folder / "course" / f"{name}.py").write_text(SCRIPT)

    def alive(self) -> list[str]:
        """The names of those that still run; what the run has left behind is "left"."""
        found = (words.split() for words in running(f"{self.mark}-", patience=0))
        names = {words[-1].removeprefix(f"{self.mark}-") for words in found if words[0] != "bash"}
        return sorted(names)


@pytest.fixture
def siblings(tmp_path: Path) -> Iterator[Siblings]:
    some = Siblings(tmp_path)
    yield some
    for pid in pids(some.mark):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def beside(shell: Callable[..., Result], siblings: Siblings) -> Callable[[str], Result]:
    """Run the tool with siblings, all of which are there afterwards, and nothing of the run."""

    def run(command: str) -> Result:
        result = shell(f"{siblings.before}{command} >out 2>err")  # what they hold open is not what we wait for
        assert siblings.alive() == ALIVE
        return result

    return run


LEFT = "1 process that it had started and left running had to be stopped"


def test_run(beside: Callable[[str], Result], tmp_path: Path) -> None:
    assert beside("asyncdemo run --json course/a.py").status == 0
    (run,) = json.loads((tmp_path / "out").read_text())["runs"]
    assert run["notes"] == [LEFT]


def test_run_output_only(beside: Callable[[str], Result], tmp_path: Path) -> None:
    assert beside("asyncdemo run --output-only course/a.py").status == 0
    assert ((tmp_path / "out").read_text(), (tmp_path / "err").read_text()) == ("done\n", "")


def test_compare(beside: Callable[[str], Result], tmp_path: Path) -> None:
    assert beside("asyncdemo compare --runs 2 course/a.py course/b.py").status == 0
    assert "process" not in (tmp_path / "out").read_text()


def test_check(beside: Callable[[str], Result], tmp_path: Path) -> None:
    assert beside("asyncdemo check --json course/a.py course/b.py").status == 0
    results = json.loads((tmp_path / "out").read_text())["results"]
    assert [(each["target"], each["status"], each["reason"]) for each in results] == [
        ("a", "passed", None),
        ("b", "passed", None),
    ]


def test_tour(terminal: Callable[..., Terminal], siblings: Siblings, environ: dict[str, str], tmp_path: Path) -> None:
    environ["XDG_STATE_HOME"] = str(tmp_path / "state")
    (tmp_path / "start.sh").write_text(f"{siblings.before}asyncdemo tour course/\n")
    tour = terminal("bash start.sh", 80, 50)
    tour.wait_for("a script that leaves a daemon behind")
    tour.type("r")
    tour.wait_for("done")
    tour.wait_for(LEFT)
    assert siblings.alive() == ALIVE
    tour.type("q")
    assert tour.wait_for_end() == 0  # with which the terminal hangs up, and ends those in its session
