"""The rules on fabricated recordings: what real scripts cannot show at will."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.errors import UsageError
from asyncdemo.findings import RULES, THRESHOLDS, find, judged, thresholds_from
from asyncdemo.model.recording import Finding, Outcome, Output, Run, Seconds
from asyncdemo.model.spans import STATES, CrossThreadCall, IgnoredCancellation, Spans, Task, Timeline
from tests.findings.fabricated import MAIN, PATH, Row, run, task

BEAT, JOB = task(2, "beat", 3), task(3, "job", 9)
SLEEPS = "import asyncio\nimport time\nasync def job():\n    time.sleep(0.3)\n"
BLOCKED: list[Row] = [(3, "blocked", 0.1, 0.4, 4), (2, "waiting", 0.0, 0.15), (2, "ready", 0.15, 0.41)]
COMPUTES: list[Row] = [(3, "running", 0.1, 0.4, 4), (2, "waiting", 0.0, 0.15), (2, "ready", 0.15, 0.41)]
WARNING = f"{PATH}:4: RuntimeWarning: coroutine 'main' was never awaited\n"


def only(run: Run) -> Finding:
    (finding,) = find(run)
    return finding


def rules(run: Run) -> list[str]:
    return [finding.rule for finding in find(run)]


def test_nothing_observed_nothing_found() -> None:
    assert find(run()) == ()


def test_a_blocking_call_tells_who_was_late_and_what_to_write() -> None:
    assert only(run([MAIN, BEAT, JOB], BLOCKED, source=SLEEPS)) == Finding(
        "blocking-call",
        "warning",
        PATH,
        4,
        "It blocks the event loop; beat was 0.25 s late.",
        "await asyncio.sleep(0.3)",
        seconds=pytest.approx(0.3),  # type: ignore[arg-type]
        tasks=(3,),
        beside=((4, "blocked the loop for 0.30 s"),),
    )


def test_repeats_on_a_line_are_one() -> None:
    again: list[Row] = [(3, "blocked", 0.5, 0.6, 4), (3, "blocked", 0.7, 0.8, 7)]
    first, second = find(run([MAIN, BEAT, JOB], BLOCKED + again))
    assert (first.line, first.times, round(first.seconds or 0, 3)) == (4, 2, 0.4)
    assert (second.line, second.times) == (7, 1)


def test_alone_it_is_a_note() -> None:
    finding = only(run([MAIN], [(1, "blocked", 0.1, 0.4, 4)]))
    assert (finding.severity, finding.message) == (
        "note",
        "It blocks the event loop; no other task was seen to be ready meanwhile.",
    )


@pytest.mark.parametrize(("stopped", "found"), [(0.3, ["blocking-call"]), (0.05, [])])
def test_what_stopping_has_set_off_is_no_finding(stopped: float, found: list[str]) -> None:
    made = run([MAIN, BEAT, JOB], BLOCKED, outcome=Outcome("timed-out", after=stopped))
    assert rules(made._replace(stopped=stopped)) == found


@pytest.mark.parametrize(
    "call", ["asyncio.to_thread(work)", "loop.run_in_executor(None, work)", "asyncio.create_subprocess_exec('ls')"]
)
def test_to_wait_until_a_thread_or_a_program_has_started_is_no_blocking_call(call: str) -> None:
    source = f"import asyncio\nimport time\nasync def job():\n    await {call}\n"
    assert rules(run([MAIN, BEAT, JOB], BLOCKED, source=source)) == []


def test_who_waits_for_it_is_no_company() -> None:
    assert only(run([MAIN, JOB], [(3, "blocked", 0.1, 0.4, 4)])).severity == "note"
    assert only(run([MAIN, BEAT, JOB], [(3, "blocked", 0.1, 0.4, 4)])).severity == "warning"


def test_without_a_line_the_coroutine_is_told() -> None:
    finding = only(run([MAIN, BEAT, JOB], [(3, "blocked", 0.1, 0.4), *BLOCKED[1:]]))
    assert (finding.line, finding.message[:21]) == (9, "Something in job() bl")


def test_a_step_without_a_line_joins_the_others_of_its_coroutine() -> None:
    finding = only(run([MAIN, BEAT, JOB], [*BLOCKED, (3, "blocked", 0.5, 0.6)]))
    assert (finding.line, finding.times) == (4, 2)


def test_only_a_librarys_code_is_nobodys_fault() -> None:
    theirs = task(3, "poll", 9, path="/usr/lib/python3.11/asyncio/x.py")
    assert find(run([MAIN, BEAT, theirs], [(3, "blocked", 0.1, 0.4), *BLOCKED[1:]])) == ()


def test_two_loops_do_not_hold_up_each_other() -> None:
    mine, theirs = task(3, "job", 9, parent=None, thread=1), task(2, "beat", 3, parent=None, thread=2)
    finding = only(run([mine, theirs], BLOCKED))
    assert (finding.severity, "beat" in finding.message) == ("note", False)


def test_computing_needs_somebody_who_waits_at_other_times() -> None:
    assert rules(run([MAIN, BEAT, JOB], COMPUTES)) == ["cpu-bound-step"]
    assert rules(run([MAIN, BEAT, JOB], [COMPUTES[0], COMPUTES[2]])) == []


def test_computing_is_one_cause_wherever_it_is_seen_in_a_function() -> None:
    source = "async def job():\n    for each in items:\n        a(each)\n        b(each)\n        c(each)\n"
    rows: list[Row] = [*COMPUTES, (3, "running", 0.5, 0.7, 3), (2, "ready", 0.5, 0.7)]
    finding = only(run([MAIN, BEAT, task(3, "job", 1)], rows, source=source))
    assert (finding.line, finding.times) == (4, 2)


def test_a_busy_machine_is_not_the_scripts_fault() -> None:
    busy = Seconds(total=1.2, startup=0.02, imports=0.03, script=1.1, cpu=0.3, waiting=1.02)
    assert rules(run([MAIN, BEAT, JOB], COMPUTES, seconds=busy)) == []
    assert rules(run([MAIN, BEAT, JOB], COMPUTES, seconds=Seconds())) == ["cpu-bound-step"]


def test_what_a_thread_computes_meanwhile_makes_it_unsure() -> None:
    thread = task(4, "", 0, kind="thread", path="", parent=None)
    assert rules(run([MAIN, BEAT, JOB, thread], [*COMPUTES, (4, "running", 0.0, 0.5)])) == []


@pytest.mark.parametrize(
    ("kind", "after", "stopped", "found"),
    [
        ("exited", None, None, 1),
        ("timed-out", 0.4, None, 0),
        ("timed-out", 0.6, None, 1),
        ("timed-out", 0.4, 0.6, 1),
        ("interrupted", None, None, 0),
        ("interrupted", None, 0.4, 0),
        ("interrupted", None, 0.51, 1),
    ],
)
def test_what_python_says_after_the_stop_is_its_consequence(
    kind: str, after: float | None, stopped: float | None, found: int
) -> None:
    outcome = Outcome(kind, code=0 if kind == "exited" else None, after=after)  # type: ignore[arg-type]
    assert len(find(run(stderr=WARNING, outcome=outcome)._replace(stopped=stopped))) == found


def _fails(_: object) -> list[Finding]:
    raise ValueError("no such thing")


def test_a_rule_that_fails_costs_its_own_findings_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "sequential-awaits", _fails)  # type: ignore[arg-type]
    failed: list[tuple[str, str]] = []
    told = judged(run(stderr=WARNING), on_failure=lambda rule, error: failed.append((rule, str(error))))
    assert [finding.rule for finding in told.findings or ()] == ["never-awaited"]
    assert told.notes == (
        "the rule sequential-awaits failed (ValueError): its findings are missing, the others are here",
    )
    assert failed == [("sequential-awaits", "no such thing")]


def test_a_task_that_came_to_be_and_ended_at_one_moment() -> None:
    source = "async def main():\n    await a()\n    await b()\n"
    rows: list[Row] = [(1, "waiting", 0.1, 0.3, 2), (1, "waiting", 0.3, 0.6, 3)]
    at_once = task(2, "b", 9, created=0.3, ended=0.3)
    assert rules(run([MAIN, at_once], rows, source=source)) == rules(run([MAIN], rows, source=source))


def test_the_staged_copy_is_the_persons_file() -> None:
    copy = "/tmp/asyncdemo-x/app.py"
    finding = only(
        run(stderr=WARNING.replace(PATH, copy), ran=copy, source="import asyncio\nasync def main(): pass\n\nmain()\n")
    )
    assert (finding.path, finding.line, finding.advice) == (PATH, 4, "asyncio.run(main())")


def test_a_warning_without_a_line_goes_to_the_only_call_that_is_left() -> None:
    source = "async def main(): pass\nasync def f():\n    main()\nkept = main()\n"
    late = "sys:1: RuntimeWarning: coroutine 'main' was never awaited\n"
    first, second = find(run(stderr=WARNING.replace(":4:", ":3:") + late, source=source))
    assert (first.line, second.line) == (3, 4)
    assert (first.advice, second.advice) == ("await main()", "import asyncio at the top, and here: asyncio.run(main())")


def test_of_a_source_that_nobody_can_parse_the_line_is_told_all_the_same() -> None:
    assert only(run(stderr=WARNING, source="def broken(:\n")).line == 4


def test_never_ran_is_said_only_of_what_never_ran() -> None:
    source = "async def main():\n    '''Docstring.'''\n    print('x')\nmain()\n"
    assert only(run(stderr=WARNING, source=source)).beside[1:] == ((3, "never ran"),)
    twice = source + "asyncio.run(main())\n"
    assert only(run(stderr=WARNING, source=twice)).beside[1:] == ()


def test_an_exception_that_ends_the_statement_is_the_cause() -> None:
    traceback = f'Traceback (most recent call last):\n  File "{PATH}", line 4, in <module>\n    go(main())\n{{}}\n'
    assert find(run(stderr=WARNING + traceback.format("TypeError: no"))) == ()
    no_loop = traceback.format("RuntimeError: no running event loop")
    assert rules(run(stderr=WARNING + no_loop)) == ["never-awaited"]


def test_a_step_that_a_busy_machine_hides_does_not_hide_that_tasks_never_wait() -> None:
    crowd = [MAIN, *(task(number, "job", 9) for number in range(2, 6))]
    known: list[Row] = [(2, "running", 0.0, 0.1), (3, "running", 0.1, 0.2), (4, "ready", 0.0, 0.2)]
    assert rules(run(crowd, known)) == ["never-suspends"]
    assert rules(run(crowd, [*known, (4, "ready", 0.3, 0.31)])) == []  # its second turn
    assert rules(run(crowd, [*known, (4, "waiting", 0.3, 0.301)])) == []
    assert rules(run(crowd, [*known, (3, "running", 0.3, 0.31)])) == []


@pytest.mark.parametrize("rule", ["never-suspends", "sequential-awaits"])
def test_an_incomplete_trace_is_no_evidence_for_what_is_missing(rule: str) -> None:
    source = "async def fetch(n):\n    await sleep(n)\nasync def main():\n    await fetch(1)\n    await fetch(2)\n"
    cases = {
        "never-suspends": ([MAIN, BEAT, JOB], [(2, "running", 0.0, 0.05), (3, "running", 0.05, 0.1)]),
        "sequential-awaits": ([MAIN], [(1, "waiting", 0.0, 0.2, 2), (1, "waiting", 0.3, 0.6, 2)]),
    }
    tasks, rows = cases[rule]
    assert rules(run(tasks, rows, source=source)) == [rule]  # type: ignore[arg-type]
    assert rules(run(tasks, rows, source=source, complete=False)) == []  # type: ignore[arg-type]


def test_many_lost_exceptions_at_a_line_are_one() -> None:
    text = (
        "Task exception was never retrieved\n"
        "future: <Task finished name='Task-3' coro=<job() done, defined at /home/me/app.py:9> exception=E()>\n"
        f'Traceback (most recent call last):\n  File "{PATH}", line 12, in job\n    fail()\n'
        '  File "/usr/lib/python3.11/json/decoder.py", line 1, in fail\n    raise E\nE: no\n'
    )
    finding = only(run([MAIN, JOB], stderr=text + text))
    assert (finding.line, finding.times, finding.tasks) == (12, 2, (3,))


def test_foreign_text_stays_text() -> None:
    text = (
        "Task exception was never retrieved\nfuture: <Task finished name='T' coro=<f() done, defined at /home/me/app.py:1>>\n"
        f'Traceback (most recent call last):\n  File "{PATH}", line 2, in f\nValueError: {"x" * 500}\n'
    )
    assert len(only(run(stderr=text)).message) < 160


def test_thresholds_are_published_and_can_be_set() -> None:
    assert set(THRESHOLDS) <= set(RULES)
    assert find(run([MAIN, BEAT, JOB], BLOCKED), thresholds_from(["blocking-call=0.31"])) == ()
    assert rules(run([MAIN, BEAT, JOB], [(3, "blocked", 0.1, 0.14, 4)])) == []
    assert (
        len(find(run([MAIN, BEAT, JOB], [(3, "blocked", 0.1, 0.14, 4)]), thresholds_from(["blocking-call=0.02"]))) == 1
    )


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("blocking-cal=1", "--threshold blocking-cal=1: no rule with a threshold is called 'blocking-cal'; did you mean blocking-call?"),
        ("blocking-call", "--threshold blocking-call: give it as blocking-call=SECONDS, for example blocking-call=0.5"),
        ("blocking-call=-1", "--threshold blocking-call=-1: give it as blocking-call=SECONDS, for example blocking-call=0.5"),
        ("blocking-call=nan", "--threshold blocking-call=nan: give it as blocking-call=SECONDS, for example blocking-call=0.5"),
    ],
)  # fmt: skip
def test_a_threshold_that_is_none(setting: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        thresholds_from([setting])
    assert str(error.value) == message


THREAD = task(4, "work", 0, kind="thread", path="", parent=None)._replace(name="Thread-1 (work)")


def test_a_thread_that_touches_the_loop_is_named_with_what_followed() -> None:
    touches = (CrossThreadCall(PATH, 7, 4, 2, 0.4), CrossThreadCall(PATH, 9, None, 1, 0.001))
    first, second = find(run([MAIN, THREAD], touches=touches))
    assert first == Finding(
        "unsafe-thread-call",
        "error",
        PATH,
        7,
        "The thread Thread-1 (work) calls into the loop here, which slept on for 0.40 s.",
        "let the loop do it: use call_soon_threadsafe or run_coroutine_threadsafe",
        seconds=0.4,
        times=2,
        tasks=(4,),
        beside=((7, "not from this thread"),),
    )
    assert (second.line, second.seconds) == (9, None)
    assert second.message == "Another thread calls into the loop here, which may sleep on and not notice."


def test_what_asyncio_refuses_and_what_it_does_not_see_are_one_cause() -> None:
    refused = (
        f'Traceback (most recent call last):\n  File "{PATH}", line 7, in work\n    loop.call_soon(f)\n'
        "RuntimeError: Non-thread-safe operation invoked on an event loop other than the current one\n"
    )
    touches = (CrossThreadCall(PATH, 7, 4, 2, 0.4), CrossThreadCall(PATH, 7, 5, 1, 0.5))
    finding = only(run([MAIN, THREAD], stderr=refused, touches=touches))
    assert (finding.line, finding.times, finding.seconds, finding.tasks) == (7, 4, 0.5, (4, 5))


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import asyncio\nThread(target=future.set_result, args=(1,)).start()\n", 2),
        ("import asyncio\nThread(target=a.cancel).start()\nTimer(1, b.cancel).start()\n", None),  # which one?
        ("import asyncio\nThread(target=work).start()\n", None),
    ],
)
def test_a_touch_from_nowhere_is_told_only_where_the_code_has_one_line_for_it(source: str, line: int | None) -> None:
    found = find(run([MAIN], source=source, touches=(CrossThreadCall(None, None, None, 1, 0.4),)))
    assert [finding.line for finding in found] == ([] if line is None else [line])


def test_a_librarys_touch_is_nobodys_fault() -> None:
    assert find(run([MAIN], touches=(CrossThreadCall("/usr/lib/python3.11/asyncio/x.py", 3, None, 1, 0.4),))) == ()


STUBBORN = """\
async def job():
    while True:
        try:
            await sleep(1)
        except BaseException as error:
            await tell(error)
        finally:
            await close()
    await rest()
"""


@pytest.mark.parametrize(("again", "found"), [(4, 1), (6, 0), (8, 0), (9, 1)])
def test_what_only_cleans_up_has_not_gone_on(again: int, found: int) -> None:
    some = run([MAIN, task(3, "job")], source=STUBBORN, unheeded=(IgnoredCancellation(3, PATH, 4, PATH, again, 0.2),))
    assert rules(some) == ["swallowed-cancellation"] * found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("", 1),
        ("except BaseException as error:", 1),
        ("except (OSError, asyncio.CancelledError):", 1),
        ("except Exception:", 0),
        ("except (OSError, ValueError):", 0),
        ("except BaseException:\n            raise\n        except ValueError:", 0),
    ],
)
def test_somebody_must_have_caught_it(change: str, found: int) -> None:
    source = STUBBORN.replace("except BaseException as error:", change or "except:")
    some = run([MAIN, task(3, "job")], source=source, unheeded=(IgnoredCancellation(3, PATH, 4, PATH, 4, 0.2),))
    assert rules(some) == ["swallowed-cancellation"] * found


@pytest.mark.parametrize("scope", ["timeout(1)", "asyncio.TaskGroup()", "anyio.move_on_after(1)"])
def test_a_scope_ends_its_own_cancellation(scope: str) -> None:
    source = STUBBORN.replace("            await sleep(1)", f"            async with {scope}: await sleep(1)")
    assert (
        rules(run([MAIN, task(3, "job")], source=source, unheeded=(IgnoredCancellation(3, PATH, 4, PATH, 4, 0.2),)))
        == []
    )


@pytest.mark.parametrize(
    ("end", "waited", "line", "found"),
    [("returned", 0.06, 4, 1), ("cancelled", 0.06, 4, 0), ("returned", 0.04, 4, 0), ("pending", 0.06, 4, 1)],
)
def test_who_ends_as_cancelled_or_soon_has_heeded_it(end: str, waited: float, line: int, found: int) -> None:
    some = run(
        [MAIN, task(3, "job", end=end)],
        source=STUBBORN,
        unheeded=(IgnoredCancellation(3, PATH, line, PATH, line, waited),),
    )
    assert rules(some) == ["swallowed-cancellation"] * found


LEFT = """\
import asyncio
async def save():
    await asyncio.sleep(1)
    print("saved")
async def main():
    task = asyncio.create_task(save())
    await asyncio.sleep(0.5)
"""


def left(source: str, *, begun: bool, line: int = 3) -> Run:
    """A run whose main returns at 0.5 s, when a task either waits at a line or has not begun."""
    main, created = MAIN._replace(ended=0.5), 0.1 if begun else 0.49
    rows: list[Row] = [(2, "waiting", 0.2, 0.51, line), (2, "ready", 0.51, 0.52), (2, "running", 0.52, 0.53)]
    rows = rows if begun else [(2, "ready", created, 0.51), (2, "running", 0.51, 0.52)]
    return run([main, task(2, "save", 2, end="cancelled", created=created, ended=0.53)], rows, source=source)


def test_a_task_that_had_not_begun_has_not_waited() -> None:
    begun, unbegun = only(left(LEFT, begun=True)), only(left(LEFT, begun=False))
    assert (begun.line, begun.message) == (3, "main returned while save waited here: cancelled, not finished.")
    assert unbegun.message == "main returned before save had started: cancelled, and not one line of it has run."
    assert (unbegun.line, unbegun.beside) == (2, ((2, "never started: main had returned"),))
    assert begun.advice == unbegun.advice == "await it before main returns"


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ("while True:\n        await asyncio.sleep(1)", None),
        ("while 1:\n        await asyncio.sleep(1)", None),
        ("while True:\n        await asyncio.sleep(1)\n        for x in y: break", None),
        ("while True:\n        await asyncio.sleep(1)\n        if x: break", "await it before main returns if it ends by itself, else cancel it"),
        ("while wanted:\n        await asyncio.sleep(1)", "await it before main returns if it ends by itself, else cancel it"),
        ("async for x in stream:\n        await asyncio.sleep(1)", "await it before main returns if it ends by itself, else cancel it"),
        ("for n in range(9):\n        await asyncio.sleep(1)", "await it before main returns"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("begun", [True, False])
def test_what_may_never_end_is_not_to_be_awaited(body: str, advice: str | None, begun: bool) -> None:
    found = find(left(LEFT.replace("await asyncio.sleep(1)", body, 1), begun=begun, line=4))
    assert [each.advice for each in found] == ([] if advice is None else [advice])


@pytest.mark.parametrize(
    ("more", "begun", "found"),
    [
        ("    task.cancel()\n", True, 1),  # it had been woken before main returned, if this was about it
        ("    task.cancel()\n", False, 0),
        ("    loop.call_soon(task.cancel)\n", True, 0),
        ("    other.add_done_callback(lambda _: task.cancel())\n", True, 0),
    ],
)
def test_who_is_cancelled_on_purpose_is_not_told_of(more: str, begun: bool, found: int) -> None:
    assert len(find(left(LEFT + more, begun=begun))) == found


def test_it_is_told_once_who_ever_has_cancelled_it() -> None:
    left = task(3, "job", ended=1.0)
    main = MAIN._replace(ended=0.5)
    rows: list[Row] = [(3, "waiting", 0.1, 0.5, 4), (3, "ready", 0.5, 0.51), (3, "running", 0.51, 0.52)]
    rows.append((3, "waiting", 0.52, 0.9, 4))
    finding = only(run([main, left], rows, source=STUBBORN, unheeded=(IgnoredCancellation(3, PATH, 4, PATH, 4, 0.38),)))
    assert (finding.rule, finding.line, finding.times) == ("swallowed-cancellation", 4, 1)
    rows[-1] = (3, "waiting", 0.52, 0.9, 8)
    assert rules(run([main, left], rows, source=STUBBORN)) == []


@pytest.mark.slow
def test_the_cost_is_linear_and_small() -> None:
    made = {count: _large(count) for count in (50_000, 200_000)}
    took = {count: min(_seconds(run) for _ in range(3)) for count, run in made.items()}
    assert took[200_000] < 0.6  # 3 s for a million, which take 0.2 s on a quiet machine
    assert took[200_000] < 12 * took[50_000] + 0.02


def _large(count: int) -> Run:
    made, since = Spans(), [0.0] * 1000
    made.places.append((PATH, 4))
    for index in range(count // 3):
        at, who = index * 1e-5, index % 1000
        made.add(who + 2, 2, since[who], at, 0)
        made.add(who + 2, 1, at, at + 1e-6, 0)
        made.add(who + 2, 0 if index % 2 else 3, at + 1e-6, at + 1e-5)
        since[who] = at + 1e-5
    tasks = (MAIN, *(task(number, "job", 2, ended=None, end="pending") for number in range(2, 1002)))
    return run([MAIN])._replace(timeline=Timeline(tasks, made, count // 3, True))


def _seconds(run: Run) -> float:
    start = time.process_time()
    find(run)
    return time.process_time() - start


moments = st.floats(0, 10)
rows = st.tuples(st.integers(1, 4), st.sampled_from(STATES), moments, moments, st.integers(1, 8))
parents = st.sampled_from([None, 1, 2, 3, 99])
lines = st.integers(0, 9)
touches = st.builds(
    CrossThreadCall, st.sampled_from([PATH, None]), lines, st.sampled_from([None, 1, 4]), st.integers(1, 9), moments
)
unheeded = st.builds(IgnoredCancellation, st.integers(1, 4), st.just(PATH), lines, st.just(PATH), lines, moments)
ends = st.sampled_from(["returned", "raised", "cancelled", "pending", None])


@given(st.lists(rows, max_size=30), st.tuples(parents, parents, parents), st.tuples(ends, ends, ends), st.booleans(),
       st.lists(touches, max_size=3), st.lists(unheeded, max_size=3))  # fmt: skip
def test_no_recording_is_too_strange(
    rows: list[Row],
    parents: tuple[int | None, ...],
    ends: tuple[str | None, ...],
    loose: bool,
    touched: list[CrossThreadCall],
    ignored: list[IgnoredCancellation],
) -> None:
    made: list[Task] = [MAIN]
    for number, parent, end in zip((2, 3, 4), parents, ends, strict=True):
        made.append(task(number, "job", 3, parent=parent, end=end, ended=None if end == "pending" else 1.0))
    lowest = dict.fromkeys(THRESHOLDS, 0.0) if loose else THRESHOLDS
    text = WARNING + "Task was destroyed but it is pending!\ntask: <Task pending name='Task-3' coro=<job() running>>\n"
    strange = run(
        made, rows, source=SLEEPS + STUBBORN, stderr=text, output=(Output(0.1, "stdout", "x", 4),), touches=tuple(touched),
        unheeded=tuple(ignored),
    )  # fmt: skip
    for finding in find(strange, lowest):
        assert finding.rule in RULES
        assert finding.message.endswith(".")
        assert finding.times >= 1


SHORT = """\
import asyncio, time
def insert(row):
    time.sleep(0.01)
async def job():
    for row in range(100):
        insert(row)
        await asyncio.sleep(0)
"""


def short(times: int, length: float) -> list[Row]:
    """Blocking steps of which no line is known, each of that many seconds."""
    return [(3, "blocked", n * 0.02, n * 0.02 + length) for n in range(times)]


def test_many_short_blocking_calls_count_together() -> None:
    """Of the only call in the coroutine that is not awaited; a few, or short ones, or where nobody else is, do not."""
    tasks = [MAIN, task(2, "beat", 20), task(3, "job", 4)]
    (finding,) = find(run(tasks, short(60, 0.015), source=SHORT))
    assert (finding.rule, finding.line, finding.times) == ("blocking-call", 6, 60)
    assert finding.advice == "await asyncio.to_thread(insert, row)"
    assert find(run(tasks, short(15, 0.015), source=SHORT)) == ()
    assert find(run(tasks, short(60, 0.005), source=SHORT)) == ()
    assert find(run([MAIN, task(3, "job", 4)], short(60, 0.015), source=SHORT)) == ()


BRIDGE = """\
def call(loop):
    return asyncio.run_coroutine_threadsafe(get(), loop).result(2)
async def job(loop):
    return call(loop)
async def get():
    return 1
"""


def bridge(*more: Task, source: str = BRIDGE) -> tuple[Finding, ...]:
    """What is found where a step waits at line 2 until 0.6, and get() begins only after that."""
    get = task(4, "get", 5, parent=None, created=0.61, ended=0.7, thread=7)
    tasks = [task(3, "job", 3, parent=None, thread=7, ended=0.6), get, *more]
    return find(run(tasks, [(3, "blocked", 0.1, 0.6, 2)], source=source))


def test_a_loop_that_has_waited_for_itself_until_a_timeout() -> None:
    """Not where another loop was there, which may have been asked, nor where the line waits for something else."""
    (finding,) = bridge()
    assert (finding.rule, finding.line, finding.seconds) == ("self-wait", 2, 0.5)
    assert "waited 0.50 s for itself" in finding.message
    other = task(5, "serve", 9, parent=None, thread=8)
    assert [each.rule for each in bridge(other)] == ["blocking-call"]
    assert [each.rule for each in bridge(source=BRIDGE.replace("result", "wait"))] == ["blocking-call"]
