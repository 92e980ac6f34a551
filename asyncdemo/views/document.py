"""JSON documents: UTF-8 and LF everywhere, whatever the locale."""

import json
import sys
from typing import Any


def write_json(document: dict[str, Any]) -> None:
    """Write one document to standard output."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode(errors="backslashreplace") + b"\n")
    sys.stdout.buffer.flush()
