"""Reaches a process that runs already, from outside: `python outside.py PID PROBE SCRIPTS`.

Runs in the very interpreter of that process (CPython 3.14 or newer), which alone can: the layout of its memory is known
to itself only. It says in its first line what it is, then answers each line with one, both JSON:

    ["exec", script]   have the process execute a script as soon as its main thread comes to: null
    ["read"]           where its threads and tasks are, read from its memory, whatever it does: an object
    ["waiting"]        the threads in which a loop of asyncio's or trio's waits for input: their numbers

What fails is answered by {"error": class, "text": what it says}. It ends when nobody asks any more. If the folder of
scripts is there then, who asked was killed: the process is kept from executing one later, and the folder removed.
"""

import json
import os
import sys

_AGAIN = 20  # times that a memory is read that changes meanwhile
_WAITING = (  # for input: the innermost files and functions of asyncio's loop, and of trio's
    [("/selectors.py", "select"), ("/asyncio/base_events.py", "_run_once")],
    [("/trio/_core/_io_epoll.py", "get_events"), ("/trio/_core/_run.py", "run")],
)


def main(pid, probe, scripts):
    """Answer as long as anybody asks."""
    _compile_ahead(probe)
    free_threaded = not getattr(sys, "_is_gil_enabled", lambda: True)()
    tell({"version": list(sys.version_info[:3]), "free_threaded": free_threaded})
    try:
        for line in sys.stdin:
            what, *arguments = json.loads(line)
            try:
                said = {"exec": sys.remote_exec, "read": read, "waiting": waiting}[what](pid, *arguments)
            except Exception as error:
                said = {"error": type(error).__name__, "text": str(error)}
            tell(said)
    finally:  # who asked may have been killed before it had its answer
        if os.path.isdir(scripts):
            _clear(pid, scripts)


def _clear(pid, scripts):
    """Keep a script from being executed later, and remove all that there are."""
    try:
        if os.listdir(scripts):
            sys.remote_exec(pid, os.devnull)  # in the place of what waits
    except Exception:
        pass  # the process has ended
    finally:
        for name in os.listdir(scripts):
            os.remove(os.path.join(scripts, name))
        os.rmdir(scripts)


def tell(answer):
    """Write one line."""
    print(json.dumps(answer), flush=True)


def _compile_ahead(folder):
    """Have bytecode of the probe written where there is a place for it: so the process has less to do."""
    external = sys.modules["_frozen_importlib_external"]
    for name in os.listdir(folder):
        if name.startswith("_asyncdemo_") and name.endswith(".py"):
            external.SourceFileLoader(name[:-3], os.path.join(folder, name)).get_code(name[:-3])


def read(pid):
    """The threads, and the tasks of each, with frames from the outermost inwards."""
    import _remote_debugging

    for left in reversed(range(_AGAIN)):
        try:
            unwinder = _remote_debugging.RemoteUnwinder(pid, all_threads=True)
            threads = _threads(unwinder)
            awaited, running = _awaited(unwinder), _running(unwinder)
        except Exception:
            if not left:
                raise
        else:
            tasks = [[each.thread_id, *_task(task, running)] for each in awaited for task in each.awaited_by]
            return {"threads": [[each.thread_id, _frames(each.frame_info)] for each in threads], "tasks": tasks}
    return None


def waiting(pid):
    """The threads whose innermost frames are those of a loop that waits for input: in no other code is that sure."""
    import _remote_debugging

    threads = _threads(_remote_debugging.RemoteUnwinder(pid, all_threads=True))
    return [each.thread_id for each in threads if _waits_for_input(each.frame_info or ())]


def _waits_for_input(frames):
    """True if the two innermost are a loop's, in one folder: it may be named by a symbolic link."""
    found = [(each.filename, each.funcname.rpartition(".")[2]) for each in frames[:2]]
    for (first, name), after in _WAITING:
        folder = found[0][0].removesuffix(first) if found else ""
        if found == [(folder + first, name), (folder + after[0], after[1])]:
            return True
    return False


def _threads(unwinder):
    return [thread for each in unwinder.get_stack_trace() for thread in getattr(each, "threads", [each])]


def _awaited(unwinder):
    try:
        return unwinder.get_all_awaited_by()
    except RuntimeError as error:
        if "AsyncioDebug" not in str(error):
            raise
        return []  # a program without asyncio


def _running(unwinder):
    """The tasks of which a step goes on, by their identities."""
    try:
        return {each.awaited_by[0].task_id for each in unwinder.get_async_stack_trace() if each.awaited_by}
    except RuntimeError:
        return set()  # there is none


def _task(task, running):
    stack = _frames([frame for each in task.coroutine_stack for frame in each.call_stack])
    return task.task_id, task.task_name, task.task_id in running, stack, [each.task_name for each in task.awaited_by]


def _frames(frames):
    """Of each: whether it is the script's own, file, line, function, and for what that waits, "" where for nothing."""
    import _asyncdemo_libraries

    found = [(each.filename, _line(each), each.funcname) for each in reversed(frames or ()) if each.filename[:1] != "~"]
    libraries = _asyncdemo_libraries.folders()
    return [[_asyncdemo_libraries.is_own(each[0], libraries), *each, _waits(each[0], each[2])] for each in found]


def _line(frame):
    location = getattr(frame, "location", frame)  # from 3.15 on
    return getattr(location, "lineno", None) or 0


def _waits(path, function):
    import _asyncdemo_waits

    for module, functions in _asyncdemo_waits._FUNCTIONS.items():
        if function in functions and path.endswith("/" + module.replace(".", "/") + ".py"):
            return functions[function]
    return ""


if __name__ == "__main__":
    sys.path.append(sys.argv[2])
    main(int(sys.argv[1]), *sys.argv[2:])
