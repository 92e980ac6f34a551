"""Messages on stderr: one line each, on a terminal in rows that end between words."""

import os
import sys
from collections.abc import Iterator

_INDENT = "  "  # of the rows after the first


def tell(message: str) -> None:
    """Write the message. What is foreign in it is shown, never obeyed."""
    from asyncdemo.views.terminal.page import Page
    from asyncdemo.views.terminal.text import harmless

    text = f"asyncdemo: {harmless(message)}"
    rows = _rows(text, Page(sys.stderr, os.environ).width - 1) if sys.stderr.isatty() else [text]
    sys.stderr.write("".join(f"{row}\n" for row in rows))
    sys.stderr.flush()


class DeadlockTeller:
    """Listens to a run that nothing else is shown of, and tells of a deadlock at once."""

    def output(self, *_: object) -> None:
        """Nothing is said of that."""

    def tick(self, *_: object) -> None:
        """Nothing is said of that."""

    def deadlock(self) -> None:
        """Say that nothing can wake the script any more."""
        tell("nothing can wake this program: no timer, no input, no thread")


def _rows(text: str, width: int) -> Iterator[str]:
    """Break the text before each word that would not fit; one that is wider than a row is left to the terminal."""
    from asyncdemo.views.terminal.text import cells

    row, *words = text.split(" ")
    for word in words:
        if cells(row) + 1 + cells(word) <= width:
            row += f" {word}"
        else:
            yield row
            row = _INDENT + word
    yield row
