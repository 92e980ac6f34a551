"""What a run needs to be told. In a file of its own, so that the command line need not load what runs it."""

from collections.abc import Mapping
from typing import NamedTuple

from asyncdemo.model.recording import Subject


class Plan(NamedTuple):
    """All that a run needs: what is run, and the exact command.

    `cannot` says why it cannot even be started, if so, and `cannot_status` is the exit status of `--output-only` then.
    `timeout` is in seconds, or None. `expected` is the exit status that counts as ok. `watch_for` is after how many
    seconds it has been watched long enough. `times_only` leaves the script's streams and loops alone: then only the
    times are observed. `without_input` keeps our own standard input from it. `stop_at_deadlock`
    makes an end of it as soon as nothing can wake it any more. `thresholds` say from when on a finding
    counts, None for the usual ones.
    """

    subject: Subject
    command: tuple[str, ...]
    timeout: float | None = None
    expected: int = 0
    watch_for: float | None = None
    times_only: bool = False
    without_input: bool = False
    thresholds: Mapping[str, float] | None = None
    stop_at_deadlock: bool = False
    cannot: str | None = None
    cannot_status: int = 125
