"""Records what sys.stdout and sys.stderr write: which stream, which bytes, when, and from which line of the script.

Both streams share one pipe, which keeps the order of every writer; these records only put a name to its bytes. So a
record may be missing, never wrong, and no write may fail, double or change because of it.

The way in: a text stream hands its bytes to the method `write` of its buffer, and finds ours there. It stores the
record, then calls the native method. The streams stay the interpreter's own, and three things hold at any moment:

- While bytes are written no frame of ours is on the stack: what calls one step after the other is C.
- No lock is held while Python code of ours runs, so a signal handler that prints meanwhile can do so.
- Where a signal handler raises meanwhile, the bytes are written, and then its exception goes on without our frames.
"""

import _functools
import _io
import _operator
import _thread
import itertools
import os
import sys
import time

import _asyncdemo_layout as layout
import _asyncdemo_libraries


def buffer_by_line():
    """The numbers and streams, of stdout and stderr, that now write each line at once, as they do on a terminal."""
    streams = []
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if type(stream) is not _io.TextIOWrapper or stream.fileno() != number:
            continue  # closed at start-up, or already something else
        if not stream.write_through:  # python -u: every write is seen at once anyway
            stream.reconfigure(line_buffering=True)
        streams.append((number, stream))
    return streams


def as_on_a_console():
    """Have stdout and stderr encode all of Unicode, as on a console of Windows; in a pipe they have a code page."""
    for stream in (sys.stdout, sys.stderr):
        if type(stream) is _io.TextIOWrapper and stream.encoding != "utf-8":
            stream.reconfigure(encoding="utf-8", errors=stream.errors)


def record_writes(words, streams, libraries):
    """Record what these streams write; returns the sum of their numbers. `libraries` are the folders of libraries."""
    note = _noter(words, _numbers_of_files(words, libraries))
    for number, stream in streams:
        stream.buffer.write = _recorded(stream.buffer.write, number, note)
    return sum(number for number, _ in streams)


def _recorded(native, number, note):
    """A function that does what `native` does, the write method of a buffer, and notes the bytes before that."""
    apply, kind_of, is_a, whole, then = map, type, isinstance, bytes, _functools.partial  # a script may change builtins

    def record(data):
        try:
            write = apply(native, (data,))
            if kind_of(data) is whole:
                note(number, data)
            return write
        except everything as error:
            own = error.__traceback__
            while own is not None and own.tb_frame.f_code.co_filename == here:
                own = own.tb_next
            write = apply(native, (data,))
            if own is None and is_a(error, ordinary):
                return write  # not from a signal handler: the recursion limit, or no memory left
            return apply(then(following, apply(throw, (error.with_traceback(own),))), write)

    everything, ordinary, following = BaseException, Exception, next
    here = record.__code__.co_filename
    # Throwing into a generator that has ended raises the exception and adds no frame to its traceback.
    throw = _ended_generator().throw
    record.__code__ = _begun_in_peace(record.__code__)
    # reduce(matmul, (a, b), data) is (data @ a) @ b, so next(record(data)): two calls without a frame between them.
    return then(_functools.reduce, _operator.matmul, (_operand(record), _operand(following)))


def _operand(function):
    """An object for which `anything @ object` calls the function; numpy's arrays leave it to it when told so."""
    methods = {"__rmatmul__": staticmethod(function), "__array_ufunc__": None}
    return type("operand", (), methods)()


def _ended_generator():
    generator = (nothing for nothing in ())
    for _ in generator:
        pass
    return generator


def _begun_in_peace(code):
    """Let signal handlers run in this function only once it is inside its `try`.

    Since 3.11 the interpreter looks for signals at the instruction RESUME with which a function begins, outside of
    any `try`, but not where its argument (2) says that it goes on after a `yield from`. Earlier ones do not look
    where a function begins with `try`.
    """
    if sys.version_info < (3, 11):
        return code
    resume = (lambda: None).__code__.co_code[0]
    instructions = bytearray(code.co_code)
    for at in range(0, len(instructions), 2):
        if instructions[at] == resume and instructions[at + 1] == 0:
            instructions[at + 1] = 2
            return code.replace(co_code=bytes(instructions))
    return code


def _numbers_of_files(words, libraries):
    """Make a function that gives the number of a file of user code; 0 of a library's, or where there is no more room.

    They are counted from the end of the files: the tracer counts from the beginning.
    """
    known, numbers = {}, itertools.count(layout.FILES - 1, -1)
    least, following, to_number = layout.FILES - layout.PRINTING, next, int.from_bytes
    is_own, size, count_from, room = _asyncdemo_libraries.is_own, len, range, layout.FILE * 8 - 16

    def number_of(path):
        number = known.get(path)
        if number is None:
            number = following(numbers) if size(known) < layout.FILES and is_own(path, libraries) else 0
            if number < least:
                number = 0
            if number:
                data = path.encode("utf-8", "backslashreplace")[:room]
                data += b"\0" * (8 - size(data) % 8)
                at = layout.FILES_AT + number * layout.FILE
                for start in count_from(0, size(data), 8):
                    words[at + 1 + start // 8] = to_number(data[start : start + 8], "little", signed=True)
                words[at] = number
            known[path] = number
        return number

    return number_of


def _noter(words, number_of):
    main = id(sys.modules["__main__"].__dict__)  # a reference would keep the script's objects from their end
    pid, getpid = os.getpid(), os.getpid
    clock, getframe, thread_id = time.monotonic_ns, sys._getframe, _thread.get_ident
    numbers = itertools.count()
    mask, block, prime, seal_at = layout.WRITES - 1, layout.BLOCK, layout.PRIME, layout.SEAL_AT
    writes_at, entry, writer_at = layout.WRITES_AT, layout.WRITE, layout.WRITER_AT
    identity, size, count_from, to_number = id, len, range, int.from_bytes
    following = next
    writer_of = _writers()

    def note(stream, data):
        if getpid() != pid:
            return  # a forked child: what it prints is not ours to tell
        now, thread, place = clock(), thread_id(), 0
        frame = getframe(1)
        writer = writer_of(frame.f_back) if stream == 2 else 0
        for _ in count_from(64):
            frame = frame.f_back
            if frame is None:
                break
            if identity(frame.f_globals) == main:
                place = frame.f_lineno or 0
                break
            file = number_of(frame.f_code.co_filename)
            if file:
                place = file << 32 | (frame.f_lineno or 0)
                break
        blocks = (
            (data,) if 0 < size(data) <= block else [data[at : at + block] for at in count_from(0, size(data), block)]
        )
        kind = stream | writer << writer_at
        for piece in blocks:
            number = following(numbers)
            at = writes_at + (number & mask) * entry
            words[at + 2] = size(piece)
            words[at + 3] = to_number(piece, "little") % prime
            words[at + 4] = to_number(piece[:8], "little", signed=True)
            words[at + 5] = now
            words[at + 6] = thread
            words[at + 7] = place
            number += 1
            seal = (to_number(words[at + 2 : at + 8], "little") ^ kind ^ number) % prime
            words[at + 1] = kind | seal << seal_at
            words[at] = number
            kind += 1 << 8  # the next part

    return note


_LOGGED = -1  # somebody logs an error


def _is_uvloops(frame):
    """True if it is uvloop that logs an error: its handler of exceptions is written in C, and has no frame."""
    if "uvloop.loop" not in sys.modules:
        return False
    by = frame.f_locals.get("self")
    return type(by).__module__ == "logging" and by.name == "asyncio"


def _writers():
    """Make a function that tells who writes, as layout.WRITERS has it, given the frame in which that is done.

    What the interpreter writes by itself it writes in whichever frame is being executed, as print does: it is told
    from that by the instruction, where that is none that could have called anything.
    """
    library = os.__file__.rpartition(os.sep)[0] + os.sep
    asyncio, found_in = library + "asyncio" + os.sep, {}
    for name in ("warnings", "_py_warnings"):
        found_in[library + name + ".py", "_warn_unawaited_coroutine"] = layout.WARNING
        found_in["<frozen " + name + ">", "_warn_unawaited_coroutine"] = layout.WARNING
        # What shows any warning, such as a ResourceWarning, or one that the script itself has given.
        found_in[library + name + ".py", "_showwarnmsg_impl"] = layout.SHOWN
    found_in[asyncio + "base_events.py", "call_exception_handler"] = layout.LOOPS
    found_in[library + "logging" + os.sep + "__init__.py", "exception"] = layout.TRACEBACK
    found_in[library + "logging" + os.sep + "__init__.py", "error"] = _LOGGED
    names = {name for _, name in found_in}
    written_by = {library + "traceback.py": layout.TRACEBACK, library + "threading.py": layout.PYTHON}
    calling, count_from, begins = _calling_instructions(), range, str.startswith

    def writer_of(innermost):
        frame, shown = innermost, None
        for _ in count_from(64):
            if frame is None:
                break
            code = frame.f_code
            if code.co_name in names:
                writer = found_in.get((code.co_filename, code.co_name))
                if writer == layout.SHOWN:
                    shown = writer  # for whom, a frame further out may tell
                elif writer == _LOGGED:
                    if _is_uvloops(frame):
                        return layout.LOOPS
                elif writer is not None:
                    return writer
            frame = frame.f_back
        if shown is not None:
            return shown
        if innermost is None:
            return layout.PYTHON
        code = innermost.f_code
        if begins(code.co_filename, asyncio) or code.co_code[innermost.f_lasti] not in calling:
            return layout.PYTHON  # asyncio itself never prints anything
        return written_by.get(code.co_filename, layout.SCRIPT)

    return writer_of


def _calling_instructions():
    """The instructions by which Python code can have something called that writes: calls, and what iterates."""
    found = set()

    def called(*_, **__):
        frame = sys._getframe(1)
        found.add(frame.f_code.co_code[frame.f_lasti])
        return 0

    called()
    called(1, key=1)
    called(*())
    called.__call__()
    for _ in map(called, (1,)):
        pass
    (_,) = map(called, (1,))
    [*map(called, (1,))]
    if sys.version_info[:2] == (3, 11):
        found.add(166)  # PRECALL, which does the call itself once it has been executed a few times
    return found
