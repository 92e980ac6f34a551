"""The probe in an interpreter that runs already: what scripts do there that `sys.remote_exec` puts in.

They run in the main thread between two bytecodes, wherever that may be: in a step of a task, in asyncio's own code, in
the wait for input, in a function of ours. CPython 3.14 and newer.
"""

import _functools
import collections
import sys
import time

import _asyncdemo_asyncio
import _asyncdemo_layout as layout
import _asyncdemo_probe
import _asyncdemo_queue
import _asyncdemo_snapshot
import _asyncdemo_trace

_OURS = "<string>", _asyncdemo_trace._FILES  # what files of ours begin with; that of the script is the first
_NEVER = 1 << 62


def look(memory):
    """Store a snapshot of all loops and threads, and who the tasks are. Leaves nothing behind."""
    words = _asyncdemo_probe._words_at(memory)
    if words[layout.LEAVE]:
        return  # nobody waits for it any more
    recorder = _recorder(words)
    try:
        queues = [queue for each in running_loops() if (queue := _seen(recorder, *each)) is not None]
        for run in _runs_of_trio():
            _see_trio(recorder, *run)
        _asyncdemo_snapshot.take_all(recorder, outside(sys._getframe()))
        words[layout.ATTACHED] = layout.MAGIC
    finally:
        recorder.release()
    for queue in queues:
        queue.forget()


def _recorder(words):
    words[layout.PID], words[layout.VERSION], words[layout.CPYTHON] = _asyncdemo_probe.os.getpid(), sys.hexversion, 1
    words[layout.TRACED] = 1
    return _asyncdemo_trace.Recorder(words, _asyncdemo_probe._libraries(words), watch_forks=False)


def outside(frame):
    """The innermost frame that is not ours."""
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
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


def _library(recorder):
    names = "asyncio.base_events", "asyncio.events", "asyncio.futures", "asyncio.tasks"
    return _asyncdemo_asyncio._Library(recorder, *map(sys.modules.get, names))


def _seen(recorder, loop, thread, in_step):
    """What stands for the queue of a loop that is only looked at; None of one that keeps its handles elsewhere."""
    if not isinstance(getattr(loop, "_ready", None), collections.deque):
        return None
    queue = _asyncdemo_queue.Queue()
    queue.begin(_library(recorder), loop)
    queue.extend(list(loop._ready))
    queue.home, queue.started = thread, 0 if in_step else _NEVER
    queue.look_for_begun(loop, time.monotonic_ns())
    return queue


def _runs_of_trio():
    """The runs of trio that go on, each with the module, the runner, and whether a step of it goes on."""
    run = sys.modules.get("trio._core._run")
    for innermost in sys._current_frames().values() if run is not None else ():
        frame, inner = innermost, None
        while frame is not None:
            if frame.f_code is run.unrolled_run.__code__:
                yield run, frame.f_locals["runner"], inner is not None and "trio" not in inner.f_code.co_filename
            inner, frame = frame, frame.f_back


def _see_trio(recorder, run, runner, in_step):
    import _asyncdemo_trio

    instrument = _asyncdemo_trio._Instrument(run, runner, recorder)
    instrument.know(runner.tasks, in_step=in_step)
    recorder.sections[instrument.key()] = _functools.partial(_asyncdemo_snapshot.trio_loop, instrument)
