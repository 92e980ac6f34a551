"""How the HTML page looks in a real Chromium: in light and dark, on paper, narrow, with foreign text in it."""

import re
from pathlib import Path
from typing import Any

import pytest

from asyncdemo.views.exports import COMPARISONS
from tests.browser.chromium import opened, painted, saved, with_source
from tests.comparison.made import compared, made
from tests.conftest import REPOSITORY
from tests.lanes.made import many, polite, run_of
from tests.views.test_forms import TICKS, rude_run
from tests.views.test_hostile import EVIL, _run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

AXE = REPOSITORY / ".bench/node_modules/axe-core/axe.min.js"
ESCAPE = "</script><script>window.owned = true</script><img src=x onerror='window.owned = true'><!--"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(chromium: Any, tmp_path: Path, scheme: str) -> None:
    page, troubles = opened(chromium, saved(tmp_path, with_source(rude_run())), color_scheme=scheme)
    red, green, blue = map(int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor")))
    assert (red + green + blue < 200) == (scheme == "dark")
    before = painted(page)
    page.emulate_media(color_scheme="light" if scheme == "dark" else "dark")
    assert painted(page) != before
    assert troubles == []


def test_on_paper_it_is_light_and_told_in_words(chromium: Any, tmp_path: Path) -> None:
    page, troubles = opened(chromium, saved(tmp_path, with_source(rude_run())), color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".words").get_attribute("open") is not None
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert page.locator(".words").get_attribute("open") is None
    assert page.pdf().startswith(b"%PDF")
    assert troubles == []


@pytest.mark.parametrize("width", [320, 400, 1600])
def test_nothing_reaches_out_of_a_narrow_window(chromium: Any, tmp_path: Path, width: int) -> None:
    look = {"viewport": {"width": width, "height": 800}}
    page, _ = opened(chromium, saved(tmp_path, with_source(rude_run()), run_of(polite(), 0.3, TICKS)), **look)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_foreign_text_is_text(chromium: Any, tmp_path: Path) -> None:
    evil = {**EVIL, "escape": ESCAPE}
    page, troubles = opened(chromium, saved(tmp_path, *map(_run, evil.values())))
    assert troubles == []
    assert page.evaluate("[window.owned, document.scripts.length, document.images.length]") == [None, 2, 0]
    seen = page.locator("main").inner_text()
    assert ESCAPE in seen
    assert "[red]x[/] [/]" in seen
    assert r"\u202eevil\u202c\u2066x\u2069" in seen
    assert r"\x1b[2J\x1b[H" in seen
    assert "98,000 characters more" in seen
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", seen)


def test_a_comparison(chromium: Any, tmp_path: Path) -> None:
    file = tmp_path / "x.html"
    result = compared(made("sync", *[1.0] * 6), made(ESCAPE, *[0.1] * 6))
    file.write_text("".join(COMPARISONS[".html"](result)), encoding="utf-8")
    page, troubles = opened(chromium, file)
    assert page.locator(".verdict").inner_text().startswith(f"{ESCAPE} is 10.0x as fast as sync")
    wide = [bar.bounding_box()["width"] for bar in page.locator(".bar").all()]
    assert 9 < wide[0] / wide[1] < 11
    assert (page.locator(".dot").count(), troubles) == (12, [])


COUNTED = """for (const name of ["fillRect", "strokeRect", "fillText"]) {
  const native = CanvasRenderingContext2D.prototype[name];
  CanvasRenderingContext2D.prototype[name] = function (...all) {
    window.drawn = (window.drawn ?? 0) + 1;
    native.apply(this, all);
  };
}"""


def test_what_is_drawn_is_bounded_by_pixels_not_by_spans(chromium: Any, tmp_path: Path) -> None:
    drawn = []
    for tasks in (300, 3000):
        run = run_of(many(10, tasks // 10), 0.5)
        page = chromium.new_page(viewport={"width": 1200, "height": 900})
        page.add_init_script(COUNTED)
        page.goto(saved(tmp_path, run).as_uri())
        painted(page)
        drawn.append(page.evaluate("const before = window.drawn; window.drawn = 0; before"))
        assert page.locator(".words tbody tr").count() == min(tasks, 1000)
        page.close()
    assert drawn[1] < 2 * drawn[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_no_objection(chromium: Any, tmp_path: Path, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there: make axe")
    file = tmp_path / "compared.html"
    file.write_text("".join(COMPARISONS[".html"](compared(made("sync", *[1.0] * 6), made("async", *[0.1] * 6)))))
    one = saved(tmp_path, with_source(rude_run()))
    two = one.rename(tmp_path / "one.html")
    for each in (file, two, saved(tmp_path, with_source(rude_run()), _run("x"))):
        page, _ = opened(chromium, each, color_scheme=scheme)
        for button in page.get_by_role("button", name="One step on").all():
            button.click()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        broken = page.evaluate("axe.run().then((found) => found.violations)")
        assert [(each["id"], each["nodes"][0]["html"]) for each in broken] == []
