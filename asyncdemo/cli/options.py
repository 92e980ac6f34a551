"""The options that several commands share, what they are checked for, and the names that a shell completes.

bash breaks words at a colon: it hands over `simulated-io-wait:as` as three words and replaces only the last of them.
"""

import math
import os
import re
from collections.abc import Collection, Iterable, MutableMapping
from typing import Annotated

import typer

from asyncdemo.catalogue import course, targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.scenario import Catalogue, Problem, Scenario
from asyncdemo.catalogue.targets import Target, is_document, read_document
from asyncdemo.cli.messages import tell
from asyncdemo.errors import UsageError

_BASH = "complete_bash"


def complete_target(incomplete: str) -> list[str]:
    """The names of scenarios, aliases and variants that begin like this, or the blocks of a document."""
    blocks = complete_document(incomplete)
    if blocks:
        return blocks
    catalogue = course.load(course.folders([], os.environ))
    variants = (variant for scenario in catalogue.scenarios for variant in scenario.variants)
    names = dict.fromkeys([*targets.names(catalogue), *variants])
    before = _before_colon()
    return [name.removeprefix(before) for name in names if name.startswith(before + incomplete)]


def complete_document(incomplete: str) -> list[str]:
    """The blocks of a document whose name is there up to `#`; else the shell completes file names itself."""
    name, mark, _ = incomplete.rpartition("#")
    if not mark or not is_document(name):
        return []
    try:
        document, _ = read_document(name)
    except UsageError:
        return []
    names = map(document.name_of, document.blocks)
    return [each for each in names if each.startswith(incomplete)]


def end_at_colon(environ: MutableMapping[str, str]) -> None:
    """Where bash says that the word to complete is the colon itself, make it the empty word behind it."""
    words = _bash_words(environ)
    if words and words[-1] == ":" and environ["COMP_CWORD"] == str(len(words) - 1):
        environ["COMP_WORDS"] += " ''"
        environ["COMP_CWORD"] = str(len(words))


def _before_colon() -> str:
    """What stands before the word to complete and belongs to it: `scenario:`, or nothing."""
    words = _bash_words(os.environ)
    current = int(os.environ["COMP_CWORD"]) if words else 0
    return f"{words[current - 2]}:" if current > 1 and words[current - 1] == ":" else ""


def _bash_words(environ: MutableMapping[str, str]) -> list[str]:
    """The words of the line, if it is bash that asks and asks as it should."""
    words, current = environ.get("COMP_WORDS", "").split(), environ.get("COMP_CWORD", "")
    fits = environ.get("_ASYNCDEMO_COMPLETE") == _BASH and current.isdecimal() and int(current) <= len(words)
    return words if fits else []


Scenarios = Annotated[
    list[str] | None,
    typer.Option("--scenarios", metavar="DIR", help="A folder with more scenarios. Repeatable."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Change a parameter of the script. Repeatable."),
]
Timeout = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        help="Stop the run after this many seconds. Default: 30 for scenarios, none for your own program.",
    ),
]
Python = Annotated[
    str | None,
    typer.Option(
        metavar="EXE",
        help="The interpreter: a path, a version such as 3.12, or a virtual environment. CPython 3.8 or newer.",
    ),
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
    """Write to stderr which files could not be used, and why; they hide none of the others."""
    for problem in problems:
        tell(f"{visible(problem.path)}: {visible(problem.reason)}")


def resolved(words: list[str], catalogue: Catalogue, of: str | None) -> list[Target]:
    """The targets of the words. Where one means nothing, files that could not be read may be the reason."""
    try:
        return targets.resolve(words, catalogue, of)
    except UsageError:
        tell_problems(catalogue.load_problems)
        raise


def in_chapter(catalogue: Catalogue, chapter: int) -> list[Scenario]:
    """The scenarios of a chapter, by its number. Raises UsageError."""
    chapters = {each.chapter.number for each in catalogue.scenarios}
    if chapter not in chapters:
        raise UsageError(f"there is no chapter {chapter}; the chapters are {', '.join(map(str, sorted(chapters)))}")
    return [each for each in catalogue.scenarios if each.chapter.number == chapter]


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
