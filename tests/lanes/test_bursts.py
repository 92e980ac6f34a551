"""What a run printed, on its single bar."""

from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.analysis.lane_drawing import Burst, bursts, labels
from asyncdemo.analysis.lanes import Axis
from asyncdemo.model.recording import Output

AXIS = Axis(0.0, 1.0, 50)


def printed(*said: tuple[float, str]) -> list[Burst]:
    return bursts([Output(at, "stdout", text) for at, text in said], AXIS)


def test_what_is_printed_at_one_time_is_counted() -> None:
    found = printed(*[(0.001 * n, f"ask {n}\n") for n in range(10)], (0.5, "got 0\nask 10\n"))
    assert found == [Burst(0, 10, "ask 9", True), Burst(25, 2, "ask 10", False)]


def test_stderr_is_there_but_says_nothing() -> None:
    assert bursts([Output(0.5, "stderr", "warning\n")], AXIS) == [Burst(25, 0, "", True)]
    assert labels([Burst(25, 0, "", True)], 50, len) == [""]


def test_labels_are_as_long_as_there_is_room_for_all() -> None:
    asks = [Burst(cell, 1, f"ask upload {cell}", True) for cell in range(0, 50, 10)]
    assert labels(asks, 50, len) == ["ask"] * 5
    assert labels(asks[::2], 60, len) == ["ask upload"] * 3
    assert labels(asks[::2], 50, len) == ["ask"] * 3
    assert labels(asks[::2], 42, len) == ["ask upload", "ask upload", ""]
    assert labels([Burst(0, 10, "ask 9", True), Burst(25, 2, "got", True)], 26, len) == ["ask x10", ""]
    assert labels([Burst(0, 10, "ask 9", True), Burst(5, 2, "got", True)], 6, len) == ["x10", ""]


def test_nothing_printed() -> None:
    assert labels([], 50, len) == []


OUTPUTS = st.lists(st.tuples(st.floats(0, 1), st.text(max_size=12), st.sampled_from(["stdout", "stderr", "other"])))


@given(OUTPUTS, st.integers(1, 50))
def test_labels_end_before_what_comes_next(said: list[tuple[float, str, str]], stop: int) -> None:
    found = bursts([Output(at, stream, text) for at, text, stream in sorted(said)], AXIS)  # type: ignore[arg-type]
    nexts = [*(burst.cell for burst in found[1:]), stop]
    for burst, label, after in zip(found, labels(found, stop, len), nexts, strict=bool(found)):
        assert not label or burst.cell + 1 + len(label) <= after
