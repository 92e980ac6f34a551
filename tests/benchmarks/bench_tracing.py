"""What being watched adds to a script's own time: `make bench`.

Each figure is the time that a script takes in itself, over that of the same script left alone. The tool has no switch
for less than everything: when each step began and had become ready, how it ended, and where tasks are suspended. Each
time it is seen to that every step was recorded. What other tools cost, as they come, stands beside it.
"""

import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from asyncdemo.model.recording import Subject
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan
from tests.benchmarks.interpreters import Measured, interpreters
from tests.benchmarks.ratios import Figure, clean_environment, head, show
from tests.benchmarks.workloads import (
    Workload,
    asyncio_steps,
    http,
    plain,
    queues,
    short_tasks,
    streams,
    took,
    trio_steps,
    uvloop_steps,
)

PAIRS = 20
FEW = 6  # pairs with the other tools, which take longer
STEP = 15e-6  # seconds of a step that does something
ENTRIES = 5_000_000  # room for viztracer to keep all that it records


def traced(python: str, script: Path, workload: Workload) -> float:
    """Run a script watched by asyncdemo, and give the seconds that it took."""
    run = observe(Plan(Subject(script.name), (python, str(script))))
    assert run.outcome.code == 0, run.outcome
    assert run.timeline is not None
    assert run.timeline.complete
    steps = run.timeline.steps
    assert steps == workload.steps or (steps > workload.steps and not workload.exactly), (steps, workload.steps)
    return took("".join(piece.text for piece in run.output))


def with_viztracer(python: str, script: Path, workload: Workload) -> float:
    """Run a script watched by viztracer with its events for asyncio, and give the seconds that it took."""
    result = script.with_suffix(".json")
    options = ("--log_async", "--tracer_entries", str(ENTRIES), "--quiet", "--output_file", str(result))
    seconds = plain(python, "-m", "viztracer", *options, str(script))
    if result.exists():  # looked at once: it takes longer than the run
        events = json.loads(result.read_text())["traceEvents"]
        assert sum(event["name"].startswith("work ") for event in events) >= workload.steps - 10
    return seconds


def calibrated(python: str, folder: Path) -> int:
    """Give how many times around an empty loop make a step of STEP seconds."""

    def seconds(work: int) -> float:
        script = folder / "calibration.py"
        script.write_text(asyncio_steps(10, 500, work).source)
        return min(plain(python, str(script)) for _ in range(5)) / 5000

    least, more = seconds(0), seconds(500)
    return round((STEP - least) / (more - least) * 500)


def figures(measured: Measured, folder: Path) -> Iterator[Figure]:
    """Write the scripts into the folder and give what is measured on one interpreter."""
    python, version = measured.python, measured.version
    sleeps = asyncio_steps(1000, 100)

    def figure(name: str, way: Callable[[Path], float], workload: Workload, bar: float | None, pairs: int) -> Figure:
        script = folder / f"script-{version}.py"
        script.write_text(workload.source)
        return Figure(f"{version} {name}", partial(way, script), partial(plain, python, str(script)), bar, pairs)

    def watched(workload: Workload) -> Callable[[Path], float]:
        return lambda script: traced(python, script, workload)

    yield figure("1,000 tasks x 100 sleep(0)", watched(sleeps), sleeps, 1.8, PAIRS)
    if "viztracer" in measured.libraries:
        yield figure(
            "- viztracer --log_async", lambda script: with_viztracer(python, script, sleeps), sleeps, None, FEW
        )
    yield figure("- asyncio's debug mode", lambda script: plain(python, "-X", "dev", str(script)), sleeps, None, FEW)
    steps = asyncio_steps(20, 500, calibrated(python, folder))
    yield figure("20 tasks x 500 steps of 15 us", watched(steps), steps, 1.1, PAIRS)
    for name, workload, bar in (
        ("10,000 tasks that end at their first step", short_tasks(100), 1.6),
        ("streams: 10 x 200 lines there and back", streams(200), 1.5),
        ("20 queues x 500 items", queues(500), 1.5),
        ("HTTP-like: 10 x 50 requests", http(50), 1.5),
    ):
        yield figure(name, watched(workload), workload, bar, PAIRS)
    if "uvloop" in measured.libraries:
        on_uvloop = uvloop_steps(1000, 100)
        yield figure("uvloop, 1,000 tasks x 100 sleep(0)", watched(on_uvloop), on_uvloop, 2.0, PAIRS)
    if "trio" in measured.libraries:
        checkpoints = trio_steps(1000, 100)
        yield figure("trio, 1,000 tasks x 100 checkpoints", watched(checkpoints), checkpoints, 1.5, PAIRS)


def main() -> None:
    """Measure and print one line for each figure."""
    kept = clean_environment()
    os.environ.clear()
    os.environ.update(kept)
    found = interpreters()
    head("a script's own time, watched over left alone")
    with TemporaryDirectory() as folder:
        for measured in found:
            for figure in figures(measured, Path(folder)):
                show(figure)


if __name__ == "__main__":
    main()
