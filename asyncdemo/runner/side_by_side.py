"""Several runs side by side, each watched over by a process of its own: a process can watch over one run at a time.

The watching processes are forks of this one, in process groups of their own: Ctrl-C then reaches this process alone,
which passes it on once.
"""

import os
import pickle
import selectors
import signal
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from asyncdemo import findings  # noqa: F401  # loaded once, before the forks
from asyncdemo.errors import ToolError
from asyncdemo.model.recording import Run, Subject
from asyncdemo.runner import supervise  # noqa: F401  # the same
from asyncdemo.runner.escalation import ENDING, handled
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan

_CHUNK = 1 << 16  # bytes read at once
_NOBODY = Subject("", parameters={})  # in the place of a run's subject, which is known on both sides of the pipe


def cores() -> int:
    """Give how many processors this process may use."""
    with suppress(AttributeError):  # Linux only
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_side_by_side(plans: Mapping[str, Plan], *, at_once: int) -> Iterator[tuple[str, Run]]:
    """Run all plans with empty standard input, so many at once, and give each with its key when it has ended.

    The runs come without their timelines. After a signal that ends us nothing more is started, those that have ended
    by themselves are given still, and then KeyboardInterrupt is raised. Raises ToolError where a watcher fails.
    """
    waiting = list(plans.items())
    watchers = _Watchers()
    with handled(ENDING, watchers.pass_on):
        try:
            while watchers.count or (waiting and not watchers.told):
                while waiting and watchers.count < at_once and not watchers.told:
                    watchers.start(*waiting.pop(0))
                for key, run in watchers.ended():
                    if run is not None and not run.was_interrupted:
                        yield key, run
        finally:
            watchers.stop()
    if watchers.told:
        raise KeyboardInterrupt


class _Watchers:
    """The processes that watch; `told` once a signal has come that ends us."""

    def __init__(self) -> None:
        self.told = False
        self._watched: dict[int, tuple[str, Plan]] = {}  # by the reading end of each one's pipe
        self._pids: dict[int, int] = {}
        self._received: dict[int, list[bytes]] = {}
        self._selector = selectors.DefaultSelector()

    @property
    def count(self) -> int:
        return len(self._watched)

    def start(self, key: str, plan: Plan) -> None:
        reading, writing = os.pipe()
        with _signals_later() as blocked:
            pid = os.fork()
            if pid == 0:
                os.close(reading)
                _watch(plan, writing, blocked)
            os.close(writing)
            with suppress(OSError):  # it has done so itself already
                os.setpgid(pid, pid)
            self._watched[reading], self._pids[reading], self._received[reading] = (key, plan), pid, []
            self._selector.register(reading, selectors.EVENT_READ)

    def ended(self) -> Iterator[tuple[str, Run | None]]:
        """Wait until something comes from one of them; give the runs that have ended."""
        for ready, _ in self._selector.select():
            data = os.read(ready.fd, _CHUNK)
            if data:
                self._received[ready.fd].append(data)
            else:
                yield self._collect(ready.fd)

    def pass_on(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.told = True
        for pid in self._pids.values():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self) -> None:
        """End what is still going on, as Ctrl-C would, and wait for it."""
        for pid in self._pids.values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
        for pid in self._pids.values():
            os.waitpid(pid, 0)
        for reading in self._watched:
            os.close(reading)
        self._selector.close()

    def _collect(self, reading: int) -> tuple[str, Run | None]:
        self._selector.unregister(reading)
        os.close(reading)
        os.waitpid(self._pids.pop(reading), 0)
        (key, plan), data = self._watched.pop(reading), b"".join(self._received.pop(reading))
        if not data and self.told:
            return key, None  # it was ended between two steps of its own
        if not data:
            raise ToolError(f"the process that watched {key!r} has failed; run it alone: asyncdemo run")
        run: Run = pickle.loads(data)
        return key, run._replace(subject=plan.subject)


@contextmanager
def _signals_later() -> Iterator[set[signal.Signals | int]]:
    """Hear the signals that end us after the block, and give those that were blocked before.

    In between, one would miss a watcher that is not known yet, or find one that passes it on as if it were us.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield before
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _watch(plan: Plan, writing: int, blocked: Iterable[int]) -> NoReturn:
    """Watch one run in this process, write it into the pipe, and end without what the parent does at its end.

    `blocked` are the signals that it does not hear, once it knows what to do at the others.
    """
    status = 1
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN or number is signal.SIGINT:  # that is how we end it
                signal.signal(number, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        run = observe(plan)
        _write(writing, pickle.dumps(run._replace(subject=_NOBODY, timeline=None)))
        status = 0
    except KeyboardInterrupt:
        status = 130
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(status)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
