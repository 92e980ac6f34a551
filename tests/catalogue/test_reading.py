"""From text to Script: nothing runs, and what is wrong is said with its line."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.catalogue import script_source, script_tree
from asyncdemo.catalogue.scenario import script_from_text
from asyncdemo.catalogue.script_tree import Value
from asyncdemo.errors import Unreadable

from .conftest import block

HERE = Path("x.py")


def test_a_script_is_what_its_text_says() -> None:
    source = block('requires-python = ">=3.8"') + (
        '"""Call it.\n\n    What to notice:\n\n      much.\n    """\nTASKS = 10\nraise SystemExit("ran!")\n'
    )
    script = script_from_text(source, HERE, "async")
    assert (script.variant, script.path, script.source) == ("async", HERE, source)
    assert (script.summary, script.notes) == ("Call it.", "What to notice:\n\n  much.")
    assert (script.parameters, script.requires_python, script.exit) == ({"TASKS": 10}, ">=3.8", 0)
    assert (script.unavailable, script.syntax_error) == (None, None)


@pytest.mark.parametrize(
    ("source", "docstring"),
    [
        ("", ""),
        ("x = 1\n'''no'''", ""),
        ('"""one"""', "one"),
        ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n\f\n'''one\ntwo'''  # why\n", "one\ntwo"),
        ("'one'; x = 1", "one"),
        ('r"""a\\d"""\n', "a\\d"),
        ('"""a\\n\\"""b"""\n', 'a\n"""b'),
        ('("one"\n "two")\n', "onetwo"),
        ('"one" "two"\n', "onetwo"),
        ('"""a""".strip()\n"""b"""\n', ""),
        ('f"""a"""\n', ""),
        ('b"a"\n', ""),
        ('"""a', ""),
        ('"""""""""\n"""', "\n"),
        ('"\\x"\n', ""),
        ('"""one"""\r\nx = 1\r\n', "one"),
        ('"""one"""\nthis is from the future\n', "one"),
    ],
)
def test_docstring(source: str, docstring: str) -> None:
    assert script_source.docstring(source) == docstring


@given(st.lists(st.sampled_from(['"""', "'''", "'", '"', "a", "\n", "\\", "#", " ", ";", "r", "(", ")", "+", "\f"])))
def test_the_docstring_is_python_s(pieces: list[str]) -> None:
    source = "".join(pieces)
    try:
        expected = ast.get_docstring(script_tree.parsed(source), clean=False) or ""
    except Unreadable:
        return
    assert script_source.docstring(source) == expected


@pytest.mark.parametrize(
    ("source", "parameters"),
    [
        (
            "TASKS = 10\nDELAY: float = 0.05\nNAME = 'a'\nON = True\n",
            {"TASKS": 10, "DELAY": 0.05, "NAME": "a", "ON": True},
        ),
        ("SIZES = [1, -10]\nPAIR = (1, 'a')\n", {"SIZES": [1, -10], "PAIR": (1, "a")}),
        ("tasks = 1\nTask = 1\n_TASKS = 1\nA = B = 1\nC, D = 1, 2\nX.Y = 1\nÄ = 1\nE: int\n", {}),
        ("A = None\nB = b''\nC = {}\nD = {1}\nE = 1j\nF = 1e999\nG = 2 ** 64\nH = f()\nI = [None]\n", {}),
        ("A = 1\nA = 2\nB = 3\n", {"B": 3}),
        ("A = 1\nif A:\n    B = 2\n", {"A": 1}),
        ("no python", {}),
    ],
)
def test_parameters_are_top_level_literals(source: str, parameters: dict[str, Value]) -> None:
    assert script_from_text(source, HERE).parameters == parameters


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("x = 1\n", None),
        ("x = 1\ny = (\n", "line 2: not valid Python: '(' was never closed"),
        ("x = '\\d'\n", None),
        (block('requires-python = ">=3.99"') + "from the future\n", None),
        (block('requires-python = ">=3.8"') + "no python\n", "line 4: not valid Python: invalid syntax"),
        ("(" * 100_000, "line 1: not valid Python: too many nested parentheses"),
    ],
)
def test_syntax_errors(source: str, error: str | None, recwarn: pytest.WarningsRecorder) -> None:
    assert script_from_text(source, HERE).syntax_error == error
    assert not recwarn.list


def test_what_python_has_no_room_for() -> None:
    assert re.fullmatch(r"not valid Python: \w.*", script_from_text("-" * 100_000 + "1", HERE).syntax_error or "")


@given(st.text() | st.text(alphabet="()[]{}-~+1a\n\t\0'\"\\"))
def test_any_text_can_be_a_script(text: str) -> None:
    script = script_from_text(text, HERE)
    assert isinstance(script.summary + script.notes + str(script.parameters) + str(script.syntax_error), str)


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"a\r\n", "a\r\n", "utf-8"),
        ("\ufeffé".encode(), "é", "utf-8-sig"),
        ("# coding: latin-1\né".encode("latin-1"), "# coding: latin-1\né", "iso-8859-1"),
        ("#!x\n# vim: fileencoding=cp1252 :\n€".encode("cp1252"), "#!x\n# vim: fileencoding=cp1252 :\n€", "cp1252"),
    ],
)
def test_encodings(data: bytes, text: str, encoding: str) -> None:
    assert script_source.decoded(data) == (text, encoding)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"ok\nok\n\xe9", "line 3: not UTF-8 (byte 0xe9)"),
        (b"\xff\n", "line 1: not UTF-8 (byte 0xff)"),
        (b"# coding: klingon\n", "unknown encoding: klingon"),
        (b"# coding: rot13\n", "not rot13, which it says it is"),
        (b"# coding: ascii\n\n\n\xe9", "not ascii, which it says it is"),
    ],
)
def test_bad_encodings(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as raised:
        script_source.decoded(data)
    assert str(raised.value) == reason


@given(st.binary() | st.from_regex(rb"# coding: [a-z0-9_-]{1,12}\n", fullmatch=True))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        script_source.decoded(data)
    except Unreadable as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "summary", "notes"),
    [
        ("# Four ways\n\nNotes.\n\nMore.\n", "Four ways", "Notes.\n\nMore."),
        ("\ufeff\n## C#\r\nNotes\r\n", "C#", "Notes"),
        ("", "", ""),
    ],
)
def test_readme(tmp_path: Path, text: str, summary: str, notes: str) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(text.encode())
    assert script_source.read_readme(path) == (summary, notes)
