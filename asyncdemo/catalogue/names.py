"""What scenarios, variants and aliases may be called, and how names and values stand in messages."""

import re
from collections.abc import Sequence
from pathlib import Path

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def normal(word: str) -> str:
    """The one spelling of a name: lower case, with `-` for `_`."""
    return word.lower().replace("_", "-")


def is_name(text: str) -> bool:
    """True if a text in its normal spelling can name a scenario, a variant or an alias."""
    return _NAME.fullmatch(text) is not None


def from_file(file_name: str) -> str:
    """The name that a file or folder stands for; it may be none (see `is_name`).

    One trailing underscore is dropped: a script called `anyio.py` would shadow the library that it imports,
    so it is called `anyio_.py`.
    """
    return normal(file_name.removesuffix(".py").removesuffix("_"))


def visible(text: object) -> str:
    """Foreign text as it is, or quoted and escaped where a terminal would not print all of it."""
    plain = str(text)
    return plain if plain.isprintable() else repr(plain)


def absolute(path: Path) -> Path:
    """The path from the root, or as it is where the current folder has been removed."""
    try:
        return path.absolute()
    except OSError:
        return path


def listed(names: Sequence[str], joint: str = "or") -> str:
    """Join names as in a sentence: "a", "a or b", "a, b or c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"
