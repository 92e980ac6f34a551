"""What was expected and what was printed, line by line: for a person to read, and for `check --update`."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from asyncdemo.expectations.line_matching import ANY_LINES, NAMED, as_expected, matches, pairs, parting
from asyncdemo.expectations.output_blocks import Line

Sign = Literal["-", "+", " ", "~"]
Kind = Literal["same", "changed", "missing", "extra", "covered"]

_MOST = 1_000_000  # pairs of lines; beyond, they are compared one by one


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
    """The steps in order. Every index occurs once, but those of `...` as often as lines are covered, and once."""
    exact = {line for line in expected if line != ANY_LINES}
    patterns = [line for line in exact if NAMED.search(line)]
    steps: list[Pair] = []
    if len(expected) * len(printed) > _MOST:
        return list(_unlike(expected, range(len(expected)), printed, range(len(printed))))
    # Each printed line by the name of an expected one that it matches.
    names = [
        text if text in exact else next((each for each in patterns if matches(each, text)), f"\n{text}")
        for text in printed
    ]
    for tag, *bounds in SequenceMatcher(None, expected, names, autojunk=False).get_opcodes():
        lines, places = range(*bounds[:2]), range(*bounds[2:])
        if tag == "equal":
            steps += (Pair("same", line, place) for line, place in zip(lines, places, strict=True))
        else:
            steps += _unlike(expected, lines, printed, places)
    return steps


def _unlike(expected: Sequence[str], lines: range, printed: Sequence[str], places: range) -> Iterator[Pair]:
    """The steps where they differ: line by line from the start, and after the last `...` from the end.

    That one stands for what is left between.
    """
    gaps = [line for line in lines if expected[line] == ANY_LINES]
    after = lines.stop - gaps[-1] - 1 if gaps else 0
    end = max(places.stop - after, places.start)
    left = iter(range(places.start, end))
    for line in lines:
        if gaps and line == gaps[-1]:
            yield from (Pair("covered", line, place) for place in left)
            left = iter(range(end, places.stop))
        place = None if expected[line] == ANY_LINES else next(left, None)
        if place is None:
            yield Pair("missing", line, None)
        else:
            yield Pair("same" if matches(expected[line], printed[place]) else "changed", line, place)
    yield from (Pair("extra", None, place) for place in left)


CONTEXT = 2  # rows of what is as expected, around what is not
MOST = 40  # rows in all


def difference(ordered: Sequence[Line], unordered: Sequence[Line], printed: Sequence[str]) -> tuple[Row, ...]:
    """The rows that differ with a few around them; none if there is no difference."""
    texts, ordered_texts = [line.text for line in unordered], [line.text for line in ordered]
    if as_expected(ordered_texts, texts, printed):
        return ()  # an alignment may still pair lines otherwise than the `...` between them would
    count = parting(ordered_texts, texts, printed)
    rows = [*_in_order(ordered, printed[:count]), *_in_any_order(unordered, printed[count:])]
    near = _short(list(_near(rows)))
    nothing = near and not any(line.strip() for line in printed)
    return (*near, Row("~", "nothing was printed there")) if nothing else tuple(near)


def as_text(rows: Sequence[Row]) -> str:
    """The rows as plain text: line number, sign, line."""
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
