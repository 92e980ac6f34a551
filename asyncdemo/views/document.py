"""JSON documents: UTF-8 and LF everywhere, whatever the locale."""

import json
import re
import sys
from typing import Any

# What a terminal might obey, and what cannot be encoded. JSON itself escapes what is below U+0020.
_UNSAFE = re.compile(r"[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]")


def write_json(document: dict[str, Any]) -> None:
    """Write one document to standard output."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    text = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.buffer.flush()
