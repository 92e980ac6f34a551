"""`asyncdemo new`."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from asyncdemo import sketch
from asyncdemo.catalogue import naming, reading, shelf
from asyncdemo.catalogue.problem import Unreadable
from asyncdemo.catalogue.scenario import Scenario
from asyncdemo.catalogue.shelf import CONTENTS
from asyncdemo.catalogue.wording import visible
from asyncdemo.cli.app import command_app
from asyncdemo.cli.completion import complete_target
from asyncdemo.cli.options import Scenarios, load_catalogue, resolved
from asyncdemo.errors import UsageError
from asyncdemo.saving import replace_content

app = command_app()

_WORD = "letters a to z, digits and -"


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"What it is to be called: {_WORD}.")],
    variants: Annotated[
        str | None, typer.Option("--variants", metavar="A,B", help="A folder with these variants, in this order.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="SCENARIO", help="A copy of this scenario.", autocompletion=complete_target),
    ] = None,
    scenarios: Scenarios = None,
) -> None:
    """Write a new scenario that passes check; nothing is overwritten.

    It is written into this folder, or that of --scenarios. Exit status: 0, or 2 for a mistake in the command.
    """
    if variants is not None and source is not None:
        raise UsageError("--variants and --from exclude each other: a copy has the variants of its scenario")
    if scenarios and len(scenarios) > 1:
        raise UsageError("--scenarios says where to write: give one folder")
    own_name = _checked(name, "name")
    folder = Path(scenarios[0]) if scenarios else Path()
    catalogue = load_catalogue(scenarios)
    _refuse_taken(folder, own_name)
    names = [_checked(word, "variant") for word in variants.split(",")] if variants is not None else []
    if len(set(names)) < len(names):
        raise UsageError(f"--variants {visible(variants)}: each variant needs a name of its own")
    if source is not None:
        original = resolved([source], catalogue, None)[0]
        if original.scenario is None or (original.script is not None and original.script.variant is not None):
            raise UsageError(f"--from {visible(source)}: name a scenario, not a variant or a script")
        written, names = _copy(original.scenario, folder, own_name)
    elif names:
        written = folder / own_name
        _write_folder(written, sketch.folder(own_name, names))
    else:
        written = folder / sketch.file_name(own_name)
        _write(written, sketch.single(own_name))
    print(f"written  {visible(written)}{os.sep if written.is_dir() else ''}")
    _tell_contents(folder, own_name, names)
    where = f" --scenarios {visible(folder)}"
    print(f"next     asyncdemo check {own_name}{where}")
    print(f"         asyncdemo run {own_name}{where}")


def _checked(word: str, what: str) -> str:
    """Give the one spelling of a name. Raises UsageError if it is none."""
    name = naming.normal(word.strip())
    if not naming.is_name(name):
        raise UsageError(f"{visible(word)!r} is no {what} for a scenario: use {_WORD}")
    return name


def _refuse_taken(folder: Path, name: str) -> None:
    found = shelf.look(folder, "", []).found.get(name)
    if found is not None:
        raise UsageError(f"there is a {visible(found)} already, and nothing is overwritten: choose another name")


def _copy(original: Scenario, folder: Path, name: str) -> tuple[Path, list[str]]:
    """Write a copy under another name; give where, and its variants."""
    if not original.variants:
        path = folder / sketch.file_name(name)
        _write(path, sketch.without_aliases(original.scripts[0].source))
        return path, []
    files = {script.path.name: sketch.without_aliases(script.source) for script in original.scripts}
    readme = original.path / "README.md"
    with suppress(Unreadable):
        files["README.md"] = reading.utf8(reading.content(readme))
    _write_folder(folder / name, files)
    return folder / name, list(original.variants)


def _write_folder(path: Path, files: Mapping[str, str]) -> None:
    try:
        path.mkdir()
    except OSError as error:
        raise UsageError(f"cannot make the folder {visible(path)}: {error.strerror}") from None
    for file, text in files.items():
        _write(path / file, text)


def _write(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises UsageError if it is, or if it cannot be written."""
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write {visible(path)}: {error.strerror}") from None


def _tell_contents(folder: Path, name: str, variants: Sequence[str]) -> None:
    """Name the scenario in the contents.toml beside it, if there is one; or say what is to be written there."""
    path = folder / CONTENTS
    if not os.path.lexists(path):
        if list(variants) != sorted(variants):
            order = ", ".join(f'"{variant}"' for variant in variants)
            print(f"order    alphabetical; for yours, write {visible(path)} with")
            print(f"         [variants]\n         {name} = [{order}]")
        return
    with suppress(Unreadable):
        text = sketch.with_scenario(reading.utf8(reading.content(path)), name, variants)
        if text is not None:
            replace_content(path, text.encode())
            print(f"named    in the last chapter of {visible(path)}")
            return
    print(f'to do    {visible(path)} does not name it yet: add "{name}" to the scenarios of a chapter')
