"""What `check` looks at: scenarios by name, chapter, folder or file; and the Python that it runs them on."""

import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from asyncdemo.catalogue import availability, course, targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.scenario import Catalogue, Problem, Scenario, Script
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
        """Why it cannot run the script, or None if it can."""
        if self.lacks is None:
            return script.unavailable
        why_not = availability.unmet_python(script.requires_python, self.version)
        missing = [
            wanted for module, wanted in availability.modules(script.dependencies).items() if module in self.lacks
        ]
        return why_not or (f"needs {', '.join(missing)}, which {self.name} lacks" if missing else None)


def ours() -> Interpreter:
    """The one that this tool runs on."""
    return Interpreter(f"{platform.python_implementation()} {platform.python_version()}", sys.version_info[:3])


def other(choice: str, scripts: list[Script]) -> Interpreter:
    """Ask another interpreter. Raises UsageError if there is none, or if it cannot be observed."""
    from asyncdemo.runner.interpreter import NoInterpreterError, choose
    from asyncdemo.runner.plan import command_line
    from asyncdemo.runner.workers import run_side_by_side

    names = sorted({module for script in scripts for module in availability.modules(script.dependencies)})
    try:
        python = choose(choice, os.environ, near=None).python
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


class Choice(NamedTuple):
    """A scenario, and those of its scripts that are looked at; `whole`: it is looked at itself, too."""

    scenario: Scenario
    scripts: tuple[Script, ...]
    whole: bool


class Chosen(NamedTuple):
    """All that is looked at, in order, each once."""

    choices: tuple[Choice, ...]
    problems: tuple[Problem, ...] = ()


def choose(words: Sequence[str], catalogue: Catalogue, of: str | None, chapter: int | None) -> Chosen:
    """What the words mean; without any the chapter, or everything. Raises UsageError."""
    if words and chapter is not None:
        raise UsageError("--chapter chooses the scenarios: name none")
    if chapter is not None:
        return Chosen(tuple(map(_all, catalogue.in_chapter(chapter))))
    if not words:
        return Chosen(tuple(map(_all, catalogue.scenarios)), catalogue.load_problems)
    choices: list[Choice] = []
    problems: list[Problem] = []
    names = iter(targets.resolve([word for word in words if not _is_path(word)], catalogue, of))
    for word in words:
        if _is_path(word):
            found = _at(Path(word), word, catalogue)
            choices += found.choices
            problems += found.problems
            continue
        target = next(names)
        if target.scenario is None:
            raise UsageError(f"check looks at files: save the script to one instead of {visible(word)!r}")
        whole = target.script is None or not target.scenario.variants
        scripts = target.scenario.scripts if target.script is None else (target.script,)
        choices.append(Choice(target.scenario, scripts, whole))
    return Chosen(tuple(_once(choices)), tuple(dict.fromkeys(problems)))


def _all(scenario: Scenario) -> Choice:
    return Choice(scenario, scenario.scripts, whole=True)


def _once(choices: Sequence[Choice]) -> list[Choice]:
    """Put together what is said of one scenario, and leave out what is said twice."""
    found: dict[Path, Choice] = {}
    for scenario, scripts, whole in choices:
        _, before, whole_before = found.get(scenario.path, Choice(scenario, (), whole=False))
        found[scenario.path] = Choice(scenario, tuple(dict.fromkeys((*before, *scripts))), whole or whole_before)
    return list(found.values())


def _is_path(word: str) -> bool:
    return os.sep in word or "/" in word or word.lower().endswith(".py") or word in (os.curdir, os.pardir)


def _at(path: Path, word: str, catalogue: Catalogue) -> Chosen:
    """What lies at a path: a folder of scenarios, a scenario of the catalogue, or a script in a folder of its own."""
    if not path.exists():
        raise UsageError(f"no such file or folder: {visible(word)}; asyncdemo list shows the scenarios")
    for scenario in catalogue.scenarios:
        if _same(scenario.path, path):
            return Chosen((_all(scenario),))
        for script in scenario.scripts:
            if _same(script.path, path):
                return Chosen((Choice(scenario, (script,), whole=False),))
    folder = path if path.is_dir() else path.parent
    there = course.load([folder.absolute()])
    if path.is_dir():
        if not there.scenarios and not there.load_problems:
            hint = f"asyncdemo new NAME --scenarios {visible(word)} writes one"
            raise UsageError(f"there are no scenarios in {visible(word)}; {hint}")
        return Chosen(tuple(map(_all, there.scenarios)), there.load_problems)
    for scenario in there.scenarios:
        if _same(scenario.path, path):
            return Chosen((_all(scenario),))
    why = [problem.reason for problem in there.load_problems if _same(problem.path, path)]
    raise UsageError(f"{visible(word)} is not a scenario: {'; '.join(why) or 'give a Python script or a folder'}")


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
