"""The probe in an interpreter that runs already: what scripts do there that `sys.remote_exec` puts in.

They run in the main thread between two bytecodes, wherever that may be: in a step of a task, in asyncio's own code, in
the wait for input, in a function of ours. CPython 3.14 and newer.
"""

import _functools
import _thread
import collections
import itertools
import os
import sys
import time

import _asyncdemo_asyncio
import _asyncdemo_layout as layout
import _asyncdemo_probe
import _asyncdemo_queue
import _asyncdemo_snapshot
import _asyncdemo_touches
import _asyncdemo_trace
from _asyncdemo_waits import attribute

_NEVER = 1 << 62
_clock = time.monotonic_ns


def look(memory):
    """Store a snapshot of all loops and threads, and who the tasks are. Leaves nothing behind."""
    words = _asyncdemo_probe._words_at(memory)
    if words[layout.LEAVE]:
        return  # nobody waits for it any more
    recorder = _recorder(words)
    try:
        other = _loop_in_c()
        loops = running_loops() + ([] if other is None else [(other, _thread.get_ident(), True)])
        queues = [_seen(recorder, *each) for each in loops]
        for run in _runs_of_trio():
            _see_trio(recorder, *run)
        _asyncdemo_snapshot.take_all(recorder, outside(sys._getframe()))
        words[layout.ATTACHED] = layout.MAGIC
        for queue in queues:
            queue.forget()
    finally:
        recorder.release()
        recorder.unmap()


def _recorder(words):
    words[layout.PID], words[layout.VERSION], words[layout.CPYTHON] = os.getpid(), sys.hexversion, 1
    words[layout.TRACED] = 1
    return _asyncdemo_trace.Recorder(words, _asyncdemo_probe._libraries(words), watch_forks=False)


def outside(frame):
    """The innermost frame that is not ours."""
    while frame is not None and frame.f_code.co_filename.startswith(_asyncdemo_trace._FILES):
        frame = frame.f_back
    script = None if frame is None or frame.f_code.co_name != "_asyncdemo" else frame.f_back
    if script is not None and frame.f_code in script.f_code.co_consts:
        return script.f_back  # the function of the script that was put in
    return frame


def running_loops():
    """The loops of asyncio that run: each with the identifier of its thread, and whether a step of it goes on."""
    base = sys.modules.get("asyncio.base_events")
    found = {}
    for thread, innermost in sys._current_frames().items() if base is not None else ():
        frame, inner = innermost, None
        while frame is not None:
            if frame.f_code.co_name in ("_run_once", "run_forever"):
                loop = frame.f_locals.get("self")
                if issubclass(type(loop), base.BaseEventLoop) and id(loop) not in found:
                    found[id(loop)] = loop, thread, inner is not None and inner.f_code.co_name == "_run"
            inner, frame = frame, frame.f_back
    return list(found.values())


def _loop_in_c():
    """The loop of this thread if it is of another make, such as uvloop's, which has no frames; else None."""
    events = sys.modules.get("asyncio.events")
    loop = None if events is None else events._get_running_loop()
    return None if loop is None or attribute(loop, "_ready") is not None else loop


def _library(recorder):
    names = "asyncio.base_events", "asyncio.events", "asyncio.futures", "asyncio.tasks"
    return _asyncdemo_asyncio._Library(recorder, *map(sys.modules.get, names))


class _OfAnother(_asyncdemo_queue.Queue):
    """Stands for the queue of a loop that keeps its handles, timers and inputs to itself."""

    timers_of = inputs_of = staticmethod(lambda _: -1)
    is_closed = staticmethod(lambda loop: loop.is_closed())


def _seen(recorder, loop, thread, in_step):
    """What stands for the queue of a loop that is only looked at."""
    ready = attribute(loop, "_ready")
    queue = _OfAnother() if ready is None else _asyncdemo_queue.Queue()
    queue.begin(_library(recorder), loop)
    queue.extend(list(ready or ()))
    queue.home, queue.started = thread, 0 if in_step else _NEVER
    queue.look_for_begun(loop, _clock())
    return queue


def _runs_of_trio():
    """The runs of trio that go on, each with the module, the runner, and whether a step of it may go on."""
    run = sys.modules.get("trio._core._run")
    for innermost in sys._current_frames().values() if run is not None else ():
        frame, turns = innermost, False
        while frame is not None:
            turns = turns or frame.f_code is run.unrolled_run.__code__
            if frame.f_code is run.run.__code__ and "runner" in frame.f_locals:
                yield run, frame.f_locals["runner"], turns
            frame = frame.f_back


def _see_trio(recorder, run, runner, in_step):
    import _asyncdemo_trio

    _asyncdemo_trio._Instrument(run, runner, recorder).know(runner.tasks, in_step=in_step)


def _watch_trio(attached, run, runner, in_step):
    """Put an instrument that takes itself out again into a run of trio."""
    import _asyncdemo_trio

    class Instrument(_asyncdemo_trio._Instrument):
        __slots__ = ("home",)

        def before_io_wait(self, timeout):
            if attached.is_over():
                self.leave()
            else:
                super().before_io_wait(timeout)

        def after_run(self):
            super().after_run()
            attached.left(self)

        def leave(self):
            attached.look_once_more()
            self._forget()
            attached.left(self)

        def forget(self):
            attached.recorder.sections.pop(self.key(), None)

    instrument = Instrument(run, runner, attached.recorder)
    instrument.home = _thread.get_ident()
    instrument.know(runner.tasks, in_step=in_step)
    runner.instruments.add_instrument(instrument)
    attached.recorder.words[layout.TRACED] |= 2
    return instrument


def put_in(memory):
    """Trace the loops that run, and those that begin to, until the tool says that it is enough, or is gone."""
    words = _asyncdemo_probe._words_at(memory)
    loops = running_loops()
    if words[layout.LEAVE]:
        return
    recorder = _recorder(words)
    runs = list(_runs_of_trio())
    if not loops and not runs:
        if _loop_in_c() is not None:
            recorder.untraced(False)
        recorder.release()
        words[layout.LEFT], words[layout.ATTACHED] = 1, layout.MAGIC
        recorder.unmap()
        return
    words[layout.READY], words[layout.READY_CPU] = _clock(), time.process_time_ns()
    attached = _Attached(recorder)
    try:
        attached.watch_all(loops, runs)
    except BaseException:
        recorder.give_up()  # what is in already leaves at its next turn
        attached.leave_resting()
        raise
    finally:
        attached.is_in_place()


def take_out():
    """Take everything out whose loop does not run: the others see to it themselves when they next turn."""
    events = sys.modules.get("asyncio.events")
    attached = getattr(getattr(events, "_set_running_loop", None), "attached", None)
    if attached is not None:
        attached.leave_resting()


class _Attached:
    """All that was put into this process: queues in loops, and what is told when loops begin and stop to run."""

    def __init__(self, recorder):
        self.recorder, self._queues, self._pid = recorder, [], os.getpid()
        if "asyncio.tasks" in sys.modules:
            self.library = _library(recorder)
            self._kind = _queue_class(self)
        self._restore = []
        self._coming = 0  # loops of other threads that were asked to be adopted there
        self._has_looked = False

    def is_over(self):
        """True if it is time to leave."""
        words = self.recorder.words
        return words is None or words[layout.LEAVE] or _clock() - words[layout.BEAT] > layout.STALE

    def watch_all(self, loops, runs):
        """Watch what runs, and what begins to; of a loop in another thread it is asked that it is done there."""
        elsewhere = [loop for loop, thread, _ in loops if thread != _thread.get_ident()]
        if elsewhere:
            self.tell_of_main_thread()
        self.watch_runs()
        for run in runs:
            self.watch_trio(*run)
        for loop, thread, in_step in loops:
            if thread == _thread.get_ident():
                self.adopt(loop, in_step=in_step)
        self._coming = len(elsewhere)
        for loop in elsewhere:
            # In its own thread nothing else goes on in the loop meanwhile.
            self.library.loop.call_soon_threadsafe(loop, self._adopt_there, loop)
        self._finish_without_any()

    def is_in_place(self):
        """Let the tool know that all was put in, if it was not told yet that nothing is left."""
        if self.recorder._header is not None:
            self.recorder._header[layout.ATTACHED] = layout.MAGIC

    def _adopt_there(self, loop):
        try:
            self.adopt(loop, in_step=True)
        finally:
            self._coming -= 1
            self._finish_without_any()

    def tell_of_main_thread(self):
        """Have the main thread told from the others."""
        recorder, threading = self.recorder, sys.modules.get("threading")
        key = recorder.key()
        main = threading.main_thread() if threading is not None else None
        recorder.tell(key, layout.THREAD, key, "MainThread", None, main.ident if main is not None else 0)
        recorder.put(_clock(), key << 4 | layout.NEW)
        recorder.words[layout.MAIN] = key

    def watch_runs(self):
        """Take note when a loop begins and stops to run; a fork is told in the same way."""
        events = sys.modules.get("asyncio.events")
        if events is None:
            return  # a program of trio alone
        original, running = events._set_running_loop, events._get_running_loop

        def _set_running_loop(*args, **kwargs):
            before = running()
            original(*args, **kwargs)
            try:
                self._ran(before, running())
            except Exception as error:
                if _asyncdemo_trace.raised_elsewhere(error):
                    raise
                self.recorder.give_up()

        _set_running_loop.attached = self
        for module in (events, sys.modules["asyncio"]):
            if getattr(module, "_set_running_loop", None) is original:
                module._set_running_loop = _set_running_loop
                self._restore.append((module, _set_running_loop, original))

    def _ran(self, before, loop):
        if os.getpid() != self._pid:
            self._forked()
        elif self.is_over():
            self.leave_resting()
        else:
            queue = self.library.queue_of(before) if before is not None and before is not loop else None
            if queue is not None:
                queue.left()
            queue = self.library.queue_of(loop) if loop is not None else None
            if queue is not None:
                queue.entered()
            elif loop is not None:
                self.adopt(loop)

    def adopt(self, loop, *, in_step=False):
        """Put a queue of ours into a loop that runs in this thread, in the place of its own."""
        if self.is_over():
            return
        former = attribute(loop, "_ready")
        if not self.library.has_its_queue(loop) or type(former) is not collections.deque:
            self.recorder.untraced(self.library.has_its_queue(loop))
            return
        queue = self._kind()
        queue.begin(self.library, loop)
        queue.former, queue.has_left = former, False
        self._queues.append(queue)
        filling, moving = queue.extend, _all_of(former)
        loop._ready = queue  # no signal and no other thread comes in between this and the next call
        filling(moving)
        queue.goes_on(in_step)

    def watch_trio(self, run, runner, in_step):
        """Watch a run of trio that goes on."""
        self._queues.append(_watch_trio(self, run, runner, in_step))

    def left(self, queue):
        """A queue is out of its loop again; after the last one nothing of ours is left."""
        if queue not in self._queues:
            return
        self._queues.remove(queue)
        queue.forget()
        if not self._queues:
            self._finish()

    def _finish_without_any(self):
        """Leave nothing where there is no loop that could be watched."""
        if not self._queues and (self._coming <= 0 or self.is_over()):
            self._finish()

    def _finish(self):
        """Take out what is not a queue, and let go of the memory."""
        for module, ours, original in self._restore:
            if module._set_running_loop is ours:
                module._set_running_loop = original
        words = self.recorder._header
        self.recorder.release()
        if words is not None and os.getpid() == self._pid:
            words[layout.END_CPU], words[layout.END] = time.process_time_ns(), _clock()
            words[layout.LEFT], words[layout.ATTACHED] = 1, layout.MAGIC
        self.recorder.unmap()

    def look_once_more(self):
        """Store where all tasks are, if the tool has asked for that."""
        words = self.recorder.words
        if words is not None and words[layout.WANTED] and not self._has_looked:
            self._has_looked = True
            _asyncdemo_snapshot.take_all(self.recorder, outside(sys._getframe()))

    def leave_resting(self):
        """Take the queues out of loops that do not run."""
        for queue in list(self._queues):
            if queue.home is None:
                queue.leave()
        self._finish_without_any()

    def _forked(self):
        """This is a copy of the process, and must not write into its memory."""
        self.recorder.words = None
        for queue in list(self._queues):
            queue.leave()
        self._finish_without_any()


def _all_of(queue):
    """An iterator that takes the handles out of a queue that it has now."""
    return itertools.starmap(_functools.partial(collections.deque.popleft, queue), [()] * len(queue))


def _queue_class(attached):
    """The class of the queues that are put into loops, and taken out again."""
    traced = _asyncdemo_queue.queue_class(attached.recorder, attached.library.stepper, attached.library.timer)
    plain, is_over, looks = collections.deque, attached.is_over, traced.__bool__
    push_plainly = plain.append

    def push(queue, handle):
        push_plainly(queue, handle)
        if queue.has_left:  # it was just about to be put in by another thread
            queue.hand_over()

    class deque(traced):
        __slots__ = ("former", "has_left")  # the loop's own queue; whether it has that again

        append = _asyncdemo_touches.append_among_threads(traced.append, attached.library.stepper, push)

        def __bool__(self):
            try:
                if is_over():
                    self.leave()
                    return len(self.former) > 0
                if self.former:  # other threads were about to put something in there
                    self.extend(_all_of(self.former))
                    self.check(_clock())
            except BaseException as error:
                self.caught(error)
            return looks(self)

        def lost(self):
            """Trace no more: then it is time to leave. Who comes late to a queue that has left finds nothing there."""
            if not self.has_left:
                attached.recorder.give_up()

        def goes_on(self, in_step):
            """Take note of a loop that runs already, of its tasks, and of the step that goes on, if one does."""
            library, loop, now = attached.library, self.owner(), _clock()
            self.home = self.thread = _thread.get_ident()
            self.put_in.extend([now] * plain.__len__(self))
            attached.recorder.runs_in(self.callbacks.key, self.thread)
            for task in library.all_tasks(loop):
                coroutine = library.kind_of(task).get_coro(task)
                frame = _asyncdemo_trace.asked_of(coroutine, "frame")
                new = frame is not None and _asyncdemo_snapshot.has_not_begun(coroutine, frame)
                is_new = new and not _asyncdemo_trace.asked_of(coroutine, "running")
                known = self.begun(task, None, now, layout.NOT_BEGUN if is_new else 0)
                if not is_new:
                    self.places.look_at(known)
            current = library.task_that_runs(loop)
            if in_step:
                self.current = library.known_of(current) or self.callbacks
                self.started = now
                attached.recorder.put(now, self.current.step, now)
            else:
                self.tell(now, layout.IDLE)
            self.turned, self.rested = True, now
            self.clocks.turn(now)

        def leave(self):
            """Put the loop's own queue back, with all that is in this one."""
            if self.has_left:
                return
            attached.look_once_more()
            loop, self.has_left = self.owner(), True
            if loop is not None and attribute(loop, "_ready") is self:
                filling, moving = self.former.extend, _all_of(self)
                loop._ready = self.former
                try:
                    filling(moving)
                except IndexError:
                    self.hand_over()  # another thread is just doing that, too
            attached.left(self)

        def hand_over(self):
            """Move what came in too late to where the loop finds it."""
            while plain.__len__(self):
                try:
                    self.former.append(plain.popleft(self))
                except IndexError:
                    break  # another thread has done it

    deque.__module__, deque.__qualname__ = "collections", "deque"
    return deque
