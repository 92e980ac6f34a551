"""Each rule on one recording in which it is true, and on one that is nearly the same and must stay silent.

Pure, so that a rule that finds nothing, or too much, is noticed by `make quick`.
"""

from typing import NamedTuple

import pytest

from asyncdemo.findings import RULES, find
from asyncdemo.model.recording import Output, Run, Writer  # noqa: F401  # for recordings
from asyncdemo.model.spans import CrossThreadCall, IgnoredCancellation, Raised, Task  # noqa: F401  # for recordings
from tests.findings import standing
from tests.findings.examples import SCRIPTS, examples
from tests.findings.fabricated import MAIN, PATH, Row, run, task  # noqa: F401  # for recordings

BEAT, JOB = task(2, "beat", 3), task(3, "job", 9)
LATE: list[Row] = [(2, "waiting", 0.0, 0.15), (2, "ready", 0.15, 0.41)]


class Case(NamedTuple):
    """What a rule finds at which line in `found`, and finds nothing of in `silent`."""

    found: Run
    line: int
    words: str
    silent: Run


def hanging(rule: str, *, nearly: bool = False) -> Run:
    """A run that was stopped in which this rule is true, or nearly is."""
    main, job = standing.there(1, "main", 20, parent=None), standing.there(2, "job", 9)
    lock, both = standing.LOCK, standing.waiting(1, 2)
    waits = standing.standing(1, "task", standing.place(22), awaits=(2,))
    holder = standing.standing(2, "sleep", standing.place(11, holds=(lock,)))
    wants = standing.standing(1, "lock", standing.place(22, holds=(lock,)), standing.ENTERING, about=lock)
    if rule == "deadlock":
        event = standing.standing(2, "event", standing.place(11), about=5)
        return standing.stopped([main, job], both, standing.loop(waits, event, is_dead=not nearly, timers=nearly))
    if rule == "stuck":
        read = holder._replace(wait="stream.read") if nearly else holder
        return standing.stopped([main, job], both, standing.loop(wants, read, timers=1))
    if rule == "blocked-exit":
        ends = standing.library("asyncio/runners.py", "close")
        shuts = standing.standing(3, "threads of the pool", ends)
        busy = standing.thread(standing.place(5), name="asyncio_0", id=2, idle=nearly)
        threads = (standing.thread(ends), busy)
        return standing.stopped([MAIN._replace(ended=1.0)], [], standing.loop(shuts), threads=threads)
    if rule == "pool-exhausted":
        inner = standing.thread(standing.place(5), name="x", id=2, pool=9, queued=1, waits_for_job=True)
        spare = standing.thread(name="y", id=3, pool=9, queued=1, idle=True)
        return standing.stopped([main], [], standing.loop(), threads=(inner, spare) if nearly else (inner,))
    step = (standing.library("asyncio/base_events.py", "_run_once"), standing.place(22, "main"), standing.place(11))
    runs = standing.loop(standing.standing(1, "", standing.place(22), state="running"))
    itself = {"waits_for": 2 if nearly else 1} if rule == "self-wait" else {}
    began = 2.9 if nearly or rule == "self-wait" else 1.0
    rows: list[Row] = [(1, "waiting", 0.0, began), (1, "running", began, 3.05)]
    return standing.stopped([main], rows, runs, threads=(standing.thread(*step, **itself),))


ERROR = f'Traceback (most recent call last):\n  File "{PATH}", line 5, in job\n    await queue.put(1)\n{{}}\n'


def failed(error: str, text: str, *, unseen: bool = False) -> Task:
    """A task that ended with an error in line 12."""
    return task(3, "job", 9, end="raised", raised=Raised(error, PATH, 12, text, unseen))


def case(rule: str) -> Case:
    """What stands under "recorded" in the rule's file."""
    recorded = next(each for each in examples(SCRIPTS / f"{rule}.md") if each.kind == "recorded")
    names = dict(globals())
    exec(recorded.code, names)
    return Case(names["found"], names["line"], names["words"], names["silent"])


@pytest.mark.parametrize("rule", RULES)
def test_it_is_found_at_its_line(rule: str) -> None:
    found, line, words, _ = case(rule)
    (finding,) = find(found)
    assert (finding.rule, finding.line) == (rule, line)
    assert words in finding.message


@pytest.mark.parametrize("rule", RULES)
def test_what_is_nearly_the_same_is_none(rule: str) -> None:
    assert find(case(rule).silent) == ()
