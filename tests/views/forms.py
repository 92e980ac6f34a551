"""What every form of a recording has to be."""

import json
import re
from xml.etree import ElementTree

from asyncdemo.model.recording_json import Recording
from asyncdemo.views.exports import RECORDINGS
from asyncdemo.views.terminal.playback import write_recording
from asyncdemo.views.terminal.text import cells
from tests.views.fabricated import Text, page
from tests.views.trace_schema import check, check_arrows

NOT_SHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def text(kept: Recording, ending: str) -> str:
    return "".join(RECORDINGS[ending](kept))


def in_the_terminal(kept: Recording) -> str:
    """What a page of 100 columns shows of all of it, without colours."""
    stream = Text()
    write_recording(page(stream, 100), kept.runs, None, full=True)
    return stream.getvalue()


def check_all(kept: Recording) -> None:
    """Everything opens as what it is, and nothing in it is obeyed."""
    picture = text(kept, ".svg")
    assert ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
    assert not re.search("<script|<foreignObject|href=|@import|url\\(", picture)
    plain = in_the_terminal(kept)
    for form in (picture, plain):
        assert NOT_SHOWN.findall(form) == []
        form.encode()
    trace = text(kept, ".trace.json")
    assert trace.isascii()
    check_arrows(check(json.loads(trace)))
    assert max(map(cells, plain.split("\n"))) < 100
