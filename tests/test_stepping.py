"""Where the keys lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.cli.stepping import Walk, pressed

KEYS = ["space", "right", "left", "b", "g", "G", "home", "end", "enter", "t", "1", ".", "backspace", "escape", "ä", ""]


def walked(keys: list[str], total: int = 5, number: int = 0) -> Walk | float | None:
    walk = Walk(total, number)
    for key in keys:
        found = pressed(walk, key)
        if not isinstance(found, Walk):
            return found
        walk = found
    return walk


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        (["space", "right", "n"], 3),
        (["G"], 4),
        (["end", "space"], 4),
        (["b"], 0),
        (["G", "left", "p", "backspace"], 1),
        (["G", "g"], 0),
        (["x", "", "7"], 0),
    ],
)
def test_forwards_and_backwards_and_no_further(keys: list[str], number: int) -> None:
    assert walked(keys) == Walk(5, number)


def test_a_time_is_typed() -> None:
    assert walked(["t", "1", ".", "2", "x", "5", "backspace", "enter"]) == 1.2
    assert walked(["t", "q", "1"]) == Walk(5, 0, "1")
    assert walked(["t", "1", "escape"]) == Walk(5, 0)
    assert walked(["t", ".", "enter"]) == Walk(5, 0)


@pytest.mark.parametrize("key", ["q", "escape"])
def test_the_way_out(key: str) -> None:
    assert walked(["space", key]) is None


@given(st.lists(st.sampled_from(KEYS)), st.integers(1, 9))
def test_no_keys_lead_astray(keys: list[str], total: int) -> None:
    walk = Walk(total)
    for key in keys:
        found = pressed(walk, key)
        if isinstance(found, Walk):
            walk = found
        assert 0 <= walk.number < total
