"""What is staged: the code of blocks on the document's own lines, all other lines blank."""

from collections.abc import Sequence

from asyncdemo.documents.block import Block


def copy(chosen: Sequence[Block]) -> str:
    """Give the text of these blocks, in the order in which they stand in the document."""
    pieces: list[str] = []
    at = 1
    for block in chosen:
        pieces += "\n" * (block.line - at), block.text
        at = block.last + 1
    return "".join(pieces)
