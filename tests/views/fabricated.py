"""Recordings with made-up numbers, and pages to show them on."""

import io
import platform
from collections.abc import Iterable

import pyte

from asyncdemo.model.recording import Outcome, Output, Python, Run, Seconds, Stream, Subject
from asyncdemo.views.terminal.page import Page

ZERO = 0.05  # seconds after the start of the run at which the script takes its first step
PYTHON = Python("/usr/bin/python3", "3.11.7", "CPython")
SECONDS = Seconds(total=0.3, startup=0.02, imports=0.03, script=0.2, cpu=0.04, waiting=0.19)


class Text(io.StringIO):
    """A stream that is no terminal, of any encoding."""

    def __init__(self, encoding: str = "utf-8", *, terminal: bool = False) -> None:
        super().__init__(newline="")
        self._encoding, self._terminal = encoding, terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


class Screen(Text):
    """A terminal that shows what was written to it; a person can type on it."""

    def __init__(self, width: int = 80, height: int = 24) -> None:
        super().__init__(terminal=True)
        self._screen = pyte.Screen(width, height)
        self._feed = pyte.Stream(self._screen).feed

    def write(self, text: str) -> int:
        self._feed(text)
        return super().write(text)

    def rows(self) -> list[str]:
        """What stands on the screen, without the blanks at the end of rows and the empty rows below."""
        return "\n".join(row.rstrip() for row in self._screen.display).rstrip().split("\n")


def page(stream: io.StringIO, width: int = 80, *, ascii_only: bool = False, **environ: str) -> Page:
    return Page(stream, {"COLUMNS": str(width), "TERM": "xterm", **environ}, ascii_only=ascii_only)


# How a view is looked at: width, and what else changes it.
LOOKS = {
    "60 columns": (60, {}),
    "80 columns": (80, {}),
    "200 columns": (200, {}),
    "ASCII": (80, {"ascii_only": True}),
    "in colour": (80, {"FORCE_COLOR": "1"}),
}


def looked_at(look: str, stream: Text | None = None) -> tuple[Page, Text]:
    """A page for one of the LOOKS, and the stream that it writes to."""
    stream = stream or Text()
    width, changes = LOOKS[look]
    return page(stream, width, **changes), stream  # type: ignore[arg-type]


def visible(stream: Text) -> str:
    """What was written, with the codes for colours made visible, and as if 3.11.7 had written it."""
    ran_by = f"(this is {platform.python_version()})"
    return stream.getvalue().replace("\x1b", "␛").replace(ran_by, "(this is 3.11.7)")


def outputs(*pieces: tuple[float, str] | tuple[float, str, int] | tuple[float, str, int, Stream]) -> tuple[Output, ...]:
    """Pieces of output: seconds after the script's first step, text, line of the script, stream."""
    made = []
    for at, text, *rest in pieces:
        line = rest[0] if rest else None
        stream = rest[1] if len(rest) > 1 else "stdout"
        made.append(Output(ZERO + at, stream, text, line))  # type: ignore[arg-type]
    return tuple(made)


def run(
    output: Iterable[Output] = (),
    *,
    source: str = "",
    outcome: Outcome | None = None,
    seconds: Seconds = SECONDS,
    target: str = "example",
    variant: str | None = None,
    path: str | None = "/course/example.py",
    ok: bool | None = None,
    notes: tuple[str, ...] = (),
    dropped: int = 0,
) -> Run:
    outcome = outcome or Outcome("exited", code=0)
    return Run(
        subject=Subject(target, target.partition(":")[0], variant, path, source=source),
        python=PYTHON,
        outcome=outcome,
        ok=outcome == Outcome("exited", code=0) if ok is None else ok,
        seconds=seconds,
        output=tuple(output),
        output_dropped=dropped,
        notes=notes,
    )
