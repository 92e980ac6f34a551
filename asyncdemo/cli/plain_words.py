"""Command lines that are plain enough to be understood without Typer, which takes as long to load as all else.

These are words, and options that stand here, written out in full. Whatever is more than that, or wrong, is Typer's,
which knows what to say of it. A test has both understand the same lines, and sees that they agree.
"""

from collections.abc import Callable, MutableMapping, Sequence
from functools import partial
from typing import Any, NamedTuple


class Command(NamedTuple):
    """What can be said plainly to a command: options without a value, with one, with one that can be repeated."""

    words: str  # the parameter that they are
    most: int | None  # words, None: any number
    flags: dict[str, tuple[str, bool]]
    values: dict[str, str]
    repeated: dict[str, str]


COMMANDS = {
    "run": Command(
        "words",
        None,
        {
            "--output-only": ("output_only", True),
            "--json": ("as_json", True),
            "--timing": ("timing", True),
            "--full": ("full", True),
            "--source": ("source", True),
            "--no-source": ("source", False),
            "--critical": ("critical", True),
            "--timeline": ("timeline", True),
            "--no-timeline": ("timeline", False),
            "--ascii": ("ascii_only", True),
        },
        {"--python": "python", "--of": "of"},
        {"--set": "settings", "--scenarios": "scenarios"},
    ),
    "list": Command(
        "chapter",
        1,
        {
            "--names": ("names", True),
            "--full": ("full", True),
            "--json": ("as_json", True),
            "--ascii": ("ascii_only", True),
        },
        {},
        {"--scenarios": "scenarios"},
    ),
}


def understood(line: Sequence[str]) -> tuple[str, dict[str, Any]] | None:
    """The command and its parameters, without those that were left out; None of a line that is not plain."""
    command = COMMANDS.get(line[0]) if line else None
    if command is None:
        return None
    found: dict[str, Any] = {}
    words = []
    rest = iter(line[1:])
    for word in rest:
        if not word.startswith("-"):
            words.append(word)
        elif word in command.flags:
            name, value = command.flags[word]
            found[name] = value
        elif word in command.values or word in command.repeated:
            given = next(rest, "-")
            if given.startswith("-"):
                return None
            if word in command.values:
                found[command.values[word]] = given
            else:
                name = command.repeated[word]
                found[name] = (*found.get(name, ()), given)
        else:
            return None
    if command.most is not None and len(words) > command.most:
        return None
    if words:
        found[command.words] = tuple(words) if command.most is None else words[0]
    return line[0], found


def asked_for(line: Sequence[str], environ: MutableMapping[str, str]) -> Callable[[], Any]:
    """What does what the command line asks for, and gives the exit status or leaves with it."""
    completing = "_ASYNCDEMO_COMPLETE" in environ
    plain = None if completing else understood(line)
    if plain is None:
        return _by_typer(environ, completing=completing)
    name, found = plain
    if name == "list":
        from asyncdemo.cli.list_targets import list_targets

        return partial(list_targets, **found)
    from asyncdemo.cli.run_targets import RunOptions, run_targets

    return partial(run_targets, RunOptions(**found))


def _by_typer(environ: MutableMapping[str, str], *, completing: bool) -> Callable[[], Any]:
    from asyncdemo.cli.app import app

    if completing:
        from asyncdemo.cli.options import end_at_colon

        end_at_colon(environ)
    return partial(app, prog_name="asyncdemo")
