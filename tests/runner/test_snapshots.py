"""What a child has written down of a standstill, as it is read."""

import pytest

from asyncdemo.runner.snapshots import parse


@pytest.mark.parametrize(("dead", "by_itself", "proved"), [(0, False, False), (1, False, True), (0, True, True)])
def test_a_standstill_is_proved_however_it_came_to_be_told(dead: int, by_itself: bool, proved: bool) -> None:
    seen = parse(f"L\t1\t{dead}\t0\t0\t0\nT\t2\tsuspended\t2\t0\nF\t1\tapp.py\t8\twork", 0.5, proved=by_itself)
    assert (seen.proved, seen.tasks[0].own[0].line) == (proved, 8)


def test_a_line_that_was_cut_is_left_out() -> None:
    seen = parse("L\t1\t0\t0\t0\t0\nT\t2\tsuspended\t2\t0\nF\t1\tapp.p", 0.5, proved=False)
    assert [task.places for task in seen.tasks] == [()]
