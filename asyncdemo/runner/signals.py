"""The signals that end a run. What whoever started us wants ignored (nohup, a script's background job) stays so.

Here and in the child: an ignored signal is inherited, and one that we handle is not.
"""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from signal import Signals
from types import FrameType

ENDING = (Signals.SIGINT, Signals.SIGTERM, Signals.SIGHUP, Signals.SIGQUIT)
# What whoever started us wants ignored, here and in the child; asked before anything of ours can have changed it.
IGNORED = frozenset(number for number in ENDING if signal.getsignal(number) is signal.SIG_IGN)


def heeded(numbers: Iterable[Signals]) -> tuple[Signals, ...]:
    """Those of the signals that are not to be ignored."""
    return tuple(number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN)


@contextmanager
def handled(numbers: Iterable[Signals], handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals, but for ignored ones, within the block."""
    before = {number: signal.signal(number, handler) for number in heeded(numbers)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
