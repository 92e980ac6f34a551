"""Claims on a script's own time: `0.15 to 1.5 s`, `under 0.5 s`, `under 0.5 of sync`, `over 0.8 of sync`."""

import re
from collections.abc import Mapping
from typing import NamedTuple

FORMS = "'0.15 to 1.5 s', 'under 0.5 s' or 'under 0.5 of VARIANT'"

_NUMBER = r"\d+(?:\.\d+)?"
_CLAIM = re.compile(
    rf"(?:under (?P<under>{_NUMBER})|over (?P<over>{_NUMBER})|(?P<low>{_NUMBER}) to (?P<high>{_NUMBER}))"
    r" (?:s|of (?P<variant>[a-z0-9][a-z0-9-]*))"
)


class Claim(NamedTuple):
    """What the time must be, from `low` on (0 where there is no bound) and below `high`: seconds, or times `of`'s."""

    text: str
    low: float
    high: float
    of: str | None


def claim(text: str) -> Claim | None:
    """Understand a claim; None if it is none."""
    found = _CLAIM.fullmatch(text)
    if found is None:
        return None
    low = float(found["over"] or found["low"] or 0)
    high = float(found["under"] or found["high"] or "inf")
    return Claim(text, low, high, found["variant"]) if low < high else None


def broken(one: Claim, seconds: float, others: Mapping[str, float]) -> str | None:
    """Say how a time breaks the claim; None if it keeps it, or if it is about a variant whose time is not there."""
    if one.of is not None and not others.get(one.of):
        return None
    measured = seconds if one.of is None else seconds / others[one.of]
    if one.low <= measured <= one.high:
        return None
    took = f"took {seconds:.3f} s"
    if one.of is not None:
        took += f", {measured:.2f} of {one.of}'s {others[one.of]:.3f} s"
    return f"{took}: promised {one.text}"
