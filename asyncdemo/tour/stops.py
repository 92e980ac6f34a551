"""The stops of a tour: one for each scenario, or for each script of the user's own."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from asyncdemo.catalogue.scenario import Chapter, Scenario, Script
from asyncdemo.catalogue.script_source import fields
from asyncdemo.catalogue.targets import Target, expand, of_script
from asyncdemo.expectations.choices import FEWEST

_SETTING = re.compile(r"--set(?:\s+|=)([A-Z][A-Z0-9_]*=[^\s`]+)")
_TRY = re.compile(r"(?ms)^\*\*Try\*\*.*?(?=\n\s*\n|\Z)")


class Attempt(NamedTuple):
    """One thing to try: what is run with which settings."""

    targets: tuple[Target, ...]
    settings: tuple[str, ...]


class Round(NamedTuple):
    """One script of a stop that is shown, asked about and run; without a question `choices` are empty."""

    target: Target
    source: str
    summary: str = ""
    question: str | None = None
    choices: tuple[str, ...] = ()
    unavailable: str | None = None


class Stop(NamedTuple):
    """A stop: its rounds one after the other, all `targets` side by side where there are several, the notes."""

    name: str
    summary: str
    chapter: Chapter
    rounds: tuple[Round, ...]
    targets: tuple[Target, ...] = ()
    notes: str = ""
    attempt: Attempt | None = None
    options: str = ""  # with which `asyncdemo run` finds what has that name

    @property
    def keys(self) -> tuple[str, ...]:
        """Under which names its progress is kept: one for each question, or its own."""
        return tuple(each.target.name for each in self.rounds if each.question) or (self.name,)


def of_scenario(scenario: Scenario) -> Stop:
    """The stop of a scenario. Of variants those with a question are its rounds, or else the first."""
    asked = [script for script in scenario.scripts if _asks(script)] or [scenario.scripts[0]]
    targets = tuple(expand(Target(scenario.name, scenario, None, scenario.path))) if scenario.variants else ()
    rounds = tuple(_round(of_script(scenario, script), script) for script in asked)
    notes = [scenario.notes, *(script.notes for script in asked)]
    together = "\n\n".join(dict.fromkeys(filter(None, notes)))
    ran = targets or tuple(each.target for each in rounds)
    return Stop(
        scenario.name,
        scenario.summary,
        scenario.chapter,
        rounds,
        targets if len(targets) > 1 else (),
        together,
        attempt(together, ran),
    )


def of_source(target: Target, source: str, chapter: Chapter, summary: str = "") -> Stop:
    """The stop of a file that is no script, as far as can be told, or of a block of a document.

    Raises Unreadable for metadata that is not understood.
    """
    asked = fields(source)
    choices = asked.get("choices", ())
    question = asked.get("question") if len(choices) >= FEWEST else None
    return Stop(target.name, summary, chapter, (Round(target, source, summary, question, choices if question else ()),))


def of_script_alone(target: Target, script: Script, chapter: Chapter) -> Stop:
    """The stop of a script that belongs to no scenario."""
    return Stop(
        target.name,
        script.summary,
        chapter,
        (_round(target, script),),
        notes=script.notes,
        attempt=attempt(script.notes, (target,)),
    )


def attempt(notes: str, targets: Iterable[Target]) -> Attempt | None:
    """What the notes propose to try, as far as it is a setting of parameters that these targets have."""
    for said in _TRY.findall(notes):
        settings = tuple(dict.fromkeys(_SETTING.findall(said)))
        names = {setting.partition("=")[0] for setting in settings}
        having = tuple(each for each in targets if each.script is not None and names <= each.script.parameters.keys())
        if settings and having:
            return Attempt(having, settings)
    return None


def find_stop(word: str, stops: Sequence[Stop]) -> int | str:
    """The number of the stop of that name, or of the only one that begins with it or holds it; else why not."""
    wanted = word.strip().lower().replace("_", "-")
    names = [stop.name.lower().replace("_", "-") for stop in stops]
    if wanted in names:
        return names.index(wanted)
    begin = [number for number, name in enumerate(names) if name.startswith(wanted)]
    if len(begin) == 1 and wanted:
        return begin[0]
    if begin and wanted:
        return f"{wanted} could be {', '.join(stops[number].name for number in begin[:4])}"
    inside = [number for number, name in enumerate(names) if wanted and wanted in name]
    if len(inside) == 1:
        return inside[0]
    hint = f"; did you mean {' or '.join(stops[number].name for number in inside[:3])}?" if inside else ""
    return f"no stop is called {word.strip()!r}{hint}"


def _asks(script: Script) -> bool:
    return script.question is not None and len(script.choices) >= FEWEST


def _round(target: Target, script: Script) -> Round:
    question = script.question if _asks(script) else None
    return Round(
        target, script.source, script.summary, question, script.choices if question else (), script.unavailable
    )
