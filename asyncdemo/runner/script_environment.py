"""Where a script can run that says itself what it needs (PEP 723): uv's environment for it, and what others lack."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from asyncdemo.runner.interpreter import CANNOT, NoInterpreterError

_PATIENCE = 20.0  # seconds for an interpreter to say what is installed

_ASK = """\
import json, os, platform, sys
from importlib.metadata import PackageNotFoundError, version
versions = {}
for name in sys.argv[1:]:
    try:
        versions[name] = version(name)
    except PackageNotFoundError:
        versions[name] = None
print(json.dumps({"python": sys.version_info[:3], "versions": versions, "environment": {
    "implementation_name": sys.implementation.name, "implementation_version": platform.python_version(),
    "os_name": os.name, "platform_machine": platform.machine(), "platform_release": platform.release(),
    "platform_system": platform.system(), "platform_version": platform.version(), "extra": "",
    "platform_python_implementation": platform.python_implementation(), "sys_platform": sys.platform,
    "python_full_version": platform.python_version(), "python_version": "%d.%d" % sys.version_info[:2],
}}))
"""


class Installed(NamedTuple):
    """What an interpreter has: its version, those of packages by name (None: not there), the values of its markers."""

    python: tuple[int, ...]
    versions: Mapping[str, str | None]
    environment: Mapping[str, str]


def by_uv(script: Path, environ: Mapping[str, str]) -> str | None:
    """The interpreter of the environment in which `uv run --script` would run this; None where there is no uv.

    What is missing there is installed. The child is then not uv, which would start the interpreter as its own child,
    but `PYTHON SCRIPT ARGS` as always. Raises NoInterpreterError.
    """
    uv = shutil.which("uv", path=environ.get("PATH"))
    if uv is None:
        return None
    _ask_uv([uv, "sync", "--quiet", "--script", str(script)], environ)
    return _ask_uv([uv, "python", "find", "--script", str(script)], environ).strip()


def _ask_uv(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """What uv prints. It has its own patience with the network."""
    try:
        done = subprocess.run(
            command, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise NoInterpreterError(f"{error.strerror}: {command[0]}", CANNOT) from None
    if done.returncode:
        said = "; ".join(line.strip() for line in done.stderr.splitlines() if line.strip())
        advice = "choose an interpreter that has what it needs with --python"
        raise NoInterpreterError(f"uv cannot prepare what it needs: {said or 'uv says nothing'}; {advice}", CANNOT)
    return done.stdout


def installed(python: str, packages: Sequence[str]) -> Installed | None:
    """What an interpreter has of these packages; None where it does not say so."""
    try:
        done = subprocess.run(
            [python, "-I", "-c", _ASK, *packages],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        told = json.loads(done.stdout)
        return Installed(tuple(told["python"]), told["versions"], told["environment"])
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
