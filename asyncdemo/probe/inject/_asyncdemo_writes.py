"""Records what sys.stdout and sys.stderr write: which stream, which bytes, when, and from which line of the script.

Both streams share one pipe, which keeps the order of every writer; these records only put a name to its bytes. So a
record may be missing, never wrong, and no write may fail, double or change because of it.

The way in: BufferedWriter looks up `write` on its raw file for every attempt, and tries again when an attempt wrote
nothing. The raw files here answer the first look-up with a recorder, which stores a record and reports that nothing
was written, and the second with the native method. So while bytes are written no frame of ours is on the stack: a
write that blocks, fails or is interrupted does so as it would without us.
"""

import _functools
import _io
import _signal
import _thread
import binascii
import itertools
import os
import sys
import time

import _asyncdemo_layout as layout


def record_writes(words):
    """Put recording streams in place of sys.stdout and sys.stderr; returns 1 + 2 for those that were replaced."""
    note = _noter(words)
    replaced = 0
    for name, number in (("stdout", 1), ("stderr", 2)):
        old = getattr(sys, name)
        if type(old) is not _io.TextIOWrapper or old.fileno() != number:
            continue  # closed at start-up, or already something else
        new = _stream(old, "<%s>" % name, number, note)
        setattr(sys, name, new)
        setattr(sys, "__%s__" % name, new)
        replaced |= number
    return replaced


def _stream(old, name, number, note):
    raw = _raw_file(number, note)
    raw.name = name
    unbuffered = type(old.buffer) is _io.FileIO  # python -u
    buffer = raw if unbuffered else _io.BufferedWriter(raw, getattr(raw, "_blksize", 8192))
    new = _io.TextIOWrapper(
        buffer,
        encoding=old.encoding,
        errors=old.errors,
        newline="\n",
        line_buffering=not unbuffered,  # as on a terminal, so that output is seen when it is printed
        write_through=unbuffered,
    )
    new.mode = "w"
    return new


class _InterruptWhenGone:
    # A Ctrl-C that hits the recorder would put a frame of ours into the traceback. So it is swallowed there and asked
    # for again as the frame goes: then it is raised by BufferedWriter, as it is when no recorder is there.
    __del__ = _thread.interrupt_main


def _raw_file(number, note):
    class FileIO(_io.FileIO):
        pass

    FileIO.__module__ = "_io"
    FileIO.__qualname__ = "FileIO"
    raw = FileIO(number, "wb", closefd=False)
    native = raw.write
    ctrl_c = (_signal.SIGINT, _signal.default_int_handler)

    def record(data):
        if type(data) is not memoryview or data.obj is not None:
            # not BufferedWriter, but somebody who takes the answer for the number of bytes written
            next(turns)
            if type(data) is bytes:
                note(number, data)
            return native(data)
        try:
            note(number, data)
        except KeyboardInterrupt:
            if _signal.getsignal(ctrl_c[0]) is not ctrl_c[1]:
                raise
            again = _InterruptWhenGone()  # noqa: F841
        return 0

    turns = itertools.cycle((record, native))
    # property, partial, next and cycle are all C: the look-up itself runs no Python code.
    FileIO.write = property(_functools.partial(next, turns))
    return raw


def _noter(words):
    main = sys.modules["__main__"].__dict__
    pid, getpid = os.getpid(), os.getpid
    clock, crc32, getframe, thread_id = time.monotonic_ns, binascii.crc32, sys._getframe, _thread.get_ident
    numbers = itertools.count()
    mask, block = layout.WRITES - 1, layout.BLOCK

    def note(stream, data):
        if getpid() != pid:
            return  # a forked child: what it prints is not ours to tell
        now, thread, line = clock(), thread_id(), script_line()
        for part, start in enumerate(range(0, len(data), block)):
            piece = data[start : start + block]
            first = int.from_bytes(piece[:8], "little", signed=True)
            checksum = crc32(piece)
            number = next(numbers)
            at = layout.WRITES_AT + (number & mask) * layout.WRITE
            words[at + 1] = stream | part << 8
            words[at + 2] = len(piece)
            words[at + 3] = checksum
            words[at + 4] = first
            words[at + 5] = now
            words[at + 6] = thread
            words[at + 7] = line
            words[at] = number + 1

    def script_line():
        frame = getframe(2)
        for _ in range(64):
            frame = frame.f_back
            if frame is None:
                return 0
            if frame.f_globals is main:
                return frame.f_lineno or 0
        return 0

    return note
