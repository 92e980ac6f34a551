"""Runs that are watched by processes of their own: several side by side, or one while something else is done.

A process can watch one run at a time. Each worker is a fork of this one, which tells what happens as messages in a
pipe. Side by side, workers are in process groups of their own: Ctrl-C reaches this process alone, which passes it on
once. In the background, a worker has a session of its own: a script that opens /dev/tty would write on the screen that
somebody else draws, and change its modes. Whoever draws that never waits: what is told is bounded, however much the
script prints and however many tasks it has.
"""

import copyreg
import os
import pickle
import selectors
import signal
import struct
import subprocess
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Any, NamedTuple, NoReturn

import asyncdemo
from asyncdemo import findings  # noqa: F401  # loaded once, before the forks
from asyncdemo.errors import ToolError
from asyncdemo.model.recording import Output, Run, Subject
from asyncdemo.model.spans import Timeline
from asyncdemo.runner import supervise as _loaded_too  # noqa: F401  # the same
from asyncdemo.runner.escalation import ENDING, SIGNALS, handled
from asyncdemo.runner.host import host
from asyncdemo.runner.observe import may_read, observe
from asyncdemo.runner.plan import Plan

PACE = 0.04  # seconds between two messages
LOOKS = 0.1  # seconds between two looks at the tasks; more where a look takes long
DEAR = 20  # how many times as long as a look took there is none
PIECES, CHARACTERS = 100, 4_000  # of output in one message, and of each piece
FIRST, LAST = 2_000, 500  # pieces of output that the finished run has
WHOLE_TEXT = 100_000  # characters of each
SPANS = 20_000  # of a timeline that is told; a larger one would take too long to be drawn
GRACE = 0.4  # seconds for each signal, when there is nobody who wants to see how it ends
_PATIENCE = 8  # such signals: a process that still watches after them was itself stopped, by its script perhaps
_LENGTH = struct.Struct("!I")
_GO_ON = [signal.SIGCONT] if hasattr(signal, "SIGCONT") else []
_BE_STARTED = (
    "import sys; sys.path.insert(0, sys.argv.pop()); from asyncdemo.runner import workers; workers.be_started()"
)
_NO_SUBJECT = Subject("", parameters={}, modules={})  # in the place of the subject, which is known on both sides
_NOTHING_TO_READ = "nothing can be typed into it here: asyncdemo run lets you"
_TOO_LARGE = "its tasks are too many to be drawn here"


class Printed(NamedTuple):
    """Output that has come, and how many pieces before it were too many to be told; `zero` as in `observe`."""

    pieces: tuple[Output, ...]
    left_out: int
    zero: float | None


class Looked(NamedTuple):
    """What the tasks have done up to `now` (seconds); None where nothing is known of any, or they are too many."""

    timeline: Timeline | None
    zero: float | None
    now: float


class Ended(NamedTuple):
    """The run is over. `run` is None where the process that watched over it has gone without a word."""

    run: Run | None


class Over(NamedTuple):
    """The script is gone; what there is to be said of its run is yet to come."""


Message = Printed | Looked | Over | Ended


Work = Callable[[Plan, int], None]  # watches the run of a plan, and tells of it in a pipe
Mask = set[int | signal.Signals]


class _Worker:
    """A process that watches one run, as this one sees it. `over` once it was collected."""

    def __init__(self, plan: Plan, work: Work, before: Mask) -> None:
        """Start it; within `_signals_blocked`, which has given the mask of signals from `before`."""
        self._subject = plan.subject
        self._received = bytearray()
        self.over = False
        self.reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.reading)
            _be_worker(plan, work, writing, before)
        os.close(writing)
        os.set_blocking(self.reading, False)

    def messages(self) -> list[Message]:
        """What has come, without waiting. With `Ended`, the last one, it is to be collected."""
        data = host.read(self.reading)
        if data is None:
            return []
        if not data:
            return [Ended(None)]  # the reaper has had this pipe too: its script is gone
        self._received += data
        return list(self._whole())

    def send(self, *numbers: int) -> None:
        """Send it signals, if it is still there."""
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def collect(self) -> None:
        """Wait for its end, and let nothing of it be left."""
        self.over = True
        os.close(self.reading)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    def _whole(self) -> Iterator[Message]:
        while len(self._received) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._received)
            end = _LENGTH.size + length
            if len(self._received) < end:
                break
            message: Message = pickle.loads(self._received[_LENGTH.size : end])
            del self._received[:end]
            if isinstance(message, Ended) and message.run is not None:
                message = Ended(message.run._replace(subject=self._subject))
            yield message


class _Started(_Worker):
    """The same where a process cannot be forked: a Python of its own, which gets the plan as its standard input."""

    def __init__(self, plan: Plan) -> None:
        self._subject = plan.subject
        self._received = bytearray()
        self.over = False
        root = str(Path(asyncdemo.__file__).parent.parent)
        self._popen = subprocess.Popen(
            [sys.executable, "-c", _BE_STARTED, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert self._popen.stdin is not None and self._popen.stdout is not None
        self.pid, self.reading = self._popen.pid, self._popen.stdout.fileno()
        copyreg.pickle(MappingProxyType, _as_dict)  # what a subject has none of is one of these
        with suppress(BrokenPipeError), self._popen.stdin as given:
            pickle.dump(plan._replace(without_input=True), given)

    def send(self, *numbers: int) -> None:
        """Have it end its run, at once where that is no Ctrl-C; its script is in a job that ends with it."""
        with suppress(OSError):
            if signal.SIGINT in numbers:
                self._popen.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
            else:
                self._popen.kill()

    def collect(self) -> None:
        """Wait for its end."""
        self.over = True
        assert self._popen.stdout is not None
        self._popen.stdout.close()
        self._popen.wait()


def _as_dict(mapping: "MappingProxyType[Any, Any]") -> tuple[type, tuple[dict[Any, Any]]]:
    return dict, (dict(mapping),)


def be_started() -> None:
    """Be a worker that was not forked."""
    plan: Plan = pickle.load(sys.stdin.buffer)
    writing, nothing = os.dup(1), os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    with suppress(KeyboardInterrupt, OSError):  # nobody is left to tell
        _watch_in_background(plan, writing)
    os._exit(0)


@contextmanager
def _signals_blocked() -> Iterator[Mask]:
    """Hear no signals within the block, in which a worker is started; gives the mask from before.

    What this process does about signals is not for a worker, not even for a moment; and a worker that is not known yet
    would miss what is passed on.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield before
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _be_worker(plan: Plan, work: Work, writing: int, before: Mask) -> NoReturn:
    """Be that process, and end without what its parent does at its end."""
    status = 1
    try:
        for number in {signal.SIGWINCH, signal.SIGCONT, signal.SIGTSTP, *ENDING}:
            if signal.getsignal(number) is not signal.SIG_IGN or number is signal.SIGINT:  # that is how we end it
                signal.signal(number, signal.default_int_handler if number in ENDING else signal.SIG_DFL)
        detach = os.setsid if work is _watch_in_background else os.setpgrp
        detach()
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2) if work is _watch_in_background else (0,):
            os.dup2(nothing, descriptor)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        work(plan, writing)
        status = 0
    except (KeyboardInterrupt, BrokenPipeError):  # nobody is left to tell
        status = 130
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(status)


def _watch_in_background(plan: Plan, writing: int) -> None:
    reporter = _Reporter(writing)
    reporter.end(observe(plan, lambda: reporter, reporter))


def _watch_to_the_end(plan: Plan, writing: int) -> None:
    _send(writing, Ended(observe(plan)._replace(subject=_NO_SUBJECT, timeline=None)))


def _send(writing: int, message: Message) -> None:
    data = pickle.dumps(message)
    view = memoryview(_LENGTH.pack(len(data)) + data)
    while view:
        view = view[os.write(writing, view) :]


def cores() -> int:
    """How many processors this process may use."""
    with suppress(AttributeError):  # Linux only
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_side_by_side(plans: Mapping[str, Plan], *, at_once: int) -> Iterator[tuple[str, Run]]:
    """The runs of all plans with empty standard input, so many at once, each with its key when it has ended.

    The runs come without their timelines. After a signal that ends us nothing more is started, those that have ended
    by themselves are given still, and then KeyboardInterrupt is raised. Raises ToolError where a worker fails.
    """
    if not host.FORKS:
        yield from _run_one_by_one(plans)
        return
    waiting = list(plans.items())
    workers = _Workers()
    with handled(ENDING, workers.pass_on):
        try:
            while workers.count or (waiting and not workers.told):
                while waiting and workers.count < at_once and not workers.told:
                    workers.start(*waiting.pop(0))
                for key, run in workers.ended():
                    if run is not None and not run.was_interrupted:
                        yield key, run
        finally:
            workers.stop()
    if workers.told:
        raise KeyboardInterrupt


def _run_one_by_one(plans: Mapping[str, Plan]) -> Iterator[tuple[str, Run]]:
    """The same where a process cannot be forked. Raises KeyboardInterrupt after a run that was interrupted."""
    for key, plan in plans.items():
        run = observe(plan._replace(without_input=True))._replace(timeline=None)
        if run.was_interrupted:
            raise KeyboardInterrupt
        yield key, run


class _Workers:
    """Workers side by side; `told` once a signal has come that ends us."""

    def __init__(self) -> None:
        self.told = False
        self._workers: dict[int, tuple[str, _Worker]] = {}  # by the reading end of each one's pipe
        self._selector = selectors.DefaultSelector()

    @property
    def count(self) -> int:
        return len(self._workers)

    def start(self, key: str, plan: Plan) -> None:
        with _signals_blocked() as before:
            worker = _Worker(plan, _watch_to_the_end, before)
            with suppress(OSError):  # it has done so itself already
                os.setpgid(worker.pid, worker.pid)
            self._workers[worker.reading] = key, worker
            self._selector.register(worker.reading, selectors.EVENT_READ)

    def ended(self) -> Iterator[tuple[str, Run | None]]:
        """The runs that have ended, once something has come from any; None for one that was ended by a signal."""
        for ready, _ in self._selector.select():
            key, worker = self._workers[ready.fd]
            for message in worker.messages():
                if isinstance(message, Ended):
                    self._collect(worker)
                    if message.run is None and not self.told:
                        raise ToolError(f"the process that watched {key!r} has failed; run it alone: asyncdemo run")
                    yield key, message.run

    def pass_on(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.told = True
        for _, worker in self._workers.values():
            worker.send(number)

    def stop(self) -> None:
        """End what is still going on, as Ctrl-C would, and wait for it."""
        for _, worker in self._workers.values():
            worker.send(signal.SIGINT)
        for _, worker in list(self._workers.values()):
            self._collect(worker)
        self._selector.close()

    def _collect(self, worker: _Worker) -> None:
        self._selector.unregister(worker.reading)  # before it is closed: other workers have copies of it
        del self._workers[worker.reading]
        worker.collect()


class Background:
    """One run in the background; `over` once its worker is gone."""

    def __init__(self, plan: Plan) -> None:
        if host.FORKS:
            with _signals_blocked() as before:
                self._worker = _Worker(plan, _watch_in_background, before)
        else:
            self._worker = _Started(plan)
        self._is_safe = False  # to kill it: nothing is left that it watches over
        self._leaving: float | None = None  # when the next signal is due
        self._told = 0  # how many there were

    @property
    def pid(self) -> int:
        """The process that watches over it."""
        return self._worker.pid

    @property
    def over(self) -> bool:
        """True if that process is gone."""
        return self._worker.over

    def messages(self) -> list[Message]:
        """What has come, without waiting."""
        found = [] if self.over else self._worker.messages()
        for message in found:
            self._is_safe = self._is_safe or isinstance(message, Over)
            if isinstance(message, Ended):
                self._worker.collect()
        return found

    def interrupt(self) -> None:
        """Press Ctrl-C, as it were: each time the run is told to end with more force. What was stopped goes on."""
        self._worker.send(signal.SIGINT, *_GO_ON)

    def leave(self, now: float) -> bool:
        """End it soon, without waiting: to be called again and again until it returns True; `now` in seconds."""
        self.messages()
        if self._is_safe and not self.over:
            self._worker.send(SIGNALS[-1])  # nobody wants to know what came of it, and finding out may take long
            self._worker.collect()
        if not self.over and (self._leaving is None or now >= self._leaving):
            self._leaving = now + GRACE
            self._told += 1
            if self._told > _PATIENCE:
                self._worker.send(SIGNALS[-1])  # its reaper then stops the script
            else:
                self.interrupt()
        return self.over

    def close(self) -> None:
        """Wait until it has ended, which takes a second or two at most."""
        while not self.leave(time.monotonic()):
            time.sleep(0.01)


class _Reporter:
    """Reports what happens, at a pace at which it can be taken in."""

    def __init__(self, writing: int) -> None:
        self._writing = writing
        self._parent = os.getppid()
        self._pieces: deque[Output] = deque(maxlen=PIECES)
        self._left_out = 0
        self._zero: float | None = None
        self._reported = self._looked = 0.0
        self._between = LOOKS

    def output(self, outputs: Sequence[Output], zero: float | None) -> None:
        self._left_out += max(0, len(self._pieces) + len(outputs) - PIECES)
        self._pieces += [_short(output, CHARACTERS) for output in outputs[-PIECES:]]
        self._zero = zero
        if time.monotonic() - self._reported > PACE:
            self._report_output()

    def deadlock(self) -> None:
        """Nothing is said: what runs here is made to end by that."""

    def not_traced(self, what: str) -> None:
        """The run's notes say it."""

    def stopping(self) -> None:
        """Nothing is said of that either."""

    def tick(self, reads_input: Callable[[], bool]) -> None:  # noqa: ARG002  # it has nothing to read
        self._report_output()

    def look(self, so_far: Callable[[], Timeline | None], zero: float | None, now: float) -> None:
        if os.getppid() != self._parent:
            raise KeyboardInterrupt  # nobody is left who could tell us to end
        start = time.monotonic()
        if self._pieces and start - self._reported > PACE:
            self._report_output()
        if start - self._looked < self._between:
            return
        timeline = _drawable(so_far())
        took = time.monotonic() - start
        self._looked, self._between = start, max(LOOKS, DEAR * took)
        _send(self._writing, Looked(None if timeline is None else timeline._replace(complete=True), zero, now))

    def over(self) -> None:
        self._report_output()
        _send(self._writing, Over())

    def end(self, run: Run) -> None:
        self._report_output()
        _send(self._writing, Ended(_small(run)))

    def _report_output(self) -> None:
        if self._pieces:
            _send(self._writing, Printed(tuple(self._pieces), self._left_out, self._zero))
            self._pieces.clear()
            self._left_out = 0
            self._reported = time.monotonic()


def _drawable(timeline: Timeline | None) -> Timeline | None:
    return timeline if timeline is not None and len(timeline.spans) <= SPANS else None


def _small(run: Run) -> Run:
    """The run without what nobody could look at on one screen; what is left out is said."""
    output = run.output
    kept = output if len(output) <= FIRST + LAST else (*output[:FIRST], *output[-LAST:])
    size = sum(map(_size, output))
    kept = tuple(_short(each, WHOLE_TEXT) for each in kept)
    timeline = _drawable(run.timeline)
    notes = run.notes if timeline is run.timeline else (*run.notes, _TOO_LARGE)
    if not run.ok and may_read(run.subject.source):
        notes = (*notes, _NOTHING_TO_READ)
    dropped = run.output_dropped + size - sum(map(_size, kept))
    return run._replace(subject=_NO_SUBJECT, output=kept, output_dropped=dropped, timeline=timeline, notes=notes)


def _size(output: Output) -> int:
    return len(output.text)


def _short(output: Output, most: int) -> Output:
    """The output with the end of its text left out where that is very long."""
    return output if len(output.text) <= most else output._replace(text=output.text[:most])
