"""What `list` writes. Without Typer: see plain_words."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from asyncdemo.catalogue.names import absolute, visible
from asyncdemo.catalogue.scenario import Catalogue
from asyncdemo.catalogue.targets import Document, is_document, needed, read_document
from asyncdemo.cli.option_values import load_catalogue, tell_problems

if TYPE_CHECKING:  # few lists are of documents
    from asyncdemo.documents.block_syntax import Nature
    from asyncdemo.documents.document_blocks import Block

SCHEMA = "asyncdemo.document/1"
_WORDS = {"await": "top-level await", "not-python": "not Python"}  # where the kind says too little


def list_targets(
    chapter: str | None = None,
    *,
    names: bool = False,
    full: bool = False,
    scenarios: tuple[str, ...] = (),
    as_json: bool = False,
    ascii_only: bool = False,
) -> int:
    """Write the scenarios, those of one chapter, or the blocks of a document: the exit status. Raises UsageError."""
    if chapter is not None and is_document(chapter):
        document, block = read_document(chapter)
        chosen = document.blocks if block is None else (block,)
        _write_blocks(document, chosen, names=names, as_json=as_json, ascii_only=ascii_only)
        return 0
    catalogue = load_catalogue(scenarios)
    tell_problems(catalogue.problems)
    if chapter is not None:
        catalogue = Catalogue(catalogue.in_chapter(chapter))
    if names:
        sys.stdout.write("".join(f"{each.name}\n" for each in catalogue.scenarios if each.available))
    elif as_json:
        from asyncdemo.catalogue.scenario import to_json
        from asyncdemo.views.document import write_json

        write_json(to_json(catalogue))
    elif sys.stdout.isatty():
        from asyncdemo.views.terminal.listing import write_listing
        from asyncdemo.views.terminal.page import standard_page

        write_listing(standard_page(ascii_only=ascii_only), catalogue, full=full, chapter=chapter)
    else:
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        for each in catalogue.scenarios:
            cells = (each.name, str(each.chapter.number), ",".join(each.variants), each.summary)
            print(*map(visible, cells), sep="\t")
    return 0


def _write_blocks(
    document: Document, chosen: "Iterable[Block]", *, names: bool, as_json: bool, ascii_only: bool
) -> None:
    """Write these blocks of a document as `list` does."""
    natures = [(block, document.nature(block)) for block in chosen]
    if names:
        here = (document.name_of(block) for block, nature in natures if nature.kind in ("runnable", "await"))
        sys.stdout.write("".join(f"{visible(name)}\n" for name in here))
    elif as_json:
        from asyncdemo.views.document import write_json

        blocks = [_block_json(document, *each) for each in natures]
        write_json({"schema": SCHEMA, "path": str(absolute(document.path)), "blocks": blocks})
    elif sys.stdout.isatty():
        from asyncdemo.views.terminal.listing import Row, write_block_rows
        from asyncdemo.views.terminal.page import standard_page

        rows = [
            Row(block.number, block.line, _WORDS.get(nature.kind, nature.kind), _about(block, nature))
            for block, nature in natures
        ]
        write_block_rows(standard_page(ascii_only=ascii_only), document.name, rows)
    else:
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        for block, nature in natures:
            cells = (document.name_of(block), str(block.line), nature.kind, _about(block, nature))
            print(*map(visible, cells), sep="\t")


def _about(block: "Block", nature: "Nature") -> str:
    """What matters most of a block: why it cannot run by itself, or its last line, which tells it from others."""
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


def _block_json(document: Document, block: "Block", nature: "Nature") -> dict[str, Any]:
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
