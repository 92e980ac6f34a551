"""The rules in the order in which findings are told: what went wrong first, then what took time, then what might be."""

from collections.abc import Callable, Mapping

from asyncdemo.findings.blocking import blocking_call, cpu_bound_step, nested_run
from asyncdemo.findings.evidence import Evidence
from asyncdemo.findings.hangs import blocked_exit, deadlock, endless_step, pool_exhausted, stuck
from asyncdemo.findings.lifecycle import cancelled_at_exit, never_awaited, unfinished_async_generator
from asyncdemo.findings.lost_errors import (
    exception_never_retrieved,
    swallowed_cancellation,
    task_destroyed_pending,
    unsafe_thread_call,
)
from asyncdemo.findings.mixed_up import shared_stream, unclosed_resource, wrong_loop
from asyncdemo.findings.pytest_summary import is_pytest, with_test
from asyncdemo.findings.self_waits import self_wait
from asyncdemo.findings.spinning import spinning
from asyncdemo.findings.starving import never_suspends, starved_task
from asyncdemo.findings.thresholds import THRESHOLDS
from asyncdemo.findings.unseen_errors import lost_error, too_many_open, uncaught_group
from asyncdemo.findings.waiting import sequential_awaits
from asyncdemo.model.recording import Finding, Run

OnFailure = Callable[[str, Exception], None]

RULES: Mapping[str, Callable[[Evidence], list[Finding]]] = {
    "self-wait": self_wait,
    "deadlock": deadlock,
    "pool-exhausted": pool_exhausted,
    "stuck": stuck,
    "endless-step": endless_step,
    "blocked-exit": blocked_exit,
    "wrong-loop": wrong_loop,
    "never-awaited": never_awaited,
    "nested-run": nested_run,
    "too-many-open": too_many_open,
    "uncaught-group": uncaught_group,
    "shared-stream": shared_stream,
    "lost-error": lost_error,
    "exception-never-retrieved": exception_never_retrieved,
    "task-destroyed-pending": task_destroyed_pending,
    "unsafe-thread-call": unsafe_thread_call,
    "swallowed-cancellation": swallowed_cancellation,
    "blocking-call": blocking_call,
    "cpu-bound-step": cpu_bound_step,
    "spinning": spinning,
    "starved-task": starved_task,
    "never-suspends": never_suspends,
    "cancelled-at-exit": cancelled_at_exit,
    "unfinished-async-generator": unfinished_async_generator,
    "unclosed-resource": unclosed_resource,
    "sequential-awaits": sequential_awaits,
}

# Seen by what Python itself says, whether tasks are traced or not.
SAID = frozenset(
    {
        "never-awaited",
        "nested-run",
        "exception-never-retrieved",
        "task-destroyed-pending",
        "wrong-loop",
        "shared-stream",
        "uncaught-group",
        "unclosed-resource",
    }
)


def find(
    run: Run, thresholds: Mapping[str, float] = THRESHOLDS, on_failure: OnFailure | None = None
) -> tuple[Finding, ...]:
    """All findings of a run, those of each rule with the most time first. Cost: linear in spans and output.

    `on_failure` is given the name of a rule that raises and its error, and the other rules go on; without it the error
    goes to the caller.
    """
    evidence = Evidence(run, thresholds)
    found: list[Finding] = []
    for name, rule in RULES.items():
        try:
            found += sorted(rule(evidence), key=lambda finding: -(finding.seconds or 0.0))
        except Exception as error:
            if on_failure is None:
                raise
            on_failure(name, error)
    return tuple(with_test(evidence, each) for each in found) if is_pytest(run) else tuple(found)


def judged(run: Run, thresholds: Mapping[str, float] = THRESHOLDS, on_failure: OnFailure = lambda *_: None) -> Run:
    """The run with its findings; a rule that fails costs its own findings and becomes a note."""
    notes: list[str] = []

    def note(rule: str, error: Exception) -> None:
        notes.append(f"the rule {rule} failed ({type(error).__name__}): its findings are missing, the others are here")
        on_failure(rule, error)

    findings = find(run, thresholds, note)
    return run._replace(findings=findings, notes=(*run.notes, *notes))
