"""The tasks of a process as rows of text: a table, in which those that are alike have one row, or a tree."""

from collections.abc import Iterable, Iterator, Sequence

from asyncdemo.analysis.standstill_words import at_line, way
from asyncdemo.analysis.task_names import common_name
from asyncdemo.analysis.task_table import Row, chain_of, other_threads, task_tree
from asyncdemo.model.traces import Standstill
from asyncdemo.views import wording
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import cells, cut, wrapped

_NAME, _PLACE = 24, 40  # cells at most
_LEAST = 20  # cells for what is said
_MANY_ALIKE = 4  # tasks that have one row: of fewer each is named
_NAMED = 2  # holders, and tasks that await one, that are named; of more only how many
_STEP = "  "


def write_table(page: Page, rows: Sequence[Row], seen: Standstill) -> None:
    """Write who is where and waits for what, then the threads besides those of the loops."""
    words = _Words(rows)
    alike: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        work = row.coroutine.rpartition(".")[2] or row.called
        alike.setdefault((work, words.where(row.chain), words.wait(row)), []).append(row)
    told = []
    for (work, place, wait), some in alike.items():
        if len(some) < _MANY_ALIKE:
            told += [(row.called, place, words.whole(row)) for row in some]
        else:
            told.append(
                (
                    f"{common_name([row.name if row.called == row.name else work for row in some], work)} x{len(some)}",
                    place,
                    _oldest(wait, some),
                )
            )
    threads = [
        (f"thread {each.name or each.id}", words.where(chain_of(each.places)), "") for each in other_threads(seen)
    ]
    write_columns(page, [*told, *threads])


def write_tree(page: Page, rows: Sequence[Row]) -> None:
    """Write each task below those that await it."""
    words = _Words(rows)
    told = []
    for row, depth, again in task_tree(rows):
        wait = "see above" if again else words.whole(row, awaited=False)
        told.append((_STEP * depth + row.called, words.where(row.chain), wait))
    write_columns(page, told)


class _Words:
    """How it is said where tasks are and for what they wait; without the name of the file where there is only one."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._by_id = {row.id: row for row in rows}
        files = {path for row in rows for path, _ in row.chain}
        self._near = files.pop() if len(files) == 1 else None

    def where(self, lines: Sequence[tuple[str, int]]) -> str:
        """The lines that lead to where it is."""
        return way(lines, self._near) if lines else at_line(None)

    def wait(self, row: Row) -> str:
        """For what a task waits, and held by whom."""
        wait = f"awaits {row.words}" if row.wait == "task" else row.words
        return f"{wait}, held by {self._named(row.holders, row.id)}" if row.holders else wait

    def whole(self, row: Row, *, awaited: bool = True) -> str:
        """The same with since when, and who awaits it."""
        text = self.wait(row) + ("" if row.since is None else f", for {wording.seconds(row.since)}")
        return f"{text}; awaited by {self._named(row.awaited_by)}" if awaited and row.awaited_by else text

    def _named(self, ids: Sequence[int], itself: int | None = None) -> str:
        known = [self._by_id[each] for each in ids if each in self._by_id]
        named = [
            "itself" if each.id == itself else f"{each.called} ({at_line(each.place, self._near)})"
            for each in known[:_NAMED]
        ]
        return ", ".join(named) + (f" and {len(known) - _NAMED} more" if len(known) > _NAMED else "")


def _oldest(words: str, rows: Iterable[Row]) -> str:
    """The same of many, with the longest time for which one of them has waited."""
    longest = max((row.since for row in rows if row.since is not None), default=None)
    return words if longest is None else f"{words}, for up to {wording.seconds(longest)}"


def write_columns(page: Page, told: Sequence[tuple[str, str, str]]) -> None:
    """Write rows of three columns, the last one broken where it is too long."""
    for row in _columns(page, told):
        page.row(row)


def _columns(page: Page, told: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    more = page.glyphs["more"]
    names = [cut(page.shown(name), _NAME, more) for name, _, _ in told]
    places = [cut(page.shown(place), _PLACE, more) for _, place, _ in told]
    first, second = (max(map(cells, column), default=0) for column in (names, places))
    room = max(_LEAST, page.width - first - second - 6)
    for name, place, (_, _, words) in zip(names, places, told, strict=True):
        head = f" {name}{' ' * (first - cells(name))}  {place}{' ' * (second - cells(place))}  "
        for line in list(wrapped(page.shown(words), room)) or [""]:
            yield head + line.strip()
            head = " " * (first + second + 5)
