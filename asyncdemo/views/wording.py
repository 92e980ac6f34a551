"""How times and outcomes are said."""

from signal import Signals

from asyncdemo.recording import Outcome


def seconds(value: float | None) -> str:
    """Say a time in seconds with two decimals, "?" where it is unknown."""
    return "?" if value is None else f"{value:.2f} s"


def share(value: float | None) -> str:
    """Say a part of 1 in per cent, "?" where it is unknown."""
    return "?" if value is None else f"{value * 100:.0f} %"


def digits(ratio: float) -> str:
    """Say a ratio with as many digits as a person can use: 1.05, 9.9, 120."""
    return f"{ratio:.2f}" if ratio < 2 else f"{ratio:.1f}" if ratio < 100 else f"{ratio:.0f}"


def outcome(ended: Outcome, expected: int = 0) -> str:
    """Say how a run ended in a few words."""
    match ended.kind:
        case "exited":
            return f"exit {ended.code}" + (f", expected {expected}" if ended.code != expected else "")
        case "signalled":
            return f"killed by {_signal(ended.signal)}"
        case "timed-out":
            return f"timed out after {ended.after:g} s, stopped"
        case "interrupted":
            return "interrupted"
        case "not-started":
            return f"did not start: {ended.reason}"


def _signal(number: int | None) -> str:
    try:
        return f"{Signals(number or 0).name} (signal {number})"
    except ValueError:
        return f"signal {number}"
