"""Puts a page together: the template, style and scripts of `page/`, and the data, in one file that fetches nothing."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

SCRIPTS = ("dom", "lanes", "drawing", "timeline", "code", "stepper", "comparison", "parts", "run", "report")
_UNSAFE = re.compile(r"[<>&\u2028\u2029]|[\ud800-\udfff]")  # what could end the element, or is no text at all


def page(title: str, data: object) -> Iterator[str]:
    """Give the text of a page, part by part. The data are only ever read by its script, which sets them as text."""
    style, script = _part("page.css"), "".join(_part(f"{name}.js") for name in SCRIPTS)
    head, _, tail = _part("page.html").partition("$data")
    known = {"title": escape(title), "policy": _policy(script, style), "style": style, "script": script}
    yield Template(head).substitute(known)
    yield _embedded(data)
    yield Template(tail).substitute(known)


def _part(name: str) -> str:
    return files(__package__).joinpath("page", name).read_text("utf-8")


def _policy(script: str, style: str) -> str:
    """Forbid everything but this script and this style, by their hashes (CSP 3, section 2.3.1)."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    """The hash of an element's text, which in the template begins on a line of its own."""
    digest = sha256(f"\n{text}".encode()).digest()
    return f"sha256-{b64encode(digest).decode()}"


def _embedded(data: object) -> str:
    """JSON in which nothing can be taken for HTML."""
    encoded = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded)
