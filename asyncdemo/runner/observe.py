"""One run from start to end: start the child, watch over it, and give what was observed as a recording.Run."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Protocol

from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.recording import Outcome, Output, Python, Run, Subject
from asyncdemo.runner import linux, terminal
from asyncdemo.runner.child import Child, Exit, start_child
from asyncdemo.runner.clock import Clock
from asyncdemo.runner.keeping import Decoder, Keeper
from asyncdemo.runner.ladder import Cause
from asyncdemo.runner.memory import Memory, shared_memory
from asyncdemo.runner.naming import Namer


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run needs: what is run, and the exact command.

    `cannot` says why it cannot even be started, if so. `timeout` is in seconds, or None. `expected` is the exit status
    that counts as ok. `naming` False leaves the script's streams alone: then only the times are observed.
    """

    subject: Subject
    command: tuple[str, ...]
    timeout: float | None = None
    expected: int = 0
    naming: bool = True
    cannot: str | None = None


class Listener(Protocol):
    """Is told what happens while a run goes on."""

    def output(self, output: Output, zero: float | None) -> None:
        """Take a piece of output; `zero` is the moment of the script's first step, as far as is known by now."""

    def tick(self, reads_input: Callable[[], bool]) -> None:
        """Take note that nothing comes just now; `reads_input()` tells whether the script waits for a person."""


def observe(plan: Plan, started: Callable[[], Listener | None] = lambda: None) -> Run:
    """Run the plan. `started` is called when the child runs, so that what only a view needs can be loaded then.

    A run that fails in whatever way is a value; raises nothing of its own but what the listener raises.
    """
    if plan.cannot is not None:
        return not_started(plan, plan.cannot)
    lend = terminal.can_lend()
    with shared_memory() as memory, _early_interrupts() as interrupted:
        memory.prepare(naming=plan.naming)
        try:
            child = start_child(plan.command, memory, os.environ, stdin=_stdin(lend))
        except OSError as error:
            return not_started(plan, f"{error.strerror}: {plan.command[0]}")
        try:
            with terminal.lent_terminal(child.pid, lend=lend) as loan:
                linux.adopt_orphans()
                watch = _Watch(plan, memory, child, started(), terminal_lent=loan is not None)
                from asyncdemo.runner.supervise import supervise

                ended, cause, left = supervise(
                    child, watch.take, timeout=plan.timeout, loan=loan, interrupted=interrupted
                )
        finally:
            os.close(child.output)
            if child.exit is None:
                child.signal(signal.SIGKILL)
                child.collect()
        return watch.run(ended, cause, left, stdin_empty=_is_terminal(0) and not lend)


def not_started(plan: Plan, reason: str) -> Run:
    """The run of a plan whose child could not be started."""
    return Run(
        subject=plan.subject,
        python=Python(plan.command[0]),
        outcome=Outcome("not-started", reason=reason),
        ok=False,
    )


class _Watch:
    """Collects what is observed while the child runs."""

    def __init__(
        self, plan: Plan, memory: Memory, child: Child, listener: Listener | None, *, terminal_lent: bool
    ) -> None:
        self._plan = plan
        self._memory = memory
        self._child = child
        self._listener = listener
        self._terminal_lent = terminal_lent
        self._clock = Clock(memory, child.started, plan.subject.source)
        self._namer = Namer()
        self._decoder = Decoder(child.started)
        self._keeper = Keeper()

    def take(self, data: bytes | None) -> None:
        now = time.monotonic_ns()
        records = self._memory.take_writes()
        pieces = self._namer.idle(records, now) if data is None else self._namer.feed(data, records, now)
        self._give([self._decoder.decode(piece) for piece in pieces])
        if data is None and self._listener is not None:
            self._listener.tick(self._reads_input)

    def _reads_input(self) -> bool:
        return self._terminal_lent and linux.reads_input(self._child.pid)

    def run(self, ended: Exit, cause: Cause | None, left: int, *, stdin_empty: bool) -> Run:
        now = time.monotonic_ns()
        self._give([self._decoder.decode(piece) for piece in self._namer.finish(now)])
        self._give(self._decoder.rest(now))
        outcome = _outcome(self._plan, ended, cause)
        return Run(
            subject=self._plan.subject,
            python=_python(self._plan.command[0], self._memory),
            outcome=outcome,
            ok=outcome == Outcome("exited", code=self._plan.expected),
            seconds=self._clock.seconds(ended),
            output=self._keeper.kept(),
            output_dropped=self._keeper.dropped,
            notes=tuple(_notes(self._memory, left, stdin_empty)),
        )

    def _give(self, outputs: list[Output]) -> None:
        for output in outputs:
            if output.text:
                self._keeper.add(output)
                if self._listener is not None:
                    self._listener.output(output, self._clock.zero())


def _outcome(plan: Plan, ended: Exit, cause: Cause | None) -> Outcome:
    if cause == "timed-out":
        return Outcome("timed-out", after=plan.timeout)
    if cause == "interrupted":
        return Outcome("interrupted")
    if ended.status < 0:
        return Outcome("signalled", signal=-ended.status)
    return Outcome("exited", code=ended.status)


def _python(executable: str, memory: Memory) -> Python:
    version = memory[layout.VERSION]
    if not version:
        return Python(executable)
    numbers = ".".join(str(version >> shift & 0xFF) for shift in (24, 16, 8))
    return Python(executable, numbers, "CPython" if memory[layout.CPYTHON] else None)


def _notes(memory: Memory, left: int, stdin_empty: bool) -> Iterator[str]:
    if not memory.attached:
        yield "not observed: the probe could not get in, so only the whole time is known"
    if stdin_empty:
        yield "stdin was empty: the terminal was not ours to lend"
    if left:
        yield f"{left} process{'es' if left > 1 else ''} that it had started and left running had to be stopped"


def _stdin(lend: bool) -> int | IO[bytes] | None:
    """A pipe or a file is passed on; a terminal too where it can be lent; else there is nothing to read."""
    return subprocess.DEVNULL if _is_terminal(0) and not lend else None


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


@contextmanager
def _early_interrupts() -> Iterator[Callable[[], bool]]:
    """Note a Ctrl-C that is pressed before anything can react to it; gives a function that tells of it."""
    pressed = False

    def note(*_: object) -> None:
        nonlocal pressed
        pressed = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
