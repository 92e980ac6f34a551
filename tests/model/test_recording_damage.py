"""Recordings that are damaged: refused in words, never with a traceback."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.errors import UsageError
from asyncdemo.model.recording import Finding, Outcome, Output, Python, Run, Seconds, Subject
from asyncdemo.model.recording_json import SCHEMA, Recording, from_text, to_json
from asyncdemo.model.spans import LoopTime, Raised, Spans, Task, Timeline

words = st.text(max_size=20)
times = st.integers(0, 10**9).map(lambda microseconds: microseconds / 1e6)
maybe = st.none() | times
numbers = st.integers(0, 10**6)
outputs = st.builds(
    Output, times, st.sampled_from(["stdout", "stderr", "other"]), words, st.none() | numbers, st.none() | numbers
)
outcomes = st.one_of(
    st.builds(lambda code: Outcome("exited", code=code), st.integers(0, 255)),
    st.builds(lambda number: Outcome("signalled", signal=number), st.integers(1, 64)),
    st.builds(lambda after: Outcome("timed-out", after=after), times),
    st.builds(lambda reason: Outcome("not-started", reason=reason), words),
    st.just(Outcome("interrupted")),
)
tasks = st.builds(
    Task,
    numbers,
    words,
    st.sampled_from(["asyncio", "trio", "thread", "callbacks"]),
    st.none() | numbers,
    words,
    words,
    numbers,
    times,
    maybe,
    st.sampled_from(["returned", "raised", "cancelled", "pending", None]),
    st.none() | numbers,
    st.none() | st.builds(Raised, words, st.none() | words, st.none() | numbers),
)
loops = st.builds(LoopTime, st.none() | numbers, *[times] * 7)
findings = st.builds(
    Finding,
    rule=st.just("blocking-call"),
    severity=st.sampled_from(["error", "warning", "note"]),
    path=st.none() | words,
    line=st.none() | numbers,
    seconds=maybe,
    times=numbers,
    tasks=st.lists(numbers, max_size=3).map(tuple),
    beside=st.lists(st.tuples(numbers, words), max_size=2).map(tuple),
    message=words,
    advice=words,
)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    spans = Spans()
    spans.places = draw(st.lists(st.tuples(words, numbers), max_size=3))
    for _ in range(draw(st.integers(0, 6))):
        start, length = draw(st.integers(0, 10**6)), draw(st.integers(1, 10**6))
        where = draw(st.integers(-1, len(spans.places) - 1))
        spans.add(draw(numbers), draw(st.integers(0, 3)), start / 1e6, (start + length) / 1e6, where)
    found = draw(st.lists(tasks, max_size=4)), draw(st.lists(loops, max_size=2))
    return Timeline(tuple(found[0]), spans, draw(numbers), draw(st.booleans()), loops=tuple(found[1]))


runs = st.builds(
    Run,
    subject=st.builds(Subject, words, st.none() | words, parameters=st.dictionaries(words, numbers, max_size=2)),
    python=st.builds(Python, words, st.none() | words, st.none() | words),
    outcome=outcomes,
    ok=st.booleans(),
    seconds=st.builds(Seconds, *[maybe] * 8),
    output=st.lists(outputs, max_size=5).map(tuple),
    output_dropped=numbers,
    notes=st.lists(words, max_size=2).map(tuple),
    timeline=st.none() | timelines(),
    findings=st.none() | st.lists(findings, max_size=2).map(tuple),
)
recordings = st.builds(Recording, st.lists(runs, max_size=2).map(tuple), words, words, st.none() | words)


def text_of(recording: Recording) -> str:
    return json.dumps(to_json(recording))


@given(recordings)
def test_what_was_written_is_read_back_whole(recording: Recording) -> None:
    read = from_text(text_of(recording))
    assert to_json(read) == to_json(recording)


@given(recordings, st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_anywhere_is_refused(recording: Recording, part: float) -> None:
    text = text_of(recording)
    with pytest.raises(UsageError, match=r"^this (is no recording|recording is damaged: it is no whole JSON document)"):
        from_text(text[: int(part * len(text))])


@pytest.mark.parametrize("change", [{"where": [7]}, {"where": [-2]}, {"state": "9"}, {"start": ["x"]}, {"length": []}])
def test_spans_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    spans = {"places": [["a.py", 1]], "task": [1], "state": "0", "start": [5], "length": [5], "where": [0]}
    document = {"schema": SCHEMA, "runs": [{"target": "x", "tasks": [], "spans": spans | change}]}
    with pytest.raises(UsageError, match="this recording is damaged"):
        from_text(json.dumps(document))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(words, values, max_size=3),
    max_leaves=5,
)


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document: what holds it, and its key or index there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from places_in(inner)


@given(recordings, st.data())
def test_whatever_stands_anywhere_is_read_or_refused(recording: Recording, data: st.DataObject) -> None:
    document = json.loads(text_of(recording))
    holder, key = data.draw(st.sampled_from(list(places_in(document))), label="where")
    missing = isinstance(holder, dict) and data.draw(st.booleans(), label="missing")
    if missing:
        del holder[key]
    else:
        holder[key] = data.draw(anything, label="in its place")
    try:
        read = from_text(json.dumps(document))
    except UsageError as error:
        assert str(error).startswith(("this is no recording", "this recording is damaged: ", "this is a recording of"))
        assert str(error).isprintable()
        return
    json.dumps(to_json(read))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("seconds", {"startup": []}, "seconds.startup is []"),
        ("seconds", {"total": True}, "seconds.total is True"),
        ("seconds", {"total": float("inf")}, "seconds.total is inf"),
        ("seconds", {"script": 1e18}, "seconds.script is 1e+18"),
        ("outcome", {"kind": "timed-out", "after": -2e8}, "outcome.after is -200000000.0"),
        ("seconds", [], "seconds is no object, but []"),
        ("outcome", {"kind": "exploded"}, "outcome.kind is 'exploded'"),
        ("output", [{"at": 1, "line": None, "thread": None}], "output.stream is missing"),
        ("output_dropped", "0", "output_dropped is '0'"),
        ("notes", [[]], "notes is []"),
        ("target", {"a" * 99: 1}, "subject.target is {'" + "a" * 38 + "..."),
        ("spans", {"start": [1, 2.5]}, "start has something else than whole numbers"),
        ("spans", {"length": [1 << 64]}, "length has something else than whole numbers"),
        ("tasks", [], "state has other characters than 0 to 3"),
    ],
)
def test_what_is_wrong_is_named(field: str, value: object, message: str) -> None:
    run = {"target": "x", "tasks": [], "spans": {"state": "7"}, field: value}
    text = json.dumps({"schema": "asyncdemo.recording/1", "runs": [run]})
    with pytest.raises(UsageError) as caught:
        from_text(text)
    assert str(caught.value) == f"this recording is damaged: {message}"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"', "{}" * 3, '{"schema": 5}', "[" * 100_000, "\ufeff{}", "\0"]
)
def test_what_is_no_recording_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no recording"):
        from_text(text)
