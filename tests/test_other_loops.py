"""Where tasks cannot be traced, the first row, the notes and JSON say so; what adds to asyncio's loop is traced."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.environments import environment
from tests.processes import needs_interpreter

pytestmark = [pytest.mark.slow, pytest.mark.process]

Program = Callable[..., Result]

# As qasync's: built on asyncio's, but its handles go through another library's timers, and its own queue stays empty.
ANOTHER_QUEUE = """
import asyncio, collections, time
class Loop(asyncio.SelectorEventLoop):
    mine = collections.deque()
    def call_soon(self, callback, *args, context=None):
        handle = asyncio.Handle(callback, args, self, context)
        self.mine.append(handle)
        return handle
    def run_until_complete(self, coroutine):
        task = self.create_task(coroutine)
        asyncio._set_running_loop(self)
        while not task.done(): self.mine.popleft()._run()
        asyncio._set_running_loop(None)
async def main():
    for _ in range(SECONDS * 10):
        time.sleep(0.1)
        await asyncio.sleep(0)
Loop().run_until_complete(main())
"""
# As many libraries have it: asyncio's own queue, with something around.
ITS_OWN_QUEUE = """
import asyncio, time
class Loop(asyncio.SelectorEventLoop):
    def call_soon(self, *args, **options): return super().call_soon(*args, **options)
    def run_forever(self): super().run_forever()
    def _run_once(self): super()._run_once()
async def main():
    time.sleep(0.1)
    await asyncio.sleep(0)
Loop().run_until_complete(main())
"""
NESTED = """
import asyncio, time
import nest_asyncio
nest_asyncio.apply()
async def inner():
    await asyncio.sleep(0.05)
    time.sleep(0.1)
async def main():
    beat = asyncio.create_task(asyncio.sleep(0.02))
    asyncio.run(inner())
    await beat
asyncio.run(main())
"""
GEVENT = """
from gevent import monkey
monkey.patch_all()
import asyncio, time
async def main():
    time.sleep(0.05)
asyncio.run(main())
print("end")
"""
OF_UVICORN = "its event loop, which is neither asyncio's own nor uvloop's (of uvicorn: --loop asyncio)"
FIRST = "not all is traced, see the end"


def shown(asyncdemo: Program, folder: Path, source: str, *options: str) -> tuple[str, str | None]:
    """The view of a program, and what its JSON says of what was not traced."""
    (folder / "x.py").write_text(source)
    view = asyncdemo("run", "x.py", *options, env={"COLUMNS": "200"})
    assert view.status == 0
    (run,) = json.loads(asyncdemo("run", "--json", "x.py", *options).stdout)["runs"]
    assert run["tasks"], "the probe has seen nothing"
    assert run["trace"]["complete"] == (run["trace"]["not_traced"] is None)
    return view.stdout, run["trace"]["not_traced"]


@pytest.mark.parametrize("seconds", [0, 2])  # at its end, or as it comes
def test_a_loop_with_another_queue(asyncdemo: Program, tmp_path: Path, seconds: int) -> None:
    view, untraced = shown(asyncdemo, tmp_path, ANOTHER_QUEUE.replace("SECONDS", str(seconds)))
    assert untraced == OF_UVICORN
    assert f"not traced: {OF_UVICORN}" in view
    if not seconds:
        assert FIRST in view.splitlines()[0]


def test_a_loop_that_only_adds_to_asyncio_s(asyncdemo: Program, tmp_path: Path) -> None:
    view, untraced = shown(asyncdemo, tmp_path, ITS_OWN_QUEUE)
    assert untraced is None
    assert "blocking-call" in view


def test_loops_within_loops(asyncdemo: Program, tmp_path: Path) -> None:
    python = environment("3.11", "nest_asyncio")
    view, untraced = shown(asyncdemo, tmp_path, NESTED, "--python", python)
    assert untraced is None
    assert "blocking-call" in view


def test_gevent(asyncdemo: Program, tmp_path: Path) -> None:
    python = environment("3.11", "gevent")
    view, untraced = shown(asyncdemo, tmp_path, GEVENT, "--python", python)
    assert untraced is not None
    assert untraced.startswith("gevent's greenlets")
    assert FIRST in view.splitlines()[0]


SUBINTERPRETER = """
import asyncio
from concurrent import interpreters

async def main():
    other = interpreters.create()
    await asyncio.to_thread(other.exec, "import asyncio; asyncio.run(asyncio.sleep(0.01)); print('inside', flush=True)")
    other.close()
    print("outside")

asyncio.run(main())
"""


@pytest.mark.parametrize("version", ["3.14", "3.15"])
def test_a_subinterpreter_is_left_alone(asyncdemo: Callable[..., Result], version: str) -> None:
    ran = asyncdemo("run", "-", "--json", "--python", needs_interpreter(version), stdin=SUBINTERPRETER)
    (run,) = json.loads(ran.stdout)["runs"]
    assert [(each["stream"], each["text"]) for each in run["output"]] == [
        ("other", "inside\n"),
        ("stdout", "outside\n"),
    ]
    assert run["outcome"] == {"kind": "exited", "code": 0}
    assert run["trace"]["complete"]
    assert [task["coroutine"] for task in run["tasks"] if task["kind"] == "asyncio"][:1] == ["main"]
