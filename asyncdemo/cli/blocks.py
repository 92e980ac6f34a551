"""Blocks of documents on the command line: which are run, what is said of the others, and how `list` shows them."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.names import absolute, listed, visible
from asyncdemo.catalogue.targets import Document, Target
from asyncdemo.cli.messages import tell
from asyncdemo.errors import UsageError

if TYPE_CHECKING:  # every run starts here, and few are of documents
    from asyncdemo.documents.block_syntax import Nature
    from asyncdemo.documents.document_blocks import Block


def blocks_to_run(chosen: Iterable[Target], *, cumulative: bool | None) -> list[Target]:
    """Give the targets with the blocks in the place of each whole document.

    `cumulative`: a block is run with those before it; None where that cannot be asked for.
    What cannot be run by itself is left out of a whole document, which is said on stderr and is no failure. Raises
    UsageError for a block that was named and cannot be run, and where nothing is left.
    """
    found: list[Target] = []
    for target in chosen:
        if target.document is None:
            found.append(target)
        elif target.block is not None:
            reason = why_not(target.document, target.block, cumulative=cumulative)
            if reason is not None:
                raise UsageError(f"{visible(target.name)} {reason}")
            found.append(target)
        else:
            found += _those_that_run(target, cumulative=cumulative)
    return found


def _those_that_run(target: Target, *, cumulative: bool | None) -> Iterator[Target]:
    left_out = 0
    blocks = targets.expand(target)
    for each in blocks:
        assert each.document is not None and each.block is not None  # a document's targets are its blocks
        reason = why_not(each.document, each.block, cumulative=cumulative)
        if reason is None:
            yield each
            continue
        left_out += 1
        tell(f"{visible(each.name)} is skipped: it {reason}")
    if left_out == len(blocks):
        raise UsageError(f"no block of {visible(target.name)} can be run by itself")


def why_not(document: Document, block: "Block", *, cumulative: bool | None) -> str | None:
    """Say what a block is that is not run, and what to do about it; None if it is run."""
    nature = document.nature(block)
    if nature.kind == "not-python":
        return "is not Python: commands for a shell or a notebook"
    if nature.kind == "fragment" and not cumulative:
        from shlex import quote

        alone = "here each block is run by itself"
        again = f"asyncdemo run {quote(document.name)}#{block.number} --cumulative"
        how = alone if cumulative is None else f"{again} runs it with those before it"
        return f"is a fragment: {needed(nature)}; {how}"
    return None


def needed(nature: "Nature") -> str:
    """Say which block defines what a fragment lacks: "#6 defines main"."""
    by_number: dict[int, list[str]] = {}
    for name, number in nature.needs:
        by_number.setdefault(number, []).append(name)
    return ", ".join(f"#{number} defines {listed(names, 'and')}" for number, names in sorted(by_number.items()))


def described(document: Document, block: "Block", *, cumulative: bool) -> str:
    """Say what a block is in a few words: where it stands, and what is special about it."""
    nature = document.nature(block)
    words = [f"line {block.line}" if block.last == block.line else f"lines {block.line} to {block.last}"]
    if block.session:
        words.append("a session")
    if nature.kind == "await":
        words.append("top-level await")
    if nature.kind == "broken":
        words.append(f"broken in line {nature.line}")
    if cumulative and block.number > 1:
        words.append("after #1" if block.number == 2 else f"after #1 to #{block.number - 1}")
    return ", ".join(words)


def with_those_before(document: Document, block: "Block", *, cumulative: bool) -> "tuple[Block, ...]":
    """Give the blocks that are run as one."""
    return (*document.before(block), block) if cumulative else (block,)


def runnable_file(python: str, copy: str, chosen: "Sequence[Block]") -> str:
    """Give the file that a Python is to run: the staged copy itself, or bytecode where it is no plain script."""
    from asyncdemo.documents.block_syntax import awaits

    sessions = [(block.line, block.last) for block in chosen if block.session]
    if not sessions and not any(awaits(block.text) for block in chosen):
        return copy
    from asyncdemo.runner.plan import compiled

    return str(compiled(python, Path(copy), sessions))


SCHEMA = "asyncdemo.document/1"
WORDS = {"await": "top-level await", "not-python": "not Python"}  # where the kind says too little


def write_blocks(
    document: Document, chosen: "Iterable[Block]", *, names: bool, as_json: bool, ascii_only: bool
) -> None:
    """Write these blocks of a document as `list` does."""
    natures = [(block, document.nature(block)) for block in chosen]
    if names:
        here = (document.name_of(block) for block, nature in natures if nature.kind in ("runnable", "await"))
        sys.stdout.write("".join(f"{visible(name)}\n" for name in here))
    elif as_json:
        from asyncdemo.views.document import write_json

        blocks = [_json(document, *each) for each in natures]
        write_json({"schema": SCHEMA, "path": str(absolute(document.path)), "blocks": blocks})
    elif sys.stdout.isatty():
        from asyncdemo.views.terminal.listing import Row, write_block_rows
        from asyncdemo.views.terminal.page import standard_page

        rows = [
            Row(block.number, block.line, WORDS.get(nature.kind, nature.kind), about(block, nature))
            for block, nature in natures
        ]
        write_block_rows(standard_page(ascii_only=ascii_only), document.name, rows)
    else:
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        for block, nature in natures:
            cells = (document.name_of(block), str(block.line), nature.kind, about(block, nature))
            sys.stdout.write("\t".join(visible(cell) for cell in cells) + "\n")


def about(block: "Block", nature: "Nature") -> str:
    """Say what matters most of a block: why it cannot run by itself, or its last line, which tells it from others."""
    if nature.kind == "fragment":
        return needed(nature)
    if nature.kind == "broken":
        return f"line {nature.line}: {nature.error}"
    if block.session:
        return f">>> {block.code[0]}"
    last = block.code[-1]
    return last if last[0] not in " \t)]}#" else _first(block.code)


def _first(code: Sequence[str]) -> str:
    """The first line that could not stand at the head of any block."""
    little = ("import ", "from ", "#", "@")
    return next((line for line in code if line.strip() and not line.startswith(little)), code[0]).strip()


def _json(document: Document, block: "Block", nature: "Nature") -> dict[str, Any]:
    return {
        "target": document.name_of(block),
        "number": block.number,
        "line": block.line,
        "last_line": block.last,
        "kind": nature.kind,
        "session": block.session,
        "needs": [{"name": name, "block": number} for name, number in nature.needs],
        "error": {"line": nature.line, "message": nature.error} if nature.kind == "broken" else None,
        "output": None if block.shown is None else [line.text for line in block.shown],
    }
