"""What can be saved, by the ending of the file's name: the one table of what writes it.

A writer takes the document and gives its text in parts. It is loaded when it is used. To add one: write the function in
a module of its own, and put it into a table here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from asyncdemo.archive import Recording
    from asyncdemo.comparison.result import Comparison
    from asyncdemo.comparison.sweep import Sweep

Document = TypeVar("Document")
Writer = Callable[[Document], Iterable[str]]


def _comparison_as_json(compared: "Comparison | Sweep") -> Iterator[str]:
    from asyncdemo.comparison.document import to_json
    from asyncdemo.views.document import json_text

    return json_text(to_json(compared))


def _comparison_as_markdown(compared: "Comparison | Sweep") -> Iterator[str]:
    from asyncdemo.views.markdown import comparison

    return comparison(compared)


def _comparison_as_svg(compared: "Comparison | Sweep") -> Iterator[str]:
    from asyncdemo.views.svg.comparison import picture

    return picture(compared)


def _comparison_as_html(compared: "Comparison | Sweep") -> Iterator[str]:
    from asyncdemo.views.html.comparison import comparison_page

    return comparison_page(compared)


def _comparison_as_text(compared: "Comparison | Sweep") -> Iterator[str]:
    from asyncdemo.views.terminal.plain import comparison_text

    return comparison_text(compared)


def _comparison_as_trace(compared: "Comparison | Sweep") -> Iterator[str]:
    from asyncdemo.views.trace.document import document

    kept = [(each.id, each.traced) for point in compared.points for each in point.contestants]
    return document([(name, run) for name, run in kept if run is not None])


def _recording_as_json(recording: "Recording") -> Iterator[str]:
    import json

    from asyncdemo.archive import to_json

    return json.JSONEncoder().iterencode(to_json(recording))


def _recording_as_html(recording: "Recording") -> Iterator[str]:
    from asyncdemo.views.html.recording import recording_page

    return recording_page(recording)


def _recording_as_svg(recording: "Recording") -> Iterator[str]:
    from asyncdemo.views.svg.timeline import picture

    return picture(recording)


def _recording_as_text(recording: "Recording") -> Iterator[str]:
    from asyncdemo.views.terminal.plain import recording_text

    return recording_text(recording)


def _recording_as_trace(recording: "Recording") -> Iterator[str]:
    from asyncdemo.views.trace.document import document

    return document([(run.subject.target, run) for run in recording.runs])


COMPARISONS: "Mapping[str, Writer[Comparison | Sweep]]" = {
    ".json": _comparison_as_json,
    ".md": _comparison_as_markdown,
    ".svg": _comparison_as_svg,
    ".html": _comparison_as_html,
    ".txt": _comparison_as_text,
    ".trace.json": _comparison_as_trace,
}
OF_THE_WARM_UP = {".trace.json"}  # what these show of a comparison is the same after every round
RECORDINGS: "Mapping[str, Writer[Recording]]" = {
    ".json": _recording_as_json,
    ".html": _recording_as_html,
    ".svg": _recording_as_svg,
    ".txt": _recording_as_text,
    ".trace.json": _recording_as_trace,
}


def write(document: Document, ending: str, writers: Mapping[str, Writer[Document]], file: IO[str]) -> None:
    """Write the document as the ending says."""
    file.writelines(writers[ending](document))
