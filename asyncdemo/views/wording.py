"""How times and outcomes are said."""

import math
from collections.abc import Sequence
from signal import Signals

from asyncdemo.model.recording import Outcome


def seconds(value: float | None, places: int = 2) -> str:
    """A time in seconds with that many decimals, "?" where it is unknown."""
    return "?" if value is None else f"{round(value, places) + 0.0:.{places}f} s"  # + 0.0: never "-0.00"


def microseconds(seconds: float) -> int:
    """The time in whole microseconds."""
    return round(seconds * 1e6)


def places(shortest: float) -> int:
    """How many decimals show two digits at least of a time of so many seconds."""
    return min(max(2, 1 - math.floor(math.log10(shortest))), 6) if shortest > 0 else 2


def share(value: float | None) -> str:
    """A part of 1 in per cent, "?" where it is unknown."""
    return "?" if value is None else f"{round(value * 100, 6):.0f} %"  # sums differ in their last digits by Python


def digits(ratio: float, *, more: int = 0) -> str:
    """A ratio with as many digits as a person can use, or so many `more`: 1.05, 9.9, 120."""
    places = 2 if ratio < 2 else 1 if ratio < 100 else 0
    return f"{ratio:.{places + more}f}"


def times_as_fast(ratio: float | None) -> str:
    """How one is against another, with a number above 1: "9.9x as fast" or "9.9x as long"; "" for None."""
    if not ratio:
        return ""
    return f"{digits(ratio)}x as fast" if ratio >= 1 else f"{digits(1 / ratio)}x as long"


def how_often(times: int, took: float | None) -> str:
    """How often something was seen, and for how long: "3 times, 0.75 s total", "0.75 s", or "" for once."""
    if times < 2:
        return "" if took is None else seconds(took)
    return f"{times:,} times" + ("" if took is None else f", {seconds(took)} total")


def outcome(ended: Outcome, expected: int = 0) -> str:
    """How a run ended in a few words; a recording may have the kind only."""
    match ended.kind:
        case "exited" | "interrupted" if ended.reason is not None and ended.reason != "deadlock":
            return ended.reason
        case "exited":
            code = "?" if ended.code is None else ended.code
            return f"exit {code}" + (f", expected {expected}" if ended.code != expected else "")
        case "signalled":
            return f"killed by {_signal(ended.signal)}"
        case "timed-out":
            return "timed out, stopped" if ended.after is None else f"timed out after {ended.after:g} s, stopped"
        case "interrupted" if ended.reason == "deadlock":
            return "deadlock: nothing could wake it any more, stopped"
        case "interrupted":
            return "interrupted" if ended.after is None else f"watched for {ended.after:g} s, stopped"
        case "not-started":
            return f"did not start: {ended.reason or 'reason unknown'}"


def why_not_computing(
    names: Sequence[str], times: Sequence[float | None], waiting: Sequence[float | None]
) -> str | None:
    """The sentence that the slowest is slow because it waits, or None if it is not; `times` and `waiting` in seconds.

    It is so if the slowest waits most of its time, and computing explains next to nothing of what it takes longer.
    """
    known = [
        (time, time - waits, name)
        for name, time, waits in zip(names, times, waiting, strict=True)
        if time is not None and waits is not None
    ]
    if len(known) < len(names) or len(known) < 2:
        return None
    (slow, computes, slowest), (fast, _, _) = max(known), min(known)
    others = [computed for _, computed, name in known if name != slowest]
    who = "the others" if len(others) > 1 else next(name for _, _, name in known if name != slowest)
    if slow < 1.2 * fast or computes > slow / 2 or computes - min(others) > (slow - fast) / 10:
        return None
    low, high = seconds(min(others)), seconds(max(others))
    span = low if low == high else f"{low.removesuffix(' s')} to {high}"
    return (
        f"None computed faster: {slowest} used {seconds(computes)} of CPU, "
        f"{who} {span}. What differs is the waiting, and waits can overlap."
    )


def _signal(number: int | None) -> str:
    try:
        return f"{Signals(number or 0).name} (signal {number})"
    except ValueError:
        return f"signal {number}"
