"""What Ctrl-C means once a run has been ended by it."""

import signal

from asyncdemo.model.recording import Run


def once_is_enough(run: Run) -> Run:
    """Give the run; if Ctrl-C has ended it, those who press again and again get their report all the same.

    SIGTERM still ends us, should nobody take what we write.
    """
    if run.was_interrupted:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return run
