"""Reaches into a process that runs already: has it execute scripts of ours, and takes all out of it again.

The process executes a script when its main thread comes to execute a bytecode. One that waits for input does not, so
its event loop is woken up (waking.py). What cannot be reached in that way is read from outside (probe/outside.py).
Linux only.
"""

import json
import os
import select
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from asyncdemo import probe
from asyncdemo.errors import ToolError, UsageError
from asyncdemo.probe import inject
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner import linux
from asyncdemo.runner.attachable import Process
from asyncdemo.runner.shared_memory import shared_memory
from asyncdemo.runner.waking import wake_loops

PATIENCE = 2.0  # seconds that a process has for coming to execute a script
_WORKING = 30.0  # seconds for the work of one that it has come to
_WAKE_AFTER = 0.02  # seconds after which its event loops are woken up
_WAKE_AGAIN = 0.1
_PAUSE = 0.002  # seconds between two looks
_LEAVING = 3.0  # seconds that a probe has for taking all out of a process
_LOSING = 10.0  # seconds after which somebody who does not answer is lost
_PROBE = Path(inject.__file__).parent

# What the process executes. It leaves no module behind, and no error reaches the process.
_SCRIPT = """\
def _asyncdemo(folder, what, *arguments):
    importing = __loader__.find_spec.__globals__  # nothing that the program may have put in the place of __import__
    sys, original = importing["sys"], importing["__import__"]
    external = sys.modules["_frozen_importlib_external"]
    modules, theirs = {}, set(sys.modules)

    def read(path):  # its own has __import__ called
        with external._io.FileIO(path) as file:
            return file.readall()

    def import_(name, *rest, **named):
        if not name.startswith("_asyncdemo_"):
            found = original(name, *rest, **named)
            if name not in theirs:
                sys.modules.pop(name, None)
            return found
        if name not in modules:
            source = external.SourceFileLoader(name, folder + name + ".py")
            source.get_data, source._cache_bytecode = read, lambda *_: None
            modules[name] = module = type(sys)(name)
            module.__builtins__ = dict(vars(sys.modules["builtins"]), __import__=import_, __lazy_import__=import_)
            exec(source.get_code(name), module.__dict__)
        return modules[name]

    try:
        getattr(import_("_asyncdemo_attach"), what)(*arguments)
    except Exception:
        pass


_asyncdemo({arguments})
"""


class Attached:
    """A process that scripts can be put into; `memory` is shared with these."""

    def __init__(self, process: Process, helper: "_Helper", folder: Path, stack: ExitStack) -> None:
        self.process = process
        self._helper = helper
        self._folder = folder
        self._mapped = stack.enter_context(ExitStack())
        self._is_pending = False  # whether there may be a script that was not executed yet
        self.renew()

    def renew(self) -> None:
        """Take memory that is empty, and let go of what there was."""
        self._mapped.close()
        self.memory = self._mapped.enter_context(shared_memory())
        self.memory.prepare(attributing=False, tracing=True, reasons=bool(os.environ.get("ASYNCDEMO_DEBUG")))
        self.memory.say_parent()

    def answers(self) -> bool:
        """True once a script that was put in has done its work; False if the process has not even come to begin it.

        Raises UsageError if the process has ended.
        """
        begun = self.wait(lambda: self.memory[layout.PID] != 0)
        self._is_pending = not begun
        return begun and self.wait(lambda: self.memory[layout.ATTACHED] != 0, _WORKING)

    def execute(self, what: str, *arguments: str) -> None:
        """Have a function of _asyncdemo_attach called; raises UsageError where the process does not let us."""
        script = self._folder / f"{what}.py"
        words = [f"{_PROBE}{os.sep}", what, *arguments]
        script.write_text(_SCRIPT.replace("{arguments}", ", ".join(map(repr, words))), encoding="utf-8")
        self._is_pending = True
        self._helper.ask("exec", str(script))

    def wait(self, is_done: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Wait until something has been done in the process, and wake it up for that; False where it was not.

        Raises UsageError if the process has ended.
        """
        now = started = time.monotonic()
        wake = started + _WAKE_AFTER
        while not (done := is_done()) and now < started + patience:
            if now > wake:
                wake_loops(self.process.pid, self._waiting)
                wake = now + _WAKE_AGAIN
            time.sleep(_PAUSE)
            now = time.monotonic()
            if not linux.is_running(self.process.pid):
                raise _gone(self.process.pid)
        return done

    def comes_out(self, is_out: Callable[[], bool]) -> bool:
        """Wait until a probe that is to leave has taken all out of the process; False where it has not come to that.

        Raises UsageError if the process has ended.
        """
        if self.wait(is_out, _LEAVING / 2):
            return True
        self.execute("take_out")
        return self.wait(is_out, _LEAVING / 2)

    def _waiting(self) -> list[int]:
        """The threads in which a loop of asyncio's or trio's waits for input; none where that cannot be read."""
        with suppress(UsageError):
            return list(self._helper.ask("waiting"))
        return []

    def withdraw(self) -> None:
        """See to it that a script which was not executed by now never is: an empty one takes its place.

        Where there is none any more, the process would complain of that on its stderr.
        """
        self.memory.leave()
        if self._is_pending:
            self._is_pending = False
            with suppress(UsageError, ToolError):
                self._helper.ask("exec", os.devnull)

    def read(self) -> Any:
        """Where the threads and tasks of the process are, as probe/outside.py tells."""
        return self._helper.ask("read")


@contextmanager
def attached(process: Process) -> Iterator[Attached]:
    """Reach into a process; raises UsageError where that cannot be done, or somebody else does it just now."""
    if process.cannot is not None:
        raise UsageError(f"cannot attach to process {process.pid}: {process.cannot}; {process.instead}")
    with ExitStack() as stack:
        stack.enter_context(_alone(process.pid))
        _refuse_watched(process.pid)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="asyncdemo-attach-")))
        helper = stack.enter_context(_helper(process, folder))
        stack.callback(
            shutil.rmtree, folder, ignore_errors=True
        )  # before the helper ends, which takes it for a sign that we were killed
        inside = Attached(process, helper, folder, stack)
        stack.callback(inside.withdraw)
        if not inside.comes_out(lambda: not any(words[layout.BEAT] for words in _headers(process.pid))):
            said = "the probe of an asyncdemo that was killed is in it until its event loop next turns; try again then"
            raise UsageError(f"cannot attach to process {process.pid}: {said}")
        yield inside


@contextmanager
def _alone(pid: int) -> Iterator[None]:
    """Hold a name that only one can have, and that nobody has any more who has ended."""
    with socket.socket(socket.AF_UNIX) as name:
        try:
            name.bind(f"\0asyncdemo-attach-{pid}")
        except OSError:
            said = "another asyncdemo is attached to it; wait until that has ended"
            raise UsageError(f"cannot attach to process {pid}: {said}") from None
        yield


def _refuse_watched(pid: int) -> None:
    """Raise UsageError where a process is being watched: two probes would record each other."""
    fresh = time.monotonic_ns() - layout.STALE
    for words in _headers(pid):
        # What was attached says that it lives; a run, which never does, is over with who started the process.
        lives = words[layout.BEAT] > fresh if words[layout.BEAT] else linux.is_running(words[layout.PARENT])
        if lives and not words[layout.LEAVE]:
            said = "asyncdemo already watches it; use its report, or wait until it has left"
            raise UsageError(f"cannot attach to process {pid}: {said}")


def _headers(pid: int) -> "Iterator[memoryview[int]]":
    """The header of each memory with which a probe records in a process: not of one that it has as a copy (a fork)."""
    with suppress(OSError), Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text(errors="replace").splitlines():
            if "memfd:asyncdemo" in line:
                start = int(line.partition("-")[0], 16)
                words = memoryview(os.pread(memory.fileno(), layout.HEADER * 8, start)).cast("q")
                if words[layout.PID] in (0, pid) and not words[layout.LEFT]:
                    yield words


class _Helper:
    """A process of the target's own interpreter, which can reach into it."""

    def __init__(self, pid: int, started: "subprocess.Popen[str]") -> None:
        self._pid = pid
        self._started = started
        self.answer()

    def ask(self, *words: str) -> Any:
        """What it answers; raises UsageError with the reason where it fails, ToolError where it does not answer."""
        assert self._started.stdin is not None
        with suppress(BrokenPipeError):
            self._started.stdin.write(json.dumps(words) + "\n")
            self._started.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        """Its next line."""
        assert self._started.stdout is not None
        ready, _, _ = select.select([self._started.stdout], [], [], _LOSING)
        line = self._started.stdout.readline() if ready else ""
        if not line:
            raise ToolError(f"cannot attach to process {self._pid}: its interpreter does not answer; start it again")
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            if not linux.is_running(self._pid):
                raise _gone(self._pid)
            raise UsageError(f"cannot attach to process {self._pid}: {answer['error']}: {answer['text']}")
        return answer


@contextmanager
def _helper(process: Process, folder: Path) -> Iterator[_Helper]:
    program = Path(probe.__file__).with_name("outside.py")
    try:
        started = subprocess.Popen(
            [process.executable, "-I", "-S", str(program), str(process.pid), str(_PROBE), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for us
        )
    except OSError as error:
        said = f"cannot run its interpreter {process.executable}: {error.strerror}"
        raise UsageError(f"cannot attach to process {process.pid}: {said}; start it with asyncdemo run") from None
    try:
        yield _Helper(process.pid, started)
    finally:
        assert started.stdin is not None and started.stdout is not None
        with suppress(BrokenPipeError):
            started.stdin.close()
        started.stdout.close()
        try:
            started.wait(_LOSING)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _gone(pid: int) -> UsageError:
    return UsageError(f"process {pid} has ended")
