"""What the values of options mean: checked, and as what the commands work with. Without Typer: see plain_words."""

import math
import os
import re
from collections.abc import Iterable, Sequence
from shlex import quote

from asyncdemo.catalogue import course, targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.scenario import Catalogue, Problem
from asyncdemo.cli.messages import tell
from asyncdemo.errors import UsageError

CUMULATIVE_WHAT = "--cumulative is about the blocks of a document: name one, such as article.md"


def load_catalogue(extra: Sequence[str] | None) -> Catalogue:
    """Read all scenarios but exercises. Raises UsageError for a folder that is not there."""
    return _targets(course.load(course.folders(extra or [], os.environ)), extra)


def load_exercises(extra: Sequence[str] | None) -> Catalogue:
    """Read all exercises. Raises UsageError likewise."""
    return course.load(course.folders(extra or [], os.environ, course.EXERCISES)).only(exercises=True)


def load_named(extra: Sequence[str] | None, words: Iterable[str]) -> Catalogue:
    """Read the scenarios that the words name; nothing for files and documents. Raises UsageError likewise."""
    folders, names = course.folders(extra or [], os.environ), list(filter(targets.is_scenario, words))
    return _targets(course.load_named(folders, names), extra) if names else Catalogue()


def _targets(read: Catalogue, extra: Sequence[str] | None) -> Catalogue:
    """What can be run of what was read; of each exercise, the built-in ones too, how it is started."""
    built_in = [path.name for path in course.built_in(course.EXERCISES).iterdir() if path.is_dir()]
    commands = {name: f"{exercise_command(())} {name}" for name in built_in}
    own = read.only(exercises=True).scenarios
    commands |= {each.name: f"{exercise_command(extra or ())} {each.name}" for each in own}
    return read.only(exercises=False)._replace(exercises=commands)


def exercise_command(folders: Iterable[str]) -> str:
    """The command that takes the name of an exercise, of those folders that were given with --scenarios, too."""
    return " ".join(["asyncdemo exercise", *(f"--scenarios {quote(folder)}" for folder in folders)])


def tell_problems(problems: Iterable[Problem]) -> None:
    """Write to stderr which files could not be used, and why; they hide none of the others."""
    for problem in problems:
        tell(problem.text)


def seconds_of(duration: str | None, option: str) -> float | None:
    """The seconds of a duration such as 30, 30s or 2m. Raises UsageError."""
    if duration is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h|)", duration)
    seconds = float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[found[2]] if found else 0.0
    if not 0 < seconds < math.inf:
        raise UsageError(f"{option} is {visible(duration)!r}; give a duration such as 30s or 2m")
    return seconds


def percent_of(text: str | None, option: str) -> float | None:
    """The part of 1 that a text such as 3% stands for. Raises UsageError."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text)
    part = float(found[1]) / 100 if found else 0.0
    if not 0 < part <= 1:
        raise UsageError(f"{option} is {visible(text)!r}; give a percentage such as 3%")
    return part


def checked_timeout(timeout: float | None) -> float | None:
    """The timeout in seconds, if it is one. Raises UsageError."""
    if timeout is not None and not (0 < timeout < math.inf):
        raise UsageError(f"--timeout is {timeout:g}; give a number of seconds above 0")
    return timeout
