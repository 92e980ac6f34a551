"""A page that keeps its rows for whoever puts them on a screen."""

from asyncdemo.views.terminal.page import Page, Part


class Collected(Page):
    """Like another page, but what is written to it is found in `rows`."""

    def __init__(self, like: Page) -> None:
        vars(self).update(vars(like))
        self.terminal = self.erases = False
        self.rows: list[tuple[Part, ...]] = []

    def row(self, *parts: Part) -> None:
        """Keep one row."""
        self.rows.append(parts)
