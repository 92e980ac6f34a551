"""Programs on uvloop are traced as those on asyncio's loop, and notice as little; uvloop is in .bench, for this only."""

from pathlib import Path
from textwrap import dedent

import pytest

from asyncdemo.model.recording import Outcome, Run, Subject
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan
from tests.environments import environment
from tests.processes import VERSIONS
from tests.tracing.asyncio_scripts import HEARTBEAT, MADE_IN_A_FLOOD, STATES
from tests.tracing.conftest import Observe, agree, agrees
from tests.tracing.test_invisible import ASYNCIO_TRACED, Both, both, same
from tests.tracing.uvloop_scripts import INSTALL, INTERRUPTED, UVLOOP

__all__ = ["both"]
pytestmark = [pytest.mark.slow, pytest.mark.process]

every_version = pytest.mark.parametrize("version", VERSIONS)
NEWEST = "3.13"  # of those that CI has
LOOPS = pytest.mark.parametrize("made", ["uvloop.new_event_loop()", "asyncio.new_event_loop()"])


def on_uvloop(source: str) -> str:
    return source.replace("import asyncio", INSTALL, 1)


@pytest.mark.observation
@every_version
@pytest.mark.parametrize("options", [(), ("-X", "dev")], ids=["plain", "dev"])
@pytest.mark.parametrize("name", UVLOOP)
def test_it_is_not_noticed(both: Both, version: str, name: str, options: tuple[str, ...]) -> None:
    plain, traced = both(UVLOOP[name], ASYNCIO_TRACED, environment(version, "uvloop"), *options)
    same(plain, traced)


@pytest.mark.parametrize("name", ["reprs", "cancelled handles and order", "processes and signals"])
def test_it_is_not_noticed_on_one_version(both: Both, name: str) -> None:
    plain, traced = both(UVLOOP[name], ASYNCIO_TRACED, environment(NEWEST, "uvloop"))
    same(plain, traced)


@pytest.mark.observation
@every_version
def test_states_and_their_times(observed: Observe, version: str) -> None:
    seen = observed(on_uvloop(STATES), environment(version, "uvloop"), until=agrees)
    agree(seen)
    assert seen.timeline.complete
    assert seen.run.notes == ()


@pytest.mark.observation
@every_version
def test_an_overdue_heartbeat_is_ready_from_when_it_was_due(observed: Observe, version: str) -> None:
    seen = observed(on_uvloop(HEARTBEAT), environment(version, "uvloop"), until=agrees)
    agree(seen)


@pytest.mark.parametrize("version", [pytest.param(each, marks=pytest.mark.observation) for each in VERSIONS] + [NEWEST])
def test_tasks_that_are_made_in_a_flood_from_other_threads(observed: Observe, version: str) -> None:
    source = MADE_IN_A_FLOOD.replace("import asyncio", "import asyncio, uvloop").replace("asyncio.new_", "uvloop.new_")
    seen = observed(source, environment(version, "uvloop"))
    assert seen.printed == "done\n"
    assert seen.timeline.complete
    assert {task.end for task in seen.timeline.tasks if task.coroutine == "makes"} == {"returned"}


BLOCKS = """
    import asyncio
    import uvloop
    def read():
        time.sleep(0.3)
    async def blocker():
        read()
    async def never():
        pass
    async def main():
        beat = asyncio.create_task(asyncio.sleep(0.05))
        await asyncio.sleep(0)
        never()
        await asyncio.gather(beat, blocker())
    loop = uvloop.new_event_loop()
    loop.run_until_complete(main())
"""


@pytest.mark.parametrize("version", [pytest.param(each, marks=pytest.mark.observation) for each in VERSIONS] + [NEWEST])
def test_what_is_found(observed: Observe, version: str) -> None:
    seen = observed(
        BLOCKS,
        environment(version, "uvloop"),
        until=lambda seen: any(finding.rule == "blocking-call" for finding in seen.run.findings or ()),
    )
    (blocking,) = [finding for finding in seen.run.findings or () if finding.rule == "blocking-call"]
    (forgotten,) = [finding for finding in seen.run.findings or () if finding.rule == "never-awaited"]
    lines = Path(str(blocking.path)).read_text(encoding="utf-8").splitlines()
    assert blocking.line is not None
    assert forgotten.line is not None
    assert lines[blocking.line - 1].strip() == "time.sleep(0.3)"
    assert lines[forgotten.line - 1].strip() == "never()"
    assert "late" in blocking.message  # of the sleep, whose timer was due meanwhile
    assert "asyncio.run" not in blocking.advice + forgotten.advice
    assert seen.run.notes == ()


@pytest.mark.parametrize("version", [pytest.param(each, marks=pytest.mark.observation) for each in VERSIONS] + [NEWEST])
def test_no_interruption_loses_a_step(observed: Observe, version: str) -> None:
    seen = observed(INTERRUPTED, environment(version, "uvloop"), timeout=60)
    assert seen.printed.count("stopped by <class 'KeyboardInterrupt'> False") == 40
    assert seen.run.ok


DEADLOCK = """
    import asyncio
    import uvloop
    async def main():
        await asyncio.sleep(0.01)
        await asyncio.Event().wait()
    loop = uvloop.new_event_loop()
    loop.run_until_complete(main())
"""


def ended(folder: Path, source: str, python: str) -> Run:
    """The run of a script that is made to end at a deadlock."""
    script = folder / "script.py"
    script.write_text(dedent(source), encoding="utf-8")
    return observe(Plan(Subject("script"), (python, str(script)), timeout=20, stop_at_deadlock=True))


BETWEEN = """
    import asyncio
    import time
    import uvloop
    loop = {made}
    asyncio.set_event_loop(loop)
    async def worker(queue):
        while True:
            print("got", await queue.get())
    async def begin():
        queue = asyncio.Queue()
        return queue, loop.create_task(worker(queue))
    queue, task = loop.run_until_complete(begin())
    for number in range(3):
        loop.run_until_complete(queue.put(number))
        time.sleep({pause})
    task.cancel()
    loop.run_until_complete(asyncio.wait([task]))
    loop.close()
"""


@pytest.mark.parametrize("version", [pytest.param(each, marks=pytest.mark.observation) for each in VERSIONS] + [NEWEST])
def test_between_two_runs_plain_code_may_go_on(tmp_path: Path, version: str) -> None:
    source = BETWEEN.format(made="uvloop.new_event_loop()", pause=0.3)
    run = ended(tmp_path, source, environment(version, "uvloop"))
    assert [output.text for output in run.output] == ["got 0\n", "got 1\n", "got 2\n"]
    assert run.outcome == Outcome("exited", code=0)
    assert run.findings == ()


@LOOPS
def test_a_loop_that_does_not_run_is_in_no_deadlock(observed: Observe, made: str) -> None:
    seen = observed(BETWEEN.format(made=made, pause=30), environment(NEWEST, "uvloop"), timeout=2)
    assert seen.run.outcome.kind == "timed-out"
    assert "deadlock" not in [finding.rule for finding in seen.run.findings or ()]


@pytest.mark.parametrize("version", [pytest.param(each, marks=pytest.mark.observation) for each in VERSIONS] + [NEWEST])
def test_a_deadlock_is_told(tmp_path: Path, version: str) -> None:
    run = ended(tmp_path, DEADLOCK, environment(version, "uvloop"))
    assert run.outcome.reason == "deadlock"
    assert [finding.rule for finding in run.findings or ()] == ["deadlock"]


REPORTED = """
    import asyncio
    import gc
    import uvloop
    async def fails():
        raise ConnectionError
    async def waits():
        await asyncio.get_running_loop().create_future()
    async def main():
        for each in (fails(), waits()):
            asyncio.create_task(each)
        del each
        await asyncio.sleep(0.01)
        gc.collect()
        await asyncio.sleep(0.01)
    loop = uvloop.new_event_loop()
    loop.run_until_complete(main())
"""


@pytest.mark.parametrize("version", [pytest.param(each, marks=pytest.mark.observation) for each in VERSIONS] + [NEWEST])
def test_what_uvloop_reports_is_found(observed: Observe, version: str) -> None:
    seen = observed(REPORTED, environment(version, "uvloop"))
    rules = {finding.rule for finding in seen.run.findings or ()}
    assert rules == {"exception-never-retrieved", "task-destroyed-pending"}


MANY_WAIT = """
    import asyncio
    import threading
    import time
    import uvloop
    async def waits(event):
        await event.wait()
    async def main():
        loop = asyncio.get_running_loop()
        for number in range(12):
            event = asyncio.Event()
            def wake():
                time.sleep(0.002 * number)
                loop.call_soon_threadsafe(event.set)
            tasks = [asyncio.create_task(waits(event)) for _ in range(1000)]
            {wakes} threading.Thread(target=wake).start()
            await asyncio.gather(*tasks)
    loop = {made}
    loop.run_until_complete(main())
"""


@LOOPS
def test_a_thread_that_ends_as_the_loop_goes_idle_has_woken_it(tmp_path: Path, made: str) -> None:
    run = ended(tmp_path, MANY_WAIT.format(made=made, wakes="True and"), environment(NEWEST, "uvloop"))
    assert (run.outcome, run.findings) == (Outcome("exited", code=0), ())


@LOOPS
def test_a_deadlock_of_many_is_told_at_once(tmp_path: Path, made: str) -> None:
    run = ended(tmp_path, MANY_WAIT.format(made=made, wakes="number and"), environment(NEWEST, "uvloop"))
    assert run.outcome.reason == "deadlock"
