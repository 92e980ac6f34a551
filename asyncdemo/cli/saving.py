"""What `--save` writes: files that are written whole or not at all, as often as there is something new."""

import errno
import os
import signal
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

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

    They are opened at once; raises UsageError for one that cannot be written, or whose ending is not known.
    """

    def __init__(
        self,
        paths: Iterable[Path],
        renders: Mapping[str, Render[Document]],
        stack: ExitStack,
        once: Collection[str] = (),
    ) -> None:
        self._renders, self._once = renders, once
        self._places = [stack.enter_context(opened(path, renders)) for path in paths]

    def save(self, document: Document) -> None:
        """Write the files anew, those of the endings in `once` only the first time. Raises ToolError."""
        for place in self._places:
            with place.writing() as file:
                file.writelines(self._renders[place.ending](document))
        self._places = [place for place in self._places if place.ending not in self._once]


def recording_files(paths: Collection[Path], stack: ExitStack) -> "Saver[Recording]":
    """The files of a recording, opened at once. Raises UsageError."""
    if not paths:
        return Saver((), {}, stack)
    from asyncdemo.views.exports import RECORDINGS

    return Saver(paths, RECORDINGS, stack)


def comparison_files(paths: Collection[Path], stack: ExitStack) -> "Saver[Comparison | Sweep]":
    """The files of a comparison, opened at once. Raises UsageError."""
    if not paths:
        return Saver((), {}, stack)
    from asyncdemo.views.exports import COMPARISONS, OF_THE_WARM_UP

    return Saver(paths, COMPARISONS, stack, OF_THE_WARM_UP)


class Place:
    """Where a file is to stand, or behind a link there. Until something whole was written, what stands there stays.

    `ending` is its form.
    """

    def __init__(self, path: Path, ending: str) -> None:
        self.path = path
        self.ending = ending
        self._real = _behind_links(path)
        self._file: IO[str] | None = _temporary(self._real)

    @contextmanager
    def writing(self) -> Iterator[IO[str]]:
        """The text file that takes the place when the block ends well. Raises ToolError where it cannot."""
        try:
            self._file = self._file or _temporary(self._real)
            with _taking(self._real, self._file):
                yield self._file
        except OSError as error:
            raise ToolError(f"cannot write {visible(self.path)}: {error.strerror}") from None
        finally:
            self._file = None

    def close(self) -> None:
        """Leave the place as it is."""
        if self._file is not None:
            self._file.close()
            _remove(self._file)

    def abandon(self) -> None:
        """Leave the place as it is, at whatever moment: a file that is being written cannot be closed in its midst."""
        if self._file is not None:
            _remove(self._file)


@contextmanager
def opened(path: Path, endings: Collection[str]) -> Iterator[Place]:
    """The place, once it is sure that it can be written.

    Raises UsageError, before anything else is done, for an ending that is not known or a place that cannot be written.
    """
    ending = max((each for each in endings if path.name.endswith(each)), key=len, default=None)  # .trace.json: no .json
    if ending is None:
        raise UsageError(f"cannot save as {visible(path)}: the name must end in {listed([*endings])}")
    if path.is_dir():
        raise UsageError(f"cannot save as {visible(path)}: that is a folder")
    if path.exists() and not path.is_file():
        raise UsageError(f"cannot save as {visible(path)}: that is not a regular file")
    try:
        place = Place(path, ending)
    except OSError as error:
        raise UsageError(f"cannot write {visible(path)}: {error.strerror}") from None
    try:
        with _cleared_away(place):
            yield place
    finally:
        place.close()


def replace_content(path: Path, data: bytes) -> None:
    """Replace the content of a file, whole or not at all; a link stays one. Raises UsageError where that cannot be."""
    real = _behind_links(path)
    try:
        file = _temporary(real, "wb")
        with _taking(real, file):
            file.write(data)
    except OSError as error:
        raise UsageError(f"cannot write {visible(path)}: {error.strerror}") from None


@contextmanager
def _cleared_away(place: Place) -> Iterator[None]:
    """Leave nothing half written behind when a signal ends us that ends every program. What is ignored stays so.

    The signal then goes on to whoever has heeded it before: it ends us as it would have, whatever we were waiting for.
    """
    before: dict[signal.Signals, Any] = {}

    def clear_away(number: int, _frame: FrameType | None) -> None:
        place.abandon()
        signal.signal(number, before[signal.Signals(number)])
        signal.raise_signal(number)

    for number in heeded(ENDING[1:]):  # beside Ctrl-C, which is an exception
        before[number] = signal.signal(number, clear_away)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _taking(path: Path, file: IO[Any]) -> Iterator[None]:
    """Put a temporary file in its place when the block ends well, else away. What is there keeps its mode."""
    try:
        with file:
            yield
        Path(file.name).chmod(stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask())
        Path(file.name).replace(path)
    except BaseException:
        _remove(file)
        raise


def _temporary(path: Path, mode: str = "w") -> IO[Any]:
    from tempfile import NamedTemporaryFile  # takes a while to load, and most runs save nothing

    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    text = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
    # it is closed where it is put in its place
    return NamedTemporaryFile(mode, dir=path.parent, prefix=".", delete=False, **text)  # type: ignore[call-overload,no-any-return]


def _behind_links(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve fails at links in a circle


def _remove(file: IO[Any]) -> None:
    with suppress(OSError):
        Path(file.name).unlink()


def _umask() -> int:
    """The mask for new files, which a temporary file does not have; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
