"""The blocks at the end of a script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.expectations.output_blocks import Block, Line, blocks, blocks_for, lines_of, slips

TWELVE = (3, 12, 4)
FRAGMENTS = [
    "# Output:",
    "# Errors, from 3.12:",
    "# Unordered output:",
    "# a",
    "#",
    "",
    "x = 1",
    "#a",
    "\x0c",
    "# output:",
]


def test_all_kinds_with_their_lines_and_numbers() -> None:
    source = (
        "x = 1\n\n# Output:\n# a\n#\n#  b\n\n# Unordered output:\n# c\n\n# Errors, from 3.11, before 3.13:\n# d  \n"
        "\n# Unordered errors:\n# e\n"
    )
    assert blocks(source) == (
        Block("stdout", True, 3, (Line("a", 4), Line("", 5), Line(" b", 6))),
        Block("stdout", False, 8, (Line("c", 9),)),
        Block("stderr", True, 11, (Line("d", 12),), (3, 11), (3, 13)),
        Block("stderr", False, 14, (Line("e", 15),)),
    )
    assert slips(source) == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_end_of_line_that_python_knows(end: str) -> None:
    assert blocks(f"x = 1{end}# Output:{end}# a\x0c\u2028{end}") == (Block("stdout", True, 2, (Line("a", 3),)),)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1\n",
        "# Output:\n# a\nx = 1\n",
        "# output:\n# a\n",
        "x = 1  # Output:\n",
        " # Output:\n",
        'x = """\n# Output:\n# a\n#"""\n',
    ],
)
def test_no_block(source: str) -> None:
    assert blocks(source) == ()


@pytest.mark.parametrize(
    ("heading", "version", "holds"),
    [
        ("# Output:", (3, 8), True),
        ("# Output, from 3.12:", (3, 12, 0), True),
        ("# Output, from 3.12:", (3, 11, 9), False),
        ("# Output, before 3.12:", (3, 11, 9), True),
        ("# Output, before 3.12:", (3, 12, 0), False),
        ("# Output, from 3.9, before 3.12:", (3, 10, 1), True),
        ("# Output, from 3.9, before 3.12:", (3, 8, 1), False),
    ],
)
def test_for_which_pythons_it_holds(heading: str, version: tuple[int, ...], holds: bool) -> None:
    (block,) = blocks(f"{heading}\n# a\n")
    assert block.holds(version) == holds


def test_blocks_that_hold_are_joined_in_their_order() -> None:
    source = "# Output:\n# a\n\n# Output, before 3.12:\n# old\n\n# Output, from 3.12:\n# new\n\n# Output:\n# z\n"
    chosen = blocks_for(blocks(source), "stdout", TWELVE, ordered=True)
    assert [line.text for line in lines_of(chosen)] == ["a", "new", "z"]


@pytest.mark.parametrize(
    ("source", "number", "message"),
    [
        ("# Output:\n# a\n\n# b\n", 4, "belongs to no block: an empty line of output is written as '#'"),
        (
            "x = 1\n\n# output:\n# a\n",
            3,
            "'# output:' is no heading of a block: write it like '# Output:' or '# Errors, from 3.12:'",
        ),
        (
            "x = 1\n\n# Output since 3.12:\n# a\n",
            3,
            "'# Output since 3.12:' is no heading of a block: write it like '# Output:' or '# Errors, from 3.12:'",
        ),
    ],
)
def test_slips(source: str, number: int, message: str) -> None:
    assert slips(source) == ((number, message),)


@pytest.mark.parametrize(
    "source", ["x = 1\n# what it puts out\n", "# Output:\nx = 1\n", "x = 1\n", "# Output:\n# output:\n"]
)
def test_no_slips(source: str) -> None:
    assert slips(source) == ()


@given(st.lists(st.sampled_from(FRAGMENTS)).map("\n".join))
def test_every_line_behind_the_first_heading_is_accounted_for(source: str) -> None:
    lines = source.split("\n")
    found = blocks(source)
    numbers = [number for block in found for number in range(block.number, block.last + 1)]
    assert numbers == sorted(set(numbers))
    if found:
        there = {number for number, line in enumerate(lines, 1) if number >= found[0].number and line.strip()}
        assert there == set(numbers) | {slip.number for slip in slips(source)}
    assert all(lines[line.number - 1][1:].strip() == line.text.strip() for block in found for line in block.lines)
