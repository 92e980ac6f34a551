"""The pages of a tour as text: each once, whole, one after the other."""

from asyncdemo.tour.state import State
from asyncdemo.views.terminal.code import Row
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import title_row
from asyncdemo.views.terminal.tour.pages import body, headline, title
from asyncdemo.views.terminal.tour.question import question_rows


def page_rows(page: Page, state: State) -> list[Row]:
    """Give the page of a phase; the code of a stop has a title, and the question does not show it again."""
    if state.phase == "question":
        return question_rows(page, state.asked, state.predicted)
    rows = body(page, state, None).rows
    if state.phase in ("code", "help", "end"):
        name, summary = title(state)
        top: list[Row] = [title_row(page, name, summary, headline(state, short=page.width < 70))]
        return [*top, ((page.glyphs["rule"] * (page.width - 1), "dim"),), *rows]
    return rows
