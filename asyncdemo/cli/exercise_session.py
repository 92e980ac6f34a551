"""An exercise that goes on: its file is run at each save and judged, on a screen, as plain text, or once."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from select import select
from threading import Thread

from asyncdemo.catalogue import new_scenario, script_source
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.scenario import START, Script
from asyncdemo.catalogue.targets import Request, Target, of_script
from asyncdemo.cli.planning import planned
from asyncdemo.cli.stepping import screen_page, show_rows
from asyncdemo.errors import Unreadable, UsageError
from asyncdemo.expectations.check_result import Mismatch
from asyncdemo.expectations.exercise_checks import Exercise, attempt_mismatches, handed_out
from asyncdemo.model.recording import Outcome, Python, Run, Subject
from asyncdemo.runner.host import host
from asyncdemo.runner.workers import Background, Ended
from asyncdemo.screen.full_screen import REDRAW, Screen, full_screen
from asyncdemo.tour.practice import Practice, judged, pressed
from asyncdemo.views.terminal.common_rows import write_title
from asyncdemo.views.terminal.exercise_pages import hint_rows, result_rows, screen, solution_rows, task_rows
from asyncdemo.views.terminal.page import Page, Row

TIMEOUT = 15.0  # seconds: the exercises take less than two
TRIES = 2  # of what a busy machine may have spoilt
_PAUSE = 0.03  # seconds after which a run is looked at again
_WATCH = 0.2  # seconds between two looks at the file
_TEXT_ROOM = 24  # rows of output and tasks where there is no screen
_NOT_READ = Run(Subject(""), Python(""), Outcome("not-started"), ok=False)

Stamp = tuple[int, int] | None  # time and size of a file; None where it is not there
_NEVER: Stamp = (0, -1)  # of a file that was not looked at yet: None is what one that cannot be read has


def own_file(exercise: Exercise) -> tuple[Path, bool]:
    """The file in this folder, and whether it is new: one that is there is never written over. Raises UsageError."""
    path = Path(new_scenario.file_name(exercise.name))
    try:
        with path.open("xb") as file:
            file.write(handed_out(exercise.start.source).encode())
    except FileExistsError:
        return path, False
    except OSError as error:
        raise UsageError(
            f"cannot write {visible(path)}: {error.strerror}; exercises are copied into this folder"
        ) from None
    return path, True


class Workbench:
    """The runs of one file; `keep` is told of each judgement."""

    def __init__(self, state: Practice, path: Path, request: Request, keep: Callable[[Practice], None]) -> None:
        self.state = state
        self._path = path
        self._request = request._replace(timeout=TIMEOUT)
        self._keep = keep
        self._seen: Stamp = _NEVER
        self._left: list[Target] = []  # what is yet to be run
        self._attempt: Script | None = None
        self._tries = 0
        self._seconds: dict[str, float] = {}  # of the start
        self._run: Background | None = None
        self._stack = ExitStack()

    def follow(self) -> None:
        """Begin a run that is wished for, or anew where the file was saved; take in what has come."""
        if self.state.wish == "run" or _stamp(self._path) != self._seen:
            self._begin()
        if self._run is None and self._left:
            plan = self._stack.enter_context(planned(self._left[0], self._request, again_and_again=True))
            self._run = Background(plan)
        for message in self._run.messages() if self._run is not None else ():
            if isinstance(message, Ended):
                self._run = None
                self._stack.close()
                self._left.pop(0)
                self._take(message.run or _NOT_READ)

    def close(self) -> None:
        """Stop what still runs."""
        if self._run is not None:
            self._run.close()
            self._run = None
        self._stack.close()

    def _begin(self) -> None:
        self.close()
        self._seen, self._left = _stamp(self._path), []
        self.state = self.state._replace(running=True, wish="", message="", shows_solution=False)
        try:
            source, _ = script_source.decoded(script_source.content(self._path))
        except Unreadable as error:
            self._show(_NOT_READ, [Mismatch(f"it cannot be read: {error}", str(self._path))], changed=False)
            return
        self._attempt = self.state.exercise.solution._replace(path=self._path.absolute(), source=source)
        self._tries = 0
        self._again(measure=not self._seconds)

    def _again(self, *, measure: bool) -> None:
        assert self._attempt is not None  # it has begun
        exercise, self._tries = self.state.exercise, self._tries + 1
        start = of_script(exercise.scenario, exercise.start)
        attempt = Target(self._path.name, exercise.scenario, self._attempt, self._attempt.path)
        self._left = [start, attempt] if measure and exercise.needs_start else [attempt]

    def _take(self, run: Run) -> None:
        if self._left:  # it was the start
            if run.seconds.own is not None:
                self._seconds[START] = run.seconds.own
            return
        assert self._attempt is not None  # it has run
        version = tuple(map(int, run.python.version.split("."))) if run.python.version else sys.version_info[:3]
        lacks = attempt_mismatches(self.state.exercise, self._attempt, run, self._seconds, version)
        if self._tries < TRIES and lacks and all(each.timing_sensitive for each in lacks):
            self._again(measure=True)
            return
        changed = self._attempt.source.rstrip() != handed_out(self.state.exercise.start.source).rstrip()
        self._show(run, lacks, changed=changed)

    def _show(self, run: Run, lacks: list[Mismatch], *, changed: bool) -> None:
        self.state = judged(self.state, run, lacks, changed=changed)
        self._keep(self.state)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def once(bench: Workbench, page: Page) -> None:
    """Run it once, and write the task and what came of it."""
    _write_task(page, bench.state, once=True)
    while not bench.state.runs:
        bench.follow()
        time.sleep(_PAUSE)
    _write(page, result_rows(page, bench.state, _TEXT_ROOM))


def on_screen(bench: Workbench, *, ascii_only: bool) -> None:
    """Go on until the next exercise is wished for, or the end."""
    with full_screen(sys.stdin.fileno(), sys.stdout) as terminal, suppress(EOFError):
        shown: Practice | None = None
        rows = 1
        while bench.state.wish not in ("next", "quit"):
            bench.follow()
            if bench.state != shown:
                rows = _draw(terminal, bench, ascii_only=ascii_only)
                shown = bench.state
            key = terminal.key(_PAUSE if bench.state.running else _WATCH)
            if key == REDRAW:
                shown = None
            elif key is not None:
                bench.state = pressed(bench.state, key, rows)


def _draw(terminal: Screen, bench: Workbench, *, ascii_only: bool) -> int:
    page, height = screen_page(terminal, ascii_only=ascii_only)
    rows, most, offset = screen(page, bench.state, height)
    show_rows(terminal, page, rows)
    bench.state = bench.state._replace(offset=offset)
    return most


def as_text(bench: Workbench, page: Page) -> None:
    """Write what happens, and go on until it is solved, the next exercise is wished for, or the end.

    A key is a line that is typed.
    """
    _write_task(page, bench.state)
    page.row(("h shows a hint, s the solution, q quits; then press enter", "dim"))
    page.row()
    page.flush()
    while bench.state.wish not in ("next", "quit"):
        before = bench.state
        bench.follow()
        if bench.state.runs > before.runs:
            _write(page, result_rows(page, bench.state, _TEXT_ROOM))
            if bench.state.solved:
                return
        for key in _keys(_PAUSE if bench.state.running else _WATCH):
            before = bench.state
            bench.state = pressed(before, key)._replace(offset=0)
            _write(page, _answer(page, before, bench.state))


def _keys(timeout: float) -> Iterator[str]:
    """The key of a line that was typed, if one was within so many seconds; nobody there is `q`."""
    with suppress(Empty):
        line = _typed().get(timeout=timeout)
        yield (line.strip()[:1].lower() or "enter") if line else "q"


@cache
def _typed() -> "SimpleQueue[str]":
    """Line after line of what is typed, "" at the end. Read in a thread: on Windows nothing else waits for a while.

    Not with `readline`, whose lock a thread that still waits would hold when the interpreter wants to close stdin.
    """
    lines: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        descriptor, begun = sys.stdin.fileno(), ""
        with suppress(OSError):  # the terminal is gone
            while True:
                if host.WAITS:  # to read in the background would stop the whole job
                    select([descriptor], [], [])
                data = os.read(descriptor, 4096)
                *whole, begun = (begun + data.decode(errors="replace")).split("\n")
                for line in whole:
                    lines.put(line + "\n")
                if not data:
                    break
        if begun:
            lines.put(begun)
        lines.put("")

    Thread(target=read, daemon=True).start()
    return lines


def _answer(page: Page, before: Practice, state: Practice) -> list[Row]:
    """What a key brings, apart from a run."""
    if state.message:
        return [((state.message, "warn"),)]
    if state.shows_solution:
        return solution_rows(page, state.exercise)
    return hint_rows(page, state, before.hints)


def _write_task(page: Page, state: Practice, *, once: bool = False) -> None:
    write_title(page, state.exercise.name, state.exercise.scenario.summary, state.place)
    _write(page, task_rows(page, state, once=once))


def _write(page: Page, rows: list[Row]) -> None:
    page.write(rows)
    if rows:
        page.row()
    page.flush()
