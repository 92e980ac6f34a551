"""Time in cells, and nice numbers above it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.lanes import Axis, scale


@pytest.mark.parametrize(
    ("seconds", "cells", "expected"),
    [
        (0.6, 61, "0         0.1       0.2        0.3       0.4       0.5       0.6 s"),
        (1.0, 50, "0         0.2       0.4       0.6       0.8       1.0 s"),
        (0.2, 61, "0              0.05           0.10            0.15           0.20 s"),
        (41.0, 61, "0              10             20             30             40 s"),
        (0.0034, 40, "0           1           2          3 ms"),
        (0.000002, 40, "0         0.5       1.0       1.5       2.0 us"),
        (1800.0, 61, "0                500              1000             1500 s"),
        (0.05, 12, "0           0.05 s"),
        (3.0, 10, "0      2 s"),
    ],
)
def test_scale(seconds: float, cells: int, expected: str) -> None:
    assert scale(seconds, cells, cells + 10) == expected


@given(st.floats(1e-7, 1e6), st.integers(10, 400), st.integers(5, 12))
def test_numbers_stand_at_their_places(seconds: float, cells: int, margin: int) -> None:
    text = scale(seconds, cells, cells + margin)
    unit = {"s": 1.0, "ms": 1e3, "us": 1e6}[text.rpartition(" ")[2]]
    assert len(text) <= cells + margin
    for number in re.finditer(r"[\d.]+", text):
        assert abs(float(number[0]) / unit / seconds * cells - number.start()) <= 0.5 + 1e-6


def test_what_is_outside_belongs_to_the_outer_cells() -> None:
    axis = Axis(1.0, 2.0, 10)
    assert [axis.cell(at) for at in (0.0, 1.0, 1.099, 1.101, 1.999, 2.0, 9.0)] == [0, 0, 0, 1, 9, 9, 9]
