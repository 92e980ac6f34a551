"""Which lines are as expected: one line with its placeholders, all lines of a stream, and what differs if they are not.

First come the lines in order, then those in any order. A line `...` stands for any lines.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Literal, NamedTuple

from asyncdemo.expectations.output_blocks import Line

ANY_LINES = "..."
ANY_TEXT = "<any>"

_NUMBER = r"[+-]?\d+(?:[,_]\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?"
PLACEHOLDERS = {
    "<address>": r"0x[0-9a-fA-F]+",
    "<path>": r"(?:[A-Za-z]:)?[^:\"]+",
    "<number>": _NUMBER,
    "<seconds>": rf"{_NUMBER}(?: ?s)?",
    ANY_TEXT: r".+",
}
NAMED = re.compile("|".join(map(re.escape, PLACEHOLDERS)))


def matches(expected: str, printed: str) -> bool:
    """True if a printed line is as expected; blanks at the end do not count."""
    expected, printed = expected.rstrip(), printed.rstrip()
    return expected == printed or (
        NAMED.search(expected) is not None and _pattern(expected).fullmatch(printed) is not None
    )


def parts(expected: str) -> list[str]:
    """Split an expected line at its placeholders: texts at even places, placeholders at odd ones."""
    found: list[str] = []
    at = 0
    for match in NAMED.finditer(expected):
        found += expected[at : match.start()], match[0]
        at = match.end()
    return [*found, expected[at:]]


@cache
def _pattern(expected: str) -> re.Pattern[str]:
    # A script may print "<path>" itself, so each placeholder stands for its own text, too.
    pieces = parts(expected)
    return re.compile("".join(_piece(pieces, place) for place in range(len(pieces))), re.DOTALL)


def _piece(pieces: Sequence[str], place: int) -> str:
    """The pattern of a piece.

    Text between two `<any>` is settled at its first place, which leaves the most room for what follows. A row of dots
    in a document is many of these, and to try all ways to share out a line among them could take years.
    """
    text = re.escape(pieces[place])
    if place % 2 == 0:
        return "" if _between_any(pieces, place) else text
    if pieces[place] != ANY_TEXT:
        return f"(?:{PLACEHOLDERS[pieces[place]]}|{text})"
    return f"(?>.+?{re.escape(pieces[place + 1])})" if _between_any(pieces, place + 1) else ".+"


def _between_any(pieces: Sequence[str], place: int) -> bool:
    """True if this text stands between two `<any>`."""
    return 0 < place < len(pieces) - 1 and pieces[place - 1] == pieces[place + 1] == ANY_TEXT


def printed_lines(text: str) -> list[str]:
    """The lines of what was printed; a last line without an end counts as one with."""
    lines = text.split("\n")
    return [line.rstrip() for line in (lines[:-1] if lines[-1] == "" else lines)]


def as_expected(ordered: Sequence[str], unordered: Sequence[str], printed: Sequence[str]) -> bool:
    """True if the lines are the ordered ones, `...` standing for any, and after them the unordered ones."""
    return split(ordered, unordered, printed) is not None


def split(ordered: Sequence[str], unordered: Sequence[str], printed: Sequence[str]) -> int | None:
    """How many of the printed lines are the ordered ones, if all are as expected; else None."""
    fixed = sum(line != ANY_LINES for line in unordered)
    for count in range(len(printed) - fixed, -1, -1):
        if (
            in_order(ordered, printed[:count])
            and len(pairs(unordered, printed[count:])) == fixed
            and (ANY_LINES in unordered or count + fixed == len(printed))
        ):
            return count
        if ANY_LINES not in unordered:
            break  # they are the last ones, as many as there are
    return None


def parting(ordered: Sequence[str], unordered: Sequence[str], printed: Sequence[str]) -> int:
    """How many of the printed lines to hold against the ordered ones, also where not all are as expected."""
    fit = len(printed) if not unordered else split(ordered, unordered, printed)
    if fit is not None:
        return fit
    fixed = sum(line != ANY_LINES for line in unordered)
    usual = max(0, len(printed) - fixed)
    if ANY_LINES not in ordered:
        return len(ordered) if in_order(ordered, printed[: len(ordered)]) else usual
    fitting = (count for count in range(len(printed) + 1) if in_order(ordered, printed[:count]))
    return min(fitting, key=lambda count: abs(count - usual), default=usual)


def in_order(expected: Sequence[str], printed: Sequence[str]) -> bool:
    """True if the lines are as expected, one after the other."""
    if ANY_LINES not in expected and len(expected) != len(printed):
        return False
    line = at = 0
    after_any, resume = -1, 0  # the line after the last `...`, and how far that reaches: as short as can be
    while at < len(printed):
        if line < len(expected) and expected[line] == ANY_LINES:
            line += 1
            after_any, resume = line, at
        elif line < len(expected) and matches(expected[line], printed[at]):
            line, at = line + 1, at + 1
        elif after_any >= 0:
            resume += 1
            line, at = after_any, resume
        else:
            return False
    return all(text == ANY_LINES for text in expected[line:])


def pairs(expected: Sequence[str], printed: Sequence[str]) -> dict[int, int]:
    """Match expected lines to printed ones whatever their order, as many as can be: the index of each one's partner.

    Lines without placeholders can match nothing but their own text, so they come first; the rest is the bipartite
    matching by augmenting paths (Kuhn 1955; Munkres 1957 has the form used here).
    """
    found: dict[int, int] = {}
    left = Counter(line.rstrip() for line in printed)
    places: dict[str, list[int]] = {}
    for index in range(len(printed) - 1, -1, -1):
        places.setdefault(printed[index].rstrip(), []).append(index)
    for index, line in enumerate(expected):
        text = line.rstrip()
        if not NAMED.search(line) and line != ANY_LINES and left[text]:
            left[text] -= 1
            found[index] = places[text].pop()
    left_over = sorted(set(range(len(printed))) - set(found.values()))
    free = {index: printed[index] for index in left_over}
    return found | _matching({index: line for index, line in enumerate(expected) if NAMED.search(line)}, free)


def _matching(expected: Mapping[int, str], printed: Mapping[int, str]) -> dict[int, int]:
    """Match as many as can be, by their indexes."""
    found: dict[int, int] = {}
    taken: dict[int, int] = {}
    for start in expected:
        partner, reached = _reached(start, expected, printed, taken)
        while partner is not None:  # to the line that it was reached from, whose own partner goes on to the one before
            line = reached[partner]
            before = found.get(line)
            found[line], taken[partner] = partner, line
            partner = before
    return found


def _reached(
    start: int, expected: Mapping[int, str], printed: Mapping[int, str], taken: Mapping[int, int]
) -> tuple[int | None, dict[int, int]]:
    """Find the nearest free partner for a line by way of others, which would each get a different one.

    Beside it, None where there is none, stands from which line each partner was reached.
    """
    reached: dict[int, int] = {}
    lines = deque([start])
    while lines:
        line = lines.popleft()
        for partner, text in printed.items():
            if partner not in reached and matches(expected[line], text):
                reached[partner] = line
                if partner not in taken:
                    return partner, reached
                lines.append(taken[partner])
    return None, reached


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
    near = list(_near(rows))
    if len(near) > MOST:
        near = [*near[: MOST - 1], Row("~", f"{len(near) - MOST + 1} more rows")]
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
