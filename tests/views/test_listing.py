"""`list` on a terminal, of a made-up course."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from asyncdemo.catalogue.scenario import Catalogue, Chapter, Scenario, Script
from asyncdemo.views.terminal.listing import write_listing
from tests.views.fabricated import LOOKS, Text, looked_at, page, visible

ROWS = 22
FIRST = {
    "sync-main": "call a function, print its result",
    "unawaited-coroutine": "call an async def without await",
    "print-coroutine": "look at what the call returned",
    "asyncio-run": "give it to an event loop",
}
TITLES = ("First contact", "Overlap", "What really blocks", "Cancellation", "Failure", "Queues", "Threads", "Servers")


def scenario(
    name: str, summary: str = "", chapter: int = 1, variants: tuple[str, ...] = (), needs: str | None = None
) -> Scenario:
    scripts = tuple(Script(variant, Path(name), "", requires_python=needs) for variant in variants or (None,))
    return Scenario(name, Chapter(chapter, TITLES[chapter - 1]), Path(name), scripts, summary, "")


WAITS = scenario("simulated-io-wait", "the same ten waits, four ways", 1, ("sync", "threads", "async", "anyio"))
FIVE = [*(scenario(name, summary) for name, summary in FIRST.items()), WAITS]
SIXTY = [
    *FIVE,
    *(
        scenario(f"{title.lower().replace(' ', '-')}-{n}", f"what {title.lower()} is, part {n}", chapter)
        for chapter, title in enumerate(TITLES[1:], 2)
        for n in range(1, 9)
    ),
]
CASES = {
    "five": FIVE,
    "sixty": SIXTY,
    "not here": [
        *FIVE[:1],
        scenario("task-group", "children in a nursery", 1, (), ">=3.99"),
        scenario("two-ways", "one of them is not here", 1, ("sync", "async"), "?"),
    ],
    "long names": [scenario(f"{'a-very-long-name-of-a-scenario-' * 3}{n}", "and a summary " * 9) for n in range(3)],
    "wide": [scenario("wide", "日本語の要約 " * 9), scenario("emoji", "🎉 \u2764\ufe0f 👩\u200d💻 " * 9)],
    "none": [],
    "thirty chapters": [
        scenario(f"scenario-{n}", "a summary")._replace(chapter=Chapter(n, f"Chapter {n}")) for n in range(1, 31)
    ],
}


def view(
    scenarios: list[Scenario], look: tuple[object, Text], *, full: bool = False, chapter: str | None = None
) -> str:
    write_listing(look[0], Catalogue(tuple(scenarios)), full=full, chapter=chapter)  # type: ignore[arg-type]
    return visible(look[1])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("case", CASES)
def test_looks(case: str, look: str, snapshot: SnapshotAssertion) -> None:
    assert view(CASES[case], looked_at(look)) == snapshot


def test_full(snapshot: SnapshotAssertion) -> None:
    assert view(SIXTY, looked_at("80 columns"), full=True) == snapshot


def test_one_chapter(snapshot: SnapshotAssertion) -> None:
    assert view(SIXTY[5:13], looked_at("80 columns"), chapter="2") == snapshot


COURSE = st.lists(st.tuples(st.text("ab-", min_size=1, max_size=60), st.text(max_size=90)), max_size=30)


@given(st.lists(COURSE, max_size=8))
def test_whatever_the_course_it_fits(chapters: list[list[tuple[str, str]]]) -> None:
    course = [scenario(name, text, number) for number, each in enumerate(chapters, 1) for name, text in each]
    shown = view(course, (page(stream := Text()), stream))
    assert len(shown.splitlines()) <= ROWS
    first = [f"   {one.name}" for one in course if one.chapter == course[0].chapter]
    long = sum(len(name) > 43 for name in first)  # they take two rows
    assert len(first) + long > 12 or all(name in shown for name in first)


def test_a_name_is_never_cut() -> None:
    name = "a-name-that-somebody-has-to-type-as-it-stands"
    rows = view([*FIVE, scenario(name, "a summary")], looked_at("80 columns")).splitlines()
    assert [row.strip() for row in rows[rows.index(f"   {name}") :][:2]] == [name, "a summary"]


def test_variants_are_whole_in_a_row_of_their_own_if_need_be() -> None:
    ways = ("one-by-one", "at-once", "with-a-database")
    shown = view(
        [*FIVE, scenario("real-io", "a real HTTP server, and a real database", 1, ways)], looked_at("80 columns")
    )
    rows = [row.strip() for row in shown.splitlines()]
    assert "simulated-io-wait    the same ten waits, four ways: sync threads async anyio" in rows
    assert rows[rows.index("real-io              a real HTTP server, and a real database") + 1] == " ".join(ways)
