"""What is written where it can run like any script: a text that is not a file of its own, as a staged copy.

That is a script with other values for its parameters (`--set NAME=VALUE`, checked against the script and put in the
place of its literals), a block of a document, or standard input. Every line stays on its number, and beside the copy is
what the original could import or open. Nothing else ever rewrites code.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from asyncdemo.catalogue import script_source
from asyncdemo.catalogue.names import absolute, listed, visible
from asyncdemo.catalogue.targets import Request, Target
from asyncdemo.errors import ToolError, Unreadable, UsageError

if TYPE_CHECKING:
    from asyncdemo.catalogue.script_tree import Value
    from asyncdemo.model.recording import Subject

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
    settings: Sequence[str], parameters: "Mapping[str, Value]", target_name: str, option: str = "--set"
) -> "dict[str, Value]":
    """Check each NAME=VALUE against the default's type and give the values by name; `option` is where they came from.

    A text needs no quotes, a float takes a whole number too, the last of a name counts. Raises UsageError
    that says what would do.
    """
    values: dict[str, Value] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals:
            example = next((f"{known}={value!r}" for known, value in parameters.items()), "TASKS=10")
            raise UsageError(f"{option} {visible(setting)}: write NAME=VALUE, for example {option} {example}")
        if name not in parameters:
            raise UsageError(f"{option} {visible(setting)}: {_unknown(name, parameters, target_name)}")
        value = _like(parameters[name], text)
        if value is None:
            kind = _KINDS[type(parameters[name])]
            raise UsageError(f"{option} {visible(setting)}: must be {kind}, like {name}={parameters[name]!r}")
        values[name] = value
    return values


def replace(source: str, values: "Mapping[str, Value]") -> str:
    """Put values in place of the literals of these parameters; every other character and line number stays.

    Raises Unreadable if the source is not valid Python, KeyError for a name that is no parameter.
    """
    from asyncdemo.catalogue import script_tree

    literals = script_tree.literals(script_tree.parsed(source)) if values else {}
    # Not splitlines(): Python's lines end at fewer characters, and line numbers are Python's.
    starts = [0, *(match.end() for match in re.finditer(_LINE_END, source))]
    pieces: list[str] = []
    at = 0
    found = [(literals[name], value) for name, value in values.items()]
    for literal, value in sorted(found, key=lambda each: (each[0].lineno, each[0].col_offset)):
        assert literal.end_lineno is not None and literal.end_col_offset is not None
        start = _offset(source, starts, literal.lineno, literal.col_offset)
        end = _offset(source, starts, literal.end_lineno, literal.end_col_offset)
        line_ends = "".join(re.findall(_LINE_END, source[start:end]))
        pieces += source[at:start], f"({value!r}{line_ends})" if line_ends else repr(value)
        at = end
    return "".join(pieces) + source[at:]


def replace_bytes(data: bytes, values: "Mapping[str, Value]") -> bytes:
    """Do `replace` to a file's bytes, in its own encoding. Raises Unreadable, KeyError."""
    text, encoding = script_source.decoded(data)
    # Only a new value can hold what the encoding has not; it is in a string, where an escape means the same.
    return replace(text, values).encode(encoding, "backslashreplace")


def _like(default: "Value", text: str) -> "Value | None":
    """The value of a text if it is of the default's kind."""
    from asyncdemo.catalogue import script_tree

    value = script_tree.value_of_text(text)
    if isinstance(default, str):
        return value if isinstance(value, str) else text
    if isinstance(default, float) and type(value) is int:
        return float(value)
    return value if type(value) is type(default) else None


def _unknown(name: str, parameters: "Mapping[str, Value]", target_name: str) -> str:
    there = [f"{known}={value!r}" for known, value in parameters.items()]
    if there:
        return f"{visible(target_name)} has no parameter {visible(name)}; it has {listed(there, 'and')}"
    return f"{visible(target_name)} has no parameters (lines like TASKS = 10 at the top level of the script)"


def _offset(source: str, starts: list[int], line: int, column: int) -> int:
    """The place in the text of an ast position, whose column counts UTF-8 bytes."""
    start = starts[line - 1]
    text = source[start : start + column]
    return start + len(text.encode()[:column].decode())


@contextmanager
def script_to_run(target: Target, request: Request) -> "Iterator[tuple[Subject, str | None]]":
    """The subject, and the file that is to run: the script itself, as it was typed, or a staged copy; None of a module.

    A copy exists within the block. Raises UsageError for a setting that the script does not have, ToolError for a copy
    that cannot be written.
    """
    from asyncdemo.model.recording import Subject

    if target.module is not None:
        if request.settings:
            raise UsageError(f"--set changes a script, not a module: {target.name} has no parameters")
        yield Subject(target.name), None
        return
    if target.path is None:
        if sys.stdin is None:
            raise UsageError("standard input is closed, so there is no script on it")
        data = sys.stdin.buffer.read()
        with staged(data, "stdin.py", None) as file:
            yield Subject(target.name, ran=str(file), source=data.decode(errors="replace")), str(file)
        return
    script, path = target.script, target.path
    subject = Subject(
        target.name,
        scenario=target.scenario.name if target.scenario else None,
        variant=script.variant if script and target.scenario else None,
        path=str(absolute(path)),
        source=script.source if script else None,
    )
    if target.document is not None and target.block is not None:
        text = target.document.staged_text(target.block, cumulative=request.cumulative)
        known = _parameters(text) if request.settings else {}
        values = parse_settings(request.settings, known, target.name)
        data = replace(text, values).encode()
    else:
        known = target.parameters
        values = parse_settings(request.settings, known, target.name)
        subject = subject._replace(parameters=known | values)
        if not values:
            typed = target.scenario is None and Path(target.name) == path  # then sys.argv has the path as it is
            yield subject, target.name if typed else str(path)
            return
        data = replace_bytes(path.read_bytes(), values)
    with staged(data, path.name, path.resolve().parent) as file:
        copy = subject._replace(ran=str(file), source=data.decode(errors="replace"), parameters=known | values)
        yield copy, str(file)


def _parameters(text: str) -> "dict[str, Value]":
    from asyncdemo.catalogue import script_tree

    try:
        return script_tree.parameters(text)
    except Unreadable:
        return {}


@contextmanager
def staged(data: bytes, base_name: str, siblings: Path | None) -> Iterator[Path]:
    """The path of a copy called `base_name` in a temporary folder, which is removed afterwards.

    The folder links everything in the folder `siblings` but a file of that name and the bytecode cache, which
    belongs to the original. For a script that is a link, Python looks for imports beside what it links to.
    Raises ToolError if the copy cannot be written.
    """
    import tempfile  # half as long to load as all else that a run without a copy needs

    try:
        temporary = tempfile.TemporaryDirectory(prefix="asyncdemo-", ignore_cleanup_errors=True)
    except OSError as error:
        raise _failed(base_name, error) from error
    with temporary as folder:
        try:
            path = _write(data, Path(folder) / base_name, siblings)
        except OSError as error:
            raise _failed(base_name, error) from error
        yield path


def _write(data: bytes, path: Path, siblings: Path | None) -> Path:
    path.write_bytes(data)
    for sibling in siblings.absolute().iterdir() if siblings else ():
        if sibling.name not in (path.name, "__pycache__"):
            _link(sibling, path.with_name(sibling.name))
    return path


def _link(original: Path, link: Path) -> None:
    try:
        link.symlink_to(original, target_is_directory=original.is_dir())
    except OSError:
        import shutil

        # Windows grants links to developers only (untried there): a copy does as well, if slower.
        if original.is_dir():
            shutil.copytree(original, link, symlinks=True)
        else:
            shutil.copy2(original, link)


def _failed(base_name: str, error: OSError) -> ToolError:
    return ToolError(
        f"cannot write a temporary copy of {base_name!r} ({error.strerror or error}); set TMPDIR to a folder with room"
    )
