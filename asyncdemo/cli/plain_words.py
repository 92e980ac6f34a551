"""Command lines that are plain enough to be understood without Typer, which takes as long to load as all else.

These are words, and options written out in full, by the names and types of what the command takes. Whatever is more
than that, or wrong, is Typer's, which knows what to say of it. A test has both understand the same lines.
"""

from collections.abc import Callable, MutableMapping, Sequence
from functools import partial
from typing import Any

# Parameters that are called otherwise than their options.
_CALLED = {"run_all": "all", "as_json": "json", "ascii_only": "ascii", "settings": "set", "duration": "for"}
_CALLED |= {"thresholds": "threshold"}
_NO_OPTIONS = ("words", "chapter", "module", "arguments")


def options(kinds: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    """The parameter that each option sets, with its value; of one that takes the next word `str` or `tuple`."""
    found: dict[str, tuple[str, Any]] = {}
    for name, kind in kinds.items():
        option = _CALLED.get(name, name).replace("_", "-")
        if kind in (bool, bool | None):
            found[f"--{option}"] = name, True
        if kind == bool | None:
            found[f"--no-{option}"] = name, False
        if kind in (str | None, tuple[str, ...]) and name not in _NO_OPTIONS:
            found[f"--{option}"] = name, str if kind == str | None else tuple
    return found


def understood(line: Sequence[str], kinds: dict[str, Any]) -> dict[str, Any] | None:
    """The parameters of these kinds that the words of a line give; None of a line that is not plain."""
    known = options(kinds)
    found: dict[str, Any] = {}
    words: list[str] = []
    rest = iter(line)
    for word in rest:
        name, value = known.get(word, ("", None))
        if not word.startswith("-"):
            words.append(word)
        elif isinstance(value, bool):
            found[name] = value
        elif value is None or (given := next(rest, "-")).startswith("-"):
            return None
        else:
            found[name] = given if value is str else (*found.get(name, ()), given)
    if words and "words" in kinds:
        found["words"] = tuple(words)
    elif words:
        found["chapter"] = words[0]
    return found if len(words) < 2 or "words" in kinds else None


def asked_for(line: Sequence[str], environ: MutableMapping[str, str]) -> Callable[[], Any]:
    """What does what the command line asks for, and gives the exit status or leaves with it."""
    if "_ASYNCDEMO_COMPLETE" not in environ and line and line[0] == "list":
        from asyncdemo.cli.list_targets import list_targets

        if (found := understood(line[1:], list_targets.__annotations__)) is not None:
            return partial(list_targets, **found)
    if "_ASYNCDEMO_COMPLETE" not in environ and line and line[0] == "run":
        from asyncdemo.cli.run_targets import RunOptions, run_targets

        if (found := understood(line[1:], RunOptions.__annotations__)) is not None:
            return partial(run_targets, RunOptions(**found))
    from asyncdemo.cli.app import app

    if "_ASYNCDEMO_COMPLETE" in environ:
        from asyncdemo.cli.options import end_at_colon

        end_at_colon(environ)
    return partial(app, prog_name="asyncdemo")
