"""The values: a block of Python in a document, and what it is."""

from typing import Literal, NamedTuple

Kind = Literal["runnable", "await", "fragment", "not-python", "broken"]


class ShownLine(NamedTuple):
    """A line of output that the document shows, with its number there."""

    text: str
    number: int


class Block(NamedTuple):
    """A block: numbers count from 1, `line` is the document's line of `code[0]`, and so on without a gap.

    `code` is without what the document has around it: indentation of the block, quotation marks, prompts. Of a
    `session` (`>>>` examples) the lines of output are empty. `shown` is None where the document shows no output.
    """

    number: int
    line: int
    code: tuple[str, ...]
    session: bool = False
    shown: tuple[ShownLine, ...] | None = None

    @property
    def last(self) -> int:
        """The document's line of the last line of code."""
        return self.line + len(self.code) - 1

    @property
    def text(self) -> str:
        """The code alone."""
        return "".join(f"{line}\n" for line in self.code)


class Nature(NamedTuple):
    """What a block is. `needs` are the blocks that define names which it uses: each name with the number of the last.

    `line` and `error` say what is wrong with one that is broken.
    """

    kind: Kind
    needs: tuple[tuple[str, int], ...] = ()
    line: int | None = None
    error: str = ""
