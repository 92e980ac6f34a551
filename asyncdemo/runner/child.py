"""The child process: started just as a shell would start it, with the probe let in by way of its environment."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from asyncdemo.probe import inject
from asyncdemo.runner.reaper import Exit, Reaper, start_reaper
from asyncdemo.runner.shared_memory import Memory

PROBE_FOLDER = str(Path(inject.__file__).parent)


class Child:
    """A started interpreter in a process group of its own; `output` is the reading end of its one pipe."""

    def __init__(self, reaper: Reaper, output: int) -> None:
        self.started = reaper.started
        self.output = output
        self.pid = reaper.child
        self.reaper = reaper
        self.exit: Exit | None = None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole process group, and wake it up for it; to the process too if it has left that."""
        if self.exit is not None or self.reaper.lost:
            return  # by now its number may be somebody else's
        for each in (number, signal.SIGCONT):
            with suppress(ProcessLookupError, PermissionError):  # gone, or no longer ours
                os.killpg(self.pid, each)
            with suppress(ProcessLookupError, PermissionError):
                if os.getpgid(self.pid) != self.pid:
                    os.kill(self.pid, each)

    def finish(self, grace: float) -> tuple[Exit, int]:
        """Have everything ended that is left, with so many seconds of grace: how the child ended, and how many those
        processes were. Raises ToolError where nobody can know.
        """
        self.exit, left = self.reaper.finish(grace)
        return self.exit, left


def start_child(
    command: Sequence[str],
    memory: Memory | None,
    environ: Mapping[str, str],
    *,
    stdin: int | IO[bytes] | None,
    children: str | None = None,
) -> Child:
    """Start `command` with both streams in one pipe. Raises OSError where it cannot be started.

    The Python programs that it starts find memory of their own in the folder `children`.
    """
    reading, writing = os.pipe()

    def spawn() -> "subprocess.Popen[bytes]":
        if memory is not None:
            memory.say_parent()
        return subprocess.Popen(
            list(command),
            stdin=stdin,
            stdout=writing,
            stderr=writing,
            env=dict(environ) if memory is None else watched_environment(environ, memory, children),
            process_group=0,
        )

    try:
        reaper = start_reaper(spawn, grouped=True, closing=(reading, writing))
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    os.set_blocking(reading, False)
    return Child(reaper, reading)


def watched_environment(environ: Mapping[str, str], memory: Memory, children: str | None = None) -> dict[str, str]:
    """The environment in which the probe finds its way in; the probe takes all of it back."""
    changed = dict(environ) | {"ASYNCDEMO_MEMORY": memory.path, "PYTHONPATH": PROBE_FOLDER}
    for name in ("ASYNCDEMO_PYTHONPATH", "ASYNCDEMO_CHILDREN"):
        changed.pop(name, None)
    if children is not None:
        changed["ASYNCDEMO_CHILDREN"] = children
    before = environ.get("PYTHONPATH")
    if before is not None:
        changed["ASYNCDEMO_PYTHONPATH"] = before
    if before:
        changed["PYTHONPATH"] += os.pathsep + before
    return changed
