"""How names and values stand in messages."""

from collections.abc import Sequence
from pathlib import Path


def visible(text: object) -> str:
    """Give foreign text as it is, or quoted and escaped where a terminal would not print all of it."""
    plain = str(text)
    return plain if plain.isprintable() else repr(plain)


def absolute(path: Path) -> Path:
    """Give the path from the root, or as it is where the current folder has been removed."""
    try:
        return path.absolute()
    except OSError:
        return path


def listed(names: Sequence[str], joint: str = "or") -> str:
    """Join names as in a sentence: "a", "a or b", "a, b or c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"
