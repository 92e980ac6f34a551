"""A real Chromium, without a screen, for tests of pages; they are skipped with a reason where there is none."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from asyncdemo.model.recording import Run
from asyncdemo.model.recording_json import Recording
from asyncdemo.views.exports import RECORDINGS

# As root it has no sandbox; what it would fetch for itself is switched off.
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
_MORE = ("--disable-component-update", "--disable-sync")
_SOURCE = "import asyncio\n" + "\n" * 11 + "time.sleep(0.2)\n"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def browser() -> Iterator[Any]:
    """Start it. Only for as long as a module's tests: a loop of Playwright's runs in this thread meanwhile."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("there is no Chromium on PATH: apt-get install chromium")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=program, args=[*_FLAGS, *_MORE])
        yield chromium
        chromium.close()


class Opened(NamedTuple):
    """A page, and all that it has complained about or asked for."""

    page: Any
    troubles: list[str]


def opened(chromium: Any, file: Path, **look: Any) -> Opened:
    """Open a file as a person would."""
    page = chromium.new_page(**{"viewport": {"width": 1200, "height": 900}, **look})
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: troubles.append(f"request: {request.url}"))
    page.goto(file.as_uri())
    page.evaluate("new Promise(requestAnimationFrame)")
    assert troubles.pop(0) == f"request: {file.as_uri()}"
    return Opened(page, troubles)


def painted(page: Any) -> str:
    """What the first timeline shows, to be compared."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return str(page.evaluate("document.querySelector('canvas').toDataURL()"))


def with_source(run: Run) -> Run:
    return run._replace(subject=run.subject._replace(source=_SOURCE))


def saved(tmp_path: Path, *runs: Run) -> Path:
    file = tmp_path / "x.html"
    file.write_text("".join(RECORDINGS[".html"](Recording(runs))), encoding="utf-8")
    return file
