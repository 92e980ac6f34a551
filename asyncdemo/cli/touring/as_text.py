"""A tour as plain text, one page after the other and nothing drawn twice: for a pipe, and for who does not see."""

import math
import sys
import time
from io import TextIOWrapper

from asyncdemo.cli.touring.session import Session
from asyncdemo.tour.keys import KEYS, played
from asyncdemo.tour.state import Room, State
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.tour.text import page_rows

_PAUSE = 0.02  # seconds between two looks at a run
_ALL = Room(1_000_000)  # there is no screen that could be too small
_WORDS = {"": "enter", **{word: key for key, word, _ in KEYS if len(key) == 1}}


def tour_as_text(session: Session, page: Page, *, asks: bool, one_chapter: bool) -> None:
    """Write the tour. `asks`: each page waits for a line that is typed; else it goes on by itself.

    `one_chapter`: where it goes on by itself, the end of the chapter is the end.
    """
    if asks:
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")  # what is typed need not be text
        page.row(("enter goes on, ? shows all keys: type one, or its word, and then enter", "dim"))
        page.row()
    while session.state.phase != "over":
        _write(page, session)
        if session.state.phase == "end" and one_chapter and not asks:
            return
        before = _shown(session.state)
        while _shown(session.state) == before:
            _press(session, _line(page, session) if asks else "")
            if session.state.message:
                page.row((session.state.message, "warn"))
        _run(session, page)


def _shown(state: State) -> tuple[object, ...]:
    """What makes another page of it."""
    return state.number, state.round, state.phase, state.predicted, state.jobs


def _line(page: Page, session: Session) -> str:
    page.flush()
    print("> " if session.state.typed is None else "go to the stop: ", end="", flush=True)
    line = sys.stdin.readline()
    if not line:  # whoever is gone goes to no stop
        session.state = session.state._replace(typed=None)
    return line.strip() if line else "q"


def _press(session: Session, line: str) -> None:
    for key in _keys(line) if session.state.typed is None else [*line, "enter"]:
        session.press(key, _ALL)
    if session.state.phase == "film":  # nothing that moves
        session.state = played(session.state, math.inf)._replace(message="only a screen can show it slowed")
    if session.state.editing:
        session.edit()


def _keys(line: str) -> list[str]:
    """The keys that a line stands for: one by its letter or word, or `j` and a name."""
    word, _, name = line.partition(" ")
    if word in ("j", "jump") and name:
        return ["j", *name, "enter"]
    return [_WORDS.get(line, line)]


def _run(session: Session, page: Page) -> None:
    """Wait until what runs has ended."""
    told = None
    while True:
        session.follow()
        target = session.state.running
        if target is None:
            return
        if target.name != told:
            told = target.name
            page.row((f"running {told}", "dim"))
            page.flush()
        time.sleep(_PAUSE)


def _write(page: Page, session: Session) -> None:
    for row in page_rows(page, session.state):
        page.row(*row)
    page.row()
    page.flush()
