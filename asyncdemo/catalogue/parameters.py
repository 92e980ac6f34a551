"""Parameters: `--set NAME=VALUE` is checked against the script, then put in the place of its literal."""

import ast
import re
from collections.abc import Mapping, Sequence

from asyncdemo.catalogue import script_source
from asyncdemo.catalogue.names import listed, visible
from asyncdemo.catalogue.script_source import Value
from asyncdemo.errors import UsageError

_LINE_END = r"\r\n|\r|\n"
_KINDS = {
    bool: "True or False",
    int: "a whole number (64 bits at most)",
    float: "a finite number",
    str: "a text",
    list: "a list",
    tuple: "a tuple",
}


def parse_settings(
    settings: Sequence[str], parameters: Mapping[str, Value], target_name: str, option: str = "--set"
) -> dict[str, Value]:
    """Check each NAME=VALUE against the default's type and give the values by name; `option` is where they came from.

    A text needs no quotes, a float takes a whole number too, the last of a name counts. Raises UsageError
    that says what would do.
    """
    values: dict[str, Value] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals:
            raise UsageError(
                f"{option} {visible(setting)}: write NAME=VALUE, for example {option} {_example(parameters)}"
            )
        if name not in parameters:
            raise UsageError(f"{option} {visible(setting)}: {_unknown(name, parameters, target_name)}")
        value = _like(parameters[name], text)
        if value is None:
            kind = _KINDS[type(parameters[name])]
            raise UsageError(f"{option} {visible(setting)}: must be {kind}, like {name}={parameters[name]!r}")
        values[name] = value
    return values


def replace(source: str, values: Mapping[str, Value]) -> str:
    """Put values in place of the literals of these parameters; every other character and line number stays.

    Raises Unreadable if the source is not valid Python, KeyError for a name that is no parameter.
    """
    literals = script_source.literals(script_source.parsed(source)) if values else {}
    starts = _line_starts(source)
    pieces: list[str] = []
    at = 0
    for literal, value in sorted(((literals[name], values[name]) for name in values), key=_place):
        assert literal.end_lineno is not None and literal.end_col_offset is not None
        start = _offset(source, starts, literal.lineno, literal.col_offset)
        end = _offset(source, starts, literal.end_lineno, literal.end_col_offset)
        pieces += source[at:start], _written(value, source[start:end])
        at = end
    return "".join(pieces) + source[at:]


def replace_bytes(data: bytes, values: Mapping[str, Value]) -> bytes:
    """Do `replace` to a file's bytes, in its own encoding. Raises Unreadable, KeyError."""
    text, encoding = script_source.decoded(data)
    # Only a new value can hold what the encoding has not; it is in a string, where an escape means the same.
    return replace(text, values).encode(encoding, "backslashreplace")


def _like(default: Value, text: str) -> Value | None:
    """Give the value of a text if it is of the default's kind."""
    value = script_source.value_of_text(text)
    if isinstance(default, str):
        return value if isinstance(value, str) else text
    if isinstance(default, float) and type(value) is int:
        return float(value)
    return value if type(value) is type(default) else None


def _example(parameters: Mapping[str, Value]) -> str:
    return next((f"{name}={value!r}" for name, value in parameters.items()), "TASKS=10")


def _unknown(name: str, parameters: Mapping[str, Value], target_name: str) -> str:
    there = [f"{known}={value!r}" for known, value in parameters.items()]
    if there:
        return f"{visible(target_name)} has no parameter {visible(name)}; it has {listed(there, 'and')}"
    return f"{visible(target_name)} has no parameters (lines like TASKS = 10 at the top level of the script)"


def _place(item: tuple[ast.expr, Value]) -> tuple[int, int]:
    return item[0].lineno, item[0].col_offset


def _line_starts(source: str) -> list[int]:
    # Not splitlines(): Python's lines end at fewer characters, and line numbers are Python's.
    return [0, *(match.end() for match in re.finditer(_LINE_END, source))]


def _offset(source: str, starts: list[int], line: int, column: int) -> int:
    """Give the place in the text of an ast position, whose column counts UTF-8 bytes."""
    start = starts[line - 1]
    text = source[start : start + column]
    return start + len(text.encode()[:column].decode())


def _written(value: Value, replaced: str) -> str:
    line_ends = "".join(re.findall(_LINE_END, replaced))
    return f"({value!r}{line_ends})" if line_ends else repr(value)
