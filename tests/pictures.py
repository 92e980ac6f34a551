"""The README's pictures: each is made from the recording beside it, so that it is the same wherever it is made.

`python -m tests.pictures` (or `make pictures`) draws them anew. A new recording comes from `asyncdemo run NAME --save`;
before it is kept, its paths are made those of no machine in particular.
"""

from pathlib import Path

from asyncdemo.model.recording_json import from_text
from asyncdemo.views.svg.run_picture import recording_picture
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "docs" / "images"


def recordings() -> list[Path]:
    """Give the recordings, in the order of their names."""
    return sorted(FOLDER.glob("*.json"))


def drawn(recording: Path) -> str:
    """Give the picture of a recording."""
    return "".join(recording_picture(from_text(recording.read_text(encoding="utf-8"))))


def write() -> None:
    """Draw all pictures anew."""
    for recording in recordings():
        recording.with_suffix(".svg").write_text(drawn(recording), encoding="utf-8")


if __name__ == "__main__":
    write()
