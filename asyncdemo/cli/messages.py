"""What is said on stderr: messages, a line of progress, and annotations where GitHub Actions shows them."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO


def tell(message: str) -> None:
    """Write the message. What is foreign in it is shown, never obeyed."""
    from textwrap import wrap

    from asyncdemo.views.terminal.page import Page
    from asyncdemo.views.terminal.text import harmless

    text = f"asyncdemo: {harmless(message)}"
    rows = [text]
    if sys.stderr.isatty():
        width = Page(sys.stderr, os.environ).width - 1
        rows = wrap(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    sys.stderr.write("".join(f"{row}\n" for row in rows))
    sys.stderr.flush()


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
    """The words for a program that is watched for so long, with how to end it before."""
    return f"watched for {seconds:g} s, Ctrl-C ends it"


def is_github(environ: Mapping[str, str]) -> bool:
    """True if this is GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def write_annotation(
    command: str, title: str, path: str | None, line: int | None, text: str, stream: TextIO | None = None
) -> None:
    """Write a workflow command: error, warning or notice; the escapes are those of actions/toolkit (command.ts)."""
    fields = {"title": title, "file": path, "line": line}
    known = {name: _data(str(value)) for name, value in fields.items() if value is not None}
    escaped = {name: value.replace(":", "%3A").replace(",", "%2C") for name, value in known.items()}
    properties = ",".join(f"{name}={value}" for name, value in escaped.items())
    print(f"::{command} {properties}::{_data(text)}", file=stream or sys.stderr)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
