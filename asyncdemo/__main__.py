"""The entry point: `asyncdemo` and `python -m asyncdemo`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # whoever unpacks the wheel by hand can get here
    sys.exit("asyncdemo needs Python 3.11 or newer, and this is %d.%d." % sys.version_info[:2])  # noqa: UP031

import errno
import gc
import os

INTERRUPTED, BROKEN_PIPE = 130, 141  # 128 + the number of the signal


def main() -> None:
    """Run the command line and leave with its exit status."""
    status: object = 0
    try:
        _main()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except SystemExit as ending:
        status = 0 if ending.code is None else ending.code
    finally:
        # All is said, and the status stands: one more Ctrl-C while Python shuts down must not put another in its place.
        import signal  # loaded by now; before that it would take a while

        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if isinstance(status, int):
        _leave(status)
    sys.exit(status)  # type: ignore[arg-type]  # what it was called with


def _leave(status: int) -> None:
    """End at once, with nothing left unwritten: to take apart all that was loaded takes as long as to start Python."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return  # closed, or nobody reads it: Python knows how to end with that
    os._exit(status & 0xFF)


def _main() -> None:
    gc.disable()  # nothing to collect while modules load; a tenth of the start-up time
    from asyncdemo.errors import AsyncdemoError, ToolError

    try:
        if sys.stderr is None:
            # closed by whoever has started us: nobody wants to hear it
            sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115  # stays open to the end; pathlib takes a while
        if sys.stdout is None:
            raise ToolError("standard output is closed; give it a file, a pipe or a terminal")
        from asyncdemo.cli.plain_words import asked_for

        if sys.platform == "win32":
            for stream in (sys.stdout, sys.stderr):
                stream.reconfigure(newline="\n")  # type: ignore[union-attr]
        command = asked_for(sys.argv[1:], os.environ)
        gc.freeze()  # what is loaded stays to the end; looking through it again was a fifth of the time of list
        gc.set_threshold(50_000, 20, 20)  # there may be millions of pieces and spans, and next to no cycles
        gc.enable()
        try:
            sys.exit(command())
        finally:
            gc.freeze()  # nor is it worth it when all is over
            sys.stdout.flush()  # here, where a reader that has gone is no surprise
    except AsyncdemoError as error:
        from asyncdemo.cli.messages import tell

        for message in (*getattr(error, "__notes__", ()), str(error)):
            tell(message)
        sys.exit(error.status)
    except BrokenPipeError:
        _end_without_reader()
    except SystemExit as ending:
        if not isinstance(ending.__context__, BrokenPipeError):
            raise
        _end_without_reader()  # Typer has made a failure of it
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO) or error.filename is not None:
            raise
        from asyncdemo.cli.messages import tell

        tell(f"cannot write the output: {error.strerror}")
        _forget_output()
        sys.exit(1)


def _end_without_reader() -> None:
    """Whoever read our output has gone, which is no fault: end as a program that knows nothing of it would."""
    _forget_output()
    sys.exit(BROKEN_PIPE)


def _forget_output() -> None:
    """Let what is still in the buffer of stdout go nowhere when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
