"""Foreign text in every place of every view: it is shown, and nothing of it is obeyed."""

import re
from pathlib import Path

import pytest

from asyncdemo.catalogue.scenario import Catalogue, Chapter, Scenario, Script, script_from_text
from asyncdemo.catalogue.targets import Target
from asyncdemo.comparison import Comparison, Contestant, Runs
from asyncdemo.comparison.result import sweep
from asyncdemo.model.recording import Outcome, Output, Python, Run, Seconds, Subject
from asyncdemo.views.terminal.comparison_view import write_comparison
from asyncdemo.views.terminal.listing import write_listing
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.readable_pages import write_sources
from asyncdemo.views.terminal.readiness import Check, write_checks
from asyncdemo.views.terminal.run_layout import Look
from asyncdemo.views.terminal.run_view import RunView
from asyncdemo.views.terminal.text import cells
from asyncdemo.views.terminal.variants import write_variants
from tests.views.fabricated import SECONDS, Text, page

EVIL = {
    "title": "\x1b]0;owned\x07",
    "clear": "\x1b[2J\x1b[H",
    "c1": "\x9b31m\x9d0;x\x9c",
    "markup": "[red]x[/] [/] [link=http://e.org]y[/link] [bold",
    "bidi": "\u202eevil\u202c\u2066x\u2069",
    "nul": "a\x00b",
    "tab": "\ta\tb",
    "back": "secret\b\b\b\b\b\b\rshown",
    "lines": "a\nb\r\nc\x0bd\x0ce\x85f\u2028g",
    "joiner": "a\u200db\u200c \N{MAN}\u200d\N{WOMAN}",
    "combining": "e" + "\u0301" * 50,
    "wide": "日本語" * 30,
    "surrogate": "\udcff\ud800",
    "private": "\ue000\U000f0000",
    "long": "x" * 100_000,
    "entity": "&#27;[31m &#x202e;x",
}


def _run(evil: str) -> Run:
    return Run(
        Subject(evil, evil, evil, f"/course/{evil}.py", None, f"X = {evil!r}\n{evil}\n# {evil}\n", {evil: evil}),
        Python(evil, evil, evil),
        Outcome("exited", code=1),
        ok=False,
        seconds=SECONDS,
        output=(
            Output(0.05, "stdout", evil, 1),
            Output(0.06, "stderr", f'\n  File "/course/{evil}.py", line 1, in {evil}\nValueError: {evil}\n', 2),
            Output(0.07, "stdout", f"{evil}\n", 3),
            Output(0.08, "other", evil),
        ),
        notes=(evil,),
    )


def show_run(evil: str, where: Page) -> None:
    run = _run(evil)
    for fold in (True, False):
        view = RunView(where, Look(evil, evil, run.subject.source, 0, (evil, evil), fold=fold, timing=True))
        for output in run.output:
            view.output([output], 0.05)
        view.finish(run)


def show_not_started(evil: str, where: Page) -> None:
    RunView(where, Look(evil, evil)).finish(_run(evil)._replace(outcome=Outcome("not-started", reason=evil)))


def show_variants(evil: str, where: Page) -> None:
    for full in (False, True):
        runs = [_run(evil), _run(evil)._replace(ok=True)]
        write_variants(where, evil, evil, runs, next_step=(evil, evil), full=full, timing=True)


def show_comparison(evil: str, where: Page) -> None:
    run = _run(evil)._replace(seconds=Seconds(0.3, 0.02, 0.03, 0.2, 0.04, 0.19))
    contestants = tuple(Contestant(name, (run,) * 6, run) for name in (evil, f"{evil}2"))
    for full in (False, True):
        swept = Comparison(contestants, 1, "failed", swept=evil)
        write_comparison(where, swept, title=evil, summary=evil, took=1.0, full=full)
        grid = sweep(Runs(contestants * 2, 1, "time"), evil, [evil, f"{evil}2"], [evil, f"{evil}2"], 0)
        write_comparison(where, grid, title=evil, summary=evil, took=1.0, full=full)


def _scenario(evil: str) -> Scenario:
    script = script_from_text(f'"""{evil}"""\n', Path(f"{evil}.py"))
    return Scenario(evil, Chapter(1, evil), Path(f"{evil}.py"), (script,), evil, evil, (evil,))


def show_listing(evil: str, where: Page) -> None:
    variants = (Script(evil, Path(evil), ""), Script("b", Path(evil), ""))
    needs = Scenario("b", Chapter(2, evil), Path("b"), (Script(None, Path("b"), "", requires_python=evil),), evil, evil)
    both = Scenario("c", Chapter(2, evil), Path("c"), variants, evil, evil)
    write_listing(where, Catalogue((_scenario(evil), needs, both)), full=False, chapter=None)


def show_sources(evil: str, where: Page) -> None:
    target = Target(evil, _scenario(evil), None, Path(evil))
    write_sources(where, target, [(evil, f"a = 1  # {evil}\n"), (evil, evil)])


def show_checks(evil: str, where: Page) -> None:
    write_checks(where, [Check(evil, "bad", evil, evil)])


SHOWS = [show_run, show_not_started, show_variants, show_comparison, show_listing, show_sources, show_checks]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("show", SHOWS)
def test_nothing_is_obeyed(show: object, evil: str, encoding: str) -> None:
    stream = Text(encoding)
    show(EVIL[evil], page(stream))  # type: ignore[operator]
    shown = stream.getvalue()
    shown.encode(encoding)
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200c\u200e\u200f\u2028-\u202e\u2066-\u2069]", shown) == []
    too_wide = [row for row in shown.split("\n") if cells(row) >= 80]
    assert too_wide == [] or show is show_checks  # doctor's names are its own
