"""The text of a script: read, decoded, parsed for its docstring, its top-level literals and its metadata. Never run."""

import ast
import io
import math
import re
import stat
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from asyncdemo.catalogue import names
from asyncdemo.errors import Unreadable
from asyncdemo.model.syntax_tree import NOT_PYTHON, parse, problem

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
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        # Either it names an unknown one, or it names none and is not UTF-8: only the latter has a line.
        utf8(data)
        raise Unreadable(error.msg) from None
    if encoding in ("utf-8", "utf-8-sig"):
        return utf8(data), encoding
    try:
        return data.decode(encoding), encoding
    except (UnicodeError, LookupError):
        raise Unreadable(f"not {encoding}, which it says it is") from None


def utf8(data: bytes) -> str:
    """Decode UTF-8 with or without a signature. Raises Unreadable, with the line."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"line {line}: not UTF-8 (byte 0x{error.object[error.start]:02x})") from None


Value = bool | int | float | str | list["Value"] | tuple["Value", ...]
"""What a parameter may hold: what JSON can hold too, with integers of 64 bits and finite floats."""

_INT_RANGE = range(-(2**63), 2**63)
_PARAMETER = re.compile(r"[A-Z][A-Z0-9_]*")
_DOCSTRING = re.compile(
    r"""(?sx)
    (?: [ \t\f]* (?: \# [^\n]* )? \n )*                # comments and empty lines
    ( (?> [rRuU]? (?:
        \"{3} (?: [^\\] | \\. )*? \"{3} | '{3} (?: [^\\] | \\. )*? '{3}
        | \" (?: [^\\\n"] | \\. )* \"   | ' (?: [^\\\n'] | \\. )* '
    ) ) )
    [ \t\f]* (?: [\n;\#] | \Z )                       # nothing that would make it more than a string
    """
)


def docstring(source: str) -> str:
    """A script's docstring as it stands, or an empty one.

    This looks at the first statement only: it need not understand what a newer Python does, and to parse
    every script would take longer than all else that a command does with the catalogue.
    """
    first = _DOCSTRING.match(source.replace("\r\n", "\n"))
    try:
        match (_parse(first[1]) if first else parsed(source)).body:
            case [ast.Expr(ast.Constant(str(text))), *_]:
                return text
    except Unreadable:
        pass
    return ""


@cache
def parsed(source: str) -> ast.Module:
    """Parse a script. Raises Unreadable with the line."""
    return _parse(source)


def _parse(source: str) -> ast.Module:
    try:
        return parse(source)
    except NOT_PYTHON as error:
        line = f"line {error.lineno}: " if isinstance(error, SyntaxError) and error.lineno else ""
        raise Unreadable(f"{line}not valid Python: {problem(error)}") from None


def literals(tree: ast.Module) -> dict[str, ast.expr]:
    """What stands behind each `UPPER_CASE = ` at the top level.

    A name that is assigned more than once there is left out: which of the values counts depends on the
    script.
    """
    found: dict[str, ast.expr] = {}
    again: set[str] = set()
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(name)], value=ast.expr() as literal)
                | ast.AnnAssign(target=ast.Name(name), value=ast.expr() as literal)
            ) if _PARAMETER.fullmatch(name):
                if name in found:
                    again.add(name)
                found[name] = literal
    return {name: literal for name, literal in found.items() if name not in again}


def parameters(source: str) -> dict[str, Value]:
    """The values of a script's top-level literals that can be set. Raises Unreadable."""
    values = {name: value(literal) for name, literal in literals(parsed(source)).items()}
    return {name: known for name, known in values.items() if known is not None}


def value(literal: ast.expr) -> Value | None:
    """Evaluate a literal; None if it is none or holds anything but a Value."""
    try:
        found = ast.literal_eval(literal)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None
    return found if _is_value(found) else None


def value_of_text(text: str) -> Value | None:
    """Evaluate a text that should be a literal; None if it is none or holds anything but a Value."""
    try:
        match _parse(text.strip()).body:
            case [ast.Expr(literal)]:
                return value(literal)
    except Unreadable:
        pass
    return None


def _is_value(found: object) -> bool:
    match found:
        case bool() | str():
            return True
        case int():
            return found in _INT_RANGE
        case float():
            return math.isfinite(found)
        case list() | tuple():
            return all(map(_is_value, found))
    return False


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
    # Most scripts have no block, and the parser takes longer to import than ten scripts take to read.
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
