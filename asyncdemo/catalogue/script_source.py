"""The text of a script: read, decoded, its docstring and its metadata. What needs no parser: a run waits for it."""

import codecs
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asyncdemo.catalogue import names
from asyncdemo.errors import Unreadable

MAX_BYTES = 1_000_000


def content(path: Path, most: int = MAX_BYTES) -> bytes:
    """Read a regular file of so many bytes at most. Raises Unreadable for anything else, unopened: a FIFO blocks."""
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise Unreadable("a folder, not a file")
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable("not a regular file")
        if found.st_size > most:
            raise Unreadable(f"larger than {most // 1_000_000} MB")
        return path.read_bytes()
    except FileNotFoundError:
        reason = "a link to a file that does not exist" if path.is_symlink() else "no such file"
        raise Unreadable(reason) from None
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None


def decoded(data: bytes) -> tuple[str, str]:
    """A script's text, line ends untouched, and its encoding as its first lines name it (PEP 263).

    Raises Unreadable, with the line where that is known.
    """
    if not any(b"coding" in line for line in data.split(b"\n", 2)[:2]):
        return utf8(data), "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    import io
    import tokenize

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        # Either it names an unknown one, or it names none and is not UTF-8: only the latter has a line.
        utf8(data)
        raise Unreadable(error.msg) from None
    except LookupError as error:  # from 3.14 on, of what is a codec but no encoding of text
        named = str(error).partition("'")[2].partition("'")[0]
        raise Unreadable(f"not {named}, which it says it is") from None
    if encoding in ("utf-8", "utf-8-sig"):
        return utf8(data), encoding
    try:
        return data.decode(encoding), encoding
    except (UnicodeError, LookupError):
        raise Unreadable(f"not {encoding}, which it says it is") from None


def utf8(data: bytes) -> str:
    """Decode UTF-8 with or without a signature. Raises Unreadable, with the line."""
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"line {line}: not UTF-8 (byte 0x{error.object[error.start]:02x})") from None


_PLAIN_DOCSTRING = re.compile(r'(?:[ \t\f]*(?:#[^\n]*)?\n)*"""((?:(?!""")[^\\\r\0\ud800-\udfff])*)"""[ \t\f]*(?:\n|\Z)')


def docstring(source: str) -> str:
    """A script's docstring as it stands, or an empty one."""
    text = source.replace("\r\n", "\n")
    plain = _PLAIN_DOCSTRING.match(text)
    if plain is not None:
        return plain[1]  # as most are written; the parser takes longer to load than all else that a run needs
    from asyncdemo.catalogue.script_tree import first_text

    return first_text(text)


_START = re.compile(r"# /// ([a-zA-Z0-9-]+)")
_TOML_PLACE = r" \(at (?:line (\d+), column \d+|end of document)\)"
_TEXTS = ("aliases", "findings", "choices", "time")
_OWN = (*_TEXTS, "exit", "question", "watched")


def fields(source: str) -> dict[str, Any]:
    """What the block of a script says, as fields of a Script; empty if it has none.

    Raises Unreadable, with the line, if there are two blocks, or if one is no TOML or holds something of a
    wrong kind. An unknown key under [tool.asyncdemo] is a slip too; all other keys are other tools'.
    """
    if "# /// script" not in source:
        return {}
    scripts = [(line, text) for kind, line, text in blocks(source) if kind == "script"]
    if not scripts:
        return {}
    if len(scripts) > 1:
        raise Unreadable(f"line {scripts[1][0]}: a second script block; only one is allowed")
    line, text = scripts[0]
    table = toml(text, line)
    try:
        return _checked(table)
    except Unreadable as error:
        raise Unreadable(f"line {line}: script block: {error}") from None


def blocks(source: str) -> Iterator[tuple[str, int, str]]:
    """The kind, the line number of the start, and the text of each block.

    The same as the reference regular expression of PEP 723, after universal newlines. That one takes the
    square of the file's length on a file of starts without ends, this one looks at each line once.
    """
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    while at < len(lines):
        start = _START.fullmatch(lines[at])
        if start is None:
            at += 1
            continue
        after, last = at + 1, 0
        while after < len(lines) and (lines[after] == "#" or lines[after].startswith("# ")):
            if lines[after] == "# ///" and after > at + 1:
                last = after
            after += 1
        if last:
            content = "".join(f"{line[2:]}\n" for line in lines[at + 1 : last])
            yield start[1], at + 1, content
        at = last + 1 if last else after


def toml(text: str, lines_before: int = 0) -> dict[str, Any]:
    """Parse TOML that begins after so many lines of its file. Raises Unreadable, with the line."""
    found = plain_toml(text)
    if found is not None:
        return found
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        place = re.search(_TOML_PLACE, str(error))
        line = lines_before + int(place[1]) if place and place[1] else lines_before
        reason = re.sub(_TOML_PLACE, "", str(error))
        raise Unreadable(f"{f'line {line}: ' if line else ''}not valid TOML: {reason}") from None


def _checked(table: dict[str, Any]) -> dict[str, Any]:
    tool = _table(table, "tool")
    own = _table(tool, "asyncdemo")
    for key in own:
        if key not in _OWN:
            raise Unreadable(f"unknown key {key!r} in [tool.asyncdemo]; it may have {', '.join(_OWN)}")
    given: dict[str, Any] = {
        "requires_python": _text(table, "requires-python"),
        "dependencies": _texts(table, "dependencies"),
        "question": _text(own, "question"),
        "exit": own.get("exit", 0),
        "watched": own.get("watched", True),
    }
    given.update((key, _texts(own, key)) for key in _TEXTS)
    if type(given["exit"]) is not int:
        raise Unreadable("exit must be a whole number")
    if type(given["watched"]) is not bool:
        raise Unreadable("watched must be true or false")
    given["aliases"] = tuple(map(names.normal, given["aliases"]))
    for alias in given["aliases"]:
        if not names.is_name(alias):
            raise Unreadable(f"alias {alias!r} is not a name (letters a to z, digits, -)")
    return given


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise Unreadable(f"{key} must be a table")
    return found


def _text(table: dict[str, Any], key: str) -> str | None:
    found = table.get(key)
    if found is not None and not isinstance(found, str):
        raise Unreadable(f"{key} must be a string")
    return found


def _texts(table: dict[str, Any], key: str) -> tuple[str, ...]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise Unreadable(f"{key} must be a list of strings")
    return tuple(found)


def prose(text: str) -> tuple[str, str]:
    """Split a docstring into its first line and the rest, without their common indentation."""
    summary, _, rest = text.strip().partition("\n")
    lines = [line.rstrip() for line in rest.expandtabs().split("\n")]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return summary.rstrip(), "\n".join(line[margin:] for line in lines).strip("\n")


def read_readme(path: Path) -> tuple[str, str]:
    """The heading and the body of a README.md. Raises Unreadable."""
    heading, _, body = utf8(content(path)).replace("\r\n", "\n").strip().partition("\n")
    return heading.lstrip("# ").rstrip(), body.strip()


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
