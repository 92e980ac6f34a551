"""Code beside what happened to it."""

from collections.abc import Mapping

from rich.text import Text

from asyncdemo.marks import Mark
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import cut, harmless, wrapped


def write_code(page: Page, lines: list[tuple[int, str]], marks: Mapping[int, Mark], zero: float) -> None:
    """Write lines of code with their numbers; a marked line tells what was printed there or what went wrong."""
    digits = len(str(lines[-1][0])) if lines else 1
    highlighted = _highlighted(page, [line for _, line in lines])
    marked = [len(harmless(line)) for number, line in lines if number in marks]
    column = min(max(marked, default=0), page.width // 2)
    previous = lines[0][0] if lines else 0
    for (number, _), code in zip(lines, highlighted, strict=True):
        if number > previous + 3:  # more is missing than blank lines
            page.row((" " * (4 + digits) + page.glyphs["more"], "dim"))
        previous = number
        mark = marks.get(number)
        margin = page.text((f" {'!' if mark and mark.trouble else ' '} ", "bad"), (f"{number:{digits}}   ", "dim"))
        for row in _rows(code, page.width - 1 - len(margin.plain) if len(margin.plain) else page.width):
            if mark is None:
                page.row(margin, row)
            else:
                said = _said(page, mark, zero, row, column, len(margin.plain))
                page.row(margin, row, *said)
            margin, mark = Text(" " * (digits + 6)), None


def _said(page: Page, mark: Mark, zero: float, row: Text, column: int, margin: int) -> tuple[Text, ...]:
    gap = max(1, column + 3 - row.cell_len)
    room = page.width - 1 - margin - row.cell_len - gap
    text = cut(f"{page.glyphs['mark']} {_what(mark, zero)}", room, page.glyphs["more"]) if room > 8 else ""
    return (Text(" " * gap), page.text((text, "bad" if mark.trouble else "accent"))) if text else ()


def _what(mark: Mark, zero: float) -> str:
    if mark.trouble:
        return mark.text
    if mark.times == 1:
        return f"{mark.at - zero:.2f} s  {harmless(mark.text.splitlines()[0])}"
    return f"{mark.times} times, {mark.at - zero:.2f} to {mark.last - zero:.2f} s"


def _rows(code: Text, width: int) -> list[Text]:
    """One row, or several where the code is wider than the page."""
    if code.cell_len <= width:
        return [code]
    return [Text(row) for row in wrapped(code.plain, width)]


def _highlighted(page: Page, lines: list[str]) -> list[Text]:
    plain = [Text(harmless(line)) for line in lines]
    if page.console.color_system is None:
        return plain
    from asyncdemo.views.terminal.colours import highlight

    coloured = highlight("\n".join(text.plain for text in plain))
    return coloured if len(coloured) == len(plain) else plain
