"""What `check` finds out: the mismatches, the result of each target, and all of them in a sentence."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from asyncdemo.expectations.line_matching import Row, as_text


class Mismatch(NamedTuple):
    """What is wrong, in words, and where it was expected: `path`, and `line` where that is known.

    `rows` show the difference where it is one of texts. `in_time`: a busy machine may be the reason, so that it is
    worth another try.
    """

    message: str
    path: str
    line: int | None = None
    rows: tuple[Row, ...] = ()
    timing_sensitive: bool = False

    @property
    def place(self) -> str:
        """The file, and the line where it is known, as compilers write it."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


SCHEMA = "asyncdemo.check/1"

Status = Literal["passed", "failed", "skipped"]


class CheckResult(NamedTuple):
    """A target, the scenario that it belongs to (None: a file that is none), and whether its expectations are met.

    `said` is why it was skipped, or what else there is to say of one that passed.
    """

    target: str
    scenario: str | None
    chapter: str
    status: Status
    mismatches: tuple[Mismatch, ...] = ()
    said: str | None = None

    @property
    def reason(self) -> str | None:
        """All that is to be said, in one line; None where nothing is."""
        return "; ".join(f"{mismatch.place}: {mismatch.message}" for mismatch in self.mismatches) or self.said

    @property
    def diff(self) -> str | None:
        """The differences of texts as plain text, None where there are none."""
        texts = [
            f"{mismatch.place}: {mismatch.message}\n{as_text(mismatch.rows)}"
            for mismatch in self.mismatches
            if mismatch.rows
        ]
        return "\n".join(texts) or None


def to_json(results: Iterable[CheckResult]) -> dict[str, Any]:
    """The published shape."""
    return {
        "schema": SCHEMA,
        "results": [
            {"target": each.target, "status": each.status, "reason": each.reason, "diff": each.diff} for each in results
        ],
    }


class Report(NamedTuple):
    """All results, the Python they hold for, how long it took (seconds), and whether it was interrupted.

    `noun` is what the results are about; `unfinished` names the scenarios of which some script was not checked then.
    """

    results: tuple[CheckResult, ...]
    python: str
    took: float
    interrupted: bool
    noun: str = "scenario"
    unfinished: tuple[str, ...] = ()


class Summary(NamedTuple):
    """How many scenarios there are, and which: all targets that are ready, not ready, or skipped."""

    total: int
    ready: int
    failed: tuple[str, ...]
    skipped: tuple[str, ...]


def summary(results: Iterable[CheckResult], unfinished: Iterable[str] = ()) -> Summary:
    """The scenarios counted: one is ready if something of it passed, nothing failed, and nothing is yet to be checked.

    A file that is no scenario counts as one.
    """
    statuses: dict[str, set[Status | None]] = {name: {None} for name in unfinished}
    skipped = []
    for each in results:
        statuses.setdefault(each.scenario or each.target, set()).add(each.status)
        if each.status == "skipped":
            skipped.append(each.target)
    failed = tuple(name for name, found in statuses.items() if "failed" in found)
    ready = sum("passed" in found and found <= {"passed", "skipped"} for found in statuses.values())
    return Summary(len(statuses), ready, failed, tuple(skipped))


def sentence(counted: Summary, python: str) -> str:
    """What is ready on this machine, and what is not."""
    are = "is" if counted.ready == 1 else "are"
    parts = [f"{counted.ready} of {counted.total} {are} ready on this machine ({python})"]
    if counted.failed:
        parts.append(f"not: {', '.join(counted.failed)}")
    if counted.skipped:
        parts.append(f"skipped: {', '.join(counted.skipped)}")
    return "; ".join(parts) + "."
