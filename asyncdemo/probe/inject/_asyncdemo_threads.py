"""Traces threads by way of the table in which the module threading keeps those that run.

Each thread puts itself in and takes itself out, so nothing is wrapped around what it does. What it was doing, running
or waiting, only its clocks can tell, for the whole of its life; of the workers of a ThreadPoolExecutor for each job.
"""

import _functools
import _thread
import sys
import time
import types

import _asyncdemo_layout as layout
import _asyncdemo_trace

_clock = time.monotonic_ns


def trace(recorder, threading):
    """Have every thread traced that is started from now on by way of the module threading."""
    threads = _Threads(threading, recorder)
    plain = dict

    class Active(plain):
        __slots__ = ()

        def __setitem__(self, ident, thread):
            plain.__setitem__(self, ident, thread)
            threads.started(ident, thread)

        def __delitem__(self, ident):
            threads.ended(ident)
            plain.__delitem__(self, ident)

    Active.__module__, Active.__qualname__ = plain.__module__, plain.__qualname__
    threading._active = Active(threading._active)
    recorder.words[layout.TRACED] |= 4


class _Thread:
    """What is known of one thread."""

    __slots__ = ("clocks", "is_worker", "key", "name", "since")

    def __init__(self, key, name, recorder):
        self.key, self.name = key, name
        self.clocks = _asyncdemo_trace.Clocks(recorder)
        self.is_worker = False
        self.since = 0  # when its life or its job began; 0: it has none


class _Threads:
    """The threads that run."""

    def __init__(self, threading, recorder):
        self._threading, self._recorder = threading, recorder
        self._known = recorder.threads
        self._asked = set()  # classes that tell us of jobs

    def started(self, ident, thread):
        """A thread begins; this is called in it."""
        if issubclass(type(thread), self._threading._DummyThread):
            return  # was started elsewhere, nobody knows when, and will not tell of its end
        try:
            recorder, now = self._recorder, _clock()
            if not recorder.words[layout.MAIN]:
                self._tell_of_main_thread()
            name, target = vars(thread).get("_name"), vars(thread).get("_target")
            name = name if type(name) is str else ""
            self._known[ident] = known = _Thread(recorder.key(), name, recorder)
            recorder.tell(known.key, layout.THREAD, known.key, name, _code_of(target or type(thread).run), ident)
            recorder.there_are_threads()
            recorder.put(now, known.key << 4 | layout.NEW)
            known.clocks.begin(now)
            known.is_worker = self._is_worker(thread, target)
            if not known.is_worker:
                self._begin(known, now)
        except Exception:
            self._recorder.give_up()

    def ended(self, ident):
        """A thread ends; this is called in it."""
        known = self._known.pop(ident, None)
        if known is None:
            return
        try:
            now = _clock()
            self._end(known, now)
            thread = self._threading._active.get(ident)
            name = vars(thread).get("_name") if thread is not None else known.name
            if type(name) is str and name != known.name:
                self._recorder.rename(known.key, name)
            self._recorder.put(now, known.key << 4 | layout.GONE)
        except Exception:
            self._recorder.give_up()

    def _tell_of_main_thread(self):
        """The main program is worth a lane as soon as there is another one."""
        recorder = self._recorder
        recorder.words[layout.MAIN] = key = recorder.key()
        main = self._threading.main_thread()
        recorder.tell(key, layout.THREAD, key, main.name, None, main.ident)
        recorder.put(recorder.words[layout.READY], key << 4 | layout.NEW)

    def _begin(self, known, now):
        known.since = now
        self._recorder.put(now, known.key << 4 | layout.STEP, now)

    def _end(self, known, now):
        since, known.since = known.since, 0
        if since:
            if now - since > layout.LONG:
                known.clocks.long_step(known.key, now)
            else:
                self._recorder.put(now, known.key << 4 | layout.OVER)

    def _is_worker(self, thread, target):
        """True if a thread is the worker of a ThreadPoolExecutor; if so, see to it that we are told of its jobs."""
        pools = sys.modules.get("concurrent.futures.thread")
        if pools is None or target is not pools._worker:
            return False
        executor = vars(thread)["_args"][0]()
        if executor is None:
            return False
        idle = executor._idle_semaphore
        if type(idle) is self._threading.Semaphore:
            idle.__class__ = self._telling_semaphore()
        self._ask(pools._base.Future, "set_running_or_notify_cancel", self._job_begins)
        return True

    def _telling_semaphore(self):
        plain = self._threading.Semaphore
        telling = type(plain.__name__, (plain,), {"__module__": plain.__module__, "__qualname__": plain.__qualname__})
        self._ask(telling, "release", self._job_is_over)
        return telling

    def _ask(self, owner, name, note):
        if owner not in self._asked:
            self._asked.add(owner)
            setattr(owner, name, _asyncdemo_trace.Asked(getattr(owner, name), note))

    def _job_begins(self, _):
        known = self._known.get(_thread.get_ident())
        if known is not None and known.is_worker:
            try:
                now = _clock()
                self._end(known, now)
                known.clocks.turn(now)
                self._begin(known, now)
            except Exception:
                self._recorder.give_up()

    def _job_is_over(self, _):
        known = self._known.get(_thread.get_ident())
        if known is not None:
            try:
                self._end(known, _clock())
            except Exception:
                self._recorder.give_up()


def _code_of(target):
    """The code object of what a thread runs; None where that cannot be known without asking it."""
    while type(target) is _functools.partial:
        target = target.func
    if type(target) is types.MethodType:
        target = target.__func__
    return target.__code__ if type(target) is types.FunctionType else None
