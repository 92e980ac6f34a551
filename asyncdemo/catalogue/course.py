"""All scenarios in course order: the folders that hold them, the user's own before the built-in course."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from asyncdemo.catalogue import script_source
from asyncdemo.catalogue.names import absolute, from_file, is_name, normal, visible
from asyncdemo.catalogue.scenario import Catalogue, Chapter, Problem, Scenario, Script, read_script
from asyncdemo.errors import Unreadable, UsageError

CONTENTS = "contents.toml"


class ScenarioFolder(NamedTuple):
    """The scenarios of one folder, not read yet.

    `found` has the file or folder of each name, `chapters` the titles with the names in order (every name
    once, those without a chapter last), `variants` the order of the variants where contents.toml gives one.
    """

    found: dict[str, Path]
    chapters: tuple[tuple[str, tuple[str, ...]], ...]
    variants: dict[str, list[str]]


def list_folder(
    folder: Path, last_chapter: str, problems: list[Problem], only: Collection[str] | None = None
) -> ScenarioFolder:
    """List a folder; without a good contents.toml alphabetically. What is wrong is added to `problems`.

    Where `only` these are wanted, and they are single scripts, that is not read: it has nothing to say of them.
    """
    paths = [path for path in _entries(folder, problems) if path.suffix == ".py" or _has_scripts(path)]
    found = _named(paths, problems)
    if only is not None and not any(found[name].suffix != ".py" for name in only if name in found):
        return ScenarioFolder(found, ((last_chapter, tuple(found)),), {})
    chapters: list[tuple[str, tuple[str, ...]]] = []
    variants: dict[str, list[str]] = {}
    contents = folder / CONTENTS
    if os.path.lexists(contents):
        try:
            listed, variants = _contents(contents)
            chapters = _known(listed, found, contents, problems)
        except Unreadable as error:
            problems.append(Problem(contents, str(error)))
    placed = {name for _, names in chapters for name in names}
    rest = tuple(name for name in found if name not in placed)
    return ScenarioFolder(found, (*chapters, (last_chapter, rest)), variants)


def unlisted(folder: Path) -> tuple[str, ...]:
    """The scenarios of a folder that its contents.toml puts into no chapter; none where it has no chapters."""
    *chapters, (_, rest) = list_folder(folder, "", []).chapters
    return rest if chapters else ()


def _entries(folder: Path, problems: list[Problem]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith(("_", ".")))
    except FileNotFoundError:
        problems.append(Problem(folder, "no such folder: check --scenarios and ASYNCDEMO_SCENARIOS"))
    except OSError as error:
        problems.append(Problem(folder, f"cannot be read: {error.strerror}"))
    return []


def _has_scripts(path: Path) -> bool:
    try:
        return any(inner.suffix == ".py" and not inner.name.startswith("_") for inner in path.iterdir())
    except PermissionError:
        return True  # so that reading it says so
    except OSError:
        return False


def _named(paths: Sequence[Path], problems: list[Problem]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in paths:
        name = from_file(path.name)
        if not is_name(name):
            problems.append(Problem(path, "not a scenario name: use letters a to z, digits and -"))
        elif name in found:
            problems.append(Problem(path, f"{found[name].name} has the same name"))
        else:
            found[name] = path
    return dict(sorted(found.items()))


def _contents(path: Path) -> tuple[list[tuple[str, list[str]]], dict[str, list[str]]]:
    table = script_source.toml(script_source.utf8(script_source.content(path)))
    chapters, variants = table.get("chapter", []), table.get("variants", {})
    match chapters:
        case [*tables] if all(map(_is_chapter, tables)):
            pass
        case _:
            raise Unreadable("each [[chapter]] must have a title (a string) and scenarios (a list of strings)")
    if not isinstance(variants, dict) or not all(map(_are_strings, variants.values())):
        raise Unreadable("[variants] must have a list of strings for each scenario")
    return [(chapter["title"], chapter["scenarios"]) for chapter in chapters], variants


def _is_chapter(table: Any) -> bool:
    match table:
        case {"title": str(), "scenarios": scenarios}:
            return _are_strings(scenarios)
    return False


def _are_strings(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(item, str) for item in found)


def _known(
    chapters: list[tuple[str, list[str]]], found: dict[str, Path], contents: Path, problems: list[Problem]
) -> list[tuple[str, tuple[str, ...]]]:
    seen: set[str] = set()
    known = []
    for title, names in chapters:
        members = []
        for name in map(normal, names):
            if name not in found:
                problems.append(Problem(contents, f"names {name!r}, but there is no such scenario"))
            elif name in seen:
                problems.append(Problem(contents, f"names {name} twice"))
            else:
                seen.add(name)
                members.append(name)
        known.append((title, tuple(members)))
    return known


VARIABLE = "ASYNCDEMO_SCENARIOS"
SCENARIOS, EXERCISES = "scenarios", "exercises"  # the folders that are built in


def built_in(what: str = SCENARIOS) -> Path:
    """The folder of the built-in scenarios, or exercises: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / what
    return installed if installed.is_dir() else package.parent / what


def folders(extra: Sequence[str], environ: Mapping[str, str], what: str = SCENARIOS) -> list[Path]:
    """The folders of scenarios as they take precedence: --scenarios, the environment's, those that are built in.

    Raises UsageError for one of --scenarios that is no folder. One of the environment's becomes a Problem in
    `load`: it may be right for another project.
    """
    for word in extra:
        if not Path(word).is_dir():
            raise UsageError(f"--scenarios {visible(word)}: no such folder; give one that holds scenario files")
    listed = [word for word in environ.get(VARIABLE, "").split(os.pathsep) if word]
    own = [absolute(Path(word)) for word in (*extra, *listed)]
    return list(dict.fromkeys([*own, built_in(what)]))


def load_named(folders: Sequence[Path], words: Collection[str]) -> Catalogue:
    """Read only the scenarios that the words name exactly, perhaps with a variant; all where one names none.

    These have no place in the course: their chapters are not what they are in the whole of it.

    For whoever only runs them: reading the whole course takes a tenth of such a command's time.
    """
    names = {normal(word.partition(":")[0]) for word in words}
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
    all_folders = [
        list_folder(folder, "More" if at == last else folder.name, problems, only) for at, folder in enumerate(folders)
    ]
    scenarios: list[Scenario] = []
    placed: set[str] = set()
    number = 1
    for one in (*all_folders[last:], *all_folders[:last]):
        for title, names in one.chapters:
            new = [name for name in names if name not in placed and (only is None or name in only)]
            placed.update(new)
            read = [_first(name, all_folders, Chapter(number, title), problems) for name in new]
            members = [scenario for scenario in read if scenario]
            scenarios += members
            number += bool(members)
    unambiguous = tuple(_with_own_aliases(scenarios, problems))
    return Catalogue(unambiguous, tuple(problems))


def _first(name: str, all_folders: list[ScenarioFolder], chapter: Chapter, problems: list[Problem]) -> Scenario | None:
    """Read the first scenario of a name that can be read."""
    for one in all_folders:
        if name in one.found:
            scenario = _scenario(name, one, chapter, problems)
            if scenario:
                return scenario
    return None


def _scenario(name: str, one: ScenarioFolder, chapter: Chapter, problems: list[Problem]) -> Scenario | None:
    path = one.found[name]
    if path.suffix == ".py":
        script = _script(path, None, problems)
        if script is None:
            return None
        return Scenario(name, chapter, path, (script,), script.summary, script.notes, script.aliases)
    files = _named([each for each in _entries(path, problems) if each.suffix == ".py"], problems)
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
        return read_script(path, variant)
    except Unreadable as error:
        problems.append(Problem(path, str(error)))
        return None


def _readme(folder: Path, first: Script, problems: list[Problem]) -> tuple[str, str]:
    path = folder / "README.md"
    if os.path.lexists(path):
        try:
            return script_source.read_readme(path)
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
