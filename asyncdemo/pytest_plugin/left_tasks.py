"""Tasks that are still there when their event loop is closed: asyncio's runner cancels them.

pytest-asyncio, anyio's plugin, IsolatedAsyncioTestCase and asyncio.run all close their loops by way of asyncio.Runner.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from types import CoroutineType, FunctionType
from typing import Any

from asyncdemo.model.user_code import is_own
from asyncdemo.pytest_plugin.observed_test import LeftTask
from asyncdemo.runner.shared_memory import Memory

_RUNNERS, _CANCEL = "asyncio.runners", "_cancel_all_tasks"
_DEEP = 100  # coroutines that await one another, at most


class LeftTasks:
    """Looks at the tasks of a loop when its runner is about to cancel them all."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._found: list[LeftTask] = []
        self._original: Callable[[Any], None] | None = None

    def look_for_asyncio(self) -> None:
        """Begin as soon as asyncio is loaded."""
        runners = sys.modules.get(_RUNNERS)
        original = getattr(runners, _CANCEL, None)
        if self._original is None and isinstance(original, FunctionType):
            self._original = original
            setattr(runners, _CANCEL, self._looking(original))

    def restore(self) -> None:
        """Put asyncio's own function back."""
        if self._original is not None:
            setattr(sys.modules[_RUNNERS], _CANCEL, self._original)
            self._original = None

    def take(self) -> list[LeftTask]:
        """Those that were seen since the last call."""
        found, self._found = self._found, []
        return found

    def _looking(self, original: Callable[[Any], None]) -> Callable[[Any], None]:
        def _cancel_all_tasks(loop: Any) -> None:
            __tracebackhide__ = True
            with suppress(Exception):  # an instrument may fail, never interfere
                self._look(loop)
            original(loop)

        return _cancel_all_tasks

    def _look(self, loop: Any) -> None:
        library = getattr(loop._ready, "library", None)  # of the queue that the probe has put in the loop's own place
        if library is None:
            return
        for task in sys.modules["asyncio"].all_tasks(loop):
            lane, coroutine = library.known_of(task), task.get_coro()
            # One that was cancelled before is not forgotten: it was about to end.
            if lane is None or task.cancelling() or not isinstance(coroutine, CoroutineType):
                continue
            place = self._place(coroutine)
            if is_own(coroutine.cr_code.co_filename, self._memory.libraries):
                self._found.append(LeftTask(lane.key, coroutine.__qualname__, place))

    def _place(self, coroutine: Any) -> tuple[str, int]:
        """The innermost line of user code at which it is suspended, else where its function begins."""
        found = coroutine.cr_code.co_filename, coroutine.cr_code.co_firstlineno
        for _ in range(_DEEP):
            if not isinstance(coroutine, CoroutineType):
                break
            frame = coroutine.cr_frame
            if frame is not None and is_own(frame.f_code.co_filename, self._memory.libraries):
                found = frame.f_code.co_filename, frame.f_lineno or coroutine.cr_code.co_firstlineno
            coroutine = coroutine.cr_await
        return found
