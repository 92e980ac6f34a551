"""Colours for code and prose that read on a light and on a dark background."""

from pygments.token import Comment, Keyword, Name, Number, Operator, String
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.text import Text
from rich.theme import Theme

_CODE = ANSISyntaxTheme(
    {
        Comment: Style(dim=True),
        Keyword: Style(color="magenta"),
        Operator.Word: Style(color="magenta"),
        Name.Function: Style(bold=True),
        Name.Class: Style(bold=True),
        Number: Style(color="cyan"),
        String: Style(color="green"),
    }
)

PROSE = Theme({"markdown.code": Style(color="cyan"), "markdown.code_block": Style(color="cyan")})


def highlight(code: str) -> list[Text]:
    """Give Python code in colours, a Text for each line."""
    text = Syntax("", "python", theme=_CODE, background_color="default").highlight(code)
    if not code.endswith("\n"):
        text.right_crop(1)  # the newline that the highlighter adds
    return [Text.assemble(line, end="") for line in text.split("\n", allow_blank=True)]
