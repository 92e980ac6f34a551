"""Whether what was printed is as expected."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.expectations.line_matching import (
    ANY_LINES,
    PLACEHOLDERS,
    aligned,
    as_expected,
    in_order,
    matches,
    pairs,
    parting,
    printed_lines,
    split,
)
from tests.expectations.made import expected_lines
from tests.expectations.made import printed_lines as st_printed


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        ("", ""),
        ("a", "a  "),
        ("<coroutine object main at <address>>", "<coroutine object main at 0x7f2c3d5e1a40>"),
        ("<path>:41: RuntimeWarning: x", "/tmp/a b/c.py:41: RuntimeWarning: x"),
        ("<path>:41: x", "C:\\Users\\me\\c.py:41: x"),
        ('  File "<path>", line 3', '  File "/x/y.py", line 3'),
        ("<number> calls", "20,000 calls"),
        ("<number>", "-0.5"),
        ("<number>", "1e-05"),
        ("took <seconds>", "took 0.21 s"),
        ("took <seconds>", "took 0.21"),
        ("took <seconds> s", "took 0.21 s"),
        ("took <seconds>s", "took 0.21s"),
        ("got <any>!", "got what\x0cever!"),
        ("(.*)<any>[", "(.*)x["),
        ("<address>", "<address>"),
    ],
)
def test_a_line_as_expected(expected: str, printed: str) -> None:
    assert matches(expected, printed)


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        ("a", "b"),
        ("a", " a"),
        ("at <address>", "at 7f2c"),
        ("<any>", ""),
        ("<number>", "x"),
        ("<number>", "1 2"),
        ("<number>", "1."),
        ("<seconds>", "1 second"),
        ("<path>:41: x", ":41: x"),
        ("<path>:41: x", "/a.py:42: x"),
        ("a.c", "abc"),
        ("<other>", "x"),
    ],
)
def test_a_line_not_as_expected(expected: str, printed: str) -> None:
    assert not matches(expected, printed)


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\n\n", ["a", ""]), ("a\r\nb \n", ["a", "b"]), ("\n", [""])],
)
def test_printed_lines(text: str, lines: list[str]) -> None:
    assert printed_lines(text) == lines


@pytest.mark.parametrize(
    ("expected", "printed", "fits"),
    [
        ("", "", True),
        ("a b", "a b", True),
        ("a b", "a", False),
        ("a b", "a b c", False),
        ("...", "", True),
        ("...", "a b", True),
        ("a ...", "a", True),
        ("a ...", "b a", False),
        ("... c", "a b c", True),
        ("... c", "c a", False),
        ("a ... b ... c", "a x b y z c", True),
        ("a ... b ... c", "a x c", False),
        ("a ... a", "a", False),
        ("... b ... b ...", "a b c", False),
        ("... a b ... c", "a a b c c", True),
    ],
)
def test_in_order(expected: str, printed: str, fits: bool) -> None:
    assert in_order(expected.split(), printed.split()) == fits


@pytest.mark.parametrize(
    ("ordered", "unordered", "printed", "fits"),
    [
        ("", "a b", "b a", True),
        ("", "a a", "a b", False),
        ("a", "b c", "a c b", True),
        ("a", "b c", "b a c", False),
        ("a ...", "b c", "a x c b", True),
        ("a", "b ...", "a x b y", True),
        ("a", "b ...", "a x y", False),
        ("", "<any> a", "a b", True),
        ("", "a <any>", "b c", False),
        ("", "<number> <any>", "x 1", True),
        ("", "<any> <number>", "1 x", True),
        ("", "<any> <number> <number>", "1 x 2", True),
        ("", "<any> <number> <number>", "1 x y", False),
    ],
)
def test_then_in_any_order(ordered: str, unordered: str, printed: str, fits: bool) -> None:
    assert as_expected(ordered.split(), unordered.split(), printed.split()) == fits


@given(st_printed)
def test_what_is_printed_is_expected_by_just_that(printed: list[str]) -> None:
    assert in_order(printed, printed)
    assert as_expected(printed, [], printed)


@given(st_printed.flatmap(lambda lines: st.tuples(st.just(lines), st.permutations(lines))))
def test_unordered_lines_keep_it_in_every_order(both: tuple[list[str], list[str]]) -> None:
    expected, printed = both
    assert as_expected([], expected, printed)


def slowly(expected: Sequence[str], printed: Sequence[str]) -> bool:
    """What `in_order` says, by trying everything."""
    if not expected:
        return not printed
    if expected[0] == ANY_LINES:
        return any(slowly(expected[1:], printed[count:]) for count in range(len(printed) + 1))
    return bool(printed) and matches(expected[0], printed[0]) and slowly(expected[1:], printed[1:])


@given(expected_lines, st.lists(st.sampled_from(["a", "b", "0", "a0", "ab", ""]), max_size=6))
def test_any_lines_are_found_wherever_they_fit(expected: list[str], printed: list[str]) -> None:
    assert in_order(expected, printed) == slowly(expected, printed)


@given(expected_lines, expected_lines, st.lists(st.sampled_from(["a", "b", "0", "a0", "ab", ""]), max_size=6))
def test_the_parting_is_that_of_a_fit_where_there_is_one(
    ordered: list[str], unordered: list[str], printed: list[str]
) -> None:
    count = parting(ordered, unordered, printed)
    assert 0 <= count <= len(printed)
    if split(ordered, unordered, printed) is not None and ANY_LINES not in (*ordered, *unordered):
        assert in_order(ordered, printed[:count])
        assert len(pairs(unordered, printed[count:])) == len(unordered) == len(printed) - count


@given(expected_lines, st_printed)
def test_an_alignment_has_everything_once_and_in_order(expected: list[str], printed: list[str]) -> None:
    steps = aligned(expected, printed)
    assert [step.printed for step in steps if step.printed is not None] == [*range(len(printed))]
    left = [step.expected for step in steps if step.expected is not None and step.kind != "covered"]
    assert left == [*range(len(expected))]
    for kind, one, other in steps:
        if kind == "same":
            assert one is not None and other is not None and matches(expected[one], printed[other])
        if kind == "covered":
            assert one is not None and expected[one] == ANY_LINES
    if in_order(expected, printed):
        assert all(step.kind in ("same", "covered") or expected[step.expected or 0] == ANY_LINES for step in steps)


def test_texts_of_thousands_of_lines_are_aligned_soon() -> None:
    steps = aligned([f"a {n}" for n in range(5_000)], [f"b {n}" for n in range(4_000)])
    assert [step.kind for step in steps] == ["changed"] * 4_000 + ["missing"] * 1_000


def test_rows_of_dots_are_told_apart_at_once() -> None:
    assert matches("<any>" * 20 + " <number>%", "." * 60 + " 50%")
    assert not matches("<any>" * 20 + " 100%", "." * 60 + " 50%")
    assert not matches("a<any>b<any>c<any>d<any>e" * 8, "abcd" * 500)


@pytest.mark.slow
def test_more_lines_in_any_order_than_python_has_frames() -> None:
    expected, printed = ["<number>"] * 1100, [str(number) for number in range(1100)]
    assert len(pairs(expected, printed)) == 1100


@given(
    st.lists(st.sampled_from(["<any>", "a", "b", "<number>", "1"]), max_size=6).map("".join), st.text("ab1", max_size=6)
)
def test_placeholders_fit_wherever_they_can(expected: str, printed: str) -> None:
    plain = re.sub("<any>|<number>", lambda found: f"(?:{PLACEHOLDERS[found[0]]})", expected)
    assert matches(expected, printed) == (re.fullmatch(plain, printed) is not None)
