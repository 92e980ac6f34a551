"""In what the variants of a scenario differ: how fast they do the same, what they print, or that something is wrong."""

from collections.abc import Sequence

from asyncdemo.model.recording import Run


def same_work(runs: Sequence[Run]) -> list[Run]:
    """Give the most runs that printed the same lines, in any order: only of those a difference in time means much."""
    printed = [_lines(run) for run in runs]
    most = max(printed, key=printed.count, default=frozenset[str]())
    return [run for run, lines in zip(runs, printed, strict=True) if lines == most]


def is_about_speed(runs: Sequence[Run]) -> bool:
    """Whether to compare their times is the next thing to do: they do the same, and none of them is in error."""
    errors = any(finding.severity == "error" for run in runs for finding in run.findings or ())
    return all(run.ok for run in runs) and not errors and len(same_work(runs)) > 1


def own_lines(runs: Sequence[Run]) -> list[str | None]:
    """Give the last line of each that not all of them printed; None where there is none."""
    common = frozenset.intersection(*map(_lines, runs)) if runs else frozenset[str]()
    return [next((line for line in reversed(_in_order(run)) if line not in common), None) for run in runs]


def _lines(run: Run) -> frozenset[str]:
    return frozenset(_in_order(run))


def _in_order(run: Run) -> list[str]:
    text = "".join(output.text for output in run.output if output.stream != "stderr")
    return [line for line in text.splitlines() if line.strip()]
