"""The queue of ready handles that a traced event loop of asyncio has in the place of its own.

Two methods run at every step (append and popleft in queue_class): what can be is done elsewhere, in C, or not at all.
"""

import _functools
import _thread
import _weakref
import collections
import sys
import time
import types

import _asyncdemo_layout as layout
import _asyncdemo_overdue
import _asyncdemo_reasons
import _asyncdemo_snapshot
import _asyncdemo_touches
import _asyncdemo_trace
from _asyncdemo_references import Task, is_running, known_of, nobody, of_callbacks
from _asyncdemo_waits import attribute

_STEP, _RETURNED, _NOT_BEGUN = layout.STEP, layout.RETURNED, layout.NOT_BEGUN
_references = _weakref.getweakrefcount
_WEAK_SET = sys.version_info < (3, 14)  # how many references a task has when it is shown to us: in the set of all
_NAMED_LATE = sys.version_info < (3, 13)  # a task is given its name after it was made
_KEYS = layout.INFOS
_MANY_FORMS = 1000  # different code of tasks; of more it is found out again
_NEVER = 1 << 62  # a start that makes no step look long
_FOREIGN = 4  # threads, besides those that Python has started, that may be about to put something in
_STALE = 100_000_000  # ns after which a thread will not do so any more

_clock, _this_thread = time.monotonic_ns, _thread.get_ident
_Coroutine = types.CoroutineType
_length = collections.deque.__len__


class Queue(collections.deque):
    """The queue of one loop: all of its tracing that is not needed at every step."""

    __slots__ = (
        "by_key",  # tasks while they have not ended
        "callbacks",
        "clocks",
        "current",  # whose step goes on
        "forms",  # what is stored of all tasks that have the same code, by the identity of that
        "home",  # the thread that runs the loop, None while none does
        "last",  # the task that was made last
        "library",
        "limit",  # until then no step can have taken long
        "outer",  # tasks whose steps run a loop themselves
        "owner",
        "patience",  # for how long it may not be idle before its tasks are looked at
        "places",
        "put_in",  # when each of the handles in the queue was put in
        "recall",
        "remember",
        "rested",  # when it was idle the last time
        "started",  # when the step began
        "thread",
        "timed",
        "turned",  # whether the loop has looked for input since it was entered: else it has another queue than this
        "watch",
        "when_gone",  # what is called when a task is freed
    )

    def begin(self, library, loop):
        recorder = library.recorder
        key = recorder.key()
        recorder.tell(key, layout.LOOP, key, "", None)
        self.current = self.callbacks = self.last = of_callbacks(key)
        self.library, self.clocks = library, _asyncdemo_trace.Clocks(recorder)
        self.by_key, self.outer, self.forms, self.when_gone = {}, [], {}, self.gone
        self.places = _asyncdemo_trace.Places(recorder, library)
        recorder.sections[key] = _functools.partial(_asyncdemo_snapshot.asyncio_loop, self, library)
        self.put_in = collections.deque()
        self.remember, self.recall = self.put_in.append, self.put_in.popleft
        self.started, self.limit, self.thread, self.home = _NEVER, 0, 0, None
        self.rested, self.patience, self.turned = _NEVER, layout.BUSY, False
        self.timed = type.__getattribute__(type(loop), "time") is library.loop.time  # else its times are not ours
        self.owner = owner = _weakref.ref(loop)
        is_closed = self.is_closed

        def died(_):
            loop = owner()
            if loop is not None and not is_closed(loop) and recorder.words is not None:
                _asyncdemo_reasons.say(recorder.words, "a loop", "its queue was replaced")
                recorder.words[layout.UNTRACED] |= 2  # the script has put another queue in its place
                recorder.put(_clock(), key << 4 | layout.STOP)

        self.watch = _weakref.ref(self, died)

    # What a loop of another make tells in other ways.

    @staticmethod
    def callback_of(handle):
        """What a handle calls."""
        return handle._callback

    @staticmethod
    def is_closed(loop):
        """True if the loop is closed."""
        return attribute(loop, "_closed", True)

    @staticmethod
    def timers_of(loop):
        """How many timers the loop has; -1: unknown."""
        return sum(not timer._cancelled for timer in attribute(loop, "_scheduled", ()))

    @staticmethod
    def has_timers(loop):
        """True if the loop has any: asked each time that it goes idle, when they may be many."""
        return any(not timer._cancelled for timer in attribute(loop, "_scheduled", ()))

    @staticmethod
    def inputs_of(loop):
        """How many descriptors the loop waits for, besides the one by which other threads wake it; -1: unknown."""
        proactor = attribute(loop, "_proactor")
        if proactor is not None:  # Windows: what goes on there
            waking, pending = attribute(loop, "_self_reading_future"), getattr(proactor, "_cache", None)
            return -1 if type(pending) is not dict else sum(each[0] is not waking for each in list(pending.values()))
        selector = attribute(loop, "_selector")
        registered = attribute(selector, "_fd_to_key")
        if type(registered) is not dict or type(selector).__module__ != "selectors":
            return -1
        own = attribute(loop, "_ssock")
        return len(registered) - (own is not None and own.fileno() in registered)

    def tell_overdue(self, now):
        """Store which tasks could have gone on but for the step that ends `now`."""
        loop = self.owner()
        if self.timed and loop is not None:
            _asyncdemo_overdue.tell_overdue(self, loop, self.started, now)

    def lost(self):
        """Trace no more: something is not as expected, or there is no room left, or this is a forked child."""
        try:
            self.library.recorder.give_up()
        except AttributeError:
            return  # a copy that the script has made, or the queue of a closed loop
        for name in ("append", "popleft", "clear", "__bool__", "__len__"):
            if name in type(self).__dict__:
                delattr(type(self), name)

    def caught(self, error):
        """Deal with an error that came up in the midst of our code; gives whether it is not of our making.

        If so it is put in front of the queue: there the loop raises it, and no frame of ours is in its traceback.
        """
        if _asyncdemo_trace.raised_elsewhere(error):
            self.appendleft(_asyncdemo_trace.stand_in(error))
            return True
        self.lost()
        return False

    def entered(self):
        """The loop begins to run, or the step goes on that had run a loop."""
        now = _clock()
        if self.outer and is_running(self.outer[-1]) and not is_running(self.current):
            now = self.over(now)
            self.current, self.started = self.outer.pop(), now
            self.library.recorder.put(now, self.current.step, now)
        else:
            if is_running(self.current):
                self.pause(now)
                self.tell(now, layout.POLL)
            if self.thread != _this_thread():
                self.thread = _this_thread()
                self.forms.clear()
            self.current, self.started, self.turned = self.callbacks, _NEVER, False
            self.library.recorder.runs_in(self.callbacks.key, self.thread)
            self.look_for_created(now)
        self.home = _this_thread()
        self.rested, self.patience = now, layout.BUSY
        self.clocks.turn(now)

    def left(self):
        """The loop runs no longer."""
        now, self.home = _clock(), None
        if is_running(self.current):
            self.pause(now)
        else:
            self.over(now)
        self.current, self.started = self.callbacks, _NEVER
        self.tell(now, layout.STOP)
        if not self.turned:
            self.library.recorder.untraced(False)

    def turn(self, ready):
        """The loop looks for input, and goes idle if nothing is `ready`."""
        now, self.turned = _clock(), True
        if self.outer and not is_running(self.outer[-1]):
            self.lose_track(now)
        elif is_running(self.current):
            self.pause(now)
        else:
            now = self.over(now)
        self.current, self.started = self.callbacks, _NEVER
        self.check(now)
        if ready:
            place = self.library.recorder.put(now, self.callbacks.key << 4 | layout.POLL)
            if now - self.rested > self.patience:
                self.patience *= 2
                self.places.glance(place, self.by_key)
        else:
            self.rested, self.patience = now, layout.BUSY
            loop = self.owner()
            if loop is not None and self.library.may_start_unseen(loop):
                self.look_for_begun(loop, now)
            self.places.idle(self.callbacks.key, now, self.by_key)
            if loop is not None and not self.has_timers(loop) and not self.inputs_of(loop):
                self.stand_still(loop)
        self.clocks.turn(now)

    def stand_still(self, loop):
        """The loop is idle, with no timer and no input: unless something else can wake it, it stands still for good."""
        recorder = self.library.recorder
        others = _asyncdemo_snapshot.others_that_wake(loop)
        # A thread may have put in its last handle since the loop asked, and have ended by now.
        if not others and self.by_key and not _length(self):
            _asyncdemo_snapshot.take(recorder, layout.NOTHING_LEFT, list(recorder.sections.values()))

    def tell(self, now, what):
        self.library.recorder.put(now, self.callbacks.key << 4 | what)

    def check(self, now):
        """See to it that the times at which handles were put in belong to those that are in the queue.

        They may not if somebody else has changed the queue, or a signal handler has raised an error at a bad moment:
        then nobody knows. Other threads may be about to put something in: they have remembered the time already.
        """
        times = self.put_in
        before, count, after = _length(self), _length(times), _length(self)
        if count != after:
            threads = _thread._count()
            about_to_come = count - after <= (threads and threads + _FOREIGN)
            if count < before or not about_to_come or (after == 0 and now - times[0] > _STALE):
                times.clear()
                times.extend([0] * _length(self))

    def looked_at(self, now):
        """What ran may have taken long: find out. Gives the time."""
        self.limit = now + layout.LONG  # whatever begins later cannot have taken long before that
        return self.over(now)

    def over(self, now):
        """Store that what ran has ended, and how; returns the time, as reading the clocks takes some."""
        current = self.current
        task, long = current(), now - self.started > layout.LONG
        if long:
            if self.outer and not is_running(self.outer[-1]):
                return self.lose_track(now)
            place = self.clocks.long_step(current.key, now)
            self.tell_overdue(now)
        if task is not None and current.done(task):
            self.ended(current, task, now)
        if not long:
            return now
        if now - self.started > layout.HELD:
            self.places.look(place, self.by_key)
            self.clocks.turn(_clock())
        return _clock()

    def ended(self, current, task, now):
        """A task has ended by the step that just did. It is forgotten at once: its reference mostly goes before it."""
        kind, recorder = current.kind, self.library.recorder
        current.over = True
        self.by_key.pop(current.key, None)
        current.after = nobody  # else they might keep one another
        if kind.cancelled(task):
            recorder.put(now, current.key << 4 | layout.CANCELLED)
        elif attribute(task, "_exception") is not None:  # exception() would count as having retrieved it
            recorder.put(now, current.key << 4 | layout.RAISED, self.raised_at(current, task))
        else:
            recorder.put(now, current.key << 4 | _RETURNED)
        self.look_at_name(current, task)

    def raised_at(self, current, task):
        """What a task has ended with and where, as layout.RAISED has it."""
        error, recorder = attribute(task, "_exception"), self.library.recorder
        where, traceback = 0, error.__traceback__
        while traceback is not None:
            path = traceback.tb_frame.f_code.co_filename
            if self.library.is_own(path):
                where = recorder.file(path) << 32 | traceback.tb_lineno
            traceback = traceback.tb_next
        return recorder.failed(current.key, task) << 48 | where

    def gone(self, task):
        """A task is freed; `task` is the reference to it."""
        if task.over:
            return
        by_key = getattr(self, "by_key", None)
        if by_key is None:
            return  # the loop is closed, or is just being left by another thread
        by_key.pop(task.key, None)
        task.after = nobody
        try:
            now = _clock()
            if task is self.current:
                if now - self.started > layout.LONG:
                    self.clocks.long_step(task.key, now)
                self.current, self.started = self.callbacks, _NEVER
            self.library.recorder.put(now, task.key << 4 | layout.GONE)
        except BaseException as error:
            self.caught(error)

    def freeing(self):
        """A task may be about to be freed: if its step was the last one, nobody can be asked later how it ended."""
        try:
            task = self.current()
            if task is not None and self.current.done(task):
                self.over(_clock())
                self.current, self.started = self.callbacks, _NEVER
        except BaseException as error:
            self.caught(error)

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
        known = known_of(task)
        if known is not None:
            if _NAMED_LATE:
                self.look_at_name(known, task)
            return known
        return self.new(task) if self.library.is_first_step(callback) else self.begun(task, None, now)

    def turn_of(self, task, before, begins, now):
        """What is known of a task that makes a step after another one. `begins`: it may be its first one."""
        found = known_of(task)
        if found is None:
            found = self.new(task) if begins else self.begun(task, None, now)
        elif _NAMED_LATE:
            self.look_at_name(found, task)
        if not before.over:
            before.after = found
        return found

    def look_at_name(self, known, task):
        """A task may have another name by now."""
        name = known.kind.get_name(task)
        if name is not known.name:
            self.places.rename(known, name)

    def begun(self, task, parent, now, mark=0):
        """A task is seen for the first time that has begun before; `parent` is the task that made it, if known."""
        made_by = known_of(parent)
        return self.new(task, now, (0 if made_by is None else made_by.key + 1) | mark)

    def created(self, task):
        """A task was made whose first step is put into the queue. Before the loop runs, `entered` sees to it."""
        home = self.home
        if home is None or (_references(task) > _WEAK_SET and known_of(task) is not None):
            return
        loop, parent, current = self.owner(), None, self.current
        if loop is not None and _this_thread() == home:
            parent = self.library.task_that_runs(loop)
            if parent is None and is_running(current):
                parent = current()  # from 3.14 on, one function does not know the tasks of both kinds
        if parent is None:
            made_by = _NOT_BEGUN
        elif parent is current():
            made_by = current.key + 1 | _NOT_BEGUN
        else:  # one that was started eagerly; if it is this one, about to yield for the first time, who has made it?
            self.begun(task, *((None, _clock()) if parent is task else (parent, _clock(), _NOT_BEGUN)))
            return
        new = self.new(task, _clock(), made_by)
        if not _NAMED_LATE:  # and so need be looked at when it begins
            self.last.after = new  # those that are made together mostly begin in turn
            self.last = new

    def look_for_created(self, now):
        """The loop begins to run: tasks may have been made before."""
        self.check(now)
        for at in range(min(_length(self), len(self.put_in))):  # by index: other threads may put in more meanwhile
            callback, put_in = self.callback_of(self[at]), self.put_in[at]
            task = self.library.task_of(callback)
            if task is not None and known_of(task) is None and self.library.is_first_step(callback):
                self.begun(task, None, put_in or now, layout.NOT_BEGUN)

    def look_for_begun(self, loop, now):
        """The loop goes idle: tasks may have been started eagerly, without the queue, and wait by now."""
        for task in self.library.all_tasks(loop):
            if known_of(task) is None:
                self.begun(task, None, now)

    def new(self, task, made=0, made_by=0):
        """Get to know a task; if it was `made` just then, tell that, too. This is done for every one."""
        library = self.library
        recorder, kind = library.recorder, library.task
        if type(task) is not kind:
            kind = library.kind_of(task)
        key = next(recorder.keys)
        if key >= _KEYS:
            raise IndexError
        name = kind.get_name(task)
        coroutine = kind.get_coro(task)
        code = coroutine.cr_code if type(coroutine) is _Coroutine else _asyncdemo_trace.code_of(coroutine)
        form, is_own, _ = self.forms.get(id(code)) or self.form_of(code)
        self.by_key[key] = new = Task(task, self.when_gone)
        new.key = key
        new.step = key << 4 | _STEP
        new.kind = kind
        new.done = kind.done
        new.name = name
        new.after = nobody
        new.over = False
        new.has_own_code = is_own
        recorder.introduce(key, name, form, made, made_by)
        return new

    def form_of(self, code):
        """What is stored of all tasks with this code, and whether that is user code."""
        if len(self.forms) >= _MANY_FORMS:
            self.forms.clear()
        form = self.library.recorder.form(layout.TASK, self.callbacks.key, code, self.thread)
        # With the code itself: so its identity remains its own.
        self.forms[id(code)] = found = form, self.places.is_own(code), code
        return found

    def ends_with_step_of(self, task):
        """True if the step of this task was put in last."""
        try:
            return self[-1]._callback.__self__ is task
        except (AttributeError, IndexError) as error:
            if _asyncdemo_trace.raised_elsewhere(error):
                raise
            return False

    def cleared(self):
        """The queue is about to be emptied: if because its loop is closed, nothing of ours is kept any longer."""
        self.put_in.clear()
        loop = self.owner()
        if loop is None or self.is_closed(loop):
            self.tell(_clock(), layout.STOP)
            self.forget()

    def forget(self):
        """Keep nothing of the loop and its tasks any longer."""
        self.library.recorder.sections.pop(self.callbacks.key, None)
        for task in (self.callbacks, *self.by_key.values()):
            task.after = nobody  # else they might keep one another
        for name in Queue.__slots__:
            delattr(self, name)


def queue_class(recorder, stepper, timer):
    """Make the class of all queues: what is done at every step."""
    times, wakes, codes, places = recorder.times, recorder.wakes, recorder.codes, recorder.places
    clock, plain, following = time.monotonic_ns, collections.deque, next
    method, function = types.BuiltinMethodType, types.FunctionType
    pop, push, push_back, empty, length = plain.popleft, plain.append, plain.appendleft, plain.clear, plain.__len__

    class deque(Queue):
        __slots__ = ()

        def append(self, handle):
            try:
                remember = self.remember  # called by a local name: CPython 3.11 looks up anew what is in a slot
                remember(clock())
            except BaseException as error:
                if _asyncdemo_trace.raised_elsewhere(error):
                    raise
                self.lost()
            push(self, handle)

        def append_and_look(self, handle):
            try:
                remember = self.remember
                remember(clock())
                callback = handle._callback
                if type(callback) is stepper and callback.__self__ is not self.current():
                    self.created(callback.__self__)
            except BaseException as error:
                if _asyncdemo_trace.raised_elsewhere(error):
                    raise
                self.lost()
            push(self, handle)

        def popleft(self):
            handle = pop(self)
            try:
                now = clock()
                current = self.current
                task, after = current(), current.after  # tasks mostly take turns: the one that came after it before
                if now > self.limit:
                    now = self.looked_at(now)
                elif task is not None and current.done(task):
                    self.ended(current, task, now)
                callback = handle._callback
                kind = type(callback)
                if kind is stepper or (kind is method and callback.__name__ == "task_wakeup"):
                    owner = callback.__self__
                    current = after if after() is owner else self.turn_of(owner, current, kind is stepper, now)
                elif kind is function and type(handle) is not timer:
                    current = self.callbacks
                else:
                    current = self.owner_of(handle, callback, now)
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
            except BaseException as error:
                if isinstance(handle, _asyncdemo_trace.StandIn):
                    return handle
                if self.caught(error):
                    stand_in = pop(self)
                    push_back(self, handle)  # its step must not be lost
                    return stand_in
            return handle

        def __bool__(self):
            try:
                self.turn(length(self) > 0)
            except BaseException as error:
                self.caught(error)
            return length(self) > 0

        @property  # so that what is freed by it is freed without a frame of ours on the stack
        def clear(self):
            try:
                self.cleared()
            except BaseException as error:
                self.caught(error)
            return empty.__get__(self)

    looks = sys.version_info >= (3, 14)  # there tasks written in C come by nowhere else
    if looks:
        looking = deque.append_and_look
        looking.__name__, looking.__qualname__ = deque.append.__name__, deque.append.__qualname__
        deque.append = looking
    del deque.append_and_look
    deque.__module__, deque.__qualname__ = "collections", "deque"
    among_threads = _asyncdemo_touches.append_among_threads(deque.append, stepper if looks else None)
    recorder.once_there_are_threads(lambda: setattr(deque, "append", among_threads))
    return deque
