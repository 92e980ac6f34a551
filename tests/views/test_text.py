"""Foreign text made harmless, wrapped and measured."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from asyncdemo.views.terminal.text import cells, cut, harmless, wrapped

TEXT = st.text(max_size=300)
JOINER = "\N{ZERO WIDTH JOINER}"
FAMILY = f"\N{MAN}{JOINER}\N{WOMAN}{JOINER}\N{GIRL}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("", ""),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x1b[2J\x9b31m", r"\x1b[2J\x9b31m"),
        ("a\x00b\x7f", r"a\x00b\x7f"),
        ("a\tb", "a       b"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("\u200bzero\ufeff", r"\u200bzero\ufeff"),
        ("line\u2028end\u2029", r"line\u2028end\u2029"),
        ("\udcff", r"\udcff"),
        ("\U000e0001\U000f0000", r"\U000e0001\U000f0000"),
        ("[red]x[/] [link=http://a]b[/link]", "[red]x[/] [link=http://a]b[/link]"),
        ("e\u0301 ñ 日本 \xa0", "e\u0301 ñ 日本 \xa0"),
        (FAMILY, FAMILY),
        (f"\u2764\ufe0f{JOINER}\U0001f525", f"\u2764\ufe0f{JOINER}\U0001f525"),
        (f"a{JOINER}b{JOINER}", r"a\u200db\u200d"),
        (f"{JOINER}\N{MAN}{JOINER}", "\\u200d\N{MAN}\\u200d"),
    ],
)
def test_harmless(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(TEXT)
@example("\x1b[31m\x9b\u202e\udc80\U0010ffff")
def test_nothing_gets_through_that_a_terminal_might_obey(text: str) -> None:
    shown = harmless(text).replace(FAMILY, "")
    bad = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert [character for character in shown if unicodedata.category(character) in bad] == []


@given(TEXT)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)


@given(st.lists(st.sampled_from(["a", "é", " ", JOINER, "\N{MAN}", "\u2764", "\ufe0f"])).map("".join))
def test_each_joiner_stands_between_parts_of_an_emoji(text: str) -> None:
    around = harmless(text).split(JOINER)
    assert all(part and part[0] in "\N{MAN}\u2764\ufe0f" for part in around[1:])
    assert all(part and part[-1] in "\N{MAN}\u2764\ufe0f" for part in around[:-1])


@given(TEXT, st.integers(2, 100))
@example("wort " * 40, 11)
@example("日本" * 40, 3)
@example("\u2764\ufe0f" * 40, 5)
def test_wrapping_loses_nothing_and_stays_within_the_width(text: str, width: int) -> None:
    rows = list(wrapped(harmless(text), width))
    assert "".join(rows) == harmless(text)
    assert all(cells(row) <= width and cell_len(row) <= width for row in rows)
    assert all(rows) or rows == [""]


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("one two three", 20, ["one two three"]),
        ("one two three", 9, ["one two ", "three"]),
        ("one twothree", 9, ["one twoth", "ree"]),  # the space is not near the end
        ("it took about 0.2 s or so", 18, ["it took about ", "0.2 s or so"]),  # a number and its unit stay together
        ("it took about 0.2 so", 18, ["it took about 0.2 ", "so"]),
        ("ittook0.2 s", 10, ["ittook0.2 ", "s"]),  # unless there is no other place
        ("a" * 10, 4, ["aaaa", "aaaa", "aa"]),
        ("日本語", 3, ["日", "本", "語"]),
        ("日", 1, ["日"]),
        ("a\u2764\ufe0f", 2, ["a", "\u2764\ufe0f"]),
        ("e\u0301e\u0301", 1, ["e\u0301", "e\u0301"]),
    ],
)
def test_wrapped(text: str, width: int, rows: list[str]) -> None:
    assert list(wrapped(text, width)) == rows


@given(TEXT, st.integers(0, 100), st.sampled_from(["…", "..."]))
@example("日本語", 2, "…")
@example("日本語", 1, "...")
def test_cut_never_exceeds(text: str, width: int, mark: str) -> None:
    short = cut(harmless(text), width, mark)
    assert cells(short) <= width
    assert short == harmless(text) or short.endswith(mark[:width])


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("onetwothree", 8, "onetwot…"),
        ("one two three", 1, "…"),
        ("one two three", 0, ""),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
    ],
)
def test_cut(text: str, width: int, short: str) -> None:
    assert cut(text, width, "…") == short


def test_a_line_of_a_megabyte_is_wrapped() -> None:
    for line in ("x" * 1_000_000, "日本\x1b" * 100_000):
        assert sum(map(len, wrapped(harmless(line), 69))) == len(harmless(line))
