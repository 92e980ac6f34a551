"""Writes down, of loops that stand still, who waits where for what and what could wake them: text in shared memory.

A snapshot is taken when a loop goes idle and nothing is left that could wake it, and when the tool asks for one. It
reads frames and attributes, and calls nothing of the script's. Each line is a letter and its fields, with tabs between:

    L key why ready timers inputs    a loop: 1 if nothing can wake it
    I ident                          the thread that runs the loop before
    C name coroutine file line       a task of the loop before that was created, and has not begun
    U timeouts                       so many of the timers of the loop before only cancel what takes too long
    W what                           what else could wake it: "signal", "thread", "process"
    T key state kind value           a task: created, running, ready or suspended; for what it waits
    E since                          when the task before began to wait (ns of the monotonic clock), where that is known
    F own file line function         a frame of the task, or of the thread, the outermost first; 1: the script's own
    H id type                        what the frame before holds by an `async with`, or is about to
    R id                             what the frame before has in its variables, of all that is waited for
    O id type held                   the object that the task waits for; how many hold it, -1 where that is unknown
    B key                            the task that holds it, where the library tells
    A key                            a task whose end would wake this one
    P threads most queued            the default pool of threads of the loop before: how many, at most, jobs that wait
    X ident name daemon idle         a thread
    S key                            the thread before waits for a future that only the loop of this key can set
    J ident                          the thread before waits for the end of this one
    Q id queued pending              the thread before has a job of a pool; how many jobs wait for a thread of it; 1: it
                                     waits for the result of a job that has not begun
"""

import _functools
import _thread
import collections
import os
import sys
import time
import types

import _asyncdemo_layout as layout
import _asyncdemo_trace
import _asyncdemo_waits
from _asyncdemo_waits import attribute, name_of

_MOST = 20_000  # tasks of a loop
_DEEP = 60  # frames of a thread
_NEVER = 1e300  # a deadline that never comes
_AT_REST = 1 << 62  # when the step of a queue began while none goes on
_TIMEOUTS = ("_release_waiter", "_on_timeout", "_timeout")  # of asyncio before 3.12 and from then on, and of anyio
_REACH = 4  # steps from a callback to what it sets
_clock = time.monotonic_ns


def take(recorder, why, sections):
    """Store a snapshot: `sections` are functions that give its lines. Does nothing where tracing was given up."""
    words = recorder.words
    if words is None:
        return
    now, lines = _clock(), []
    for section in sections:
        lines += section()
    data = "\n".join(lines).encode("utf-8", "backslashreplace")[: layout.SNAPSHOT - 8]
    start = layout.SNAPSHOT_AT * 8
    words.cast("B")[start : start + len(data)] = data
    words[layout.TAKEN], words[layout.TAKEN_SIZE], words[layout.TAKEN_WHY] = now, len(data), why
    words[layout.TAKEN_AFTER] = recorder.handed_out()
    words[layout.SNAPSHOTS] += 1


def take_all(recorder, frame):
    """Store a snapshot of all loops and threads, as the tool has asked; `frame` is where the main thread is."""
    sections = list(recorder.sections.values())
    queues = [section.args[0] for section in sections if section.func is asyncio_loop]
    running = [queue for queue in queues if is_open(queue)]
    take(recorder, layout.ASKED, [*sections, lambda: threads(recorder, running, frame)])


def is_open(queue):
    """True if the loop of a queue is there and not closed."""
    loop = queue.owner()
    return loop is not None and not queue.is_closed(loop)


def line(*fields):
    text = "\t".join(map(str, fields))
    if "\n" in text or text.count("\t") >= len(fields):
        return "\t".join([str(field).replace("\t", " ").replace("\n", " ") for field in fields])
    return text


def frame_lines(frames, is_own, wanted=()):
    """The lines of frames, given as pairs with what belongs to them, each with what it holds and uses."""
    found = []
    for frame, coroutine in frames:
        code = frame.f_code
        own = int(is_own(code.co_filename))
        found.append(line("F", own, code.co_filename, frame.f_lineno or 0, code.co_name))
        if coroutine is not None:
            for each in _asyncdemo_waits.held_in(frame, coroutine):
                found.append(line("H", _asyncdemo_waits.identity(each), name_of(type(each))))
            if own and wanted:
                found += [line("R", each) for each in _asyncdemo_waits.uses(frame, coroutine, wanted)]
    return found


def frames_of(coroutine):
    """The frames of a coroutine and of what it awaits, the outermost first, each with its coroutine.

    Of one that is being executed there is only its own. CPython 3.11 and 3.12 do not know by themselves that it awaits
    nothing: where the counter of the call that goes on looks like another instruction, they take a part of the code for
    the object that is awaited, and die of it.
    """
    found = []
    executed = _asyncdemo_trace.asked_of(coroutine, "running")
    for _ in range(_DEEP):
        frame = _asyncdemo_trace.asked_of(coroutine, "frame")
        if frame is not None:
            found.append((frame, coroutine))
            coroutine = None if executed else _asyncdemo_trace.asked_of(coroutine, "awaits")
        else:
            coroutine = _asyncdemo_waits.stepped_by(coroutine)
        if coroutine is None:
            break
    return found


# asyncio


def asyncio_loop(queue, library):
    """The lines of one loop and its tasks."""
    loop = queue.owner()
    if loop is None or queue.is_closed(loop):
        return []
    timers, inputs, count = queue.timers_of(loop), queue.inputs_of(loop), collections.deque.__len__(queue)
    others = others_that_wake(loop)
    tasks = [(known, task) for known in list(queue.by_key.values()) if (task := known()) is not None]
    tasks = [(known, task) for known, task in tasks if not known.done(task)][:_MOST]
    # Between two runs of a loop it is plain code that goes on, which may run the loop again.
    rests = queue.started == _AT_REST and (queue.home is not None or not tasks)
    nothing = int(rests and not (count or timers or inputs or others))
    found = [line("L", queue.callbacks.key, nothing, count, timers, inputs)]
    found += [line("W", other) for other in others] + ([line("I", queue.home)] if queue.home else [])
    found += [line("U", _timeouts(loop, library))] if timers > 0 else []
    found += _pool(loop)
    due = [task for handle in list(iter(queue)) if (task := library.task_of(queue.callback_of(handle))) is not None]
    found += [_not_begun(task, library.kind_of(task)) for task in due if not library.key_of(task)]
    ready = {id(task) for task in due}
    seen = []
    for known, task in tasks:
        frames = frames_of(known.kind.get_coro(task))
        seen.append((frames, below_own(frames, attribute(task, "_fut_waiter"), library, library.is_own)))
    wanted = {_asyncdemo_waits.identity(wait.about) for _, wait in seen if wait.about is not None}
    woken = _woken_by(tasks, wanted | {id(attribute(task, "_fut_waiter")) for _, task in tasks})
    for (known, task), (frames, wait) in zip(tasks, seen):  # noqa: B905 (not before 3.10)
        found += _asyncio_task(queue, known, task, id(task) in ready, frames, wait)
        found += frame_lines(frames, library.is_own, wanted) + _about(wait)
        about = (each for each in (attribute(task, "_fut_waiter"), wait.about) if each is not None)
        awaited = {key for each in about for key in woken.get(id(each), ())} - {known.key}
        found += [line("A", key) for key in sorted(awaited)]
    return found


def _timeouts(loop, library):
    """How many of the loop's timers call a library's function that ends a wait because it has taken too long."""
    timers = (timer._callback for timer in attribute(loop, "_scheduled", ()) if not timer._cancelled)
    functions = [each.__func__ if type(each) is types.MethodType else each for each in timers]
    codes = [each.__code__ for each in functions if type(each) is types.FunctionType]
    return sum(code.co_name in _TIMEOUTS and not library.is_own(code.co_filename) for code in codes)


def _not_begun(task, kind):
    code = _asyncdemo_trace.code_of(kind.get_coro(task))
    where = ("", "", 0) if code is None else (code.co_name, code.co_filename, code.co_firstlineno)
    return line("C", kind.get_name(task), *where)


def _asyncio_task(queue, known, task, is_ready, frames, wait):
    coroutine = known.kind.get_coro(task)
    value = wait.value
    if layout.WAITS[wait.kind] == "task":
        value = queue.library.key_of(wait.about)
    since = _since(frames[-1][0]) if layout.WAITS[wait.kind] == "sleep" and queue.timed else None
    found = [line("T", known.key, _state(coroutine, frames, is_ready), wait.kind, value)]
    return found if since is None else [*found, line("E", since)]


def _since(frame):
    """When a sleep began (ns), by its timer and its length; None where these are not to be found."""
    names = frame.f_locals
    when, delay = attribute(names.get("h"), "_when"), names.get("delay")
    return int((when - delay) * 1e9) if type(when) is float and type(delay) in (int, float) else None


def _state(coroutine, frames, is_ready):
    if _asyncdemo_trace.asked_of(coroutine, "running"):
        return "running"
    if is_ready:
        return "created" if frames and has_not_begun(coroutine, frames[0][0]) else "ready"
    return "suspended"


def _about(wait):
    if wait.about is None:
        return []
    return [line("O", _asyncdemo_waits.identity(wait.about), name_of(type(wait.about)), _held(wait.about))]


def _woken_by(tasks, wanted):
    """The keys of the tasks whose end sets, or tells, each of the wanted objects: by the identities of these."""
    found = {}
    for known, task in tasks:
        reached = {id(task)} & wanted
        for callback in attribute(task, "_callbacks") or ():
            reached |= _led_to(callback[0], wanted, _REACH)
        for each in reached:
            found.setdefault(each, []).append(known.key)
    return found


def has_not_begun(coroutine, frame):
    suspended = attribute(coroutine, "cr_suspended")
    return frame.f_lasti < 0 if suspended is None else not suspended


def below_own(frames, future, library, is_own):
    """For what a task waits, by its frames below the innermost one of the script's own."""
    own = [place for place, (frame, _) in enumerate(frames) if is_own(frame.f_code.co_filename)]
    below = [frame for frame, _ in frames[own[-1] + 1 if own else 0 :]]
    return _asyncdemo_waits.wait_of(below, future, library)


def _held(about):
    """How many hold what is waited for, as far as it tells itself; -1 where that is unknown."""
    locked = attribute(about, "_locked")
    return int(locked) if type(locked) is bool else -1


def _would_wake(task, wanted):
    """True if one of these objects is set, or told, when a task ends: its callbacks lead there."""
    return any(_led_to(callback[0], wanted, _REACH) for callback in attribute(task, "_callbacks") or ())


def _led_to(value, wanted, steps):
    """Those of the wanted objects, by their identities, to which a callback leads."""
    found, inner = {id(value)} & wanted, []
    if not steps:
        return found
    if type(value) is types.FunctionType:
        inner = [cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell)]
    elif type(value) is types.MethodType:
        names = attribute(value.__self__, "__dict__")
        inner = [value.__self__, *(names.values() if type(names) is dict else ())]
    elif type(value) is _functools.partial:
        inner = [value.func, *value.args]
    return found.union(*[_led_to(each, wanted, steps - 1) for each in inner])


def _is_filled(cell):
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _pool(loop):
    pool = attribute(loop, "_default_executor")
    threads, jobs = attribute(pool, "_threads"), attribute(pool, "_work_queue")
    if type(threads) is not set or not _is_simple(jobs):
        return []
    return [line("P", len(threads), attribute(pool, "_max_workers"), jobs.qsize())]


def _is_simple(jobs):
    """True for the queue of a pool's jobs, which is Python's own."""
    return type(jobs) is getattr(sys.modules.get("_queue"), "SimpleQueue", None)


# trio


def trio_loop(instrument):
    """The lines of one run of trio and its tasks."""
    runner = instrument.runner()
    if runner is None:
        return []
    inputs, others = inputs_of_trio(instrument), others_that_wake(None)
    timers = int(runner.deadlines.next_deadline() < _NEVER) if hasattr(runner, "deadlines") else -1
    ready = set(runner.runq)
    nothing = int(not (ready or timers or inputs or others) and instrument.is_at_rest())
    found = [line("L", instrument.key(), nothing, len(ready), timers, inputs)]
    found += [line("W", other) for other in others]
    place = len(found)
    tasks = instrument.tasks()[:_MOST]
    keys, seen = dict(tasks), []
    for task, _ in tasks:
        frames = frames_of(task.coro)
        seen.append((frames, below_own(frames, None, None, instrument.is_own)))
    wanted = {_asyncdemo_waits.identity(wait.about) for _, wait in seen if wait.about is not None}
    for (task, known), (frames, wait) in zip(tasks, seen):  # noqa: B905 (not before 3.10)
        found.append(line("T", known.key, _state(task.coro, frames, task in ready), wait.kind, wait.value))
        found += frame_lines(frames, instrument.is_own, wanted) + _about(wait)
        owner = attribute(wait.about, "_owner")
        if owner in keys:
            found.append(line("B", keys[owner].key))
        if layout.WAITS[wait.kind] == "nursery":
            found += [line("A", keys[child].key) for child in wait.about._children if child in keys]
    if timers and all(layout.WAITS[wait.kind] not in ("", "sleep") for _, wait in seen):
        found.insert(place, line("U", timers))  # its sleeps are timeouts as well
    return found


def inputs_of_trio(instrument):
    """How many descriptors a run of trio waits for, besides the one by which threads wake it; -1: unknown."""
    registered = getattr(instrument.runner().io_manager, "_registered", None)
    if not issubclass(type(registered), dict):
        return -1
    waiting = [task for each in list(registered.values()) for task in (each.read_task, each.write_task)]
    return sum(task is not None and not instrument.is_trios(task) for task in waiting)


# What else could wake a loop


def others_that_wake(loop):
    """What else could still wake a loop: a signal handler of the script's, a thread, a child, or something unknown."""
    found = []
    if attribute(loop, "_signal_handlers") or _handles_signals():
        found.append("signal")
    if working_threads():
        found.append("thread")
    if attribute(loop, "_stopping"):
        found.append("stop")
    if not found and living_children():  # asked last: it is the only one that asks the system each time
        found.append("process")
    return found


def _handles_signals():
    import _signal

    for number in range(1, _signal.NSIG):
        handler = _signal.getsignal(number)
        if handler is not None and not issubclass(type(handler), int) and not _is_nobodys(handler):
            return True
    return False


def _is_nobodys(handler):
    """True if a signal handler is Python's own, that of asyncio.run and trio.run for Ctrl-C, or ours."""
    if type(handler) is _functools.partial:
        handler = handler.func
    handler = handler.__func__ if type(handler) is types.MethodType else handler
    if type(handler) not in (types.FunctionType, types.BuiltinFunctionType):
        return False
    ours = type(handler) is types.FunctionType and handler.__code__.co_filename.startswith(_asyncdemo_trace._FILES)
    return ours or handler.__module__ in ("_signal", "signal", "asyncio.runners", "trio._core._ki")


def working_threads():
    """True if there are threads, besides this one, that are not idle workers of a pool; also such as are unknown."""
    if not _thread._count():
        return _unknown_threads(1)
    frames = sys._current_frames()
    frames.pop(_thread.get_ident(), None)
    return any(not is_idle(frame) for frame in frames.values()) or _unknown_threads(1 + len(frames))


def _unknown_threads(known):
    try:
        return sys.platform == "linux" and len(os.listdir("/proc/self/task")) != known
    except OSError:
        return False


def is_idle(frame):
    """True if a thread is a worker of a pool and waits for a job."""
    names = [(each.f_code.co_filename.replace("\\", "/"), each.f_code.co_name) for each in _up(frame, 4)]
    if names[0][0].endswith("concurrent/futures/thread.py") and names[0][1] == "_worker":
        queue = frame.f_locals.get("work_queue")
        return _is_simple(queue) and queue.qsize() == 0
    if names[0][0].endswith("trio/_core/_thread_cache.py"):
        return names[0][1] == "_work"
    within = [name for file, name in names if "anyio" in file]
    return (
        bool(within) and within[0] == "run" and any(name == "get" and file.endswith("queue.py") for file, name in names)
    )


def _up(frame, most):
    found = []
    while frame is not None and len(found) < most:
        found.append(frame)
        frame = frame.f_back
    return found


def living_children():
    """True if there is a child process that has not ended, whoever has started it: it may send a signal.

    None is waited for, so the script finds each as it has left it. On Windows a child sends no signals. Where there is
    no such question, as on macOS before 3.13, there may be one.
    """
    if sys.platform == "win32":
        return False
    import posix  # where gevent has put nothing of its own

    if not hasattr(posix, "waitid"):
        return True

    try:
        ended = posix.waitid(posix.P_ALL, 0, posix.WEXITED | posix.WNOHANG | posix.WNOWAIT)
    except ChildProcessError:
        return False
    return ended is None or any(_is_alive(child) for child in _children())


def _children():
    """The children of all threads; one of no number where the system does not tell."""
    try:
        told = [_read(f"/proc/self/task/{thread}/children") for thread in os.listdir("/proc/self/task")]
    except OSError:
        return [""]
    return [child for each in told for child in each.split()]


def _is_alive(child):
    try:
        return _read(f"/proc/{child}/stat").rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return not child


def _read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


# Threads


def threads(recorder, queues, frame=None):
    """The lines of all threads; `queues` are of loops that run, `frame` is where the main thread is, if asked."""
    threading = sys.modules.get("threading")
    found, known = [], dict(getattr(threading, "_active", None) or {})
    frames = sys._current_frames()
    if frame is not None:
        frames[_thread.get_ident()] = frame
    for ident, innermost in frames.items():
        thread = known.get(ident)
        names = attribute(thread, "__dict__", {})
        name = names.get("_name", "")
        found.append(line("X", ident, name, int(bool(names.get("_daemonic"))), int(is_idle(innermost))))
        for each in reversed(_up(innermost, _DEEP)):
            found += frame_lines([(each, None)], recorder.is_own)
            found += [line("F", 0, *layout.IN_C)] if recorder.runs_loop(each) else []
        found += _waits_of_thread(innermost, queues)
    return found


def _waits_of_thread(frame, queues):
    """What else is known of a thread that waits: for a future of a loop, another thread, a job of a pool."""
    future, found = _future_of(frame), []
    if future is not None:
        found += [line("S", queue.callbacks.key) for queue in queues if _will_set(queue, future)][:1]
    for each in _up(frame, _DEEP):
        names = each.f_code.co_filename.replace("\\", "/"), each.f_code.co_name
        if names[0].endswith("/threading.py") and names[1] == "join":
            joined = attribute(each.f_locals.get("self"), "__dict__", {}).get("_ident")
            found += [line("J", joined)] if type(joined) is int else []
        elif names[0].endswith("concurrent/futures/thread.py") and names[1] == "_worker":
            jobs = each.f_locals.get("work_queue")
            pending = int(attribute(future, "_state") == "PENDING")
            found += [line("Q", id(jobs), jobs.qsize(), pending)] if _is_simple(jobs) else []
    return found


def _future_of(frame):
    """The future of concurrent.futures for whose result a thread waits; None where it waits for none."""
    for each in _up(frame, _DEEP):
        if each.f_code.co_name in ("result", "exception") and each.f_code.co_filename.endswith("_base.py"):
            return each.f_locals.get("self")
    return None


def _will_set(queue, future):
    """True if the loop of a queue, and no thread, is to set a future."""
    wanted = {id(future)}
    if any(_led_to(queue.callback_of(handle), wanted, _REACH) for handle in list(iter(queue))):
        return True
    tasks = [known() for known in list(getattr(queue, "by_key", {}).values())]
    return any(task is not None and _would_wake(task, wanted) for task in tasks)
