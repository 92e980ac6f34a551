"""Which rows of output are left out."""

from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.views.terminal.output_lines import FEWEST, MARKS, Line, fold


def rows(*texts: str, stream: str = "stdout") -> list[Line]:
    return [Line("  0.00 s", MARKS[stream], stream, text) for text in texts]


def shown(some: list[Line], most: int) -> list[str]:
    first, left_out, last = fold(some, most)
    return [row.text for row in first] + ([f"{left_out} more"] if left_out else []) + [row.text for row in last]


TRACEBACK = rows(
    "Traceback (most recent call last):", '  File "a.py", line 4', "    f()", "ValueError: no", stream="stderr"
)


def test_what_fits_is_whole() -> None:
    assert shown(rows("a", "b", "c", "d"), 4) == ["a", "b", "c", "d"]


def test_alike_rows_go_first() -> None:
    some = rows("begin", "one", *(f"tick {n}" for n in range(9)), "two", "three", "end")
    assert shown(some, 7) == ["begin", "one", "tick 0", "8 more", "two", "three", "end"]


def test_what_a_traceback_comes_to_stays() -> None:
    assert shown([*rows("before"), *TRACEBACK, *rows("after")], 4) == ["before", "3 more", "ValueError: no", "after"]


def test_what_a_warning_says_stays_however_it_is_wrapped() -> None:
    path, said, more = rows(
        "/home/ada/course/x.py:43:", " RuntimeWarning: coroutine 'main' was", " never awaited", stream="stderr"
    )
    hint = rows("RuntimeWarning: Enable tracemalloc to get the", " object allocation traceback", stream="stderr")
    warning = [path, said._replace(mark=" "), more._replace(mark=" "), *rows("  main()", stream="stderr")]
    some = [*warning, hint[0], hint[1]._replace(mark=" ")]
    assert shown(some, 5) == [*(row.text for row in warning[:3]), "2 more", hint[1].text]


def test_what_follows_a_traceback_stays() -> None:
    some = [*rows(*(f"tick {n}" for n in range(9))), *TRACEBACK, *rows("a", "b", "c")]
    assert shown(some, 8)[-4:] == ["ValueError: no", "a", "b", "c"]


@given(
    st.lists(st.tuples(st.sampled_from("ab 1"), st.sampled_from(sorted(MARKS))), max_size=30), st.integers(FEWEST, 12)
)
def test_the_room_is_kept(some: list[tuple[str, str]], most: int) -> None:
    every = [row for text, stream in some for row in rows(text, stream=stream)]
    first, left_out, last = fold(every, most)
    assert len(first) + len(last) + bool(left_out) <= most
    assert len(first) + left_out + len(last) == len(every)
    assert [*first, *last] == every if not left_out else (first[0], last[-1]) == (every[0], every[-1])
