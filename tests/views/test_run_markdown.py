"""Runs as Markdown: what it says, and that foreign text stays text."""

import pytest
from markdown_it import MarkdownIt

from asyncdemo.findings import find
from asyncdemo.model.recording import Finding, Run
from asyncdemo.model.recording_json import Recording
from asyncdemo.views.exports import RECORDINGS
from asyncdemo.views.foreign_text import fenced
from tests.views.test_hostile import EVIL, _run
from tests.views.test_page_tables import SOURCE, fetching
from tests.views.test_standing import circle

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def text(*runs: Run) -> str:
    return "".join(RECORDINGS[".md"](Recording(runs)))


def test_what_was_found_with_the_code_of_each_file_and_where_the_time_went() -> None:
    found = Finding(
        "blocking-call", "warning", "/home/me/app.py", 12, "It blocks.", "await it", 0.3, 1, (3,), ((12, "blocked"),)
    )
    said = text(fetching(modules=True)._replace(findings=(found,)))
    assert "- **blocking-call**, app.py:12, 0.30 s: It blocks.\n  Fix: await it\n" in said
    assert "app.py\n\n```python\n" in said
    assert "12  x = time.sleep(0.3)   # <- blocked\n" in said
    assert "lib/net.py\n\n```python\n" in said
    assert "| app.py:8 → lib/net.py:3 | fetch | 1 | 0.30 s | 0.30 s | 1 |\n" in said
    assert "| app.py:12 | blocked | time.sleep(0.3) | 1 | 0.30 s | 0.30 s | 1 |\n" in said
    assert "What decided how long it took (0.80 s): 48 % sleep 0.1 at app.py:9" in said


def test_who_waits_for_whom() -> None:
    stuck = circle()
    said = text(stuck._replace(findings=find(stuck)))
    assert "- first → lock, held by second (line 12) → lock, held by first (line 5)\n" in said
    assert "| main | line 22 | awaits first (line 5) |  |\n" in said


@pytest.mark.parametrize("evil", [*EVIL, "a fence"])
def test_foreign_text_stays_text(evil: str) -> None:
    foreign = EVIL.get(evil, "```\n# x\n````\n<script>|`")
    run = _run(foreign)
    found = (Finding("blocking-call", "warning", foreign, 1, foreign, foreign, 0.1),)
    run = run._replace(findings=found, subject=run.subject._replace(source=f"{SOURCE}# {foreign}"))
    tokens = PARSER.parse(text(run))
    assert {"html_block"} & {token.type for token in tokens} == set()
    children = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in children} & {"html_inline", "link_open", "image", "code_inline", "em_open"} == set()
    assert [token.markup for token in tokens if token.type == "heading_open"] == ["##"]


def test_a_fence_is_longer_than_any_in_the_text() -> None:
    assert fenced("a ```` b", "python") == "`````python\na ```` b\n`````\n"
