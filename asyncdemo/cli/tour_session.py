"""A tour that goes on: what a key does, what runs meanwhile, and what is shown, on a screen or as plain text."""

import math
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from io import TextIOWrapper
from pathlib import Path
from types import FrameType

from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.scenario import read_script
from asyncdemo.catalogue.staging import staged
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.cli.planning import planned
from asyncdemo.cli.stepping import screen_page, show_rows
from asyncdemo.documents.block_syntax import awaits
from asyncdemo.errors import AsyncdemoError, ToolError, Unreadable
from asyncdemo.model.recording import Outcome, Python, Run, Subject
from asyncdemo.runner.workers import Background, Ended, Looked, Message, Over, Printed
from asyncdemo.screen.full_screen import REDRAW, Screen, full_screen
from asyncdemo.tour.navigation import KEYS, played, pressed
from asyncdemo.tour.state import Course, Room, State, started, with_output, with_run, with_tasks
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.tour_screen import page_rows, screen


class Session:
    """The tour; `keep` writes the progress and gives what went wrong."""

    def __init__(self, state: State, keep: Callable[[Course], str] | None) -> None:
        self.state = state
        self.trouble = ""
        self._keep = keep
        self._kept: Course | None = None
        self._run: Background | None = None
        self._key: tuple[int, int] | None = None
        self._stopping = 0
        self._ctrl_c = 0
        self._is_closing = False
        self._stack = ExitStack()
        self._left: list[tuple[Background, ExitStack]] = []
        self._copies = Copies()

    @property
    def busy(self) -> bool:
        """True if something may come that nobody has pressed a key for."""
        return self.state.running is not None or bool(self._left) or self.state.phase == "film"

    def press(self, key: str, room: Room) -> None:
        """Do what a key asks for; an editor is opened by `edit`."""
        self.state = pressed(self.state, key, room)

    def follow(self) -> None:
        """Start what is asked for, leave what is not, take in what has come. Never waits."""
        while self._ctrl_c:
            self._ctrl_c -= 1
            self.press("x", Room(1))
        self._keep_progress()
        job = self.state.job
        wanted = None if self.state.running is None or job is None else (job.number, len(self.state.runs))
        if self._run is not None and self._key != wanted:
            self._left.append((self._run, self._stack))
            self._run, self._stack = None, ExitStack()
        self._left = [each for each in self._left if not _is_gone(*each)]
        if wanted is not None and self._run is None:
            self._start(wanted)
        if self._run is not None:
            if self.state.stopping > self._stopping:
                self._stopping = self.state.stopping
                self._run.interrupt()
            for message in self._run.messages():
                self._take(message)

    def hear_ctrl_c(self, _number: int, _frame: FrameType | None) -> None:
        """React to SIGINT: it stops a run that goes on, and where none does, it ends the tour.

        A run is stopped by `follow`: an exception in the midst of what that does could lose the run, or what it told.
        """
        if self._is_closing:
            return
        if self.state.phase != "running":
            raise KeyboardInterrupt
        self._ctrl_c += 1

    def edit(self, terminal: AbstractContextManager[None] | None = None) -> None:
        """Open a copy in the editor, then run it; `terminal` gives the terminal back for so long."""
        self.state = self.state._replace(editing=False)
        with terminal or nullcontext():
            found = self._copies.edited(self.state.asked.target, os.environ)
        if isinstance(found, str):
            self.state = self.state._replace(message=found)
        else:
            self.state = started(self.state, "copy", (found,))

    def close(self) -> None:
        """Stop all that still runs, and wait for it; no Ctrl-C keeps it from that, for it takes a second or two."""
        self._is_closing = True
        self._keep_progress()
        if self._run is not None:
            self._left.append((self._run, self._stack))
            self._run = None
        for run, stack in self._left:
            run.close()
            stack.close()
        self._copies.close()

    def _start(self, key: tuple[int, int]) -> None:
        target, job = self.state.running, self.state.job
        if target is None or job is None:
            return
        self._key, self._stopping, self._ctrl_c = key, 0, 0
        try:
            document, block = target.document, target.block
            fragment = document is not None and block is not None and document.nature(block).kind == "fragment"
            request = Request(settings=job.settings, cumulative=fragment)
            plan = self._stack.enter_context(planned(target, request))
        except AsyncdemoError as error:
            self.state = with_run(self.state, _not_run(target.name, str(error)))
            return
        if plan.cannot is not None:
            self.state = with_run(self.state, _not_run(target.name, plan.cannot))
            return
        self._run = Background(plan)

    def _take(self, message: Message) -> None:
        match message:
            case Printed(pieces, left_out, zero):
                self.state = with_output(self.state, pieces, left_out, zero)
            case Looked(timeline, zero, now):
                self.state = with_tasks(self.state, timeline, zero, now)
            case Over():
                self.state = self.state._replace(message="finished: putting together what happened")
            case Ended(run):
                target = self.state.running
                self._run = None
                self._stack.close()
                self._stack = ExitStack()
                name = "" if target is None else target.name
                lost = _not_run(name, "the process that watched it is gone; r runs it again")
                if self.state.stopping:  # told so before it had begun
                    lost = lost._replace(outcome=Outcome("interrupted"))
                self.state = with_run(self.state, run or lost)

    def _keep_progress(self) -> None:
        if self._keep is not None and self.state.course != self._kept:
            self.trouble = self._keep(self.state.course) or self.trouble
            self._kept = self.state.course  # now that it is: Ctrl-C may have come before


def _is_gone(run: Background, stack: ExitStack) -> bool:
    if not run.leave(time.monotonic()):
        return False
    stack.close()
    return True


def _not_run(name: str, reason: str) -> Run:
    return Run(Subject(name), Python(""), Outcome("not-started", reason=reason), ok=False)


FALLBACKS = ("nano", "vim", "vi")  # nano first: it says how it is left


class Copies:
    """The copies that were edited: one for each script, which lasts as long as the tour."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._copies: dict[str, Path] = {}

    def edited(self, target: Target, environ: Mapping[str, str]) -> Target | str:
        """Open the editor, wait until it is closed, and give the copy as a target; else why that cannot be."""
        editor = editor_of(environ)
        if editor is None:
            return "no editor found: export EDITOR=NAME with the command that starts yours, and start the tour again"
        if target.path is None:
            return "there is no file to copy"
        if target.block is not None and (target.block.session or awaits(target.block.text)):
            return "only scripts can be edited here, and this block is not one: it has >>> or a top-level await"
        try:
            copy = self._copy(target, target.path)
            status = _edit([*shlex.split(editor), str(copy)])
        except (OSError, ValueError, ToolError) as error:
            return f"{visible(editor)}: {getattr(error, 'strerror', None) or error}"
        if status:
            return f"{visible(editor)} ended with status {status}; nothing was run"
        try:
            script = read_script(copy, target.script.variant if target.script is not None else None)
        except Unreadable as error:
            return f"the copy cannot be run: {error}"
        return target._replace(script=script, path=copy, document=None, block=None)

    def close(self) -> None:
        """Remove them."""
        self._stack.close()

    def _copy(self, target: Target, path: Path) -> Path:
        if target.name not in self._copies:
            name, data = path.name, b"" if target.block is not None else path.read_bytes()
            if target.document is not None and target.block is not None:
                nature = target.document.nature(target.block)
                chosen = target.document.with_those_before(target.block, cumulative=nature.kind == "fragment")
                name, data = f"{path.stem}-{target.block.number}.py", "\n".join(each.text for each in chosen).encode()
            self._copies[target.name] = self._stack.enter_context(staged(data, name, path.resolve().parent))
        return self._copies[target.name]


def editor_of(environ: Mapping[str, str]) -> str | None:
    """The command that VISUAL or EDITOR has, else the first of FALLBACKS on PATH; None where there is none."""
    chosen = next(filter(str.strip, (environ.get("VISUAL", ""), environ.get("EDITOR", ""))), None)
    return chosen or next((name for name in FALLBACKS if shutil.which(name, path=environ.get("PATH"))), None)


def _edit(command: list[str]) -> int:
    """Run the editor in our place on the terminal: Ctrl-C is its own."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # not ignored: the editor would inherit that
    try:
        return subprocess.call(command, env=dict(os.environ))
    finally:
        signal.signal(signal.SIGINT, before)


_PAUSE = 0.03  # seconds after which a run is looked at again where no key is pressed
_LOOK = 0.02  # seconds between two looks at a run
_ALL = Room(1_000_000)  # there is no screen that could be too small
_WORDS = {"": "enter", **{word: key for key, word, _ in KEYS if len(key) == 1}}


def tour_on_screen(session: Session, *, ascii_only: bool) -> None:
    """Go through the tour until it is over. Ctrl-C stops a run that goes on; where none does, it ends the tour."""
    with full_screen(sys.stdin.fileno(), sys.stdout) as terminal, suppress(EOFError):
        shown = _Shown(terminal, ascii_only=ascii_only)
        while session.state.phase != "over":
            try:
                _step(session, terminal, shown)
            except KeyboardInterrupt:
                if session.state.phase != "running":
                    raise
                session.press("x", Room(1))


def _step(session: Session, terminal: Screen, shown: "_Shown") -> None:
    if not terminal.has_keys:  # what they ask for only to give it up again, of a pasted text perhaps, is never begun
        session.follow()
    session.state = shown.show(session.state)
    before = time.monotonic()
    key = terminal.key(_PAUSE if session.busy else None)
    if session.state.phase == "film":
        session.state = played(session.state, time.monotonic() - before)
    if key == REDRAW:
        shown.forget()
    elif key is not None:
        session.press(key, shown.room)
    if session.state.editing:
        session.edit(terminal.given_back())
        shown.forget()


class _Shown:
    """What is on the screen: it is drawn again only where something has changed."""

    def __init__(self, terminal: Screen, *, ascii_only: bool) -> None:
        self._terminal = terminal
        self._ascii = ascii_only
        self._state: State | None = None
        self.room = Room(1)

    def show(self, state: State) -> State:
        """Show a state; returns it as it is shown: not scrolled any further than the page goes."""
        if state is self._state:
            return state
        page, height = screen_page(self._terminal, ascii_only=self._ascii)
        drawn = screen(page, state, height)
        show_rows(self._terminal, page, drawn.rows)
        self.room = drawn.room
        if drawn.offset != state.offset:
            state = state._replace(offset=drawn.offset)
        self._state = state
        return state

    def forget(self) -> None:
        """Draw again next time, come what may."""
        self._state = None


def tour_as_text(session: Session, page: Page, *, asks: bool, one_chapter: bool) -> None:
    """Write the tour. `asks`: each page waits for a line that is typed; else it goes on by itself.

    `one_chapter`: where it goes on by itself, the end of the chapter is the end.
    """
    if asks:
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")  # what is typed need not be text
        page.row(("enter continues, ? shows all keys; type a key or its word, then enter", "dim"))
        page.row()
    while session.state.phase != "over":
        page.write(page_rows(page, session.state))
        page.row()
        page.flush()
        if session.state.phase == "end" and one_chapter and not asks:
            return
        before = _shown(session.state)
        while _shown(session.state) == before:
            _press(session, _line(page, session) if asks else "")
            if session.state.message:
                page.row((session.state.message, "warn"))
        _run(session, page)


def _shown(state: State) -> tuple[object, ...]:
    """What makes another page of it."""
    return state.number, state.round, state.phase, state.predicted, state.jobs


def _line(page: Page, session: Session) -> str:
    page.flush()
    print("> " if session.state.typed is None else "go to the stop: ", end="", flush=True)
    line = sys.stdin.readline()
    if not line:  # whoever is gone goes to no stop
        session.state = session.state._replace(typed=None)
    return line.strip() if line else "q"


def _press(session: Session, line: str) -> None:
    for key in _keys(line) if session.state.typed is None else [*line, "enter"]:
        session.press(key, _ALL)
    if session.state.phase == "film":  # nothing that moves
        session.state = played(session.state, math.inf)._replace(message="it can be shown slowed only on a screen")
    if session.state.editing:
        session.edit()


def _keys(line: str) -> list[str]:
    """The keys that a line stands for: one by its letter or word, or `j` and a name."""
    word, _, name = line.partition(" ")
    if word in ("j", "jump") and name:
        return ["j", *name, "enter"]
    return [_WORDS.get(line, line)]


def _run(session: Session, page: Page) -> None:
    """Wait until what runs has ended."""
    told = None
    while True:
        session.follow()
        target = session.state.running
        if target is None:
            return
        if target.name != told:
            told = target.name
            page.row((f"running {told}", "dim"))
            page.flush()
        time.sleep(_LOOK)
