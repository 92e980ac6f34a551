"""What only Linux tells of a process: elsewhere nobody guesses."""

from contextlib import nullcontext

LACKING: tuple[str, ...] = (
    "the lines that held a loop are not known",
    "on a busy machine a long step that computes is left out, or passes for one that was blocked",
)


def stack_pipe() -> "nullcontext[int | None]":
    """None: without /proc nobody knows whether a signal would make a difference to the child."""
    return nullcontext(None)


def exit_descriptor(_pid: int) -> int | None:
    """None: the child is asked."""
    return None


def is_ignored(_pid: int, _number: int) -> bool:
    """False: nobody says."""
    return False


def reads_input(_pid: int) -> bool:
    """False: nobody says."""
    return False


def python_programs(_pid: int) -> tuple[dict[int, str], set[int]]:
    """None are seen."""
    return {}, set()


def processor_times(_pid: int) -> tuple[int, int, int] | None:
    """None: nobody says."""
    return None


def busy_seconds() -> float | None:
    """None: nobody says."""
    return None
