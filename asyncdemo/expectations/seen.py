"""What was seen of a run, as far as promises are about it."""

from typing import NamedTuple

from asyncdemo.expectations.blocks import Stream, Version
from asyncdemo.expectations.matching import printed_lines
from asyncdemo.recording import Run


class Seen(NamedTuple):
    """The lines on both streams, the exit status (None: it did not exit), the script's own seconds, the Python."""

    stdout: tuple[str, ...] = ()
    stderr: tuple[str, ...] = ()
    code: int | None = 0
    seconds: float | None = None
    version: Version = ()

    def lines(self, stream: Stream) -> tuple[str, ...]:
        """Give the lines of a stream."""
        return self.stdout if stream == "stdout" else self.stderr


def seen(run: Run, *, other: Stream, version: Version) -> Seen:
    """Give what was seen; `other` is the stream that what was written below Python is held for.

    `version` is that of the Python that was asked for; where the run itself could tell its own, that counts.
    """
    pieces: dict[str, list[str]] = {"stdout": [], "stderr": []}
    for output in run.output:
        pieces[other if output.stream == "other" else output.stream].append(output.text)
    stdout, stderr = (tuple(printed_lines("".join(texts))) for texts in pieces.values())
    own = run.python.version
    return Seen(
        stdout,
        stderr,
        run.outcome.code if run.outcome.kind == "exited" else None,
        run.seconds.script,
        tuple(map(int, own.split("."))) if own else version,
    )
