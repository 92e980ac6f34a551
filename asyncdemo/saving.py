"""Files that are written whole or not at all."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from asyncdemo.catalogue.wording import visible
from asyncdemo.errors import UsageError

ENDINGS = (".json",)


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """Give a text file that takes the place of `path` when the block ends well; until then that stays as it was.

    Raises UsageError, before anything else is done, for an ending that is not known or a place that cannot be written.
    """
    if path.suffix not in ENDINGS:
        raise UsageError(f"cannot save as {visible(path)}: the name must end in {' or '.join(ENDINGS)}")
    if path.is_dir():
        raise UsageError(f"cannot save as {visible(path)}: that is a folder")
    with _in_place_of(path, 0o666 & ~_umask()) as file, TextIOWrapper(file, encoding="utf-8", newline="\n") as text:
        yield text


def replace_content(path: Path, data: bytes) -> None:
    """Give a file other content, whole or not at all; it keeps its mode, and a link stays one.

    Raises UsageError where that cannot be written.
    """
    path = path.resolve()
    try:
        with _in_place_of(path, stat.S_IMODE(path.stat().st_mode)) as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"cannot write {visible(path)}: {error.strerror}") from None


@contextmanager
def _in_place_of(path: Path, mode: int) -> Iterator[IO[bytes]]:
    from tempfile import NamedTemporaryFile  # takes a while to load, and most runs save nothing

    try:
        file = NamedTemporaryFile(  # noqa: SIM115  # it is closed below, where it is also put in its place
            "wb", dir=path.parent, prefix=".", delete=False
        )
    except OSError as error:
        raise UsageError(f"cannot write {visible(path)}: {error.strerror}") from None
    try:
        with file:
            yield file
        Path(file.name).chmod(mode)
        Path(file.name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(file.name).unlink()
        raise


def _umask() -> int:
    """The mask for new files, which a temporary file does not have; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
