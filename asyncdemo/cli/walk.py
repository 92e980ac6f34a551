"""Where a person is who steps through moments, and where each key leads. Pure."""

from typing import NamedTuple

_NEXT = ("space", "right", "down", "enter", "n")
_BACK = ("left", "up", "backspace", "b", "p")
_FIRST, _LAST = ("home", "g"), ("end", "G")
_LONGEST = 12  # characters of a time


class Walk(NamedTuple):
    """The number of a moment of `total`; `typed` is the time (seconds) that is being typed, None where none is."""

    total: int
    number: int = 0
    typed: str | None = None

    def to(self, number: int) -> "Walk":
        """Go to a moment, the first or the last one for what is beyond."""
        return Walk(self.total, min(max(number, 0), self.total - 1))


def pressed(walk: Walk, key: str) -> Walk | float | None:
    """Give where a key leads: to a moment, to a time in seconds, or out (None)."""
    if walk.typed is not None:
        return _typing(walk, walk.typed, key)
    if key in ("q", "escape"):
        return None
    if key == "t":
        return walk._replace(typed="")
    steps = {**dict.fromkeys(_NEXT, 1), **dict.fromkeys(_BACK, -1)}
    steps |= {**dict.fromkeys(_FIRST, -walk.total), **dict.fromkeys(_LAST, walk.total)}
    return walk.to(walk.number + steps.get(key, 0))


def _typing(walk: Walk, typed: str, key: str) -> Walk | float:
    if key == "enter":
        try:
            return float(typed)
        except ValueError:
            return walk._replace(typed=None)
    if key == "escape":
        return walk._replace(typed=None)
    if key == "backspace":
        return walk._replace(typed=typed[:-1])
    if len(key) == 1 and key in "0123456789." and len(typed) < _LONGEST:
        return walk._replace(typed=typed + key)
    return walk
