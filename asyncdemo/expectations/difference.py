"""What was promised and what was printed, as rows for a person to read."""

from collections.abc import Iterator, Sequence

from asyncdemo.expectations.alignment import aligned
from asyncdemo.expectations.blocks import Line
from asyncdemo.expectations.fault import Row
from asyncdemo.expectations.lines import ANY_LINES
from asyncdemo.expectations.matching import pairs, parting

CONTEXT = 2  # rows of what is as promised, around what is not
MOST = 40  # rows in all


def difference(ordered: Sequence[Line], unordered: Sequence[Line], printed: Sequence[str]) -> tuple[Row, ...]:
    """Give the rows that differ with a few around them; none if there is no difference."""
    texts = [line.text for line in unordered]
    count = parting([line.text for line in ordered], texts, printed)
    rows = [*_in_order(ordered, printed[:count]), *_in_any_order(unordered, printed[count:])]
    return tuple(_short(list(_near(rows))))


def as_text(rows: Sequence[Row]) -> str:
    """Give the rows as plain text: line number, sign, line."""
    width = max((len(str(row.line)) for row in rows if row.line is not None), default=1)
    return "".join(
        f"{'' if row.line is None else row.line:>{width}} {row.sign} {row.text}".rstrip() + "\n" for row in rows
    )


def _in_order(promised: Sequence[Line], printed: Sequence[str]) -> Iterator[Row]:
    added: list[Row] = []  # printed rows stand behind all the promised ones that they take the place of
    for kind, left, right in aligned([line.text for line in promised], printed):
        if kind in ("changed", "extra") and right is not None:
            added.append(Row("+", printed[right]))
        if kind in ("changed", "missing") and left is not None:
            line = promised[left]
            yield Row(" " if line.text == ANY_LINES else "-", line.text, line.number)
        if kind == "same" and left is not None:
            yield from added
            added = []
            yield Row(" ", promised[left].text, promised[left].number)
    yield from added


def _in_any_order(promised: Sequence[Line], printed: Sequence[str]) -> Iterator[Row]:
    texts = [line.text for line in promised]
    found = pairs(texts, printed)
    for index, line in enumerate(promised):
        if line.text != ANY_LINES:
            yield Row(" " if index in found else "-", line.text, line.number)
    if ANY_LINES not in texts:
        for index in sorted(set(range(len(printed))) - set(found.values())):
            yield Row("+", printed[index])


def _near(rows: Sequence[Row]) -> Iterator[Row]:
    differing = [index for index, row in enumerate(rows) if row.sign != " "]
    near = {index + by for index in differing for by in range(-CONTEXT, CONTEXT + 1)} & set(range(len(rows)))
    before = -1
    for index in sorted(near):
        if index != before + 1:
            left_out = index - before - 1
            yield Row("~", f"{left_out} line{'s' if left_out > 1 else ''} as promised")
        yield rows[index]
        before = index


def _short(rows: list[Row]) -> list[Row]:
    if len(rows) <= MOST:
        return rows
    return [*rows[: MOST - 1], Row("~", f"{len(rows) - MOST + 1} more rows")]
