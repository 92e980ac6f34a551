"""From when on something counts, in seconds. What is published in docs/findings.md and can be set with --threshold."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from asyncdemo.errors import UsageError

THRESHOLDS: Mapping[str, float] = MappingProxyType(
    {
        "blocking-call": 0.05,  # one step off the processor
        "cpu-bound-step": 0.1,  # one step on the processor; the same as asyncio's slow_callback_duration
        "sequential-awaits": 0.1,  # what overlapping would save
        "spinning": 0.2,  # asking in one go, a thousand times or more
        "starved-task": 0.2,  # ready in one go, and not run
        "never-suspends": 0.05,  # computing of all these tasks together
        "swallowed-cancellation": 0.05,  # waiting again after having been cancelled
        "stuck": 1.0,  # nothing moved; less where that was most of the run
        "endless-step": 1.0,  # a step that went on when the run was stopped; less where that was most of the run
    }
)


def thresholds_from(settings: Iterable[str]) -> Mapping[str, float]:
    """All thresholds, with those changed that are set as RULE=SECONDS. Raises UsageError."""
    changed = dict(THRESHOLDS)
    for setting in settings:
        rule, _, value = setting.partition("=")
        if rule not in THRESHOLDS:
            raise UsageError(f"--threshold {setting}: {_hint(rule)}")
        try:
            seconds = float(value)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            raise UsageError(f"--threshold {setting}: give it as {rule}=SECONDS, for example {rule}=0.5")
        changed[rule] = seconds
    return changed


def _hint(rule: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(rule, THRESHOLDS, n=1)
    known = f"did you mean {near[0]}?" if near else f"those are {', '.join(THRESHOLDS)}"
    return f"no rule with a threshold is called {rule!r}; {known}"
