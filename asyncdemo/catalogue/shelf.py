"""One folder of scenarios: what lies in it, and the order that its contents.toml gives it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from asyncdemo.catalogue import metadata, naming, reading
from asyncdemo.catalogue.problem import Problem, Unreadable

CONTENTS = "contents.toml"


class Shelf(NamedTuple):
    """The scenarios of one folder, not read yet.

    `found` has the file or folder of each name, `chapters` the titles with the names in order (every name
    once, those without a chapter last), `variants` the order of the variants where contents.toml gives one.
    """

    found: dict[str, Path]
    chapters: tuple[tuple[str, tuple[str, ...]], ...]
    variants: dict[str, list[str]]


def look(folder: Path, last_chapter: str, problems: list[Problem]) -> Shelf:
    """List a folder; without a good contents.toml alphabetically. What is wrong is added to `problems`."""
    found = _scenarios(folder, problems)
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
    return Shelf(found, (*chapters, (last_chapter, rest)), variants)


def unlisted(folder: Path) -> tuple[str, ...]:
    """Give the scenarios of a folder that its contents.toml puts into no chapter; none where it has no chapters."""
    *chapters, (_, rest) = look(folder, "", []).chapters
    return rest if chapters else ()


def python_files(folder: Path, problems: list[Problem]) -> dict[str, Path]:
    """Give the scripts of a folder by the names that they stand for, alphabetically."""
    return _named([path for path in _entries(folder, problems) if path.suffix == ".py"], problems)


def _scenarios(folder: Path, problems: list[Problem]) -> dict[str, Path]:
    paths = [path for path in _entries(folder, problems) if path.suffix == ".py" or _has_scripts(path)]
    return _named(paths, problems)


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
        name = naming.from_file(path.name)
        if not naming.is_name(name):
            problems.append(Problem(path, "not a scenario name: use letters a to z, digits and -"))
        elif name in found:
            problems.append(Problem(path, f"{found[name].name} has the same name"))
        else:
            found[name] = path
    return dict(sorted(found.items()))


def _contents(path: Path) -> tuple[list[tuple[str, list[str]]], dict[str, list[str]]]:
    table = metadata.toml(reading.utf8(reading.content(path)))
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
        for name in map(naming.normal, names):
            if name not in found:
                problems.append(Problem(contents, f"names {name!r}, but there is no such scenario"))
            elif name in seen:
                problems.append(Problem(contents, f"names {name} twice"))
            else:
                seen.add(name)
                members.append(name)
        known.append((title, tuple(members)))
    return known
