"""Whether all lines of a stream are as promised: first those in order, then those in any order."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence

from asyncdemo.expectations.lines import ANY_LINES, NAMED, matches


def printed_lines(text: str) -> list[str]:
    """Give the lines of what was printed; a last line without an end counts as one with."""
    lines = text.split("\n")
    return [line.rstrip() for line in (lines[:-1] if lines[-1] == "" else lines)]


def as_promised(ordered: Sequence[str], unordered: Sequence[str], printed: Sequence[str]) -> bool:
    """Tell whether the lines are the ordered ones, `...` standing for any, and after them the unordered ones."""
    return split(ordered, unordered, printed) is not None


def split(ordered: Sequence[str], unordered: Sequence[str], printed: Sequence[str]) -> int | None:
    """Give how many of the printed lines are the ordered ones, if all are as promised; else None."""
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
    """Give how many of the printed lines to hold against the ordered ones, also where not all are as promised."""
    fit = len(printed) if not unordered else split(ordered, unordered, printed)
    if fit is not None:
        return fit
    fixed = sum(line != ANY_LINES for line in unordered)
    usual = max(0, len(printed) - fixed)
    if ANY_LINES not in ordered:
        return len(ordered) if in_order(ordered, printed[: len(ordered)]) else usual
    fitting = (count for count in range(len(printed) + 1) if in_order(ordered, printed[:count]))
    return min(fitting, key=lambda count: abs(count - usual), default=usual)


def in_order(promised: Sequence[str], printed: Sequence[str]) -> bool:
    """Tell whether the lines are as promised, one after the other."""
    if ANY_LINES not in promised:
        return len(promised) == len(printed) and all(map(matches, promised, printed))
    first, *middle, last = _segments(promised)
    if len(first) + len(last) > len(printed) or not _at(first, printed, 0):
        return False
    end = len(printed) - len(last)
    if not _at(last, printed, end):
        return False
    at = len(first)
    for segment in middle:  # the earliest place for each leaves the most room for the others
        while at + len(segment) <= end and not _at(segment, printed, at):
            at += 1
        at += len(segment)
        if at > end:
            return False
    return True


def pairs(promised: Sequence[str], printed: Sequence[str]) -> dict[int, int]:
    """Match promised lines to printed ones whatever their order, as many as can be: the index of each one's partner.

    Lines without placeholders can match nothing but their own text, so they come first; the rest is the bipartite
    matching by augmenting paths (Kuhn 1955; Munkres 1957 has the form used here).
    """
    found: dict[int, int] = {}
    left = Counter(line.rstrip() for line in printed)
    places: dict[str, list[int]] = {}
    for index in range(len(printed) - 1, -1, -1):
        places.setdefault(printed[index].rstrip(), []).append(index)
    for index, line in enumerate(promised):
        text = line.rstrip()
        if not NAMED.search(line) and line != ANY_LINES and left[text]:
            left[text] -= 1
            found[index] = places[text].pop()
    left_over = sorted(set(range(len(printed))) - set(found.values()))
    free = {index: printed[index] for index in left_over}
    return found | _matching({index: line for index, line in enumerate(promised) if NAMED.search(line)}, free)


def _matching(promised: Mapping[int, str], printed: Mapping[int, str]) -> dict[int, int]:
    """Match as many as can be, by their indexes."""
    found: dict[int, int] = {}
    taken: dict[int, int] = {}
    for start in promised:
        partner, reached = _reached(start, promised, printed, taken)
        while partner is not None:  # to the line that it was reached from, whose own partner goes on to the one before
            line = reached[partner]
            before = found.get(line)
            found[line], taken[partner] = partner, line
            partner = before
    return found


def _reached(
    start: int, promised: Mapping[int, str], printed: Mapping[int, str], taken: Mapping[int, int]
) -> tuple[int | None, dict[int, int]]:
    """Find the nearest free partner for a line by way of others, which would each get a different one.

    Beside it, None where there is none, stands from which line each partner was reached.
    """
    reached: dict[int, int] = {}
    lines = deque([start])
    while lines:
        line = lines.popleft()
        for partner, text in printed.items():
            if partner not in reached and matches(promised[line], text):
                reached[partner] = line
                if partner not in taken:
                    return partner, reached
                lines.append(taken[partner])
    return None, reached


def _segments(promised: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in promised:
        if line == ANY_LINES:
            found.append([])
        else:
            found[-1].append(line)
    return found


def _at(segment: Sequence[str], printed: Sequence[str], start: int) -> bool:
    return all(map(matches, segment, printed[start : start + len(segment)]))
