"""Tells when another thread puts something into a loop's queue and does not see to it that the loop wakes up.

Looked for only once there is another thread: until then a queue's append stays as it is.
"""

import _thread
import collections
import sys
import time

import _asyncdemo_layout as layout
import _asyncdemo_trace
from _asyncdemo_waits import attribute

# The first wakes the loop up; and what is freed may be so in any thread, whatever that is just doing.
_HARMLESS = ("call_soon_threadsafe", "__del__")


def append_among_threads(append, stepper, push=collections.deque.append):
    """Make what a queue is to have in the place of `append` once there are threads.

    `stepper` is the type of a step of which the queue is to see whether it is a task's first, None where it is not.
    `push` is what puts the handle in.
    """
    clock, this_thread, frame = time.monotonic_ns, _thread.get_ident, sys._getframe

    def among_threads(self, handle):
        try:
            self.remember(clock())
            if this_thread() != self.home:
                touched(self, frame(1))
            callback = handle._callback
            if type(callback) is stepper and callback.__self__ is not self.current():
                self.created(callback.__self__)
        except BaseException as error:
            if _asyncdemo_trace.raised_elsewhere(error):
                raise
            self.lost()
        push(self, handle)

    among_threads.__name__, among_threads.__qualname__ = append.__name__, append.__qualname__
    return among_threads


def watch_timers(base_events, recorder, is_queue):
    """See also timers that another thread sets, which do not enter the queue: once there are threads."""
    loops = base_events.BaseEventLoop
    later = loops.call_later.__code__

    def asked(loop):
        frame = sys._getframe(2)
        if frame.f_code is not later:
            return  # somebody may just hand the method on; a timer's every other way leads through here
        queue = attribute(loop, "_ready")
        try:
            # In debug mode asyncio is about to refuse it.
            if is_queue(queue) and _thread.get_ident() != queue.home and not attribute(loop, "_debug"):
                touched(queue, frame)
        except BaseException as error:
            if _asyncdemo_trace.raised_elsewhere(error):
                raise
            queue.lost()

    timers = _asyncdemo_trace.Asked(loops.call_at, asked)
    recorder.once_there_are_threads(lambda: setattr(loops, "call_at", timers))


def touched(queue, frame):
    """Something is put into a queue in another thread than its loop's; `frame` is where."""
    if queue.home is None:
        return  # while a loop does not run, any thread may prepare it
    library, recorder = queue.library, queue.library.recorder
    frames = _up_to_own(frame, library.is_own)
    if any(each.f_code.co_name in _HARMLESS for each in frames):
        return
    where, path = 0, frames[-1].f_code.co_filename
    if library.is_own(path):
        where = recorder.file(path) << 32 | (frames[-1].f_lineno or 0)
    elif any(recorder.is_installed(each.f_code.co_filename) for each in frames):
        return  # an installed library's own affair
    thread = recorder.threads.get(_thread.get_ident())
    key = thread.key if thread is not None else 0
    recorder.put(time.monotonic_ns(), queue.callbacks.key << 4 | layout.TOUCHED, key << layout.THREAD_AT | where)


def _up_to_own(frame, is_own):
    """A frame and those that have called it, up to the first one of the person's own code."""
    frames = [frame]
    while frame.f_back is not None and not is_own(frame.f_code.co_filename):
        frame = frame.f_back
        frames.append(frame)
    return frames
