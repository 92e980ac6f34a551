"""Who is compared: names that no other has, and the values of a sweep."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.course import built_in, load
from asyncdemo.catalogue.targets import Request
from asyncdemo.cli.contestants import Contest, contest, titled
from asyncdemo.cli.option_values import percent_of
from asyncdemo.errors import UsageError

CATALOGUE = load([built_in()])


def contest_of(words: str, *pythons: str, sweep: str | None = None) -> Contest:
    return contest(targets.resolve(words.split(), CATALOGUE), Request(), pythons, sweep)


def test_names_are_as_short_as_tells_them_apart() -> None:
    assert contest_of("sync async").keys == ["sync", "async"]
    assert contest_of("sync asyncio-run").keys == ["simulated-io-wait:sync", "asyncio-run"]
    assert contest_of("simulated-io-wait").keys == ["sync", "threads", "async", "anyio"]
    assert contest_of("sync", sweep="TASKS=1,10").keys == ["TASKS=1", "TASKS=10"]
    assert contest_of("sync", "3.8", "3.13").keys == ["3.8", "3.13"]


def test_of_several_targets_each_has_each_value_from_the_least_on() -> None:
    found = contest_of("sync async", sweep="TASKS=10,1")
    assert found.keys == ["sync TASKS=1", "async TASKS=1", "sync TASKS=10", "async TASKS=10"]
    assert [request.settings for request in found.requests] == [("TASKS=1",)] * 2 + [("TASKS=10",)] * 2
    assert found.steps == [(0, 1.0), (1, 1.0), (0, 10.0), (1, 10.0)]
    assert found.is_grid


def test_titles() -> None:
    assert titled(contest_of("sync async").targets)[0] == "simulated-io-wait"
    assert titled(contest_of("sync", sweep="TASKS=1,10").targets)[0] == "simulated-io-wait"
    assert titled(contest_of("sync asyncio-run").targets) == ("compare", "")


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=10, unique=True))
def test_values_of_a_sweep(values: list[int]) -> None:
    assert contest_of("sync", sweep=f"TASKS={','.join(map(str, values))}").values == values


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=2, max_size=5, unique=True))
def test_texts_of_a_sweep(tmp_path_factory: pytest.TempPathFactory, values: list[str]) -> None:
    script = tmp_path_factory.getbasetemp() / "worker.py"
    script.write_text("HOST = 'here'\n")
    found = contest_of(str(script), sweep=f"HOST={','.join(map(repr, values))}")
    assert found.values == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("utf-8,latin-1", ["utf-8", "latin-1"]),
        ("a/b,<c>,'d,e'", ["a/b", "<c>", "d,e"]),
        ("it's,that's", ["it's", "that's"]),
        ("f(1,2),g", ["f(1,2)", "g"]),
        ("),(", [")", "("]),
        (r"'a\',b',c", ["a',b", "c"]),
    ],
)
def test_values_of_a_sweep_are_as_they_were_typed(tmp_path: Path, text: str, values: list[str]) -> None:
    (tmp_path / "worker.py").write_text("HOST = 'here'\n")
    assert contest_of(f"{tmp_path}/worker.py", sweep=f"HOST={text}").values == values


def test_a_sweep_over_a_block(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("```python\nTASKS = 1\nprint(TASKS)\n```\n")
    assert contest_of(f"{tmp_path}/a.md#1", sweep="TASKS=1,2").values == [1, 2]


@given(st.text())
def test_a_sweep_is_understood_or_refused(text: str) -> None:
    try:
        assert len(contest_of("sync", sweep=f"TASKS={text}").values) > 1
    except UsageError as error:
        assert str(error).isprintable()


@given(st.text())
def test_a_percentage_is_understood_or_refused(text: str) -> None:
    try:
        part = percent_of(text, "--precision")
    except UsageError as error:
        assert str(error).isprintable()
    else:
        assert part is not None
        assert 0 < part <= 1


def test_percentages() -> None:
    assert percent_of("3%", "--precision") == 0.03
    assert percent_of("0.5 %", "--precision") == 0.005
    assert percent_of(None, "--precision") is None


def test_the_same_file_by_another_name(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    (tmp_path / "b.py").symlink_to(tmp_path / "a.py")
    with pytest.raises(UsageError, match="is named twice"):
        contest_of(f"{tmp_path}/a.py {tmp_path}/b.py")
