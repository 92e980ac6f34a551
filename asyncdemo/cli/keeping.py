"""The files in which a recording is kept."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asyncdemo.saving import Place, opened

if TYPE_CHECKING:
    from asyncdemo.archive import Recording

Save = Annotated[
    list[Path] | None,
    typer.Option(
        "--save",
        metavar="FILE",
        help="Keep all runs: .json, .html, .svg, .txt or .trace.json. Can be given more than once.",
    ),
]


def opened_places(paths: Iterable[Path], stack: ExitStack) -> list[Place]:
    """Open all files. Raises UsageError for one that cannot be written, or whose ending is not known."""
    from asyncdemo.views.exports import RECORDINGS

    return [stack.enter_context(opened(path, RECORDINGS)) for path in paths]


def keep(recording: "Recording", places: Iterable[Place]) -> None:
    """Write the recording into each, in the form that its ending names. Raises ToolError."""
    from asyncdemo.views.exports import RECORDINGS, write

    for place in places:
        with place.writing() as file:
            write(recording, place.ending, RECORDINGS, file)
