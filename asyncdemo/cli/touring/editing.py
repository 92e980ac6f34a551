"""A copy of a script in the editor of the person; the script itself stays as it is."""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from asyncdemo.catalogue import reading
from asyncdemo.catalogue.problem import Unreadable
from asyncdemo.catalogue.targets import Target
from asyncdemo.catalogue.wording import visible
from asyncdemo.cli.blocks import with_those_before
from asyncdemo.documents.block_syntax import awaits
from asyncdemo.errors import ToolError
from asyncdemo.staging import staged


class Copies:
    """The copies that were edited: one for each script, which lasts as long as the tour."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._copies: dict[str, Path] = {}

    def edited(self, target: Target, environ: Mapping[str, str]) -> Target | str:
        """Open the editor, wait until it is closed, and give the copy as a target; else why that cannot be."""
        editor = next(filter(str.strip, (environ.get("VISUAL", ""), environ.get("EDITOR", ""))), "")
        if not editor:  # not everybody gets out of vi again
            return "no editor is set: export EDITOR=nano, or whatever starts yours, and start the tour again"
        if target.path is None:
            return "there is no file to copy"
        if target.block is not None and (target.block.session or awaits(target.block.text)):
            return "only a script can be edited here, and this block is none: it has >>> or a top-level await"
        try:
            copy = self._copy(target, target.path)
            status = _edit([*shlex.split(editor), str(copy)])
        except (OSError, ValueError, ToolError) as error:
            return f"{visible(editor)}: {getattr(error, 'strerror', None) or error}"
        if status:
            return f"{visible(editor)} has ended with status {status}; nothing was run"
        try:
            script = reading.script(copy, target.script.variant if target.script is not None else None)
        except Unreadable as error:
            return f"the copy cannot be run: {error}"
        return target._replace(script=script, path=copy, document=None, block=None)

    def close(self) -> None:
        """Remove them."""
        self._stack.close()

    def _copy(self, target: Target, path: Path) -> Path:
        if target.name not in self._copies:
            name, data = path.name, b"" if target.block is not None else path.read_bytes()
            if target.document is not None and target.block is not None:
                nature = target.document.nature(target.block)
                chosen = with_those_before(target.document, target.block, cumulative=nature.kind == "fragment")
                name, data = f"{path.stem}-{target.block.number}.py", "\n".join(each.text for each in chosen).encode()
            self._copies[target.name] = self._stack.enter_context(staged(data, name, path.resolve().parent))
        return self._copies[target.name]


def _edit(command: list[str]) -> int:
    """Run the editor in our place on the terminal: Ctrl-C is its own."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # not ignored: the editor would inherit that
    try:
        return subprocess.call(command, env=dict(os.environ))
    finally:
        signal.signal(signal.SIGINT, before)
