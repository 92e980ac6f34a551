"""What `--save` writes: files that are written whole or not at all, as often as there is something new."""

import errno
import os
import signal
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from asyncdemo.catalogue.names import listed, visible
from asyncdemo.errors import ToolError, UsageError
from asyncdemo.runner.escalation import ENDING, heeded

if TYPE_CHECKING:
    from asyncdemo.comparison.result import Comparison, Sweep
    from asyncdemo.model.recording_json import Recording

Document = TypeVar("Document")
Render = Callable[[Document], Iterable[str]]  # as in the tables of views.exports


TITLE_OF_WHAT = "--title is the title of what is saved: add --save FILE.html"


class Saver(Generic[Document]):
    """The files of a document, each in the form that its ending names.

    Raises UsageError for one that cannot be written, or whose ending is not known; of those whose endings are in
    `once` only the first is written.
    """

    def __init__(
        self, paths: Iterable[Path], renders: Mapping[str, Render[Document]], once: Collection[str] = ()
    ) -> None:
        self._renders, self._once = renders, once
        self._places = [writable(path, renders) for path in paths]

    def save(self, document: Document) -> None:
        """Write the files anew. Raises ToolError."""
        for place in self._places:
            with place.writing() as file:
                file.writelines(self._renders[place.ending](document))
        self._places = [place for place in self._places if place.ending not in self._once]


def recording_files(paths: Collection[Path]) -> "Saver[Recording]":
    """The files of a recording. Raises UsageError."""
    if not paths:
        return Saver((), {})
    from asyncdemo.views.exports import RECORDINGS

    return Saver(paths, RECORDINGS)


def comparison_files(paths: Collection[Path]) -> "Saver[Comparison | Sweep]":
    """The files of a comparison. Raises UsageError."""
    if not paths:
        return Saver((), {})
    from asyncdemo.views.exports import COMPARISONS, OF_THE_WARM_UP

    return Saver(paths, COMPARISONS, OF_THE_WARM_UP)


class Place(NamedTuple):
    """Where a file is to stand, and its form."""

    path: Path
    ending: str

    @contextmanager
    def writing(self) -> Iterator[IO[str]]:
        """The text file that takes the place when the block ends well. Raises ToolError where it cannot."""
        try:
            with _replacing(self.path, "w") as file:
                yield file
        except OSError as error:
            raise ToolError(f"cannot write {visible(self.path)}: {error.strerror}") from None


def writable(path: Path, endings: Collection[str]) -> Place:
    """The place, once it is sure that it can be written: that is tried, and what stands there stays.

    Raises UsageError for an ending that is not known or a place that cannot be written.
    """
    ending = max((each for each in endings if path.name.endswith(each)), key=len, default=None)  # .trace.json: no .json
    if ending is None:
        raise UsageError(f"cannot save as {visible(path)}: the name must end in {listed([*endings])}")
    if path.is_dir():
        raise UsageError(f"cannot save as {visible(path)}: that is a folder")
    if path.exists() and not path.is_file():
        raise UsageError(f"cannot save as {visible(path)}: that is not a regular file")
    try:
        with _temporary(_behind_links(path), "w") as file:
            pass
        Path(file.name).unlink()  # once it is closed: Windows would refuse it before
    except OSError as error:
        raise UsageError(f"cannot write {visible(path)}: {error.strerror}") from None
    return Place(path, ending)


def replace_content(path: Path, data: bytes) -> None:
    """Replace the content of a file, whole or not at all; a link stays one. Raises UsageError where that cannot be."""
    try:
        with _replacing(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"cannot write {visible(path)}: {error.strerror}") from None


@contextmanager
def _replacing(path: Path, mode: str) -> Iterator[IO[Any]]:
    """A file that takes the place of another one, which keeps its mode, when the block ends well; else it is gone.

    Also when a signal ends us that ends every program. It then goes on to whoever has heeded it before: it ends us as
    it would have, whatever we were waiting for. What is ignored stays so.
    """
    real = _behind_links(path)
    file = _temporary(real, mode)
    temporary, before = Path(file.name), dict[signal.Signals, Any]()

    def clear_away(number: int, _frame: FrameType | None) -> None:
        temporary.unlink(missing_ok=True)
        signal.signal(number, before[signal.Signals(number)])
        signal.raise_signal(number)

    for number in heeded(ENDING[1:]):  # beside Ctrl-C, which is an exception
        before[number] = signal.signal(number, clear_away)
    try:
        with file:
            yield file
        temporary.chmod(stat.S_IMODE(real.stat().st_mode) if real.exists() else 0o666 & ~_umask())
        temporary.replace(real)
    finally:
        with suppress(OSError):  # it is gone where it has taken its place
            temporary.unlink()
        for number, handler in before.items():
            signal.signal(number, handler)


def _temporary(path: Path, mode: str) -> IO[Any]:
    from tempfile import NamedTemporaryFile  # takes a while to load, and most runs save nothing

    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    text = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
    return NamedTemporaryFile(mode, dir=path.parent, prefix=".", delete=False, **text)  # type: ignore[call-overload,no-any-return]


def _behind_links(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve fails at links in a circle


def _umask() -> int:
    """The mask for new files, which a temporary file does not have; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
