"""After a module was not found that is not the person's own: which Python has it, or how to have it there."""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import join, quote

from asyncdemo.catalogue.names import absolute
from asyncdemo.catalogue.targets import Target
from asyncdemo.model.recording import Run
from asyncdemo.runner.interpreter import has_module, is_managed, others, shown

_MISSING = r"ModuleNotFoundError: No module named '([\w.]+)'$"
_NOT_RUN = r"(?m): No module named ([\w.]+)$"
_UP = 3  # folders above a script in which a module of the person's own may lie

# Packages that are called otherwise than their modules, of those that are asked for most.
_PACKAGES = {
    "Crypto": "pycryptodome",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "discord": "discord.py",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "jwt": "PyJWT",
    "nacl": "PyNaCl",
    "pkg_resources": "setuptools",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "socketio": "python-socketio",
    "telegram": "python-telegram-bot",
    "usb": "pyusb",
    "websocket": "websocket-client",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}


def folder_of(target: Target) -> Path | None:
    """The folder in and above which a person's own program may have a virtual environment; None of a scenario."""
    if target.scenario is not None:
        return None
    return absolute(Path() if target.path is None else target.path.parent)


def missing_module(target: Target, run: Run) -> str | None:
    """The top-level module for want of which a run has ended, None where it ended otherwise or it is their own."""
    near = folder_of(target)
    if near is None or run.outcome.kind != "exited" or run.outcome.code != 1:
        return None
    from asyncdemo.findings.python_messages import reports

    said = reports(run.output)
    found = re.search(_MISSING, said[-1].error) if said and said[-1].kind == "raised" else None
    if found is None and target.module is not None:
        found = re.search(_NOT_RUN, "".join(each.text for each in run.output if each.stream != "stdout"))
    if found is None:
        return None
    module = found[1].partition(".")[0]
    return None if _is_own(module, near) else module


def _is_own(module: str, near: Path) -> bool:
    folders = [near, *list(near.parents)[:_UP], Path.cwd()]
    places = (folder / within / module for folder in folders for within in ("", "src"))
    return any(place.is_dir() or place.with_suffix(".py").is_file() for place in places)


def with_module(target: Target, used: str, module: str) -> str | None:
    """What --python has to be given so that the module is there; None where no interpreter at hand has it."""
    near = folder_of(target) or Path.cwd()
    return next((name for name, python in others(used, os.environ, near) if has_module(python, module)), None)


def installing(near: Path, used: str, packages: Sequence[str]) -> str:
    """The command that puts packages where this program, run again, finds them."""
    words = join(packages)
    if not (Path(used).parent.parent / "pyvenv.cfg").is_file() and is_managed(used):
        venv = shown(near / ".venv")
        return f"{quote(used)} -m venv {quote(venv)} && {quote(venv)}/bin/python -m pip install {words}"
    if not has_module(used, "pip") and shutil.which("uv"):
        return f"uv pip install --python {quote(used)} {words}"
    return f"{quote(used)} -m pip install {words}"


def package_of(module: str) -> str | None:
    """The package that a module probably comes with; None where it comes with Python itself."""
    return None if module in sys.stdlib_module_names else _PACKAGES.get(module, module)
