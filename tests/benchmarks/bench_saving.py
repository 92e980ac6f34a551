"""What it costs to save a million steps in each form: `make bench`.

The recording is made up: 1,000 tasks that run, wait and get ready again, three million spans in all. A page and a
picture merge what is shorter than can be seen, so their size does not depend on the steps.
"""

import time

from asyncdemo.model.recording import Run
from asyncdemo.model.recording_json import Recording
from asyncdemo.model.spans import READY, RUNNING, WAITING, Spans, Task, Timeline
from asyncdemo.views.exports import RECORDINGS
from tests.benchmarks.ratios import WIDTH
from tests.lanes.made import run_of
from tests.views.fabricated import ZERO, outputs

TASKS, STEP = 1000, 30e-6  # seconds from step to step
MOST_SECONDS, MOST_MEGABYTES = 20, 20  # for a page and for a picture
BOUNDED = (".html", ".svg")


def made(steps: int) -> Run:
    """A run of so many steps."""
    spans = Spans()
    spans.places = [("/course/example.py", 12)]
    turn = TASKS * STEP
    for step in range(steps):
        task, at = step % TASKS + 1, ZERO + step * STEP
        spans.add(task, RUNNING, at, at + STEP)
        spans.add(task, WAITING, at + STEP, at + turn * 0.8, 0)
        spans.add(task, READY, at + turn * 0.8, at + turn, 0)
    end = ZERO + steps * STEP + turn
    called = ((number, f"Task-{number}") for number in range(1, TASKS + 1))
    tasks = [Task(*each, "asyncio", None, "work", "/course/example.py", 3, ZERO, end, "returned") for each in called]
    printed = outputs(*((step * STEP, f"line {step}\n") for step in range(0, steps, 50)))
    return run_of(Timeline(tuple(tasks), spans, steps, complete=True), end - ZERO, printed)


def main() -> None:
    """Measure and print one line for each form."""
    recording = Recording((made(1_000_000),))
    print(f"{'a million steps saved as':{WIDTH}} seconds       MB")
    for ending, write in RECORDINGS.items():
        begun = time.perf_counter()
        megabytes = sum(map(len, write(recording))) / 1e6
        seconds = time.perf_counter() - begun
        within = seconds < MOST_SECONDS and megabytes < MOST_MEGABYTES
        verdict = f"{'within' if within else 'over'} {MOST_SECONDS} s and {MOST_MEGABYTES} MB"
        print(f"{ending:{WIDTH}} {seconds:7.2f} {megabytes:8.3f}  {verdict if ending in BOUNDED else ''}", flush=True)


if __name__ == "__main__":
    main()
