"""The text of a new scenario: something small that runs, with all that `check` asks for. Pure; writes nothing."""

import re
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from textwrap import fill

from asyncdemo.catalogue.scenario import SOLUTION, START
from asyncdemo.model.user_code import is_own

_COMMAND = re.compile(r"(?:(?<=`)|(?m:^ {4,}))asyncdemo\s(?:(?!\n\s*\n)[^`])*")  # in code: backticks, or indented
_DOCSTRING = re.compile(r'''\A(?:[ \t]*(?:#[^\n]*)?\r?\n)*("""|\'\'\')(?P<notes>.*?)\1''', re.DOTALL)
_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")
_STRUCTURED = re.compile(r"(?m)^(?:\s|[-*+>|] |\d+\.)|\r")  # lines that cannot be broken elsewhere
_NOTES = """\
TODO: what the reader should notice, and why.

**Myth: "TODO: a common misconception."** What is true instead.

**Try** `asyncdemo run {name} --set DELAY=0.2`.
"""
_QUESTION = """\
# /// script
# [tool.asyncdemo]
# question = "What comes first?"
# choices = [
#     "ready\\ndone",
#     "done\\nready",
#     "nothing, and a warning",
# ]
# ///
"""
_ASYNC = """\
import asyncio

DELAY = 0.1


async def work():
    await asyncio.sleep(DELAY)
    print("done")


async def main():
    task = asyncio.create_task(work())
    print("ready")
    await task


asyncio.run(main())

# Output:
# ready
# done
"""
_SYNC = """\
import time

DELAY = 0.1


def work():
    time.sleep(DELAY)
    print("done")


work()
print("ready")

# Output:
# done
# ready
"""

_TASK = """\
# TODO: what goes wrong, in at most 60 characters

TODO: what the program should do, and what it does instead, in two to four sentences.

## Hints

- TODO: where to look.
- TODO: what to use there. The last hint says most.

## Solved

TODO: what there was to be learnt.
"""
_UNAWAITED = """\
# /// script
# [tool.asyncdemo]
# findings = ["never-awaited"]
# ///
"""
_EXERCISE = """\
import asyncio


async def work():
    print("working")
    await asyncio.sleep(0.1)


async def main():
    work()
    print("done")


asyncio.run(main())
"""
_COMPLAINT = """
# Output:
# done

# Errors:
# <path>:<number>: RuntimeWarning: coroutine 'work' was never awaited
# ...
"""


def single(name: str) -> str:
    """The text of a scenario that is one script."""
    notes = _NOTES.format(name=name)
    return f'"""TODO: what it shows, in at most 60 characters\n\n{notes}"""\n{_QUESTION}{_ASYNC}'


def folder(name: str, variants: Sequence[str]) -> dict[str, str]:
    """The texts of a scenario with variants by their file names; the one with the question is the last."""
    files = {"README.md": f"# TODO: what all of them do, in at most 60 characters\n\n{_NOTES.format(name=name)}"}
    for index, variant in enumerate(variants):
        last = index == len(variants) - 1
        summary = f'"""TODO: what {variant} does differently\n\nTODO: what is special about this one.\n"""\n'
        question = _QUESTION if last else ""
        files[file_name(variant)] = summary + question + (_SYNC if variant == "sync" else _ASYNC)
    return files


def exercise() -> dict[str, str]:
    """The texts of an exercise by their file names: a start that fails, and a solution that passes."""
    solution = _EXERCISE.replace("    work()\n", "    await work()\n") + "\n# Output:\n# working\n# done\n"
    return {
        "README.md": _TASK,
        file_name(START): f'"""TODO: what the program is for"""\n{_UNAWAITED}{_EXERCISE}{_COMPLAINT}',
        file_name(SOLUTION): f'"""TODO: what the program is for"""\n{solution}',
    }


def file_name(name: str) -> str:
    """The file name for a script: with a `_` at the end where it could be imported in the place of a library."""
    module = name.replace("-", "_")
    return f"{name}_.py" if _is_library(module) else f"{name}.py"


def without_aliases(source: str) -> str:
    """A scenario's text without its aliases, which stay its own; all lines keep their numbers."""
    return re.sub(r"(?m)^(# *aliases *= *)\[([^\]]*)\]", _emptied, source, count=1)


def with_name(notes: str, old: str, new: str) -> str:
    """The notes of a copy: the commands in them name the copy and not what it was made from."""
    word = re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])")
    return _COMMAND.sub(lambda command: word.sub(new, command[0]), notes)


def script_with_name(source: str, old: str, new: str, columns: int) -> str:
    """The same of a script's docstring; all lines keep their numbers, and none gets wider than `columns`."""

    def renamed(paragraph: re.Match[str]) -> str:
        before = paragraph[0]
        after = with_name(before, old, new)
        if max(map(len, after.split("\n"))) > columns and not _STRUCTURED.search(before):
            after = fill(after, columns, break_long_words=False, break_on_hyphens=False)
        rows = after.split("\n")
        return after if len(rows) == before.count("\n") + 1 and max(map(len, rows)) <= columns else before

    docstring = _DOCSTRING.match(source)
    if docstring is None:
        return source
    notes = _PARAGRAPH.sub(renamed, docstring["notes"])
    return source[: docstring.start("notes")] + notes + source[docstring.end("notes") :]


def with_scenario(contents: str, name: str, variants: Sequence[str]) -> str | None:
    """A contents.toml that names one more scenario, at the end of its last chapter; None if that is not safe.

    Without chapters it has only the order of its variants. It is safe if it then says what it said before, and that.
    """
    import tomllib

    before = tomllib.loads(contents)
    text: str | None = contents
    if before.get("chapter"):
        text = _in_last_chapter(contents, name)
        if text is None:
            return None
        before["chapter"][-1]["scenarios"].append(name)
    if variants != sorted(variants):
        text = _with_order(text or "", name, variants)
        before.setdefault("variants", {})[name] = [*variants]
    try:
        return text if tomllib.loads(text or "") == before else None
    except ValueError:
        return None


def _in_last_chapter(contents: str, name: str) -> str | None:
    lists = [*re.finditer(r"(?ms)^scenarios\s*=\s*\[(.*?)(,?)(\s*)\]", contents)]
    if not lists:
        return None
    last = lists[-1]
    indent = "\n    " if "\n" in last[0] else " "
    added = f'{"," if last[1].strip() else ""}{indent if last[1].strip() else ""}"{name}"{last[2]}{last[3]}'
    return contents[: last.end(1)] + added + contents[last.end(3) :]


def _with_order(text: str, name: str, variants: Sequence[str]) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    quoted = ", ".join(f'"{variant}"' for variant in variants)
    line = f"{name} = [{quoted}]{end}"
    table = re.search(r"(?m)^\[variants\][ \t]*\r?\n", text)
    if table:
        return text[: table.end()] + line + text[table.end() :]
    gap = "" if not text else end if text.endswith("\n") else end * 2
    return f"{text}{gap}[variants]{end}{line}"


def _emptied(aliases: re.Match[str]) -> str:
    ends = re.findall(r"\r?\n", aliases[2])
    return f"{aliases[1]}[]{''.join(f'{end}#' for end in ends)}"


def _is_library(module: str) -> bool:
    if module in sys.stdlib_module_names:
        return True
    spec = find_spec(module) if module.isidentifier() else None
    return spec is not None and spec.origin is not None and not is_own(spec.origin)
