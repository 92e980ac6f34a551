"""TOML as plain as nearly all of it is here: tables, keys with strings, lists of them, numbers, true and false.

The parser of the standard library takes longer to load than a whole command does without it. What is anything more
than plain, or wrong, is for that one.
"""

import re
from typing import Any

_KEY = r"[A-Za-z0-9_-]+"
_GAP = r"(?:[ \t\n]|\#[^\n\x00-\x08\x0b-\x1f\x7f]*\n)*"
_STRING = r'"(?:[^"\\\x00-\x1f\x7f]|\\["\\nt])*"(?!")'
_LIST = rf"\[{_GAP}(?:{_STRING}{_GAP},{_GAP})*(?:{_STRING}{_GAP})?\]"
_ENTRY = re.compile(
    rf"""{_GAP}(?:\[(?P<table>{_KEY}(?:\.{_KEY})*)\]|\[\[(?P<list>{_KEY})\]\]"""
    rf"""|(?P<key>{_KEY})[ ]=[ ](?P<value>{_STRING}|{_LIST}|0|-?[1-9][0-9]{{0,9}}|true|false))[ \t]*(?:\n|\Z)"""
)
_REST = re.compile(_GAP)
_STRINGS = re.compile(rf"{_STRING}|\#[^\n]*")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}
_WORDS = {"true": True, "false": False}


def plain_toml(text: str) -> dict[str, Any] | None:
    """What the text says, as `tomllib.loads` gives it; None where it is not plain."""
    top: dict[str, Any] = {}
    table, at, seen, lists = top, 0, set[str](), set[str]()
    while (entry := _ENTRY.match(text, at)) is not None:
        at = entry.end()
        if entry["key"] is not None:
            if entry["key"] in table:
                return None
            table[entry["key"]] = _value(entry["value"])
        elif entry["list"] is not None:
            if entry["list"] in top and entry["list"] not in lists:
                return None
            lists.add(entry["list"])
            table = {}
            top.setdefault(entry["list"], []).append(table)
        else:
            opened = _opened(top, entry["table"], seen)
            if opened is None:
                return None
            table = opened
    end = _REST.match(text, at)
    return top if end is not None and end.end() == len(text) else None


def _opened(top: dict[str, Any], name: str, seen: set[str]) -> dict[str, Any] | None:
    """The table of a heading, which may stand there once; None where its name means something else already."""
    if name in seen:
        return None
    seen.add(name)
    table = top
    for part in name.split("."):
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return None
    return table


def _value(text: str) -> Any:
    if text[0] == '"':
        return _string(text)
    if text[0] == "[":
        return [_string(each) for each in _STRINGS.findall(text) if each[0] == '"']
    return _WORDS[text] if text in _WORDS else int(text)


def _string(quoted: str) -> str:
    inner = quoted[1:-1]
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), inner) if "\\" in inner else inner
