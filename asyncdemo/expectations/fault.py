"""One way in which a promise is not kept."""

from typing import Literal, NamedTuple

Sign = Literal["-", "+", " ", "~"]


class Row(NamedTuple):
    """A row of a difference: promised and not printed "-", printed and not promised "+", both " ", left out "~".

    `line` is the number of a promised line in its file.
    """

    sign: Sign
    text: str
    line: int | None = None


class Fault(NamedTuple):
    """What is wrong, in words, and where it was promised: `path`, and `line` where that is known.

    `rows` show the difference where it is one of texts. `in_time`: a busy machine may be the reason, so that it is
    worth another try.
    """

    message: str
    path: str
    line: int | None = None
    rows: tuple[Row, ...] = ()
    in_time: bool = False

    @property
    def place(self) -> str:
        """The file, and the line where it is known, as compilers write it."""
        return self.path if self.line is None else f"{self.path}:{self.line}"
