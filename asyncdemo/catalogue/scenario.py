"""The values of the catalogue: what the scenarios are, as plain data, and as `list --json` shows them.

Every command imports this first, and a frozen dataclass takes 0.6 ms of that, a named tuple 0.06.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncdemo.catalogue import availability, script_source
from asyncdemo.catalogue.names import visible
from asyncdemo.errors import Unreadable, UsageError

if TYPE_CHECKING:
    from asyncdemo.catalogue.script_tree import Value

START, SOLUTION = "start", "solution"  # the variants of an exercise

_ASSIGNED = re.compile(r"[A-Z][A-Z0-9_]*[\s\\)]*[:=]")  # a parameter, or anything else that looks like one


class Problem(NamedTuple):
    """A file or folder that could not be used as it is; the reason begins with the line where that is known.

    The path is raw: a view must make it safe for its terminal.
    """

    path: Path
    reason: str

    @property
    def text(self) -> str:
        """Both, safe for a terminal."""
        return f"{visible(self.path)}: {visible(self.reason)}"


class Chapter(NamedTuple):
    """A part of the course; numbers count from 1."""

    number: int
    title: str


class Script(NamedTuple):
    """One script: what its text says about itself. `variant` is None where the file is the whole scenario.

    `source` is the decoded text with its own line ends. `exit` is the status that is expected of it,
    `findings` are the rules that must be found in it, `time` what its own time must be.
    `watched` is False of what measures itself: then its tasks are not traced. All names and texts are raw.
    """

    variant: str | None
    path: Path
    source: str
    summary: str = ""
    notes: str = ""
    requires_python: str | None = None
    dependencies: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    exit: int = 0
    question: str | None = None
    choices: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    watched: bool = True

    @property
    def parameters(self) -> "dict[str, Value]":
        """The top-level `UPPER_CASE = literal` assignments; none if this Python cannot parse the script."""
        if not _ASSIGNED.search(self.source):
            return {}  # most have none, and the parser takes long to load
        from asyncdemo.catalogue import script_tree

        try:
            return script_tree.parameters(self.source)
        except Unreadable:
            return {}

    @property
    def syntax_error(self) -> str | None:
        """What is wrong with it, with the line; None if nothing is or it asks for another Python."""
        from asyncdemo.catalogue import script_tree

        try:
            script_tree.parsed(self.source)
        except Unreadable as error:
            return str(error) if availability.unmet_python(self.requires_python) is None else None
        return None

    @property
    def unavailable(self) -> str | None:
        """Why the tool's own interpreter cannot run it, in words; None if it can."""
        return availability.unavailable(self.requires_python, self.dependencies)


def read_script(path: Path, variant: str | None = None) -> Script:
    """Read one script. Raises Unreadable."""
    source, _ = script_source.decoded(script_source.content(path))
    return script_from_text(source, path, variant)


def script_from_text(source: str, path: Path, variant: str | None = None) -> Script:
    """Read the text of one script, its syntax unseen. Raises Unreadable if its metadata is wrong."""
    summary, notes = script_source.prose(script_source.docstring(source))
    return Script(variant, path, source, summary, notes, **script_source.fields(source))


class Scenario(NamedTuple):
    """One named scenario: a single script, or a folder of scripts that are its variants."""

    name: str
    chapter: Chapter
    path: Path
    scripts: tuple[Script, ...]
    summary: str
    notes: str
    aliases: tuple[str, ...] = ()

    @property
    def variants(self) -> tuple[str, ...]:
        """The names of the variants in order; none for a single script."""
        return tuple(script.variant for script in self.scripts if script.variant is not None)

    @property
    def is_exercise(self) -> bool:
        """True if one variant is to be mended, and another shows how."""
        return {START, SOLUTION} <= set(self.variants)

    @property
    def parameters(self) -> "dict[str, Value]":
        """The parameters of all scripts; where variants differ, the first one's value."""
        return {name: value for script in reversed(self.scripts) for name, value in script.parameters.items()}

    @property
    def available(self) -> bool:
        """True if at least one of its scripts can run here."""
        return any(script.unavailable is None for script in self.scripts)

    @property
    def unavailable_reason(self) -> str | None:
        """Why none of its scripts can run here, or None."""
        if self.available:
            return None
        return "; ".join(dict.fromkeys(filter(None, (script.unavailable for script in self.scripts))))

    def script(self, variant: str | None) -> Script:
        """The script of a variant, or of None for the single one; KeyError if there is none."""
        for script in self.scripts:
            if script.variant == variant:
                return script
        raise KeyError(variant)


class Catalogue(NamedTuple):
    """All scenarios in course order, and what went wrong when they were loaded.

    `exercises` has the command for each exercise that was left out, by its name.
    Scripts are not parsed for that: it takes longer than all the rest, and most commands need one script
    only.
    """

    scenarios: tuple[Scenario, ...] = ()
    load_problems: tuple[Problem, ...] = ()
    exercises: Mapping[str, str] = MappingProxyType({})

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong, syntax errors too. (Such a script can be run: Python says the same.)"""
        scripts = [script for scenario in self.scenarios for script in scenario.scripts]
        broken = ((script.path, script.syntax_error) for script in scripts)
        return self.load_problems + tuple(Problem(path, reason) for path, reason in broken if reason)

    def only(self, *, exercises: bool) -> "Catalogue":
        """The exercises alone, or all else."""
        return self._replace(scenarios=tuple(each for each in self.scenarios if each.is_exercise == exercises))

    def in_chapter(self, chapter: int | str) -> tuple[Scenario, ...]:
        """The scenarios of a chapter, by its number or its title. Raises UsageError."""
        chapters = {each.chapter.number: each.chapter.title for each in self.scenarios}
        for number, title in chapters.items():
            if str(chapter) in (str(number), title):
                return tuple(each for each in self.scenarios if each.chapter.number == number)
        raise UsageError(f"there is no chapter {chapter!r}; the chapters are {', '.join(map(str, chapters))}")


SCHEMA = "asyncdemo.list/1"


def to_json(catalogue: Catalogue) -> dict[str, Any]:
    """The published shape: all scenarios in course order, and what could not be used."""
    return {
        "schema": SCHEMA,
        "scenarios": [_scenario(scenario) for scenario in catalogue.scenarios],
        "problems": [{"path": str(problem.path), "reason": problem.reason} for problem in catalogue.problems],
    }


def _scenario(scenario: Scenario) -> dict[str, Any]:
    asked = {script.requires_python for script in scenario.scripts}
    return {
        "name": scenario.name,
        "chapter": scenario.chapter.number,
        "chapter_title": scenario.chapter.title,
        "summary": scenario.summary,
        "variants": list(scenario.variants),
        "aliases": list(scenario.aliases),
        "path": str(scenario.path),
        # Of variants that differ none is the scenario's: one of them may run where another cannot.
        "requires_python": asked.pop() if len(asked) == 1 else None,
        "available": scenario.available,
        "unavailable_reason": scenario.unavailable_reason,
        "parameters": scenario.parameters,
    }
