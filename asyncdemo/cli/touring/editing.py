"""A copy of a script in the editor of the person; the script itself stays as it is."""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from asyncdemo.catalogue import reading
from asyncdemo.catalogue.problem import Unreadable
from asyncdemo.catalogue.targets import Target
from asyncdemo.catalogue.wording import visible
from asyncdemo.errors import ToolError
from asyncdemo.staging import staged

_USUAL = "vi"


class Copies:
    """The copies that were edited: one for each script, which lasts as long as the tour."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._copies: dict[Path, Path] = {}

    def edited(self, target: Target, environ: Mapping[str, str]) -> Target | str:
        """Open the editor, wait until it is closed, and give the copy as a target; else why that cannot be."""
        editor = environ.get("VISUAL") or environ.get("EDITOR") or (_USUAL if shutil.which(_USUAL) else "")
        if not editor:
            return "there is no editor: set EDITOR to the command that starts yours"
        if target.path is None:
            return "there is no file to copy"
        try:
            copy = self._copy(target.path)
            status = _edit([*shlex.split(editor), str(copy)])
        except (OSError, ValueError, ToolError) as error:
            return f"{visible(editor)}: {getattr(error, 'strerror', None) or error}"
        if status:
            return f"{visible(editor)} has ended with status {status}; nothing was run"
        try:
            script = reading.script(copy, target.script.variant if target.script is not None else None)
        except Unreadable as error:
            return f"the copy cannot be run: {error}"
        return target._replace(script=script, path=copy)

    def close(self) -> None:
        """Remove them."""
        self._stack.close()

    def _copy(self, path: Path) -> Path:
        if path not in self._copies:
            data = path.read_bytes()
            self._copies[path] = self._stack.enter_context(staged(data, path.name, path.resolve().parent))
        return self._copies[path]


def _edit(command: list[str]) -> int:
    """Run the editor in our place on the terminal: Ctrl-C is its own."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # not ignored: the editor would inherit that
    try:
        return subprocess.call(command, env=dict(os.environ))
    finally:
        signal.signal(signal.SIGINT, before)
