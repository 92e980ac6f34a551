"""The staged copy: a text that is not a file of its own, written where it can run like any script.

Nothing else ever rewrites code. The caller has changed the text already (`catalogue.parameters`,
`documents.copying`), with every line still on its number; here it gets a folder, and beside it what the
original could import or open.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asyncdemo.errors import ToolError


@contextmanager
def staged(data: bytes, base_name: str, siblings: Path | None) -> Iterator[Path]:
    """Give the path of a copy called `base_name` in a temporary folder, which is removed afterwards.

    The folder links everything in the folder `siblings` but a file of that name and the bytecode cache, which
    belongs to the original. For a script that is a link, Python looks for imports beside what it links to.
    Raises ToolError if the copy cannot be written.
    """
    import tempfile  # half as long to load as all else that a run without a copy needs

    try:
        temporary = tempfile.TemporaryDirectory(prefix="asyncdemo-", ignore_cleanup_errors=True)
    except OSError as error:
        raise _failed(base_name, error) from error
    with temporary as folder:
        try:
            path = _write(data, Path(folder) / base_name, siblings)
        except OSError as error:
            raise _failed(base_name, error) from error
        yield path


def _write(data: bytes, path: Path, siblings: Path | None) -> Path:
    path.write_bytes(data)
    for sibling in siblings.absolute().iterdir() if siblings else ():
        if sibling.name not in (path.name, "__pycache__"):
            _link(sibling, path.with_name(sibling.name))
    return path


def _link(original: Path, link: Path) -> None:
    try:
        link.symlink_to(original, target_is_directory=original.is_dir())
    except OSError:
        import shutil

        # Windows grants links to developers only (untried there): a copy does as well, if slower.
        if original.is_dir():
            shutil.copytree(original, link, symlinks=True)
        else:
            shutil.copy2(original, link)


def _failed(base_name: str, error: OSError) -> ToolError:
    return ToolError(
        f"cannot write a temporary copy of {base_name!r} ({error.strerror or error}); set TMPDIR to a folder with room"
    )
