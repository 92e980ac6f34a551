"""The Python programs that a watched one starts: each records into memory of its own, which it finds in a folder.

The folder is private, and has a link for each memory that is free; a program takes one by renaming it. There are MOST
of them, all made ahead, since many may come at once. Later ones leave their number, and are counted.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from asyncdemo.analysis.timeline import timeline as build_timeline
from asyncdemo.model.recording import Outcome, Process, Run, Seconds, Subject
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner import linux
from asyncdemo.runner.clock import Clock, own_script
from asyncdemo.runner.host import host
from asyncdemo.runner.process import Exit
from asyncdemo.runner.shared_memory import Memory, read_trace, shared_memory
from asyncdemo.runner.snapshots import Snapshots
from asyncdemo.runner.stacks import Stacks

MOST = 16  # programs
_ENDED, _GONE, _STOPPED = "ended", "ended by os._exit or a signal", "stopped with the run"
_ASKING = 0.1  # seconds in which they are asked where they stand, before all are stopped


class _Slot(NamedTuple):
    memory: Memory
    pipe: int | None


class _Program(NamedTuple):
    """One that has come: what it runs, None of what does not count, and who looks at it."""

    pid: int
    parent: int
    started: int
    name: str | None
    executable: str
    memory: Memory
    stacks: Stacks | None
    snapshots: Snapshots | None


class Children:
    """Watches over those that have come; `folder` is where they find their memory."""

    def __init__(self, stack: ExitStack, *, reasons: bool) -> None:
        self.folder = tempfile.mkdtemp(prefix="asyncdemo-")
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self._programs: dict[int, _Program] = {}  # by their slots
        self._stopped: set[int] = set()  # the numbers of those that the end of the run has stopped
        self._outliving: set[int] = set()  # of those that still ran when the script had ended
        self._cleared = 0
        self._slots: list[_Slot] = []
        for number in range(MOST):
            memory, pipe = stack.enter_context(shared_memory()), stack.enter_context(host.stack_pipe())
            memory.prepare(attributing=False, tracing=True, stacks=pipe, reasons=reasons)
            memory.say_parent()
            self._slots.append(_Slot(memory, pipe))
            Path(self.folder, f"free-{number:02}").symlink_to(memory.path)

    def look(self, now: int) -> None:
        """Take note of those that have come, and see whether one of them takes long or stands still (`now` in ns)."""
        self._welcome()
        for program in self._programs.values():
            if program.stacks is not None and program.memory[layout.TRACED] and not program.memory[layout.END]:
                program.stacks.look(now)
                if program.snapshots is not None:
                    program.snapshots.look(now)

    def stopping(self) -> None:
        """All are about to be stopped: see once more where each of them stands."""
        until = time.monotonic() + _ASKING
        for program in self._programs.values():
            if _is_running(program):
                self._stopped.add(program.pid)
                if program.snapshots is not None and program.memory[layout.TRACED] and time.monotonic() < until:
                    program.snapshots.ask_before_the_end()

    def clearing(self) -> None:
        """Those that have outlived the script are about to be stopped: take note of which there are."""
        self._welcome()
        self._cleared = time.monotonic_ns()
        self._outliving = {each.pid for each in self._programs.values() if _is_running(each)}

    def _was_stopped(self, program: _Program, *, any_left: bool) -> bool:
        """True if the end of the run has stopped it: not if it ended by itself in the moment that it has for that."""
        if program.pid in self._stopped:
            return True
        ended = program.memory[layout.END]
        by_itself = ended and ended < self._cleared + linux.ENDING * 1e9
        return any_left and program.pid in self._outliving and not by_itself

    @property
    def pids(self) -> set[int]:
        """The numbers of those that have come, also of what multiprocessing starts for itself and of those too many."""
        return {program.pid for program in self._programs.values()} | self._missed()

    def _missed(self) -> set[int]:
        return {int(name.partition("-")[2]) for name in _names(self.folder) if name.startswith("missed-")}

    def notes(self) -> Iterator[str]:
        """What has to be said of those for which there was no memory."""
        missed = len(self._missed())
        if missed:
            yield f"{missed} more Python program{'s' if missed > 1 else ''} not watched: {MOST} are, at most"

    def runs(self, started: int, ended: int, thresholds: Mapping[str, float], *, any_left: bool) -> tuple[Run, ...]:
        """Their runs, in the order in which they came; the run that they are part of began and ended then (ns).

        `any_left`: there were processes that the script had left running, and that were stopped.
        """
        self._welcome()
        programs = [each for each in self._programs.values() if each.name is not None and each.memory.attached]
        ordered = sorted(programs, key=lambda each: each.memory[layout.READY])
        stopped = {each.pid for each in ordered if self._was_stopped(each, any_left=any_left)}
        return tuple(_run(each, started, ended, thresholds, stopped=each.pid in stopped) for each in ordered)

    def _welcome(self) -> None:
        taken = (name.split("-") for name in _names(self.folder) if name.startswith("taken-"))
        for _, slot, pid in taken:
            if int(slot) not in self._programs:
                self._programs[int(slot)] = self._program(int(pid), self._slots[int(slot)])

    def _program(self, pid: int, slot: _Slot) -> _Program:
        memory, pipe = slot
        parent, started = linux.parent_and_start(pid) or (0, memory[layout.READY] or time.monotonic_ns())
        stacks = None if pipe is None else Stacks(memory, pid, pipe)
        snapshots = None if stacks is None else Snapshots(memory, stacks, started)
        name, executable = linux.program(pid), linux.executable(pid)
        return _Program(pid, parent, started, name, executable, memory, stacks, snapshots)


def _is_running(program: _Program) -> bool:
    return not program.memory[layout.END] and linux.is_running(program.pid)


def _names(folder: str) -> list[str]:
    try:
        return [each.name for each in Path(folder).iterdir()]
    except OSError:
        return []  # a script has removed it: nobody can come any more


def _run(program: _Program, started: int, ended: int, thresholds: Mapping[str, float], *, stopped: bool) -> Run:
    """What one of them did; times from its own start, as the kernel tells it."""
    from asyncdemo.findings import judged
    from asyncdemo.runner.observe import not_traced, with_modules

    memory, own = program.memory, bool(program.memory[layout.END])
    until = memory[layout.END] or ended
    trace = read_trace(memory, over=True)
    if trace is not None and program.stacks is not None:
        trace = trace._replace(samples=program.stacks.samples(), hanging=program.stacks.hanging())
    standstill = None if program.snapshots is None or not stopped else program.snapshots.last()
    subject = _subject(program)
    run = Run(
        subject=subject,
        python=program.memory.python(program.executable),
        outcome=Outcome("interrupted", reason=_STOPPED)
        if stopped
        else Outcome("exited", reason=_ENDED if own else _GONE),
        ok=True,  # its parent alone knows its exit status, and whether that is right
        seconds=_seconds(program, until, subject.source),
        notes=(*not_traced(memory), *(f"the probe gave up {why}" for why in memory.why)),
        timeline=None if trace is None else build_timeline(trace, program.started, until),
        standstill=standstill,
        stopped=(until - program.started) / 1e9 if stopped else None,
        process=Process(program.pid, program.parent, (program.started - started) / 1e9),
    )
    return judged(with_modules(run), thresholds)


def _seconds(program: _Program, until: int, source: str | None) -> Seconds:
    """Where its time went, as far as it says so itself: the kernel tells its parent alone what it has used in all."""
    cpu = program.memory[layout.END_CPU] / 1e9
    seconds = Clock(program.memory, program.started, source).seconds(Exit(0, until, cpu))
    return seconds if program.memory[layout.END] else seconds._replace(total=None, cpu=None, waiting=None)


def _subject(program: _Program) -> Subject:
    path, source = program.memory.script, own_script(program.memory)
    name = Path(path or "python").name if program.name == "-" else program.name
    return Subject(f"{name} (process {program.pid})", path=None if source is None else path, source=source)
