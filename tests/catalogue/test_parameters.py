"""`--set`: what is taken, what is refused, and what becomes of the source."""

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.catalogue import script_tree
from asyncdemo.catalogue.script_tree import Value
from asyncdemo.catalogue.staging import parse_settings, replace, replace_bytes
from asyncdemo.errors import Unreadable, UsageError

DEFAULTS: dict[str, Value] = {"TASKS": 10, "DELAY": 0.05, "NAME": "a b", "ON": True, "SIZES": [1, 2], "PAIR": (1, 2)}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TASKS=100", 100),
        (" TASKS = -1_000 ", -1000),
        ("TASKS=0x10", 16),
        ("TASKS=1=2", None),
        ("TASKS=1.0", None),
        ("TASKS=True", None),
        ("TASKS=", None),
        ("TASKS=10**9", None),
        ("TASKS=1\n2", None),
        ("TASKS=9223372036854775808", None),
        ("TASKS=" + "9" * 5000, None),
        ("TASKS=0x" + "f" * 5000, None),
        ("TASKS=__import__('os')", None),
        ("TASKS=" + "(" * 1000, None),
        ("DELAY=0.1", 0.1),
        ("DELAY=1", 1.0),
        ("DELAY=1e400", None),
        ("DELAY=inf", None),
        ("DELAY=nan", None),
        ("DELAY=True", None),
        ("NAME=x", "x"),
        ("NAME=", ""),
        ("NAME='x y'", "x y"),
        ("NAME=10", "10"),
        ("NAME=it's", "it's"),
        ("NAME=a=b", "a=b"),
        ("ON=False", False),
        ("ON=0", None),
        ("ON=false", None),
        ("SIZES=[1, 10]", [1, 10]),
        ("SIZES=1,10", None),
        ("SIZES=[None]", None),
        ("PAIR=1,10", (1, 10)),
    ],
)
def test_values_are_of_the_default_s_kind(setting: str, value: Value | None) -> None:
    name = setting.partition("=")[0].strip()
    if value is None:
        with pytest.raises(UsageError, match="must be "):
            parse_settings([setting], DEFAULTS, "x")
    else:
        (found,) = parse_settings([setting], DEFAULTS, "x").values()
        assert (found, type(found)) == (value, type(value))
        assert name in DEFAULTS


def test_the_last_of_a_name_counts() -> None:
    assert parse_settings(["TASKS=1", "DELAY=1", "TASKS=2"], DEFAULTS, "x") == {"TASKS": 2, "DELAY": 1.0}


@pytest.mark.parametrize(
    ("setting", "defaults", "message"),
    [
        ("TASKS", {"TASKS": 10}, "--set TASKS: write NAME=VALUE, for example --set TASKS=10"),
        ("\x1b", {}, r"--set '\x1b': write NAME=VALUE, for example --set TASKS=10"),
        ("TASKS=ten", {"TASKS": 10}, "--set TASKS=ten: must be a whole number (64 bits at most), like TASKS=10"),
        ("D=\x1b", {"D": 0.5}, r"--set 'D=\x1b': must be a finite number, like D=0.5"),
        ("ON=1", {"ON": True}, "--set ON=1: must be True or False, like ON=True"),
        ("A=1", {"A": (1, 2)}, "--set A=1: must be a tuple, like A=(1, 2)"),
        ("N=1", {"A": 1}, "--set N=1: waits:sync has no parameter N; it has A=1"),
        ("N=1", {"A": 1, "B": "\x1b"}, r"--set N=1: waits:sync has no parameter N; it has A=1 and B='\x1b'"),
        ("N=1", {}, "--set N=1: waits:sync has no parameters (lines like TASKS = 10 at the top level of the script)"),
    ],
)
def test_messages(setting: str, defaults: dict[str, Value], message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_settings([setting], defaults, "waits:sync")
    assert str(raised.value) == message


@given(st.text(), st.sampled_from(sorted(DEFAULTS)))
def test_any_text_is_a_value_or_refused(text: str, name: str) -> None:
    try:
        value = parse_settings([f"{name}={text}"], DEFAULTS, "x")[name]
    except UsageError as error:
        assert str(error).isprintable()
    else:
        assert type(value) is type(DEFAULTS[name])


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("TASKS = 10  # ten\n", {"TASKS": 100}, "TASKS = 100  # ten\n"),
        ("TASKS=10;B=2", {"B": -1, "TASKS": 0}, "TASKS=0;B=-1"),
        ("A: int = -10\r\nB = 1\r\n", {"A": 5}, "A: int = 5\r\nB = 1\r\n"),
        ("'é€😀'; A = 'ü'; B = 2\n", {"A": "é"}, "'é€😀'; A = 'é'; B = 2\n"),
        ("A = [\n  1,  # é\n  2,\n]  # why\nB = 1\n", {"A": [3]}, "A = ([3]\n\n\n)  # why\nB = 1\n"),
        ("A = (\r\n  'a'\r\n  'b'\r\n)\r\n", {"A": "c"}, "A = (\r\n  ('c'\r\n)\r\n)\r\n"),
        ('A = """a\nb"""; B = 1\n', {"A": "c\nd"}, "A = ('c\\nd'\n); B = 1\n"),
        ("'\f\x1c\u2028'\nA = 1\n", {"A": 2}, "'\f\x1c\u2028'\nA = 2\n"),
        ("x = 1\rA = 1\r", {"A": 2}, "x = 1\rA = 2\r"),
        ("\fA = 1\n", {"A": 2}, "\fA = 2\n"),
        ("A = \\\n  1\n", {"A": 2}, "A = \\\n  2\n"),
        ("no python", {}, "no python"),
    ],
)
def test_only_the_literal_changes(source: str, values: dict[str, Value], expected: str) -> None:
    assert replace(source, values) == expected


def test_what_cannot_be_replaced() -> None:
    with pytest.raises(KeyError):
        replace("A = 1", {"B": 1})
    with pytest.raises(Unreadable):
        replace("no python", {"A": 1})


LITERALS = st.sampled_from(
    ["1", "-1.5", "'é'", '"""a\n€"""', "(1,\n 2)", "[\n'😀',\n]", "('a'\n 'b')", "True", "r'\\d'", "-\\\n1"]
)
STATEMENTS = st.sampled_from(
    ["{} = {}", "{}: object = {}", "'é€😀'; {} = {}", "{} = {}; x = 'é'", "{} = {}  # é", "{} = ( {} )", "{}={}"]
)
SCALARS = (
    st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.text()
)
VALUES = SCALARS | st.lists(SCALARS) | st.lists(SCALARS).map(tuple)
NAMES = ("A", "B2", "LONG_NAME")


def without_literals(source: str) -> list[str]:
    """Give the lines without the literals, and without the brackets that keep a shorter one on its lines."""
    lines = source.encode().split(b"\n")
    for literal in script_tree.literals(ast.parse(source)).values():
        first, last = literal.lineno - 1, (literal.end_lineno or 0) - 1
        head, tail = lines[first][: literal.col_offset], lines[last][literal.end_col_offset :]
        lines[first : last + 1] = [head, *[b""] * (last - first - 1), tail] if last > first else [head + tail]
    return [line.decode().translate({ord(char): None for char in "()\r "}) for line in lines]


@given(
    st.lists(st.tuples(STATEMENTS, LITERALS), min_size=3, max_size=3),
    st.dictionaries(st.sampled_from(NAMES), VALUES),
    st.sampled_from(["\n", "\r\n"]),
)
def test_replacing_round_trips(lines: list[tuple[str, str]], values: dict[str, Value], line_end: str) -> None:
    statements = [statement.format(name, literal) for name, (statement, literal) in zip(NAMES, lines, strict=True)]
    source = "\n".join([*statements, "end = 1"]).replace("\n", line_end)
    replaced = replace(source, values)
    before, after = ast.parse(source), ast.parse(replaced)
    found = script_tree.parameters(replaced)
    assert found == script_tree.parameters(source) | values
    assert [node.lineno for node in after.body] == [node.lineno for node in before.body]
    assert re.findall(r"\r?\n", replaced) == re.findall(r"\r?\n", source)
    assert without_literals(replaced) == without_literals(source)


@pytest.mark.parametrize(
    ("data", "value", "expected"),
    [
        (b"A = 'a'\r\n", "é", "A = 'é'\r\n".encode()),
        ("\ufeffA = 'é'\n".encode(), "ü", "\ufeffA = 'ü'\n".encode()),
        (
            "# coding: latin-1\n'é'; A = 'a'\n".encode("latin-1"),
            "ü€",
            b"# coding: latin-1\n'\xe9'; A = '\xfc\\u20ac'\n",
        ),
        (b"A = 'a'", "\udcff", b"A = '\\udcff'"),
    ],
)
def test_the_encoding_stays(data: bytes, value: str, expected: bytes) -> None:
    replaced = replace_bytes(data, {"A": value})
    assert replaced == expected
    names: dict[str, object] = {}
    exec(compile(replaced, "x", "exec"), names)
    assert names["A"] == value
