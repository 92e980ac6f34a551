"""A line on stderr that says what is going on, gone when it is over."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def say(message: str) -> None:
    """Show the message in place of the one before; nothing is shown where stderr is no terminal."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        sys.stderr.write(f"\r\x1b[K{message}")
        sys.stderr.flush()


@contextmanager
def progress(message: str) -> Iterator[None]:
    """Show the message for the length of the block."""
    say(message)
    try:
        yield
    finally:
        say("")


def watched_for(seconds: float) -> str:
    """Say that a program goes on for so long, and how to end it before."""
    return f"watched for {seconds:g} s, Ctrl-C ends it"
