"""JSON documents: UTF-8 and LF everywhere, whatever the locale."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring
from typing import Any

_CHUNKS = 1 << 10  # pieces of text that are joined to one part
_INDENT = "  "

# What a terminal might obey, and what cannot be encoded. JSON itself escapes what is below U+0020.
_UNSAFE = re.compile(r"[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]")


def write_json(document: dict[str, Any]) -> None:
    """Write one document to standard output: part by part, since a run may have printed twenty megabytes."""
    sys.stdout.flush()
    for part in json_text(document):
        sys.stdout.buffer.write(part.encode())
    sys.stdout.buffer.flush()


def json_text(document: dict[str, Any]) -> Iterator[str]:
    """The text of a document in parts, with a newline at its end.

    As json.dumps writes it with an indent of 2, which yields a few characters at a time: a flood of output has 200,000
    objects of the same few fields. Raises ValueError for what JSON has no number for.
    """
    for part in _joined(_encoded(document, "\n")):
        safe = part.isascii() and "\x7f" not in part
        yield part if safe else _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", part)
    yield "\n"


def _encoded(value: Any, margin: str) -> Iterator[str]:
    """The text of a value; `margin` is a newline and the indent of what it stands in."""
    scalar = _SCALARS.get(type(value))
    if scalar is not None:
        yield scalar(value)
    elif isinstance(value, Mapping):
        inner, start = margin + _INDENT, "{"
        for key, each in value.items():
            yield f"{start}{inner}{_key(key)}: "
            yield from _encoded(each, inner)
            start = ","
        yield f"{margin}}}" if value else "{}"
    elif isinstance(value, list | tuple):
        inner, start = margin + _INDENT, "["
        for each in value:
            yield start + inner
            flat = _flat(each, inner) if type(each) is dict else None
            if flat is None:
                yield from _encoded(each, inner)
            else:
                yield flat
            start = ","
        yield f"{margin}]" if value else "[]"
    else:
        yield json.dumps(value, ensure_ascii=False, allow_nan=False)


def _flat(value: dict[Any, Any], margin: str) -> str | None:
    """The text of an object that holds no other; None of one that does."""
    try:
        fields = [_SCALARS[type(each)](each) for each in value.values()]
    except KeyError:
        return None
    return _layout(tuple(value), margin) % tuple(fields)


@lru_cache(maxsize=100)
def _layout(keys: tuple[Any, ...], margin: str) -> str:
    """The text of an object with these keys, with a place for each of its values."""
    inner = margin + _INDENT
    fields = [f"{_key(key)}: ".replace("%", "%%") + "%s" for key in keys]
    return "{" + inner + f",{inner}".join(fields) + margin + "}" if keys else "{}"


def _key(key: Any) -> str:
    return encode_basestring(key) if isinstance(key, str) else json.dumps(json.dumps(key))


def _number(value: float) -> str:
    return json.dumps(value, allow_nan=False) if value - value else float.__repr__(value)  # NaN, infinity: an error


_SCALARS: dict[type, Any] = {
    str: encode_basestring,
    int: int.__repr__,
    float: _number,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
}


def _joined(chunks: Iterator[str]) -> Iterator[str]:
    """Join chunks to parts that are worth the work that each costs."""
    while part := "".join(islice(chunks, _CHUNKS)):
        yield part
