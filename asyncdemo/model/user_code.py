"""User code told from that of libraries, by where it lies: as the probe does, from the same list."""

import re
import sysconfig
from collections.abc import Callable
from functools import cache

from asyncdemo.probe.inject import _asyncdemo_libraries

_STANDARD = re.compile(r"/lib(64)?/python\d+\.\d+t?/")  # where nobody has said where its libraries lie
_OURS = tuple(f"{sysconfig.get_path(each)}/" for each in ("stdlib", "platstdlib", "purelib", "platlib"))
_COURSE = "/asyncdemo/scenarios/"
_is_own: Callable[[str, tuple[str, ...]], bool] = _asyncdemo_libraries.is_own


@cache
def is_own(path: str, libraries: tuple[str, ...] = ()) -> bool:
    """True if the file is neither of the standard library nor of an installed one, nor frozen into Python, nor ours.

    `libraries` are the folders that the interpreter which has run it has named (`recording.Python`). A recording
    without them is judged by how such folders are called everywhere.
    """
    if libraries:
        return _is_own(path, libraries)
    path = path.replace("\\", "/")
    return _is_own(path, _OURS) and (_COURSE in path or not _STANDARD.search(path))
