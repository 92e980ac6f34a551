"""The text of a new scenario: something small that runs, with all that `check` asks for. Pure; writes nothing."""

import re
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from asyncdemo.own_code import is_own

_NOTES = """\
Say what you see here, and why it is so.

**"What many think at first."** Say what is true instead.

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


def single(name: str) -> str:
    """Give the text of a scenario that is one script."""
    notes = _NOTES.format(name=name)
    return f'"""what it shows, in a line of 60 characters at most\n\n{notes}"""\n{_QUESTION}{_ASYNC}'


def folder(name: str, variants: Sequence[str]) -> dict[str, str]:
    """Give the texts of a scenario with variants by their file names; the one with the question is the last."""
    files = {"README.md": f"# what all of them do, in a line of 60 characters at most\n\n{_NOTES.format(name=name)}"}
    for index, variant in enumerate(variants):
        last = index == len(variants) - 1
        summary = f'"""what {variant} does differently\n\nSay what is special about this one.\n"""\n'
        question = _QUESTION if last else ""
        files[file_name(variant)] = summary + question + (_SYNC if variant == "sync" else _ASYNC)
    return files


def file_name(name: str) -> str:
    """Give the file name for a script: with a `_` at the end where it could be imported in the place of a library."""
    module = name.replace("-", "_")
    return f"{name}_.py" if _is_library(module) else f"{name}.py"


def without_aliases(source: str) -> str:
    """Give a scenario's text without its aliases, which stay its own; all lines keep their numbers."""
    return re.sub(r"(?m)^(# *aliases *= *)\[([^\]]*)\]", _emptied, source, count=1)


def with_scenario(contents: str, name: str, variants: Sequence[str]) -> str | None:
    """Give a contents.toml that names one more scenario, at the end of its last chapter; None if that is not safe.

    It is safe if it then says what it said before, and that.
    """
    import tomllib

    before = tomllib.loads(contents)
    lists = [*re.finditer(r"(?ms)^scenarios\s*=\s*\[(.*?)(,?)(\s*)\]", contents)]
    if not lists or not before.get("chapter"):
        return None
    last = lists[-1]
    indent = "\n    " if "\n" in last[0] else " "
    added = f'{"," if last[1].strip() else ""}{indent if last[1].strip() else ""}"{name}"{last[2]}{last[3]}'
    text = contents[: last.end(1)] + added + contents[last.end(3) :]
    before["chapter"][-1]["scenarios"].append(name)
    if variants != sorted(variants):
        end = "\r\n" if "\r\n" in contents else "\n"
        line = f"{name} = [{', '.join(map(_quoted, variants))}]{end}"
        table = re.search(r"(?m)^\[variants\][ \t]*\r?\n", text)
        gap = end if text.endswith("\n") else end * 2
        text = text[: table.end()] + line + text[table.end() :] if table else f"{text}{gap}[variants]{end}{line}"
        before.setdefault("variants", {})[name] = [*variants]
    try:
        return text if tomllib.loads(text) == before else None
    except ValueError:
        return None


def _emptied(aliases: re.Match[str]) -> str:
    ends = re.findall(r"\r?\n", aliases[2])
    return f"{aliases[1]}[]{''.join(f'{end}#' for end in ends)}"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _is_library(module: str) -> bool:
    if module in sys.stdlib_module_names:
        return True
    spec = find_spec(module) if module.isidentifier() else None
    return spec is not None and spec.origin is not None and not is_own(spec.origin)
