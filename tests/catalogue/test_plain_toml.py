"""Plain TOML means what the standard library's parser says, and whatever is not plain is left to that."""

import random
import tomllib

import pytest

from asyncdemo.catalogue.course import built_in
from asyncdemo.catalogue.script_source import blocks, plain_toml

COURSE = [(built_in() / "contents.toml").read_text()] + [
    text for file in sorted(built_in().rglob("*.py")) for _, _, text in blocks(file.read_text())
]
PIECES = [
    *(
        "a = 1\n",
        'a = "x"\n',
        'b = ["y", "z"]\n',
        'c = [\n  "q", # no ]\n]\n',
        'd = "a\\n\\"b"\n',
        "e = -7\n",
        "f = true\n",
    ),
    *("[t]\n", "[t.u]\n", "[[l]]\n", "[l]\n", "[a]\n", "[[a]]\n", "k = []\n", "[[k]]\n", "# c\n", "\n", "\t", "\r\n"),
    *("a.b = 1\n", "g = 00\n", 'h = """x"""\n', "i = 1_0\n", " ", '"', "\\", "[", "]", ",", "=", "\x00", "\x7f"),
]


def meaning(text: str) -> object:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return error


@pytest.mark.parametrize("text", COURSE)
def test_the_course_is_plain(text: str) -> None:
    assert plain_toml(text) == tomllib.loads(text)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_plain_means_the_same(seed: int) -> None:
    order = random.Random(seed)
    plain = 0
    for _ in range(1000):
        text = "".join(order.choice(PIECES) for _ in range(order.randrange(1, 7)))
        found = plain_toml(text)
        plain += found is not None
        assert found is None or found == meaning(text), text
    assert plain > 100


@pytest.mark.parametrize("seed", range(10))
def test_a_slip_in_the_course_is_seen(seed: int) -> None:
    order = random.Random(seed)
    for _ in range(500):
        text = order.choice(COURSE)
        place = order.randrange(len(text))
        slip = text[:place] + order.choice(["", *'"\\\n[]a=#, 0']) + text[place + 1 :]
        found = plain_toml(slip)
        assert found is None or found == meaning(slip), slip


@pytest.mark.parametrize("text", ["a = 1.5\n", "a = 2024-01-01\n", "a = {b = 1}\n", "a = 'x'\n", 'a = "\\u0041"\n'])
def test_the_rest_is_left_to_the_parser(text: str) -> None:
    assert plain_toml(text) is None
