"""What can be saved, by the ending of the file's name: the one table of what renders it.

To add a form: write a function that takes the document and returns its text in parts, and put it into a table here.
"""

from collections.abc import Callable, Iterable, Mapping
from json import JSONEncoder
from typing import TypeVar

from asyncdemo.comparison.compare_json import to_json
from asyncdemo.comparison.result import Comparison, Sweep
from asyncdemo.model import recording_json
from asyncdemo.model.recording_json import Recording
from asyncdemo.views import trace_events, verdicts
from asyncdemo.views.document import json_text
from asyncdemo.views.html.pages import comparison_page, recording_page
from asyncdemo.views.run_markdown import recording_markdown
from asyncdemo.views.svg.comparison_picture import comparison_picture
from asyncdemo.views.svg.run_picture import recording_picture

Document = TypeVar("Document")
Render = Callable[[Document], Iterable[str]]

RECORDINGS: Mapping[str, Render[Recording]] = {
    ".json": lambda recording: JSONEncoder().iterencode(recording_json.to_json(recording)),
    ".html": recording_page,
    ".md": recording_markdown,
    ".svg": recording_picture,
    ".trace.json": trace_events.recording_trace,
}
COMPARISONS: Mapping[str, Render[Comparison | Sweep]] = {
    ".json": lambda compared: json_text(to_json(compared)),
    ".md": verdicts.comparison_table,
    ".svg": comparison_picture,
    ".html": comparison_page,
    ".trace.json": trace_events.comparison_trace,
}
OF_THE_WARM_UP = {".trace.json"}  # what these show of a comparison is the same after every round
