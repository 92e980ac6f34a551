"""Tries what the probe relies on, on a version of Python that nobody has tried before: only what holds is used.

Each function tries one part and returns what is unlike all that we know, or None. It changes nothing of the script's.
"""

import _io
import collections
import sys
import types


def writes(recorded):
    """Why a stream of the same kind does not write all that it is given, once, with our method in its buffer.

    So it must where somebody else's error comes up meanwhile, which then goes on its way.
    """
    raw, told = _io.BytesIO(), []

    def interrupted(number, data):
        told.append((number, data))
        raise InterruptedError

    for note in (lambda number, data: told.append((number, data)), interrupted):
        stream = _io.TextIOWrapper(_io.BufferedWriter(raw), "utf-8", line_buffering=True)
        stream.buffer.write = recorded(stream.buffer.write, 1, note)
        try:
            stream.write("a\n")
        except InterruptedError:
            told.append("raised")
        stream.detach().detach()
    whole = raw.getvalue() == b"a\na\n" and told == [(1, b"a\n"), (1, b"a\n"), "raised"]
    return None if whole else "streams do not write as they did"


def imports():
    """Why importing does not go through the function that is to be watched."""
    function = sys.modules["_frozen_importlib"].__dict__.get("_find_and_load")
    if type(function) is not types.FunctionType or function.__code__.co_varnames[:1] != ("name",):
        return "_find_and_load is unlike what it was"
    return None


def asyncio(base_events, events, futures, tasks):
    """Why a loop does not keep its handles in a queue as it did, or tasks not their steps."""
    loop = base_events.BaseEventLoop()
    try:
        if type(loop._ready) is not collections.deque or type(loop._scheduled) is not list:
            return "a loop's queues are of other types"
        handle = events.Handle(print, (), loop)
        if handle._callback is not print or handle._args != () or not hasattr(events.TimerHandle, "when"):
            return "a handle is unlike what it was"
        if not {"_ready", "popleft", "_scheduled"} <= set(base_events.BaseEventLoop._run_once.__code__.co_names):
            return "a loop does not take handles out of its queue as it did"
    finally:
        loop.close()
    names = "_Task__step", "_Task__wakeup", "get_coro", "get_name"
    if not all(hasattr(tasks._PyTask, name) for name in names) or not hasattr(tasks.Task, "get_coro"):
        return "a task's methods are others"
    if events._get_running_loop() is not None or not isinstance(tasks._GatheringFuture, type) or not futures._PyFuture:
        return "a loop runs, or futures are others"
    return None


def threading(module):
    """Why the threads that run are not kept in a plain table."""
    return None if type(module._active) is dict else "the table of threads is of another type"


async def _coroutine():
    pass


def coroutines():
    """Why a coroutine does not tell of itself as it did."""
    coroutine = _coroutine()
    try:
        whole = coroutine.cr_frame.f_code is coroutine.cr_code and coroutine.cr_await is None
        return None if whole and coroutine.cr_running is False else "a coroutine is unlike what it was"
    finally:
        coroutine.close()


def found(words, layout, say, part, check, *arguments):
    """True if a part is as it was; otherwise take note of it."""
    try:
        why = check(*arguments)
    except Exception as error:
        why = "%s while it was tried" % type(error).__name__
    if why is not None:
        words[layout.UNTRIED] |= layout.UNLIKE
        say(words, part, why)
    return why is None
