"""Tells which tasks could have gone on but for a long step: their timers were due, and may never enter the queue.

A timer that is cancelled before the loop comes to it, in that very step or by one that follows, is not seen otherwise.
"""

import _asyncdemo_layout as layout
from _asyncdemo_waits import attribute

_MOST = 1000  # timers that are looked at after one step


def tell_overdue(queue, loop, started, now):
    """Store for each task whose timer has been due since the step began when that was. Asks no code of the script."""
    library = queue.library
    for handle in _due(attribute(loop, "_scheduled", ()), now):
        when, arguments = int(handle._when * 1e9), handle._args
        if when < started or not arguments or type(arguments[0]) not in library.futures:
            continue
        for callback in _waiting(queue, arguments[0]):
            task = library.task_of(callback)
            known = None if task is None else library.known_of(task)
            if known is not None:
                library.recorder.put(when, known.key << 4 | layout.DUE)


def _due(heap, now):
    """The timers that are due, out of a heap: those below one that is not are not either."""
    places, due = [0], 0
    while places and due < _MOST:
        place = places.pop()
        if place < len(heap) and heap[place]._when * 1e9 <= now:
            due += 1
            places += [2 * place + 1, 2 * place + 2]
            yield heap[place]


def _waiting(queue, future):
    """The callbacks of a future; where it has been cancelled they are in the queue, with the future."""
    if not future.cancelled():
        return [each[0] for each in future._callbacks or ()]
    return [handle._callback for handle in list(queue) if handle._args and handle._args[0] is future]
