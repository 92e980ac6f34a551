"""Reading a trace out of the memory while the child goes on: what is seen of it may be in any order, as on ARM."""

from array import array
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.timeline import TimelineBuilder, timeline
from asyncdemo.model.spans import Spans, Timeline
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from asyncdemo.runner.shared_memory import Memory, PartReader, read_trace, shared_memory
from tests.tracing.made import STARTED, Made, random_trace

LOOP, TASK = 1, 2
NOW = 10**15
KINDS = {"asyncio": layout.TASK, "loop": layout.LOOP}


@pytest.fixture
def memory() -> Iterator[Memory]:
    with shared_memory() as memory:
        words = memory.words(0, layout.SIZE)
        words[layout.TRACED] = 1
        for key, kind in ((LOOP, layout.LOOP), (TASK, layout.TASK)):
            at = layout.INFOS_AT + key * layout.INFO
            words[at + 1], words[at] = LOOP, kind
        yield memory


def store(memory: Memory, place: int, code: int, time: int, wake: int = 0) -> None:
    for at, value in ((layout.TIMES_AT, time), (layout.WAKES_AT, wake), (layout.CODES_AT, code)):
        memory.words(at + place, 1)[0] = value


def seen(memory: Memory) -> list[tuple[int, int]]:
    trace = read_trace(memory)
    assert trace is not None
    return [(code, time) for code, time in zip(trace.codes, trace.times, strict=True) if code]


@pytest.mark.parametrize("what", [layout.STEP, layout.OVER, layout.RETURNED, layout.NEW, layout.DUE, layout.GONE])
def test_an_event_whose_time_is_not_seen_yet_is_not_there_yet(memory: Memory, what: int) -> None:
    before, unseen = (TASK << 4 | layout.STEP, NOW), (TASK << 4 | what, NOW + 5)
    store(memory, 0, *before)
    store(memory, 1, unseen[0], 0)
    assert seen(memory) == [before]
    store(memory, 1, *unseen)
    assert seen(memory) == [before, unseen]


@pytest.mark.parametrize("what", [layout.CPU, layout.QUEUED, layout.OTHERS, layout.AT])
def test_a_zero_that_is_no_time_stays(memory: Memory, what: int) -> None:
    store(memory, 0, TASK << 4 | what, 0)
    assert seen(memory) == [(TASK << 4 | what, 0)]


def test_somebody_of_whom_all_but_the_kind_is_seen_is_not_there_yet(memory: Memory) -> None:
    memory.words(layout.INFOS_AT + 3 * layout.INFO, layout.INFO)[1:5] = array("q", [LOOP, 1, 1, 1])
    trace = read_trace(memory)
    assert trace is not None
    assert set(trace.whos) == {LOOP, TASK}


def test_what_is_stored_while_it_is_read_is_read_whole_or_not_at_all(memory: Memory) -> None:
    """The codes are copied before what belongs to them: each column is stored into as soon as one was read."""

    class Going(Memory):
        """A memory into which the child stores a second event while the columns are copied."""

        looks = 0

        def words(self, at: int, count: int) -> "memoryview[int]":
            if at in (layout.TIMES_AT, layout.WAKES_AT, layout.CODES_AT) and count > 1:
                self.looks += 1
                if self.looks == 2:  # it was counted, nothing is copied yet
                    store(memory, 1, 0, NOW + 5)
                if self.looks == 4:  # two columns are copied
                    store(memory, 1, TASK << 4 | layout.STEP, NOW + 5, NOW + 3)
            return memory.words(at, count)

    going = Going.__new__(Going)
    going.__dict__.update(memory.__dict__)
    store(memory, 0, TASK << 4 | layout.STEP, NOW, NOW - 1)
    trace = read_trace(going)
    assert trace is not None
    assert going.looks == 4
    for time, wake, code in zip(trace.times, trace.wakes, trace.codes, strict=True):
        assert not code or (time and wake)


def stored(memory: Memory, events: Made, start: int, end: int) -> None:
    """Store some of these events, and those to whom they happened, as a child would have done by then."""
    words = memory.words(0, layout.SIZE)
    words[layout.TRACED], words[layout.FILES_AT + layout.FILE] = 1, 1
    keys = [code >> 4 for code in events.codes[start:end]]
    for key in range(1, max(keys, default=0) + 1):
        who, at = events.whos[key], layout.INFOS_AT + key * layout.INFO
        words[at + 1], words[at + layout.THREAD_ID], words[at] = who.loop, who.thread, KINDS[who.kind]
    for place in range(start, end):
        store(memory, place, events.codes[place], events.times[place], events.wakes[place])


def whole(line: Timeline) -> object:
    """All that a timeline tells, to be compared."""
    spans = [(span.task, span.state, span.start, span.end, span.line, span.queued) for span in line.spans]
    return spans, list(line.spans.wakers), line._replace(spans=Spans())[:1] + line[2:]


@given(st.integers(0, 2**32), st.integers(1, 3), st.lists(st.integers(1, 40), max_size=9), st.integers(1, 9))
def test_what_is_read_part_by_part_is_the_same(seed: int, loops: int, parts: list[int], most: int) -> None:
    events, ended = random_trace(seed, loops, 5, 30, 1.0)
    with shared_memory() as memory:
        reader, builder, known = PartReader(memory), TimelineBuilder(STARTED), 0
        for size in parts:
            stored(memory, events, known, min(known + size, len(events.codes)))
            known = min(known + size, len(events.codes))
            if (part := reader.part(most)) is not None:
                builder.read(part)
        stored(memory, events, known, len(events.codes))
        rest, trace = reader.rest(), read_trace(memory)
        assert rest is not None
        assert trace is not None
        assert whole(builder.finish(rest, ended)) == whole(timeline(trace, STARTED, ended))


def test_an_event_of_somebody_unknown_is_left_for_later(memory: Memory) -> None:
    reader, unknown = PartReader(memory), 4
    store(memory, 0, TASK << 4 | layout.STEP, NOW)
    store(memory, 1, unknown << 4 | layout.STEP, NOW + 1)
    part = reader.part(9)
    assert part is not None
    assert list(part.codes) == [TASK << 4 | layout.STEP]
    assert reader.part(9) is None
    memory.words(layout.INFOS_AT + unknown * layout.INFO, 1)[0] = layout.TASK
    part = reader.part(9)
    assert part is not None
    assert list(part.codes) == [unknown << 4 | layout.STEP]
    assert set(part.whos) == {LOOP, TASK, unknown}


def test_somebody_who_is_just_being_stored_is_not_read_before_an_event_tells_of_them(memory: Memory) -> None:
    reader, builder, new = PartReader(memory), TimelineBuilder(STARTED), 3
    info = memory.words(layout.INFOS_AT + new * layout.INFO, layout.INFO)
    store(memory, 0, TASK << 4 | layout.STEP, NOW)
    info[0] = layout.TASK  # the rest of it follows in the same copy
    for place, code in enumerate((LOOP << 4 | layout.IDLE, new << 4 | layout.STEP), start=1):
        part = reader.part(9)
        assert part is not None
        builder.read(part)
        info[1] = LOOP
        store(memory, place, code, NOW + place)
    rest, trace = reader.rest(), read_trace(memory)
    assert rest is not None
    assert trace is not None
    assert rest.whos[new].loop == part.whos.get(new, rest.whos[new]).loop == LOOP
    assert whole(builder.finish(rest, NOW + 9)) == whole(timeline(trace, STARTED, NOW + 9))


def test_a_place_that_a_thread_is_about_to_store_is_waited_for(memory: Memory) -> None:
    reader = PartReader(memory)
    store(memory, 0, TASK << 4 | layout.STEP, NOW)
    store(memory, 2, TASK << 4 | layout.STEP, NOW + 2)
    assert list(getattr(reader.part(9), "times", ())) == [NOW]
    assert reader.part(9) is None
    store(memory, 1, LOOP << 4 | layout.POLL, NOW + 1)
    assert list(getattr(reader.part(9), "times", ())) == [NOW + 1, NOW + 2]
