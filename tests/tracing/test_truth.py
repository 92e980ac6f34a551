"""Scripts that hold their event loop in every way: is it told how, and at which line?

The bounds are generous, for a busy machine, but for this: no line is ever named that it was not.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.processes import needs_interpreter
from tests.tracing.conftest import TRUTH, Observe, Observed, well_formed
from tests.tracing.truth import BEATS, HELD, LINES, beats, lines, states

pytestmark = [pytest.mark.slow, pytest.mark.process, pytest.mark.observation]  # each starts an interpreter

HEEDFUL = ["sleep", "Python", "C code", "a library"]  # they take heed of signals

some_pythons = pytest.mark.parametrize("version", ["3.8", "3.11", "3.13", "3.14", "3.15"])


@some_pythons
def test_blocked_or_computing(observed: Observe, version: str) -> None:
    verdicts, errors = states(observed(HELD, needs_interpreter(version), timeout=90))
    assert verdicts["right"] > 0.9 * verdicts.total()
    assert sorted(errors)[len(errors) // 2] < 0.005


@some_pythons
def test_an_overdue_timer_is_told_from_one_that_is_not(observed: Observe, version: str) -> None:
    verdicts = beats(observed(BEATS, needs_interpreter(version), timeout=90))
    assert verdicts["right"] > 0.9 * verdicts.total()


@some_pythons
def test_the_line_that_holds_the_loop(observed: Observe, version: str) -> None:
    def missing(seen: Observed) -> list[str]:
        """What is seldom told the line of; some could crash CPython 3.13.0 if it was pressed for an answer."""
        told = lines(seen)
        for name, verdicts in told.items():
            assert set(verdicts) <= {"right", "left out"}, name
        pressed = seen.run.python.version != "3.13.0"
        seldom = [name for name, verdicts in told.items() if verdicts["right"] <= 0.5 * verdicts.total()]
        return [name for name in seldom if pressed or name in HEEDFUL]

    assert missing(observed(LINES, needs_interpreter(version), timeout=90, until=lambda seen: not missing(seen))) == []


@some_pythons
def test_the_line_that_holds_a_loop_in_another_thread(observed: Observe, version: str) -> None:
    source = """
        import asyncio
        async def work():
            for _ in range(5):
                await asyncio.sleep(0.01)
                time.sleep(0.06)  # blocked
                await asyncio.sleep(0.01)
                until = time.thread_time() + 0.06
                while time.thread_time() < until: pass  # running
        async def tick():
            while thread.is_alive():
                await asyncio.sleep(0.001)
        thread = threading.Thread(target=lambda: asyncio.run(work()))
        thread.start()
        thread.join() if WAITS else asyncio.run(tick())
    """
    at = {line.partition("  # ")[2]: number for number, line in enumerate((TRUTH + source).split("\n"), 1)}

    def named(seen: Observed) -> bool:
        """Whether most blocking lines are; CPython 3.13.0 could crash of being asked, and who computes is not."""
        well_formed(seen.timeline)
        (work,) = [task for task in seen.timeline.tasks if task.coroutine == "work"]
        for state in ("blocked", "running"):
            told = Counter(span.line for span in seen.spans(work, state) if span.end - span.start > 0.04)
            assert set(told) <= {at[state], None}, state
            if state == "blocked" and seen.run.python.version != "3.13.0" and told[at[state]] < 3:
                return False
        return True

    for waits in (True, False):
        assert named(observed(source.replace("WAITS", str(waits)), needs_interpreter(version), until=named))


@some_pythons
def test_no_signal_is_sent_to_a_script_that_waits_for_one_or_keeps_them_waiting(
    observed: Observe, version: str
) -> None:
    source = """
        import asyncio, signal
        signal.signal(signal.SIGALRM, lambda *_: None)
        async def main():
            start = now()
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            signal.pause()
            print("waited", now() - start > 0.19)
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGURG])
            time.sleep(0.2)
            await asyncio.sleep(0)
            print("pending", signal.sigpending())
        asyncio.run(main())
    """
    assert observed(source, needs_interpreter(version)).printed == "waited True\npending set()\n"


def test_a_loop_of_another_kind_is_said_not_to_be_traced(observed: Observe) -> None:
    source = """
        import asyncio
        class Loop(asyncio.AbstractEventLoop):
            def run_forever(self):
                asyncio._set_running_loop(self)
                asyncio._set_running_loop(None)
        Loop().run_forever()
    """
    seen = observed(source, needs_interpreter("3.11"))
    assert not seen.timeline.complete
    assert seen.run.not_traced is not None
    assert seen.run.not_traced.startswith("its event loop, which is neither asyncio's own nor uvloop's")


@some_pythons
@pytest.mark.parametrize(("hangs", "state"), [("time.sleep(9)", "blocked"), ("while True: pass", "running")])
@pytest.mark.parametrize("end", ["timeout", "kill"])
def test_the_step_that_hangs_is_there_with_its_state_and_line(
    observed: Observe, version: str, hangs: str, state: str, end: str
) -> None:
    source = f"""
        import asyncio, signal
        async def work():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # else its exception would end the step
            await asyncio.sleep(0.05)
            if {end == "kill"}:
                threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
            {hangs}
        asyncio.run(work())
    """
    for timeout in (5,) if end == "kill" else (0.6, 1.2, 5):  # on a busy machine it takes a while to begin
        seen = observed(source, needs_interpreter(version), timeout=timeout)
        well_formed(seen.timeline)
        if seen.timeline.spans and seen.timeline.spans[-1].end - seen.timeline.spans[-1].start > 0.2:
            break
    assert not seen.timeline.complete
    last = seen.timeline.spans[-1]
    assert (last.state, last.end - last.start > 0.2) == (state, True)
    assert last.path is not None
    lines = Path(last.path).read_text().split("\n")
    assert lines[(last.line or 0) - 1].strip() == hangs
