"""Puts names to the bytes of the one pipe: which stream wrote them, when, and from which line.

The pipe keeps the order of all writers. The probe's records tell what sys.stdout and sys.stderr wrote; each was stored
just before its bytes. Records are matched to bytes by content, because threads may cross between the two steps and
because programs write below Python too. What matches no record is "other": never guessed.
"""

from binascii import crc32
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from asyncdemo.probe.inject._asyncdemo_layout import BLOCK
from asyncdemo.runner.memory import Write
from asyncdemo.runner.pending import PATIENCE, Pending

OTHER = 0
_SEARCHED = 16  # records that are also searched for where no line starts
_PLACES = 64  # places at which each of them is tried


class Piece(NamedTuple):
    """Bytes of one writer: stream 1, 2 or OTHER; `at` in ns of the monotonic clock; `line` 0 where it is unknown."""

    stream: int
    at: int
    data: bytes
    line: int


class Namer:
    """Matches records to bytes as both stream in; holds back at most a block of bytes."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._held_since = 0
        self._pending = Pending()

    def feed(self, data: bytes, records: Iterable[Write], now: int) -> list[Piece]:
        """Take the bytes read at `now` and the records that were read after them; give what can be told."""
        if not self._data:
            self._held_since = now
        self._data += data
        self._pending.add(records)
        return _in_time_order(self._pieces(now, final=False))

    def idle(self, records: Iterable[Write], now: int) -> list[Piece]:
        """Say that the pipe was seen empty at `now`, `records` read after that; give what is held for too long."""
        self._pending.expire(now)
        self._pending.add(records)
        if self._data and now - self._held_since > PATIENCE // 5:
            return self.finish(now)
        return []

    def finish(self, now: int) -> list[Piece]:
        """Say that no more bytes will come."""
        return _in_time_order(self._pieces(now, final=True))

    def _pieces(self, now: int, *, final: bool) -> Iterator[Piece]:
        data, position = self._data, 0
        while position < len(data):
            found = self._match(position)
            if found is not None:
                end = position + found.length
                yield Piece(found.stream, found.at, bytes(data[position:end]), found.line)
                self._pending.take(found)
            elif not final and self._may_match_later(position):
                break
            else:
                end = self._next_start(position, final=final)
                yield Piece(OTHER, now, bytes(data[position:end]), 0)
            position = end
        if position:
            del data[:position]
            self._held_since = now

    def _match(self, position: int) -> Write | None:
        """The record whose bytes stand whole at `position`: most often one line, else as its first bytes tell."""
        if not self._pending:
            return None
        end = self._data.find(b"\n", position, position + BLOCK) + 1
        if end:
            record = self._pending.with_content(end - position, self._checksum(position, end))
            if record is not None and self._is_next(record, position):
                return record
        for record in self._pending.with_head(bytes(self._data[position : position + 8])):
            if self._stands_at(record, position) and self._is_next(record, position):
                return record
        return None

    def _is_next(self, record: Write, position: int) -> bool:
        """Whether no older record of the same thread is still to come: a thread's writes arrive in its own order."""
        return not any(
            self._stands_at(older, at)
            for older in self._pending.older(record, _SEARCHED)
            for at in self._places_of(older, position)
        )

    def _stands_at(self, record: Write, position: int) -> bool:
        end = position + record.length
        return end <= len(self._data) and self._checksum(position, end) == record.checksum

    def _checksum(self, start: int, end: int) -> int:
        with memoryview(self._data) as view, view[start:end] as part:
            return crc32(part)

    def _may_match_later(self, position: int) -> bool:
        """Whether the bytes from `position` to the end may be the start of a write that has not arrived whole."""
        rest = len(self._data) - position
        if rest >= BLOCK:
            return False
        head = bytes(self._data[position : position + 8])
        if rest >= 8:
            return any(record.length > rest for record in self._pending.with_head(head))
        return any(record.length > rest and record.head.startswith(head) for record in self._pending.oldest(_SEARCHED))

    def _next_start(self, position: int, *, final: bool) -> int:
        """The next place after `position` at which a record may match; the end of the data where there is none."""
        end = len(self._data)
        if not self._pending:
            return end
        for at in self._places(position + 1, end):
            if at < end and (self._match(at) is not None or (not final and self._may_match_later(at))):
                end = at
        return end

    def _places_of(self, record: Write, start: int) -> Iterator[int]:
        at = start - 1
        for _ in range(_PLACES):
            at = self._data.find(record.head, at + 1)
            if at < 0:
                return
            yield at

    def _places(self, start: int, end: int) -> Iterator[int]:
        """Where to look: wherever the oldest records' first bytes stand, within reason, and wherever a line starts."""
        for record in self._pending.oldest(_SEARCHED):
            yield from self._places_of(record, start)
        at = start - 1
        while (at := self._data.find(b"\n", at, end) + 1) and at < end:
            yield at


def _in_time_order(pieces: Iterable[Piece]) -> list[Piece]:
    """What has no record of its own was written before the recorded write that follows it, however late it was read."""
    ordered = list(pieces)
    for i in range(len(ordered) - 2, -1, -1):
        if ordered[i].stream == OTHER and ordered[i].at > ordered[i + 1].at:
            ordered[i] = ordered[i]._replace(at=ordered[i + 1].at)
    return ordered
