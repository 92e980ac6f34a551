"""A tour while it goes on: its state, the runs that this asks for, the copies that are edited, and the progress."""

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import FrameType

from asyncdemo.catalogue import script_metadata
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.staging import staged
from asyncdemo.catalogue.targets import Target
from asyncdemo.cli.blocks import with_those_before
from asyncdemo.cli.planning import Request, planned
from asyncdemo.documents.block_syntax import awaits
from asyncdemo.errors import AsyncdemoError, ToolError, Unreadable
from asyncdemo.model.recording import Outcome, Python, Run, Subject
from asyncdemo.runner.workers import Background, Ended, Looked, Message, Over, Printed
from asyncdemo.tour.navigation import pressed
from asyncdemo.tour.state import Course, Room, State, started, with_output, with_run, with_tasks


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
            plan = self._stack.enter_context(planned(target, _request(target, job.settings)))
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
                self.state = self.state._replace(message="it is over: what came of it is put together")
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


def _request(target: Target, settings: tuple[str, ...]) -> Request:
    """How a target is run; of a document what needs the blocks before it has them."""
    document, block = target.document, target.block
    fragment = document is not None and block is not None and document.nature(block).kind == "fragment"
    return Request(settings=settings, cumulative=fragment)


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
            return "no editor is here: export EDITOR=NAME, whatever starts yours, and start the tour again"
        if target.path is None:
            return "there is no file to copy"
        if target.block is not None and (target.block.session or awaits(target.block.text)):
            return "only a script can be edited here, and this block is none: it has >>> or a top-level await"
        try:
            copy = self._copy(target, target.path)
            status = _edit([*shlex.split(editor), str(copy)])
        except (OSError, ValueError, ToolError) as error:
            return f"{visible(editor)}: {getattr(error, 'strerror', None) or error}"
        if status:
            return f"{visible(editor)} has ended with status {status}; nothing was run"
        try:
            script = script_metadata.read_script(copy, target.script.variant if target.script is not None else None)
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
                chosen = with_those_before(target.document, target.block, cumulative=nature.kind == "fragment")
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
