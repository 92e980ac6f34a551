"""Documents: Markdown whose blocks of Python can be run, as a person names them (`article.md`, `article.md#3`)."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asyncdemo.catalogue import reading
from asyncdemo.catalogue.problem import Unreadable
from asyncdemo.catalogue.wording import visible
from asyncdemo.errors import UsageError

if TYPE_CHECKING:  # every command starts here, and few of them are about documents
    from asyncdemo.documents.block_syntax import Nature
    from asyncdemo.documents.document_blocks import Block

MAX_BYTES = 50_000_000

_WORD = r"(?is)(?P<path>.*\.(?:md|markdown|txt))(?:#(?P<number>[^/]*))?"


class Document(NamedTuple):
    """A document that has one block at least; `name` is the path as it was typed."""

    name: str
    path: Path
    blocks: "tuple[Block, ...]"

    def nature(self, block: "Block") -> "Nature":
        """Say what one of its blocks is."""
        from asyncdemo.documents.block_syntax import nature

        return nature(block, self.blocks[: block.number - 1])

    def name_of(self, block: "Block") -> str:
        """Give the name of a block as a target."""
        return f"{self.name}#{block.number}"

    def before(self, block: "Block") -> "tuple[Block, ...]":
        """Give those before a block that Python can read."""
        from asyncdemo.documents.block_syntax import is_python

        return tuple(each for each in self.blocks[: block.number - 1] if is_python(each.text))


def is_document(word: str) -> bool:
    """Whether a word names a document, or a block of one, by its ending."""
    return re.fullmatch(_WORD, word) is not None


def read(word: str) -> "tuple[Document, Block | None]":
    """Give the document that a word names, and the block behind `#`, if one is named.

    Raises UsageError for a file that cannot be read, that has no Python in it, or that has no such block.
    """
    found = re.fullmatch(_WORD, word)
    assert found is not None  # is_document
    document = _read(found["path"])
    number = found["number"]
    if number is None:
        return document, None
    if not (number.isascii() and number.isdecimal()):
        raise UsageError(f"{visible(word)}: give the number of a block behind #, {_numbers(document)}")
    block = next((each for each in document.blocks if str(each.number) == number.lstrip("0")), None)
    if block is None:
        raise UsageError(f"{visible(word)}: there is no such block; {visible(document.name)} has {_numbers(document)}")
    return document, block


def _read(name: str) -> Document:
    from asyncdemo.documents.document_blocks import blocks

    path = Path(name)
    try:
        text = reading.utf8(reading.content(path, MAX_BYTES))
    except Unreadable as error:
        raise UsageError(f"cannot read {visible(name)}: {error}") from None
    found = blocks(text)
    if not found:
        raise UsageError(f"no Python in {visible(name)}: a block of it begins with ```python, an example with >>>")
    return Document(name, path, found)


def _numbers(document: Document) -> str:
    count = len(document.blocks)
    return f"#1 to #{count}" if count > 1 else "only #1"
