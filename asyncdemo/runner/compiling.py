"""A block of a document that cannot run as a plain script: compiled by the very Python that runs it, in a process."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from asyncdemo import probe

TIMEOUT = 20.0  # seconds


def compiled(python: str, source: Path, sessions: Sequence[tuple[int, int]]) -> Path:
    """Give the file of bytecode beside a staged copy, in which these lines (first and last) are `>>>` examples.

    Where it cannot be compiled give the source itself: the run then says what is wrong with it.
    """
    target = source.with_name(f"{source.name}.pyc")
    target.unlink(missing_ok=True)  # a link to what the document has beside it
    program = Path(probe.__file__).with_name("precompile.py")
    ranges = ",".join(f"{first}-{last}" for first, last in sessions)
    try:
        done = subprocess.run(
            [python, "-I", "-S", str(program), str(source), str(target), ranges],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return source
    return target if done.returncode == 0 else source
