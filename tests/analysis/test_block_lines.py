"""At which lines what a task holds was taken, by the text of its script."""

import pytest

from asyncdemo.analysis.standstills import block_lines

SOURCE = """\
async def transfer(first, second):
    async with first:
        before()
        async with second, third(
        ):
            inside()

        async def helper():
            async with own:
                within()
"""


@pytest.mark.parametrize(
    ("line", "lines"),
    [(1, []), (2, [2]), (3, [2]), (4, [2, 4, 4]), (6, [2, 4, 4]), (9, [9]), (10, [9]), (99, [])],
)
def test_the_blocks_around_a_line_are_those_of_its_own_function(line: int, lines: list[int]) -> None:
    assert block_lines(SOURCE, line) == lines


def test_of_what_is_not_python_nothing_is_known() -> None:
    assert block_lines("async with (", 1) == []
