"""Which promised line belongs to which printed one, where not all are as promised: the fewest changes."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from asyncdemo.expectations.lines import ANY_LINES, matches

Kind = Literal["same", "changed", "missing", "extra", "covered"]

_ABSORB, _STEP, _CHANGE = 1, 4, 4  # a change costs less than a line that is missing and another one instead
_MOST = 250_000  # cells of the table; beyond, all in the middle counts as changed


class Pair(NamedTuple):
    """A step of the alignment: indexes of a promised and a printed line, None where there is none.

    "covered" is a printed line that a promised `...` stands for; "missing" with `...` is that line itself.
    """

    kind: Kind
    promised: int | None
    printed: int | None


def aligned(promised: Sequence[str], printed: Sequence[str]) -> list[Pair]:
    """Give the steps in order. Every index occurs once, but those of `...` as often as lines are covered, and once."""
    head = _common(promised, printed)
    tail = _common(promised[head:][::-1], printed[head:][::-1])
    before = [Pair("same", index, index) for index in range(head)]
    middle = _middle(promised[head : len(promised) - tail], printed[head : len(printed) - tail])
    after = [Pair("same", len(promised) - back, len(printed) - back) for back in range(tail, 0, -1)]
    moved = (
        Pair(
            kind,
            None if left is None else left + head,
            None if right is None else right + head,
        )
        for kind, left, right in middle
    )
    return [*before, *moved, *after]


def _common(promised: Sequence[str], printed: Sequence[str]) -> int:
    count = 0
    for left, right in zip(promised, printed, strict=False):
        if left == ANY_LINES or not matches(left, right):
            break
        count += 1
    return count


def _middle(promised: Sequence[str], printed: Sequence[str]) -> list[Pair]:
    if len(promised) * len(printed) > _MOST:
        both = min(len(promised), len(printed))
        changed = [
            Pair("same" if matches(promised[index], printed[index]) else "changed", index, index)
            for index in range(both)
        ]
        missing = [Pair("missing", index, None) for index in range(both, len(promised))]
        return [*changed, *missing, *(Pair("extra", None, index) for index in range(both, len(printed)))]
    costs = _costs(promised, printed)
    steps: list[Pair] = []
    left, right = 0, 0
    while left < len(promised) or right < len(printed):
        steps.append(_step(promised, printed, costs, left, right))
        left += steps[-1].kind in ("same", "changed", "missing")
        right += steps[-1].kind in ("same", "changed", "extra", "covered")
    return steps


def _costs(promised: Sequence[str], printed: Sequence[str]) -> list[list[int]]:
    """What the rest costs from each pair of places on (Wagner and Fischer 1974, from the end)."""
    width = len(printed)
    costs = [[0] * (width + 1) for _ in range(len(promised) + 1)]
    for right in range(width - 1, -1, -1):
        costs[-1][right] = costs[-1][right + 1] + _STEP
    for left in range(len(promised) - 1, -1, -1):
        row, below = costs[left], costs[left + 1]
        any_lines = promised[left] == ANY_LINES
        row[width] = below[width] + (0 if any_lines else _STEP)
        for right in range(width - 1, -1, -1):
            if any_lines:
                row[right] = min(below[right], row[right + 1] + _ABSORB)
                continue
            cost = 0 if matches(promised[left], printed[right]) else _CHANGE
            row[right] = min(below[right + 1] + cost, below[right] + _STEP, row[right + 1] + _STEP)
    return costs


def _step(promised: Sequence[str], printed: Sequence[str], costs: list[list[int]], left: int, right: int) -> Pair:
    """The cheapest step from here; of those that cost the same, the one that keeps most."""
    here = costs[left][right]
    if left == len(promised):
        return Pair("extra", None, right)
    if promised[left] == ANY_LINES:
        if right < len(printed) and here == costs[left][right + 1] + _ABSORB:
            return Pair("covered", left, right)
        return Pair("missing", left, None)
    if right < len(printed):
        if matches(promised[left], printed[right]) and here == costs[left + 1][right + 1]:
            return Pair("same", left, right)
        if here == costs[left + 1][right + 1] + _CHANGE:
            return Pair("changed", left, right)
        if here == costs[left][right + 1] + _STEP:
            return Pair("extra", None, right)
    return Pair("missing", left, None)
