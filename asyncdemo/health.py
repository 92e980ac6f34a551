"""What `doctor` finds out, as plain data."""

from typing import Literal, NamedTuple

State = Literal["ok", "note", "bad"]


class Check(NamedTuple):
    """One thing that was tried: "note" where something works less well, "bad" where it does not; `advice` for these."""

    name: str
    state: State
    said: str
    advice: str = ""
