"""Each rule on one recording in which it is true, and on one that is nearly the same and must stay silent.

Pure, so that a rule that finds nothing, or too much, is noticed by `make quick`.
"""

from typing import NamedTuple

import pytest

from asyncdemo.findings import RULES, find
from asyncdemo.model.recording import Output, Run, Writer
from asyncdemo.model.spans import CrossThreadCall, IgnoredCancellation, Raised, Task
from tests.findings import standing
from tests.findings.fabricated import MAIN, PATH, Row, run, task

BEAT, JOB = task(2, "beat", 3), task(3, "job", 9)
LATE: list[Row] = [(2, "waiting", 0.0, 0.15), (2, "ready", 0.15, 0.41)]
CLEANS_UP = """\
async def rows():
    try:
        yield 1
    finally:
        close()
async def main():
    async for row in rows():
        break
"""
CATCHES = """\
async def job():
    while True:
        try:
            await sleep(1)
        except BaseException:
            note()
"""
IN_A_ROW = "async def fetch(n):\n    await sleep(n)\nasync def main():\n    await fetch(1)\n    await fetch(2)\n"
IN_TURN: list[Row] = [(1, "waiting", 0.0, 0.2, 4), (1, "waiting", 0.3, 0.6, 5)]
WAITS_LAST = "import asyncio\nasync def job():\n    await asyncio.sleep(9)\n"
WARNED = f"{PATH}:4: RuntimeWarning: coroutine 'main' was never awaited\n"
LOST = (
    "Task exception was never retrieved\n"
    "future: <Task finished name='Task-3' coro=<job() done, defined at /home/me/app.py:9> exception=KeyError(1)>\n"
    f'Traceback (most recent call last):\n  File "{PATH}", line 12, in job\n    fail()\n{{}}\n'
)
NESTED = f'Traceback (most recent call last):\n  File "{PATH}", line 5, in job\n    asyncio.run(main())\n{{}}\n'
DESTROYED = (
    "{}Task was destroyed but it is pending!\n"
    "task: <Task pending name='Task-3' coro=<job() running at /home/me/app.py:10> wait_for=<Future pending>>\n"
)
GENERATOR = (
    "an error occurred during closing of asynchronous generator <async_generator object {} at 0x7f>\n"
    "asyncgen: <async_generator object {} at 0x7f>\n"
    'Traceback (most recent call last):\n  File "{}", line 5, in rows\n    close()\nValueError: x\n'
)


class Case(NamedTuple):
    """What a rule finds at which line in `found`, and finds nothing of in `silent`."""

    found: Run
    line: int
    words: str
    silent: Run


def starved(length: float) -> Run:
    """beat is ready that long while many short steps of jobs come first."""
    steps: list[Row] = [(3, "running", 0.1 + n * 0.001, 0.1 + (n + 1) * 0.001) for n in range(round(length * 1000))]
    rows: list[Row] = [(2, "ready", 0.0, 0.001), (2, "waiting", 0.001, 0.1, 3), (2, "ready", 0.1, 0.1 + length, 3)]
    return run([MAIN, BEAT, JOB], [*rows, *steps])


def asking(length: float) -> Run:
    """job asks that long at line 4, ten thousand times a second, and nothing else runs but beat at its end."""
    rows: list[Row] = []
    for number in range(round(length * 10_000)):
        rows += [
            (3, "ready", number / 1e4, number / 1e4 + 5e-5, 4),
            (3, "running", number / 1e4 + 5e-5, number / 1e4 + 1e-4),
        ]
    end: list[Row] = [(2, "waiting", 0.0, length), (2, "running", length, length + 1e-4)]
    rows += [*end, (3, "ready", length, length + 1e-4, 4), (3, "running", length + 1e-4, length + 2e-4)]
    return run(
        [MAIN, BEAT, JOB],
        rows,
        source="async def job():\n    global ready\n    while not ready:\n        await sleep(0)\n",
    )


def left_over(end: str) -> Run:
    """main returns at 0.5, and job, which has waited in line 3, is woken then and ends so."""
    main, job = MAIN._replace(ended=0.5), task(3, "job", 2, ended=0.6, end=end)
    rows: list[Row] = [(3, "waiting", 0.1, 0.5, 3), (3, "ready", 0.5, 0.51), (3, "running", 0.51, 0.6)]
    return run([main, job], rows, source=WAITS_LAST)


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
SHARED = "readline() called while another coroutine is already waiting for incoming data"
SESSION = "import aiohttp\nasync def job():\n    session = aiohttp.ClientSession()\n"


def failed(error: str, text: str, *, unseen: bool = False) -> Task:
    """A task that ended with an error in line 12."""
    return task(3, "job", 9, end="raised", raised=Raised(error, PATH, 12, text, unseen))


def grouped(inner: str) -> Run:
    """A group with one error in it, which passed an `except ValueError`."""
    outer = ERROR.format("ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)").replace(
        "line 5", "line 3"
    )
    source = "async def job():\n    try:\n        await both()\n    except ValueError:\n        pass\n"
    return run(source=source, stderr=outer + ERROR.format(f"{inner}: x"))


def said(text: str, writer: Writer) -> Output:
    return Output(0.5, "stderr", text, writer=writer)


CASES = {
    "self-wait": Case(hanging("self-wait"), 11, "The event loop waits for itself", hanging("self-wait", nearly=True)),
    "deadlock": Case(
        hanging("deadlock"), 11, "job waits at line 11: event; main (line 22) waits", hanging("deadlock", nearly=True)
    ),
    "pool-exhausted": Case(
        hanging("pool-exhausted"), 5, "1 job waits for one of the pool's", hanging("pool-exhausted", nearly=True)
    ),
    "stuck": Case(
        hanging("stuck"), 11, "main (line 22) waits for the lock that it holds", hanging("stuck", nearly=True)
    ),
    "endless-step": Case(
        hanging("endless-step"), 11, "It has computed since 0.95 s", hanging("endless-step", nearly=True)
    ),
    "blocked-exit": Case(
        hanging("blocked-exit"), 5, "thread asyncio_0 is still in job (line 5)", hanging("blocked-exit", nearly=True)
    ),
    "wrong-loop": Case(
        run(stderr=ERROR.format("RuntimeError: <Queue at 0x7f29 maxsize=1> is bound to a different event loop")),
        5,
        "The Queue belongs to another event loop",
        run(stderr=ERROR.format("RuntimeError: Event loop is closed")),
    ),
    "never-awaited": Case(
        run(stderr=WARNED), 4, "main() only creates a coroutine object", run(stderr=WARNED.replace("RuntimeW", "W"))
    ),
    "nested-run": Case(
        run(stderr=NESTED.format("RuntimeError: asyncio.run() cannot be called from a running event loop")),
        5,
        "A loop is already running in this thread",
        run(stderr=NESTED.format("RuntimeError: Event loop is closed")),
    ),
    "too-many-open": Case(
        run([MAIN, failed("OSError", "[Errno 24] Too many open files")]),
        12,
        "1 of 1 job() tasks failed, as 1 ran at once",
        run([MAIN, failed("OSError", "[Errno 2] No such file or directory")]),
    ),
    "uncaught-group": Case(
        grouped("ValueError"), 4, "The ValueError came inside an ExceptionGroup", grouped("KeyError")
    ),
    "shared-stream": Case(
        run(stderr=ERROR.format(f"RuntimeError: {SHARED}")),
        5,
        "Two tasks used one stream",
        run(stderr=ERROR.format(f"RuntimeError: not {SHARED[:30]}")),
    ),
    "lost-error": Case(
        run([MAIN, failed("ValueError", "gone", unseen=True)]),
        12,
        "job failed with ValueError: gone; the task is kept",
        run([MAIN, failed("ValueError", "gone")]),
    ),
    "exception-never-retrieved": Case(
        run([MAIN, JOB], stderr=LOST.format("KeyError: 1")),
        12,
        "job() failed with KeyError: 1",
        run([MAIN, JOB], stderr=LOST.format("KeyboardInterrupt")),
    ),
    "task-destroyed-pending": Case(
        run([MAIN, JOB], stderr=DESTROYED.format("")),
        10,
        "job() was thrown away before it had finished",
        run([MAIN, JOB], stderr=DESTROYED.format("no ").partition("task:")[0]),  # somebody else's message
    ),
    "unsafe-thread-call": Case(
        run([MAIN], touches=(CrossThreadCall(PATH, 7, None, 1, 0.4),)),
        7,
        "Another thread",
        run([MAIN], touches=(CrossThreadCall("/usr/lib/python3.11/asyncio/x.py", 7, None, 1, 0.4),)),
    ),
    "swallowed-cancellation": Case(
        run([MAIN, task(3, "job")], source=CATCHES, unheeded=(IgnoredCancellation(3, PATH, 4, PATH, 4, 0.2),)),
        4,
        "cancel",
        run(
            [MAIN, task(3, "job", end="cancelled")],
            source=CATCHES,
            unheeded=(IgnoredCancellation(3, PATH, 4, PATH, 4, 0.2),),
        ),
    ),
    "blocking-call": Case(
        run([MAIN, BEAT, JOB], [(3, "blocked", 0.1, 0.4, 4), *LATE]),
        4,
        "beat was 0.25 s late",
        run([MAIN, BEAT, JOB], [(3, "blocked", 0.1, 0.14, 4), *LATE]),
    ),
    "cpu-bound-step": Case(
        run([MAIN, BEAT, JOB], [(3, "running", 0.1, 0.4, 4), *LATE]),
        4,
        "beat",
        run([MAIN, BEAT, JOB], [(3, "running", 0.1, 0.4, 4), LATE[1]]),  # nobody who waits at other times
    ),
    "spinning": Case(asking(0.4), 4, "job asked 4,001 times in 0.40 s", asking(0.15)),
    "starved-task": Case(starved(0.3), 3, "beat was ready but had no turn for 0.30 s", starved(0.15)),
    "never-suspends": Case(
        run([MAIN, BEAT, JOB], [(2, "running", 0.0, 0.05), (3, "running", 0.05, 0.1)]),
        3,
        "2 tasks that never wait",
        run([MAIN, BEAT, JOB], [(2, "running", 0.0, 0.05), (3, "running", 0.05, 0.1), (3, "waiting", 0.1, 0.2)]),
    ),
    "cancelled-at-exit": Case(left_over("cancelled"), 3, "main returned while job waited here", left_over("returned")),
    "unfinished-async-generator": Case(
        run(stderr=GENERATOR.format("rows", "rows", PATH), source=CLEANS_UP),
        7,
        "rows() was left unfinished",
        run(stderr=GENERATOR.format("x", "x", "/usr/lib/python3.11/asyncio/x.py"), source="import asyncio\n"),
    ),
    "unclosed-resource": Case(
        run(source=SESSION, output=(said("Unclosed client session\n", "loop"),)),
        3,
        "A client session was thrown away",
        run(source=SESSION, output=(said("Unclosed client session\n", "script"),)),
    ),
    "sequential-awaits": Case(
        run([MAIN], IN_TURN, source=IN_A_ROW),
        5,
        "main waited 2 times in a row",
        run([MAIN, BEAT], [*IN_TURN, (2, "waiting", 0.1, 0.5)], source=IN_A_ROW),  # something overlaps
    ),
}


def test_every_rule_has_its_case() -> None:
    assert list(CASES) == list(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_it_is_found_at_its_line(rule: str) -> None:
    case = CASES[rule]
    (finding,) = find(case.found)
    assert (finding.rule, finding.line) == (rule, case.line)
    assert case.words in finding.message


@pytest.mark.parametrize("rule", RULES)
def test_what_is_nearly_the_same_is_none(rule: str) -> None:
    assert find(CASES[rule].silent) == ()
