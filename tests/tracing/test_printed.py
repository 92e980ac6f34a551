"""Who printed what."""

import re
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.printed_lines import printed
from asyncdemo.model.recording import Output
from asyncdemo.model.spans import BLOCKED, RUNNING, WAITING, Spans, Task, Timeline
from tests.tracing.conftest import Observe

ONE, TWO = 11, 12  # threads


def task(number: int, thread: int | None, kind: str = "asyncio", life: tuple[float, float | None] = (0, None)) -> Task:
    return Task(number, f"task {number}", kind, None, "", "", 0, *life, None, thread)


def line(tasks: list[Task], *spans: tuple[int, int, float, float]) -> Timeline:
    made = Spans()
    for span in spans:
        made.add(*span)
    return Timeline(tuple(tasks), made, 0, True)


def said(*at: tuple[float, int | None]) -> list[Output]:
    return [Output(moment, "stdout", "x", None, thread) for moment, thread in at]


def test_the_task_whose_step_goes_on_in_the_thread() -> None:
    found = line(
        [task(1, ONE), task(2, ONE), task(3, TWO)],
        (1, RUNNING, 1, 2),
        (3, RUNNING, 1, 9),
        (2, BLOCKED, 2, 3),
        (1, WAITING, 2, 4),
        (1, RUNNING, 4, 5),
    )
    moments = [(1.5, ONE), (1.5, TWO), (2.5, ONE), (3.5, ONE), (4.5, ONE), (6, ONE), (0.5, TWO), (4.5, 13), (4.5, None)]
    assert printed(said(*moments), found) == [1, 3, 2, None, 1, None, None, None, None]


def test_the_thread_itself_as_long_as_it_lives() -> None:
    found = line(
        [task(1, ONE), task(2, TWO, "thread", (0, 2)), task(3, TWO, "thread", (3, None)), task(4, ONE, "thread")],
        (1, RUNNING, 1, 2),
        (2, WAITING, 0, 2),
    )
    moments = [(1, TWO), (2.5, TWO), (9, TWO), (1.5, ONE), (5, ONE)]
    assert printed(said(*moments), found) == [2, None, 3, 1, 4]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9), st.integers(1, 9)), max_size=20),
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from([ONE, TWO, 13])), max_size=20),
)
def test_in_any_order(steps: list[tuple[int, int, int]], moments: list[tuple[int, int]]) -> None:
    """As found by looking at every span for every piece of output."""
    tasks = [task(number, ONE if number < 2 else TWO) for number in range(4)]
    spans, now = [], {ONE: 0, TWO: 0}
    for number, pause, length in steps:
        thread = tasks[number].thread
        start = now[thread] + pause  # type: ignore[index]
        spans.append((number, RUNNING, float(start), float(start + length)))
        now[thread] = start + length  # type: ignore[index]
    outputs = said(*((moment + 0.5, thread) for moment, thread in moments))
    expected = [
        next((n for n, _, start, end in spans if tasks[n].thread == out.thread and start <= out.at <= end), None)
        for out in outputs
    ]
    assert printed(outputs, line(tasks, *reversed(spans))) == expected


def test_the_cost_is_linear() -> None:
    def seconds(count: int) -> float:
        found = line([task(1, ONE)], *((1, RUNNING, n, n + 0.5) for n in range(count)))
        outputs = said(*((n + 0.25, ONE) for n in range(count)))
        started = time.process_time()
        printed(outputs, found)
        return (time.process_time() - started) / count

    assert min(seconds(64_000) for _ in range(2)) < 3 * min(seconds(4000) for _ in range(3))


SCRIPT = """
import asyncio
async def work(name):
    asyncio.current_task().set_name(name)
    for _ in range(3):
        await asyncio.sleep(0.003)
        print(f"task {name}", flush=True)
async def main():
    jobs = [asyncio.get_running_loop().run_in_executor(None, print, "job 1") for _ in range(3)]
    await asyncio.gather(work("a"), work("b"), *jobs)
def run(name):
    asyncio.run(work(name))
    print(f"after {name}", flush=True)  # in one write
threads = [threading.Thread(target=run, args=(name,), name=name) for name in "cd"]
for thread in threads: thread.start()
asyncio.run(main())
for thread in threads: thread.join()
print("nobody")
"""


@pytest.mark.slow
def test_a_real_script(observed: Observe) -> None:
    seen = observed(SCRIPT, sys.executable)
    by_id = {task.id: task for task in seen.timeline.tasks}
    judged = 0
    for output, number in zip(seen.run.output, printed(seen.run.output, seen.timeline), strict=True):
        speaker, text = by_id.get(number or 0), output.text.strip()
        if text == "nobody":
            assert speaker is None
        elif text.startswith("job"):
            assert speaker is not None
            assert speaker.coroutine == "_worker"
        elif re.fullmatch("(task|after) [a-d]", text):  # not a part of it: threads may get into each other's lines
            assert speaker is not None
            assert speaker.name == text.split()[-1]
            assert speaker.kind == ("thread" if text.startswith("after") else "asyncio")
            judged += 1
    assert judged > 7  # of 14
