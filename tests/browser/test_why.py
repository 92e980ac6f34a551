"""What the page says of why a program took so long, in a real Chromium: with the pointer, the keyboard and in words."""

from pathlib import Path
from typing import Any

import pytest

from asyncdemo.findings import find
from tests.browser.chromium import Opened, opened, painted, saved
from tests.views.test_page_tables import fetching
from tests.views.test_standing import circle

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def fetching_page(chromium: Any, tmp_path: Path) -> Opened:
    return opened(chromium, saved(tmp_path, fetching(modules=True)))


def cells(page: Any, label: str) -> list[list[str]]:
    """The rows of a table, read as a screen reader finds it: by its name."""
    rows = page.get_by_role("region", name=label, exact=True).locator("tbody tr")
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def test_a_wait_says_for_what_and_who_ended_it(fetching_page: Opened) -> None:
    page, troubles = fetching_page
    page.locator(".lanes").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator(".told").inner_text().split(" · ")[1:] == [
        "waiting: gather",
        "0.050 s to 0.850 s",
        "0.800 s",
        "app.py:7",
        "woken by parse",
    ]
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    told = page.locator(".told").inner_text()
    assert "awaits fetch" in told
    assert "app.py:8 → lib/net.py:3" in told
    page.keyboard.press("ArrowRight")
    assert page.locator(".told").inner_text().endswith("woken by fetch · wakes main")
    assert troubles == []


def test_arrows_are_drawn_for_the_chosen_span_alone(fetching_page: Opened) -> None:
    page, _ = fetching_page
    counted = """() => { window.arcs = 0; const native = CanvasRenderingContext2D.prototype.arc;
      CanvasRenderingContext2D.prototype.arc = function (...all) { window.arcs += 1; native.apply(this, all); } }"""
    page.evaluate(counted)
    page.mouse.move(5, 5)
    painted(page)
    assert page.evaluate("window.arcs") == 0
    page.locator(".lanes").focus()
    page.keyboard.press("ArrowDown")  # main's wait, which parse has ended
    painted(page)
    assert page.evaluate("window.arcs") == 1


def test_the_critical_path_can_be_shown_in_the_lanes(fetching_page: Opened) -> None:
    page, troubles = fetching_page
    assert page.locator(".critical").inner_text().startswith("What decided how long it took")
    page.mouse.move(5, 5)
    before = painted(page)
    button = page.get_by_role("button", name="Critical path")
    button.click()
    page.mouse.move(5, 5)
    assert button.get_attribute("aria-pressed") == "true"
    assert painted(page) != before
    button.click()
    page.mouse.move(5, 5)
    assert (button.get_attribute("aria-pressed"), painted(page)) == ("false", before)
    page.get_by_text("The critical path, line by line").click()
    assert cells(page, "The critical path")[1][:3] == ["app.py:12", "blocked", "parse"]
    assert troubles == []


def test_tables_lead_to_the_code_of_each_file(fetching_page: Opened) -> None:
    page, _ = fetching_page
    assert [row[:2] for row in cells(page, "Where it waited")][::2] == [
        ["app.py:9", "sleep 0.1"],
        ["app.py:8 → lib/net.py:3", "fetch"],
    ]
    assert cells(page, "Held the loop")[0][:3] == ["app.py:12", "blocked", "time.sleep(0.3)"]
    page.get_by_role("button", name="app.py:8 → lib/net.py:3").first.click()
    lit = page.get_by_role("region", name="Code of lib/net.py").locator(".line.lit")
    assert lit.locator("code").inner_text() == "await thing()"


def test_a_standstill_is_a_circle_and_a_table(chromium: Any, tmp_path: Path) -> None:
    stuck = circle()
    page, troubles = opened(chromium, saved(tmp_path, stuck._replace(findings=find(stuck))))
    ring = page.get_by_role("list", name="They wait for each other in a circle").locator("li")
    assert ring.all_inner_texts() == ["first", "lock, held by second (line 12)", "lock, held by first (line 5)"]
    assert cells(page, "Who waits for what")[2] == ["main", "line 22", "awaits first (line 5)", ""]
    assert page.get_by_role("button", name="Critical path").count() == 0
    assert troubles == []
