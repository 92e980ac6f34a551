"""All scenarios in course order: whose, where, and under which chapter."""

from pathlib import Path

import pytest

from asyncdemo.catalogue import course
from asyncdemo.catalogue.scenario import Catalogue, Problem
from asyncdemo.errors import UsageError

from .conftest import Write, block


def outline(catalogue: Catalogue) -> list[tuple[int, str, str]]:
    return [(one.chapter.number, one.chapter.title, one.name) for one in catalogue.scenarios]


def test_the_course_has_its_order_and_the_rest_comes_last(write: Write) -> None:
    files = {f"{name}.py": "" for name in ("b", "a", "d", "c_c", "_hidden", ".dot")}
    contents = '[[chapter]]\ntitle = "One"\nscenarios = ["d"]\n[[chapter]]\ntitle = "Two"\nscenarios = ["c-c", "a"]'
    extra = {"contents.toml": contents, "notes.txt": "", "__pycache__/x.py": "", "images/x.png": ""}
    found = course.load([write("course", files | extra)])
    assert outline(found) == [(1, "One", "d"), (2, "Two", "c-c"), (2, "Two", "a"), (3, "More", "b")]
    assert found.problems == ()


def test_without_contents_the_order_is_alphabetical(write: Write) -> None:
    found = course.load([write("course", {"b.py": "", "A.py": "", "c/x.py": ""})])
    assert outline(found) == [(1, "More", "a"), (1, "More", "b"), (1, "More", "c")]


def test_nothing_at_all(write: Write) -> None:
    assert course.load([]) == course.load([write("course", {})]) == Catalogue()


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (["a"], ["a"]),
        (["c_c:x", "a"], ["a", "c-c"]),
        (["b", "alias"], ["a", "b", "c-c"]),
        (["x"], ["a", "b", "c-c"]),
        (["broken"], ["a", "b", "c-c"]),
        (["./a.py"], ["a", "b", "c-c"]),
        ([], ["a", "b", "c-c"]),
    ],
)
def test_only_what_is_named_exactly_is_read(write: Write, words: list[str], read: list[str]) -> None:
    alias = block('[tool.asyncdemo]\naliases = ["alias"]')
    root = write("course", {"a.py": alias, "b.py": "", "c_c/x.py": "", "broken.py": b"\xff"})
    assert [one.name for one in course.load_named([root], words).scenarios] == read


def test_a_folder_is_a_scenario_with_variants(write: Write) -> None:
    root = write(
        "course",
        {
            "io/sync.py": '"""One after another."""\nTASKS = 1\nDELAY = 0.5\n'
            + block('tool.asyncdemo.aliases = ["wait"]'),
            "io/anyio_.py": '"""Another."""\nTASKS = 2\nMORE = 1\n' + block('tool.asyncdemo.aliases = ["wait"]'),
            "io/run_in_thread.py": "",
            "io/_shared.py": "",
            "io/README.md": "# The same waits\n\nLook.\n",
            "contents.toml": '[variants]\nio = ["sync", "nothing"]\n',
            "bare/sync.py": '"""One after another.\n\nNotes."""\n',
        },
    )
    bare, io = course.load([root]).scenarios
    assert (io.name, io.path, io.variants) == ("io", root / "io", ("sync", "anyio", "run-in-thread"))
    assert (io.summary, io.notes, io.aliases) == ("The same waits", "Look.", ("wait",))
    assert io.parameters == {"TASKS": 1, "DELAY": 0.5, "MORE": 1}
    assert (io.script("anyio").path, io.script("anyio").summary) == (root / "io/anyio_.py", "Another.")
    assert (bare.summary, bare.notes) == ("One after another.", "Notes.")
    with pytest.raises(KeyError):
        io.script("async")
    with pytest.raises(KeyError):
        io.script(None)


def test_a_scenario_is_available_if_one_variant_is(write: Write) -> None:
    new, missing = block('requires-python = ">=99"'), block('dependencies = ["no-such"]')
    root = write("course", {"all/a.py": new, "all/b.py": missing, "all/c.py": new, "some/a.py": new, "some/b.py": ""})
    none, some = course.load([root]).scenarios
    needs = none.scripts[0].unavailable
    assert needs and needs.startswith("needs Python 99 or newer (this is ")
    assert not none.available
    assert none.unavailable_reason == f"{needs}; needs no-such: pip install no-such"
    assert (some.available, some.unavailable_reason) == (True, None)


def test_a_person_s_scenario_takes_the_place_of_the_course_s(write: Write) -> None:
    built_in = write(
        "course",
        {"a.py": "", "b.py": "", "c.py": "", "contents.toml": '[[chapter]]\ntitle="One"\nscenarios=["c", "a"]'},
    )
    mine = write(
        "mine",
        {
            "a.py": '"""Mine."""',
            "z.py": "",
            "y.py": "",
            "contents.toml": '[[chapter]]\ntitle="My own"\nscenarios=["z", "a"]',
        },
    )
    theirs = write("theirs", {"a/sync.py": "", "z.py": '"""Theirs."""', "x.py": ""})
    found = course.load([mine, theirs, built_in])
    assert outline(found) == [
        (1, "One", "c"),
        (1, "One", "a"),
        (2, "More", "b"),
        (3, "My own", "z"),
        (4, "mine", "y"),
        (5, "theirs", "x"),
    ]
    assert [scenario.path.parent.name for scenario in found.scenarios] == [
        "course", "mine", "course", "mine", "mine", "theirs",
    ]  # fmt: skip
    assert found.problems == ()


def test_what_cannot_be_read_leaves_its_place_to_the_next(write: Write) -> None:
    built_in, mine = write("course", {"a.py": ""}), write("mine", {"a.py": b"\xff", "b/x.py": b"\xff"})
    found = course.load([mine, built_in])
    assert [scenario.path for scenario in found.scenarios] == [built_in / "a.py"]
    assert found.problems == (
        Problem(mine / "a.py", "line 1: not UTF-8 (byte 0xff)"),
        Problem(mine / "b/x.py", "line 1: not UTF-8 (byte 0xff)"),
    )


def test_an_alias_means_one_scenario(write: Write) -> None:
    def alias(*names: str) -> str:
        return block(f"tool.asyncdemo.aliases = {list(names)}")

    root = write("course", {"a.py": alias("x", "y"), "b.py": alias("x", "z", "a"), "c.py": alias("c")})
    found = course.load([root])
    assert [scenario.aliases for scenario in found.scenarios] == [("x", "y"), ("z",), ()]
    assert found.problems == (
        Problem(root / "b.py", "alias x already means a"),
        Problem(root / "b.py", "alias a already means a"),
        Problem(root / "c.py", "alias c already means c"),
    )


CHAPTER = "each [[chapter]] must have a title (a string) and scenarios (a list of strings)"


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (b"[[chapter]]\ntitle = \n", "line 2: not valid TOML: Invalid value"),
        (b"[[chapter", "not valid TOML: Expected ']]' at the end of an array declaration"),
        (b"ok = 1\n\xe9", "line 2: not UTF-8 (byte 0xe9)"),
        (b"chapter = 1", CHAPTER),
        (b"[[chapter]]\nscenarios = ['a']", CHAPTER),
        (b"[[chapter]]\ntitle = 1\nscenarios = ['a']", CHAPTER),
        (b"[[chapter]]\ntitle = ''\nscenarios = 'a'", CHAPTER),
        (b"variants = 1", "[variants] must have a list of strings for each scenario"),
        (b"[variants]\na = [1]", "[variants] must have a list of strings for each scenario"),
    ],
)
def test_bad_contents_leave_the_alphabet(write: Write, contents: bytes, reason: str) -> None:
    root = write("course", {"b.py": "", "a.py": "", "contents.toml": contents})
    found = course.load([root])
    assert outline(found) == [(1, "More", "a"), (1, "More", "b")]
    assert found.problems == (Problem(root / "contents.toml", reason),)


def test_contents_that_name_what_is_not_there(write: Write) -> None:
    contents = '[[chapter]]\ntitle="1"\nscenarios=["gone\\u001b", "a"]\n[[chapter]]\ntitle="2"\nscenarios=["A"]'
    root = write("course", {"a.py": "", "contents.toml": contents})
    found = course.load([root])
    assert outline(found) == [(1, "1", "a")]
    assert found.problems == (
        Problem(root / "contents.toml", r"names 'gone\x1b', but there is no such scenario"),
        Problem(root / "contents.toml", "names a twice"),
    )


def test_folders(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = write("a", {}), write("b", {})
    environ = {"ASYNCDEMO_SCENARIOS": f"{b}::/no/such:{a}"}
    assert course.folders([], {}) == [course.built_in()]
    assert course.folders([str(a), str(a)], environ) == [a, b, Path("/no/such"), course.built_in()]
    monkeypatch.chdir(a.parent)
    assert course.folders(["b"], {}) == [b, course.built_in()]


def test_a_missing_folder_is_wrong_on_the_command_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        course.folders(["no\x1b[2Jsuch"], {})
    assert str(raised.value) == r"--scenarios 'no\x1b[2Jsuch': no such folder; give one that holds scenario files"


def test_a_missing_folder_of_the_environment_is_a_problem(write: Write, tmp_path: Path) -> None:
    found = course.load([tmp_path / "gone", write("course", {"a.py": "", "file": ""}) / "file", tmp_path / "course"])
    assert outline(found) == [(1, "More", "a")]
    assert found.problems == (
        Problem(tmp_path / "gone", "no such folder: check --scenarios and ASYNCDEMO_SCENARIOS"),
        Problem(tmp_path / "course/file", "cannot be read: Not a directory"),
    )


def test_the_built_in_course_is_beside_the_package() -> None:
    assert course.built_in().name == "scenarios"
    assert course.built_in().parent in (Path(course.__file__).parents[2], Path(course.__file__).parents[1])
