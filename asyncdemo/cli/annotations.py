"""Workflow commands: what GitHub Actions shows beside the code. stdout holds data, so they are written to stderr."""

import sys
from collections.abc import Mapping
from typing import TextIO


def wanted(environ: Mapping[str, str]) -> bool:
    """Tell whether this is GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def write_annotation(
    command: str, title: str, path: str | None, line: int | None, text: str, stream: TextIO | None = None
) -> None:
    """Write a workflow command: error, warning or notice; the escapes are those of actions/toolkit (command.ts)."""
    fields = {"title": title, "file": path, "line": line}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items() if value is not None)
    print(f"::{command} {properties}::{_data(text)}", file=stream or sys.stderr)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
