"""Lets the tool ask for the stack of the main thread while a step takes long: with SIGURG, answered by faulthandler."""

import _signal
import faulthandler
import fcntl
import os
import resource

import _asyncdemo_layout as layout

_ROOM = 200  # descriptors below which none is taken


def offer_stacks(words):
    """Have the stack written into the tool's file on SIGURG, unless the script has plans of its own for it.

    Does nothing where that was done before, or cannot be done.
    """
    number = words[layout.STACKS] - 1
    if number < 0 or words[layout.OFFERED] or _signal.getsignal(_signal.SIGURG) is not _signal.SIG_DFL:
        return
    words[layout.OFFERED] = 1
    try:
        file = os.open("/proc/%d/fd/%d" % (words[layout.TOOL], number), os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    except OSError:
        return
    top = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1 << 16) - 1
    if top < _ROOM:
        os.close(file)
        return  # the script may need every descriptor that there is
    kept = fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, top)  # where no script comes upon it
    os.close(file)
    faulthandler.register(_signal.SIGURG, file=kept, all_threads=False)
