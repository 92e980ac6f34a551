"""JSON documents: UTF-8 and LF everywhere, whatever the locale."""

import json
import re
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

_CHUNKS = 1 << 12  # of the encoder's chunks, which are a few characters each

# What a terminal might obey, and what cannot be encoded. JSON itself escapes what is below U+0020.
_UNSAFE = re.compile(r"[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]")


def write_json(document: dict[str, Any]) -> None:
    """Write one document to standard output: part by part, since a run may have printed twenty megabytes."""
    sys.stdout.flush()
    for part in json_text(document):
        sys.stdout.buffer.write(part.encode())
    sys.stdout.buffer.flush()


def json_text(document: dict[str, Any]) -> Iterator[str]:
    """The text of a document in parts, with a newline at its end."""
    encoder = json.JSONEncoder(indent=2, ensure_ascii=False, allow_nan=False)
    for part in _joined(encoder.iterencode(document)):
        yield _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", part)
    yield "\n"


def _joined(chunks: Iterator[str]) -> Iterator[str]:
    """Join chunks to parts that are worth the work that each costs."""
    while part := "".join(islice(chunks, _CHUNKS)):
        yield part
