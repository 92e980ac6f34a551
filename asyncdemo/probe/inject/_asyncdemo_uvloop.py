"""Traces uvloop, whose event loop is written in C, by way of the queue of ready handles that it has as asyncio's has.

uvloop asks for `collections.deque` once, while it is loaded, and makes each of its queues by that. For this moment, and
for it alone, that is another class. A handle tells nothing of what it calls, but the garbage collector does. That a
loop looks for input is known by its asking how long the queue is. What timers and protocols call goes by no queue.
"""

import _functools
import _weakref
import collections
import gc
import itertools
import operator
import sys
import time
import types

import _asyncdemo_layout as layout
import _asyncdemo_queue
import _asyncdemo_references
import _asyncdemo_snapshot
import _asyncdemo_trace

_MOST = 1000  # tasks that are looked at after one step
_CALLBACK = 2  # where among what a handle refers to stands what it calls: after the loop and the context
_referents = gc.get_referents
_push, _length = collections.deque.append, collections.deque.__len__


class _Making(types.ModuleType):
    """The class of the module collections while uvloop is loaded."""

    @property
    def deque(self):
        frame = sys._getframe(1)  # code in C has no frame: it is loaded by the import system, which has
        is_import = frame.f_code.co_filename.startswith("<frozen importlib")
        return _Making.made if is_import else collections.__dict__["deque"]


def begin(recorder, library):
    """uvloop is about to be loaded."""
    if type(collections) is types.ModuleType:
        _Making.made = queue_class(recorder, library)
        collections.__class__ = _Making


def end():
    """uvloop is loaded, or could not be."""
    if type(collections) is _Making:
        collections.__class__ = types.ModuleType


class _Queue(_asyncdemo_queue.Queue):
    """The queue of a loop of uvloop: what it tells in other ways than asyncio's."""

    __slots__ = (
        "has_run",
        "looked",  # how many handles at its left are known
        "measure",
        "note",
        "stops",  # whether the loop itself, which stops in that way, is what was called last
        "take",
    )

    def begin(self, library, loop):
        self.has_run, self.stops, self.looked = False, False, 0
        _asyncdemo_queue.Queue.begin(self, library, loop)
        library.others[id(loop)] = _weakref.ref(self)

    def entered(self):
        """The loop begins to run. In no stack there is a frame of its own, so tell above which one the steps are."""
        frame, recorder, key = sys._getframe(1), self.library.recorder, self.callbacks.key
        while frame.f_code.co_filename.startswith(_asyncdemo_trace._FILES):
            frame = frame.f_back
        recorder.runners[key] = id(frame)
        if not self.has_run:
            recorder.describe(key, frame.f_code)  # of what runs it later, as it is closed, there is little to tell
            self.has_run = True
        _asyncdemo_queue.Queue.entered(self)
        self.turned, self.stops = True, False  # it need not come to that

    def left(self):
        self.library.recorder.runners.pop(self.callbacks.key, None)
        _asyncdemo_queue.Queue.left(self)

    def cleared(self):
        _asyncdemo_queue.Queue.cleared(self)
        for name in _Queue.__slots__:
            if hasattr(self, name):
                delattr(self, name)

    def callback_of(self, handle):
        found = _referents(handle)
        steps = (each for each in found if self.library.task_of(each) is not None)
        return next(steps, found[_CALLBACK] if len(found) > _CALLBACK else None)

    def ends_with_step_of(self, task):
        # Other threads may change the queue meanwhile; and self[-1] would ask for the length, which is something else.
        count = _length(self)
        try:
            return count > 0 and getattr(self.callback_of(self[count - 1]), "__self__", None) is task
        except IndexError as error:
            if _asyncdemo_trace.raised_elsewhere(error):
                raise
            return False

    @staticmethod
    def is_closed(loop):
        return _base_of(loop).is_closed(loop)

    @staticmethod
    def timers_of(loop):
        """How many timers the loop has; -1: unknown."""
        sets = [each for each in _referents(loop) if type(each) is set]
        return sum(type(one).__name__ == "TimerHandle" for each in sets for one in list(each)) if sets else -1

    has_timers = timers_of

    @staticmethod
    def inputs_of(loop):
        """How many servers, transports, processes and descriptors the loop waits for; -1: unknown."""
        found, waits, known = _referents(loop), 0, 0
        for each in found:
            if type(each) is set:
                waits += sum(type(one).__name__ not in ("TimerHandle", "int") for one in list(each))
            elif type(each) is dict:
                waits += sum(type(one).__name__ == "UVPoll" for one in list(each.values()))
            elif type(each).__name__ == "WeakValueDictionary":
                known, waits = 1, waits + len(each)
        own = sum(type(each).__name__ == "socket" for each in found) > 0  # by which signals wake it
        return waits - own if known else -1

    def owner_of(self, handle, callback, now):
        self.stops = callback is self.owner()
        return _asyncdemo_queue.Queue.owner_of(self, handle, callback, now)

    def stand_still(self, loop):
        """As of asyncio's queue. A loop that is about to stop is idle too, and cannot be asked whether it is."""
        if not self.stops:
            _asyncdemo_queue.Queue.stand_still(self, loop)

    def tell_overdue(self, now):
        """Store which tasks' timers have been due since the step began: the frame of asyncio's sleep has the timer."""
        for known in list(self.by_key.values())[:_MOST]:
            task = known()
            if task is None or known is self.current or known.done(task):
                continue
            frames = _asyncdemo_snapshot.frames_of(known.kind.get_coro(task))
            when = _due(frames[-1][0]) if frames else 0
            if self.started <= when <= now:
                self.library.recorder.put(when, known.key << 4 | layout.DUE)

    def caught(self, error):
        """As of asyncio's queue; but what raises an error that is not ours has to be a handle of uvloop's own."""
        if not _asyncdemo_trace.raised_elsewhere(error):
            self.lost()
            return False
        loop = self.owner()
        _base_of(loop).call_soon(loop, _without_frame(error))
        if self.put_in:
            self.put_in.pop()
        self.appendleft(self.pop())
        self.put_in.appendleft(0)
        return True

    def look_for_new(self, stepper):
        """See which tasks the step that has gone on has made: their first steps are among what it has put in."""
        count = _length(self)
        fresh, self.looked = count - self.looked, max(0, count - 1)
        if fresh <= 0:
            return
        times = self.put_in
        for at in range(count - fresh, count):  # by index: other threads may put in more meanwhile
            callback = _referents(self[at])[_CALLBACK]
            if type(callback) is stepper and _asyncdemo_references.known_of(callback.__self__) is None:
                when = times[at] if at < len(times) else time.monotonic_ns()
                self.begun(callback.__self__, self.current(), when, layout.NOT_BEGUN)


def _due(frame):
    """When a sleep ends (ns) whose frame this is; 0 of any other frame."""
    code = frame.f_code
    if code.co_name != "sleep" or not code.co_filename.replace("\\", "/").endswith("/asyncio/tasks.py"):
        return 0
    timer = frame.f_locals.get("h")
    is_timer = type(timer).__name__ == "TimerHandle" and type(timer).__module__ == "uvloop.loop"
    return int(timer.when() * 1e9) if is_timer else 0


def _base_of(loop):
    """The class of uvloop's own of which a loop is."""
    return next(each for each in type(loop).__mro__ if each.__module__ == "uvloop.loop")


def _without_frame(error):
    """What raises an error when it is called, and adds no frame to its traceback."""
    throw = (nothing for nothing in ()).throw  # thrown into a generator that has ended
    try:
        throw(GeneratorExit)
    except GeneratorExit:
        pass
    return _functools.partial(next, map(throw, (error,)))


def _after(queue, note, own):
    """A function that calls `note`, then gives what `own`, a method of the queue, does.

    A signal handler may raise an error wherever code of ours is executed, and uvloop expects none there. So that is in
    a generator, which is entered within its `try`, while a function is entered before; and what follows it is all C.
    """
    guarded = _guarded(queue, note)
    next(guarded)  # into its `try`
    return itertools.starmap(own.__get__(queue), guarded).__next__


def _guarded(queue, note):
    call, first = note, True
    while True:
        try:
            if first:
                first = False
                yield ()
            while True:
                call(queue)
                yield ()
        except GeneratorExit:
            return
        except BaseException as error:
            if not queue.caught(error):
                call = _nothing
            first = True  # once more would note it twice


def _nothing(queue):
    pass


def _note_and_push(queue):
    """A function that notes the time and gives the queue's own `append`, and executes no code that is not C.

    So it can be called by several threads at a time, and by a signal handler in the midst of itself.
    """
    times = itertools.starmap(time.monotonic_ns, itertools.repeat(()))
    noted = itertools.filterfalse(queue.put_in.append, times)  # it gives the times, and all are true
    return itertools.compress(itertools.repeat(_push.__get__(queue)), noted).__next__


def queue_class(recorder, library):
    """Make the class of all queues: until a loop is known to have one it is as any other."""
    times, wakes, codes, places = recorder.times, recorder.wakes, recorder.codes, recorder.places
    clock, plain, following = time.monotonic_ns, collections.deque, next
    method, stepper = types.BuiltinMethodType, library.stepper
    pop, empty, length = plain.popleft, plain.clear, plain.__len__
    referents, at, never = gc.get_referents, _CALLBACK, _asyncdemo_queue._NEVER
    looks = sys.version_info >= (3, 14)  # there tasks that are written in C come by nowhere else

    def take(self):
        if looks:
            self.look_for_new(stepper)
        handle = self[0]
        now = clock()
        current = self.current
        task = current()
        if now > self.limit:
            now = self.looked_at(now)
        elif task is not None and current.done(task):
            self.ended(current, task, now)
        callback = referents(handle)[at]
        kind = type(callback)
        if kind is stepper or (kind is method and callback.__name__ == "task_wakeup"):
            owner = callback.__self__
            after = current.after
            current = after if after() is owner else self.turn_of(owner, current, kind is stepper, now)
        else:
            current = self.owner_of(handle, self.callback_of(handle), now)
        place = following(places)
        times[place] = self.started = now
        try:
            recall = self.recall
            wakes[place] = recall()
        except IndexError as error:
            if _asyncdemo_trace.raised_elsewhere(error):
                raise
            # else somebody else has put the handle in
        codes[place] = current.step
        self.current = current

    def measure(self):
        if looks:
            self.look_for_new(stepper)
        if self.started != never:
            self.turn(length(self) > 0)

    class _Traced(_Queue):
        __slots__ = ()
        append = property(operator.methodcaller("note"))
        popleft = property(operator.attrgetter("take"))
        __len__ = property(operator.attrgetter("measure"))

        @property  # so that what is freed by it is freed without a frame of ours on the stack
        def clear(self):
            try:
                self.cleared()
            except BaseException as error:
                self.caught(error)
            self.__class__ = _Plain
            return empty.__get__(self)

    class _Plain(_Queue):
        __slots__ = ()

    class deque(_Queue):
        __slots__ = ()

        def append(self, handle):
            _push(self, handle)
            self.__class__ = _Plain  # uvloop has other uses for a queue
            if type(handle).__name__ == "Handle":
                loops = (each for each in referents(handle) if any(one is self for one in referents(each)))
                begin_with(self, next(loops, None))

    def begin_with(queue, loop):
        try:
            if loop is not None and recorder.words is not None:
                queue.begin(library, loop)
                queue.put_in.extend([clock()] * length(queue))
                queue.note = _note_and_push(queue)
                queue.take, queue.measure = _after(queue, take, pop), _after(queue, measure, length)
                queue.__class__ = _Traced
        except Exception as error:
            if _asyncdemo_trace.raised_elsewhere(error):
                raise
            recorder.give_up()

    def adopt(loop):
        """The queue of a loop that begins to run and has not put anything in yet; None where it has none."""
        queue = next((each for each in referents(loop) if type(each) is deque), None)
        if queue is not None:
            begin_with(queue, loop)
        return queue if type(queue) is _Traced else None

    for each in (_Traced, _Plain, deque):
        each.__module__, each.__qualname__, each.__name__ = "collections", "deque", "deque"
    library.adopt = adopt
    return deque
