"""Lets the tool ask for the stack of the main thread while a step takes long, in two ways.

SIGURG asks politely: the interpreter calls our handler where it is safe to, between two bytecodes, and the handler
writes down the stack. While a call of a C function goes on nobody answers. Then the tool sends layout.PRESSING, which
faulthandler answers at once, whatever goes on. That must not happen while bytecodes are executed: CPython 3.11 and
3.12 follow a pointer then that is not set yet, about once in 6000 times, and die of it. A thread besides the main one
has the second way only, while it sleeps.

The answers go into a pipe of the tool's. A limit on the size of files does not count there, writing never waits, and
since the descriptor can read as well, there is always somebody who could: no signal comes of it when the tool is gone.
"""

import _signal
import faulthandler
import os
import sys
import time

import _asyncdemo_layout as layout
import _asyncdemo_reasons
import _asyncdemo_snapshot
import _asyncdemo_trace

_LINE = '  File "%s", line %d in %s\n'
_ROOM = 200  # descriptors below which none is taken
_DEEP = 100  # frames at most, as faulthandler has it
_NOTHING = b"Stack 0 0\n"  # the answer where none can be given
# Before CPython 3.10 an error of ours, where the script is near its limit of calls within calls, takes that limit off
# it: the interpreter dies of what comes later.
_IS_FATAL = sys.version_info < (3, 10)
_MOST = 1 << 15  # bytes of an answer: they must find room in the pipe, however long its paths are


def offer_stacks(words, recorder):
    """Have the stack written into the tool's pipe when it asks, unless the script has plans of its own for that.

    Does nothing where that was done before, or cannot be done: as outside of the main thread.
    """
    number = words[layout.STACKS] - 1
    if number < 0:
        return  # not Linux: what follows may not even be there
    import fcntl
    import resource

    signals = _signal.SIGURG, layout.PRESSING
    if words[layout.OFFERED] or any(_signal.getsignal(each) is not _signal.SIG_DFL for each in signals):
        return
    words[layout.OFFERED] = layout.NOT_OFFERED
    try:
        pipe = os.open("/proc/%d/fd/%d" % (words[layout.PARENT], number), os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        _asyncdemo_reasons.say(words, "stacks")
        return
    top = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1 << 16) - 1
    if top < _ROOM:
        os.close(pipe)  # the script may need every descriptor that there is
        _asyncdemo_reasons.say(words, "stacks", "only %d descriptors are allowed" % (top + 1))
        return
    kept = fcntl.fcntl(pipe, fcntl.F_DUPFD_CLOEXEC, top)  # where no script comes upon it
    os.close(pipe)
    try:
        _signal.signal(_signal.SIGURG, _answer(kept, recorder))
    except ValueError:
        os.close(kept)  # not the main thread
        _asyncdemo_reasons.say(words, "stacks")
        return
    _signal.siginterrupt(_signal.SIGURG, False)  # what can be begun again by itself is
    words[layout.OFFERED] = layout.POLITELY
    if sys.version_info[:3] != (3, 13, 0) and not words[layout.UNTRIED]:
        # That one also dies of it while what a frame has held is freed, if that takes long.
        faulthandler.register(layout.PRESSING, file=kept, all_threads=False)
        words[layout.OFFERED] = layout.IN_EITHER_WAY


def _answer(pipe, recorder):
    """Make the signal handler. It tells when it was called, and how long the thread had no processor until then."""
    clock, run_queue, write = time.monotonic_ns, _asyncdemo_trace.run_queue, os.write

    taken, runners, busy = [0], recorder.runners, []

    def stack(frame):
        lines = ["Stack %d %d\n" % (clock(), run_queue() or 0)]
        while frame is not None and len(lines) <= _DEEP:
            code = frame.f_code
            if runners and id(frame) in runners.values():
                lines.append(_LINE % layout.IN_C)
            lines.append(_LINE % (code.co_filename, frame.f_lineno or 0, code.co_name))
            frame = frame.f_back
        text = "".join(lines).encode("utf-8", "backslashreplace")
        return text[: text.rfind(b"\n", 0, _MOST) + 1]

    def answer(_, innermost):
        if _IS_FATAL:
            try:
                sys.setrecursionlimit(sys.getrecursionlimit())  # changes nothing, and is refused near the limit
            except RecursionError as error:
                write(pipe, _NOTHING)
                if error.args[0].startswith("cannot set"):
                    return
                raise  # the next call of the script's would have raised the same
        try:
            if busy:  # a whole answer within another would stand on it, and so on
                write(pipe, _NOTHING)
                return
            busy.append(1)
            write(pipe, stack(innermost))
            if recorder.words is not None and recorder.words[layout.WANTED] != taken[0]:
                taken[0] = recorder.words[layout.WANTED]
                _asyncdemo_snapshot.take_all(recorder, innermost)
            busy.clear()
        except BaseException as error:
            busy.clear()
            if _asyncdemo_trace.raised_elsewhere(error):
                raise
            _asyncdemo_reasons.say(recorder.words, "a stack")

    return answer
