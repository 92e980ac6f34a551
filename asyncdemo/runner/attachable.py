"""Which processes can be attached to, and why others cannot, in words. Linux only: all is read from /proc."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from asyncdemo.runner import linux

OLDEST = 3, 14
_PATIENCE = 5.0  # seconds for an interpreter to say its version
_SAYS = "import sys; print(*sys.version_info[:3], sys.implementation.name, getattr(sys, '_is_gil_enabled', bool)())"
_DISABLED = "PYTHON_DISABLE_REMOTE_DEBUG"
_LIBRARY = re.compile(r"(/\S*/libpython3\.\d+t?\.so\S*)")


class Python(NamedTuple):
    """What an interpreter says of itself; `version` is None where it says nothing."""

    version: tuple[int, int, int] | None
    implementation: str = ""
    has_gil: bool = True

    @property
    def words(self) -> str:
        """Its name and version."""
        name = {"cpython": "CPython", "pypy": "PyPy"}.get(self.implementation, self.implementation or "Python")
        return name if self.version is None else f"{name} {'.'.join(map(str, self.version))}"


class Process(NamedTuple):
    """A process: what it runs, and on which Python, None where it is none; `cannot` says why it cannot be attached to.

    `instead` is what to do about that.
    """

    pid: int
    program: str
    executable: str
    python: Python | None = None
    cannot: str | None = None
    instead: str = ""


def process(pid: int) -> Process:
    """The process of that number, with the reason why it cannot be attached to, if so."""
    if sys.platform != "linux":
        return Process(pid, "", "", cannot="attaching works on Linux only", instead="start it with asyncdemo run")
    found = _looked_up(pid) if pid > 0 else None
    if found is None or not linux.is_running(pid):  # which may have ended while we looked
        return Process(pid, "", "", cannot="there is no such process", instead="asyncdemo ps lists them")
    return found


def _looked_up(pid: int) -> Process:
    if (owner := _owner(pid)) not in (os.geteuid(), None):
        return _of_somebody_else(pid, owner or 0)
    executable = _executable(pid)
    found = Process(pid, linux.program(pid) or "", executable)
    if not executable:
        return found._replace(
            cannot="its executable cannot be read", instead="asyncdemo ps lists the processes of Python"
        )
    if not _is_python(pid, executable):
        return found._replace(
            cannot=f"it is not Python: it runs {executable}", instead="asyncdemo ps lists those that are"
        )
    if executable.endswith(" (deleted)"):
        return found._replace(
            cannot="its interpreter was replaced on disk since it was started", instead="start it again"
        )
    if _has_own(pid, "pid"):
        return found._replace(cannot="it runs in a container", instead="run asyncdemo inside that container")
    if _has_own(pid, "mnt"):
        instead = f"nsenter --mount --target {pid} asyncdemo attach {pid}"
        return found._replace(cannot="it sees other files than we do (a mount namespace of its own)", instead=instead)
    found = found._replace(python=_python(executable))
    cannot, instead = _refused(found) or (None, "")
    return found._replace(cannot=cannot, instead=instead)


def processes() -> list[Process]:
    """All Python processes of this machine, as far as they can be seen, but for this one and what it has started."""
    own, found = os.getpid(), []
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        if pid == own or own in _ancestors(pid):
            continue
        if _is_python(pid, _executable(pid)) and linux.is_running(pid):
            found.append(process(pid))
    return sorted(found, key=lambda each: (each.cannot is not None, each.pid))


def _refused(found: Process) -> tuple[str, str] | None:
    """Why a Python cannot be attached to, and what to do instead; None where it can."""
    python = found.python
    if python is None or python.version is None:
        return f"{found.executable} does not say which Python it is", "start it with asyncdemo run"
    if python.implementation != "cpython" or python.version < OLDEST:
        return f"{python.words}: attaching needs CPython 3.14", "start it with asyncdemo run"
    if not python.has_gil:
        return f"{python.words}, free-threaded: not tried", "start it with asyncdemo run"
    if _is_disabled(found.pid):
        return f"{_DISABLED} or -X disable-remote-debug is set in it", "start it without"
    if not _may_look_into(found.pid):
        scope = _text("/proc/sys/kernel/yama/ptrace_scope").strip()
        why = f" (ptrace_scope {scope})" if scope not in ("", "0") else ""
        instead = (
            "run asyncdemo as root, or: sudo sysctl kernel.yama.ptrace_scope=0" if why else "run asyncdemo as root"
        )
        return f"the system does not let us look into it{why}", instead
    return None


def _of_somebody_else(pid: int, owner: int) -> Process:
    from pwd import getpwuid  # which Windows has not

    try:
        name = getpwuid(owner).pw_name
    except KeyError:
        name = f"#{owner}"
    instead = f"sudo -u {name} asyncdemo attach {pid}"
    return Process(pid, linux.program(pid) or "", _executable(pid), cannot=f"it belongs to {name}", instead=instead)


def _executable(pid: int) -> str:
    """The file that a process runs; "" where that is not told, as of the kernel's own."""
    try:
        return str(Path(f"/proc/{pid}/exe").readlink())
    except OSError:
        return ""


def _owner(pid: int) -> int | None:
    """The number of the user as whom a process runs."""
    found = re.search(r"^Uid:\s+\d+\s+(\d+)", _text(f"/proc/{pid}/status"), re.MULTILINE)
    return None if found is None else int(found[1])


def _is_python(pid: int, executable: str) -> bool:
    name = Path(executable.removesuffix(" (deleted)")).name
    return (
        re.match(r"(python|pypy)[\d.]*t?$", name) is not None or _LIBRARY.search(_text(f"/proc/{pid}/maps")) is not None
    )


@cache
def _python(executable: str) -> Python:
    """What an interpreter says when it is asked; a program that has one built in says nothing."""
    if re.match(r"(python|pypy)", Path(executable).name) is None:
        return Python(None)
    try:
        done = subprocess.run(
            [executable, "-I", "-S", "-c", _SAYS],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=True,
        )
        major, minor, patch, implementation, gil = done.stdout.split()
        return Python((int(major), int(minor), int(patch)), implementation, gil == "True" or int(minor) < 13)
    except (OSError, subprocess.SubprocessError, ValueError):
        return Python(None)


def _is_disabled(pid: int) -> bool:
    """True if a process was started so that nothing may be put into it."""
    variables = _text(f"/proc/{pid}/environ").split("\0")
    words = _text(f"/proc/{pid}/cmdline").split("\0")
    return any(each.startswith(f"{_DISABLED}=") and each != f"{_DISABLED}=" for each in variables) or any(
        word.removeprefix("-X") == "disable-remote-debug" for word in words
    )


def _has_own(pid: int, kind: str) -> bool:
    """True if a process has another namespace of this kind than we have."""
    try:
        return Path(f"/proc/{pid}/ns/{kind}").readlink() != Path(f"/proc/self/ns/{kind}").readlink()
    except OSError:
        return False


def _may_look_into(pid: int) -> bool:
    """True if the system lets us read and write the memory of a process: the same right as that of a debugger."""
    try:
        os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def _ancestors(pid: int) -> Iterator[int]:
    while pid > 1 and (known := linux.parent_and_start(pid)) is not None:
        pid = known[0]
        yield pid


def _text(path: str) -> str:
    """The text of a file of the kernel's; "" where it cannot be read."""
    try:
        return Path(path).read_bytes().decode(errors="replace")
    except OSError:
        return ""
