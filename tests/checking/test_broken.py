"""Each scenario, broken in the way that its misconception goes: `check` says what has changed.

The broken copies of a chapter are checked by one command, each in the place of its original. Those of the first chapter
are in every run of the tests, the others in `make observation`: what fails is tried again, and that takes its time.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from asyncdemo.catalogue import course
from tests.conftest import SCENARIOS, Result

pytestmark = pytest.mark.slow

CHAPTERS = 6
RUN, END, NEVER = "asyncio.run(main())", "\n\n#", "never-awaited"  # the first blocks begin where the code ends


class Break(NamedTuple):
    """In this target the text becomes another one; then reason and diff contain all of `says`."""

    target: str
    old: str
    new: str
    says: tuple[str, ...]


BREAKS = (
    Break("sync-main", "result = main()", "result = main", ("- HelloWorld", "+ <function main at 0x")),
    Break(
        "unawaited-coroutine", f"\nmain(){END}", f"\nasyncio.run(main()){END}", ("+ greetings", f"{NEVER} was expected")
    ),
    Break(
        "print-coroutine", f"\nprint(main()){END}", f"\nprint(main){END}", ("+ <function main at 0x", "stderr is empty")
    ),
    Break("asyncio-run", f"\n{RUN}{END}", f"\nmain(){END}", ("- greetings", f"{NEVER} was found")),
    Break(
        "simulated-io-wait:async",
        "await asyncio.gather(*[answer(n) for n in range(TASKS)])",
        "for n in range(TASKS): await answer(n)",
        ("+ got upload 0", "of sync's 0.", "sequential-awaits was found"),
    ),
    # 2: overlap is something that is there by itself
    Break(
        "await-in-a-row",
        "    print(await answer(1))\n    print(await answer(2))\n    print(await answer(3))\n",
        "    for each in await asyncio.gather(answer(1), answer(2), answer(3)):\n        print(each)\n",
        ("took 0.2", "expected 0.5 to 1.5 s", "sequential-awaits was expected, and not found"),
    ),
    Break(
        "gather-overlap",
        """asyncio.gather(
        answer("A", 0.3),
        answer("B", 0.1),
        answer("C", 0.2),
    )""",
        'answer("A", 0.3), await answer("B", 0.1), await answer("C", 0.2)',
        ("+ end A", "- end A", "expected 0.25 to 0.55 s"),
    ),
    Break("create-task-later", "asyncio.create_task(child())", "child()", ("- child starts", "+ child starts")),
    Break(
        "await-without-yielding",
        """    for _ in range(3):
        await note("a")
""",
        """    for _ in range(3):
        await asyncio.create_task(note("a"))
""",
        ("- coroutine: a a a b", "+ coroutine: b a a a"),
    ),
    Break("first-come-first-served", "asyncio.as_completed(asked)", "asked", ("+ slow", "- slow", "0.6")),
    Break(
        "critical-path",
        "await asyncio.gather(prices(), stock())",
        "await prices()\n    await stock()",
        ("+ prices are there", "- prices are there"),
    ),
    # 3: what is async does not block, and is fast
    Break(
        "blocking-sleep:rude",
        "time.sleep(DELAY)",
        "await asyncio.sleep(DELAY)",
        ("blocking-call was expected", "+ tick"),
    ),
    Break(
        "to-thread-rescue:in-a-thread",
        "await asyncio.to_thread(legacy)",
        "legacy()",
        ("blocking-call was found", "- tick"),
    ),
    Break(
        "io-three-ways:async",
        "await asyncio.gather(*[answer(n) for n in range(TASKS)])",
        "for n in range(TASKS): await answer(n)",
        ("expected under 0.5 of sync", "sequential-awaits was found"),
    ),
    Break(
        "cpu-three-ways:async",
        """    jobs = [job(number) for number in range(JOBS)]
    results = await asyncio.gather(*jobs)
""",
        """    jobs = [asyncio.to_thread(asyncio.run, job(n)) for n in range(JOBS)]
    results = await asyncio.gather(*jobs)
""",
        ("stdout is not as expected", "never-suspends was expected, and not found"),
    ),
    Break(
        "real-io:at-once",
        """        for first in asyncio.as_completed(asked):
            print(await first)
""",
        """        for one in asked:
            print(await one)
""",
        ("+ slow", "- slow", "expected under 0.8 of one-by-one"),
    ),
    # 4: errors are seen, and cancelling just ends
    Break("gather-first-error", "job(3, 0.3))", "job(3, 0.3), return_exceptions=True)", ("- caught: job 2 failed",)),
    Break("lost-exception", "    del task\n", "    await task\n", ("its exit status was 1", "- main ends")),
    Break(
        "taskgroup-fails-together",
        "group.create_task(job(2, 0.1))",
        "group.create_task(job(4, 0.1))",
        ("+ job 1 done",),
    ),
    Break(
        "cancel-and-cleanup",
        'print("cleaning up")\n        await asyncio.sleep(0.1)\n        print("clean")',
        "pass",
        ("- cleaning up", "- clean"),
    ),
    Break(
        "swallowed-cancel", "    except:\n", "    except Exception:\n", ("- greedy: done", "+ greedy cancelled: True")
    ),
    Break(
        "timeout-and-shield", "asyncio.shield(kept)", "kept", ("- kept done", "its exit status was 1", "CancelledError")
    ),
    # 5: tasks do not meddle with one another
    Break("race-across-await:locked", "async with lock:", "if lock:", ("- 200 of 200",)),
    Break("semaphore-limit", "async with gate:", "if gate:", ("+ 9 jobs, at most 9 at once", "expected 0.25 to 0.8 s")),
    Break("queue-backpressure", "asyncio.Queue(ROOM)", "asyncio.Queue()", ("+ put 3", "+ put 4")),
    Break("queue-join-forever", "ITEMS = [5, 2, 0, 1]", "ITEMS = [5, 2, 1]", ("deadlock was expected, and not found",)),
    Break("deadlock-two-locks", '"bob", b, a', '"bob", a, b', ("deadlock was expected, and not found",)),
    Break(
        "async-generator-cleanup",
        "    async for tick in ticks():\n        break\n",
        "    first = ticks()\n    await first.__anext__()\n    await first.aclose()\n",
        ("- cleaned up by Task-2", "unfinished-async-generator was expected, and not found"),
    ),
    Break(
        "contextvars-per-task",
        'await asyncio.gather(request("A", 0.1), request("B", 0.2))',
        'await request("A", 0.1); await request("B", 0.2)',
        ("+ A: user A, last A", "- after gather: nobody", "+ after gather: B"),
    ),
    Break(
        "echo-loopback",
        "    await asyncio.sleep(0.2)",
        "    import time; time.sleep(0.2)",
        ("blocking-call was found", "0.6"),
    ),
    # 6: it is magic
    Break(
        "who-woke-me",
        "event.set()\n",
        "event.set()\n    await asyncio.sleep(0)\n",
        ("+ runner goes on", "- runner goes on"),
    ),
    Break("drive-by-hand", "print(coroutine.send(None))", "print(coroutine)", ("- paused", "its exit status was 1")),
    Break(
        "toy-event-loop",
        "heapq.heappush(heap, (due, at, coroutine))",
        "heap.insert(0, (due, at, coroutine))",
        ("+ A1", "- A1"),
    ),
    Break(
        "vanishing-task",
        "    asyncio.create_task(job())",
        "    keep = asyncio.create_task(job())",
        ("stderr is empty",),
    ),
    Break("nested-asyncio-run", "    asyncio.run(inner())", "    await inner()", ("its exit status was 0", "+ inner")),
    Break(
        "thread-meets-loop:unsafe",
        'future.set_result("answer")',
        'future.get_loop().call_soon_threadsafe(future.set_result, "answer")',
        ("expected 0.45 to 1.5 s",),
    ),
    Break(
        "async-isnt-free",
        "key=costs.get",
        "key=costs.get, reverse=True",
        ("- cheapest first: plain, await, gather",),
    ),
    Break("eager-tasks", "    loop.set_task_factory(asyncio.eager_task_factory)\n", "", ("- eager: begins",)),
    Break(
        "same-code-two-backends",
        "        group.start_soon(job, 1, 0.1)\n        group.start_soon(job, 2, 0.2)\n",
        "        group.start_soon(job, 1, 0.2)\n        group.start_soon(job, 2, 0.1)\n",
        ("- job 2", "+ job 2"),
    ),
)


def write_broken(folder: Path, breaks: Sequence[Break]) -> None:
    """Write the course with these breaks into the folder."""
    shutil.copytree(SCENARIOS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    paths = {script_name(each, script): script.path for each in scenarios() for script in each.scripts}
    for target, old, new, _ in breaks:
        path = folder / paths[target].relative_to(SCENARIOS)
        text = path.read_text()
        assert text.count(old) == 1, (target, old)
        path.write_text(text.replace(old, new))


def scenarios() -> tuple[course.Scenario, ...]:
    return course.load([SCENARIOS]).scenarios


def script_name(scenario: course.Scenario, script: course.Script) -> str:
    return scenario.name if script.variant is None else f"{scenario.name}:{script.variant}"


def test_every_scenario_has_its_break() -> None:
    assert max(each.chapter.number for each in scenarios()) == CHAPTERS
    assert {each.target.partition(":")[0] for each in BREAKS} == {each.name for each in scenarios()}


@pytest.mark.parametrize(
    "chapter", [1, *(pytest.param(number, marks=pytest.mark.observation) for number in range(2, CHAPTERS + 1))]
)
def test_check_says_what_has_changed(chapter: int, tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    chosen = {each.name: each for each in scenarios() if each.chapter.number == chapter}
    breaks = [each for each in BREAKS if each.target.partition(":")[0] in chosen]
    write_broken(tmp_path / "course", breaks)
    done = asyncdemo("check", *(each.target for each in breaks), "--json", "--scenarios", "course", timeout=170)
    results = {each["target"]: each for each in json.loads(done.stdout)["results"]}
    assert done.status == 3
    missing = {}
    for target, _, _, says in breaks:
        result = results[target]
        said = f"{result['reason']}\n{result['diff']}"
        if result["status"] != "skipped" and not all(each in said for each in says):  # else it cannot run here at all
            missing[target] = said
    assert missing == {}
