"""The entry point: `asyncdemo` and `python -m asyncdemo`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # whoever unpacks the wheel by hand can get here
    sys.exit("asyncdemo needs Python 3.11 or newer, and this is %d.%d." % sys.version_info[:2])  # noqa: UP031

import gc
import os
import signal


def main() -> None:
    """Run the command line and leave with its exit status."""
    gc.disable()  # nothing to collect while modules load; a tenth of the start-up time
    from asyncdemo.errors import AsyncdemoError

    try:
        from asyncdemo.cli.app import app

        gc.freeze()  # what is loaded stays to the end; looking through it again was a fifth of the time of list
        gc.enable()
        if "_ASYNCDEMO_COMPLETE" in os.environ:
            from asyncdemo.cli.completion import end_at_colon

            end_at_colon(os.environ)
        try:
            app(prog_name="asyncdemo")
        finally:
            gc.freeze()  # nor is it worth it when all is over
            sys.stdout.flush()  # here, where a reader that has gone is no surprise
    except AsyncdemoError as error:
        print(f"asyncdemo: {error}", file=sys.stderr)
        sys.exit(error.status)
    except BrokenPipeError:
        # Whoever read our output has gone, which is no fault: end as a program that knows nothing of it would.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
