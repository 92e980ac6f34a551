"""Names are put to bytes by fabricated records; no process, no clock."""

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncdemo.probe.inject._asyncdemo_layout import BLOCK
from asyncdemo.runner import attribution as attribution_module
from asyncdemo.runner.attribution import OTHER, PATIENCE, Attribution, Piece, checksum
from asyncdemo.runner.shared_memory import Write

STDOUT, STDERR = 1, 2
NOW = 1_000_000_000_000


def records(data: bytes, stream: int = STDOUT, *, thread: int = 1, at: int = NOW, line: int = 1) -> list[Write]:
    """What the probe stores for one write."""
    blocks = [data[start : start + BLOCK] for start in range(0, len(data), BLOCK)]
    return [
        Write(stream, part, len(block), checksum(block), block[:8], at, thread, line)
        for part, block in enumerate(blocks)
    ]


def named(pieces: Iterable[Piece]) -> list[tuple[int, bytes]]:
    """The pieces, those of one name joined: where a name is cut is not what counts."""
    joined: list[tuple[int, bytes]] = []
    for piece in pieces:
        if joined and joined[-1][0] == piece.stream:
            joined[-1] = (piece.stream, joined[-1][1] + piece.data)
        else:
            joined.append((piece.stream, piece.data))
    return joined


def name(data: bytes, written: Sequence[Write], cuts: Iterable[int] = ()) -> list[tuple[int, bytes]]:
    """Feed the bytes, cut at these places, with all records known from the start."""
    attribution = Attribution()
    pieces: list[Piece] = []
    for index, (start, end) in enumerate(pairwise([0, *sorted(cuts), len(data)])):
        pieces += attribution.feed(data[start:end], written if index == 0 else (), NOW)
    return named(pieces + attribution.finish(NOW))


def test_one_line_of_each_stream() -> None:
    written = records(b"out\n") + records(b"err\n", STDERR)
    assert name(b"out\nerr\n", written) == [(STDOUT, b"out\n"), (STDERR, b"err\n")]


def test_a_piece_has_the_time_the_line_and_the_thread_of_its_record() -> None:
    written = records(b"x\n", STDERR, thread=7, at=NOW - 5, line=12)
    assert Attribution().feed(b"x\n", written, NOW) == [Piece(STDERR, NOW - 5, b"x\n", 12, 7)]


def test_a_flood_of_one_thread_has_each_time_line_and_order_however_it_is_cut() -> None:
    written = [each for i in range(500) for each in records(b"line %d\n" % i, at=NOW + i, line=i + 1)]
    text = b"".join(b"line %d\n" % i for i in range(500))
    attribution = Attribution()
    pieces = [
        piece
        for at in range(0, len(text), 7)
        for piece in attribution.feed(text[at : at + 7], written if at == 0 else (), NOW)
    ]
    assert pieces == [Piece(STDOUT, NOW + i, b"line %d\n" % i, i + 1, 1) for i in range(500)]


def test_a_line_from_below_within_a_flood_ends_no_order() -> None:
    written = [each for i in range(6) for each in records(b"line %d\n" % i, at=NOW + i)]
    data = b"line 0\nline 1\nbelow\nline 2\nline 3\n" + b"line 4\nline 5\n"
    attribution = Attribution()
    found = attribution.feed(data, written, NOW) + attribution.finish(NOW)
    assert [(each.stream, each.data) for each in found] == [
        (STDOUT, b"line 0\n"),
        (STDOUT, b"line 1\n"),
        (OTHER, b"below\n"),
        *((STDOUT, b"line %d\n" % i) for i in range(2, 6)),
    ]


def test_what_has_no_record_is_other_and_keeps_its_place() -> None:
    written = records(b"one\n") + records(b"two\n")
    assert name(b"one\nbelow\ntwo\n", written) == [(STDOUT, b"one\n"), (OTHER, b"below\n"), (STDOUT, b"two\n")]


def test_other_output_is_not_held_back_while_no_write_is_expected() -> None:
    assert named(Attribution().feed(b"password: ", [], NOW)) == [(OTHER, b"password: ")]


def test_what_was_written_below_is_no_later_than_the_write_that_follows() -> None:
    pieces = Attribution().feed(b"below\nprinted\n", records(b"printed\n", at=NOW - 900), NOW)
    assert [piece.at for piece in pieces] == [NOW - 900, NOW - 900]


def test_writes_without_a_line_end_between_writes_below() -> None:
    written = records(b"\r10%") + records(b"\r20%") + records(b"\r30%\n")
    expected = [(STDOUT, b"\r10%"), (OTHER, b"<a>"), (STDOUT, b"\r20%"), (OTHER, b"<b>"), (STDOUT, b"\r30%\n")]
    assert name(b"\r10%<a>\r20%<b>\r30%\n", written) == expected


def test_a_bar_of_thousand_carriage_returns() -> None:
    bars = [b"\r%3d/1000" % i for i in range(1000)]
    assert name(b"".join(bars), [each for bar in bars for each in records(bar)]) == [(STDOUT, b"".join(bars))]


def test_a_longer_write_is_preferred_to_a_shorter_one_with_the_same_beginning() -> None:
    written = records(b"a", thread=1) + records(b"a\nb\n", STDERR, thread=2)
    assert name(b"a\nb\na", written) == [(STDERR, b"a\nb\n"), (STDOUT, b"a")]


def test_threads_may_cross_between_record_and_write() -> None:
    written = records(b"first\n", thread=1) + records(b"second\n", STDERR, thread=2)
    assert name(b"second\nfirst\n", written) == [(STDERR, b"second\n"), (STDOUT, b"first\n")]


def test_a_buffered_stream_may_come_after_a_later_write_to_the_other() -> None:
    written = records(b"held\n") + records(b"error\n", STDERR)
    assert name(b"error\nheld\n", written) == [(STDERR, b"error\n"), (STDOUT, b"held\n")]


def test_a_long_write_comes_in_blocks() -> None:
    data = bytes(range(256)) * (3 * BLOCK // 256) + b"end\n"
    pieces = Attribution().feed(data + b"below\n", records(data), NOW)
    assert [(piece.stream, len(piece.data)) for piece in pieces] == [(1, BLOCK), (1, BLOCK), (1, BLOCK), (1, 4), (0, 6)]


def test_no_more_than_a_block_is_held_back() -> None:
    attribution = Attribution()
    attribution.feed(b"", records(b"x" * BLOCK), NOW)
    given_back = sum(len(piece.data) for _ in range(10) for piece in attribution.feed(b"x" * (BLOCK - 1), [], NOW))
    assert given_back >= 10 * (BLOCK - 1) - BLOCK


def test_a_print_behind_a_very_long_line_from_below_has_its_name_however_the_bytes_come() -> None:
    below = b"b" * (100 * BLOCK)
    cuts = range(BLOCK, len(below), BLOCK)  # the last piece of the line comes together with what is printed
    assert name(below + b"end\n", records(b"end\n"), cuts) == [(OTHER, below), (STDOUT, b"end\n")]


def test_a_line_that_was_read_long_before_a_print_does_not_count_against_it() -> None:
    attribution = Attribution()
    pieces = [piece for _ in range(100) for piece in attribution.feed(b"b" * BLOCK, [], NOW)]
    pieces += attribution.feed(b"bbbbend\n", records(b"end\n"), NOW)
    assert named(pieces) == [(OTHER, b"b" * (100 * BLOCK + 4)), (STDOUT, b"end\n")]


def test_empty_writes_have_no_bytes_to_wait_for() -> None:
    empty = [Write(STDOUT, 0, 0, 0, b"", NOW, 1, 1)]
    assert name(b"x\n", empty + records(b"x\n") + empty) == [(STDOUT, b"x\n")]


def test_writes_to_a_redirected_descriptor_stop_nothing() -> None:
    stale = [each for i in range(20) for each in records(b"to a file %d\n" % i)]
    lines = [b"shown %d\n" % i for i in range(20)]
    fresh = [each for line in lines for each in records(line)]
    assert name(b"".join(lines), stale + fresh) == [(STDOUT, b"".join(lines))]


def test_a_line_that_is_still_to_come_is_not_skipped_for_an_equal_one_from_below() -> None:
    written = records(b"one\n") + records(b"two\n")
    assert name(b"two\none\ntwo\n", written) == [(OTHER, b"two\n"), (STDOUT, b"one\ntwo\n")]


def test_a_record_expires_once_the_pipe_has_been_empty_for_long() -> None:
    attribution = Attribution()
    attribution.feed(b"", records(b"x\n"), NOW)
    attribution.idle([], NOW + PATIENCE)
    assert named(attribution.feed(b"x\n", [], NOW + PATIENCE)) == [(STDOUT, b"x\n")]
    attribution.feed(b"", records(b"y\n"), NOW)
    for tick in range(10, 31):
        attribution.idle([], NOW + tick * PATIENCE // 10)
    assert named(attribution.feed(b"y\n", [], NOW + 3 * PATIENCE)) == [(OTHER, b"y\n")]


def test_nothing_expires_because_the_machine_stood_still() -> None:
    attribution = Attribution()
    attribution.feed(b"", records(b"x\n"), NOW)
    for later in (3 * PATIENCE, 3 * PATIENCE + PATIENCE // 10):
        attribution.idle([], NOW + later)
    assert named(attribution.feed(b"x\n", [], NOW + 3 * PATIENCE + PATIENCE // 5)) == [(STDOUT, b"x\n")]


def test_a_long_write_does_not_expire_while_it_goes_on() -> None:
    data = b"z" * (8 * BLOCK)
    attribution = Attribution()
    pieces = attribution.feed(data[:BLOCK], records(data), NOW)
    for part in range(1, 8):
        later = NOW + part * PATIENCE * 2 // 3
        pieces += attribution.idle([], later)
        pieces += attribution.feed(data[part * BLOCK : (part + 1) * BLOCK], [], later)
    assert named(pieces) == [(STDOUT, data)]


def test_the_beginning_of_a_write_is_held_for_a_moment_only() -> None:
    attribution = Attribution()
    assert attribution.feed(b"12345", records(b"123456789\n"), NOW) == []
    assert attribution.idle([], NOW + PATIENCE // 10) == []
    pieces = [piece for tick in range(2, 11) for piece in attribution.idle([], NOW + tick * PATIENCE // 10)]
    assert named(pieces) == [(OTHER, b"12345")]


@st.composite
def scripts(draw: st.DrawFn) -> list[tuple[int, int, bytes]]:
    """Writes in the order of their bytes: stream, thread, bytes. All differ in their first bytes."""
    bodies = st.text("ab\n\r é\0", max_size=12) | st.integers(0, 300).map(lambda n: "x" * n * 300)
    writes = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), bodies), max_size=30))
    return [(stream, thread, f"{i:03}<{body}".encode()) for i, (stream, thread, body) in enumerate(writes)]


@st.composite
def known(draw: st.DrawFn, script: list[tuple[int, int, bytes]]) -> list[Write]:
    """The records of a script as they may be stored: those of one thread in order, threads in any."""
    queues: dict[int, list[Write]] = {}
    for stream, thread, data in script:
        if stream != OTHER:
            queues.setdefault(thread, []).extend(records(data, stream, thread=thread))
    turns = draw(st.permutations([thread for thread, queue in queues.items() for _ in queue]))
    return [queues[turn].pop(0) for turn in turns]


@given(st.data())
@settings(deadline=None)
def test_all_are_named_right_however_the_bytes_are_cut(data: st.DataObject) -> None:
    script = data.draw(scripts())
    text = b"".join(each for _, _, each in script)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=10))
    right = named(Piece(stream, 0, each, 0) for stream, _, each in script)
    assert name(text, data.draw(known(script)), cuts) == right


@given(st.data())
@settings(deadline=None)
def test_nothing_is_lost_doubled_or_moved_whatever_the_records_say(data: st.DataObject) -> None:
    few = st.lists(
        st.sampled_from([b"a", b"b\n", b"ab", b"\n", b"aaaaaaaaaaaa", b"ba\nab\n", b"aaaaaaaab\n"]), max_size=20
    )
    attribution, seen = Attribution(), b""
    now = NOW
    for text in data.draw(few):
        written = [
            each
            for promised in data.draw(few)
            for each in records(promised, data.draw(st.integers(1, 2)), thread=data.draw(st.integers(1, 2)), at=now)
        ]
        now += data.draw(st.sampled_from([0, PATIENCE // 10, PATIENCE]))
        pieces = attribution.feed(text, written, now) + (attribution.idle([], now) if data.draw(st.booleans()) else [])
        seen += text
        assert seen.startswith(b"".join(piece.data for piece in pieces))
        seen = seen[sum(len(piece.data) for piece in pieces) :]
    assert b"".join(piece.data for piece in attribution.finish(now)) == seen


@given(st.data())
@settings(deadline=None)
def test_cuts_change_no_name_even_where_contents_are_alike(data: st.DataObject) -> None:
    alike = st.lists(
        st.sampled_from([b"a", b"b\n", b"ab", b"\n", b"aaaaaaaaaaaa", b"ba\nab\n", b"aaaaaaaab\n"]), max_size=12
    )
    written = [
        each
        for text in data.draw(alike)
        for each in records(text, data.draw(st.integers(1, 2)), thread=data.draw(st.integers(1, 2)))
    ]
    text = b"".join(data.draw(alike))
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=10))
    assert name(text, written, cuts) == name(text, written)


def mixed(count: int) -> tuple[bytes, list[Write]]:
    """Lines printed and lines from below, by turns."""
    text = b"".join(b"printed %d\nbelow %d\n" % (i, i) for i in range(count))
    return text, [each for i in range(count) for each in records(b"printed %d\n" % i)]


def in_order(count: int) -> tuple[bytes, list[Write]]:
    """Lines printed by one thread, and nothing else."""
    text = b"".join(b"printed %d\n" % i for i in range(count))
    return text, [each for i in range(count) for each in records(b"printed %d\n" % i)]


def stale(count: int) -> tuple[bytes, list[Write]]:
    """As many records whose bytes never come, before one whose do."""
    return b"printed 0\n", [each for i in range(count) for each in records(b"printed x%d\n" % i)] + records(
        b"printed 0\n"
    )


def false_heads(count: int) -> tuple[bytes, list[Write]]:
    """Bytes that look like the beginning of a write at every place."""
    return b"a" * count, records(b"a" * (BLOCK // 2) + b"b")


def refused(count: int) -> tuple[bytes, list[Write]]:
    """Lines from below that equal a later write, while an older one of the same thread is still to come."""
    return b"later\n" * count + b"older\n", records(b"older\n") + [
        each for _ in range(count) for each in records(b"later\n")
    ]


def many_threads(count: int) -> tuple[bytes, list[Write]]:
    """Each line from a thread of its own, between lines from below."""
    text, written = mixed(count)
    return text, [each._replace(thread=i) for i, each in enumerate(written)]


@pytest.mark.slow
@pytest.mark.parametrize("make", [in_order, mixed, stale, false_heads, refused, many_threads])
def test_the_work_grows_no_faster_than_the_output(make: Callable[[int], tuple[bytes, list[Write]]]) -> None:
    def seconds(count: int) -> float:
        text, written = make(count)
        best = float("inf")
        for _ in range(3):
            begin = time.process_time()
            name(text, written, range(BLOCK, len(text), BLOCK))
            best = min(best, time.process_time() - begin)
        return best

    assert seconds(8_000) < 40 * seconds(800) + 0.02  # a hundred times where it is quadratic


def test_records_that_wait_for_their_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution_module, "LIMIT", limit := 1 << 12)  # of 131,072: that takes long to fill
    attribution = Attribution()
    last = limit + 2000
    for start in range(0, last, 1000):
        attribution.feed(b"", [each for i in range(start, start + 1000) for each in records(b"%d\n" % i)], NOW)
    assert named(attribution.feed(b"%d\n0\n" % last, [], NOW) + attribution.finish(NOW)) == [
        (STDOUT, b"%d\n" % last),
        (OTHER, b"0\n"),
    ]
