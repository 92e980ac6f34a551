"""Traces trio by way of its instruments.

Every run gets an instrument of ours besides those that the script has given it. As long as it is the only one it is
called without the detour over the list of all, which would cost more than the recording itself. trio tells how a task
has ended to its nursery only: for that the local variable `outcome` of Runner.task_exited is read.
"""

import _functools
import _thread
import _weakref
import sys
import time

import _asyncdemo_layout as layout
import _asyncdemo_snapshot
import _asyncdemo_trace
from _asyncdemo_waits import attribute

_clock = time.monotonic_ns
_NEVER = 1 << 62  # a start that makes no step look long
_FAR = 80_000  # seconds: trio waits for a day at most, where nothing has a deadline
_FOREVER = 1e9  # seconds: deadlines further away than that are none
_OWN_TASK = "<TrioToken.run_sync_soon task>"  # what trio calls one of the tasks with which it runs


def trace(recorder, run):
    """Have every run traced that begins from now on. `run` is the module trio._core._run."""
    generators = run.AsyncGenerators
    original = generators.install_hooks
    instruments = _instruments_class(run, recorder)

    def install_hooks(self, runner, *args, **kwargs):  # called once for each run: all is there, nothing has begun
        original(self, runner, *args, **kwargs)
        try:
            instrument = _Instrument(run, runner, recorder)
            if runner.instruments["_all"]:
                runner.instruments.add_instrument(instrument)
            else:
                runner.instruments = instruments([instrument])
                runner.instruments.only = instrument
        except Exception as error:
            if _asyncdemo_trace.raised_elsewhere(error):
                raise
            recorder.give_up()

    install_hooks.__module__, install_hooks.__qualname__ = original.__module__, original.__qualname__
    generators.install_hooks = install_hooks
    recorder.words[layout.TRACED] |= 2


class _Task:
    """What is known of one task."""

    __slots__ = ("has_own_code", "key", "name", "step", "task", "wake")

    def __init__(self, key, task=None):
        self.key, self.step = key, key << 4 | layout.STEP
        self.task = task and _weakref.ref(task)
        self.wake = 0
        self.name = ""

    def asked(self):
        """The coroutine, the name and ignored cancellations of the task; None when it is over."""
        task = self.task()
        return None if task is None else (task.coro, _name_of(task), 0, None)  # in trio nobody can ignore them


def _name_of(task):
    return task.name if issubclass(type(task.name), str) else ""


class _Instrument:
    """Is told by trio what happens in one run."""

    __slots__ = (
        "_by_key",
        "_clocks",
        "_current",  # whose step goes on
        "_loop",  # stands for trio's own doings where otherwise a task stands
        "_patience",  # for how long it may not be idle before its tasks are looked at
        "_places",
        "_recorder",
        "_rested",  # when it was idle the last time
        "_run",
        "_runner",
        "_started",  # when the step began
        "_tasks",
        "_thread",
        "is_own",
    )

    def __init__(self, run, runner, recorder):
        key = recorder.key()
        recorder.tell(key, layout.LOOP, key, "", None, _thread.get_ident())
        self._run, self._runner, self._recorder = run, runner, recorder
        self._clocks = _asyncdemo_trace.Clocks(recorder)
        self._places = _asyncdemo_trace.Places(recorder)
        self._thread = _thread.get_ident()
        self._loop = self._current = _Task(key)
        self._started = _NEVER
        self._rested, self._patience = _clock(), layout.BUSY
        self._tasks, self._by_key = {}, {}
        self.is_own = self._places.is_own_file
        recorder.sections[key] = _functools.partial(_asyncdemo_snapshot.trio_loop, self)

    def key(self):
        """The key of the run."""
        return self._loop.key

    def runner(self):
        """The runner of trio; None when the run is over."""
        return self._runner

    def is_at_rest(self):
        """True if no step goes on."""
        return self._started == _NEVER

    def is_trios(self, task):
        """True if a task is one of trio's own."""
        return self._tasks.get(task, self._loop) is self._loop

    def tasks(self):
        """Pairs of each task and what is known of it, without trio's own."""
        return [(task, known) for task, known in list(self._tasks.items()) if known is not self._loop]

    def know(self, tasks, *, in_step):
        """Get to know the tasks of a run that goes on already, perhaps with a step."""
        for task in list(tasks):
            self._tasks[task] = known = self._loop if self._is_trios(task) else self._new(task)
            if known is not self._loop:
                self._recorder.put(_clock(), known.key << 4 | layout.NEW)
                self._places.look_at(known)
        if in_step:
            self._started = 0

    def task_spawned(self, task):
        try:
            self._tasks[task] = known = self._loop if self._is_trios(task) else self._new(task)
            if known is not self._loop:
                made_by = self._tasks.get(task.parent_nursery.parent_task, self._loop)
                made_by = 0 if made_by is self._loop else made_by.key + 1
                self._recorder.put(_clock(), known.key << 4 | layout.NEW, made_by | layout.NOT_BEGUN)
        except Exception as error:
            self._lost(error)

    def task_scheduled(self, task):
        try:
            self._tasks[task].wake = self._due(task) if self._current is self._loop else _clock()
        except Exception as error:
            self._lost(error)

    def before_task_step(self, task):
        try:
            now = self._over(_clock())
            self._current = current = self._tasks[task]
            self._started = now
            self._recorder.put(now, current.step, current.wake)
        except Exception as error:
            self._lost(error)

    def task_exited(self, task):
        try:
            now = _clock()
            self._over(now)
            known = self._tasks.pop(task)
            if known is not self._loop:
                self._places.rename(known, _name_of(task))
                self._recorder.put(now, known.key << 4 | self._how_ended(task))
                del self._by_key[known.key]
            self._current, self._started = self._loop, _NEVER
        except Exception as error:
            self._lost(error)

    def before_io_wait(self, timeout):
        try:
            now = self._over(_clock())
            self._current, self._started = self._loop, _NEVER
            if timeout > 0:
                self._rested, self._patience = now, layout.BUSY
                self._places.idle(self._loop.key, now, self._by_key)
                if timeout > _FAR and self._by_key and not _asyncdemo_snapshot.inputs_of_trio(self):
                    self._stand_still()
            else:
                place = self._recorder.put(now, self._loop.key << 4 | layout.POLL)
                if now - self._rested > self._patience:
                    self._patience *= 2
                    self._places.glance(place, self._by_key)
            self._clocks.turn(now)
        except Exception as error:
            self._lost(error)

    def _stand_still(self):
        """No deadline and no input: unless something else can wake the run, it stands still for good."""
        if not _asyncdemo_snapshot.others_that_wake(None):
            _asyncdemo_snapshot.take(self._recorder, layout.NOTHING_LEFT, list(self._recorder.sections.values()))

    def after_run(self):
        self._recorder.sections.pop(self._loop.key, None)
        try:
            self._recorder.put(_clock(), self._loop.key << 4 | layout.STOP)
        except Exception as error:
            self._lost(error)
        self._forget()

    def _lost(self, error):
        """Trace no more: something is not as expected, or there is no room left, or this is a forked child.

        An error that is not of our making goes on its way.
        """
        if _asyncdemo_trace.raised_elsewhere(error):
            raise error
        self._recorder.give_up()
        self._forget()

    def _forget(self):
        """Nothing of ours is kept any longer."""
        runner, self._runner = self._runner, None
        try:
            if runner is not None and len(runner.instruments["_all"]) > 1:
                runner.instruments.remove_instrument(self)
            elif runner is not None:
                runner.instruments = self._run.Instruments([])
        except Exception:
            pass

    def _over(self, now):
        """What ran has ended. Gives the time: reading the clocks after a long step takes some."""
        if now - self._started <= layout.LONG:
            return now
        place = self._clocks.long_step(self._current.key, now)
        if now - self._started > layout.HELD:
            self._places.look(place, self._by_key)
            self._clocks.turn(_clock())
        return _clock()

    def _is_trios(self, task):
        """True if a task is one of those with which trio itself runs."""
        nursery = task.parent_nursery
        if nursery is None or task.name == _OWN_TASK:
            return True
        in_system = nursery is getattr(task._runner, "system_nursery", None)
        return in_system and not self._places.is_own(_asyncdemo_trace.code_of(task.coro))

    def _new(self, task):
        """Get to know a task."""
        known = _Task(self._recorder.key(), task)
        known.name = _name_of(task)
        code = _asyncdemo_trace.code_of(task.coro)
        known.has_own_code = self._places.is_own(code)
        self._by_key[known.key] = known
        self._recorder.tell(known.key, layout.TRIO, self._loop.key, known.name, code, self._thread)
        return known

    def _due(self, task):
        """When a task got ready that no step has woken up: if a deadline did it, when that was."""
        now, clock = _clock(), task._runner.clock
        if type(clock) is not self._run.SystemClock:
            return now
        since, status = clock.current_time(), task._cancel_status
        late = 0.0
        while status is not None:
            scope = status._scope
            if scope.cancel_called and 0 <= since - scope._deadline < _FOREVER:
                late = max(late, since - scope._deadline)
            status = None if scope.shield else status._parent
        return now - int(late * 1e9)

    def _how_ended(self, task):
        outcome = task._runner.main_task_outcome if task is task._runner.main_task else _outcome()
        if outcome is None:
            return layout.GONE
        error = getattr(outcome, "error", None)
        if error is None:
            return layout.RETURNED
        return layout.CANCELLED if self._is_cancelled(error) else layout.RAISED

    def _is_cancelled(self, error):
        if issubclass(type(error), self._run.Cancelled):
            return True
        parts = attribute(error, "exceptions")
        return type(parts) in (list, tuple) and bool(parts) and all(map(self._is_cancelled, parts))


def _outcome():
    """The local variable of Runner.task_exited, which is calling; None where it is not to be found."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name == "task_exited" and "outcome" in frame.f_locals:
            return frame.f_locals["outcome"]
        frame = frame.f_back
    return None


def _instruments_class(run, recorder):
    """Make the class of the instruments of a run as long as ours is the only one."""
    plain = run.Instruments
    times, wakes, codes, places = recorder.times, recorder.wakes, recorder.codes, recorder.places
    clock, long, following = time.monotonic_ns, layout.LONG, next

    class Instruments(plain):
        __slots__ = ("only",)

        def call(self, hookname, task=None, *_):
            only = self.only
            try:
                if hookname == "task_scheduled":
                    only._tasks[task].wake = only._due(task) if only._current is only._loop else clock()
                elif hookname == "before_task_step":
                    now = clock()
                    if now - only._started > long:
                        now = only._over(now)
                    only._current = current = only._tasks[task]
                    place = following(places)
                    times[place] = only._started = now
                    wakes[place] = current.wake
                    codes[place] = current.step
                elif hookname == "after_run":
                    only.after_run()
                else:
                    getattr(only, hookname)(task)
            except Exception as error:
                only._lost(error)

        @property  # so that there is no frame of ours on the stack when it fails
        def add_instrument(self):
            if not hasattr(self, "only"):
                return super().add_instrument
            self.only._runner.instruments = more = plain([self.only])
            return more.add_instrument

    if not issubclass(plain, dict):  # there the look-up is Python code
        Instruments.__contains__ = frozenset(name for name in dir(_Instrument) if not name.startswith("_")).__contains__
    for name in ("__module__", "__qualname__"):
        setattr(Instruments, name, getattr(plain, name))
    return Instruments
