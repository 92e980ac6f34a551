"""The pages of --asyncdemo-save: one for each test that has failed or was slow, with what its event loops did."""

import re
from pathlib import Path

from asyncdemo.errors import UsageError
from asyncdemo.model.recording import Run
from asyncdemo.model.recording_json import Recording

SLOW = 1.0  # seconds
_LONGEST = 120  # characters of a file's name
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
        from asyncdemo.views.html.run_page import recording_page

        text = "".join(recording_page(Recording((run,))))
        (self._folder / self._name(run.subject.target)).write_text(text, encoding="utf-8")

    def _name(self, test: str) -> str:
        """A file name like the test's, another one for each test."""
        plain = _UNUSUAL.sub("_", test.replace("::", "__").replace("/", "."))[:_LONGEST].strip("._") or "test"
        name, number = plain, 1
        while name in self._names:
            number += 1
            name = f"{plain}-{number}"
        self._names.add(name)
        return f"{name}.html"
