"""`show` on a terminal."""

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from asyncdemo.catalogue.scenario import Chapter, Scenario, script_from_text
from asyncdemo.catalogue.targets import Target
from asyncdemo.views.terminal.readable_pages import write_prose, write_sources
from tests.views.fabricated import LOOKS, Text, looked_at, page, visible

NOTES = """\
Some *prose* with `code`, **bold** and a [link](http://example.org/x). It is long enough to be wrapped wherever
it stands, also where the page is wide, for prose is not easier to read if rows have two hundred columns.

- one
- two

1. first
2. second

> a quotation

```python
x = 1
```

| a | b |
|---|---|
| 1 | 2 |

---

The end.
"""
SOURCE = (
    f'"""What it is about.\n\n{NOTES}"""\nimport asyncio\n\n\nasync def main():\n    print("x", 1)  # why\n\n\nmain()\n'
)


def target(source: str = SOURCE, variants: tuple[str, ...] = ()) -> Target:
    script = script_from_text(source, Path("example.py"))
    scripts = tuple(script_from_text(source, Path(f"{name}.py"), name) for name in variants) or (script,)
    scenario = Scenario("example", Chapter(1, "First"), Path("example.py"), scripts, script.summary, script.notes)
    return Target("example", scenario, None if variants else script, Path("example.py"))


def view(shown: Target, sources: list[tuple[str, str]], look: tuple[object, Text]) -> str:
    write_sources(look[0], shown, sources)  # type: ignore[arg-type]
    return visible(look[1])


@pytest.mark.parametrize("look", LOOKS)
def test_looks(look: str, snapshot: SnapshotAssertion) -> None:
    assert view(target(), [("example.py", SOURCE)], looked_at(look)) == snapshot


def test_variants(snapshot: SnapshotAssertion) -> None:
    sources = [("example/sync.py", SOURCE), ("example/async.py", SOURCE)]
    assert view(target(variants=("sync", "async")), sources, looked_at("60 columns")) == snapshot


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_notes_where_the_encoding_is_narrow(encoding: str) -> None:
    source = SOURCE.replace("The end.", "日本 ✓ “quoted”")
    shown = view(target(source), [("example.py", source)], (page(stream := Text(encoding)), stream))
    shown.encode(encoding)
    assert " * one\n" in shown
    assert r"\u65e5\u672c \u2713" in shown


@pytest.mark.parametrize("entity", ["&#27;[2J", "&#x9b;31m", "&#x202e;evil", "&#8203;", "&#7;"])
def test_an_entity_is_no_way_around(entity: str) -> None:
    source = SOURCE.replace("The end.", f"The {entity} end.")
    shown = view(target(source), [("example.py", source)], (page(stream := Text()), stream))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e␛]", shown)


def test_code_keeps_its_marks_where_there_is_no_colour() -> None:
    prose = "Neither says `done`,\nand `await\nsoon()` waits.\n\n```\nx = `y`\n```\n"
    shown = Text()
    write_prose(page(shown, 60), prose)
    assert visible(shown).split() == [
        "Neither",
        "says",
        "`done`,",
        "and",
        "`await",
        "soon()`",
        "waits.",
        "x",
        "=",
        "`y`",
    ]


def test_a_number_stays_with_its_unit() -> None:
    for words in range(4, 16):
        shown = Text()
        write_prose(page(shown, 40), "word " * words + "0.2 s after that")
        assert "0.2 s" in visible(shown)
