"""Puts a page together: the template, style and scripts of `page/`, and the data, in one file that fetches nothing."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from string import Template
from typing import Any

SCRIPTS = ("report.js",)
_UNSAFE = re.compile(r"[<>&\u2028\u2029]|[\ud800-\udfff]")  # what could end the element, or is no text at all


def page(title: str, data: object) -> Iterator[str]:
    """Give the text of a page, part by part. The data are only ever read by its script, which sets them as text."""
    style, script = _part("page.css"), "".join(map(_part, SCRIPTS))
    head, _, tail = _part("page.html").partition("$data")
    known = {
        "title": _escaped(title),
        "policy": _policy(script, style),
        "style": style,
        "script": script,
    }
    yield Template(head).substitute(known)
    yield from _embedded(data)
    yield Template(tail).substitute(known)


def _part(name: str) -> str:
    return files(__package__).joinpath("page", name).read_text("utf-8")


def _policy(script: str, style: str) -> str:
    """Forbid everything but this script and this style, by their hashes (CSP 3, section 2.3.1)."""
    allowed = {kind: b64encode(sha256(text.encode()).digest()).decode() for kind, text in _inline(script, style)}
    return (
        f"default-src 'none'; script-src 'sha256-{allowed['script']}'; style-src 'sha256-{allowed['style']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _inline(script: str, style: str) -> Iterator[tuple[str, str]]:
    yield "script", f"\n{script}"
    yield "style", f"\n{style}"


def _embedded(data: Any) -> Iterator[str]:
    """JSON in which nothing can be taken for HTML."""
    for part in json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).iterencode(data):
        yield _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", part)


def _escaped(text: str) -> str:
    from html import escape

    return escape(text)
