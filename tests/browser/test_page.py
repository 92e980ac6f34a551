"""The HTML page in a real Chromium: what a person sees, presses and prints."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asyncdemo.analysis.moments import Moment, moments
from asyncdemo.model.recording import Run
from asyncdemo.model.recording_json import from_text
from asyncdemo.views.html.page_timeline import lanes
from tests.browser.chromium import Opened, opened, painted, saved, with_source
from tests.conftest import Result
from tests.views.test_forms import rude_run

# One process for all of them, so that there is one browser.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

COURSE = ("blocking-sleep:rude", "semaphore-limit", "queue-backpressure", "cancel-and-cleanup", "gather-overlap")


@pytest.fixture
def rude_page(chromium: Any, tmp_path: Path) -> Opened:
    return opened(chromium, saved(tmp_path, with_source(rude_run())))


def test_it_is_still_and_shows_what_was_found(rude_page: Opened) -> None:
    page, troubles = rude_page
    assert page.title() == "example"
    assert page.locator("h1").inner_text().startswith("example")
    assert page.locator(".finding").inner_text().split("\n")[0].startswith("!")
    assert page.locator(".finding .do").inner_text().split() == ["Fix", "do", "not"]
    assert [row.split()[-1] for row in page.locator(".output li").all_inner_texts()] == ["tick", "tick", "1"]
    page.locator(".words summary").click()
    assert page.locator(".words tbody tr").count() == 5
    job = page.locator(".words tbody tr").nth(3)
    assert job.locator("td").all_inner_texts()[1:6] == ["–", "0.200 s", "–", "0.200 s", "done"]
    assert troubles == []


def test_a_span_lights_its_line_and_a_line_its_spans(rude_page: Opened) -> None:
    page, troubles = rude_page
    before = painted(page)
    box = page.locator(".lanes")
    box.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert re.fullmatch(r"job 1 · BLOCKS · .* · line 13", page.locator(".told").inner_text())
    assert page.locator(".line.lit .number").inner_text() == "13"
    assert painted(page) != before
    page.keyboard.press("Escape")
    assert (page.locator(".told").inner_text(), page.locator(".line.lit").count()) == ("", 0)
    line = page.get_by_role("button", name="line 13: show its spans")
    line.focus()
    page.keyboard.press("Enter")
    assert line.get_attribute("aria-pressed") == "true"
    page.mouse.move(5, 5)
    assert painted(page) != before
    page.keyboard.press("Enter")
    assert line.get_attribute("aria-pressed") == "false"
    assert troubles == []


def test_the_pointer_finds_spans_too(rude_page: Opened) -> None:
    page, _ = rude_page
    page.locator(".lanes").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 26 + 2.6 * 40)
    assert page.locator(".told").inner_text().startswith("job 1 · BLOCKS")
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + 26 + 2.6 * 40)
    page.mouse.move(5, 5)
    assert page.locator(".told").inner_text().startswith("job 1 · BLOCKS")
    assert page.locator(".line.lit").count() == 1


def test_zoom_and_back(rude_page: Opened) -> None:
    page, troubles = rude_page
    page.locator(".lanes").focus()
    page.mouse.move(5, 5)
    whole = painted(page)
    page.keyboard.press("+")
    assert painted(page) != whole
    page.keyboard.press("0")
    assert painted(page) == whole
    page.get_by_role("button", name="Zoom in").click()
    assert painted(page) != whole
    page.get_by_role("button", name="All of the time").click()
    assert painted(page) == whole
    assert troubles == []


def test_it_plays_to_the_end(rude_page: Opened) -> None:
    page, troubles = rude_page
    page.get_by_label("Speed").select_option("1")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("button", name="Play").wait_for()
    total = len(moments(rude_run()))
    assert page.locator(".count").inner_text().startswith(f"{total} of {total}")
    assert "it is over" in page.locator(".now").inner_text()
    page.get_by_role("button", name="To the beginning").click()
    assert page.locator(".count").inner_text().startswith(f"1 of {total}")
    assert page.locator(".output li.later").count() >= 2
    assert troubles == []


def test_a_line_of_output_goes_to_its_moment(rude_page: Opened) -> None:
    page, _ = rude_page
    page.locator(".output li button").nth(2).click()
    assert page.locator(".output li").nth(2).evaluate("(line) => line.classList.contains('now')")
    assert "printed" in page.locator(".told").inner_text()
    assert page.locator(".count").inner_text()[0].isdigit()


def told(page: Any) -> dict[str, list[str]]:
    """The names of the tasks by what they do."""
    rows = {row.locator("dt").inner_text(): row.locator(".task") for row in page.locator(".now .state").all()}
    names = {
        what: tasks.evaluate_all("(all) => all.map((each) => each.firstChild.data)") for what, tasks in rows.items()
    }
    return {what: each for what, each in names.items() if each}


def expected(run: Run, moment: Moment) -> dict[str, list[str]]:
    assert run.timeline is not None
    drawn = lanes(run.timeline, run.seconds.zero or 0.0, 1.0)
    name = {task: drawn.document[number]["name"] for task, number in drawn.numbers.items()}
    by_state: dict[str | None, list[str]] = {}
    for each in moment.standings:
        if each.task in name:
            by_state.setdefault(each.state, []).append(name[each.task])
    by_state["ready"] = [name[task] for task in moment.ready if task in name]
    words = {"blocked": "blocks", "running": "runs", "ready": "ready", "waiting": "waiting", None: "unknown"}
    return {words[state]: names[: 11 if len(names) > 12 else 12] for state, names in by_state.items() if names}


def test_steps_show_what_the_moments_are(chromium: Any, tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    asyncdemo("run", *COURSE, "--save", "x.json")
    kept = from_text((tmp_path / "x.json").read_text())
    assert len(kept.runs) == len(COURSE)
    for run in kept.runs:
        page, troubles = opened(chromium, saved(tmp_path, run))
        every = moments(run)
        last = page.locator("input[type=range]").get_attribute("max")
        for tenth in range(10):
            position = int(last) * tenth // 9
            page.locator("input[type=range]").fill(str(position))
            number = int(page.locator(".count").inner_text().split()[0]) - 1
            assert told(page) == expected(run, every[number]), (run.subject.target, number)
            now = every[number]
            assert page.locator(".output li.later").count() <= len(run.output) - now.printed
        assert troubles == []
        page.close()
