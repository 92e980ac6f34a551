"""The child process: started just as a shell would start it, with the probe let in by way of its environment."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from asyncdemo.probe import inject
from asyncdemo.runner.host import host
from asyncdemo.runner.process import Exit, Process
from asyncdemo.runner.shared_memory import Memory

PROBE_FOLDER = str(Path(inject.__file__).parent)


class Child:
    """A started interpreter in a process group of its own; `output` is the reading end of its one pipe."""

    def __init__(self, process: Process, output: int) -> None:
        self.started = process.started
        self.output = output
        self.pid = process.child
        self.process = process
        self.exit: Exit | None = None

    def signal(self, number: int) -> None:
        """Send a signal to the whole process group."""
        if self.exit is None and not self.process.lost:  # by now its number may be somebody else's
            self.process.signal(number)

    def finish(self, grace: float) -> tuple[Exit, int]:
        """Have everything ended that is left, with so many seconds of grace: how the child ended, and how many those
        processes were. Raises ToolError where nobody can know.
        """
        self.exit, left = self.process.finish(grace)
        return self.exit, left


def start_child(
    command: Sequence[str],
    memory: Memory,
    environ: Mapping[str, str],
    *,
    stdin: int | IO[bytes] | None,
    children: str | None = None,
) -> Child:
    """Start `command` with both streams in one pipe. Raises OSError where it cannot be started.

    The Python programs that it starts find memory of their own in the folder `children`.
    """
    reading, writing = os.pipe()
    try:
        process = host.start(
            command,
            environ=watched_environment(environ, memory, children),
            stdin=stdin,
            output=writing,
            begin=memory.say_parent,
            closing=(reading, writing),
        )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    if host.WAITS:
        os.set_blocking(reading, False)
    return Child(process, reading)


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
