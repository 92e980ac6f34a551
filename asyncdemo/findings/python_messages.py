"""What Python itself says on stderr about coroutines, tasks and loops, and in which forms; and pytest in its summary.

pytest keeps Python's warnings from stderr, and tells of them at its end, under the tests during which they came.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from asyncdemo.model.recording import Output, Run, Writer

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
GROUP = re.compile(r"^ *[|+] ?")  # before each line of an exception group
AWAITED = re.compile(
    r"(?:(?P<path>(?:(?<!\w)[A-Za-z]:(?=[\\/]))?[^:\s][^:]*):(?P<line>\d+): )?RuntimeWarning: "
    r"coroutine (?:method '(?P<method>\w+)' of )?'(?P<name>.+)' was never awaited$"
)
WARNING = re.compile(r", in _warn_unawaited_coroutine$")
RETRIEVED = re.compile(r"(?:^|\W)(?:\w+ exception was never retrieved|Unhandled exception in client_connected_cb)$")
DESTROYED = re.compile(r"(?:^|\W)Task was destroyed but it is pending!$")
CLOSING = re.compile(
    r"an error occurred during closing of asynchronous generator <async_generator object (?P<name>\S+)"
)
IGNORED = re.compile(r"Exception ignored in: <async_generator object (?P<name>\S+)")
OBJECT = re.compile(r"^(?:future|task|transport|asyncgen): <")
CORO = re.compile(
    r"coro=<(?P<name>[^<>()]\S*|<.*?>)\(\)(?:[ \w]*,)?(?: running at| defined at)?(?: (?P<path>.+?):(?P<line>\d+))?>"
)
TASK = re.compile(r"^(?:future|task): <\w+ \w+ name='(?P<name>[^']*)'")
CREATED = re.compile(r"(?:Object (?:created|allocated)|Coroutine created) at \(most recent call last\):?$")
TRACEBACK = re.compile(r"(?:^|\s)Traceback \(most recent call last\):$")
FRAME = re.compile(r'^ *File "(?P<path>.+)", line(?:no)? (?P<line>\d+)(?:, in (?P<function>.+))?$')
CHAINED = re.compile(r"^(?:During handling of the above|The above) exception")
GENERATOR = "<async_generator"  # how asyncio calls a coroutine that closes an asynchronous generator

Kind = Literal["never-awaited", "never-retrieved", "destroyed", "generator", "raised"]

# A report is looked for only where one of these is printed at all.
_SIGNS = ("never awaited", "was never retrieved", "it is pending!", "asynchronous generator", "client_connected_cb",
          "Traceback", "async generator ignored")  # fmt: skip


# Who must have written a line that begins such a report; None is whoever it was, where that is not known.
_WARNS: tuple[Writer | None, ...] = (None, "warning", "python")
_REPORTS: tuple[Writer | None, ...] = (None, "loop")
_IGNORES: tuple[Writer | None, ...] = (None, "python")
_RAISES: tuple[Writer | None, ...] = (None, "python", "loop", "traceback")


class Frame(NamedTuple):
    """A line of a traceback with the code that stands there, as far as it was printed."""

    path: str
    line: int
    code: str = ""


class Report(NamedTuple):
    """One thing that was said, at a moment in seconds from the start of the run.

    `name` is that of the coroutine or generator function, `path` and `line` the place that the message itself gives.
    `frames` are those of its traceback, outermost first, `created` those of where the object came to be, `error` is the
    traceback's last line, and `task` the name of the task. `test` is the test in which pytest saw it.
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
    test: str = ""


def reports(outputs: Iterable[Output]) -> list[Report]:
    """What was said, in the order in which it was."""
    pieces = [output for output in outputs if output.stream == "stderr"]
    text = "".join(piece.text for piece in pieces)
    if not any(sign in text for sign in _SIGNS):
        return []
    return list(_Reader(list(_lines(pieces))).read())


class _Line(NamedTuple):
    """A line with the time of its first part; of one that several have written the writer is the script."""

    at: float
    text: str
    writer: Writer | None


def _lines(pieces: Iterable[Output]) -> Iterator[_Line]:
    """Whole lines; what threads print at the same time is kept apart."""
    rests: dict[int | None, _Line] = {}
    for piece in pieces:
        rest = rests.pop(piece.thread, _Line(piece.at, "", piece.writer))
        writer = piece.writer if rest.writer == piece.writer else "script"
        at, (*whole, last) = rest.at, (rest.text + piece.text).split("\n")
        for line in whole:
            yield _Line(at, GROUP.sub("", COLOUR.sub("", line.rstrip("\r"))), writer)
            at, writer = piece.at, piece.writer
        if last:
            rests[piece.thread] = _Line(at, last, writer)
    yield from rests.values()


class _Reader:
    """Goes through lines once; `_next` is the first that was not understood yet."""

    def __init__(self, lines: list[_Line]) -> None:
        self._lines = lines
        self._next = 0

    def read(self) -> Iterator[Report]:
        while self._next < len(self._lines):
            line = self._lines[self._next]
            self._next += 1
            report = self._report(*line)
            if report is not None:
                yield report

    def _report(self, at: float, text: str, writer: Writer | None) -> Report | None:
        warned = writer in _WARNS and text.endswith(" was never awaited")
        if warned and (found := AWAITED.search(text)):
            name = found["name"] + (f".{found['method']}" if found["method"] else "")
            line = int(found["line"]) if found["line"] else None
            return Report("never-awaited", at, name, found["path"], line, created=self._created())
        if writer in _REPORTS and RETRIEVED.search(text):
            return self._about("never-retrieved", at)
        if writer in _REPORTS and DESTROYED.search(text):
            return self._about("destroyed", at)
        closing = CLOSING.search(text) if writer in _REPORTS else None
        if generator := closing or (IGNORED.search(text) if writer in _IGNORES else None):
            self._take(OBJECT)
            frames, error = self._traceback()
            return Report("generator", at, generator["name"], frames=frames, error=error)
        if writer in _RAISES and TRACEBACK.search(text):
            self._next -= 1
            start = self._next
            frames, error = self._traceback()
            warns = any(WARNING.search(line.text) for line in self._lines[start : self._next])
            return self._raised(at, frames, error, warns=warns)
        return None

    def _raised(self, at: float, frames: tuple[Frame, ...], error: str, *, warns: bool) -> Report:
        """A traceback; with `-W error` a warning comes as one, out of the function that warns."""
        if warns and error.endswith(" was never awaited") and (found := AWAITED.match(error)):
            return Report("never-awaited", at, found["name"], created=frames)
        return Report("raised", at, frames=frames, error=error)

    def _about(self, kind: Kind, at: float) -> Report | None:
        """A message of asyncio's own about a task; in debug mode it says where that was made, before or after it."""
        about = self._take(OBJECT)
        created = self._created()
        about = about or self._take(OBJECT)
        if about is None:
            return None
        coro, task = CORO.search(about), TASK.search(about)
        frames, error = self._traceback() if kind == "never-retrieved" else ((), "")
        report = Report(kind, at, frames=frames, created=created, error=error, task=task["name"] if task else "")
        if coro is None:
            return report
        return report._replace(name=coro["name"], path=coro["path"], line=int(coro["line"]) if coro["line"] else None)

    def _take(self, form: re.Pattern[str]) -> str | None:
        """The next line, if it has this form."""
        if self._next < len(self._lines) and form.search(self._lines[self._next].text):
            self._next += 1
            return self._lines[self._next - 1].text
        return None

    def _created(self) -> tuple[Frame, ...]:
        """The frames under "created at", if that comes next; the line of code may stand before it."""
        ahead = self._next + 1 if self._next + 1 < len(self._lines) else self._next
        for at in (self._next, ahead):
            if at < len(self._lines) and CREATED.search(self._lines[at].text):
                self._next = at + 1
                return self._frames()
        return ()

    def _frames(self) -> tuple[Frame, ...]:
        """Frames as long as they come, each with its line of code."""
        frames: list[Frame] = []
        while self._next < len(self._lines):
            text = self._lines[self._next].text
            if found := FRAME.match(text):
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
            if self._take(TRACEBACK) is not None:
                frames += self._frames()
            if self._next < len(self._lines):
                error = self._lines[self._next].text
                self._next += 1
            ahead = self._next
            while ahead < len(self._lines) and not self._lines[ahead].text:
                ahead += 1
            if ahead == self._next or ahead >= len(self._lines) or not CHAINED.match(self._lines[ahead].text):
                return frames, error
            self._next = ahead + 2


_PYTEST = re.compile(r"-m (?:pytest|py\.test)(?: |$)")
_HEADING = re.compile(r"=+ warnings summary(?: \(final\))? =+$")
_COUNT = re.compile(r": \d+ warnings?$")
_END = "-- Docs: "


def is_pytest(run: Run) -> bool:
    """True of a run of `-m pytest`."""
    return _PYTEST.match(run.subject.target) is not None


def summary_reports(outputs: Iterable[Output]) -> Iterator[Report]:
    """Coroutines that were never awaited, as pytest's summary of warnings has them, each with its first test."""
    inside = between = False  # in the summary; at the end of what is said of one warning
    test = ""
    for at, text in _printed_lines(outputs):
        if _HEADING.match(text):
            inside = between = True
        elif text.startswith(_END):
            inside = False
        elif inside and text and not text.startswith(" "):
            test, between = _COUNT.sub("", text) if between else test, False
        elif inside:
            between = True
            if (found := AWAITED.match(text.strip())) and found["path"]:
                yield Report("never-awaited", at, found["name"], found["path"], int(found["line"]), test=test)


def _printed_lines(outputs: Iterable[Output]) -> Iterator[tuple[float, str]]:
    """The lines of what was printed, but for stderr, each with its time and without colours."""
    rest = ""
    for piece in outputs:
        if piece.stream != "stderr":
            *whole, rest = (rest + piece.text).split("\n")
            yield from ((piece.at, COLOUR.sub("", line.rstrip("\r"))) for line in whole)
