"""What was expected and what was printed, line by line: for a person to read, and for `check --update`."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from asyncdemo.expectations.line_matching import ANY_LINES, matches, pairs, parting
from asyncdemo.expectations.output_blocks import Line

Sign = Literal["-", "+", " ", "~"]
Kind = Literal["same", "changed", "missing", "extra", "covered"]

_ABSORB, _STEP, _CHANGE = 1, 4, 4  # a change costs less than a line that is missing and another one instead
_MOST = 250_000  # cells of the table; beyond, all in the middle counts as changed


class Row(NamedTuple):
    """A row of a difference: expected and not printed "-", printed and not expected "+", both " ", left out "~".

    `line` is the number of an expected line in its file.
    """

    sign: Sign
    text: str
    line: int | None = None


class Pair(NamedTuple):
    """A step of the alignment: indexes of an expected and a printed line, None where there is none.

    "covered" is a printed line that an expected `...` stands for; "missing" with `...` is that line itself.
    """

    kind: Kind
    expected: int | None
    printed: int | None


def aligned(expected: Sequence[str], printed: Sequence[str]) -> list[Pair]:
    """Give the steps in order. Every index occurs once, but those of `...` as often as lines are covered, and once."""
    head = _common(expected, printed)
    tail = _common(expected[head:][::-1], printed[head:][::-1])
    before = [Pair("same", index, index) for index in range(head)]
    middle = _middle(expected[head : len(expected) - tail], printed[head : len(printed) - tail])
    after = [Pair("same", len(expected) - back, len(printed) - back) for back in range(tail, 0, -1)]
    moved = (
        Pair(
            kind,
            None if left is None else left + head,
            None if right is None else right + head,
        )
        for kind, left, right in middle
    )
    return [*before, *moved, *after]


def _common(expected: Sequence[str], printed: Sequence[str]) -> int:
    count = 0
    for left, right in zip(expected, printed, strict=False):
        if left == ANY_LINES or not matches(left, right):
            break
        count += 1
    return count


def _middle(expected: Sequence[str], printed: Sequence[str]) -> list[Pair]:
    if len(expected) * len(printed) > _MOST:
        both = min(len(expected), len(printed))
        changed = [
            Pair("same" if matches(expected[index], printed[index]) else "changed", index, index)
            for index in range(both)
        ]
        missing = [Pair("missing", index, None) for index in range(both, len(expected))]
        return [*changed, *missing, *(Pair("extra", None, index) for index in range(both, len(printed)))]
    costs = _costs(expected, printed)
    steps: list[Pair] = []
    left, right = 0, 0
    while left < len(expected) or right < len(printed):
        steps.append(_step(expected, printed, costs, left, right))
        left += steps[-1].kind in ("same", "changed", "missing")
        right += steps[-1].kind in ("same", "changed", "extra", "covered")
    return steps


def _costs(expected: Sequence[str], printed: Sequence[str]) -> list[list[int]]:
    """What the rest costs from each pair of places on (Wagner and Fischer 1974, from the end)."""
    width = len(printed)
    costs = [[0] * (width + 1) for _ in range(len(expected) + 1)]
    for right in range(width - 1, -1, -1):
        costs[-1][right] = costs[-1][right + 1] + _STEP
    for left in range(len(expected) - 1, -1, -1):
        row, below = costs[left], costs[left + 1]
        any_lines = expected[left] == ANY_LINES
        row[width] = below[width] + (0 if any_lines else _STEP)
        for right in range(width - 1, -1, -1):
            if any_lines:
                row[right] = min(below[right], row[right + 1] + _ABSORB)
                continue
            cost = 0 if matches(expected[left], printed[right]) else _CHANGE
            row[right] = min(below[right + 1] + cost, below[right] + _STEP, row[right + 1] + _STEP)
    return costs


def _step(expected: Sequence[str], printed: Sequence[str], costs: list[list[int]], left: int, right: int) -> Pair:
    """The cheapest step from here; of those that cost the same, the one that keeps most."""
    here = costs[left][right]
    if left == len(expected):
        return Pair("extra", None, right)
    if expected[left] == ANY_LINES:
        if right < len(printed) and here == costs[left][right + 1] + _ABSORB:
            return Pair("covered", left, right)
        return Pair("missing", left, None)
    if right < len(printed):
        if matches(expected[left], printed[right]) and here == costs[left + 1][right + 1]:
            return Pair("same", left, right)
        if here == costs[left + 1][right + 1] + _CHANGE:
            return Pair("changed", left, right)
        if here == costs[left][right + 1] + _STEP:
            return Pair("extra", None, right)
    return Pair("missing", left, None)


CONTEXT = 2  # rows of what is as expected, around what is not
MOST = 40  # rows in all


def difference(ordered: Sequence[Line], unordered: Sequence[Line], printed: Sequence[str]) -> tuple[Row, ...]:
    """Give the rows that differ with a few around them; none if there is no difference."""
    texts = [line.text for line in unordered]
    count = parting([line.text for line in ordered], texts, printed)
    rows = [*_in_order(ordered, printed[:count]), *_in_any_order(unordered, printed[count:])]
    near = _short(list(_near(rows)))
    nothing = near and not any(line.strip() for line in printed)
    return (*near, Row("~", "nothing was printed there")) if nothing else tuple(near)


def as_text(rows: Sequence[Row]) -> str:
    """Give the rows as plain text: line number, sign, line."""
    width = max((len(str(row.line)) for row in rows if row.line is not None), default=1)
    return "".join(
        f"{'' if row.line is None else row.line:>{width}} {row.sign} {row.text}".rstrip() + "\n" for row in rows
    )


def _in_order(expected: Sequence[Line], printed: Sequence[str]) -> Iterator[Row]:
    added: list[Row] = []  # printed rows stand behind all the expected ones that they take the place of
    for kind, left, right in aligned([line.text for line in expected], printed):
        if kind in ("changed", "extra") and right is not None:
            added.append(Row("+", printed[right]))
        if kind in ("changed", "missing") and left is not None:
            line = expected[left]
            yield Row(" " if line.text == ANY_LINES else "-", line.text, line.number)
        if kind == "same" and left is not None:
            yield from added
            added = []
            yield Row(" ", expected[left].text, expected[left].number)
    yield from added


def _in_any_order(expected: Sequence[Line], printed: Sequence[str]) -> Iterator[Row]:
    texts = [line.text for line in expected]
    found = pairs(texts, printed)
    for index, line in enumerate(expected):
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
            yield Row("~", f"{left_out} line{'s' if left_out > 1 else ''} as expected")
        yield rows[index]
        before = index


def _short(rows: list[Row]) -> list[Row]:
    if len(rows) <= MOST:
        return rows
    return [*rows[: MOST - 1], Row("~", f"{len(rows) - MOST + 1} more rows")]
