"""The options that several commands share, and the names that a shell completes.

bash breaks words at a colon: it hands over `simulated-io-wait:as` as three words and replaces only the last of them.
"""

import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Annotated

import typer

from asyncdemo.catalogue import course, targets
from asyncdemo.catalogue.targets import is_document, read_document
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


def complete_exercise(incomplete: str) -> list[str]:
    """The names of exercises that begin like this."""
    found = course.load(course.folders([], os.environ, course.EXERCISES)).only(exercises=True)
    return [name for name in ("next", *(each.name for each in found.scenarios)) if name.startswith(incomplete)]


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
    str | None, typer.Option(metavar="SCENARIO", help="The scenario whose variants are meant, if several have them.")
]
Cumulative = Annotated[
    bool, typer.Option("--cumulative", help="Run each block of a document with those before it, as one program.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Ascii = Annotated[bool, typer.Option("--ascii", help="Draw lines and bars in plain ASCII.")]
Title = Annotated[
    str | None,
    typer.Option("--title", metavar="TEXT", help="With --save: what a page or Markdown is called, for a hand-out."),
]
Save = Annotated[
    list[Path] | None,
    typer.Option(
        "--save",
        metavar="FILE",
        help="Save the recording as .json, .html, .md, .svg or .trace.json. Repeatable.",
    ),
]
FailOn = Annotated[
    str | None,
    typer.Option("--fail-on", metavar="RULES", help="Exit with 3 if there is one of these findings: RULE,RULE or any."),
]
