"""A finding: one thing observed in a run that a person should know. Plain data; `findings` is where they are made."""

from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning", "note"]


class Finding(NamedTuple):
    """What is wrong, at which line of the person's own code, and one thing to do about it.

    `path` and `line` are None where they are not known. `advice` is empty where none is known that is right there.
    `seconds` is what it took in all, None where time is not the point; `times` how often it was seen there; `tasks` the
    lanes that it is about. `beside` is what to say beside which lines of the code, as far as they are in the same file.
    """

    rule: str
    severity: Severity
    path: str | None
    line: int | None
    message: str
    advice: str
    seconds: float | None = None
    times: int = 1
    tasks: tuple[int, ...] = ()
    beside: tuple[tuple[int, str], ...] = ()


def finding_json(finding: Finding) -> dict[str, Any]:
    """Give a finding in the published shape."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.line,
        "seconds": None if finding.seconds is None else round(finding.seconds, 6),
        "times": finding.times,
        "tasks": list(finding.tasks),
        "message": finding.message,
        "advice": finding.advice,
    }
