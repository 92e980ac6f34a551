"""What can be told of a scenario without a run: is it fit to be shown, and are its promises understood?"""

import re
from collections.abc import Iterator
from pathlib import Path

from asyncdemo.catalogue.scenario import Scenario, Script
from asyncdemo.catalogue.shelf import CONTENTS
from asyncdemo.expectations import times
from asyncdemo.expectations.blocks import LINE_END, blocks_start, slips
from asyncdemo.expectations.choices import FEWEST
from asyncdemo.expectations.fault import Fault
from asyncdemo.findings import RULES

SUMMARY = 60  # characters of a summary: `list` has no more room
COLUMNS = 70  # of a line of code: a projector has no more room


def of_scenario(scenario: Scenario, *, unlisted: bool) -> list[Fault]:
    """Give what is wrong with a scenario as a whole; `unlisted`: the contents.toml beside it does not name it."""
    path = str(scenario.path / "README.md" if scenario.variants else scenario.path)
    found = list(_summary(scenario.summary, path))
    if not scenario.notes.strip():
        found.append(Fault("it has no notes: say below the summary what to notice", path))
    if not any(script.question for script in scenario.scripts):
        found.append(Fault("it has no question: write one, with its choices, under [tool.asyncdemo]", path))
    if unlisted:
        contents = str(scenario.path.parent / CONTENTS)
        found.append(Fault(f"{scenario.name} is in no chapter: name it under scenarios there", contents))
    return found


def of_script(script: Script, scenario: Scenario) -> list[Fault]:
    """Give what is wrong with the text of one of a scenario's scripts."""
    path = str(script.path)
    found = [Fault(f"{script.syntax_error}", path)] if script.syntax_error else []
    if script.variant is not None:
        found += _summary(script.summary, path)
    found += [Fault(slip.message, path, slip.number) for slip in slips(script.source)]
    found += _question(script)
    for rule in script.findings:
        if rule not in RULES:
            message = f"no rule is called {rule!r}: asyncdemo explain lists them"
            found.append(Fault(message, path, line_of(script, "findings")))
    found += _claims(script, scenario)
    found += _width(script)
    return found


def line_of(script: Script, key: str) -> int | None:
    """Give the number of the line in a script's metadata on which a key stands, None where that is not plain."""
    for number, line in enumerate(LINE_END.split(script.source), 1):
        if re.match(rf"# *{re.escape(key)} *=", line):
            return number
    return None


def _summary(summary: str, path: str) -> Iterator[Fault]:
    if not summary:
        where = "its heading" if Path(path).suffix == ".md" else "the first line of its docstring"
        yield Fault(f"it has no summary: that is {where}", path)
    elif len(summary) > SUMMARY:
        yield Fault(f"its summary has {len(summary)} characters, and {SUMMARY} is the most", path)


def _question(script: Script) -> Iterator[Fault]:
    path, line = str(script.path), line_of(script, "choices") or line_of(script, "question")
    if script.question is not None and not script.question.strip():
        yield Fault("its question is empty", path, line_of(script, "question"))
    if script.choices and script.question is None:
        yield Fault("it has choices and no question", path, line)
    if script.question is not None and len(script.choices) < FEWEST:
        had = f"{len(script.choices)} choice{'' if len(script.choices) == 1 else 's'}"
        yield Fault(f"its question has {had}, and {FEWEST} are the fewest", path, line)


def _claims(script: Script, scenario: Scenario) -> Iterator[Fault]:
    path, line = str(script.path), line_of(script, "time")
    for text in script.time:
        claim = times.claim(text)
        if claim is None:
            yield Fault(f"time {text!r} is not understood: write it like {times.FORMS}", path, line)
        elif claim.of is not None and (claim.of not in scenario.variants or claim.of == script.variant):
            yield Fault(f"time {text!r}: {scenario.name} has no other variant {claim.of!r}", path, line)


def _width(script: Script) -> Iterator[Fault]:
    lines = LINE_END.split(script.source)
    wide = [
        (number, len(line.expandtabs()))
        for number, line in enumerate(lines[: blocks_start(script.source)], 1)
        if len(line.expandtabs()) > COLUMNS
    ]
    if wide:
        (number, width), more = wide[0], len(wide) - 1
        others = f", and {more} more are too wide" if more else ""
        yield Fault(f"this line has {width} columns{others}: {COLUMNS} is the most", str(script.path), number)
