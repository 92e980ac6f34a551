"""Recordings go through JSON without loss, and of a torn file what is there is loaded."""

import json
from pathlib import Path

import pytest

from asyncdemo.errors import UsageError
from asyncdemo.model import recording_json
from asyncdemo.model.recording import Finding, Outcome, Output, Python, Run, Seconds, Subject
from asyncdemo.model.recording_json import Recording
from asyncdemo.model.spans import (
    READY,
    RUNNING,
    WAITING,
    CrossThreadCall,
    IgnoredCancellation,
    LoopTime,
    Spans,
    Task,
    Timeline,
)


def fabricated(text: str = "tick\n") -> Recording:
    spans = Spans()
    spans.places = [("/x/a.py", 12), ("/x/ä ].py", 3)]
    spans.add(1, RUNNING, 0.1, 0.1005, -1)
    spans.add(1, WAITING, 0.1005, 0.3, 0)
    spans.add(1, RUNNING, 0.3, 0.36, queued=0.025)
    spans.add(2, READY, 0.2, 0.25, 1)
    tasks = (
        Task(1, "Task-1", "asyncio", None, "main", "/x/a.py", 10, 0.1, 0.3, "returned"),
        Task(2, 'beat "[{', "asyncio", 1, "beat", "/x/a.py", 3, 0.11, None, "pending"),
    )
    run = Run(
        Subject(
            "a.py", path="/x/a.py", source="import asyncio\n", parameters={"TASKS": 10}, modules={"/x/b.py": "x = 1\n"}
        ),
        Python("/usr/bin/python3", "3.12.1", "CPython"),
        Outcome("timed-out", after=30.0),
        ok=False,
        seconds=Seconds(0.4, 0.02, 0.08, 0.2, 0.09, 0.19),
        output=(
            Output(0.15, "stdout", text, 4, 77),
            Output(0.16, "stdout", "b\n", 9, path="/x/b.py"),
            Output(0.2, "other", "\\xff", None),
        ),
        output_dropped=3,
        notes=("stdin was empty",),
        timeline=Timeline(
            tasks,
            spans,
            42,
            complete=True,
            touches=(CrossThreadCall("/x/a.py", 7, 2, 3, 0.4), CrossThreadCall(None, None, None, 1, 0.0)),
            unheeded=(IgnoredCancellation(2, "/x/a.py", 4, "/x/ä ].py", 6, 0.25),),
            loops=(LoopTime(77, 0.1, 0.3, 0.2, 0.125, 0.05, 0.0, 0.05), LoopTime(None, 0.3, 0.35, 0.05, 0, 0, 0, 0)),
        ),
        findings=(
            Finding("blocking-call", "warning", "/x/a.py", 12, "it holds", "do not", 0.3, 3, (1, 2), ((12, "held"),)),
        ),
    )
    return Recording((run, run._replace(timeline=None)), started="2026-01-02T03:04:05Z")


def test_nothing_is_lost() -> None:
    recording = fabricated()
    text = json.dumps(recording_json.to_json(recording))
    again = recording_json.from_text(text)
    assert json.dumps(recording_json.to_json(again)) == text
    before, after = recording.runs[0], again.runs[0]
    assert after._replace(timeline=None) == before._replace(timeline=None)
    assert before.timeline is not None
    assert after.timeline is not None
    assert after.timeline.tasks == before.timeline.tasks
    assert list(after.timeline.spans) == list(before.timeline.spans)
    assert after.timeline[2:] == before.timeline[2:]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "this is no recording"),
        ("[]", "this is no recording"),
        ('{"schema": "asyncdemo.run/1"}', "this is no recording"),
        ('{"schema": "asyncdemo.recording/2"}', "this is a recording of the kind 'asyncdemo.recording/2'"),
        ('{"schema": "asyncdemo.recording/1", "runs": [{}]}', "this recording is damaged: subject.target is missing"),
        (
            '{"schema": "asyncdemo.recording/1", "runs": [{"target": "a", "modules": {"b.py": 3}}]}',
            "this recording is damaged: the text of module 'b.py' is 3",
        ),
        ('{"schema": "asyncdemo.recording/1", "runs": 3}', "this recording is damaged: runs is no array, but 3"),
        ("[" * 100_000, "this is no recording"),
    ],
)
def test_what_is_no_recording_is_named_as_such(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        recording_json.from_text(text)
    assert str(caught.value).startswith(message)


def test_a_file_of_many_spans_stays_small(tmp_path: Path) -> None:
    spans = Spans()
    for i in range(20_000):
        spans.add(i % 100, i % 4, i * 1e-5, i * 1e-5 + 7e-6)
    run = fabricated().runs[0]._replace(timeline=Timeline((), spans, 20_000, complete=True), output=())
    assert len(json.dumps(recording_json.to_json(Recording((run,))))) < 20_000 * 25
