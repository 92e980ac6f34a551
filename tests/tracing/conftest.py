"""Runs scripts that write down the truth about themselves, and compares it with what the trace tells."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from math import inf
from pathlib import Path
from statistics import median
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

from asyncdemo.model.recording import Run, Subject
from asyncdemo.model.spans import Span, Task, Timeline
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan
from tests.processes import interpreter

# What scripts begin with: `note(name, state, start, end)` writes down the truth, `tell()` prints it as the last line.
TRUTH = """\
import json, os, sys, threading, time
now = time.monotonic
notes = []
def note(*words):
    notes.append(words)
def tell():
    told = json.dumps(notes)
    print('{"now": %r, "notes": %s}' % (now(), told), flush=True)
"""


class Note(NamedTuple):
    """What a script says of itself: a task was in this state from `start` to `end` (seconds as in the timeline)."""

    name: str
    state: str
    start: float
    end: float


class Observed(NamedTuple):
    """A run, and what its script says of itself."""

    run: Run
    notes: list[Note]

    @property
    def timeline(self) -> Timeline:
        assert self.run.timeline is not None
        return self.run.timeline

    @property
    def printed(self) -> str:
        return "".join(output.text for output in self.run.output)

    def task(self, name: str) -> Task:
        """The only task of this name."""
        (found,) = [task for task in self.timeline.tasks if task.name == name]
        return found

    def named(self, *names: str) -> list[Task]:
        """The tasks of these names, in the order in which they came to be."""
        return [task for task in self.timeline.tasks if task.name in names]

    def spans(self, task: Task | str, *states: str) -> list[Span]:
        """The spans of a task, or those of them that are in these states."""
        number = self.task(task).id if isinstance(task, str) else task.id
        return [span for span in self.timeline.spans if span.task == number and (not states or span.state in states)]

    def seconds(self, task: Task | str, state: str) -> float:
        """For how long a task was in a state."""
        return sum(span.end - span.start for span in self.spans(task, state))

    def errors(self) -> list[float]:
        """By how many seconds the timeline's spans begin and end elsewhere than the script says.

        On a busy machine a blocking call is mostly a wait for the processor, and called running then. Infinite for what
        is not in the timeline.
        """
        found = []
        held = ("blocked", "running")
        for note in self.notes:
            spans = self.spans(note.name, *(held if note.state in held else (note.state,)))
            errors = [(abs(span.start - note.start), abs(span.end - note.end)) for span in spans]
            found += min(errors, key=sum, default=(inf, inf))
        return found


Observe = Callable[..., Observed]
ATTEMPTS = 3  # a busy machine can hide what depends on time, but must never make something up


@cache
def library_python(version: str, library: str) -> tuple[str, str] | None:
    """An interpreter of this version that has a library, and what must be on its PYTHONPATH for that.

    Those named in LIBRARY_PYTHONS (a list like PATH) come first; the others are tried with what is installed here.
    """
    here = str(Path(pytest.__file__).parent.parent)
    candidates = [(path, "") for path in os.environ.get("LIBRARY_PYTHONS", "").split(os.pathsep) if path]
    found = interpreter(version)
    if found is not None:
        candidates += [(found, ""), (found, here)]
    test = f"import sys, {library}; sys.exit(sys.version_info[:2] != {tuple(map(int, version.split('.')))})"
    for python, path in candidates:
        if (
            subprocess.run([python, "-c", test], env={"PYTHONPATH": path}, capture_output=True, check=False).returncode
            == 0
        ):
            return python, path
    return None


def needs_library(version: str, library: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give an interpreter of this version that has a library, or skip the test."""
    found = library_python(version, library)
    if found is None:
        pytest.skip(f"no Python {version} here has {library}: name one in LIBRARY_PYTHONS")
    python, path = found
    if path:
        monkeypatch.setenv("PYTHONPATH", path)
    return python


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("PYTHON", "ASYNCDEMO")):
            monkeypatch.delenv(name)


@pytest.fixture
def observed(tmp_path: Path) -> Iterator[Observe]:
    """Write a script that begins with TRUTH, and observe it on an interpreter.

    Where what is expected depends on time, `until` tells whether it has been seen: else there are further attempts.
    """

    def run(
        source: str,
        python: str,
        *options: str,
        timeout: float | None = 20,
        until: Callable[[Observed], bool] = lambda _: True,
    ) -> Observed:
        for _ in range(ATTEMPTS):
            seen = observe_script(tmp_path, source, python, *options, timeout=timeout)
            if until(seen):
                break
            well_formed(seen.timeline)
        return seen

    return run


def observe_script(folder: Path, source: str, python: str, *options: str, timeout: float | None = 20) -> Observed:
    """Write a script that begins with TRUTH into the folder, and observe it on an interpreter."""
    script = folder / "script.py"
    script.write_text(TRUTH + dedent(source), encoding="utf-8")
    result = observe(Plan(Subject("script"), (python, *options, str(script)), timeout))
    return Observed(result, _notes(result))


def _notes(run: Run) -> list[Note]:
    for output in run.output:
        if output.text.startswith('{"now"'):
            told: dict[str, Any] = json.loads(output.text)
            offset = output.at - told["now"]
            return [Note(name, state, start + offset, end + offset) for name, state, start, end in told["notes"]]
    return []


def well_formed(timeline: Timeline) -> None:
    """What holds for every timeline: spans lie within their task's life, and those of a task never overlap."""
    tasks = {task.id: task for task in timeline.tasks}
    ends: dict[int, float] = {}
    running: dict[tuple[str, int | None], float] = {}
    for span in sorted(timeline.spans, key=lambda span: span.start):
        task = tasks[span.task]
        assert span.start < span.end
        assert span.start >= task.created
        assert task.ended is None or span.end <= task.ended
        assert span.start >= ends.get(task.id, 0.0)
        ends[task.id] = span.end
        if span.state in ("running", "blocked") and task.kind != "thread":
            loop = task.kind, task.thread
            assert span.start >= running.get(loop, 0.0), "two tasks of one loop run at the same time"
            running[loop] = span.end


MEDIAN, MOST = 0.005, 0.05  # seconds by which times may be wrong: generous, for a busy machine


def agrees(observed: Observed) -> bool:
    """Whether the times in the timeline are those that the script has written down."""
    errors = sorted(observed.errors())
    return bool(errors) and median(errors) < MEDIAN and errors[int(len(errors) * 0.75)] < MOST


def agree(observed: Observed) -> None:
    """The timeline is well formed, and its times are those that the script has written down."""
    well_formed(observed.timeline)
    errors = sorted(observed.errors())
    assert errors, "the script has written nothing down"
    assert median(errors) < MEDIAN
    assert errors[int(len(errors) * 0.75)] < MOST
