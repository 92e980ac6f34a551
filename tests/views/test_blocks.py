"""`list` of a document on a terminal."""

import pytest
from syrupy.assertion import SnapshotAssertion

from asyncdemo.views.terminal.listing import Row, write_block_rows
from tests.views.fabricated import LOOKS, looked_at, visible

ROWS = [
    Row(1, 4, "runnable", "print(main())"),
    Row(2, 20, "top-level await", "await asyncio.gather(fetch('a long address'), fetch('another long address'))"),
    Row(3, 120, "fragment", "#1 defines asyncio and main"),
    Row(4, 130, "broken", "line 131: invalid \x1b[31msyntax"),
    Row(5, 140, "not Python", "pip install x"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_looks(look: str, snapshot: SnapshotAssertion) -> None:
    page, text = looked_at(look)
    write_block_rows(page, "my article.md", ROWS)
    assert visible(text) == snapshot


def test_where_nothing_can_run(snapshot: SnapshotAssertion) -> None:
    page, text = looked_at("80 columns")
    write_block_rows(page, "article.md", ROWS[3:4])
    assert visible(text) == snapshot
