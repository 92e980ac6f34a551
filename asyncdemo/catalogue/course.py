"""All scenarios in course order: the person's own folders over the built-in course."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from asyncdemo.catalogue import naming, reading, shelf
from asyncdemo.catalogue.problem import Problem, Unreadable
from asyncdemo.catalogue.scenario import Catalogue, Chapter, Scenario, Script
from asyncdemo.catalogue.wording import absolute, visible
from asyncdemo.errors import UsageError

VARIABLE = "ASYNCDEMO_SCENARIOS"


def built_in() -> Path:
    """Give the folder of the built-in course: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


def folders(extra: Sequence[str], environ: Mapping[str, str]) -> list[Path]:
    """Give the folders of scenarios as they take precedence: --scenarios, the environment's, the course.

    Raises UsageError for one of --scenarios that is no folder. One of the environment's becomes a Problem in
    `load`: it may be right for another project.
    """
    for word in extra:
        if not Path(word).is_dir():
            raise UsageError(f"--scenarios {visible(word)}: no such folder; give one that holds scenario files")
    listed = [word for word in environ.get(VARIABLE, "").split(os.pathsep) if word]
    own = [absolute(Path(word)) for word in (*extra, *listed)]
    return list(dict.fromkeys([*own, built_in()]))


def load_named(folders: Sequence[Path], words: Collection[str]) -> Catalogue:
    """Read only the scenarios that the words name exactly, perhaps with a variant; all where one names none.

    For whoever only runs them: reading the whole course takes a tenth of such a command's time.
    """
    names = {naming.normal(word.partition(":")[0]) for word in words}
    some = load(folders, names) if names else Catalogue()
    return some if names and names == {scenario.name for scenario in some.scenarios} else load(folders)


def load(folders: Sequence[Path], only: Collection[str] | None = None) -> Catalogue:
    """Read all scenarios, or only those of some names.

    The first folder that has a name wins it; the last folder is the course. A person's scenario takes the place of the
    course's one of that name. Their others follow in chapters after the course. A chapter without scenarios has no
    number.
    """
    problems: list[Problem] = []
    last = len(folders) - 1
    shelves = [shelf.look(folder, "More" if at == last else folder.name, problems) for at, folder in enumerate(folders)]
    scenarios: list[Scenario] = []
    placed: set[str] = set()
    number = 1
    for one in (*shelves[last:], *shelves[:last]):
        for title, names in one.chapters:
            new = [name for name in names if name not in placed and (only is None or name in only)]
            placed.update(new)
            read = [_first(name, shelves, Chapter(number, title), problems) for name in new]
            members = [scenario for scenario in read if scenario]
            scenarios += members
            number += bool(members)
    unambiguous = tuple(_with_own_aliases(scenarios, problems))
    return Catalogue(unambiguous, tuple(problems))


def _first(name: str, shelves: list[shelf.Shelf], chapter: Chapter, problems: list[Problem]) -> Scenario | None:
    """Read the first scenario of a name that can be read."""
    for one in shelves:
        if name in one.found:
            scenario = _scenario(name, one, chapter, problems)
            if scenario:
                return scenario
    return None


def _scenario(name: str, one: shelf.Shelf, chapter: Chapter, problems: list[Problem]) -> Scenario | None:
    path = one.found[name]
    if path.suffix == ".py":
        script = _script(path, None, problems)
        if script is None:
            return None
        return Scenario(name, chapter, path, (script,), script.summary, script.notes, script.aliases)
    files = shelf.python_files(path, problems)
    ordered = [variant for variant in one.variants.get(name, ()) if variant in files]
    read = [_script(files[variant], variant, problems) for variant in dict.fromkeys([*ordered, *files])]
    scripts = tuple(script for script in read if script)
    if not scripts:
        return None
    summary, notes = _readme(path, scripts[0], problems)
    aliases = tuple(dict.fromkeys(alias for script in scripts for alias in script.aliases))
    return Scenario(name, chapter, path, scripts, summary, notes, aliases)


def _script(path: Path, variant: str | None, problems: list[Problem]) -> Script | None:
    try:
        return reading.script(path, variant)
    except Unreadable as error:
        problems.append(Problem(path, str(error)))
        return None


def _readme(folder: Path, first: Script, problems: list[Problem]) -> tuple[str, str]:
    path = folder / "README.md"
    if os.path.lexists(path):
        try:
            return reading.readme(path)
        except Unreadable as error:
            problems.append(Problem(path, str(error)))
    return first.summary, first.notes


def _with_own_aliases(scenarios: list[Scenario], problems: list[Problem]) -> Iterator[Scenario]:
    """Leave each alias to the first scenario that has it, and none that is a scenario's name."""
    owners = {scenario.name: scenario.name for scenario in scenarios}
    for scenario in scenarios:
        taken = [alias for alias in scenario.aliases if alias in owners]
        for alias in taken:
            problems.append(Problem(scenario.path, f"alias {alias} already means {owners[alias]}"))
        own = tuple(alias for alias in scenario.aliases if alias not in taken)
        owners.update((alias, scenario.name) for alias in own)
        yield scenario._replace(aliases=own) if taken else scenario
