"""Keys from bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.screen.full_screen import decoded, unfinished


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"q", ["q"]),
        (b"  ", ["space", "space"]),
        (b"\x1b[C\x1b[D", ["right", "left"]),
        (b"\x1bOA\x1bOB", ["up", "down"]),
        (b"\x1b[1~\x1b[F", ["home", "end"]),
        (b"\x1b", ["escape"]),
        (b"\x1b\x1b[C", ["escape", "right"]),
        ("ä€".encode(), ["ä", "€"]),
        (b"\r\x7f", ["enter", "backspace"]),
        (b"\x1b[200~x", ["", "x"]),
        (b"\x00\xff", ["", ""]),
        (b"\x1b]11;rgb:0/0/0\x07x", ["", "x"]),
        (b"\x1bP1+q\x1b\\x", ["", "x"]),
    ],
)
def test_what_a_terminal_sends_is_a_key(data: bytes, keys: list[str]) -> None:
    assert decoded(data) == keys
    assert unfinished(data) == (data == b"\x1b")


@pytest.mark.parametrize(
    "whole", [b"\x1b[C", b"\x1bOC", b"\x1b[15~", b"\x1b]11;q\x07", b"\x1bPq\x1b\\", "€".encode(), "ä".encode()]
)
def test_a_key_may_come_in_parts(whole: bytes) -> None:
    for length in range(1, len(whole)):
        assert unfinished(b"x" + whole[:length])
    assert not unfinished(whole)


@given(st.binary(max_size=40))
def test_any_bytes_at_all_give_harmless_keys(data: bytes) -> None:
    unfinished(data)
    assert all(key.isprintable() for key in decoded(data))
