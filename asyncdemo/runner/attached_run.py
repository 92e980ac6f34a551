"""Watches a process that runs already for a while, and makes a run of what was seen; then it is as it was.

`Watch` is what there is to read while that goes on; an onlooker is called every hundredth of a second, as in a run.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from asyncdemo.analysis.timeline import timeline as build_timeline
from asyncdemo.errors import UsageError
from asyncdemo.model.recording import Outcome, Python, Run, Seconds, Subject
from asyncdemo.model.spans import Timeline
from asyncdemo.model.traces import Frame, Sample
from asyncdemo.model.user_code import is_own
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner import linux
from asyncdemo.runner.attachable import Process
from asyncdemo.runner.attaching import Attached, attached
from asyncdemo.runner.clock import read_script
from asyncdemo.runner.looking import Look, silence_of
from asyncdemo.runner.observe import Onlooker, early_interrupts, not_traced, with_modules
from asyncdemo.runner.shared_memory import Memory, read_trace
from asyncdemo.runner.snapshots import STILL, read_snapshot
from asyncdemo.runner.stacks import AGAIN, FIRST, Stacks

_LOOK = 0.01  # seconds between two looks at what the process is doing
_SOON_READ = 16_000  # events of a trace that is read while it goes on
_MOST_EVENTS = 300_000  # in one part of a long watch: nothing is seen while they are made a timeline of
_SHORT = 60  # seconds: what takes no longer is one part, if there is room for that
_TELLING = 0.1  # of the time of the part before: one that took less tells less
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
        try:
            read = self._inside.read()
        except UsageError:
            return  # what changes while it is read cannot be read each time: then there is one sample less
        frames: list[Any] = next((frames for number, frames in read["threads"] if number == native), [])
        if started in self._held().values():
            stack = [Frame(path, line, name.rpartition(".")[2]) for _, path, line, name, _ in reversed(frames)]
            if not any(frame.function == "_run_once" for frame in stack):
                stack.append(Frame(*layout.IN_C))  # on 3.14 it ends where C has called, and that is the loop
            self._samples.append(Sample(at, tuple(stack), thread))


class Watch:
    """A process that is being watched: what is known of it so far; `most` are the events for which there is room."""

    def __init__(self, inside: Attached, most: int) -> None:
        self._inside, self._most = inside, most
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
        return self._inside.comes_out(lambda: self.memory[layout.LEFT] != 0)

    def timeline(self, until: int, most: int | None = None) -> Timeline | None:
        """What its tasks have done up to now; None of more than `most` events."""
        trace = read_trace(self.memory, most, over=True)
        if trace is None:
            return None
        whole = trace._replace(samples=self.stacks.samples(), hanging=self.stacks.hanging())
        return build_timeline(whole, self.started, until)

    def is_full(self) -> bool:
        """True if there is not much room left for what is still to come."""
        memory, most = self.memory, layout.INFOS * 3 // 4
        crowded = memory[layout.INFOS_AT + most * layout.INFO] or memory[layout.CHAINS_AT + layout.CHAINS * 3 // 4 * 2]
        return bool(crowded) or self.stacks.newest > self._most

    def run(self, thresholds: Mapping[str, float], notes: tuple[str, ...]) -> Run:
        """The run that was seen."""
        from asyncdemo.findings import judged

        until, process = self.memory[layout.END] or time.monotonic_ns(), self._inside.process
        took, ended = (until - self.started) / 1e9, not linux.is_running(process.pid)
        after = linux.all_times(process.pid)
        cpu = None if after is None or self._before is None else max(0.0, after - self._before)
        run = Run(
            subject=_subject(process, self.memory),
            python=_python(process, self.memory),
            outcome=Outcome("exited", reason="ended") if ended else Outcome("interrupted", after=took),
            ok=True,
            seconds=Seconds(took, 0.0, 0.0, took, cpu, None if cpu is None else max(0.0, took - cpu), 0.0),
            notes=(*notes, *not_traced(self.memory), *(f"the probe gave up {why}" for why in self.memory.why)),
            timeline=self.timeline(until),
            standstill=read_snapshot(self.memory, self.started),
        )
        return judged(with_modules(run), thresholds)


class _Parts:
    """What was seen part by part: the last part that tells much is kept, of those before only what they add up to."""

    def __init__(self) -> None:
        self._kept: Run | None = None
        self._took = 0.0
        self._steps = self._tasks = self.count = 0
        self._found: dict[tuple[str, str | None, int | None], tuple[int, float]] = {}

    def add(self, run: Run) -> None:
        """Take the next part."""
        took, before = run.seconds.total or 0.0, self._kept
        self._took, self.count = self._took + took, self.count + 1
        if run.timeline is not None:
            self._steps, self._tasks = self._steps + run.timeline.steps, self._tasks + len(run.timeline.tasks)
        for each in run.findings or ():
            times, seconds = self._found.get((each.rule, each.path, each.line), (0, 0.0))
            self._found[each.rule, each.path, each.line] = times + each.times, seconds + (each.seconds or 0.0)
        if before is None or took > _TELLING * (before.seconds.total or 0.0):
            self._kept = run

    def run(self, seconds: float | None) -> Run:
        """The part that is kept, with what all of them add up to; they were to take so many seconds."""
        run = self._kept
        assert run is not None  # there was one at least
        if run.outcome.kind == "interrupted":
            said = f"watched for {min(self._took, seconds or self._took):.3g} s; it goes on"
            run = run._replace(outcome=run.outcome._replace(reason=said))
        return run if self.count == 1 else run._replace(notes=(*run.notes, *self._totals(run)))

    def _totals(self, run: Run) -> Iterator[str]:
        shown = f"the last {run.seconds.total or 0.0:.3g} s are shown"
        yield f"in {self._took:.4g} s, {self.count} parts: {self._tasks:,} tasks, {self._steps:,} steps; {shown}"
        for (rule, path, line), (times, seconds) in self._found.items():
            where = "" if path is None else f", {Path(path).name}:{line}"
            took = f", {seconds:.3g} s" if seconds else ""
            yield f"in all that time: {rule}{where}, {times} time{'s' if times > 1 else ''}{took}"


def watch(
    process: Process,
    seconds: float | None,
    thresholds: Mapping[str, float],
    onlooker: Onlooker | None = None,
) -> Run | Look:
    """Watch a process for some seconds, None: until Ctrl-C, and leave it; of one that does not answer a look at it.

    Where the memory gets full, it is left and attached to anew: so that takes no more memory however long it is
    watched. Raises UsageError where it cannot be attached to, or has no event loop.
    """
    parts = _Parts()
    with attached(process) as inside:
        with early_interrupts() as interrupted:
            last = _watch_parts(inside, parts, seconds, thresholds, onlooker, interrupted)
        if isinstance(last, Look):
            return last
        if onlooker is not None:
            onlooker.over()
        if last is not None:  # from here on Ctrl-C ends all
            parts.add(last[0].run(thresholds, last[1]))
        return parts.run(seconds)


def _watch_parts(
    inside: Attached,
    parts: _Parts,
    seconds: float | None,
    thresholds: Mapping[str, float],
    onlooker: Onlooker | None,
    interrupted: Callable[[], bool],
) -> tuple[Watch, tuple[str, ...]] | Look | None:
    """Watch one part after the other: the last with its notes, which is not among `parts` yet, None if there is none.

    Of a process that does not answer a look at it.
    """
    is_short, until = seconds is not None and seconds <= _SHORT, None
    most = layout.EVENTS * 3 // 4 if is_short else _MOST_EVENTS
    while True:
        watched = _begin(inside, most, again=parts.count > 0)
        if not isinstance(watched, Watch):
            return watched
        until = time.monotonic() + seconds if until is None and seconds is not None else until
        try:
            _look_on(watched, until, onlooker, interrupted)
        finally:
            left = watched.leave()
        if not left or not watched.is_full() or interrupted() or not linux.is_running(inside.process.pid):
            return watched, () if left else (_STILL_IN,)
        parts.add(watched.run(thresholds, ()))
        inside.renew()


def _begin(inside: Attached, most: int, *, again: bool) -> Watch | Look | None:
    """Put the probe in; of a process that does not answer a look at it, or None if that is done `again`.

    Raises UsageError where there is no loop.
    """
    silent, pid = silence_of(inside), inside.process.pid
    inside.memory.beat(time.monotonic_ns())
    inside.execute("put_in", inside.memory.path)
    if not inside.answers():
        look = silent()
        return None if again else look
    if inside.memory[layout.LEFT]:
        if again:
            return None
        raise UsageError(_no_loop(pid, inside.memory[layout.UNTRACED]))
    return Watch(inside, most)


def _no_loop(pid: int, untraced: int) -> str:
    """Why there is nothing to watch in a process, by what the probe says of its loops, and what to do instead."""
    if untraced & layout.OTHER_LOOP:
        said = "is neither asyncio's own nor trio's: start it with asyncdemo run"
        return f"the event loop of process {pid} {said}, or see asyncdemo attach {pid} --once"
    if untraced:
        return f"no event loop of process {pid} could be watched; asyncdemo attach {pid} --once shows its tasks"
    return f"no event loop runs in process {pid}; asyncdemo attach {pid} --once shows its threads"


def _look_on(watched: Watch, until: float | None, onlooker: Onlooker | None, interrupted: Callable[[], bool]) -> None:
    while not (interrupted() or watched.is_over() or watched.is_full()) and (until is None or time.monotonic() < until):
        watched.look()
        if onlooker is not None:
            now = time.monotonic_ns()
            onlooker.look(lambda: watched.timeline(time.monotonic_ns(), _SOON_READ), 0.0, (now - watched.started) / 1e9)
        time.sleep(_LOOK)


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
