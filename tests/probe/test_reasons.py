"""ASYNCDEMO_DEBUG=1: why the probe has given something up, told by the tool and never by the script's process."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.model.recording import Run, Subject
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan
from tests.conftest import Result
from tests.processes import VERSIONS, needs_interpreter

pytestmark = [pytest.mark.slow, pytest.mark.process]

REPLACED = """
import asyncio, collections
async def main():
    loop = asyncio.get_running_loop()
    loop._ready = collections.deque(loop._ready)
    await asyncio.sleep(0.01)
asyncio.run(main())
"""
SPOILT = """
import asyncio
async def main():
    asyncio.get_running_loop()._ready.clocks = None
    await asyncio.sleep(0.01)
    print("done")
asyncio.run(main())
"""
SPOILT_THREADS = """
import threading
threading.Thread.name = None
threading.main_thread()._ident = "no number"
thread = threading.Thread(target=print, args=("done",))
thread.start()
thread.join()
"""


def observed(folder: Path, source: str, *, python: str = sys.executable, reasons: bool = True) -> Run:
    script = folder / "script.py"
    script.write_text(source)
    return observe(Plan(Subject("script"), (python, str(script)), timeout=20.0, reasons=reasons))


def given_up(run: Run) -> list[str]:
    return [note for note in run.notes if note.startswith("the probe gave up")]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_error_is_told_with_its_place(version: str, tmp_path: Path) -> None:
    run = observed(tmp_path, SPOILT, python=needs_interpreter(version))
    assert "".join(piece.text for piece in run.output) == "done\n"
    (why,) = given_up(run)
    assert why.startswith("the probe gave up tracing: AttributeError: 'NoneType' object has no attribute")
    assert "in _asyncdemo_queue.py:" in why


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (REPLACED, "tracing: _left in _asyncdemo_asyncio.py:"),
        (REPLACED, "a loop: it is not built on asyncio's own, or its queue is another"),
        (SPOILT_THREADS, "tracing: TypeError"),
    ],
)
def test_every_way_out_has_its_reason(source: str, said: str, tmp_path: Path) -> None:
    assert any(said in why for why in given_up(observed(tmp_path, source)))


def test_without_being_asked_nothing_is_said(tmp_path: Path) -> None:
    assert given_up(observed(tmp_path, SPOILT, reasons=False)) == []


def test_the_variable_asks_and_the_script_does_not_say_it(asyncdemo: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "spoilt.py").write_text(SPOILT)
    done = asyncdemo("run", "spoilt.py", env={"ASYNCDEMO_DEBUG": "1"})
    assert "the probe gave up tracing: AttributeError" in done.stdout
    quiet = asyncdemo("run", "spoilt.py", env={"ASYNCDEMO_DEBUG": None})
    assert "gave up" not in quiet.stdout + quiet.stderr
    alone = asyncdemo("run", "--output-only", "spoilt.py", env={"ASYNCDEMO_DEBUG": "1"})
    assert "gave up" not in alone.stdout + alone.stderr


def test_too_few_descriptors_for_stacks(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import asyncio\nasyncio.run(asyncio.sleep(0))\n")
    limit = (150, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    done = subprocess.run(
        [sys.executable, "-m", "asyncdemo", "run", "--json", str(script)],
        env={"ASYNCDEMO_DEBUG": "1", "PATH": "/usr/bin:/bin"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "the probe gave up stacks: only 150 descriptors are allowed" in done.stdout


def test_more_reasons_than_there_is_room_for(tmp_path: Path) -> None:
    loops = "class Loop(asyncio.SelectorEventLoop):\n    pass\n"
    source = f"import asyncio, collections\n{loops}" + (
        "for n in range(400):\n    loop = Loop()\n    loop._ready = collections.deque()\n"
        "    loop.run_until_complete(asyncio.sleep(0))\n    loop.close()\nprint('done')\n"
    )
    run = observed(tmp_path, source)
    assert run.ok
    assert "".join(piece.text for piece in run.output) == "done\n"
    assert 10 < len(given_up(run)) < 100
