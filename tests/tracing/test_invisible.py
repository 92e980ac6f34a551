"""Scripts that print all that they can see of their tasks and threads see the same, byte by byte, when they are traced.

Addresses aside. The ways in which a script that looks for it can tell are listed in docs/observing.md.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.child import watched_environment
from asyncdemo.runner.host import host
from asyncdemo.runner.shared_memory import shared_memory
from tests.processes import VERSIONS, needs_interpreter
from tests.tracing.conftest import needs_library
from tests.tracing.invisible_scripts import ASYNCIO, THREADS, TRIO
from tests.tracing.trio_scripts import INSTRUMENTS

pytestmark = [pytest.mark.slow, pytest.mark.process, pytest.mark.observation]  # each starts two interpreters

HEAD = """\
import inspect, os, sys, time
sys.stdout.reconfigure(line_buffering=True)  # as it is when we watch
def say(*words):
    print(*words)
"""
INJECT = Path(layout.__file__).parent
ASYNCIO_TRACED, TRIO_TRACED, THREADS_TRACED = 1, 2, 4


class Seen(NamedTuple):
    """What a run looked like from outside, without addresses, thread numbers and times."""

    stdout: list[str]
    stderr: list[str]
    status: int


def masked(printed: bytes) -> list[str]:
    text = printed.decode(errors="backslashreplace")
    text = re.sub(r"0x[0-9a-f]{6,}|\.\.\.[0-9a-f]{4,}>|\b\d{12,}\b|\b\d+\.\d{3} seconds|when=[\d.]+", "...", text)
    # What asyncio's debug mode calls slow depends on who else uses the processors.
    return [line for line in text.splitlines() if not re.fullmatch(r"Executing <.*> took \.\.\.", line)]


@pytest.fixture
def both(tmp_path: Path) -> Callable[..., tuple[Seen, Seen]]:
    """Run a script without us and with us; `traced` is what must have been traced."""

    def run(source: str, traced: int, *command: str) -> tuple[Seen, Seen]:
        script = tmp_path / "script.py"
        script.write_text(HEAD + dedent(source), encoding="utf-8")
        words = [*command, str(script)]
        with shared_memory() as memory, host.stack_pipe() as stacks:
            memory.prepare(attributing=True, tracing=True, stacks=stacks)
            memory.say_parent()
            seen = []
            for environ in (dict(os.environ), watched_environment(os.environ, memory)):
                environ["PYTHONDONTWRITEBYTECODE"] = "1"
                done = subprocess.run(words, capture_output=True, env=environ, stdin=subprocess.DEVNULL, check=False)
                seen.append(Seen(masked(done.stdout), masked(done.stderr), done.returncode))
            assert memory[layout.TRACED] & traced == traced
            assert memory[layout.UNTRACED] == 0
        return seen[0], seen[1]

    return run


Both = Callable[..., tuple[Seen, Seen]]


def same(plain: Seen, traced: Seen) -> None:
    """Fail with just what differs."""
    for before, after in zip(plain[:2], traced[:2], strict=True):
        assert "\n".join(unified_diff(before, after, "plain", "traced", lineterm="")) == ""
    assert traced == plain


every_version = pytest.mark.parametrize("version", VERSIONS)


@every_version
@pytest.mark.parametrize("name", ASYNCIO)
def test_asyncio(both: Both, version: str, name: str) -> None:
    plain, traced = both(ASYNCIO[name], ASYNCIO_TRACED, needs_interpreter(version))
    same(plain, traced)


@every_version
@pytest.mark.parametrize("name", ASYNCIO)
def test_asyncio_in_debug_mode(both: Both, version: str, name: str) -> None:
    plain, traced = both(ASYNCIO[name], ASYNCIO_TRACED, needs_interpreter(version), "-X", "dev")
    same(plain, traced)


@every_version
def test_threads(both: Both, version: str) -> None:
    plain, traced = both(THREADS, THREADS_TRACED, needs_interpreter(version))
    same(plain, traced)


@every_version
@pytest.mark.parametrize("name", [*TRIO, "instruments"])
def test_trio(both: Both, version: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    python = needs_library(version, "trio", monkeypatch)
    source = "import threading\n" + INSTRUMENTS if name == "instruments" else TRIO[name]
    plain, traced = both(source, TRIO_TRACED, python)
    same(plain, traced)


BUSY = """
import asyncio
class Odd:
    def __init__(self, n): self.n = n
    def __del__(self): self.n = None
    def __lt__(self, other): return self.n < other.n
async def cheap(n):
    return n
async def main():
    print("begun")
    until = time.monotonic() + 1
    while time.monotonic() < until:
        sorted([Odd(n) for n in range(200)])
        sorted(range(300), key=lambda n: -n)
        await asyncio.gather(*[cheap(n) for n in range(200)])
asyncio.run(main())
print("ended")
"""


DEEP = """
import asyncio
def deep():
    return deep() + 1
class Deeper:
    def __call__(self, n):
        return max([n + 1], key=self)
async def main():
    print("begun")
    until = time.monotonic() + 1
    while time.monotonic() < until:
        for call in (deep, lambda: Deeper()(1)):
            try:
                call()
            except RecursionError:
                pass
asyncio.run(main())
print("ended")
"""


@every_version
@pytest.mark.parametrize("busy", [BUSY, DEEP], ids=["busy", "deep"])
def test_no_interpreter_dies_of_being_asked_for_its_stack(tmp_path: Path, version: str, busy: str) -> None:
    python, script = needs_interpreter(version), tmp_path / "script.py"
    script.write_text(HEAD + busy)
    with shared_memory() as memory, host.stack_pipe() as stacks:
        assert stacks is not None
        memory.prepare(attributing=True, tracing=True, stacks=stacks)
        memory.say_parent()
        environ = watched_environment(os.environ, memory)
        with subprocess.Popen([python, str(script)], stdout=subprocess.PIPE, env=environ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            told = 0
            while child.poll() is None:
                child.send_signal(signal.SIGURG)
                time.sleep(0.00002)
                with suppress(BlockingIOError):
                    told += len(os.read(stacks, 1 << 20))
            assert (child.returncode, child.stdout.read()) == (0, b"ended\n")
        assert told > 0
        assert not memory[layout.UNTRACED]


HOT = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
import _asyncdemo_snapshot
class Asking:
    def __call__(self):
        seen.append(_asyncdemo_snapshot.frames_of(coroutine)[-1][0].f_code.co_name)
async def main():
    ask = Asking()
    for _ in range(20000):
        ask()
seen = []
coroutine = main()
asyncio.run(coroutine)
print(len(seen), *set(seen))
"""


@every_version
def test_a_coroutine_that_is_being_executed_is_not_asked_what_it_awaits(tmp_path: Path, version: str) -> None:
    python, script = needs_interpreter(version), tmp_path / "script.py"
    script.write_text(HOT)
    done = subprocess.run([python, str(script), str(INJECT)], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"20000 main\n")  # 3.11 and 3.12 may die of that question
