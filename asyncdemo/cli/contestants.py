"""From the words on the command line to the contestants: each with a name of its own and how it is run."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.staging import parse_settings
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.comparison.result import is_number
from asyncdemo.errors import UsageError

MOST = 10  # contestants, and values of a sweep


class Contest(NamedTuple):
    """Who is compared: targets with their names, and how each is run.

    `parameter` and `values` are those of a sweep. With several targets the contestants are ordered by value, then as in
    `names`, and `steps` has the number of the target and the value for each, where the values are numbers.
    """

    names: Sequence[str]
    targets: Sequence[Target]
    requests: Sequence[Request]
    parameter: str | None = None
    values: Sequence[Any] = ()
    steps: Sequence[tuple[int, float]] = ()

    @property
    def is_grid(self) -> bool:
        """True if several targets are compared at each value of a parameter."""
        return self.parameter is not None and len(self.requests) > len(self.values)

    @property
    def keys(self) -> list[str]:
        """A name for each contestant that no other has."""
        if not self.is_grid:
            return list(self.names)
        return [f"{name} {self.parameter}={value}" for value in self.values for name in self.names]


def contest(chosen: Sequence[Target], request: Request, pythons: Sequence[str], sweep: str | None) -> Contest:
    """Who is compared. Raises UsageError for what cannot be."""
    chosen = [each for target in chosen for each in (targets.expand(target) if len(chosen) == 1 else [target])]
    _check(chosen)
    if len(pythons) > 1:
        return _by_python(chosen, request, pythons, sweep)
    if pythons:
        request = request._replace(python=pythons[0])
    if sweep is not None:
        return _by_value(chosen, request, sweep)
    if len(chosen) < 2:
        raise UsageError(f"comparing takes at least two; name another one besides {visible(chosen[0].name)}")
    return Contest(_names(chosen), chosen, [request] * len(chosen))


def _check(chosen: Sequence[Target]) -> None:
    if not chosen:
        raise UsageError("compare what? Name two variants, scenarios or scripts: asyncdemo list shows the scenarios")
    for target in chosen:
        if target.scenario is not None and target.script is None:
            raise UsageError(
                f"{target.name} has variants; compare {target.name} alone, or name the variants that you mean"
            )
        if target.is_stdin:
            raise UsageError("standard input can be read only once; write the script to a file to compare it")
    _few(len(chosen))
    files = [target.name if target.path is None else (target.path.resolve(), target.block) for target in chosen]
    twice = _twice(files)
    if twice is not None:
        name = chosen[files.index(twice)].name
        raise UsageError(f"{visible(name)} is named twice; compare it with something else")


def _few(contestants: int) -> None:
    if contestants > MOST:
        raise UsageError(f"{contestants} are too many to compare; name at most {MOST}")


def _twice(items: Sequence[Any]) -> Any | None:
    """The first item that is there more than once."""
    return next((item for item in items if items.count(item) > 1), None)


def _names(chosen: Sequence[Target]) -> list[str]:
    """The shortest names that tell targets apart: variants of one scenario need no more than their own."""
    variants = [
        None if target.scenario is None or target.script is None else target.script.variant for target in chosen
    ]
    if len({target.scenario and target.scenario.name for target in chosen}) == 1 and all(variants):
        return [str(variant) for variant in variants]
    return [target.name for target in chosen]


def _by_python(chosen: Sequence[Target], request: Request, pythons: Sequence[str], sweep: str | None) -> Contest:
    if len(chosen) > 1:
        raise UsageError(
            f"several --python compare one target with itself; there are {len(chosen)} targets: name only one"
        )
    if sweep is not None:
        raise UsageError("several --python and --sweep exclude each other: choose one")
    _few(len(pythons))
    twice = _twice(pythons)
    if twice is not None:
        raise UsageError(f"--python {visible(twice)} is given twice; compare it with another one")
    requests = [request._replace(python=python) for python in pythons]
    return Contest(list(pythons), list(chosen) * len(pythons), requests)


def _by_value(chosen: Sequence[Target], request: Request, sweep: str) -> Contest:
    name, values = _swept(chosen, sweep)
    on_an_axis = all(map(is_number, values))
    if on_an_axis and len(chosen) > 1:
        values = sorted(values)
    ways = [request._replace(settings=(*request.settings, f"{name}={value!r}")) for value in values]
    if len(chosen) == 1:
        names = [f"{name}={value!r}" for value in values]
        return Contest(names, list(chosen) * len(values), ways, name, values)
    steps = [(number, float(value)) for value in values for number in range(len(chosen))] if on_an_axis else []
    requests = list(chain.from_iterable([way] * len(chosen) for way in ways))
    return Contest(_names(chosen), list(chosen) * len(values), requests, name, values, steps)


def _swept(chosen: Sequence[Target], sweep: str) -> tuple[str, list[Any]]:
    """The parameter, and its values as each of the scripts takes them."""
    name, equals, text = sweep.partition("=")
    name, texts = name.strip(), _listed(text)
    if not (equals and name and all(each.strip() for each in texts)):
        raise UsageError(f"--sweep {visible(sweep)}: write NAME=VALUE,VALUE, for example --sweep TASKS=1,10,100")
    values = []
    for target in chosen:
        if target.module is not None:
            raise UsageError(f"--sweep changes a script, not a module: {target.name} has no parameters")
        known = target.parameters
        values = [parse_settings([f"{name}={each}"], known, target.name, "--sweep")[name] for each in texts]
    twice = _twice(values)
    if twice is not None:
        raise UsageError(f"--sweep {visible(sweep)}: {twice!r} is given twice")
    if len(values) < 2:
        raise UsageError(f"--sweep {visible(sweep)}: give at least two values, separated by commas")
    _few(len(values))
    return name, values


def _listed(text: str) -> list[str]:
    """The values between commas; a comma within brackets or quotes belongs to its value."""
    values, depth, quote = [""], 0, ""
    for character in text:
        if character == "," and not depth and not quote:
            values.append("")
            continue
        if quote:
            quote = "" if character == quote and not _is_escaped(values[-1]) else quote
        elif character in "'\"" and (depth or not values[-1].strip()):
            quote = character
        else:
            depth += (character in "([") - (character in ")]" and depth > 0)
        values[-1] += character
    # brackets and quotes that are no pairs are letters like others
    return text.split(",") if depth or quote else values


def _is_escaped(before: str) -> bool:
    """True if the character behind this text has a backslash of its own."""
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def baseline_of(names: Sequence[str], chosen: str | None) -> int:
    """The number of the contestant that the others are compared with. Raises UsageError."""
    if chosen is None:
        return 0
    if chosen not in names:
        known = ", ".join(visible(name) for name in names)
        raise UsageError(f"--baseline {visible(chosen)}: there is no such contestant; there are {known}")
    return names.index(chosen)


def titled(chosen: Sequence[Target]) -> tuple[str, str]:
    """The title for these targets, and what they are about where they are of one scenario."""
    scenario = chosen[0].scenario
    if scenario is not None and all(target.scenario == scenario for target in chosen):
        return scenario.name, scenario.summary
    if len(set(chosen)) == 1:
        return chosen[0].name, ""
    return "compare", ""
