"""A tour while it goes on: its state, the runs that this asks for, and the progress that is kept of it."""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from types import FrameType

from asyncdemo.catalogue.targets import Target
from asyncdemo.cli.planning import Request, planned
from asyncdemo.cli.touring.editing import Copies
from asyncdemo.errors import AsyncdemoError
from asyncdemo.recording import Outcome, Python, Run, Subject
from asyncdemo.runner.background import Background, Ended, Looked, Message, Over, Printed
from asyncdemo.tour import events
from asyncdemo.tour.keys import pressed
from asyncdemo.tour.progress import Course
from asyncdemo.tour.state import Room, State, started


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
        """Whether something may come that nobody has pressed a key for."""
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
        """Let a person edit a copy, and run that; `terminal` gives the terminal back for so long."""
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
            self.state = events.ended(self.state, _not_run(target.name, str(error)))
            return
        if plan.cannot is not None:
            self.state = events.ended(self.state, _not_run(target.name, plan.cannot))
            return
        self._run = Background(plan)

    def _take(self, message: Message) -> None:
        match message:
            case Printed(pieces, left_out, zero):
                self.state = events.printed(self.state, pieces, left_out, zero)
            case Looked(timeline, zero, now):
                self.state = events.looked(self.state, timeline, zero, now)
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
                self.state = events.ended(self.state, run or lost)

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
