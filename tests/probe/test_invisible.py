"""What a script can notice of being observed: its output with us and without us, byte by byte, on every CPython here.

Both have stdout and stderr in one pipe. Where a script looks on purpose it can tell; those ways are left out below
with a word on each, and listed in docs/observing.md.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from tests.probe.conftest import Both
from tests.processes import VERSIONS, needs_interpreter

pytestmark = [pytest.mark.slow, pytest.mark.process]  # each starts three interpreters

BATTERY = r"""
import sys
def tell(*words):
    print(*words, flush=True)  # under us stdout is line-buffered: the one difference in which order things come
modules = [name for name in sys.modules if name != "atexit"]  # 3.8 and 3.9 keep exit handlers in the module object
tell("modules", modules)
tell("path", sys.path, sys.path_hooks, list(sys.path_importer_cache), sys.meta_path)
tell("arguments", sys.argv, sys.flags, sys.executable, sys.prefix, sys.dont_write_bytecode)
tell("module", __name__, __file__, __spec__, sorted(globals()))
tell("hooks", sys.getprofile(), sys.gettrace(), sys.excepthook, sys.displayhook, sys.breakpointhook)
tell("limits", sys.getrecursionlimit(), sys.getswitchinterval())

import os, gc, signal, threading, warnings
tell("environment", sorted(os.environ.items()))
tell("descriptors", sorted(os.listdir("/proc/self/fd")), os.open(os.devnull, os.O_RDONLY))
tell("warnings", warnings.filters)
tell("threads", [(thread.name, type(thread)) for thread in threading.enumerate()], len(sys._current_frames()))
quiet = (signal.SIGTTIN, signal.SIGTTOU)  # ignored, so that a script which wants the terminal is not stopped
tell("signals", [signal.getsignal(number) for number in range(1, 32) if number not in quiet])
tell("garbage", gc.isenabled(), gc.get_threshold(), gc.callbacks, gc.garbage)

import io
for stream in (sys.stdin, sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
    buffer, raw = stream.buffer, stream.buffer.raw
    tell("stream", stream, buffer, raw, type(stream), type(buffer), type(raw))
    tell(type(stream) is io.TextIOWrapper, isinstance(buffer, io.BufferedWriter), type(raw) is io.FileIO)
    tell(stream.encoding, stream.errors, stream.newlines, stream.mode, stream.name, stream.write_through)
    tell(stream.fileno(), stream.isatty(), stream.closed, vars(stream), vars(raw), dir(stream), dir(buffer), dir(raw))
    tell(raw.closefd, raw.mode, raw.name, raw.seekable())
tell(sys.stdout is sys.__stdout__, sys.stdout.writable())

import importlib
tell("import", importlib.__import__, importlib._bootstrap._find_and_load.__module__, sys.modules.get("sitecustomize"))
import traceback
for name in ("missing", "invalid", "failing", "importing"):
    try:
        __import__(name)
    except (ImportError, SyntaxError, ZeroDivisionError):
        tell(traceback.format_exc())
def recursive(depth):
    return recursive(depth + 1)
try:
    recursive(0)
except RecursionError as error:
    tell(error, len(traceback.extract_tb(error.__traceback__)))
import mmap, itertools, time, binascii, operator, atexit
class Last:
    def __del__(self):
        print("the last object goes", flush=True)
last = Last()
atexit.register(tell, "exit handler")
warnings.warn("a warning")
import failing
"""

ASYNCIO = r"""
import asyncio, sys, traceback
async def child():
    await asyncio.sleep(0)
    1 / 0
async def main():
    loop = asyncio.get_running_loop()
    print(type(loop), loop, type(loop._ready), loop._ready, loop.get_task_factory(), loop.get_debug(), flush=True)
    task = asyncio.create_task(child(), name="one")
    print(task, type(task), task.get_stack(), flush=True)
    try:
        await task
    except ZeroDivisionError:
        traceback.print_exc(file=sys.stdout)  # stderr of 3.8 is not line-buffered without us
    traceback.print_stack(file=sys.stdout)
    print(sorted(task.get_name() for task in asyncio.all_tasks()), len(sys.modules), flush=True)
    print(asyncio.BaseEventLoop.__init__.__name__, asyncio.BaseEventLoop.__init__.__qualname__, flush=True)
    pending = asyncio.create_task(asyncio.sleep(9), name="pending")
    child()  # not kept: when a cycle is collected depends on how much was allocated before
asyncio.run(main())
async def fails():
    raise ValueError("out of the loop")
asyncio.run(fails())
"""

BATTERIES = ("battery", "asyncio")
ENDS = (VERSIONS[0], VERSIONS[-1])  # the oldest and the newest

# Name: source, files beside it, changes of the environment.
CASES: dict[str, tuple[str, Mapping[str, str], Mapping[str, str]]] = {
    "battery": (BATTERY, {}, {}),
    "asyncio": (ASYNCIO, {}, {}),
    "exit status": ("import sys; print('x'); sys.exit(3)", {}, {}),
    "exit with a message": ("import sys; print('x'); sys.exit('a message')", {}, {}),
    "no exit handlers": ("import os; print('x', flush=True); os._exit(4)", {}, {}),
    "syntax error": ("print('x'\n", {}, {}),
    "error": ("def f():\n    1 / 0\n\nf()\n", {}, {}),
    "error in an exit handler": ("import atexit\natexit.register(lambda: 1 / 0)\nprint('x', flush=True)", {}, {}),
    "error in a thread": ("import threading; threading.Thread(target=lambda: 1 / 0, name='T').start()", {}, {}),
    "import of a missing module": ("import os\nimport missing\n", {}, {}),
    "import of an invalid module": ("import invalid\n", {}, {}),
    "import of a failing module": ("def f():\n    import importing\nf()\n", {}, {}),
    "broken pipe": (
        "import os, sys\nr, w = os.pipe(); os.close(r); os.dup2(w, 1)\n"
        "try:\n    print('x', flush=True)\nexcept BrokenPipeError as error:\n    print(error, file=sys.stderr)\n"
        "os.dup2(2, 1)\n",
        {},
        {},
    ),
    "warnings are errors": ("import warnings; warnings.warn('w')", {}, {"PYTHONWARNINGS": "error"}),
    "unclosed files": (
        "import socket\nf = open(__file__); s = socket.socket(); del f, s\nprint('x', flush=True)",
        {},
        {"PYTHONWARNINGS": "always"},
    ),
    "unbuffered": ("import sys; print('a', 'b'); print(sys.stdout.line_buffering)", {}, {"PYTHONUNBUFFERED": "1"}),
    "development mode": ("open(__file__); print('x', flush=True)", {}, {"PYTHONDEVMODE": "1"}),
    "an encoding without it": ("print('é', flush=True)", {}, {"PYTHONIOENCODING": "ascii"}),
    "own sitecustomize": ("import sitecustomize; print(sitecustomize.__file__, flush=True)", {
        "sitecustomize.py": "import sys; print('site', sys.path[0], __name__, __spec__.name, flush=True)"
    }, {}),
    "own sitecustomize that fails to import": ("print('x', flush=True)", {"sitecustomize.py": "import missing"}, {}),
    "own sitecustomize that fails": ("print('x', flush=True)", {"sitecustomize.py": "1 / 0"}, {}),
    "own sitecustomize that is no Python": ("print('x', flush=True)", {"sitecustomize.py": "("}, {}),
    "own modules named like those of the library": ("import mmap, _asyncdemo_layout", {
        f"{name}.py": f"print('{name} of my own', flush=True)"
        for name in ("mmap", "binascii", "atexit", "itertools", "_asyncdemo_layout", "_asyncdemo_probe")
    }, {}),
    "own usercustomize": ("print('x', flush=True)", {"usercustomize.py": "print('user', flush=True)"}, {}),
    "no bytecode": ("import sys; print(sys.dont_write_bytecode, flush=True)", {}, {"PYTHONDONTWRITEBYTECODE": "1"}),
    "hash seed": ("print(hash('x'), flush=True)", {}, {"PYTHONHASHSEED": "7"}),
}  # fmt: skip

FILES = {
    "invalid.py": "def (:\n",
    "failing.py": "def fail():\n    1 / 0\n\nfail()\n",
    "importing.py": "import failing\n",
    "folder/__init__.py": "",
    "folder/__main__.py": "import sys\nfrom . import part\nprint(sys.argv, __package__, flush=True)\nsys.exit(5)\n",
    "folder/part.py": "print(__name__, flush=True)\n",
}


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, source in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(dedent(source), encoding="utf-8")


def _trials() -> list[tuple[str, str]]:
    """The batteries on every version, all else on the oldest and the newest."""
    return [(case, version) for case in CASES for version in (VERSIONS if case in BATTERIES else ENDS)]


@pytest.mark.parametrize(("case", "version"), _trials())
def test_nothing_looks_different(both: Both, tmp_path: Path, case: str, version: str) -> None:
    source, files, environ = CASES[case]
    write(tmp_path, {"script.py": source, **FILES, **files})
    without, watched, run = both(needs_interpreter(version), "script.py", "an argument", environ=environ)
    if version == "3.8":  # there stderr is not line-buffered, and comes last without us
        without.printed.sort()
        watched.printed.sort()
    assert watched == without
    assert run["notes"] == []
    assert run["python"]["version"].startswith(version + ".")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_module_looks_no_different(both: Both, tmp_path: Path, version: str) -> None:
    write(tmp_path, FILES)
    without, watched, _ = both(needs_interpreter(version), "-m", "folder", "an argument")
    assert watched == without
    assert watched.status == 5


def test_a_virtual_environment_with_a_sitecustomize_of_its_own(both: Both, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "sitecustomize.py").write_text("print('of the environment', flush=True)\n")
    write(tmp_path, {"script.py": "import sys, sitecustomize\nprint(sys.prefix, sitecustomize.__file__, flush=True)"})
    without, watched, run = both(str(venv / "bin" / "python"), "script.py")
    assert watched == without
    assert watched.printed[0] == "of the environment"
    assert run["notes"] == []


@pytest.mark.parametrize("option", ["-I", "-S", "-E"])
def test_an_interpreter_that_lets_nobody_in_is_not_observed_and_said_so(
    both: Both, tmp_path: Path, option: str
) -> None:
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/bin/sh\nexec {sys.executable} {option} "$@"\n')
    wrapper.chmod(0o755)
    write(tmp_path, {"script.py": "import sys\nprint(sys.flags, sys.stdout.line_buffering, flush=True)\nsys.exit(3)"})
    without, watched, run = both(str(wrapper), "script.py")
    assert watched == without
    assert run["notes"] == ["not observed: the probe could not get in, so only the whole time is known"]
    assert run["seconds"]["script"] is None
    assert {piece["stream"] for piece in run["output"]} == {"other"}


def test_programs_that_the_script_starts_are_not_probed(both: Both, tmp_path: Path) -> None:
    source = """
        import os, subprocess, sys
        look = "import os, sys; print(sorted(os.environ.items()), sys.path, sys.stdout.line_buffering)"
        look += "; print(vars(sys.stdout.buffer), sys.modules.get('sitecustomize'))"
        subprocess.run([sys.executable, "-c", look], check=True)
        subprocess.run([sys.executable, "-c", look], check=True, env={})
        import multiprocessing
        def work():
            print(vars(sys.stdout.buffer), sys.stdout.line_buffering, flush=True)
        if __name__ == "__main__":
            process = multiprocessing.get_context("spawn").Process(target=work)
            process.start(); process.join()
    """
    write(tmp_path, {"script.py": source})
    without, watched, _ = both(sys.executable, "script.py")
    assert watched == without


def test_what_a_script_can_tell_if_it_looks_for_it(both: Both, tmp_path: Path) -> None:
    """The list in docs/observing.md: what differs is just this."""
    source = """
        import atexit, importlib._bootstrap, sys, traceback
        print("line_buffering", sys.stdout.line_buffering, flush=True)
        print("vars", sorted(vars(sys.stdout.buffer)), flush=True)
        print("write", type(sys.stdout.buffer.write).__name__, flush=True)
        print("exit handlers", atexit._ncallbacks(), flush=True)
        print("import", importlib._bootstrap._find_and_load.__code__.co_firstlineno < 9, flush=True)
    """
    write(tmp_path, {"script.py": source})
    without, watched, _ = both(sys.executable, "-m", "script")
    different = [(a, b) for a, b in zip(without.printed, watched.printed, strict=True) if a != b]
    assert different == [
        ("line_buffering False", "line_buffering True"),
        ("vars []", "vars ['write']"),
        ("write builtin_function_or_method", "write partial"),
        ("exit handlers 0", "exit handlers 1"),
        ("import False", "import True"),
    ]
