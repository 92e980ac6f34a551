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


def _recording_as_json(recording: "Recording") -> Iterator[str]:
    import json

    from asyncdemo.archive import to_json

    return json.JSONEncoder().iterencode(to_json(recording))


def _recording_as_html(recording: "Recording") -> Iterator[str]:
    from asyncdemo.views.html.recording import recording_page

    return recording_page(recording)


COMPARISONS: "Mapping[str, Writer[Comparison | Sweep]]" = {
    ".json": _comparison_as_json,
    ".md": _comparison_as_markdown,
    ".svg": _comparison_as_svg,
    ".html": _comparison_as_html,
}
RECORDINGS: "Mapping[str, Writer[Recording]]" = {
    ".json": _recording_as_json,
    ".html": _recording_as_html,
}


def write(document: Document, ending: str, writers: Mapping[str, Writer[Document]], file: IO[str]) -> None:
    """Write the document as the ending says."""
    file.writelines(writers[ending](document))
