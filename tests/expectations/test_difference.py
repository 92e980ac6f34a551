"""The rows that show a difference."""

from hypothesis import example, given

from asyncdemo.expectations.line_matching import ANY_LINES, MOST, as_expected, as_text, difference
from asyncdemo.expectations.output_blocks import Line
from tests.expectations.made import expected_lines, printed_lines


def lines(*texts: str, start: int = 10) -> list[Line]:
    return [Line(text, number) for number, text in enumerate(texts, start)]


def shown(ordered: list[Line], unordered: list[Line], *printed: str) -> str:
    return as_text(difference(ordered, unordered, printed))


def test_what_is_near_is_shown_and_the_rest_counted() -> None:
    expected = lines("a", "b", "c", "d", "e", "f", "g", "h")
    assert shown(expected, [], "a", "b", "c", "X", "e", "f", "g", "h") == (
        "   ~ 1 line as expected\n11   b\n12   c\n13 - d\n   + X\n14   e\n15   f\n"
    )


def test_expected_and_printed_lines_of_one_place_stand_together() -> None:
    assert shown(lines("a", "b"), [], "x", "y") == "10 - a\n11 - b\n   + x\n   + y\n"


def test_nothing_expected_and_nothing_printed() -> None:
    assert shown([], [], "x") == "  + x\n"
    assert shown(lines("a"), []) == "10 - a\n   ~ nothing was printed there\n"
    assert shown(lines("a"), [], "a") == ""


def test_lines_in_any_order() -> None:
    assert shown([], lines("a", "b"), "b", "c") == "10 - a\n11   b\n   + c\n"
    assert shown(lines("a", "b"), lines("c", "d", start=20), "a", "c", "b", "d") == (
        "10   a\n11 - b\n   + c\n20 - c\n21   d\n   + b\n"
    )


def test_a_line_that_stands_for_any_lines_stays() -> None:
    assert shown(lines("a", ANY_LINES, "<any>z"), [], "a", "1", "2", "yz", "!") == (
        "   ~ 1 line as expected\n11   ...\n12   <any>z\n   + !\n"
    )


def test_long_ones_are_cut() -> None:
    rows = difference(lines(*map(str, range(100))), [], ["x"])
    assert len(rows) == MOST
    assert rows[-1].text == f"{100 + 1 - MOST + 1} more rows"


@given(expected_lines, expected_lines, printed_lines)
@example(["", "...", " ", "..."], [], ["", "0", ""])
def test_there_are_rows_where_there_is_a_difference(
    ordered: list[str], unordered: list[str], printed: list[str]
) -> None:
    rows = difference(lines(*ordered), lines(*unordered, start=50), printed)
    if as_expected(ordered, unordered, printed):
        assert rows == ()
    else:
        assert any(row.sign in "+-" for row in rows) or ANY_LINES in (*ordered, *unordered)
