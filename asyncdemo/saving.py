"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    from tempfile import NamedTemporaryFile  # takes a while to load, and most runs save nothing

    try:
        file = NamedTemporaryFile(  # noqa: SIM115  # it is closed below, where it is also put in its place
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".", delete=False
        )
    except OSError as error:
        raise UsageError(f"cannot write {visible(path)}: {error.strerror}") from None
    try:
        with file:
            yield file
        Path(file.name).chmod(0o666 & ~_umask())
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
