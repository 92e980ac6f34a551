"""The options that several commands share, and what they are checked for."""

import math
import os
import re
from collections.abc import Collection, Iterable
from typing import Annotated

import typer

from asyncdemo.catalogue import course, targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.scenario import Catalogue, Problem, Scenario
from asyncdemo.catalogue.targets import Target
from asyncdemo.cli.messages import tell
from asyncdemo.errors import UsageError

Scenarios = Annotated[
    list[str] | None,
    typer.Option("--scenarios", metavar="DIR", help="A folder with more scenarios. Can be given more than once."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Change a parameter of the script. Can be given more than once."),
]
Timeout = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS", help="Stop the run after so long. Default: 30 for scenarios, none for your own program."
    ),
]
Python = Annotated[
    str | None,
    typer.Option(metavar="EXE", help="The interpreter, a path or a version such as 3.12: any CPython from 3.8 on."),
]
Of = Annotated[
    str | None, typer.Option(metavar="SCENARIO", help="The scenario whose variants are meant, where several have them.")
]
CUMULATIVE_WHAT = "--cumulative is about the blocks of a document: name one, such as article.md"
Cumulative = Annotated[
    bool, typer.Option("--cumulative", help="Run each block of a document with those before it, as one program.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Ascii = Annotated[bool, typer.Option("--ascii", help="Use no characters outside ASCII for lines and bars.")]


def load_catalogue(extra: list[str] | None, named: Collection[str] = ()) -> Catalogue:
    """Read all scenarios, or only those that are `named`. Raises UsageError for a folder that is not there."""
    return course.load_named(course.folders(extra or [], os.environ), named)


def tell_problems(problems: Iterable[Problem]) -> None:
    """Say on stderr which files could not be used, and why; they hide none of the others."""
    for problem in problems:
        tell(f"{visible(problem.path)}: {visible(problem.reason)}")


def resolved(words: list[str], catalogue: Catalogue, of: str | None) -> list[Target]:
    """Give the targets of the words. Where one means nothing, files that could not be read may be the reason."""
    try:
        return targets.resolve(words, catalogue, of)
    except UsageError:
        tell_problems(catalogue.load_problems)
        raise


def in_chapter(catalogue: Catalogue, chapter: int) -> list[Scenario]:
    """Give the scenarios of a chapter, by its number. Raises UsageError."""
    chapters = {each.chapter.number for each in catalogue.scenarios}
    if chapter not in chapters:
        raise UsageError(f"there is no chapter {chapter}; the chapters are {', '.join(map(str, sorted(chapters)))}")
    return [each for each in catalogue.scenarios if each.chapter.number == chapter]


def seconds_of(duration: str | None, option: str) -> float | None:
    """Give the seconds of a duration such as 30, 30s or 2m. Raises UsageError."""
    if duration is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h|)", duration)
    seconds = float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[found[2]] if found else 0.0
    if not 0 < seconds < math.inf:
        raise UsageError(f"{option} is {visible(duration)!r}; give a duration such as 30s or 2m")
    return seconds


def percent_of(text: str | None, option: str) -> float | None:
    """Give the part of 1 that a text such as 3% stands for. Raises UsageError."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text)
    part = float(found[1]) / 100 if found else 0.0
    if not 0 < part <= 1:
        raise UsageError(f"{option} is {visible(text)!r}; give a percentage such as 3%")
    return part


def checked_timeout(timeout: float | None) -> float | None:
    """Give the timeout in seconds back if it is one. Raises UsageError."""
    if timeout is not None and not (0 < timeout < math.inf):
        raise UsageError(f"--timeout is {timeout:g}; give a number of seconds above 0")
    return timeout
