"""Which Python and which packages a script asks for, and what the tool says about it."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.catalogue.availability import lacking, package_names, satisfies, unavailable, unmet_python

HERE = ".".join(map(str, sys.version_info[:3]))


@pytest.mark.parametrize(
    ("specifiers", "met"),
    [
        ("", True),
        (">=3.11", True),
        (">= 3.11.7", True),
        (">=3.11.8", False),
        (">3.11", True),
        (">3.11.7", False),
        ("<3.12", True),
        ("<3.11.7", False),
        ("<=3.11", False),
        ("<=3.11.7", True),
        ("==3.11", False),
        ("==3.11.*", True),
        ("==3.11.7.0", True),
        ("!=3.11.*", False),
        ("!=3.11.6", True),
        ("~=3.9", True),
        ("~=3.11.2", True),
        ("~=3.10.2", False),
        ("~=4.0", False),
        (">=3.9,<3.12", True),
        (">=3.9, !=3.11.7,", False),
        ("3.11", None),
        ("~=3", None),
        (">=3.*", None),
        (">=3.12b1", False),
        (">=3.11.7b1", True),
        ("===3.11.7", True),
        (">=3.9;<4", None),
    ],
)
def test_comparisons_mean_what_the_specification_says(specifiers: str, met: bool | None) -> None:
    assert satisfies((3, 11, 7), specifiers) is met


@given(st.text(alphabet="~=!<>.*, 0123456789ab"))
def test_any_text_is_a_comparison_or_is_not_understood(specifiers: str) -> None:
    assert satisfies((3, 11, 7), specifiers) in (True, False, None)


def test_numbers_of_any_length() -> None:
    assert satisfies((3, 11, 7), ">=" + "9" * 5000) in (False, None)


@pytest.mark.parametrize(
    ("requires", "reason"),
    [
        (None, None),
        (">=3.9", None),
        (">=3.12", "needs Python 3.12 or newer (this is 3.11.7)"),
        (">=3.9,<3.11", "needs Python >=3.9,<3.11 (this is 3.11.7)"),
        ("3.12\x1b[2J", r"requires-python '3.12\x1b[2J' is not understood: write it like '>=3.9'"),
    ],
)
def test_the_reason_names_what_is_needed(requires: str | None, reason: str | None) -> None:
    assert unmet_python(requires, (3, 11, 7)) == reason


@pytest.mark.parametrize(
    ("dependencies", "reason"),
    [
        ((), None),
        (("pytest",), None),
        (("pytest>=1.0,<9999",), None),
        (("Hypothesis[cli] >= 1",), None),
        (("pytest>=9999",), "needs pytest>=9999: pip install 'pytest>=9999'"),
        (("no-such-package",), "needs no-such-package: pip install no-such-package"),
        (("no-such", "nor-this[x]>1"), "needs no-such, nor-this[x]>1: pip install no-such 'nor-this[x]>1'"),
        (("no-such; sys_platform == 'win32'",), None),
        (
            ("no-such; python_version >= '3'",),
            "needs no-such; python_version >= '3': pip install 'no-such; python_version >= \"3\"'",
        ),
        (
            ("no-such @ https://example.org/x.whl",),
            "needs no-such @ https://example.org/x.whl: pip install 'no-such @ https://example.org/x.whl'",
        ),
        # Not understood: the script itself will miss it, if anybody does.
        (("no-such\x1b[2J",), None),
        (("no-such[\x1b]",), None),
    ],
)
def test_dependencies(dependencies: tuple[str, ...], reason: str | None) -> None:
    assert unavailable(None, dependencies) == reason


def test_a_module_is_found_by_the_package_s_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made_up_name.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert unavailable(None, ("Made.up-Name",)) is None


def test_trio_comes_with_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "modules", {name: sys.modules[name] for name in sys.modules if name != "trio"})
    unavailable.cache_clear()
    try:
        assert unavailable(None, ("trio",)) == "needs trio: pip install 'asyncdemo[trio]'"
    finally:
        unavailable.cache_clear()


def test_python_comes_before_packages() -> None:
    assert unavailable("<3", ("no-such",)) == f"needs Python <3 (this is {HERE})"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("there", ""),
        ("There>=2,<3", ""),
        ("there[extra]>=3", "there[extra]>=3 (2.1 is there)"),
        ("not-there", "not-there"),
        ("not-there; python_version < '3.9'", "not-there; python_version < '3.9'"),
        ("not-there; python_version >= '3.9'", ""),
        ("not understood", ""),
    ],
)
def test_what_another_interpreter_lacks(wanted: str, said: str) -> None:
    versions = {"there": "2.1", "There": "2.1", "not-there": None}
    assert set(package_names((wanted,))) <= set(versions)
    assert lacking((wanted,), versions, {"python_version": "3.8"}) == said
