"""What is said of programs that hang, on made-up snapshots: who could help, and what to do."""

import pytest

from asyncdemo.findings import find
from asyncdemo.model.recording import Finding, Outcome, Output
from asyncdemo.model.spans import Raised
from asyncdemo.model.traces import StandingLoop, StandingTask
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from tests.findings.fabricated import MAIN, PATH, task
from tests.findings.standing import LOCK, QUEUE, library, loop, place, standing, stopped, there, thread, waiting

CRAWLER = """\
import asyncio
async def crawl(queue):
    while True:
        url = await queue.get()
        await queue.put(url + "/")
"""


def dead(*tasks: StandingTask, source: str = "") -> Finding:
    """The finding of a run in which these tasks stood, and nothing could wake them."""
    lanes = [MAIN._replace(ended=None, end="pending"), *(there(n, f"work{n}", n) for n in range(2, len(tasks) + 1))]
    run = stopped(lanes, waiting(*(task.id for task in tasks)), loop(*tasks, is_dead=True))
    (found,) = find(run._replace(subject=run.subject._replace(source=source)))
    assert (found.rule, found.path) == ("deadlock", PATH)
    return found


def test_a_queue_that_is_empty_and_not_done_lacks_a_task_done() -> None:
    found = dead(
        standing(1, "queue.join", place(9, uses=(QUEUE,)), about=QUEUE, value=4),
        standing(2, "queue.get", place(4, uses=(QUEUE,)), about=QUEUE),
    )
    assert (found.line, found.advice) == (9, "call task_done() once for each item, in a finally")
    assert "queue.join (4 unfinished); the queue is empty: task_done() was not called for each item" in found.message


@pytest.mark.parametrize(
    ("wait", "advice"),
    [
        ("event", "let one of them call set() before it waits for the other's event"),
        ("queue.get", "let one of them put() its first item in before it waits for the other's"),
        ("receive", "let one of them send its first item before it waits for the other's"),
        ("condition", "let one of them go on without the others"),
    ],
)
def test_a_circle_is_broken_where_it_can_be(wait: str, advice: str) -> None:
    found = dead(
        standing(1, wait, place(4, uses=(77, 78)), about=77), standing(2, wait, place(8, uses=(77, 78)), about=78)
    )
    assert found.advice == advice


@pytest.mark.parametrize(
    ("crawlers", "said"),
    [(1, "main -> queue.put (full, 2), could be emptied by itself."), (2, "emptied by work2 (line 5) -> queue.put")],
)
def test_who_puts_into_the_queue_that_it_reads_waits_for_itself(crawlers: int, said: str) -> None:
    tasks = [standing(n, "queue.put", place(5, uses=(QUEUE,)), about=QUEUE, value=2) for n in range(1, crawlers + 1)]
    found = dead(*tasks, source=CRAWLER)
    assert said in found.message
    assert found.advice.startswith("do not await put() where the same tasks have to empty the queue")


def test_who_only_puts_does_not() -> None:
    found = dead(
        standing(1, "queue.put", place(5, uses=(QUEUE,)), about=QUEUE, value=2), source=CRAWLER.replace("get", "peek")
    )
    assert found.advice.startswith("get from the queue in a task that stays alive")


def test_a_lock_that_nobody_is_seen_to_hold_was_not_released() -> None:
    assert dead(standing(1, "lock", place(5), about=LOCK)).advice == "release it on every path: hold it by async with"


LATE = 'Traceback (most recent call last):\n  File "s.py", line 5, in main\n    await it\nTimeoutError\n'


@pytest.mark.parametrize(
    ("error", "ended", "stderr", "found"),
    [
        ("TimeoutError", 2.1, LATE, ["warning"]),
        ("TimeoutError", 2.1, LATE.replace("TimeoutError", "asyncio.exceptions.TimeoutError"), ["warning"]),
        ("TooSlowError", 2.1, LATE.replace("TimeoutError", "trio.TooSlowError"), ["warning"]),
        (None, 2.1, LATE, []),  # it was caught, and logged
        ("TimeoutError", 2.1, "the server answered TimeoutError\n", []),  # whoever awaits the task has caught it
        ("TimeoutError", 2.9, LATE, []),  # another timeout, later
        (None, 2.1, "timed out: shutting down\n", []),
    ],
)
def test_a_timeout_that_alone_could_go_on_is_told_if_nobody_catches_it(
    error: str | None, ended: float, stderr: str, found: list[str]
) -> None:
    stood = loop(standing(1, "event", place(5), about=77), timers=1, timeouts=1)
    main = MAIN._replace(ended=ended, raised=None if error is None else Raised(error, PATH, 5))
    run = stopped([main], [(1, "waiting", 0.1, 2.0), (1, "running", 2.0, 2.1)], stood, at=0.7)
    output = (Output(2.1, "stderr", stderr, writer="python"),)
    seen = find(run._replace(outcome=Outcome("exited", code=1), output=output))
    assert [each.severity for each in seen if each.rule == "stuck"] == found
    assert [each.message for each in seen if each.rule == "stuck"] == [
        "Nothing moved for 1.90 s until a timeout ended that: nothing else could have. main waits at line 5: event."
    ] * len(found)


@pytest.mark.parametrize(
    ("other", "alone"),
    [({}, True), ({"timers": 2}, False), ({"others": ("thread",)}, False), ({"timers": 0, "timeouts": 0}, False)],
)
def test_a_loop_that_only_a_timeout_can_wake(other: dict[str, object], alone: bool) -> None:
    stood: StandingLoop = loop(standing(1, "event", place(5)), **{"timers": 1, "timeouts": 1, **other})  # type: ignore[arg-type]
    assert stood.awaits_timeouts == alone


@pytest.mark.parametrize(
    ("wait", "value", "said", "advice"),
    [
        (
            "stream.read",
            layout.A_LINE << layout.WAY_AT | 5,
            "(5 bytes have come, no line end)",
            "end each message with",
        ),
        (
            "stream.read",
            layout.TO_THE_END << layout.WAY_AT | 1,
            "(1 byte has come, not the end)",
            "close the other side",
        ),
        ("stream.read", layout.SO_MANY << layout.WAY_AT | 7, "(7 bytes have come, too few)", "send as many bytes"),
        ("stream.drain", 9000, "(9,000 bytes that the other side does not read)", "read at the other side"),
        ("connections", 2, "(2 still open)", "close each connection's writer"),
        ("stream.read", 0, "", ""),
        ("connections", 0, "", ""),
    ],
)
def test_what_has_begun_and_does_not_go_on_is_stuck(wait: str, value: int, said: str, advice: str) -> None:
    stood = loop(standing(1, wait, place(5), value=value), inputs=1)
    lane = MAIN._replace(ended=None, end="pending")
    found = find(stopped([lane], [(1, "running", 0.0, 0.1), (1, "waiting", 0.1, 3.05)], stood))
    assert [each.rule for each in found] == ["stuck"] * bool(said)
    assert all(said in each.message and each.advice.startswith(advice) for each in found)
    just_now = find(stopped([lane], [(1, "running", 0.0, 2.5), (1, "waiting", 2.5, 3.05)], stood))
    assert just_now == ()


@pytest.mark.parametrize(("daemon", "found"), [(False, ["blocked-exit"]), (True, [])])
def test_a_loop_that_runs_on_in_a_thread_keeps_the_program(daemon: bool, found: list[str]) -> None:
    main = thread(library("threading.py", "_shutdown"))
    runs = thread(library("asyncio/base_events.py", "run_forever"), name="Thread-1", id=2, daemon=daemon)
    run = stopped([task(2, "job", ended=0.2)], [(2, "running", 0.1, 0.2)], loop(thread=2), threads=(main, runs))
    source = "import asyncio\nloop = asyncio.new_event_loop()\nThread(target=loop.run_forever).start()\n"
    seen = find(run._replace(subject=run.subject._replace(source=source)))
    assert [each.rule for each in seen] == found
    assert [each.line for each in seen] == [3] * len(found)


def test_a_thread_that_needs_the_loop_is_joined_in_another_thread() -> None:
    joins = thread(place(4, "main"), library("threading.py", "join"), joins=2)
    asks = thread(place(9, "ask"), library("concurrent/futures/_base.py", "result"), name="ask", id=2, waits_for=1)
    stood = loop(standing(1, "", place(4), state="running"))
    run = stopped([MAIN._replace(ended=None)], [(1, "blocked", 0.1, 3.0, 4)], stood, threads=(joins, asks))
    source = "import asyncio\nasync def main(thread):\n    thread.start()\n    thread.join()\n"
    (found,) = find(run._replace(subject=run.subject._replace(source=source)))
    assert (found.rule, found.advice) == ("self-wait", "await asyncio.to_thread(thread.join)")


def test_a_task_of_a_library_alone_is_told_with_the_one_that_awaits_it() -> None:
    waits = standing(2, "event", library("asyncio/locks.py", "wait"), about=77)
    found = dead(standing(1, "task", place(6), awaits=(2,)), waits)
    assert "main waits at line 6: another task; work2() waits: event." in found.message
    assert found.advice.startswith("call its set()")


@pytest.mark.parametrize(("dead", "found"), [(True, ["deadlock"]), (False, [])])
def test_a_loop_that_runs_for_ever_with_nothing_to_do_is_dead(dead: bool, found: list[str]) -> None:
    runs = thread(place(9, "<module>"), library("asyncio/base_events.py", "run_forever"))
    run = stopped([task(2, "job", ended=0.2)], [(2, "running", 0.1, 0.2)], loop(is_dead=dead), threads=(runs,))
    assert [(each.rule, each.line) for each in find(run)] == [(rule, 9) for rule in found]


def test_who_never_had_a_turn_was_not_late() -> None:
    stood = loop(standing(1, "", place(4), state="running"), standing(2, "", place(9), state="created"))
    run = stopped(
        [MAIN._replace(ended=None), there(2, "ticker", 9)],
        [(1, "blocked", 0.1, 3.0, 4), (2, "ready", 0.1, 3.0)],
        stood,
        threads=(thread(place(4)),),
    )
    (found,) = find(run)
    assert found.message == "It blocks the event loop; ticker could not run until it was stopped."


_THREAD = """\
def work(loop):
    loop.run_forever()
def watch():
    while True:
        time.sleep(0.5)
def ask():
    time.sleep(20)
"""


@pytest.mark.parametrize(
    ("line", "below", "advice"),
    [
        (2, ("run_forever",), "stop it at the end, by loop.call_soon_threadsafe(loop.stop)"),
        (2, ("run_until_complete", "run_forever"), "give this call a timeout of its own"),
        (5, (), "let its loop end when main does"),
        (7, (), "give this call a timeout of its own"),
    ],
)
def test_a_thread_is_ended_by_what_it_does(line: int, below: tuple[str, ...], advice: str) -> None:
    main = thread(library("threading.py", "_shutdown"))
    places = (place(line, "work"), *(library("asyncio/base_events.py", each) for each in below))
    run = stopped([MAIN._replace(ended=0.2)], [], loop(), threads=(main, thread(*places, name="Thread-1", id=2)))
    (found,) = find(run._replace(subject=run.subject._replace(source=_THREAD)))
    assert (found.rule, found.line) == ("blocked-exit", line)
    assert found.advice.startswith(advice)


_COMPUTES = "compute in a function of its own"
_LOOPS = "see to it that its loop ends"


@pytest.mark.parametrize(
    ("body", "lines", "advice"),
    [
        ("n = sum(i * i for i in range(10**9))", (3,), _COMPUTES),
        ("for i in range(10**9):\n        i * i", (4,), _COMPUTES),
        ("while True:\n        item = await queue.get()\n        crunch(item)", (5,), _COMPUTES),
        ("while True:\n        item = await queue.get()", (4,), _LOOPS),
        ("while True:\n        async with lock:\n            crunch()", (5,), _COMPUTES),
        ("while True:\n        async for item in queue:\n            crunch(item)", (5,), _COMPUTES),
        ("while True:\n        n = [crunch(i)\n             async for i in queue]", (4,), _COMPUTES),
        ("while True:\n        await crunch()\nasync def crunch():\n    sum(range(10**9))", (4, 6), _COMPUTES),
        ("while True:\n        crunch()\ndef crunch():\n    sum(range(10**9))", (4, 6), _LOOPS),
        ("while not ready:\n        for _ in range(3):\n            pass", (5,), _LOOPS),
        ("for i in itertools.count():\n        i * i", (4,), _LOOPS),
        ("n = sum(i for i in repeat(1))", (3,), _LOOPS),
        ("n = sum(i for i in repeat(1, 10**9))", (3,), _COMPUTES),
        ("for part in iter(read, ''):\n        part", (4,), _LOOPS),
        ("for n in numbers():\n        n\ndef numbers():\n    while True:\n        yield 1", (4,), _LOOPS),
    ],
)
def test_a_loop_that_may_have_no_end_is_told_from_what_computes(body: str, lines: tuple[int, ...], advice: str) -> None:
    stood = loop(standing(1, "", place(lines[0]), state="running"))
    step = (library("asyncio/base_events.py", "_run_once"), *map(place, lines))
    run = stopped([MAIN._replace(ended=None)], [(1, "running", 0.1, 3.05)], stood, threads=(thread(*step),))
    source = f"import asyncio\nasync def main():\n    {body}\n"
    (found,) = find(run._replace(subject=run.subject._replace(source=source)))
    assert (found.rule, found.line) == ("endless-step", lines[-1])
    assert found.advice.startswith(advice)


_SHUTDOWN = """\
Exception ignored in: <module 'threading' from '/usr/lib/python3.11/threading.py'>
Traceback (most recent call last):
  File "/usr/lib/python3.11/threading.py", line 1590, in _shutdown
    lock.acquire()
KeyboardInterrupt:
"""
_ON_3_15 = """\
Exception ignored on threading shutdown:
Traceback (most recent call last):
  File "/usr/lib/python3.15/threading.py", line 1721, in _shutdown
KeyboardInterrupt
"""
_IN_MAIN = 'Traceback (most recent call last):\n  File "s.py", line 9, in <module>\nKeyboardInterrupt\n'


@pytest.mark.parametrize(
    ("stderr", "found"),
    [(_SHUTDOWN, ["blocked-exit"]), (_ON_3_15, ["blocked-exit"]), (_IN_MAIN, []), (_IN_MAIN + _SHUTDOWN, []), ("", [])],
)
def test_python_tells_that_it_waited_for_threads_at_its_exit(stderr: str, found: list[str]) -> None:
    threads = thread(), thread(place(5, "watch"), name="Thread-1", id=2)
    run = stopped([MAIN._replace(ended=0.2)], [], loop(), threads=threads)
    output = tuple(Output(3.05, "stderr", each) for each in stderr.splitlines(keepends=True))
    assert [each.rule for each in find(run._replace(output=output))] == found
