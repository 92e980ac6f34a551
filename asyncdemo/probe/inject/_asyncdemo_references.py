"""References to the tasks of a traced loop, each of which knows its key: so no table has to be kept of tasks."""

import _weakref
import types

import _asyncdemo_layout as layout
import _asyncdemo_trace
from _asyncdemo_waits import attribute

_Coroutine = types.CoroutineType
nobody = type(None)  # called in the place of a reference it gives None


class Task(_weakref.ref):
    """A reference to a task that knows its key. Calling it gives the task, or None when that is gone."""

    __slots__ = ("after", "done", "has_own_code", "key", "kind", "name", "over", "step")
    ignored = None  # how to find out how many cancellations a task has ignored: the library's

    def asked(self):
        """The coroutine, the name and ignored cancellations of the task; None when it is over."""
        task = self()
        if task is None or self.over:
            return None
        return (
            self.kind.get_coro(task),
            self.kind.get_name(task),
            self.ignored(task),
            attribute(task, "_fut_waiter"),
        )


def of_callbacks(key):
    """What stands for the loop's own callbacks where otherwise a task's reference stands: it is to nothing."""
    callbacks = Task(set())
    callbacks.key, callbacks.step = key, key << 4 | layout.STEP
    callbacks.after, callbacks.over = nobody, False
    return callbacks


def known_of(task):
    """Our reference to a task; None where there is none, or where it is no task."""
    for reference in _weakref.getweakrefs(task):
        if type(reference) is Task:
            return reference
    return None


def is_running(task):
    """True if a task's coroutine is just now being executed. `task` is a reference."""
    owner = task()
    if owner is None:
        return False
    coroutine = task.kind.get_coro(owner)
    if type(coroutine) is _Coroutine:  # as asked_of does, but most are, and this is asked often
        return coroutine.cr_running
    return bool(_asyncdemo_trace.asked_of(coroutine, "running"))
