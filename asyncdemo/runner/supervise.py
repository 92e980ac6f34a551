"""Watches over one child until it and all that it has started are gone. The only file that knows anyio.

Loaded after the child was started, so that the child need not wait for it.
"""

import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

import anyio
import anyio.lowlevel
from anyio.abc import ObjectSendStream

from asyncdemo.runner.child import Child
from asyncdemo.runner.escalation import ENDING, Escalation, handled, heeded
from asyncdemo.runner.host import host
from asyncdemo.runner.process import Exit

if TYPE_CHECKING:
    from asyncdemo.runner.terminal import Loan

LOOK = 0.01  # seconds between two looks at what the child is doing
TICK = 0.1  # seconds after which a silent pipe is looked at again
LINGER = 0.3  # seconds that what the child has left running may go on, and again after it was told to end

Event = Literal["exited", "interrupt", "pressed", "stopped", "deadlock"]


class Observer(Protocol):
    """Takes what comes in while the child runs."""

    def take(self, data: bytes | None) -> None:
        """Take bytes from the pipe; None: it is empty just now."""

    def look(self) -> None:
        """Look at what the child is doing; called every hundredth of a second."""

    def is_over(self) -> bool:
        """True if the child is not to be waited for any longer."""

    def stopping(self, *, told: bool) -> None:
        """Take note that the child is about to be made to end, or was `told` to just now."""

    def clearing(self) -> None:
        """Take note that the child has ended, and that what it has left running is about to be stopped."""


def supervise(
    child: Child,
    observer: Observer,
    escalation: Escalation,
    *,
    loan: "Loan | None",
    interrupted: Callable[[], bool],
) -> tuple[Exit, int]:
    """Pump the child's output to the observer, and see to it that the child ends as the escalation says.

    `interrupted` tells of a Ctrl-C before this was called. Returns how the child ended and how many processes it had
    left running, which were stopped; why it was made to end is then the escalation's `cause`.
    """
    try:
        return anyio.run(_Supervisor(child, observer, escalation, loan, interrupted).run)
    except BaseExceptionGroup as group:
        raise _only(group) from None


def _only(error: BaseException) -> BaseException:
    """What the observer has raised, out of the groups of anyio's tasks."""
    return _only(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


class _Supervisor:
    def __init__(
        self,
        child: Child,
        observer: Observer,
        escalation: Escalation,
        loan: "Loan | None",
        interrupted: Callable[[], bool],
    ) -> None:
        self._child = child
        self._observer = observer
        self._loan = loan
        self._interrupted = interrupted
        self._escalation = escalation
        escalation.ignores = lambda number: host.is_ignored(child.pid, number)
        self._drained = anyio.Event()
        self._echo = False  # whether the listener is about to tell of a SIGINT that was ours

    async def run(self) -> tuple[Exit, int]:
        send, events = anyio.create_memory_object_stream[Event](16)
        async with send, events, anyio.create_task_group() as group:
            await group.start(self._signals if host.WAITS else self._pressed_keys, send)
            group.start_soon(self._pump)
            group.start_soon(self._look, send)
            group.start_soon(self._reports, send)
            group.start_soon(self._await_exit)
            if self._loan is not None:
                group.start_soon(self._presses, self._loan, send)
            while True:
                event: Event | None = None
                with anyio.move_on_after(self._seconds_left()):
                    event = await events.receive()
                if event == "exited" or (event is None and self._has_ended()):
                    break
                self._react(event)
            self._note_last_press()
            ended, left = await self._clear()
            group.cancel_scope.cancel()
        return ended, left

    def _has_ended(self) -> bool:
        """True if the child has ended and nobody has said so yet, for want of reports: then it is not late."""
        process = self._child.process
        return process.reports is None and process.take_report() == "exited"

    def _react(self, event: Event | None) -> None:
        now = time.monotonic()
        if event == "stopped":
            self._suspend_with_child()
            return
        at_once = event == "pressed"
        if at_once and self._loan is not None and self._loan.pressed is not None:
            now = self._loan.pressed  # the child has heard of it at that moment, and what it says since follows from it
        if at_once and self._echo:
            self._echo = False
            return
        if self._escalation.cause is None:
            self._observer.stopping(told=at_once or event == "deadlock")
        if event == "deadlock":
            number = self._escalation.end(now)
        else:
            number = self._escalation.due(now) if event is None else self._escalation.interrupt(now, delivered=at_once)
        if number is not None:
            self._echo = number is signal.SIGINT and self._loan is not None  # the listener is in the child's group
            self._child.signal(number)

    def _note_last_press(self) -> None:
        """Ctrl-C goes to the child itself, which may have ended of it before anybody could tell us."""
        if self._loan is not None and self._escalation.cause is None:
            self._loan.last_press()
            if self._loan.pressed is not None:
                self._escalation.interrupt(self._loan.pressed, delivered=True)

    def _seconds_left(self) -> float | None:
        if self._escalation.deadline is None:
            return None
        return max(0.0, self._escalation.deadline - time.monotonic())

    def _suspend_with_child(self) -> None:
        """Where Ctrl-Z has stopped the child, stop this whole job too, so that the shell gets the terminal back."""
        if self._loan is not None:
            stopped = time.monotonic()
            self._loan.suspend()
            self._escalation.postpone(time.monotonic() - stopped)

    async def _clear(self) -> tuple[Exit, int]:
        """Let what is left end by itself for a moment, then stop it; then take what is still in the pipe."""
        with anyio.move_on_after(LINGER if self._escalation.cause is None else 0):
            await self._drained.wait()
        self._observer.clearing()
        ended = self._child.finish(LINGER)
        with anyio.move_on_after(LINGER):
            await self._drained.wait()
        return ended

    async def _pump(self) -> None:
        pipe = self._child.output
        while True:
            data = host.read(pipe)
            if data is None:
                self._observer.take(None)
                with anyio.move_on_after(TICK):
                    await _readable(pipe if host.WAITS else None)
                continue
            if not data:
                break
            self._observer.take(data)
            await anyio.lowlevel.checkpoint()
        self._drained.set()

    async def _look(self, events: ObjectSendStream[Event]) -> None:
        told = False
        while True:
            self._observer.look()
            if not told and self._observer.is_over():
                told = True
                await events.send("deadlock")
            await anyio.sleep(LOOK)

    async def _reports(self, events: ObjectSendStream[Event]) -> None:
        report = None
        while report != "exited":
            await _readable(self._child.process.reports)
            report = self._child.process.take_report()
            if report is not None:
                await events.send(report)

    async def _await_exit(self) -> None:
        """See to it that the child's end is reported, though the child may have stopped its parent before."""
        descriptor = host.exit_descriptor(self._child.pid)
        if descriptor is not None:
            try:
                await anyio.wait_readable(descriptor)
            finally:
                os.close(descriptor)
            self._child.process.wake()

    async def _presses(self, loan: "Loan", events: ObjectSendStream[Event]) -> None:
        while True:
            await anyio.wait_readable(loan.presses)
            if not loan.take_press():
                return  # the listener was killed: Ctrl-C still reaches the child
            await events.send("pressed")

    async def _signals(
        self, events: ObjectSendStream[Event], *, task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        with anyio.open_signal_receiver(*heeded(ENDING)) as numbers:
            task_status.started()
            if self._interrupted():
                await events.send("interrupt")
            async for _ in numbers:
                await events.send("interrupt")

    async def _pressed_keys(
        self, events: ObjectSendStream[Event], *, task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        """The same where a loop cannot be told of signals."""
        pressed = [1] if self._interrupted() else []
        with handled(ENDING, lambda *_: pressed.append(1)):
            task_status.started()
            while True:
                while pressed:
                    pressed.pop()
                    await events.send("interrupt")
                await anyio.sleep(LOOK)


async def _readable(descriptor: int | None) -> None:
    """Wait until something has come; for a moment where that cannot be waited for."""
    if descriptor is None:
        await anyio.sleep(LOOK)
    else:
        await anyio.wait_readable(descriptor)
