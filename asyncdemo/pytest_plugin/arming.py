"""The probe in the process of pytest itself, and the process that looks at it from outside.

A step that holds the loop can be asked for its line from outside only (runner/stacks.py), and a thread of ours would
show: Python warns of a fork where there are threads. So a process of ours watches, as it does in `asyncdemo run`. It is
no child of pytest's, whose tests may wait for any child. It ends when pytest does.
"""

import importlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import ModuleType

import asyncdemo
from asyncdemo.model.traces import Frame, Sample, Standstill
from asyncdemo.probe import inject
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.host import host
from asyncdemo.runner.shared_memory import Memory, TraceReader, memory_at, shared_memory
from asyncdemo.runner.snapshots import Snapshots, read_snapshot
from asyncdemo.runner.stacks import Stacks

_OURS = "_asyncdemo_of_pytest"
_PATIENCE = 2.0  # seconds that the watching process has for an answer
_WATCH = """import os, sys
os.fork() and os._exit(0)
sys.path.insert(0, sys.argv[1])
from asyncdemo.pytest_plugin.arming import watch
watch(*sys.argv[2:])
"""


class Armed:
    """The probe in this process: what it has recorded."""

    def __init__(self, memory: Memory, watcher: "Watcher | None", stack: ExitStack) -> None:
        self.memory = memory
        self.trace = TraceReader(memory)
        self._watcher = watcher
        self._stack = stack

    def samples(self) -> tuple[Sample, ...]:
        """The stacks of long steps since the last call; none where there is nobody who asks for them."""
        return () if self._watcher is None else self._watcher.samples()

    def wait_until_watched(self) -> None:
        """Wait until the other process is ready, so that no test goes on before."""
        self.samples()

    def is_watched(self) -> bool:
        """True if somebody has looked at this process from outside all the time: who still answers."""
        self.samples()
        return self._watcher is not None and not self._watcher.is_lost

    def standstill(self, since: int) -> Standstill | None:
        """The last snapshot if it was taken after `since` (ns), its time counted from there."""
        return read_snapshot(self.memory, since)

    def close(self) -> None:
        """Let the other process end. The probe stays: loops that still run go on to store what they do."""
        if self._watcher is not None:
            self._watcher.close()
        self._stack.close()


def arm() -> Armed | None:
    """Put the probe into this interpreter; None where one is in place already. Raises ToolError without memory."""
    stack = ExitStack()
    memory, pipe = stack.enter_context(shared_memory()), stack.enter_context(host.stack_pipe())
    memory.prepare(attributing=False, tracing=True, stacks=pipe, reasons=bool(os.environ.get("ASYNCDEMO_DEBUG")))
    with _probe() as probe:
        if not probe.arm(memory.words(0, layout.SIZE)):
            stack.close()
            return None
        _places()[_OURS] = True
    return Armed(memory, None if pipe is None else _start_watcher(memory, pipe), stack)


def was_armed() -> bool:
    """True if the probe that is in place was put there by a pytest that ran in this process before."""
    return _OURS in _places()


def _places() -> dict[str, object]:
    """The names beside the function that imports: the probe's own where one is in place."""
    found: dict[str, object] = sys.modules["_frozen_importlib"]._find_and_load.__globals__
    return found


@contextmanager
def _probe() -> Iterator[ModuleType]:
    """The probe's module, loaded as in a child: from a folder that is on the path for that moment only."""
    folder = str(Path(inject.__file__).parent)
    sys.path.insert(0, folder)
    try:
        yield importlib.import_module("_asyncdemo_probe")
    finally:
        sys.path.remove(folder)
        sys.path_importer_cache.pop(folder, None)
        for name in [name for name in sys.modules if name.startswith("_asyncdemo_")]:
            del sys.modules[name]


class Watcher:
    """The process that watches this one from outside, by the socket through which it is asked."""

    def __init__(self, asking: socket.socket) -> None:
        self._asking: socket.socket | None = asking
        self._answers = asking.makefile("rb")
        self.is_lost = False

    def samples(self) -> tuple[Sample, ...]:
        """The stacks since the last call; none where it is gone, or does not answer."""
        if self._asking is None:
            return ()
        try:
            self._asking.sendall(b"?")
            answer = json.loads(self._answers.readline())
        except (OSError, ValueError):
            self.is_lost = True
            self.close()
            return ()
        return tuple(Sample(at, tuple(Frame(*frame) for frame in frames), thread) for at, frames, thread in answer)

    def close(self) -> None:
        """Ask no more; that ends it."""
        if self._asking is not None:
            self._answers.close()
            self._asking.close()
            self._asking = None


def _start_watcher(memory: Memory, pipe: int) -> Watcher | None:
    """Start the process, at two removes; None where that cannot be had."""
    if not hasattr(os, "pidfd_open"):
        return None
    ours, theirs = socket.socketpair()
    ours.settimeout(_PATIENCE)
    pid, root = os.getpid(), str(Path(asyncdemo.__file__).parent.parent)
    arguments = [root, str(pid), memory.path, f"/proc/{pid}/fd/{pipe}", str(theirs.fileno())]
    with theirs, suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            [sys.executable, "-I", "-S", "-c", _WATCH, *arguments],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            timeout=_PATIENCE,
            check=True,
        )
        return Watcher(ours)
    ours.close()
    return None


_LOOK = 10  # ms between two looks


def watch(pid: str, memory_path: str, pipe_path: str, control: str) -> None:
    """Watch the process with this number, whose memory and pipe have these names, until it ends or says so."""
    with suppress(OSError), socket.socket(fileno=int(control)) as asked:
        process = os.pidfd_open(int(pid))
        pipe = os.open(pipe_path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        _watch(int(pid), process, memory_at(memory_path), pipe, asked)


def _watch(pid: int, process: int, memory: Memory, pipe: int, asked: socket.socket) -> None:
    poll = select.poll()
    for descriptor in (process, asked.fileno()):
        poll.register(descriptor, select.POLLIN)
    stacks = Stacks(memory, pid, pipe)
    snapshots = Snapshots(memory, stacks, started=0)
    while True:
        ready = [descriptor for descriptor, _ in poll.poll(_LOOK)]
        if process in ready:
            return
        now = time.monotonic_ns()
        stacks.look(now)
        snapshots.look(now)
        if asked.fileno() in ready:
            if not asked.recv(1):
                return
            answer = [(each.at, each.frames, each.thread) for each in stacks.samples()]
            asked.sendall(json.dumps(answer).encode() + b"\n")
            stacks.forget()
