"""The child process: started just as a shell would start it, with the probe let in by way of its environment."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from asyncdemo.probe import inject
from asyncdemo.runner.memory import Memory

PROBE_FOLDER = str(Path(inject.__file__).parent)


@dataclass(frozen=True, slots=True)
class Exit:
    """How the process ended: `status` as `subprocess` gives it (minus the signal), the moment (ns), CPU seconds."""

    status: int
    at: int
    cpu: float


class Child:
    """A started interpreter in a process group of its own; `output` is the reading end of its one pipe."""

    def __init__(self, process: "subprocess.Popen[bytes]", started: int, output: int) -> None:
        self.started = started
        self.output = output
        self.pid = process.pid
        self.exit: Exit | None = None
        self._process = process

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole process group, and wake it up for it; to the process too if it has left that."""
        for each in (number, signal.SIGCONT):
            with suppress(ProcessLookupError, PermissionError):  # gone, or no longer ours
                os.killpg(self.pid, each)
            with suppress(ProcessLookupError, PermissionError):
                if self.exit is None and os.getpgid(self.pid) != self.pid:
                    os.kill(self.pid, each)

    def has_ended(self) -> bool:
        """Whether the process has ended; its exit status stays to be collected."""
        return self.exit is not None or bool(os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT))

    def collect(self) -> Exit:
        """Wait for the end of the process and collect its exit status; its number is free from then on."""
        if self.exit is None:
            _, status, usage = os.wait4(self.pid, 0)
            self.exit = Exit(os.waitstatus_to_exitcode(status), time.monotonic_ns(), _cpu(usage))
            self._process.returncode = self.exit.status  # so that Popen does not look for it again
        return self.exit

    def stopped(self) -> bool:
        """Whether the process was stopped (Ctrl-Z, or it wanted a terminal that it does not have) since last asked."""
        if self.exit is not None:
            return False
        return os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG) is not None


def start_child(
    command: Sequence[str],
    memory: Memory | None,
    environ: Mapping[str, str],
    *,
    stdin: int | IO[bytes] | None,
) -> Child:
    """Start `command` with both streams in one pipe. Raises OSError where it cannot be started."""
    reading, writing = os.pipe()
    try:
        started = time.monotonic_ns()
        process = subprocess.Popen(
            list(command),
            stdin=stdin,
            stdout=writing,
            stderr=writing,
            env=dict(environ) if memory is None else watched_environment(environ, memory),
            process_group=0,
        )
    except OSError:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    os.set_blocking(reading, False)
    return Child(process, started, reading)


def watched_environment(environ: Mapping[str, str], memory: Memory) -> dict[str, str]:
    """The environment in which the probe finds its way in; the probe takes all of it back."""
    changed = dict(environ) | {"ASYNCDEMO_MEMORY": memory.path, "PYTHONPATH": PROBE_FOLDER}
    changed.pop("ASYNCDEMO_PYTHONPATH", None)
    before = environ.get("PYTHONPATH")
    if before is not None:
        changed["ASYNCDEMO_PYTHONPATH"] = before
    if before:
        changed["PYTHONPATH"] += os.pathsep + before
    return changed


def _cpu(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime
