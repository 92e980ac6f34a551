"""Widths, glyphs and colours."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.views.terminal.page import ASCII, GLYPHS, STYLES, Page
from tests.views.fabricated import Screen, Text, page


@pytest.mark.parametrize(
    ("columns", "width"),
    [
        ("60", 60),
        ("200", 200),
        ("0", 80),
        ("-5", 80),
        ("", 80),
        ("garbage", 80),
        ("8e1", 80),
        ("٨٠", 80),
        ("5", 40),
        ("1000000", 400),
        ("9" * 5000, 400),
    ],
)
def test_width(columns: str, width: int) -> None:
    assert Page(Text(), {"COLUMNS": columns}).width == width


def test_width_without_columns() -> None:
    assert Page(Text(), {}).width == 80


@pytest.mark.parametrize(
    ("terminal", "environ", "coloured"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": "0"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "0"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ],
)
def test_colours(terminal: bool, environ: Mapping[str, str], coloured: bool) -> None:
    assert Page(Text(terminal=terminal), environ).coloured == coloured


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "cp1252", "iso8859-15"])
def test_ascii_where_the_encoding_lacks_a_glyph(encoding: str) -> None:
    shown = page(Text(encoding))
    assert shown.ascii
    assert shown.glyphs == ASCII


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8", "utf-16", "gb18030"])
def test_glyphs_where_the_encoding_has_them(encoding: str) -> None:
    assert page(Text(encoding)).glyphs == GLYPHS


def test_ascii_on_request_concerns_lines_and_bars_only() -> None:
    asked = page(Text(), ascii_only=True)
    assert asked.glyphs == ASCII
    assert asked.shown("grün") == "grün"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("ascii", r"gr\xfcn \u2713 \U0001f389"), ("latin-1", r"grün \u2713 \U0001f389"), ("utf-8", "grün ✓ 🎉")],
)
def test_what_cannot_be_encoded_is_escaped(encoding: str, shown: str) -> None:
    assert page(Text(encoding)).shown("grün ✓ 🎉") == shown


@given(st.text(), st.sampled_from(["ascii", "latin-1", "cp1252", "koi8-r", "shift_jis", "utf-8"]))
def test_every_text_can_be_encoded(text: str, encoding: str) -> None:
    where = page(Text(encoding))
    assert where.shown(text).encode(encoding) or not text
    assert where.shown(where.shown(text)) == where.shown(text)


def test_all_glyphs_have_a_stand_in() -> None:
    assert GLYPHS.keys() == ASCII.keys()
    assert all(text.isascii() for text in ASCII.values())


def test_a_row_has_no_blanks_at_its_end() -> None:
    where = page(text := Text())
    where.row("a ", ("  ", "title"), " ", "")
    where.row("", "")
    where.row()
    assert text.getvalue() == "a\n\n\n"


def test_a_row_is_text_and_never_markup_or_code() -> None:
    where = page(text := Text(), FORCE_COLOR="1")
    where.row("[red]x[/] ", ("\x1b[31my\n", "title"), ("z", "plain"))
    assert text.getvalue() == "[red]x[/] \x1b[1m\\x1b[31my\\x0a\x1b[0mz\n"


def test_neighbours_of_one_style_share_its_codes() -> None:
    where = page(text := Text(), FORCE_COLOR="1")
    where.row(("a", "bad"), ("b", "bad"), ("  ", "dim"), "c")
    assert text.getvalue() == f"\x1b[{STYLES['bad']}mab\x1b[0m  c\n"


@pytest.mark.parametrize("before", ["", "x", "x" * 59, "x" * 60, "x" * 61, "a\r\n"])
def test_a_fresh_row_is_the_next_unless_this_one_is_free(before: str) -> None:
    screen = Screen(60, 6)
    screen.write(before)
    where = page(screen, 60)
    where.fresh_row()
    where.row("next")
    rows = screen.rows()
    assert rows[-1] == "next"
    assert "".join(rows[:-1]) == before.strip()
    assert all(rows)
