"""What can be checked of a scenario without a run: is it fit to be shown, and are its expectations understood?"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from asyncdemo.catalogue.course import CONTENTS
from asyncdemo.catalogue.scenario import Scenario, Script
from asyncdemo.expectations.check_result import Mismatch
from asyncdemo.expectations.choices import FEWEST
from asyncdemo.expectations.output_blocks import LINE_END, blocks_start, slips
from asyncdemo.findings import RULES

FORMS = "'0.15 to 1.5 s', 'under 0.5 s' or 'under 0.5 of VARIANT'"

_NUMBER = r"\d+(?:\.\d+)?"
_CLAIM = re.compile(
    rf"(?:under (?P<under>{_NUMBER})|over (?P<over>{_NUMBER})|(?P<low>{_NUMBER}) to (?P<high>{_NUMBER}))"
    r" (?:s|of (?P<variant>[a-z0-9][a-z0-9-]*))"
)


class Claim(NamedTuple):
    """What the time must be, from `low` on (0 where there is no bound) and below `high`: seconds, or times `of`'s."""

    text: str
    low: float
    high: float
    of: str | None


def parsed_claim(text: str) -> Claim | None:
    """Understand a claim; None if it is none."""
    found = _CLAIM.fullmatch(text)
    if found is None:
        return None
    low = float(found["over"] or found["low"] or 0)
    high = float(found["under"] or found["high"] or "inf")
    return Claim(text, low, high, found["variant"]) if low < high else None


def claim_mismatch(one: Claim, seconds: float, others: Mapping[str, float]) -> str | None:
    """How a time breaks the claim; None if it keeps it, or if it is about a variant whose time is not there."""
    if one.of is not None and not others.get(one.of):
        return None
    measured = seconds if one.of is None else seconds / others[one.of]
    if one.low <= measured <= one.high:
        return None
    took = f"took {seconds:.3f} s"
    if one.of is not None:
        took += f", {measured:.2f} of {one.of}'s {others[one.of]:.3f} s"
    return f"{took}: expected {one.text}"


SUMMARY = 60  # characters of a summary: `list` has no more room
COLUMNS = 70  # of a line of code: a projector has no more room


def of_scenario(scenario: Scenario, *, unlisted: bool) -> list[Mismatch]:
    """What is wrong with a scenario as a whole; `unlisted`: the contents.toml beside it does not name it."""
    path = str(scenario.path / "README.md" if scenario.variants else scenario.path)
    found = list(_summary(scenario.summary, path))
    if not scenario.notes.strip():
        found.append(Mismatch("it has no notes: say below the summary what to notice", path))
    if not scenario.is_exercise and not any(script.question for script in scenario.scripts):
        found.append(Mismatch("it has no question: write one, with its choices, under [tool.asyncdemo]", path))
    if unlisted:
        contents = str(scenario.path.parent / CONTENTS)
        found.append(Mismatch(f"{scenario.name} is in no chapter: name it under scenarios there", contents))
    return found


def of_script(script: Script, scenario: Scenario) -> list[Mismatch]:
    """What is wrong with the text of one of a scenario's scripts."""
    path = str(script.path)
    found = [Mismatch(f"{script.syntax_error}", path)] if script.syntax_error else []
    if script.variant is not None:
        found += _summary(script.summary, path)
    found += [Mismatch(slip.message, path, slip.number) for slip in slips(script.source)]
    found += _question(script)
    for rule in script.findings:
        if rule not in RULES:
            message = f"no rule is called {rule!r}: asyncdemo explain lists them"
            found.append(Mismatch(message, path, line_of(script, "findings")))
    found += _claims(script, scenario)
    found += _width(script)
    return found


def line_of(script: Script, key: str) -> int | None:
    """The number of the line in a script's metadata on which a key stands, None where that is not plain."""
    for number, line in enumerate(LINE_END.split(script.source), 1):
        if re.match(rf"# *{re.escape(key)} *=", line):
            return number
    return None


def _summary(summary: str, path: str) -> Iterator[Mismatch]:
    if not summary:
        where = "its heading" if Path(path).suffix == ".md" else "the first line of its docstring"
        yield Mismatch(f"it has no summary: that is {where}", path)
    elif len(summary) > SUMMARY:
        yield Mismatch(f"its summary has {len(summary)} characters, and {SUMMARY} is the most", path)


def _question(script: Script) -> Iterator[Mismatch]:
    path, line = str(script.path), line_of(script, "choices") or line_of(script, "question")
    if script.question is not None and not script.question.strip():
        yield Mismatch("its question is empty", path, line_of(script, "question"))
    if script.choices and script.question is None:
        yield Mismatch("it has choices and no question", path, line)
    if script.question is not None and len(script.choices) < FEWEST:
        had = f"{len(script.choices)} choice{'' if len(script.choices) == 1 else 's'}"
        yield Mismatch(f"its question has {had}, and {FEWEST} are the fewest", path, line)


def _claims(script: Script, scenario: Scenario) -> Iterator[Mismatch]:
    path, line = str(script.path), line_of(script, "time")
    for text in script.time:
        claim = parsed_claim(text)
        if claim is None:
            yield Mismatch(f"time {text!r} is not understood: write it like {FORMS}", path, line)
        elif claim.of is not None and (claim.of not in scenario.variants or claim.of == script.variant):
            yield Mismatch(f"time {text!r}: {scenario.name} has no other variant {claim.of!r}", path, line)


def _width(script: Script) -> Iterator[Mismatch]:
    lines = LINE_END.split(script.source)
    wide = [
        (number, len(line.expandtabs()))
        for number, line in enumerate(lines[: blocks_start(script.source)], 1)
        if len(line.expandtabs()) > COLUMNS
    ]
    if wide:
        (number, width), more = wide[0], len(wide) - 1
        others = f", and {more} more are too wide" if more else ""
        yield Mismatch(f"this line has {width} columns{others}: {COLUMNS} is the most", str(script.path), number)
