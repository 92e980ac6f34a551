"""What Python itself said on stderr about coroutines, tasks and loops: read from the text, as 3.8 to 3.13 print it."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from asyncdemo.findings import forms
from asyncdemo.model.recording import Output

Kind = Literal["never-awaited", "never-retrieved", "destroyed", "generator", "raised"]

# A report is looked for only where one of these is printed at all.
_SIGNS = ("never awaited", "was never retrieved", "it is pending!", "asynchronous generator", "client_connected_cb",
          "Traceback", "async generator ignored")  # fmt: skip


class Frame(NamedTuple):
    """A line of a traceback with the code that stands there, as far as it was printed."""

    path: str
    line: int
    code: str = ""


class Report(NamedTuple):
    """One thing that was said, at a moment in seconds from the start of the run.

    `name` is that of the coroutine or generator function, `path` and `line` the place that the message itself gives.
    `frames` are those of its traceback, outermost first, `created` those of where the object came to be, `error` is the
    traceback's last line, and `task` the name of the task.
    """

    kind: Kind
    at: float
    name: str = ""
    path: str | None = None
    line: int | None = None
    frames: tuple[Frame, ...] = ()
    created: tuple[Frame, ...] = ()
    error: str = ""
    task: str = ""


def reports(outputs: Iterable[Output]) -> list[Report]:
    """Give what was said, in the order in which it was."""
    pieces = [output for output in outputs if output.stream == "stderr"]
    text = "".join(piece.text for piece in pieces)
    if not any(sign in text for sign in _SIGNS):
        return []
    return list(_Reader(list(_lines(pieces))).read())


def _lines(pieces: Iterable[Output]) -> Iterator[tuple[float, str]]:
    """Whole lines, each with the time of its first part; what threads print at the same time is kept apart."""
    rests: dict[int | None, tuple[float, str]] = {}
    for piece in pieces:
        at, before = rests.pop(piece.thread, (piece.at, ""))
        *whole, rest = (before + piece.text).split("\n")
        for line in whole:
            yield at, forms.GROUP.sub("", forms.COLOUR.sub("", line.rstrip("\r")))
            at = piece.at
        if rest:
            rests[piece.thread] = at, rest
    yield from rests.values()


class _Reader:
    """Goes through lines once; `_next` is the first that was not understood yet."""

    def __init__(self, lines: list[tuple[float, str]]) -> None:
        self._lines = lines
        self._next = 0

    def read(self) -> Iterator[Report]:
        while self._next < len(self._lines):
            at, text = self._lines[self._next]
            self._next += 1
            report = self._report(at, text)
            if report is not None:
                yield report

    def _report(self, at: float, text: str) -> Report | None:
        if text.endswith(" was never awaited") and (found := forms.AWAITED.search(text)):
            name = found["name"] + (f".{found['method']}" if found["method"] else "")
            line = int(found["line"]) if found["line"] else None
            return Report("never-awaited", at, name, found["path"], line, created=self._created())
        if forms.RETRIEVED.search(text):
            return self._about("never-retrieved", at)
        if forms.DESTROYED.search(text):
            return self._about("destroyed", at)
        if generator := forms.CLOSING.search(text) or forms.IGNORED.search(text):
            self._take(forms.OBJECT)
            frames, error = self._traceback()
            return Report("generator", at, generator["name"], frames=frames, error=error)
        if forms.TRACEBACK.search(text):
            self._next -= 1
            frames, error = self._traceback()
            return self._raised(at, frames, error)
        return None

    def _raised(self, at: float, frames: tuple[Frame, ...], error: str) -> Report:
        """A traceback; with `-W error` a warning comes as one."""
        if error.endswith(" was never awaited") and (found := forms.AWAITED.search(error)):
            return Report("never-awaited", at, found["name"], created=frames)
        return Report("raised", at, frames=frames, error=error)

    def _about(self, kind: Kind, at: float) -> Report | None:
        """A message of asyncio's own about a task; in debug mode it says where that was made, before or after it."""
        about = self._take(forms.OBJECT)
        created = self._created()
        about = about or self._take(forms.OBJECT)
        if about is None:
            return None
        coro, task = forms.CORO.search(about), forms.TASK.search(about)
        frames, error = self._traceback() if kind == "never-retrieved" else ((), "")
        report = Report(kind, at, frames=frames, created=created, error=error, task=task["name"] if task else "")
        if coro is None:
            return report
        return report._replace(name=coro["name"], path=coro["path"], line=int(coro["line"]) if coro["line"] else None)

    def _take(self, form: re.Pattern[str]) -> str | None:
        """The next line, if it has this form."""
        if self._next < len(self._lines) and form.search(self._lines[self._next][1]):
            self._next += 1
            return self._lines[self._next - 1][1]
        return None

    def _created(self) -> tuple[Frame, ...]:
        """The frames under "created at", if that comes next; the line of code may stand before it."""
        ahead = self._next + 1 if self._next + 1 < len(self._lines) else self._next
        for at in (self._next, ahead):
            if at < len(self._lines) and forms.CREATED.search(self._lines[at][1]):
                self._next = at + 1
                return self._frames()
        return ()

    def _frames(self) -> tuple[Frame, ...]:
        """Frames as long as they come, each with its line of code."""
        frames: list[Frame] = []
        while self._next < len(self._lines):
            text = self._lines[self._next][1]
            if found := forms.FRAME.match(text):
                frames.append(Frame(found["path"], int(found["line"])))
            elif not text.startswith(" "):
                break
            elif frames and not frames[-1].code:
                frames[-1] = frames[-1]._replace(code=text.strip())
            self._next += 1
        return tuple(frames)

    def _traceback(self) -> tuple[tuple[Frame, ...], str]:
        """The frames and the last line of a traceback; of several that are chained, those of all and the last."""
        frames: tuple[Frame, ...] = ()
        error = ""
        while True:
            if self._take(forms.TRACEBACK) is not None:
                frames += self._frames()
            if self._next < len(self._lines):
                error = self._lines[self._next][1]
                self._next += 1
            ahead = self._next
            while ahead < len(self._lines) and not self._lines[ahead][1]:
                ahead += 1
            if ahead == self._next or ahead >= len(self._lines) or not forms.CHAINED.match(self._lines[ahead][1]):
                return frames, error
            self._next = ahead + 2
