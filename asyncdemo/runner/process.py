"""A started program, as the tool sees it on every platform."""

import os
from typing import Literal, NamedTuple, Protocol

Report = Literal["stopped", "exited"]

CHUNK = 1 << 16  # bytes read at once
UNCOUNTED = -1  # processes that a script has left running: some, and nobody knows how many


class Exit(NamedTuple):
    """How the process ended: `status` as `subprocess` gives it (minus the signal), the moment (ns), CPU seconds.

    `main_cpu` are those of its main thread, and for `queued` seconds that was ready and had no processor; None where
    the system does not say.
    """

    status: int
    at: int
    cpu: float
    main_cpu: float | None = None
    queued: float | None = None


class Process(Protocol):
    """A started program, with all that it starts: `child` is its process id, `started` when that was (ns).

    `reports` becomes readable when there is a report; it is None where `take_report` is to be called again and again.
    """

    child: int
    started: int

    @property
    def reports(self) -> int | None:
        """The descriptor."""

    @property
    def lost(self) -> bool:
        """True if the process is gone, and with it all certainty of what has the child's number."""

    def take_report(self) -> Report | None:
        """The next report, None where there is none for anybody. Raises ToolError where there can be none any more."""

    def wake(self) -> None:
        """Let what reports go on where the script has stopped it."""

    def signal(self, number: int) -> None:
        """Send a signal to the program, and to its process group if it leads one; what comes nearest to it, else."""

    def finish(self, grace: float) -> tuple[Exit, int]:
        """Have what is left stopped: how the child ended, and how many processes it had left running, or UNCOUNTED.

        A child that still runs is ended too. `grace` in seconds. Raises ToolError where nobody can know.
        """


def read(descriptor: int) -> bytes | None:
    """What has come through a pipe that does not block."""
    try:
        return os.read(descriptor, CHUNK)
    except BlockingIOError:
        return None
