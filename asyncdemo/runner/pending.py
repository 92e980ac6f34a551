"""The records whose bytes have not been seen yet, indexed so that a match costs the same however many there are.

What one thread writes to one stream arrives in its own order, and is kept in a queue for it. So nearly always the
bytes that come are those of the front of a queue. Where they are not, the fronts may be stale: a script may close or
redirect fd 1. Only then an index of all records is built.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from asyncdemo.runner.memory import Write

PATIENCE = 1_000_000_000  # ns for which a record is kept, once nothing is left in the pipe
LIMIT = 1 << 17  # records kept at most: more cannot be in the pipe
_TRIED = 32  # records with the same first bytes that are tried at one place

Key = tuple[int, int]  # thread and stream


class Pending:
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
        for record in records:
            if not record.length:
                continue
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
        """Whether there are records behind the fronts."""
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
        for _ in range(count):
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
