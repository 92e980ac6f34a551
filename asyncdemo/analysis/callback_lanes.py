"""The steps of an event loop that are no task's: plain callbacks, of which those count that took long.

`Protocol.data_received`, `call_later`, `call_soon`, `add_signal_handler`, done-callbacks, and those of libraries.
A loop gets a lane for them once one of them has held it. The lane has all those that were long enough for the clocks to
be read at their end.
"""

from asyncdemo.model.spans import CALLBACKS, Spans, Task
from asyncdemo.probe.inject import _asyncdemo_layout as layout


class Callbacks:
    """The long callbacks of one loop; times in seconds from the start of the run."""

    def __init__(self) -> None:
        self._steps: list[tuple[int, float, float, int, float]] = []
        self._functions: set[str] = set()
        self._held = False

    def add(self, state: int, start: float, end: float, where: int, queued: float, function: str) -> None:
        """One has ended; `where` and `function` are its place in user code, -1 and "" where that is not known.

        For `queued` seconds of it the machine had no processor for it.
        """
        self._steps.append((state, start, end, where, queued))
        if end - start >= layout.HELD / 1e9:
            self._held = True
            self._functions.add(function)

    def lane(self, key: int, thread: int | None, spans: Spans) -> list[Task]:
        """The lane, if there is to be one; its spans are added. It has the name of the only function, if it is one."""
        if not self._held:
            return []
        for state, start, end, where, queued in self._steps:
            spans.add(key, state, start, end, where, queued=queued)
        function = next(iter(self._functions)) if len(self._functions) == 1 else ""
        begun, ended = self._steps[0][1], self._steps[-1][2]
        return [Task(key, function or "callbacks", CALLBACKS, None, function, "", 0, begun, ended, None, thread)]
