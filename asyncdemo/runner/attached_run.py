"""Watches a process that runs already for a while, and makes a run of what was seen; then it is as it was.

`Watch` is what there is to read while that goes on; an onlooker is called every hundredth of a second, as in a run.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from asyncdemo.analysis.timeline import timeline as build_timeline
from asyncdemo.errors import UsageError
from asyncdemo.model.recording import Outcome, Python, Run, Seconds, Subject
from asyncdemo.model.spans import Timeline
from asyncdemo.model.traces import Frame, Sample, Trace
from asyncdemo.model.user_code import is_own
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner import linux
from asyncdemo.runner.attachable import Process
from asyncdemo.runner.attaching import Attached, attached
from asyncdemo.runner.clock import read_script
from asyncdemo.runner.escalation import ENDING, handled
from asyncdemo.runner.looking import Look, look_from
from asyncdemo.runner.observe import Onlooker, not_traced, with_modules
from asyncdemo.runner.shared_memory import Memory, read_trace
from asyncdemo.runner.snapshots import STILL, read_snapshot
from asyncdemo.runner.stacks import AGAIN, FIRST, Stacks

_LOOK = 0.01  # seconds between two looks at what the process is doing
_SOON_READ = 16_000  # events of a trace that is read while it goes on
_RESERVE = 64  # events from the end at which a trace counts as full
_LEAVING = 3.0  # seconds that it has for taking all out while we wait
_STILL_IN = "its event loop does not turn just now: the probe leaves it when it next does"


class OutsideStacks(Stacks):
    """Names the lines of long steps by reading the stack from outside: nothing is put into the process for that."""

    def __init__(self, memory: Memory, inside: Attached) -> None:
        super().__init__(memory, inside.process.pid, -1)
        self._inside = inside
        self._samples: list[Sample] = []
        self._asked_about: dict[tuple[int, int], tuple[int, int]] = {}  # of each loop: which step, after how long (ns)

    def _look_at_main_thread(self, started: int, now: int) -> None:
        if started != self._step:
            self._step, self._patience, self._times = started, FIRST, []
        if now - started <= FIRST or (times := linux.processor_times(self._pid)) is None:
            return
        self._times[1:] = [(now, *times)]
        if now - started > self._patience:
            self._patience *= AGAIN
            self._sample(0, self._pid, started)

    def _look_at_thread(self, whose: tuple[int, int], started: int, now: int) -> None:
        thread, loop = whose
        if self._asked_about.get(whose, (0, 0))[0] != started:
            self._asked_about[whose] = started, FIRST
        patience = self._asked_about[whose][1]
        if now - started > patience:
            self._asked_about[whose] = started, patience * AGAIN
            native = self._memory[layout.INFOS_AT + loop * layout.INFO + layout.NATIVE]
            self._sample(thread, native, started)

    def samples(self) -> tuple[Sample, ...]:
        """The stacks, each with the moment to which it belongs."""
        return tuple(self._samples)

    def _sample(self, thread: int, native: int, started: int) -> None:
        """Read the stack of a thread, by its number in the kernel; it counts if the same step still goes on then."""
        at = time.monotonic_ns()
        read = self._inside.read()
        frames: list[Any] = next((frames for number, frames in read["threads"] if number == native), [])
        if started in self._held().values():
            stack = [Frame(path, line, name.rpartition(".")[2]) for _, path, line, name, _ in reversed(frames)]
            if not any(frame.function == "_run_once" for frame in stack):
                stack.append(Frame(*layout.IN_C))  # on 3.14 it ends where C has called, and that is the loop
            self._samples.append(Sample(at, tuple(stack), thread))


class Watch:
    """A process that is being watched: what is known of it so far."""

    def __init__(self, inside: Attached) -> None:
        self._inside = inside
        self.memory = inside.memory
        self.started = self.memory[layout.READY]  # ns of the monotonic clock: where its times count from
        self.stacks = OutsideStacks(self.memory, inside)
        self._event, self._moved = 0, self.started
        self._before = linux.all_times(inside.process.pid)

    def look(self) -> None:
        """See whether a step takes long, and say that we are still there."""
        now = time.monotonic_ns()
        self.memory.beat(now)
        self.stacks.look(now)
        if self.stacks.newest != self._event:
            self._event, self._moved = self.stacks.newest, now

    def is_over(self) -> bool:
        """True if the process has ended, has no loop any more, or its trace has no more room."""
        return bool(self.memory[layout.LEFT]) or not linux.is_running(self._inside.process.pid)

    def leave(self) -> bool:
        """Have everything taken out of the process, if it is still there; False where it has not come to that yet."""
        with suppress(UsageError):
            return self._leave()
        return True

    def _leave(self) -> bool:
        if time.monotonic_ns() - self._moved > STILL:
            self.memory.want_snapshot()  # it may hang: where, is worth a look
        self.memory.leave()
        if self._inside.wait(lambda: self.memory[layout.LEFT] != 0, _LEAVING / 2):
            return True
        self._inside.execute("take_out")
        done = self._inside.wait(lambda: self.memory[layout.LEFT] != 0, _LEAVING / 2)
        if not done:
            self._inside.withdraw()
        return done

    def timeline(self, until: int, most: int | None = None) -> Timeline | None:
        """What its tasks have done up to now; None of more than `most` events."""
        trace = read_trace(self.memory, most)
        return None if trace is None else build_timeline(self._whole(trace), self.started, until)

    def _whole(self, trace: Trace) -> Trace:
        complete = not self.memory[layout.UNTRACED] and len(trace.codes) < layout.EVENTS - _RESERVE
        return trace._replace(complete=complete, samples=self.stacks.samples(), hanging=self.stacks.hanging())

    def run(self, seconds: float | None, thresholds: Mapping[str, float], notes: tuple[str, ...]) -> Run:
        """The run that was seen; it was to be watched for so many seconds."""
        from asyncdemo.findings import judged

        until, process = self.memory[layout.END] or time.monotonic_ns(), self._inside.process
        took, ended = (until - self.started) / 1e9, not linux.is_running(process.pid)
        after = linux.all_times(process.pid)
        cpu = None if after is None or self._before is None else max(0.0, after - self._before)
        watched = min(took, seconds or took)
        outcome = Outcome("interrupted", after=took, reason=f"watched for {watched:.3g} s; it goes on")
        run = Run(
            subject=_subject(process, self.memory),
            python=_python(process, self.memory),
            outcome=Outcome("exited", reason="ended") if ended else outcome,
            ok=True,
            seconds=Seconds(took, 0.0, 0.0, took, cpu, None if cpu is None else max(0.0, took - cpu), 0.0),
            notes=(*notes, *not_traced(self.memory), *(f"the probe gave up {why}" for why in self.memory.why)),
            timeline=self.timeline(until),
            standstill=read_snapshot(self.memory, self.started),
        )
        return judged(with_modules(run), thresholds)


def watch(
    process: Process,
    seconds: float | None,
    thresholds: Mapping[str, float],
    onlooker: Onlooker | None = None,
) -> Run | Look:
    """Watch a process for some seconds, None: until Ctrl-C, and leave it; of one that does not answer a look at it.

    Raises UsageError where it cannot be attached to, or has no event loop.
    """
    with _interrupts() as interrupted, attached(process) as inside:
        inside.memory.beat(time.monotonic_ns())
        inside.execute("put_in", inside.memory.path)
        if not inside.wait(lambda: inside.memory[layout.ATTACHED] != 0):
            inside.withdraw()
            return look_from(inside)
        if inside.memory[layout.LEFT]:
            said = f"asyncdemo attach {process.pid} --once shows its threads"
            raise UsageError(f"no event loop of asyncio runs in process {process.pid}; {said}")
        watched = Watch(inside)
        try:
            _look_on(watched, seconds, onlooker, interrupted)
        finally:
            left = watched.leave()
        if onlooker is not None:
            onlooker.over()
        return watched.run(seconds, thresholds, () if left else (_STILL_IN,))


def _look_on(watched: Watch, seconds: float | None, onlooker: Onlooker | None, interrupted: Callable[[], bool]) -> None:
    until = None if seconds is None else watched.started + seconds * 1e9
    while not (interrupted() or watched.is_over()):
        now = time.monotonic_ns()
        if until is not None and now >= until:
            break
        watched.look()
        if onlooker is not None:
            so_far = (now - watched.started) / 1e9
            onlooker.look(lambda: watched.timeline(time.monotonic_ns(), _SOON_READ), 0.0, so_far)
        time.sleep(_LOOK)


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Note a signal that is to end us: the process has to be left as it was first."""
    pressed = False

    def note(*_: object) -> None:
        nonlocal pressed
        pressed = True

    with handled(ENDING, note):
        yield lambda: pressed


def _subject(process: Process, memory: Memory) -> Subject:
    """What it runs: the script with its text, where that can be found."""
    path = None
    if process.program and not process.program.startswith("-"):
        try:
            folder = Path(f"/proc/{process.pid}/cwd").readlink()
            path = str(Path(os.path.normpath(folder / process.program)))  # as Python names it
        except OSError:
            path = process.program if Path(process.program).is_absolute() else None
    source = read_script(path) if path is not None and is_own(path, memory.libraries) else None
    target = f"{Path(process.program).name or 'python'} (process {process.pid})"
    return Subject(target, path=None if source is None else path, source=source)


def _python(process: Process, memory: Memory) -> Python:
    version = None if process.python is None or process.python.version is None else process.python.version
    said = None if version is None else ".".join(map(str, version))
    return Python(process.executable, said, "CPython", memory.libraries)
