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
import _asyncdemo_writes


def attach(memory):
    """Map the file `memory` and start to record. Does nothing in an interpreter that is not the tool's own child."""
    descriptor = os.open(memory, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    try:
        words = memoryview(mmap.mmap(descriptor, layout.SIZE * 8)).cast("q")
    finally:
        os.close(descriptor)
    if words[layout.TOOL] != os.getppid() or words[layout.PID]:
        return  # started by a program that the script started: its run is not the one that is watched
    words[layout.PID] = os.getpid()
    words[layout.VERSION] = sys.hexversion
    words[layout.CPYTHON] = 1
    _watch_end(words)
    _watch_imports(words)
    if words[layout.NAMING]:
        words[layout.NAMED] = _asyncdemo_writes.record_writes(words)
    words[layout.READY_CPU] = time.process_time_ns()
    words[layout.READY] = time.monotonic_ns()
    words[layout.ATTACHED] = layout.MAGIC


def _watch_end(words):
    pid, getpid = os.getpid(), os.getpid
    clock, cpu = time.monotonic_ns, time.process_time_ns

    def ended():
        if getpid() == pid:
            words[layout.END_CPU] = cpu()
            words[layout.END] = clock()

    atexit.register(ended)  # the first to be registered is the last to be called


# Compiled under the import system's own file name: Python leaves frames of that name out of the tracebacks of failed
# imports, so they read as they would without us.
_WATCHED_IMPORT = """
def _find_and_load(name, import_):
    frame = getframe(1)
    if frame.f_globals is not main or frame.f_code.co_name != "<module>":
        return find_and_load(name, import_)
    start = clock()
    try:
        return find_and_load(name, import_)
    finally:
        imported(frame, start)
"""


def _watch_imports(words):
    """Record the imports that the script itself makes at its top level, each with its line."""
    bootstrap = sys.modules["_frozen_importlib"]
    pid, getpid = os.getpid(), os.getpid
    clock, cpu = time.monotonic_ns, time.process_time_ns

    def imported(frame, start):
        count = words[layout.IMPORTED]
        if count >= layout.IMPORTS or getpid() != pid:
            return
        if count == 0:
            _store_path(words, frame.f_code.co_filename)
        at = layout.IMPORTS_AT + count * layout.IMPORT
        words[at], words[at + 1], words[at + 2], words[at + 3] = frame.f_lineno or 0, start, clock(), cpu()
        words[layout.IMPORTED] = count + 1

    names = {
        "find_and_load": bootstrap._find_and_load,
        "getframe": sys._getframe,
        "main": sys.modules["__main__"].__dict__,
        "clock": clock,
        "imported": imported,
    }
    exec(compile(_WATCHED_IMPORT, "<frozen importlib._bootstrap>", "exec"), names)
    bootstrap._find_and_load = names["_find_and_load"]


def _store_path(words, path):
    data = os.fsencode(path)[: layout.PATH * 8 - 8]
    data += bytes(-len(data) % 8)
    for i in range(len(data) // 8):
        words[layout.PATH_AT + i] = int.from_bytes(data[i * 8 : i * 8 + 8], "little", signed=True)
