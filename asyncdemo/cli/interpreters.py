"""What the Python that `check` runs scenarios on is, and which of them it cannot run."""

import os
import platform
import sys
from typing import NamedTuple

from asyncdemo.catalogue import availability
from asyncdemo.catalogue.scenario import Script
from asyncdemo.catalogue.staging import staged
from asyncdemo.errors import UsageError
from asyncdemo.model.recording import Subject
from asyncdemo.runner.plan import Plan

# Prints which modules are not there, by the name that they were asked for under or that of what they come with.
_MISSING = b"""\
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
for name in sys.argv[1:]:
    if find_spec(name) is None and find_spec(name.lower()) is None:
        try:
            version(name)
        except PackageNotFoundError:
            print(name)
"""
_TIMEOUT = 20.0  # seconds


class Interpreter(NamedTuple):
    """A Python: its name as in "CPython 3.11.7", its version, and the modules that another one than ours lacks."""

    name: str
    version: tuple[int, ...]
    lacks: frozenset[str] | None = None

    def unavailable(self, script: Script) -> str | None:
        """Say why it cannot run the script, or None if it can."""
        if self.lacks is None:
            return script.unavailable
        why_not = availability.unmet_python(script.requires_python, self.version)
        missing = [
            wanted for module, wanted in availability.modules(script.dependencies).items() if module in self.lacks
        ]
        return why_not or (f"needs {', '.join(missing)}, and {self.name} has it not" if missing else None)


def ours() -> Interpreter:
    """Give the one that this tool runs on."""
    return Interpreter(f"{platform.python_implementation()} {platform.python_version()}", sys.version_info[:3])


def other(choice: str, scripts: list[Script]) -> Interpreter:
    """Ask another interpreter. Raises UsageError if there is none, or if it cannot be observed."""
    from asyncdemo.runner.plan import NoInterpreterError, command_line, find_interpreter
    from asyncdemo.runner.workers import run_side_by_side

    names = sorted({module for script in scripts for module in availability.modules(script.dependencies)})
    try:
        python = find_interpreter(choice, os.environ, own_program=False)
    except NoInterpreterError as error:
        raise UsageError(f"--python {choice}: {error}") from None
    with staged(_MISSING, "missing.py", None) as script:
        command = tuple(command_line(python, script=str(script), arguments=names))
        ((_, run),) = run_side_by_side({choice: Plan(Subject("missing"), command, _TIMEOUT)}, at_once=1)
    if not run.ok or run.python.version is None:
        raise UsageError(f"--python {choice}: {python} does not run a script that can be observed: asyncdemo doctor")
    version = tuple(map(int, run.python.version.split(".")))
    lacks = frozenset("".join(output.text for output in run.output).split())
    return Interpreter(f"{run.python.implementation or 'Python'} {run.python.version}", version, lacks)
