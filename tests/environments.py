"""Virtual environments of the tests' own, with libraries that asyncdemo does not need, in .bench: made once."""

import fcntl
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, clean_environment
from tests.processes import interpreter

_FOLDER = REPOSITORY / ".bench" / "environments"
PLUGINS = REPOSITORY / ".bench" / "pytest-plugins"
_PLUGINS = ("pytest-asyncio>=1.0", "pytest-timeout>=2.3")  # as in the group `plugins` of pyproject.toml
_AGAIN = 3600.0  # seconds after which something is tried again that could not be installed
_PATIENCE = 300.0  # seconds for that


def environment(version: str, *packages: str) -> str:
    """The Python of an environment of this version with these packages; skips the test where it cannot be had."""
    python, why_not = _made(version, packages)
    if why_not:
        pytest.skip(why_not)
    return python


@cache
def _made(version: str, packages: tuple[str, ...]) -> tuple[str, str]:
    base = interpreter(version)
    if base is None:
        return "", f"there is no Python {version} here"
    name = "-".join((version, *(each.replace(" ", "") for each in packages)))
    folder = _FOLDER / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    done, failed = folder / "installed", folder.with_name(f"{name}.failed")
    with folder.with_name(f"{name}.lock").open("w") as lock:  # another worker may be at it
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            if failed.exists() and time.time() - failed.stat().st_mtime < _AGAIN:
                return "", failed.read_text()
            why_not = _make(version, base, folder, packages)
            if why_not:
                failed.write_text(f"{' '.join(packages)} cannot be had for Python {version}: {why_not}")
                return "", failed.read_text()
            done.touch()
    return str(folder / "bin" / "python"), ""


def _make(version: str, base: str, folder: Path, packages: tuple[str, ...]) -> str:
    """Make an environment; why that could not be done, empty where it could."""
    packages_folder = folder / "lib" / f"python{version}" / "site-packages"
    # By the pip of the Python that runs the tests: others have none, or one that does not run there.
    install = [sys.executable, "-m", "pip", "install", "-q", "--only-binary", ":all:", "--python-version", version]
    commands: tuple[list[str], ...] = (
        [base, "-m", "venv", "--clear", "--without-pip", str(folder)],
        [*install, "--target", str(packages_folder), "--upgrade", *packages],
    )
    for command in commands:
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, env=clean_environment(), timeout=_PATIENCE, check=False
            )
        except subprocess.TimeoutExpired:
            return f"{command[2]} takes over {_PATIENCE:.0f} s"
        if done.returncode:
            return next((line for line in reversed(done.stderr.splitlines()) if line.startswith("ERROR")), "it fails")
    return ""


def install_plugins() -> str:
    """Install plugins of pytest in the folder PLUGINS; why that could not be done, empty where it could."""
    PLUGINS.parent.mkdir(exist_ok=True)
    with (PLUGINS.parent / "pytest-plugins.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (PLUGINS / "pytest_asyncio").is_dir():
            return ""
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(PLUGINS), *_PLUGINS]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        return f"{' and '.join(_PLUGINS)} cannot be installed: {done.stderr.strip()[-200:]}" if done.returncode else ""
