"""What is kept of a learner, and the file in which it stands."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.cli.tour_progress import from_text, progress_file, save_course, saved_courses, to_text
from asyncdemo.tour.state import Course, Mark, marked, overall

MARKS: list[Mark] = ["seen", "right later", "right at first"]
COURSES = st.dictionaries(
    st.text(),
    st.builds(Course, st.none() | st.text(), st.dictionaries(st.text(), st.sampled_from(MARKS))),
)


@pytest.mark.parametrize(
    ("answers", "mark"),
    [
        ([True], "right at first"),
        ([True, False], "right at first"),
        ([False], "seen"),
        ([False, True], "right later"),
        ([False, True, True], "right later"),
    ],
)
def test_the_first_answer_counts_most(answers: list[bool], mark: Mark) -> None:
    course = Course()
    for right in answers:
        course = marked(course, "a", right=right)
    assert course.marks == {"a": mark}


def test_a_stop_is_as_good_as_its_worst_question() -> None:
    course = Course(None, {"a": "right at first", "b": "right later", "c": "seen"})
    assert [overall(course, keys) for keys in ("a", "ab", "abc", "ad", "d")] == [
        "right at first",
        "right later",
        "seen",
        "seen",
        None,
    ]


@given(COURSES)
def test_a_file_gives_back_what_was_kept(courses: dict[str, Course]) -> None:
    assert from_text(to_text(courses)) == courses


@given(COURSES, st.data())
def test_a_torn_file_is_noticed(courses: dict[str, Course], data: st.DataObject) -> None:
    text = to_text(courses)
    torn = text[: data.draw(st.integers(0, len(text) - 3))]
    with pytest.raises(ValueError, match="torn"):
        from_text(torn)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"schema": "asyncdemo.progress/99", "courses": {}}',
        '{"schema": "asyncdemo.progress/1", "courses": {"": {"at": 3, "stops": {}}}}',
        '{"schema": "asyncdemo.progress/1", "courses": {"": {"at": null, "stops": {"a": "perfect"}}}}',
        '{"schema": "asyncdemo.progress/1", "courses": {"": {"at": null, "stops": {"a": []}}}}',
        "[" * 100_000,
    ],
)
def test_a_foreign_file_is_set_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tour.json"
    path.write_text(text)
    courses, trouble = saved_courses(path)
    assert (courses, trouble.startswith("progress begins anew")) == ({}, True)
    assert (tmp_path / "tour.json.broken").read_text() == text
    assert save_course(path, "", Course("a")) == ""
    assert saved_courses(path) == ({"": Course("a")}, "")


@pytest.mark.parametrize("what", ["folder", "fifo", "link", "huge"])
def test_what_is_no_file_of_that_kind_is_neither_read_nor_replaced(tmp_path: Path, what: str) -> None:
    path = tmp_path / "tour.json"
    if what == "folder":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "link":
        path.symlink_to(path)
    else:
        path.write_text("x" * 1_000_001)
    before = path.lstat()
    courses, trouble = saved_courses(path)
    assert (courses, trouble.startswith("progress is not known: ")) == ({}, True)
    assert save_course(path, "", Course("a")) == trouble
    assert path.lstat() == before


def test_what_another_schema_is_called_is_harmless_and_short(tmp_path: Path) -> None:
    path = tmp_path / "tour.json"
    path.write_text(json.dumps({"schema": "\x1b[2J\ud800" + "x" * 1000}))
    _, trouble = saved_courses(path)
    assert trouble.isprintable()
    assert trouble.count("x") < 100


def test_two_tours_at_once_lose_no_marks(tmp_path: Path) -> None:
    path = tmp_path / "tour.json"
    save_course(path, "", Course("a", {"a": "right later", "c": "seen"}))
    save_course(path, "", Course("b", {"b": "seen", "a": "seen", "c": "right at first"}))
    assert saved_courses(path)[0] == {"": Course("b", {"a": "right later", "b": "seen", "c": "right at first"})}


def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "tour.json"
    assert save_course(path, "/workshop-\udcff", Course("\udcff")) == ""
    assert saved_courses(path) == ({"/workshop-\udcff": Course("\udcff")}, "")


def test_courses_are_kept_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "tour.json"
    assert save_course(path, "", Course("a", {"a": "seen"})) == ""
    assert save_course(path, "/workshop", Course("b")) == ""
    assert saved_courses(path)[0] == {"": Course("a", {"a": "seen"}), "/workshop": Course("b")}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert save_course(tmp_path / "file" / "tour.json", "", Course()).startswith("progress cannot be ")


def test_where_it_is_kept(tmp_path: Path) -> None:
    assert progress_file({"XDG_STATE_HOME": "/state"}) == Path("/state/asyncdemo/tour.json")
    home = {"HOME": str(tmp_path)}
    assert progress_file(home) == tmp_path / ".local/state/asyncdemo/tour.json"
    assert progress_file({**home, "XDG_STATE_HOME": "relative"}) == progress_file(home)


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "somewhere"}, {"HOME": "~nobody"}])
def test_without_a_home_it_is_never_kept_below_the_current_folder(environ: dict[str, str]) -> None:
    assert progress_file(environ).is_absolute()
