"""What the description of Chrome's trace events asks of each, as far as ours use it."""

from collections.abc import Iterable, Mapping
from typing import Any

# Of each kind of event: what it must have, and the types of that ("Trace Event Format", sections on each kind).
_NUMBER = (int, float)
_ALL: Mapping[str, Any] = {"ph": str, "name": str, "pid": int, "tid": int}
_TIMED = {**_ALL, "cat": str, "ts": _NUMBER}
_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "M": {**_ALL, "args": dict},
    "X": {**_TIMED, "dur": _NUMBER},
    "i": {**_TIMED, "s": str, "args": dict},
    "s": {**_TIMED, "id": int},
    "f": {**_TIMED, "id": int, "bp": str},
}
_OPTIONAL = {"X": {"args"}, "s": {"args"}}
_METADATA = {"process_name": {"name": str}, "thread_name": {"name": str}, "thread_sort_index": {"sort_index": int}}

Event = Mapping[str, Any]


def check(document: Mapping[str, Any]) -> list[Event]:
    """Give the events of a document in which everything is as it must be."""
    assert set(document) == {"traceEvents", "displayTimeUnit", "otherData"}
    assert document["displayTimeUnit"] in ("ms", "ns")
    events: list[Event] = document["traceEvents"]
    for event in events:
        _check_event(event)
    named = {(event["pid"], event["tid"]) for event in events if event["name"] == "thread_name" and event["ph"] == "M"}
    assert {(event["pid"], event["tid"]) for event in events} <= named
    assert len({tid for _, tid in named}) == len(named)
    return events


def _check_event(event: Event) -> None:
    fields = _FIELDS[event["ph"]]
    assert set(fields) <= set(event) <= set(fields) | _OPTIONAL.get(event["ph"], set()), event
    assert all(isinstance(event[name], kind) for name, kind in fields.items()), event
    assert event.get("ts", 0) >= 0
    assert event.get("dur", 0) >= 0
    assert event.get("s", "t") in ("g", "p", "t")
    if event["ph"] == "M":
        own = _METADATA[event["name"]]
        assert set(event["args"]) == set(own)
        assert all(isinstance(event["args"][name], kind) for name, kind in own.items())


def check_arrows(events: Iterable[Event]) -> int:
    """See that every arrow begins and ends within a slice, as viewers demand; give how many there are."""
    events = list(events)
    slices: dict[int, list[tuple[float, float]]] = {}
    for event in events:
        if event["ph"] == "X":
            slices.setdefault(event["tid"], []).append((event["ts"], event["ts"] + event["dur"]))
    begun = {event["id"]: event for event in events if event["ph"] == "s"}
    ended = {event["id"]: event for event in events if event["ph"] == "f"}
    assert set(begun) == set(ended)
    for number, event in begun.items():
        for end in (event, ended[number]):
            assert any(start <= end["ts"] <= stop + 1e-6 for start, stop in slices[end["tid"]]), end
        assert event["ts"] <= ended[number]["ts"]
    return len(begun)
