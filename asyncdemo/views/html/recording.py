"""A recording as a page."""

from collections.abc import Iterator

from asyncdemo.archive import Recording
from asyncdemo.views.html.assembly import page


def recording_page(recording: Recording) -> Iterator[str]:
    """Give the text of the page, part by part."""
    names = [run.subject.target for run in recording.runs]
    return page(", ".join(names), {"runs": [{"target": name} for name in names]})
