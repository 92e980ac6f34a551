"""The probe: tells the tool when the script began and ended, what it imported, and which stream each write went to.

It costs a few stores into shared memory, makes no system call of its own but reading the clock and its process id,
holds no descriptor, prints nothing, and takes no part in a forked child. Written for CPython 3.8 and newer.
"""

import atexit
import mmap
import os
import sys
import time

import _asyncdemo_layout as layout
import _asyncdemo_libraries
import _asyncdemo_reasons
import _asyncdemo_writes

# For all functions below: a script may put others in the place of the builtins, and see them called.
__builtins__ = _builtins = dict(vars(sys.modules["builtins"]))


def attach(memory, children=None):
    """Map the file `memory` and start to record. Does nothing in an interpreter that is not the tool's own child.

    What it starts finds memory of its own in the folder `children`, if there is one.
    """
    words = _words_at(memory)
    if words[layout.PARENT] not in (os.getppid(), layout.ANY) or words[layout.PID]:
        return  # started by a program that the script started: its run is not the one that is watched
    try:
        if sys.platform != "win32" and not memory.startswith("/proc/"):
            os.unlink(memory)  # a temporary file, which would be left behind if the tool was killed
        _record(words)
    except Exception:
        _asyncdemo_reasons.say(words, "all")
        raise
    _watch_forks(words, children)


def attach_child(folder):
    """Record in a memory of `folder`: this program was started by one that is watched so, too."""
    words = _taken(folder)
    if words is not None:
        _record(words)
        _watch_forks(words, folder)


def _taken(folder):
    """Map the first memory of `folder` that is free; None where there is none, which the process's number tells there.

    Of several that come at once each gets its own.
    """
    for name in sorted(os.listdir(folder)):
        if name.startswith("free-"):
            taken = os.path.join(folder, "taken-%s-%d" % (name[5:], os.getpid()))
            try:
                os.rename(os.path.join(folder, name), taken)
            except OSError:
                continue  # another one was first
            return _words_at(taken)
    os.symlink("nothing", os.path.join(folder, "missed-%d" % os.getpid()))
    return None


def _watch_forks(words, folder):
    """Have copies of this process record, too, each in a memory of its own."""
    if folder is None or not hasattr(os, "register_at_fork"):
        return

    def forked():
        try:
            own = _taken(folder)
            if own is not None:
                path = slice(layout.PATH_AT, layout.PATH_AT + layout.PATH)
                own[path] = words[path]
                _let_go_of_signals()
                _last_looks.clear()  # at what the parent has recorded: that recorder takes no part in a copy
                _record(own, begun=True)
        except Exception:
            pass  # instruments may fail, never interfere

    os.register_at_fork(after_in_child=forked)


def _let_go_of_signals():
    """Let go of the signals by which the process was asked whose copy this is, and the pipe into which that answers."""
    signal = sys.modules["_signal"]
    handler = signal.getsignal(signal.SIGURG)
    code = getattr(handler, "__code__", None)
    if code is not None and code.co_filename.endswith(os.sep + "_asyncdemo_stacks.py"):
        signal.signal(signal.SIGURG, signal.SIG_DFL)
        _ready["faulthandler"].unregister(layout.PRESSING)
        os.close(handler.__closure__[code.co_freevars.index("pipe")].cell_contents)


def _words_at(path):
    if sys.platform == "win32":
        return memoryview(mmap.mmap(-1, layout.SIZE * 8, tagname=path)).cast("q")
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    try:
        return memoryview(_mapped(descriptor)).cast("q")
    finally:
        os.close(descriptor)


def _record(words, begun=False):
    words[layout.PID] = os.getpid()
    words[layout.VERSION] = sys.hexversion
    words[layout.CPYTHON] = 1
    _watch_end(words)
    libraries = _libraries(words)
    is_known = _known_parts(words)
    _trace_libraries(words, libraries, is_known)
    if sys.platform == "win32":
        _asyncdemo_writes.as_on_a_console()
    if words[layout.NAMING]:
        streams = _asyncdemo_writes.buffer_by_line()
        if is_known("output", "writes", _asyncdemo_writes._recorded):
            words[layout.NAMED] = _asyncdemo_writes.record_writes(words, streams, libraries)
    words[layout.READY_CPU] = time.process_time_ns()
    words[layout.READY] = time.monotonic_ns()
    words[layout.ATTACHED] = layout.MAGIC
    if not begun:
        _watch_begin(words)


def _trace_libraries(words, libraries, is_known):
    """Watch what is imported, and trace the libraries that run tasks as soon as they are loaded."""
    if is_known("imports", "imports"):
        around = {}
        hooks = _tracers(words, libraries, is_known, around) if words[layout.TRACING] else {}
        _watch_imports(words, hooks, around)


def arm(words):
    """Trace tasks from now on in this interpreter, which runs already and has made `words` itself.

    There is no script that is still to begin, and writes are left alone. Returns whether it was done: not where a probe
    is in place already.
    """
    if "find_and_load" in sys.modules["_frozen_importlib"]._find_and_load.__globals__:
        return False
    words[layout.PID] = words[layout.PARENT] = os.getpid()
    words[layout.VERSION] = sys.hexversion
    words[layout.CPYTHON] = 1
    _trace_libraries(words, _libraries(words), _known_parts(words))
    words[layout.READY_CPU] = time.process_time_ns()
    words[layout.READY] = time.monotonic_ns()
    words[layout.ATTACHED] = layout.MAGIC
    return True


def _known_parts(words):
    """Make a function that tells whether a part of the interpreter is as we know it: tried only where that is new."""
    if sys.version_info[:2] <= layout.NEWEST:
        return lambda *_: True
    words[layout.UNTRIED] = 1
    modules = {}
    _load(os.path.dirname(os.path.abspath(__file__)), modules, "_asyncdemo_shapes")
    shapes = modules["_asyncdemo_shapes"]

    def is_known(part, check, *arguments):
        say = _asyncdemo_reasons.say
        return shapes.found(words, layout, say, part, getattr(shapes, check), *arguments)

    return is_known


def _mapped(descriptor):
    """Map the file without keeping a descriptor, whose number the script could miss, close or be given for its own."""
    if sys.version_info >= (3, 13):
        return mmap.mmap(descriptor, layout.SIZE * 8, trackfd=False)
    kept = os.dup(descriptor)  # the number that mmap's own duplicate will get
    os.close(kept)
    mapping = mmap.mmap(descriptor, layout.SIZE * 8)
    try:
        if os.path.samestat(os.fstat(kept), os.fstat(descriptor)):
            os.close(kept)
            _never_freed(mapping)
    except OSError:
        pass  # there is no duplicate: not a Unix
    return mapping


def _never_freed(mapping):
    """See to it that the mapping cannot close, as it is freed, a descriptor that is somebody else's by then.

    A cycle through a code object: the garbage collector does not look into those.
    """
    cycle = [mapping]
    cycle.append(_never_freed.__code__.replace(co_consts=(cycle,)))


def _watch_begin(words):
    """Put off `ready` until the script's own code begins: reading and compiling it still belong to the start.

    A profile function sees that moment, and takes itself off before the first line. If somebody else has set one, it
    stays at what it is.
    """
    if sys.getprofile() is not None:
        return
    clock, cpu, set_profile = time.monotonic_ns, time.process_time_ns, sys.setprofile
    main = id(sys.modules["__main__"].__dict__)

    def began(frame, event, *_):
        if event == "call" and id(frame.f_globals) == main and frame.f_code.co_name == "<module>":
            set_profile(None)
            _store_path(words, frame.f_code.co_filename)
            words[layout.IMPORTING] = words[layout.IMPORTING_CPU] = 0
            words[layout.READY_CPU] = cpu()
            words[layout.READY] = clock()

    set_profile(began)


def _watch_end(words):
    pid, getpid = os.getpid(), os.getpid
    clock, cpu = time.monotonic_ns, time.process_time_ns

    def ended():
        if getpid() == pid:
            for look in _last_looks:
                try:
                    look()
                except Exception:
                    _asyncdemo_reasons.say(words, "lost errors")
            words[layout.END_CPU] = cpu()
            words[layout.END] = clock()

    atexit.register(ended)  # the first to be registered is the last to be called


def _tracers(words, libraries, is_known, around):
    """What is to be done as soon as a library that runs tasks is loaded: load and start its tracer.

    `around` gets what is to be done before and after the loading of one that can be traced in no other way.
    """
    for name in ("faulthandler", "fcntl", "gc", "itertools", "operator", "os", "resource", "time", "types"):
        if name not in ("fcntl", "resource") or sys.platform != "win32":
            _ready[name] = type(sys)(name)
            _ready[name].__dict__.update(vars(__import__(name)))
    here = os.path.dirname(os.path.abspath(__file__))
    _compile_ahead(here, words)

    modules, recorders = {}, []  # of the latter one, once a library is loaded

    def tracer(*names):
        def trace(*library):
            check = {"_asyncdemo_asyncio": "asyncio", "_asyncdemo_threads": "threading"}.get(names[-1])
            if not is_known("tracing", "coroutines") or (check and not is_known("tracing", check, *library)):
                words[layout.UNTRACED] |= 2
                return None
            if not modules:
                _load(here, modules, "_asyncdemo_layout", "_asyncdemo_libraries", "_asyncdemo_reasons")
                _load(here, modules, "_asyncdemo_waits", "_asyncdemo_trace")
                recorders.append(modules["_asyncdemo_trace"].Recorder(words, libraries))
                _last_looks.append(recorders[0].look_at_failed)
            _load(here, modules, *names)
            if "_asyncdemo_stacks" in names:
                modules["_asyncdemo_stacks"].offer_stacks(words, recorders[0])
            return modules[names[-1]].trace(recorders[0], *library)

        return trace

    def not_traced(_):
        words[layout.UNTRACED] |= layout.GEVENT

    tracers = {
        "gevent.hub": not_traced,
        "threading": tracer("_asyncdemo_threads"),
        "trio._core._run": tracer("_asyncdemo_snapshot", "_asyncdemo_stacks", "_asyncdemo_trio"),
    }
    parts = set(_ASYNCIO)
    trace_asyncio = tracer(
        "_asyncdemo_snapshot",
        "_asyncdemo_stacks",
        "_asyncdemo_touches",
        "_asyncdemo_overdue",
        "_asyncdemo_references",
        "_asyncdemo_queue",
        "_asyncdemo_asyncio",
    )

    def trace_once_whole(part):
        parts.discard(part.__name__)
        if not parts:
            asyncios = trace_asyncio(*map(sys.modules.get, _ASYNCIO))
            if asyncios is not None:
                around["uvloop.loop"] = before_uvloop(asyncios), after_uvloop

    def before_uvloop(asyncios):
        def begin():
            _load(here, modules, "_asyncdemo_uvloop")
            modules["_asyncdemo_uvloop"].begin(recorders[0], asyncios)

        return begin

    def after_uvloop():
        modules["_asyncdemo_uvloop"].end()

    tracers.update(dict.fromkeys(_ASYNCIO, trace_once_whole))
    for name in set(tracers) & set(sys.modules):  # loaded by a .pth file
        tracers.pop(name)(sys.modules[name])
    return tracers


_of_files = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
_LATER = (  # what is loaded only when the script has loaded a library that runs tasks
    "_asyncdemo_trace",
    "_asyncdemo_threads",
    "_asyncdemo_stacks",
    "_asyncdemo_touches",
    "_asyncdemo_overdue",
    "_asyncdemo_references",
    "_asyncdemo_queue",
    "_asyncdemo_asyncio",
    "_asyncdemo_trio",
    "_asyncdemo_uvloop",
)
# What its tracer has to know of asyncio. Where imports are lazy, one does not load the others, and nor do we.
_ASYNCIO = "asyncio.base_events", "asyncio.events", "asyncio.futures", "asyncio.tasks"
_last_looks = []  # what is to be called when the script has ended
_ready = {}  # modules that the tracers need as they were before the script, which may have a clock of its own


def _nothing(*_):
    pass


def _compile_ahead(folder, words):
    """Have bytecode of the tracers written now, where it is missing or old and there is a place for it.

    Once the script runs, nothing is written any more: with a limit on the size of files it could be killed by that. Now
    Python still ignores that signal.
    """
    external = sys.modules["_frozen_importlib_external"]
    try:
        cache = os.path.dirname(external.cache_from_source(folder + os.sep + _LATER[0] + ".py"))
        if sys.dont_write_bytecode or not os.access(cache, os.W_OK):
            return
        for name in _LATER:
            path = folder + os.sep + name + ".py"
            try:
                new = os.stat(external.cache_from_source(path)).st_mtime >= os.stat(path).st_mtime
            except OSError:
                new = False
            if not new:
                external.SourceFileLoader(name, path).get_code(name)
    except Exception:
        _asyncdemo_reasons.say(words, "bytecode")  # then they are compiled when they are needed


def _load(folder, modules, *names):
    """Load modules of ours that were not needed at the start into `modules`; sys.modules is left as it is."""
    loader = sys.modules["_frozen_importlib_external"].SourceFileLoader
    original = _builtins["__import__"]

    def import_(name, *_, **__):
        return modules.get(name) or _ready.get(name) or original(name)

    for name in names:
        source = loader(name, folder + os.sep + name + ".py")
        source._cache_bytecode = _nothing  # see _compile_ahead
        modules[name] = module = type(sys)(name)
        module.__builtins__ = dict(_builtins, __import__=import_, __lazy_import__=import_)
        exec(source.get_code(name), module.__dict__)


# Compiled under the import system's own file name: Python leaves frames of that name out of the tracebacks of failed
# imports, so they read as they would without us.
_WATCHED_IMPORT = """
def _find_and_load(name, *args, **kwargs):
    if name in around:
        begin, end = around.pop(name)
        done(begin)
        try:
            return find_and_load(name, *args, **kwargs)
        finally:
            done(end)
    if inside or ident() != thread:
        return loaded(name, find_and_load(name, *args, **kwargs))
    start, start_cpu = clock(), cpu()
    try:
        enter(name)
        return loaded(name, find_and_load(name, *args, **kwargs))
    finally:
        leave()
        imported(getframe().f_back, start, start_cpu)
"""


def _watch_imports(words, hooks, around):
    """Record how long the main thread imports, and the imports at the script's own top level, each with its line.

    `hooks` are called, once, with the modules of these names as soon as they are loaded; those `around` one are two,
    of which the second is called whether it could be loaded or not.
    """
    bootstrap = sys.modules["_frozen_importlib"]
    pid, getpid = os.getpid(), os.getpid
    clock, cpu, say = time.monotonic_ns, time.process_time_ns, _asyncdemo_reasons.say
    ident = sys.modules["_thread"].get_ident
    inside = []  # the import that goes on
    main = id(sys.modules["__main__"].__dict__)  # a reference would keep the script's objects from their end

    def imported(frame, start, start_cpu):
        if getpid() != pid:
            return
        end, end_cpu = clock(), cpu()
        words[layout.IMPORTING] += end - start
        words[layout.IMPORTING_CPU] += end_cpu - start_cpu
        count = words[layout.IMPORTED]
        if count >= layout.IMPORTS or frame is None or id(frame.f_globals) != main:
            return
        if frame.f_code.co_name != "<module>":
            return
        if count == 0:
            _store_path(words, frame.f_code.co_filename)
        at = layout.IMPORTS_AT + count * layout.IMPORT
        words[at], words[at + 1], words[at + 2] = frame.f_lineno or 0, start, end
        words[at + 3], words[at + 4] = end_cpu, start_cpu
        words[layout.IMPORTED] = count + 1

    def loaded(name, module):
        hook = None if module is None else hooks.pop(name, None)
        if hook is not None and getpid() == pid:  # a copy of the process must not write into its memory
            try:
                hook(module)
            except Exception:
                say(words, "tracing with " + name)
                words[layout.UNTRACED] |= 2
        return module

    def done(call):
        try:
            call()
        except Exception:
            say(words, "what is around an import")
            words[layout.UNTRACED] |= 2

    names = {
        "around": around,
        "done": done,
        "loaded": loaded,
        "find_and_load": bootstrap._find_and_load,
        "getframe": sys._getframe,
        "__builtins__": _builtins,
        "__name__": bootstrap._find_and_load.__module__,
        "ident": ident,
        "thread": ident(),
        "inside": inside,
        "enter": inside.append,
        "leave": inside.clear,
        "clock": clock,
        "cpu": cpu,
        "imported": imported,
    }
    exec(compile(_WATCHED_IMPORT, "<frozen importlib._bootstrap>", "exec"), names)
    bootstrap._find_and_load = names["_find_and_load"]


def _libraries(words):
    found = _asyncdemo_libraries.folders()
    _store(words, layout.LIBRARIES_AT, layout.LIBRARIES, b"\0".join(each.encode(*_of_files) for each in found))
    return found


def _store_path(words, path):
    _store(words, layout.PATH_AT, layout.PATH, path.encode(*_of_files))


def _store(words, at, room, data):
    data = data[: room * 8 - 8]
    data += bytes(-len(data) % 8)
    for i in range(len(data) // 8):
        words[at + i] = int.from_bytes(data[i * 8 : i * 8 + 8], "little", signed=True)
