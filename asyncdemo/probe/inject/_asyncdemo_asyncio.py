"""Traces asyncio by way of the event loop's queue of ready handles.

Every loop made by BaseEventLoop gets a deque that notes what is put in and taken out. A step of a task is a handle
whose callback is bound to the task: it is ready when it is put in and runs when it is taken out, and what ran before
has ended by then. Nothing is wrapped around a coroutine, a task or a handle, so none of them looks any different.
When a loop begins and stops to run, and in which thread, asyncio tells by way of its own _set_running_loop.

Three methods run at every step (in _queue_class): whatever can be is done elsewhere, or in C, or not at all.
"""

import _thread
import _weakref
import collections
import time
import types

import _asyncdemo_layout as layout
import _asyncdemo_trace

_NEVER = 1 << 62  # a start that makes no step look long
_FOREIGN = 4  # threads, besides those that Python has started, that may be about to put something in

_clock = time.monotonic_ns
_length = collections.deque.__len__


def trace(base_events, recorder):
    """Have every loop traced that is made from now on. `base_events` is the module asyncio.base_events."""
    library = _Library(base_events, recorder)
    queue_class = _queue_class(recorder, library.stepper)
    original = base_events.BaseEventLoop.__init__

    def __init__(self, *args, **kwargs):
        original(self, *args, **kwargs)
        if type(self._ready) is collections.deque and not self._ready:
            try:
                queue = queue_class()
                queue.begin(library, self)
                self._ready = queue
            except Exception:
                recorder.give_up()

    __init__.__qualname__ = original.__qualname__
    __init__.__module__ = original.__module__
    base_events.BaseEventLoop.__init__ = __init__
    base_events.BaseEventLoop.call_exception_handler = _Handler(base_events.BaseEventLoop.call_exception_handler)
    _watch_runs(base_events.events, library)
    if hasattr(base_events.tasks, "_eager_tasks"):
        _watch_eager_tasks(base_events.tasks, library)
    recorder.words[layout.TRACED] |= 1


class _Library:
    """What the tracer has to know of asyncio."""

    def __init__(self, base_events, recorder):
        tasks = base_events.tasks
        self.recorder = recorder
        self.is_own = _asyncdemo_trace.own_code()
        self.loop, self.timer = base_events.BaseEventLoop, base_events.events.TimerHandle
        self.task, self.python_task = tasks.Task, tasks._PyTask
        self.stepper = next((kind for kind in object.__subclasses__() if kind.__name__ == "TaskStepMethWrapper"), None)

    def kind_of(self, task):
        """Give the class that implements a task: its methods are asked, not those that a script has put over them."""
        return self.task if isinstance(task, self.task) else self.python_task

    def task_of(self, callback):
        """Give the task of which the callback is a step; None where it is anything else, as the task's own cancel."""
        kind = type(callback)
        if kind is types.BuiltinMethodType:
            return callback.__self__ if callback.__name__ == "task_wakeup" else None
        if kind is types.MethodType:
            task = self.python_task
            steps = task._Task__step, task._Task__wakeup
            return callback.__self__ if isinstance(callback.__self__, task) and callback.__func__ in steps else None
        return callback.__self__ if kind is self.stepper or kind.__name__ == "TaskWakeupMethWrapper" else None


    def is_first_step(self, callback):
        """Whether a callback is a task's step that follows nothing it waits for."""
        return getattr(callback, "__func__", None) is self.python_task._Task__step


def _watch_runs(events, library):
    """Take note when a loop begins and stops to run."""
    original, running_loop, recorder = events._set_running_loop, events._get_running_loop, library.recorder

    def _set_running_loop(loop, /):
        before = running_loop()
        original(loop)
        try:
            if before is not None and before is not loop:
                _left(before, library)
            if loop is not None:
                _entered(loop, library)
        except Exception:
            recorder.give_up()

    for name in ("__doc__", "__module__", "__qualname__"):
        setattr(_set_running_loop, name, getattr(original, name))
    events._set_running_loop = _set_running_loop


def _entered(loop, library):
    queue = getattr(loop, "_ready", None)
    if isinstance(queue, _Queue):
        queue.entered()
    elif library.recorder.words is not None:
        library.recorder.words[layout.UNTRACED] |= 2 if isinstance(loop, library.loop) else 1


def _left(loop, library):
    queue = getattr(loop, "_ready", None)
    if isinstance(queue, _Queue):
        queue.left()
    elif isinstance(loop, library.loop):
        library.recorder.give_up()  # the script has put another queue in the place of ours


def _watch_eager_tasks(tasks, library):
    """Take note of tasks that begin in the step that makes them, and are suspended: they enter no queue for that."""
    scheduled = tasks._scheduled_tasks
    original = scheduled.add

    def add(task):
        original(task)
        try:
            queue = library.kind_of(task).get_loop(task)._ready
            if isinstance(queue, _Queue) and not queue.ends_with_step_of(task):
                queue.begun(task, tasks.current_task(library.kind_of(task).get_loop(task)), _clock())
        except Exception:
            library.recorder.give_up()

    scheduled.add = add


class _Handler:
    """Stands before a method of loops: it is asked for when a task is freed whose exception nobody has retrieved.

    So that there is no frame of ours on the stack while the method runs, only the asking is noted.
    """

    def __init__(self, method):
        self.method = method

    def __get__(self, loop, owner=None):
        queue = getattr(loop, "_ready", None)
        if isinstance(queue, _Queue):
            queue.freeing()
        return self.method.__get__(loop, owner)


class _Callbacks:
    """Stands for the loop's own callbacks where otherwise a task's reference stands."""

    def __init__(self, key):
        self.key, self.step = key, key << 4 | layout.STEP

    def __call__(self):
        return None


class _Task(_weakref.ref):
    """A reference to a task that knows its key. Calling it gives the task, or None when that is gone."""

    __slots__ = ("done", "has_own_code", "key", "kind", "name", "over", "place", "step")

    def asked(self):
        """Give the coroutine and the name of the task; None when it is over."""
        task = self()
        return None if task is None or self.over else (self.kind.get_coro(task), self.kind.get_name(task))


def _is_running(task):
    """Whether a task's coroutine is just now being executed. `task` is a reference."""
    owner = task()
    coroutine = owner and owner.get_coro()
    return getattr(coroutine, "cr_running", False) or getattr(coroutine, "gi_running", False)


class _Queue(collections.deque):
    """The queue of one loop: all of its tracing that is not needed at every step."""

    __slots__ = (
        "by_key",
        "callbacks",
        "clocks",
        "current",  # whose step goes on
        "known",  # tasks by the id of the object
        "library",
        "outer",  # tasks whose steps run a loop themselves
        "owner",
        "places",
        "put_in",  # when each of the handles in the queue was put in
        "recall",
        "remember",
        "started",  # when the step began
        "thread",
        "timed",
        "watch",
    )

    def begin(self, library, loop):
        recorder = library.recorder
        key = recorder.key()
        recorder.tell(key, layout.LOOP, key, "", None)
        self.current = self.callbacks = _Callbacks(key)
        self.library, self.clocks = library, _asyncdemo_trace.Clocks(recorder)
        self.places = _asyncdemo_trace.Places(recorder, library.is_own)
        self.known, self.by_key, self.outer = {}, {}, []
        self.put_in = collections.deque()
        self.remember, self.recall = self.put_in.append, self.put_in.popleft
        self.started, self.thread = _NEVER, 0
        self.timed = getattr(type(loop), "time", None) is library.loop.time  # else its times are not ours
        self.owner = owner = _weakref.ref(loop)

        def died(_):
            loop = owner()
            if loop is not None and not loop._closed and recorder.words is not None:
                recorder.words[layout.UNTRACED] |= 2  # the script has put another queue in its place
                recorder.put(_clock(), key << 4 | layout.STOP)

        self.watch = _weakref.ref(self, died)

    def lost(self):
        """Trace no more: something is not as expected, or there is no room left, or this is a forked child."""
        try:
            self.library.recorder.give_up()
        except AttributeError:
            return  # a copy that the script has made, or the queue of a closed loop
        for name in ("append", "popleft", "clear", "__bool__"):
            if name in type(self).__dict__:
                delattr(type(self), name)

    def entered(self):
        """The loop begins to run, or the step goes on that had run a loop."""
        now = _clock()
        if self.outer and _is_running(self.outer[-1]) and not _is_running(self.current):
            now = self.over(now)
            self.current, self.started = self.outer.pop(), now
            self.library.recorder.put(now, self.current.step, now)
        else:
            if _is_running(self.current):
                self.pause(now)
                self.tell(now, layout.POLL)
            self.current, self.started, self.thread = self.callbacks, _NEVER, _thread.get_ident()
        self.clocks.turn(now)

    def left(self):
        """The loop runs no longer."""
        now = _clock()
        if _is_running(self.current):
            self.pause(now)
        else:
            self.over(now)
        self.current, self.started = self.callbacks, _NEVER
        self.tell(now, layout.STOP)

    def turn(self, ready):
        """The loop looks for input, and goes idle if nothing is `ready`."""
        now = _clock()
        if self.outer and not _is_running(self.outer[-1]):
            self.lose_track(now)
        elif _is_running(self.current):
            self.pause(now)
        else:
            now = self.over(now)
        self.current, self.started = self.callbacks, _NEVER
        self.check()
        if ready:
            self.tell(now, layout.POLL)
        else:
            self.places.idle(self.callbacks.key, now, self.by_key)
        self.clocks.turn(now)

    def tell(self, now, what):
        self.library.recorder.put(now, self.callbacks.key << 4 | what)

    def check(self):
        """Raise LookupError if somebody else has changed the queue.

        Other threads may be about to put something in: they have remembered the time and not done it yet.
        """
        before, times, after = _length(self), _length(self.put_in), _length(self)
        if times != after:
            threads = _thread._count()
            if times < before or times - after > (threads and threads + _FOREIGN):
                raise LookupError

    def over(self, now):
        """Tell that what ran has ended, and how. Gives the time: reading the clocks takes some."""
        current = self.current
        task, long = current(), now - self.started > layout.LONG
        if long:
            if self.outer and not _is_running(self.outer[-1]):
                return self.lose_track(now)
            self.clocks.long_step(current.key, now)
        if task is not None and current.done(task):
            self.ended(current, task, now)
        return _clock() if long else now

    def ended(self, current, task, now):
        if current.kind.cancelled(task):
            how = layout.CANCELLED
        elif getattr(task, "_exception", None) is not None:  # exception() would count as having retrieved it
            how = layout.RAISED
        else:
            how = layout.RETURNED
        self.library.recorder.put(now, current.key << 4 | how)
        current.over = True
        self.places.rename(current, current.kind.get_name(task))

    def gone(self, task):
        """A task is freed; `task` is the reference to it."""
        self.known.pop(task.place, None)
        self.by_key.pop(task.key, None)
        if not task.over:
            try:
                now = _clock()
                if task is self.current:
                    if now - self.started > layout.LONG:
                        self.clocks.long_step(task.key, now)
                    self.current, self.started = self.callbacks, _NEVER
                self.library.recorder.put(now, task.key << 4 | layout.GONE)
            except Exception:
                self.lost()

    def freeing(self):
        """A task may be about to be freed: if its step was the last one, nobody can be asked later how it ended."""
        try:
            task = self.current()
            if task is not None and self.current.done(task):
                self.over(_clock())
                self.current, self.started = self.callbacks, _NEVER
        except Exception:
            self.lost()

    def pause(self, now):
        """The step that goes on runs a loop itself."""
        if now - self.started > layout.LONG:
            self.clocks.long_step(self.current.key, now)
        self.outer.append(self.current)

    def lose_track(self, now):
        """A step had run this loop, then went on and has ended: nobody knows when. Gives the time."""
        outer = self.outer.pop()
        for current in (self.current, outer):
            self.library.recorder.put(now, current.key << 4 | layout.OVER, 1)
            task = current()
            if task is not None and current.done(task):
                self.ended(current, task, now)
        return now

    def owner_of(self, handle, callback, now):
        """Find out whose a handle is, if not just the next step of a task."""
        task = self.library.task_of(callback)
        if task is None:
            if type(handle) is self.library.timer and self.timed:
                self.tell(int(handle._when * 1e9), layout.DUE)
            return self.callbacks
        known = self.known.get(id(task))
        if known is not None:
            return known
        return self.new(task) if self.library.is_first_step(callback) else self.begun(task, None, now)

    def begun(self, task, parent, now):
        """A task is seen for the first time that has begun before; `parent` is the task that made it, if known."""
        new = self.new(task)
        made_by = self.known.get(id(parent))
        self.library.recorder.put(now, new.key << 4 | layout.NEW, 0 if made_by is None else made_by.key + 1)
        return new

    def new(self, task):
        """Get to know a task."""
        recorder, kind = self.library.recorder, self.library.kind_of(task)
        new = _Task(task, self.gone)
        new.key = key = recorder.key()
        new.kind, new.done, new.step = kind, kind.done, key << 4 | layout.STEP
        new.place, new.over, new.name = id(task), False, kind.get_name(task)
        code = _asyncdemo_trace.code_of(kind.get_coro(task))
        new.has_own_code = self.places.is_own(code)
        self.known[new.place] = self.by_key[key] = new
        recorder.tell(key, layout.TASK, self.callbacks.key, new.name, code, self.thread)
        return new

    def ends_with_step_of(self, task):
        """Whether the step of this task was put in last."""
        return _length(self) > 0 and getattr(self[-1]._callback, "__self__", None) is task

    def cleared(self):
        """The queue is about to be emptied: if because its loop is closed, nothing of ours is kept any longer."""
        self.put_in.clear()
        loop = self.owner()
        if loop is None or loop._closed:
            self.tell(_clock(), layout.STOP)
            for name in _Queue.__slots__:
                delattr(self, name)


def _queue_class(recorder, stepper):
    """Make the class of all queues: what is done at every step."""
    times, wakes, codes, event = recorder.times, recorder.wakes, recorder.codes, recorder.event
    clock, plain, long = time.monotonic_ns, collections.deque, layout.LONG
    pop, push, push_back, empty, length = plain.popleft, plain.append, plain.appendleft, plain.clear, plain.__len__

    class deque(_Queue):
        __slots__ = ()

        def append(self, handle):
            try:
                self.remember(clock())
            except Exception:
                self.lost()
            push(self, handle)

        def popleft(self):
            handle = pop(self)
            try:
                now = clock()
                current = self.current
                task = current()
                if now - self.started > long or (task is not None and current.done(task)):
                    now = self.over(now)
                callback = handle._callback
                if type(callback) is stepper:
                    try:
                        current = self.known[id(callback.__self__)]
                    except KeyError:
                        current = self.new(callback.__self__)
                else:
                    current = self.owner_of(handle, callback, now)
                place = event()
                times[place] = self.started = now
                wakes[place] = self.recall()
                codes[place] = current.step
                self.current = current
            except Exception:
                self.lost()
            except BaseException:  # from a signal handler: the step must not be lost
                push_back(self, handle)
                if length(self.put_in) < length(self):
                    self.put_in.appendleft(0)
                raise
            return handle

        def __bool__(self):
            ready = length(self) > 0
            try:
                self.turn(ready)
            except Exception:
                self.lost()
            return ready

        @property  # so that what is freed by it is freed without a frame of ours on the stack
        def clear(self):
            try:
                self.cleared()
            except Exception:
                self.lost()
            return empty.__get__(self)

    deque.__module__, deque.__qualname__ = "collections", "deque"
    return deque
