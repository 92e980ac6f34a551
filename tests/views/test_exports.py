"""What a comparison is saved as: pictures and Markdown, of fabricated numbers."""

import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from syrupy.assertion import SnapshotAssertion

from asyncdemo.comparison import Comparison, Runs
from asyncdemo.comparison.result import Sweep, sweep
from asyncdemo.views.exports import COMPARISONS
from asyncdemo.views.foreign_text import escaped as for_markdown
from tests.comparison.made import compared, made

TWO = compared(made("sync", 0.5, 0.51, 0.49, 0.5, 0.5, 0.5), made("async", *[0.05] * 6))._replace(busy=0.1)
SLOWER = compared(made("a", *[0.1] * 6), made("b", *[0.2] * 6))._replace(stopped="interrupted")
FEW = compared(made("a", *[0.1] * 2), made("b", *[0.2] * 2))
FAR = compared(made("a", *[1.0] * 6), made("b", *[0.01] * 6), made("c", *[1.0, 1.1, 0.9, 1.0, 1.0, 1.0]))
GRID = sweep(
    Runs(tuple(made(name, *[time] * 6) for name, time in [("s", 0.1), ("a", 0.1), ("s", 1.0), ("a", 0.1)]), 7, "time"),
    "TASKS",
    [1, 10],
    ["sync", "async"],
    0,
)
CASES = {"two": TWO, "slower": SLOWER, "too few": FEW, "far apart": FAR, "sweep": GRID}


def text(compared: Comparison | Sweep, ending: str) -> str:
    return "".join(COMPARISONS[ending](compared))


@pytest.mark.parametrize("ending", [".md", ".svg"])
@pytest.mark.parametrize("case", CASES)
def test_texts(case: str, ending: str, snapshot: SnapshotAssertion) -> None:
    assert text(CASES[case], ending) == snapshot


@pytest.mark.parametrize("case", CASES)
def test_a_picture_holds_text_and_all_of_it_lies_within(case: str) -> None:
    picture = ElementTree.fromstring(text(CASES[case], ".svg"))
    width, height = (float(picture.attrib[name]) for name in ("width", "height"))
    assert width == 1000
    said = [each for each in picture.iter() if each.tag.endswith("}text")]
    assert {each.text for each in said} >= {CASES[case].points[0].contestants[0].id}
    for each in said:
        at = float(each.attrib["x"])
        assert 0 < float(each.attrib["y"]) < height
        # pixels that a character takes: six tenths of the size of a wide font
        size = {"title": 15.6, "small": 10.2}.get(each.attrib.get("class", ""), 12) * len(each.text or "")
        assert (at - size > 0) if each.attrib.get("text-anchor") == "end" else (at + size <= width)
    for bar in (each for each in picture.iter() if each.tag.endswith("}rect")):
        assert 0 <= float(bar.attrib["x"]) <= float(bar.attrib["x"]) + float(bar.attrib["width"]) <= width


def test_a_picture_is_for_light_ground_and_for_dark() -> None:
    assert "prefers-color-scheme: dark" in text(TWO, ".svg")


def test_the_bars_are_as_long_as_the_speed_ups() -> None:
    picture = ElementTree.fromstring(text(TWO, ".svg"))
    one, other = [float(each.attrib["width"]) for each in picture.iter() if each.tag.endswith("}rect")]
    assert other / one == pytest.approx(10, abs=0.1)


@given(st.text(st.characters(exclude_categories=())))
def test_foreign_text_stays_text(name: str) -> None:
    shown = compared(made(name, *[0.5] * 6), made(f"{name}2", *[0.1] * 6))
    picture = ElementTree.fromstring(text(shown, ".svg"))
    assert {each.tag.rpartition("}")[2] for each in picture.iter()} == {"svg", "title", "style", "text", "rect", "path"}
    json.loads(text(shown, ".json"))
    table = [row for row in text(shown, ".md").splitlines() if row.startswith("| ")]
    assert len(table) == 3
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in table} == {7}


def test_markdown_is_escaped() -> None:
    assert for_markdown("a|b<script>[x](y)\n`c`") == r"a\|b\<script>\[x\](y)\\x0a\`c\`"


@pytest.mark.parametrize(
    "plain", ["9.2x as fast (8.6 to 9.4)", "snake_case.py:3", "a + b! {c} #4 -> d", "R&D", "x = 1"]
)
def test_what_means_nothing_in_markdown_is_left_alone(plain: str) -> None:
    assert for_markdown(plain) == plain


@given(st.text(st.sampled_from('\\`*_{}[]()<>#+!|~&;-=.1a "'), max_size=12))
def test_escaped_text_reads_as_it_was(plain: str) -> None:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    plain = " ".join(plain.split())
    (*_, inline) = [token for token in parser.parse(f"- {for_markdown(plain)}\n") if token.type == "inline"] or [None]
    said = "" if inline is None else "".join(child.content for child in inline.children or ())
    assert said == plain
    table = f"| a |\n|---|\n| {for_markdown(plain)} |\n"
    cells = [token.content for token in parser.parse(table) if token.type == "inline"]
    assert len(cells) == 2 - (not plain) or cells[1] == ""
