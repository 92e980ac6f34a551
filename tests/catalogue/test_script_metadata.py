"""The metadata block: PEP 723, and what asyncdemo reads in it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.catalogue import script_source
from asyncdemo.errors import Unreadable

from .conftest import block

# The reference regular expression, as PEP 723 has it.
REFERENCE = r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$"

LINES = ["# /// script", "# /// other", "# ///", "#", "# a = 1", "#a", "", "x = 1", "# /// script ", "# [", "#\t"]
FRAGMENTS = [*LINES, "# [tool.asyncdemo]", "# aliases = ['a']", "# exit = 'a'", "# [[tool]]", "# '''", "# a.b = {"]


def test_every_field() -> None:
    source = "x = 1\n" + block(
        """
        requires-python = ">=3.9"
        dependencies = ["anyio", "trio"]

        [tool.other]
        anything = 1

        [tool.asyncdemo]
        aliases = ["Un_awaited"]
        findings = ["never-awaited"]
        choices = ["1 2", "2 1"]
        time = ["under 0.5 s", "under 0.5 of sync"]
        question = "What comes first?"
        exit = 1
        watched = false
        """
    )
    assert script_source.fields(source) == {
        "requires_python": ">=3.9",
        "dependencies": ("anyio", "trio"),
        "aliases": ("un-awaited",),
        "findings": ("never-awaited",),
        "choices": ("1 2", "2 1"),
        "time": ("under 0.5 s", "under 0.5 of sync"),
        "question": "What comes first?",
        "exit": 1,
        "watched": False,
    }


@pytest.mark.parametrize("source", ["", "# /// script\n", "# /// script\n# ///\n", "# /// other\n# a\n# ///\n"])
def test_no_block(source: str) -> None:
    assert script_source.fields(source) == {}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (block("exit = 1\nnonsense"), "line 3: not valid TOML: Expected '=' after a key in a key/value pair"),
        ("\n" + block("a = '''"), "line 2: not valid TOML: Expected \"'''\""),
        (block("a=1") + "\n" + block("a=1"), "line 5: a second script block; only one is allowed"),
        (block("requires-python = 3"), "line 1: script block: requires-python must be a string"),
        (block("dependencies = 'anyio'"), "line 1: script block: dependencies must be a list of strings"),
        (block("tool = 1"), "line 1: script block: tool must be a table"),
        (block("tool.asyncdemo = []"), "line 1: script block: asyncdemo must be a table"),
        (block("tool.asyncdemo.aliases = 'a'"), "line 1: script block: aliases must be a list of strings"),
        (block("tool.asyncdemo.findings = [1]"), "line 1: script block: findings must be a list of strings"),
        (block("tool.asyncdemo.exit = true"), "line 1: script block: exit must be a whole number"),
        (block("tool.asyncdemo.question = 1"), "line 1: script block: question must be a string"),
        (
            block('tool.asyncdemo.aliases = ["a\\u001b b"]'),
            r"line 1: script block: alias 'a\x1b b' is not a name (letters a to z, digits, -)",
        ),
        (
            block("tool.asyncdemo.alias = ['a']"),
            "line 1: script block: unknown key 'alias' in [tool.asyncdemo]; "
            "it may have aliases, findings, choices, time, exit, question, watched",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(source: str, message: str) -> None:
    with pytest.raises(Unreadable) as raised:
        script_source.fields(source)
    assert str(raised.value) == message


@pytest.mark.parametrize("value", ["[" * 5000, "9" * 5000])
def test_toml_that_python_itself_cannot_hold(value: str) -> None:
    with pytest.raises(Unreadable, match=r"^line 1: not valid TOML: \w"):
        script_source.fields(block(f"a = {value}"))


@given(st.lists(st.sampled_from(LINES)), st.sampled_from(["", "\n"]))
def test_blocks_are_those_of_the_reference_expression(lines: list[str], end: str) -> None:
    source = "\n".join(lines) + end
    expected = [
        (
            match["type"],
            source.count("\n", 0, match.start()) + 1,
            "".join(
                line[2:] if line.startswith("# ") else line[1:] for line in match["content"].splitlines(keepends=True)
            ),
        )
        for match in re.finditer(REFERENCE, source)
    ]
    assert list(script_source.blocks(source)) == expected


ANY_BLOCK = st.lists(st.sampled_from(FRAGMENTS[3:]) | st.text().map("# {}".format)).map("\n".join)


@given(ANY_BLOCK.map("# /// script\n{}\n# ///\n".format) | st.lists(st.sampled_from(FRAGMENTS)).map("\n".join))
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        script_source.fields(source)
    except Unreadable as error:
        assert str(error).startswith("line ")


def test_windows_line_ends_do_not_hide_a_block() -> None:
    assert script_source.fields(block("requires-python = '>=3'").replace("\n", "\r\n"))["requires_python"] == ">=3"


def test_starts_without_ends_take_no_time() -> None:
    # The reference expression takes minutes for this file.
    assert script_source.fields("# /// script\n" * 80_000) == {}


def test_what_measures_itself_is_not_watched() -> None:
    source = "# /// script\n# [tool.asyncdemo]\n# watched = {}\n# ///\n"
    fields = script_source.fields
    assert fields(source.format("false"))["watched"] is False
    assert fields(source.replace("# watched = {}\n", ""))["watched"] is True
    with pytest.raises(Unreadable, match="watched must be true or false"):
        fields(source.format("0"))
