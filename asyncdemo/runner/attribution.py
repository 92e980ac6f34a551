"""Which stream wrote each byte of the one pipe, when, and from which line.

The pipe keeps the order of all writers. The probe's records tell what sys.stdout and sys.stderr wrote; each was stored
just before its bytes. Records are matched to bytes by content, because threads may cross between the two steps and
because programs write below Python too. What matches no record is "other": never guessed. How the bytes are cut into
reads makes no difference to their attribution, and the work for each byte is bounded.

What one thread writes to one stream arrives in its own order, and its records are kept in a queue. So nearly always the
bytes that come are those of the front of a queue. Where they are not, the fronts may be stale: a script may close or
redirect fd 1. Only then an index of all records is built.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice, pairwise, takewhile
from typing import NamedTuple

from asyncdemo.probe.inject._asyncdemo_layout import BLOCK, PRIME
from asyncdemo.runner.shared_memory import Write

PATIENCE = 1_000_000_000  # ns for which a record is kept, once nothing is left in the pipe
LIMIT = 1 << 17  # records kept at most: more cannot be in the pipe
_AT_ONCE = 256  # records of one queue that are compared at once
_TRIED = 32  # records with the same first bytes that are tried at one place

Key = tuple[int, int]  # thread and stream


class PendingWrites:
    """Records in queues, found by their first bytes or by length and checksum."""

    def __init__(self) -> None:
        self._queues: dict[Key, deque[Write]] = {}
        self._fronts: dict[bytes, list[Write]] = {}
        self._matched: dict[Key, int] = {}
        self._index: _Index | None = None
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._queues)

    def add(self, records: Iterable[Write]) -> None:
        """Add records; those of one queue come in the order in which they were written."""
        queues, index = self._queues, self._index
        records = [record for record in records if record.length]
        keys = {(record.thread, record.stream) for record in records}
        if len(keys) == 1 and index is None and (queue := queues.get(next(iter(keys)))):
            queue += records  # as in a flood
            self._count += len(records)
            records = []
        for record in records:
            key = (record.thread, record.stream)
            queue = queues.get(key)
            if index is not None:
                index.add(record, queue[-1] if queue else None)
            if queue is None:
                queues[key] = deque((record,))
                self._fronts.setdefault(record.head, []).append(record)
            else:
                queue.append(record)
            self._count += 1
        while self._count > LIMIT:
            key = max(queues, key=lambda each: len(queues[each]))
            self._drop(key, (len(queues[key]) + 1) // 2)

    def take(self, record: Write, now: int) -> None:
        """Drop a record that was matched, and with it the older ones of its queue: their writes are over."""
        key = (record.thread, record.stream)
        self._matched[key] = now
        queue = self._queues[key]
        self._drop(key, 1 if queue[0] is record else 1 + _place(queue, record))

    def only(self) -> Iterable[Write]:
        """The records in their order, where all are of one queue and nothing stale was among them; else none."""
        return next(iter(self._queues.values())) if len(self._queues) == 1 and self._index is None else ()

    def take_first(self, count: int, now: int) -> None:
        """Drop so many records of the only queue, which were matched."""
        (key,) = self._queues
        self._matched[key] = now
        self._drop(key, count)

    def expire(self, now: int) -> None:
        """Drop what has not come for a long time, given that the pipe was seen empty after the records were stored.

        Not at once: what a script writes to sys.stdout.buffer arrives when that is flushed.
        """
        for key, queue in list(self._queues.items()):
            if now - self._matched.get(key, 0) > PATIENCE:
                self._drop(key, sum(1 for _ in takewhile(lambda record: now - record.at > PATIENCE, queue)))

    def fronts(self, head: bytes) -> list[Write] | tuple[()]:
        """The fronts of queues that have just these first bytes."""
        return self._fronts.get(head, ())

    def all_fronts(self) -> Iterator[Write]:
        """The fronts of all queues."""
        return (queue[0] for queue in self._queues.values())

    def behind(self) -> bool:
        """True if there are records behind the fronts."""
        return self._count > len(self._queues)

    def with_content(self, length: int, checksum: int) -> Write | None:
        """The oldest record of just these bytes."""
        return next(iter(self._indexed().contents.get((length, checksum), ())), None)

    def with_head(self, head: bytes) -> Iterator[Write]:
        """Some of the records that start with these bytes, the longest first: a short one may start a long one."""
        heads = self._indexed().heads
        for length in range(len(head), 0, -1):
            yield from islice(heads.get(head[:length], ()), _TRIED)

    def older(self, record: Write, count: int) -> Iterator[Write]:
        """The oldest records of the same queue that are older than this one, `count` at most."""
        for other in islice(self._queues[record.thread, record.stream], count):
            if other is record:
                return
            yield other

    def following(self, record: Write) -> Write | None:
        """The next record of the same queue."""
        return self._indexed().following.get(id(record))

    def _indexed(self) -> "_Index":
        if self._index is None:
            self._index = _Index()
            for queue in self._queues.values():
                previous = None
                for record in queue:
                    self._index.add(record, previous)
                    previous = record
        return self._index

    def _drop(self, key: Key, count: int) -> None:
        """Drop the oldest `count` records of a queue."""
        if not count:
            return
        queue, fronts = self._queues[key], self._fronts
        front = queue[0]
        alike = fronts[front.head]
        alike.remove(front)
        if not alike:
            del fronts[front.head]
        if count == len(queue) and self._index is None:
            queue.clear()
        for _ in range(min(count, len(queue))):
            record = queue.popleft()
            if self._index is not None:
                self._index.drop(record)
        self._count -= count
        if queue:
            fronts.setdefault(queue[0].head, []).append(queue[0])
        else:
            del self._queues[key]
            if not self._queues:
                self._index = None
                self._matched.clear()


class _Index:
    """All records by their first bytes, and by length and checksum, the oldest first; and what follows on each."""

    def __init__(self) -> None:
        self.heads: dict[bytes, deque[Write]] = {}
        self.contents: dict[tuple[int, int], deque[Write]] = {}
        self.following: dict[int, Write] = {}

    def add(self, record: Write, previous: Write | None) -> None:
        if previous is not None:
            self.following[id(previous)] = record
        self.heads.setdefault(record.head, deque()).append(record)
        self.contents.setdefault((record.length, record.checksum), deque()).append(record)

    def drop(self, record: Write) -> None:
        self.following.pop(id(record), None)
        alike = self.heads[record.head]
        alike.remove(record)
        if not alike:
            del self.heads[record.head]
        same = self.contents[record.length, record.checksum]
        same.remove(record)
        if not same:
            del self.contents[record.length, record.checksum]


def _place(queue: deque[Write], record: Write) -> int:
    return next(place for place, each in enumerate(queue) if each is record)


OTHER = 0
_LINE_END = ord("\n")
HEAD = 8  # first bytes of a write that its record holds
_FRONTS = 16  # fronts of queues that are looked for where no line starts
_PLACES = 64  # places in one line, or for one record, that are tried
_ALIKE = 8  # fronts with the same first bytes that are tried one by one
_OLDER = 4  # records that are looked for before a later one of their queue is believed
_STALL = PATIENCE // 2  # ns without a call: then the machine is said to have stood still, and so perhaps the child


def checksum(data: bytes) -> int:
    """What a record tells of all the bytes of its write, of at most a block."""
    return int.from_bytes(data, "little") % PRIME


class Piece(NamedTuple):
    """Bytes of one writer: stream 1, 2 or OTHER; `at` in ns of the monotonic clock.

    `line` is what a write has there, 0 where it is unknown; `writer` is one of layout.WRITERS by number, of stream 2
    only.
    """

    stream: int
    at: int
    data: bytes
    line: int
    thread: int = 0
    writer: int = 0


_new = tuple.__new__  # makes the same piece as its class does, in half the time


class _Wait:
    """The answer that cannot be given before more bytes have come."""


_WAIT = _Wait()


class Attribution:
    """The matching of records to bytes as both stream in; holds back at most a block of bytes."""

    def __init__(self) -> None:
        self._data = b""
        self._held_since = 0
        self._called = 0  # when bytes or an empty pipe were last told of
        self._patient_until = 0  # nothing is given up before that
        self._pending = PendingWrites()
        self._start = True  # whether the next byte may be the first of any write: after a match, or in a new line
        self._misses = 0  # places in this line that were tried in vain

    def feed(self, data: bytes, records: Iterable[Write], now: int) -> list[Piece]:
        """The pieces that can be told once `data` was read at `now` (ns), and after it `records`."""
        self._look_at_clock(now)
        if not self._data:
            self._held_since = now
        self._data += data
        self._pending.add(records)
        return self._attributed(now)

    def idle(self, records: Iterable[Write], now: int) -> list[Piece]:
        """The pieces held for too long, once the pipe was seen empty at `now` (ns), and `records` read after that."""
        self._look_at_clock(now)
        is_patient = now < self._patient_until
        held_long = now - self._held_since > PATIENCE // 5 and not is_patient
        pieces = self._attributed(now, settled=True, final=held_long) if self._data else []
        if not is_patient:
            self._pending.expire(now)
        self._pending.add(records)
        return pieces

    def finish(self, now: int) -> list[Piece]:
        """The pieces that are left when no more bytes will come."""
        return self._attributed(now, settled=True, final=True)

    def _look_at_clock(self, now: int) -> None:
        """After a time in which nobody called, everybody gets as much time again: a write may go on just now."""
        if self._called and now - self._called > _STALL:
            self._patient_until = now + PATIENCE
        self._called = now

    def _attributed(self, now: int, *, settled: bool = False, final: bool = False) -> list[Piece]:
        """What can be attributed. `settled`: nothing that was written is still in the pipe; `final`: nor will it be."""
        data, pieces = self._data, list[Piece]()
        position = unattributed = 0  # the bytes between the two are of no record
        while position < len(data):
            if unattributed == position and (end := self._in_order(position, pieces, now)) > position:
                position = unattributed = end
                continue
            found = self._match(position, settled=settled) if self._pending else None
            if isinstance(found, _Wait):
                if not final:
                    break
                found = None
            if found is None:
                position = self._next_place(position)
                continue
            if unattributed < position:
                pieces.append(Piece(OTHER, now, data[unattributed:position], 0))
            unattributed = position + found.length
            content = data[position:unattributed]
            pieces.append(Piece(found.stream, found.at, content, found.line, found.thread, found.writer))
            self._pending.take(found, now)
            position = unattributed
            self._start, self._misses = True, 0
        if unattributed < position:
            pieces.append(Piece(OTHER, now, data[unattributed:position], 0))
        if position:
            self._data = data[position:]
            self._held_since = now
        return _in_time_order(pieces)

    def _in_order(self, position: int, pieces: list[Piece], now: int) -> int:
        """Attribute to the writes of the only queue there is, as long as one stands behind the other; where that ends.

        What `_match` would find one by one: most of what a flood of output is.
        """
        taken, data = 0, self._data
        queue, at_once = iter(self._pending.only()), 1
        while writes := list(islice(queue, at_once)):
            ends = [*accumulate((write.length for write in writes), initial=position)]
            contents = [data[start:end] for start, end in pairwise(ends)]
            fitting = [
                checksum(content) == write.checksum and content.startswith(write.head) and len(content) == write.length
                for content, write in zip(contents, writes, strict=True)
            ]
            good = fitting.index(False) if False in fitting else len(fitting)
            pieces += [
                _new(Piece, (write.stream, write.at, content, write.line, write.thread, write.writer))
                for content, write in zip(contents[:good], writes, strict=False)
            ]
            position, taken = ends[good], taken + good
            if good < len(writes):
                break
            at_once = min(2 * at_once, _AT_ONCE)  # so that what is tried in vain is never more than what fitted
        if taken:
            self._pending.take_first(taken, now)
            self._start, self._misses = True, 0
        return position

    def _match(self, position: int, *, settled: bool) -> Write | _Wait | None:
        """The record whose bytes stand at `position`; one from behind the front of its queue only in a new line."""
        found = self._front(position)
        if found is None and self._start and self._pending.behind():
            found = self._later(position, settled=settled)
            if isinstance(found, Write) and not self._followed(found, position):
                if not settled and len(self._data) - position < BLOCK:
                    return _WAIT
                if self._older_to_come(found, position):
                    self._misses = _PLACES  # no other record stands within these bytes
                    return None
        return found

    def _front(self, position: int) -> Write | _Wait | None:
        """The front of a queue that stands here, the longest where there are several."""
        rest = len(self._data) - position
        head = self._data[position : position + HEAD]
        if rest < HEAD and any(
            each.length > rest and each.head.startswith(head) for each in self._pending.all_fronts()
        ):
            return _WAIT
        for length in range(len(head), 0, -1):
            fronts = self._pending.fronts(head[:length])
            if len(fronts) > 1:
                if len(fronts) > _ALIKE and (found := self._line(position)) is not None:
                    return found
                fronts = sorted(fronts[:_ALIKE], key=lambda each: (-each.length, each.at))
            for front in fronts:
                if front.length > rest:
                    return _WAIT
                if self._stands_at(front, position):
                    return front
        return None

    def _later(self, position: int, *, settled: bool) -> Write | _Wait | None:
        """The record behind the front of its queue that may stand here: one line as a rule, else as its head tells."""
        rest = len(self._data) - position
        line = self._line(position)
        if isinstance(line, Write):
            return line
        if rest < HEAD and (line is _WAIT or not settled):
            return _WAIT
        for record in self._pending.with_head(self._data[position : position + HEAD]):
            if record.length > rest or line is _WAIT:
                return _WAIT
            if self._stands_at(record, position):
                return record
        return None

    def _line(self, position: int) -> Write | _Wait | None:
        """The oldest record of just the line that begins here."""
        end = self._data.find(b"\n", position, position + BLOCK) + 1
        if end:
            return self._pending.with_content(end - position, checksum(self._data[position:end]))
        return _WAIT if len(self._data) - position < BLOCK else None

    def _followed(self, record: Write, position: int) -> bool:
        """True if the next record of the same queue stands next to it: then the older ones of the queue are stale."""
        following = self._pending.following(record)
        return following is not None and self._stands_at(following, position + record.length)

    def _older_to_come(self, record: Write, position: int) -> bool:
        """True if an older record of the same queue begins a line after `position`: then these bytes are another's."""
        return any(
            self._data[at - 1] == _LINE_END and self._stands_at(older, at)
            for older in self._pending.older(record, _OLDER)
            for at in self._places(older.head, position + 1, position + BLOCK)
        )

    def _stands_at(self, record: Write, position: int) -> bool:
        end = position + record.length
        return end <= len(self._data) and checksum(self._data[position:end]) == record.checksum

    def _next_place(self, position: int) -> int:
        """The next place after `position` at which a record may stand: in a new line, or where a front's head is."""
        data = self._data
        end = data.find(b"\n", position) + 1
        line_end = end or len(data)
        place = line_end
        if self._pending and self._misses < _PLACES:
            for front in islice(self._pending.all_fronts(), _FRONTS):
                at = data.find(front.head, position + 1, place - 1 + len(front.head))
                place = at if at >= 0 else self._cut_off(front.head, position + 1, place)
        self._start = place == end
        if self._start:
            self._misses = 0
        elif place < line_end:  # a line that comes in many reads has not been tried once for each of them
            self._misses += 1
        return place

    def _cut_off(self, head: bytes, start: int, place: int) -> int:
        """The place before `place` where the data may end in the middle of this head; else `place`."""
        for at in range(max(start, len(self._data) - len(head) + 1), place):
            if head.startswith(self._data[at:]):
                return at
        return place

    def _places(self, head: bytes, start: int, end: int) -> Iterator[int]:
        at = start - 1
        for _ in range(_PLACES):
            at = self._data.find(head, at + 1, end)
            if at < 0:
                return
            yield at


def _in_time_order(pieces: list[Piece]) -> list[Piece]:
    """What has no record of its own was written before the recorded write that follows it, however late it was read."""
    for i in range(len(pieces) - 2, -1, -1):
        if pieces[i].stream == OTHER and pieces[i].at > pieces[i + 1].at:
            pieces[i] = pieces[i]._replace(at=pieces[i + 1].at)
    return pieces
