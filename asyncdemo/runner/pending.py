"""The records whose bytes have not been seen yet, indexed so that a match costs the same however many there are."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from asyncdemo.runner.memory import Write

PATIENCE = 1_000_000_000  # ns that the last record of a thread is kept for, once nothing is left in the pipe
_TRIED = 32  # records with the same first bytes that are tried at one place


class Pending:
    """Records in the order of their threads, found by their first bytes or by length and checksum."""

    def __init__(self) -> None:
        self._threads: dict[int, deque[Write]] = {}
        self._by_head: dict[bytes, deque[Write]] = {}
        self._by_content: dict[tuple[int, int], deque[Write]] = {}

    def __bool__(self) -> bool:
        return bool(self._threads)

    def add(self, records: Iterable[Write]) -> None:
        """Add records; those of one thread come in the order in which it wrote."""
        for record in records:
            if record.length:
                for index, key in self._keys(record):
                    index.setdefault(key, deque()).append(record)

    def take(self, record: Write) -> None:
        """Drop a record that was matched, and with it the older ones of its thread: their writes are over."""
        while True:
            oldest = self._threads[record.thread][0]
            self._drop(oldest)
            if oldest is record:
                return

    def expire(self, now: int) -> None:
        """Drop what cannot come any more, given that the pipe was seen empty after the records were stored.

        A thread stores a record only after it has made the write of its last one. So only each thread's last write
        can still be on its way, and not for ever.
        """
        for pending in list(self._threads.values()):
            last = _last_write(pending)
            if now - pending[-1].at > PATIENCE:
                last = len(pending)
            for _ in range(last):
                self._drop(pending[0])

    def with_content(self, length: int, checksum: int) -> Write | None:
        """The oldest record of just these bytes."""
        alike = self._by_content.get((length, checksum))
        return alike[0] if alike else None

    def with_head(self, head: bytes) -> Iterator[Write]:
        """Some of the records that start with these bytes, the longest first: a short one may start a long one."""
        for length in range(len(head), 0, -1):
            yield from islice(self._by_head.get(head[:length], ()), _TRIED)

    def older(self, record: Write, count: int) -> Iterator[Write]:
        """The oldest records of the same thread that are older than this one, `count` at most."""
        for other in islice(self._threads[record.thread], count):
            if other is record:
                return
            yield other

    def oldest(self, count: int) -> list[Write]:
        """About `count` records, the oldest of each thread."""
        if not self._threads:
            return []
        each = max(1, count // len(self._threads))
        return [record for pending in islice(self._threads.values(), count) for record in islice(pending, each)]

    def _drop(self, oldest: Write) -> None:
        for index, key in self._keys(oldest):
            index[key].remove(oldest)
            if not index[key]:
                del index[key]

    def _keys(self, record: Write) -> tuple[tuple[dict[object, deque[Write]], object], ...]:
        return (
            (self._threads, record.thread),  # type: ignore[return-value]  # three dictionaries, three kinds of key
            (self._by_head, record.head),
            (self._by_content, (record.length, record.checksum)),
        )


def _last_write(pending: deque[Write]) -> int:
    """The index at which the last write starts (a long write has a record for each of its blocks)."""
    index = len(pending) - 1
    while index > 0 and pending[index].part > 0:
        index -= 1
    return index
