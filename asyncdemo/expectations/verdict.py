"""What `check` has to say of one target."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from asyncdemo.expectations.difference import as_text
from asyncdemo.expectations.fault import Fault

SCHEMA = "asyncdemo.check/1"

Status = Literal["passed", "failed", "skipped"]


class Verdict(NamedTuple):
    """A target, the scenario that it belongs to (None: a file that is none), and whether its promises are kept.

    `said` is why it was skipped, or what else there is to say of one that passed.
    """

    target: str
    scenario: str | None
    chapter: str
    status: Status
    faults: tuple[Fault, ...] = ()
    said: str | None = None

    @property
    def reason(self) -> str | None:
        """All that is to be said, in one line; None where nothing is."""
        return "; ".join(f"{fault.place}: {fault.message}" for fault in self.faults) or self.said

    @property
    def diff(self) -> str | None:
        """The differences of texts as plain text, None where there are none."""
        texts = [f"{fault.place}: {fault.message}\n{as_text(fault.rows)}" for fault in self.faults if fault.rows]
        return "\n".join(texts) or None


def to_json(verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """Give the published shape."""
    return {
        "schema": SCHEMA,
        "results": [
            {"target": each.target, "status": each.status, "reason": each.reason, "diff": each.diff}
            for each in verdicts
        ],
    }


class Report(NamedTuple):
    """All verdicts, the Python they hold for, how long it took (seconds), and whether it was interrupted.

    `noun` is what the verdicts are about.
    """

    verdicts: tuple[Verdict, ...]
    python: str
    took: float
    interrupted: bool
    noun: str = "scenario"


class Summary(NamedTuple):
    """How many scenarios there are, and which: all targets that are ready, not ready, or skipped."""

    total: int
    ready: int
    failed: tuple[str, ...]
    skipped: tuple[str, ...]


def summary(verdicts: Iterable[Verdict]) -> Summary:
    """Count scenarios: one is ready if something of it passed and nothing failed. A file that is none counts as one."""
    statuses: dict[str, set[Status]] = {}
    skipped = []
    for each in verdicts:
        statuses.setdefault(each.scenario or each.target, set()).add(each.status)
        if each.status == "skipped":
            skipped.append(each.target)
    failed = tuple(name for name, found in statuses.items() if "failed" in found)
    ready = sum("passed" in found and "failed" not in found for found in statuses.values())
    return Summary(len(statuses), ready, failed, tuple(skipped))


def sentence(counted: Summary, python: str) -> str:
    """Say what is ready on this machine, and what is not."""
    are = "is" if counted.ready == 1 else "are"
    parts = [f"{counted.ready} of {counted.total} {are} ready on this machine ({python})"]
    if counted.failed:
        parts.append(f"not: {', '.join(counted.failed)}")
    if counted.skipped:
        parts.append(f"skipped: {', '.join(counted.skipped)}")
    return "; ".join(parts) + "."
