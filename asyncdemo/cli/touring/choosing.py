"""Which stops a tour has, and at which of them it begins."""

import os
from pathlib import Path
from typing import NamedTuple

from asyncdemo.catalogue import course
from asyncdemo.catalogue.scenario import Catalogue, Chapter
from asyncdemo.catalogue.wording import absolute, visible
from asyncdemo.cli.options import in_chapter, load_catalogue, resolved, tell_problems
from asyncdemo.errors import UsageError
from asyncdemo.tour.stop import Stop, of_scenario, of_target


class Tour(NamedTuple):
    """The stops; where it begins (None: where the person was), and the name under which progress is kept."""

    stops: tuple[Stop, ...]
    first: int | None = None
    name: str = ""


def chosen(word: str | None, scenarios: list[str] | None) -> Tour:
    """Give what a word means: a chapter, a scenario, a folder, a script; None: the whole course. Raises UsageError."""
    if word is not None and (os.sep in word or word in (os.curdir, os.pardir)) and Path(word).is_dir():
        return _of_folder(Path(word), word)
    catalogue = load_catalogue(scenarios)
    stops = tuple(map(of_scenario, catalogue.scenarios))
    if word is None:
        return Tour(stops)
    if word.isascii() and word.isdecimal():
        first = in_chapter(catalogue, int(word))[0]
        return Tour(stops, catalogue.scenarios.index(first))
    return _of_target(word, catalogue, stops)


def _of_folder(path: Path, word: str) -> Tour:
    there = course.load([absolute(path)])
    tell_problems(there.load_problems)
    if not there.scenarios:
        hint = f"asyncdemo new NAME --scenarios {visible(word)} writes one"
        raise UsageError(f"there are no scenarios in {visible(word)}; {hint}")
    return Tour(tuple(map(of_scenario, there.scenarios)), name=str(path.resolve()))


def _of_target(word: str, catalogue: Catalogue, stops: tuple[Stop, ...]) -> Tour:
    target = resolved([word], catalogue, None)[0]
    if target.scenario is not None:
        return Tour(stops, catalogue.scenarios.index(target.scenario))
    if target.path is None:
        raise UsageError("a tour needs a file that can be read again: write the script to one, in place of '-'")
    source = target.script.source if target.script is not None else target.path.read_text(errors="backslashreplace")
    stop = of_target(target, source, Chapter(1, target.path.name))
    return Tour((stop,), name=str(target.path.resolve()))
