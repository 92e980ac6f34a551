"""Scripts that look at all that a program can enumerate about itself, or set the limits that it runs under."""

EXCEPTIONS = """
def walk(kind):
    for each in type.__subclasses__(kind):
        yield each.__module__ + "." + each.__qualname__
        yield from walk(each)
def tell_exceptions(*_):
    print(sorted(walk(BaseException)), flush=True)
tell_exceptions()
import asyncio, threading, concurrent.futures
async def main():
    await asyncio.sleep(0)
asyncio.run(main())
thread = threading.Thread(target=tell_exceptions)
thread.start()
thread.join()
"""

EVERYTHING = """
import atexit, asyncio, builtins, codecs, encodings, gc, linecache, os, resource, signal, sys, threading, warnings
OURS = {signal.SIGURG, 61, signal.SIGTTIN, signal.SIGTTOU}  # as docs/observing.md has it
LOOPS = {signal.SIGINT}  # a handler that knows the main task, by its repr
def look(when):
    def tell(what, *values):
        print(when, what, *values, flush=True)
    tell("modules", sorted(sys.modules), sorted(vars(builtins)))
    tell("warnings", warnings.filters, sys.warnoptions, sys.flags, sys._xoptions)
    tell("signals", [signal.getsignal(number) for number in sorted(signal.valid_signals() - OURS - LOOPS)])
    tell("masks", signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.getitimer(signal.ITIMER_REAL))
    tell("limits", [resource.getrlimit(each) for each in range(16)], os.umask(os.umask(0)), os.getcwd())
    tell("environment", sorted(os.environ.items()))
    top = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 1
    open_now = [number for number in os.listdir("/proc/self/fd") if int(number) < min(top, 65535) - 64]
    tell("descriptors", sorted(open_now), [os.get_blocking(number) for number in range(3)])
    tell("threads", [each.name for each in threading.enumerate()])
    tell("limbo", threading._limbo, threading.excepthook, getattr(threading, "getprofile", str)())
    tell("hooks", sys.getprofile(), sys.gettrace(), sys.excepthook, sys.unraisablehook, sys.get_asyncgen_hooks())
    tell("depths", sys.get_coroutine_origin_tracking_depth(), sys.getrecursionlimit(), sys.getswitchinterval())
    if hasattr(sys, "monitoring"):
        tell("monitoring", [sys.monitoring.get_tool(tool) for tool in range(6)])
    if hasattr(sys, "get_lazy_imports"):
        tell("lazy", sys.get_lazy_imports(), sys.get_lazy_imports_filter(), sorted(sys.lazy_modules))
    tell("import", sys.meta_path, sys.path, sys.path_hooks, sorted(sys.path_importer_cache))
    tell("codecs", sorted(encodings._cache), [codecs.lookup_error(name) for name in ("strict", "backslashreplace")])
    tell("garbage", gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), gc.callbacks, gc.garbage, gc.get_debug())
    tell("sources", sorted(linecache.cache))
    import faulthandler, tracemalloc
    tell("tools", faulthandler.is_enabled(), tracemalloc.is_tracing())
look("at first")
async def main():
    await asyncio.sleep(0)
    look("in a task")
    thread = threading.Thread(target=look, args=("in a thread",))
    thread.start()
    thread.join()
asyncio.run(main())
look("behind the loop")
atexit.register(look, "at the end")
"""

# In the file system there is no more room for a single byte, and whoever writes one all the same is killed.
FILE_SIZE = """
import resource, signal, time
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
import asyncio, json, threading
async def main():
    until = time.monotonic() + 0.1
    while time.monotonic() < until:
        sum(range(1000))
    time.sleep(0.1)
    await asyncio.sleep(0)
    print("alive", flush=True)
def in_thread():
    asyncio.run(main())
asyncio.run(main())
thread = threading.Thread(target=in_thread)
thread.start()
thread.join()
"""

# Few descriptors, no signals queued, no files, no core, no locked memory.
LIMITS = """
import resource
for name, most in (("NOFILE", 24), ("SIGPENDING", 0), ("FSIZE", 0), ("CORE", 0), ("MEMLOCK", 0)):
    resource.setrlimit(getattr(resource, "RLIMIT_" + name), (most, most))
import asyncio, os, time
async def main():
    time.sleep(0.1)
    await asyncio.sleep(0)
    print("alive", flush=True)
asyncio.run(main())
opened = []
try:
    while True:
        opened.append(os.open(os.devnull, os.O_RDONLY))
except OSError as error:
    print(error, opened, flush=True)
    print("printed without a descriptor", flush=True)
"""

CLOSED = """
import asyncio, os, time
async def main():
    os.closerange(resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    until = time.monotonic() + 0.1
    while time.monotonic() < until:
        sum(range(1000))
    time.sleep(0.1)
    await asyncio.sleep(0)
    print("alive", flush=True)
import resource
asyncio.run(main())
"""

# Whoever calls a builtin by its name is told of.
BUILTINS = """
import builtins, sys
said = print
def told(name, plain):
    def call(*args, **kwargs):
        caller = sys._getframe(1).f_code
        if "__main__" not in (sys._getframe(1).f_globals.get("__name__"),):
            calls.add((name, caller.co_name))
        return plain(*args, **kwargs)
    return call
calls = set()
for name in "len getattr setattr hasattr isinstance issubclass id iter next sorted repr hash callable vars".split():
    setattr(builtins, name, told(name, getattr(builtins, name)))
import textwrap
import asyncio
said("first", flush=True)
async def main():
    task = asyncio.create_task(asyncio.sleep(0.01), name="one")
    await asyncio.sleep(0)
    await task
    raise ValueError("done")
try:
    asyncio.run(main())
except ValueError as error:
    said(error, flush=True)
said(sorted(calls), flush=True)
"""

LAZY = """
from concurrent.futures import InterpreterPoolExecutor
lazy import json
lazy from collections import abc
lazy import missing
import sys, types
print(sys.get_lazy_imports(), sorted(sys.lazy_modules), type(globals()["json"]), flush=True)
print(InterpreterPoolExecutor, json.dumps([1]), abc.Mapping, flush=True)
try:
    missing.anything
except ImportError:
    import traceback
    print(traceback.format_exc(), flush=True)
import asyncio
async def main():
    await asyncio.sleep(0)
    print(sorted(sys.lazy_modules), flush=True)
asyncio.run(main())
import threading
thread = threading.Thread(target=print, args=("in a thread",), kwargs={"flush": True})
thread.start()
thread.join()
"""
