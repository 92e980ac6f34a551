"""The rows that say what to do next: what stands there can be pasted."""

import pytest

from asyncdemo.views.terminal.common_rows import next_rows
from asyncdemo.views.terminal.page import Part
from tests.views.fabricated import Text, page

AGAIN = ("full source and timings", "asyncdemo run rude.py --source --timing --set DELAY=0.1")
START, CHAPTER = ("start", "asyncdemo run sync-main"), ("one chapter", "asyncdemo list 1")


def text(rows: list[tuple[Part, ...]]) -> list[str]:
    return ["".join(part if isinstance(part, str) else part[0] for part in row) for row in rows]


def test_in_one_row_where_there_is_room() -> None:
    assert text(next_rows(page(Text()), START, CHAPTER)) == [
        "start   asyncdemo run sync-main      one chapter   asyncdemo list 1"
    ]


def test_a_step_that_does_not_fit_beside_another_has_a_row_of_its_own() -> None:
    assert text(next_rows(page(Text(), 60), START, CHAPTER)) == [
        "start   asyncdemo run sync-main",
        "one chapter   asyncdemo list 1",
    ]


@pytest.mark.parametrize("width", [60, 80])
def test_a_command_that_does_not_fit_beside_its_label_stands_whole_below_it(width: int) -> None:
    assert text(next_rows(page(Text(), width), AGAIN)) == [AGAIN[0], f"  {AGAIN[1]}"]


def test_only_a_command_that_is_wider_than_the_page_is_wrapped() -> None:
    assert text(next_rows(page(Text(), 40), AGAIN)) == [
        AGAIN[0],
        "  asyncdemo run rude.py --source",
        "  --timing --set DELAY=0.1",
    ]
