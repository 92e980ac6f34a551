"""What is shown of a script's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.views.excerpt import Lines, code_lines, excerpt


def numbers(lines: Lines) -> list[int]:
    return [number for number, _ in lines]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("", []),
        ("\n\n", []),
        ("a = 1\n", [1]),
        ('"""Doc."""\na = 1\n', [2]),
        ('"""Doc.\n\nMore.\n"""\n\na = 1\n', [6]),
        ("42\na = 1\n", [1, 2]),
        ("a = 1\n\n\n\nb = 2\n", [1, 2, 5]),
        ("# /// script\n# x = 1\n# ///\na = 1\n", [4]),
        ("# /// script\na = 1\n", [1, 2]),
        ("a = 1\n\n# Output:\n# a\n", [1]),
        ("a = 1\n# Unordered output:\n# a\n\n# Errors:\n# b\n", [1]),
        ("a = 1\n# Unordered errors:\n# a\n", [1]),
        ("a = 1\n\n# Output, from 3.12:\n# a\n\n# Errors, from 3.11, before 3.13:\n# b\n", [1]),
        ("a = 1\n# Errors, before 3.13:\n# a\n", [1]),
        ("a = 1\n# Output, from here on:\n# a\n", [1, 2, 3]),
        ("# Output:\na = 1\n", [1, 2]),
        ("a = (\n", [1]),
        ("a = 1\r\nb = 2\r\n", [1, 2]),
        ("a = 1\rb = 2\r", [1, 2]),
        ("a = '\x0c\x1c\u2028'\nb = 2\n", [1, 2]),  # only for str.splitlines are these the ends of lines
    ],
)
def test_code_lines(source: str, shown: list[int]) -> None:
    assert numbers(code_lines(source)) == shown


def lines(*texts: str) -> Lines:
    return list(enumerate(texts, 1))


TEN = lines("1", "2", "", "4", "5", "6", "", "8", "9", "10")


@pytest.mark.parametrize(
    ("marked", "room", "shown"),
    [
        ([], 10, [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]),
        ([], 9, []),
        ([1, 2, 4, 5, 6, 8, 9, 10], 8, [[1, 2, 4, 5, 6, 8, 9, 10]]),  # without the blank ones
        ([5], 7, [[4, 5, 6]]),  # without the blank lines around
        ([5], 1, [[5]]),
        ([1, 10], 7, [[1, 2], [8, 9, 10]]),
        ([1, 10], 4, [[1, 2], [9, 10]]),
        ([1, 10], 3, [[1], [10]]),
        ([10, 1], 1, [[10]]),  # the first matters most
        ([2, 4], 2, [[2, 4]]),  # nothing but a blank line is left out between them
        ([1], 0, []),
        ([99], 7, []),
    ],
)
def test_excerpt(marked: list[int], room: int, shown: list[list[int]]) -> None:
    assert [numbers(block) for block in excerpt(TEN, marked, room)] == shown


@given(
    st.lists(st.text("ab \n", max_size=3), max_size=40), st.lists(st.integers(0, 45), max_size=10), st.integers(0, 20)
)
def test_the_room_is_kept(texts: list[str], marked: list[int], room: int) -> None:
    blocks = excerpt(lines(*texts), marked, room)
    assert sum(map(len, blocks)) <= room
    shown = [line for block in blocks for line in block]
    assert shown == sorted(shown)
    assert all(blocks)
