"""The pages of --asyncdemo-save: one for each test that has failed or was slow, with what its event loops did."""

import re
from hashlib import sha256
from pathlib import Path

from asyncdemo.errors import UsageError
from asyncdemo.model.recording import Run
from asyncdemo.model.recording_json import Recording

SLOW = 1.0  # seconds
_LONGEST = 200  # bytes of a file's name, of which file systems have at most 255
_UNUSUAL = re.compile(r"[^\w.=-]+")


class SavedPages:
    """Where the pages go; nowhere without a folder. Raises UsageError for one that cannot be made."""

    def __init__(self, folder: str | None, base: Path) -> None:
        self._folder = None if folder is None else base / folder
        self._names: set[str] = set()
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UsageError(f"--asyncdemo-save {folder}: {error.strerror}; name a folder") from None

    def save(self, run: Run, took: float) -> None:
        """Write the page of a test that has failed or taken long (seconds), if its loops have done anything."""
        if self._folder is None or run.timeline is None or not run.timeline.tasks or (run.ok and took < SLOW):
            return
        from asyncdemo.views.html.pages import recording_page

        text = "".join(recording_page(Recording((run,))))
        (self._folder / self._name(run.subject.target)).write_text(text, encoding="utf-8")

    def _name(self, test: str) -> str:
        """A file name like the test's, another one for each test, and again for one that is run again."""
        plain, number = _file_name(test), 1
        name = plain
        while name in self._names:
            number += 1
            name = f"{plain}-{number}"
        self._names.add(name)
        return f"{name}.html"


def _file_name(test: str) -> str:
    """A test's name as that of a file. Where that could be another test's too, a hash tells them apart.

    It depends on the name alone: tests run in several processes, none of which knows the names of the others.
    """
    shown = test.replace("::", "__").replace("/", ".")
    plain = _UNUSUAL.sub("_", shown).strip("._")
    cut = plain.encode()[: _LONGEST - len("-12345678-99.html")].decode(errors="ignore")
    if cut == shown and "__" not in test:
        return cut
    return f"{cut or 'test'}-{sha256(test.encode(errors='surrogatepass')).hexdigest()[:8]}"
