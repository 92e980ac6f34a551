"""Traces asyncio by way of the event loop's queue of ready handles.

Every loop made by BaseEventLoop gets a deque that notes what is put in and taken out. A step of a task is a handle
whose callback is bound to the task: it is ready when it is put in and runs when it is taken out, and what ran before
has ended by then. Nothing is wrapped around a coroutine, a task or a handle, so none of them looks any different.

The three methods run at every step: whatever can be is done elsewhere, or in C, or not at all.
"""

import _weakref
import collections
import time

import _asyncdemo_layout as layout
import _asyncdemo_trace

_NEVER = 1 << 62  # a start that makes no step look long
_SEEN = 1 << 15  # events at most that are looked through for tasks whose line is to be read
_REREAD = 5_000_000  # ns between two readings of the scheduler's figures while nothing takes long


def trace(base_events, recorder):
    """Have every loop traced that is made from now on. `base_events` is the module asyncio.base_events."""
    original = base_events.BaseEventLoop.__init__
    is_own = _asyncdemo_trace.own_code()
    plain = collections.deque

    def __init__(self, *args, **kwargs):
        original(self, *args, **kwargs)
        if type(self._ready) is plain and not self._ready:
            try:
                self._ready = _ready_queue(base_events.events.TimerHandle, recorder, is_own)
            except Exception:
                recorder.give_up()

    __init__.__qualname__ = original.__qualname__
    __init__.__module__ = original.__module__
    base_events.BaseEventLoop.__init__ = __init__
    recorder.words[layout.TRACED] |= 1


class _Callbacks:
    """Stands for the loop's own callbacks where otherwise a task's reference stands."""

    def __init__(self, key):
        self.key, self.step = key, key << 4 | layout.STEP

    def __call__(self):
        return None


class _Task(_weakref.ref):
    """A reference to a task that knows its key. Calling it gives the task, or None when that is gone."""

    __slots__ = ("key", "step")


def _ready_queue(TimerHandle, recorder, is_own):
    """Make the queue of one loop."""
    times, wakes, codes = recorder.times, recorder.wakes, recorder.codes
    event, put = recorder.event, recorder.put
    clock, thread_time = time.monotonic_ns, time.thread_time_ns
    plain = collections.deque
    pop, push, length, empty = plain.popleft, plain.append, plain.__len__, plain.clear

    loop_key = recorder.key()
    recorder.tell(loop_key, layout.LOOP, loop_key, "", None)
    loop = current = _Callbacks(loop_key)
    known, by_key = {}, {}  # tasks by the id of the object, and by key
    put_in = plain()  # when each of the handles in the queue was put in
    remember, recall = put_in.append, put_in.popleft
    started, long = _NEVER, layout.LONG
    cpu_base, queue_base = thread_time(), recorder.run_queue()
    read_at = looked_through = 0

    def owner_of(handle):
        """Find out whose a handle is that is not known yet."""
        owner = getattr(handle._callback, "__self__", None)
        if not hasattr(type(owner), "get_coro"):
            if type(handle) is TimerHandle:
                put(int(handle._when * 1e9), loop_key << 4 | layout.DUE)
            return loop
        key, place = recorder.key(), id(owner)

        def gone(_):
            known.pop(place, None)
            by_key.pop(key, None)
            if current.key == key:  # it has ended with this step, and nobody can be asked how
                try:
                    put(clock(), key << 4 | layout.GONE)
                except Exception:
                    recorder.give_up()

        task = _Task(owner, gone)
        task.key, task.step = key, key << 4 | layout.STEP
        known[place] = by_key[key] = task
        code = _asyncdemo_trace.code_of(owner.get_coro())
        recorder.tell(key, layout.TASK, loop_key, owner.get_name(), code)
        return task

    def ended(task, now):
        if task.cancelled():
            how = layout.CANCELLED
        elif getattr(task, "_exception", None) is not None:  # exception() would count as having retrieved it
            how = layout.RAISED
        else:
            how = layout.RETURNED
        put(now, current.key << 4 | how)

    def long_step():
        """Tell how much of a long step the thread was on a processor, and how long it had to queue for one."""
        nonlocal cpu_base, queue_base
        cpu, in_queue = thread_time(), recorder.run_queue()
        put(cpu - cpu_base, current.key << 4 | layout.CPU)
        if in_queue is not None and queue_base is not None:
            put(in_queue - queue_base, current.key << 4 | layout.QUEUED)
        cpu_base, queue_base = cpu, in_queue

    def waits(now):
        """Tell that the loop is idle, and where the tasks are suspended that have made a step since it last was."""
        nonlocal looked_through, queue_base, read_at
        place = event()
        times[place] = now
        codes[place] = loop_key << 4 | layout.IDLE
        for code in set(codes[max(looked_through, place - _SEEN) : place]):
            task = by_key.get(code >> 4) if code & 15 == layout.STEP else None
            owner = task() if task is not None else None
            if owner is not None and not owner.done():
                found = _asyncdemo_trace.innermost(owner.get_coro(), is_own)
                if found is not None:
                    put(recorder.file(found[0].co_filename) << 32 | found[1], code & ~15 | layout.AT)
        looked_through = place
        if now - read_at > _REREAD:
            queue_base, read_at = recorder.run_queue(), now

    class deque(plain):
        __slots__ = ()

        def append(self, handle):
            push(self, handle)
            remember(clock())

        def popleft(self):
            nonlocal current, started
            handle = pop(self)
            try:
                now = clock()
                task = current()
                if task is not None and task.done():
                    ended(task, now)
                if now - started > long:
                    long_step()
                    now = clock()
                try:
                    current = known[id(handle._callback.__self__)]
                except (AttributeError, KeyError):
                    current = owner_of(handle)
                place = event()
                times[place] = started = now
                wakes[place] = recall()
                codes[place] = current.step
            except Exception:
                recorder.give_up()
            return handle

        def __bool__(self):
            nonlocal current, started, cpu_base
            ready = length(self) > 0
            try:
                now = clock()
                task = current()
                if task is not None and task.done():
                    ended(task, now)
                if now - started > long:
                    long_step()
                current, started = loop, _NEVER
                if length(put_in) != length(self):
                    raise LookupError  # somebody else has changed the queue
                if ready:
                    put(now, loop_key << 4 | layout.POLL)
                else:
                    waits(now)
                cpu_base = thread_time()
            except Exception:
                recorder.give_up()
            return ready

        def clear(self):
            empty(self)
            empty(put_in)
            try:
                put(clock(), loop_key << 4 | layout.STOP)
            except Exception:
                recorder.give_up()

    deque.__module__, deque.__qualname__ = "collections", "deque"
    return deque()
