"""`asyncdemo new`."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from asyncdemo.catalogue import course, names, new_scenario, script_source, targets
from asyncdemo.catalogue.course import CONTENTS
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.scenario import SOLUTION, START, Catalogue, Scenario
from asyncdemo.cli.app import command_app
from asyncdemo.cli.option_values import load_catalogue
from asyncdemo.cli.options import Scenarios, complete_target
from asyncdemo.cli.saving import replace_content
from asyncdemo.errors import Unreadable, UsageError
from asyncdemo.expectations.static_checks import COLUMNS

app = command_app()

NOTES = "README.md"  # of a folder
_WORD = "letters a to z, digits and -"


@app.command("new")
def new(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help=f"Name of what is new: {_WORD}.")] = None,
    variants: Annotated[
        str | None, typer.Option("--variants", metavar="A,B", help="Write a folder with these variants, in this order.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="SCENARIO", help="Copy this scenario.", autocompletion=complete_target),
    ] = None,
    exercise: Annotated[
        bool, typer.Option("--exercise", help="Write an exercise: a folder with a start and a solution.")
    ] = False,
    scenarios: Scenarios = None,
) -> None:
    """Write a new scenario or exercise that passes check. Nothing is overwritten.

    It is written into this folder, or into that of --scenarios. Exit status: 0, or 2 for a usage error.
    """
    if name is None:
        raise UsageError("new what? Name the scenario: asyncdemo new my-scenario")
    if variants is not None and source is not None:
        raise UsageError("--variants and --from exclude each other: a copy has the variants of its scenario")
    if exercise and (variants is not None or source is not None):
        raise UsageError("--exercise excludes --variants and --from: an exercise has a start and a solution")
    if scenarios and len(scenarios) > 1:
        raise UsageError("--scenarios says where to write it: give one folder")
    own_name = _checked(name, "name")
    folder = Path(scenarios[0]) if scenarios else Path()
    catalogue = load_catalogue(scenarios)
    _refuse_taken(folder, own_name)
    names = [] if variants is None else _variants(variants)
    if source is not None:
        written, names = _copy(_original(source, catalogue), folder, own_name)
    elif exercise:
        written, names = folder / own_name, [SOLUTION, START]
        _write_folder(written, {file: text.encode() for file, text in new_scenario.exercise().items()})
    elif names:
        written = folder / own_name
        _write_folder(written, {file: text.encode() for file, text in new_scenario.folder(own_name, names).items()})
    else:
        written = folder / new_scenario.file_name(own_name)
        _write(written, new_scenario.single(own_name).encode())
    print(f"written  {visible(written)}{os.sep if written.is_dir() else ''}")
    _tell_contents(folder, own_name, names)
    where = f" --scenarios {visible(folder)}"
    print(f"next     asyncdemo check {own_name}{where}")
    print(f"         asyncdemo {'exercise' if exercise else 'run'} {own_name}{where}")


def _checked(word: str, what: str) -> str:
    """The one spelling of a name. Raises UsageError if it is none."""
    name = names.normal(word.strip())
    if not names.is_name(name):
        raise UsageError(f"{visible(word)!r} is not a {what} for a scenario: use {_WORD}")
    return name


def _variants(words: str) -> list[str]:
    """The names of --variants. Raises UsageError if one is none, or if two are the same."""
    names = [_checked(word, "variant") for word in words.split(",")]
    if len(set(names)) < len(names):
        raise UsageError(f"--variants {visible(words)}: each variant needs a name of its own")
    return names


def _original(word: str, catalogue: Catalogue) -> Scenario:
    """The scenario of --from. Raises UsageError for anything else."""
    (target,) = targets.resolve([word], catalogue, None)
    if target.scenario is None or (target.script is not None and target.script.variant is not None):
        raise UsageError(f"--from {visible(word)}: name a scenario, not a variant or a script")
    return target.scenario


def _refuse_taken(folder: Path, name: str) -> None:
    found = course.list_folder(folder, "", []).found.get(name)
    if found is not None:
        raise UsageError(f"{visible(found)} exists already, and nothing is overwritten: choose another name")


def _copy(original: Scenario, folder: Path, name: str) -> tuple[Path, list[str]]:
    """Write a copy under another name, with the files beside its variants; give where, and its variants."""
    if not original.variants:
        path = folder / new_scenario.file_name(name)
        _write(path, _own(original.scripts[0].path, original.name, name))
        return path, []
    scripts = [script.path for script in original.scripts]
    try:
        beside = [path for path in original.path.iterdir() if path.is_file() and path not in scripts]
        files = {path.name: path.read_bytes() for path in beside}
    except OSError as error:
        raise UsageError(f"cannot copy {visible(original.path)}: {error.strerror}") from None
    notes = files.get(NOTES)
    if notes is not None:
        files[NOTES] = new_scenario.with_name(notes.decode(errors="surrogateescape"), original.name, name).encode(
            errors="surrogateescape"
        )
    _write_folder(folder / name, files | {path.name: _own(path, original.name, name) for path in scripts})
    return folder / name, list(original.variants)


def _own(path: Path, old: str, name: str) -> bytes:
    """The script of a copy: its commands name the copy, and the aliases stay with what it was made from."""
    text, encoding = script_source.decoded(script_source.content(path))
    return new_scenario.script_with_name(new_scenario.without_aliases(text), old, name, COLUMNS).encode(encoding)


def _write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    try:
        path.mkdir()
    except OSError as error:
        raise UsageError(f"cannot make the folder {visible(path)}: {error.strerror}") from None
    for file, data in files.items():
        _write(path / file, data)


def _write(path: Path, data: bytes) -> None:
    """Write a file that is not there yet. Raises UsageError if it is, or if it cannot be written."""
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"cannot write {visible(path)}: {error.strerror}") from None


def _tell_contents(folder: Path, name: str, variants: Sequence[str]) -> None:
    """Name the scenario in the contents.toml beside it; or say what is to be written there.

    Where there is none, one is written if the order of the variants has to be kept.
    """
    path = folder / CONTENTS
    is_new = not os.path.lexists(path)
    with suppress(Unreadable):
        before = "" if is_new else script_source.utf8(script_source.content(path))
        text = new_scenario.with_scenario(before, name, list(variants))
        if text == before:
            return
        if text is not None:
            if is_new:
                _write(path, b"")
            replace_content(path, text.encode())
            print(f"listed   in {visible(path)}")
            return
    print(f'to do    {visible(path)} does not list it yet: add "{name}" to the scenarios of a chapter')
