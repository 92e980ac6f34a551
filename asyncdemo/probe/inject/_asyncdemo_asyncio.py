"""Traces asyncio by way of the event loop's queue of ready handles.

Every loop made by BaseEventLoop gets a deque that notes what is put in and taken out. A step of a task is a handle
whose callback is bound to the task: it is ready when it is put in and runs when it is taken out, and what ran before
has ended by then. Nothing is wrapped around a coroutine, a task or a handle, so none of them looks any different.
When a loop begins and stops to run, and in which thread, asyncio tells by way of its own _set_running_loop.

This is how the queues get in, _asyncdemo_queue what they do.
"""

import collections
import sys
import time
import types

import _asyncdemo_layout as layout
import _asyncdemo_queue
import _asyncdemo_references
import _asyncdemo_touches
import _asyncdemo_trace
from _asyncdemo_waits import attribute, name_of


def trace(recorder, base_events, events, futures, tasks):
    """Have every loop traced that is made from now on, given these modules of asyncio."""
    library = _Library(recorder, base_events, events, futures, tasks)
    queue_class = _asyncdemo_queue.queue_class(recorder, library.stepper, library.timer)
    original = base_events.BaseEventLoop.__init__

    def __init__(self, *args, **kwargs):
        original(self, *args, **kwargs)
        ready = attribute(self, "_ready")
        if type(ready) is collections.deque and not ready:
            try:
                queue = queue_class()
                queue.begin(library, self)
                object.__setattr__(self, "_ready", queue)
                if _asked(type(self), "__getattribute__") is object.__getattribute__:
                    library.usual = type(self)
            except Exception as error:
                if _asyncdemo_trace.raised_elsewhere(error):
                    raise
                recorder.give_up()

    __init__.__qualname__ = original.__qualname__
    __init__.__module__ = original.__module__
    base_events.BaseEventLoop.__init__ = __init__
    handler = base_events.BaseEventLoop.call_exception_handler
    base_events.BaseEventLoop.call_exception_handler = _asyncdemo_trace.Asked(handler, _freeing)
    _asyncdemo_touches.watch_timers(base_events, recorder, lambda queue: type(queue) is queue_class)
    _watch_runs(events, library)
    _watch_new_tasks(tasks, library, queue_class)
    recorder.words[layout.TRACED] |= 1
    return library


_asked = type.__getattribute__  # a class, whatever its metaclass does
_nobody = type(None)  # called in the place of a reference it gives None


class _Library:
    """What the tracer has to know of asyncio."""

    known_of = staticmethod(_asyncdemo_references.known_of)

    def __init__(self, recorder, base_events, events, futures, tasks):
        self.recorder = recorder
        self.is_own = recorder.is_own
        _asyncdemo_references.Task.ignored = staticmethod(self.ignored)
        self.loop, self.timer = base_events.BaseEventLoop, events.TimerHandle
        self.task, self.python_task, self.gathering = tasks.Task, tasks._PyTask, tasks._GatheringFuture
        self.futures = {futures.Future, futures._PyFuture}
        self.all_tasks = tasks.all_tasks
        # Where there is one, the table that current_task looks into, which may be a function in Python.
        self.task_that_runs = tasks.current_task if sys.version_info >= (3, 14) else tasks._current_tasks.get
        self.starts_unseen = sys.version_info >= (3, 14)  # what is started eagerly there comes by nowhere
        self.counts = hasattr(tasks.Task, "cancelling")
        self.others = {}  # queues of loops of another make, as weak references, by the id of the loop
        self.usual = None  # the class of the loop that has got a queue of ours last
        self.adopt = None  # finds the queue of such a loop as it begins to run
        self.stepper = next((kind for kind in object.__subclasses__() if kind.__name__ == "TaskStepMethWrapper"), None)

    def has_its_queue(self, loop):
        """True if a loop is built on asyncio's own. Of any other nothing is asked: that could be a script's code."""
        return issubclass(type(loop), self.loop)

    def queue_of(self, loop):
        """Our queue of a loop; None where it has none."""
        if self.has_its_queue(loop):
            queue = attribute(loop, "_ready")
            return queue if issubclass(type(queue), _asyncdemo_queue.Queue) else None
        queue = self.others.get(id(loop), _nobody)()
        return queue if queue is not None and queue.owner() is loop else None

    def may_start_unseen(self, loop):
        """True if tasks of the loop may be started without coming by the queue or _watch_new_tasks."""
        return self.starts_unseen and attribute(loop, "_task_factory") is not None

    def kind_of(self, task):
        """The class that implements a task: its methods are asked, not those that a script has put over them."""
        return self.task if issubclass(type(task), self.task) else self.python_task

    def ignored(self, task):
        """How many times a suspended task was cancelled and went on all the same. Before Python 3.11 nobody knows."""
        count = self.counts and self.kind_of(task).cancelling(task)
        if not count:
            return 0
        # What it waits for may have been cancelled in its place: then it is not told before that has ended.
        waits_for = attribute(task, "_fut_waiter")
        if issubclass(type(waits_for), (self.task, self.python_task)):
            told = not self.kind_of(waits_for).cancelling(waits_for)
        elif issubclass(type(waits_for), self.gathering):
            told = not waits_for._cancel_requested
        else:
            told = waits_for is not None and attribute(waits_for, "_state") != "CANCELLED"
        return count if told and not attribute(task, "_must_cancel") else 0

    @staticmethod
    def key_of(task):
        """The key of a task; 0 where it is none that is known."""
        known = _asyncdemo_references.known_of(task)
        return 0 if known is None else known.key

    def task_of(self, callback):
        """The task of which the callback is a step; None where it is anything else, as the task's own cancel."""
        kind = type(callback)
        if kind is types.BuiltinMethodType:
            return callback.__self__ if callback.__name__ == "task_wakeup" else None
        if kind is types.MethodType:
            task = self.python_task
            steps = task._Task__step, task._Task__wakeup
            owner, function = callback.__self__, callback.__func__
            return owner if issubclass(type(owner), task) and (function is steps[0] or function is steps[1]) else None
        return callback.__self__ if kind is self.stepper or name_of(kind) == "TaskWakeupMethWrapper" else None

    def is_first_step(self, callback):
        """True if a callback is a task's step that follows nothing it waits for."""
        is_of_python = type(callback) is types.MethodType and callback.__func__ is self.python_task._Task__step
        return is_of_python or type(callback) is self.stepper


def _watch_runs(events, library):
    """Take note when a loop begins and stops to run."""
    original, running_loop, recorder = events._set_running_loop, events._get_running_loop, library.recorder

    def _set_running_loop(*args, **kwargs):
        before = running_loop()
        original(*args, **kwargs)
        try:
            loop = running_loop()
            if before is not None and before is not loop:
                _left(before, library)
            if loop is not None:
                _entered(loop, library)
        except Exception as error:
            if _asyncdemo_trace.raised_elsewhere(error):
                raise
            recorder.give_up()

    for name in ("__doc__", "__module__", "__qualname__"):
        setattr(_set_running_loop, name, getattr(original, name))
    for module in (events, sys.modules.get("asyncio")):
        if getattr(module, "_set_running_loop", None) is original:  # else asyncio is just being loaded, and takes ours
            module._set_running_loop = _set_running_loop


def _entered(loop, library):
    queue = library.queue_of(loop)
    if queue is None and library.adopt is not None:
        queue = library.adopt(loop)
    if queue is not None:
        queue.entered()
    else:
        library.recorder.untraced(library.has_its_queue(loop))


def _left(loop, library):
    queue = library.queue_of(loop)
    if queue is not None:
        queue.left()
    elif library.has_its_queue(loop):
        library.recorder.give_up()  # the script has put another queue in the place of ours


def _watch_new_tasks(tasks, library, queue_class):
    """Take note of tasks when they are made, and of those that have begun by then: they enter no queue for that.

    From 3.14 on, tasks that are written in C do not come by here: there the queue looks at what is put in.
    """
    scheduled = getattr(tasks, "_scheduled_tasks", None)
    scheduled = tasks._all_tasks if scheduled is None else scheduled
    original, kind, get_loop, queue_of = scheduled.add, library.task, library.task.get_loop, library.queue_of

    def add(item):
        original(item)
        try:
            loop = get_loop(item) if type(item) is kind else library.kind_of(item).get_loop(item)
            queue = loop._ready if type(loop) is library.usual else queue_of(loop)
            if type(queue) is not queue_class and not issubclass(type(queue), _asyncdemo_queue.Queue):
                return
            if queue.ends_with_step_of(item):
                queue.created(item)
            else:
                queue.begun(item, tasks.current_task(loop), time.monotonic_ns())
        except Exception as error:
            if _asyncdemo_trace.raised_elsewhere(error):
                raise
            library.recorder.give_up()

    scheduled.add = add


def _freeing(loop):
    """asyncio is about to say that a task is freed whose exception nobody has retrieved."""
    queue = attribute(loop, "_ready")
    if issubclass(type(queue), _asyncdemo_queue.Queue):
        queue.freeing()
