"""The loops of a tour: keys in and screens out on the whole of a terminal, or lines in and pages out as plain text.

The text is for a pipe, and for those who do not see: one page after the other, and nothing drawn twice.
"""

import math
import sys
import time
from contextlib import suppress
from io import TextIOWrapper

from asyncdemo.cli.stepping import screen_page, show_rows
from asyncdemo.cli.tour_session import Session
from asyncdemo.screen.full_screen import REDRAW, Screen, full_screen
from asyncdemo.tour.navigation import KEYS, played
from asyncdemo.tour.state import Room, State
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.tour_screen import page_rows, screen

_PAUSE = 0.03  # seconds after which a run is looked at again where no key is pressed
_LOOK = 0.02  # seconds between two looks at a run
_ALL = Room(1_000_000)  # there is no screen that could be too small
_WORDS = {"": "enter", **{word: key for key, word, _ in KEYS if len(key) == 1}}


def tour_on_screen(session: Session, *, ascii_only: bool) -> None:
    """Go through the tour until it is over. Ctrl-C stops a run that goes on; where none does, it ends the tour."""
    with full_screen(sys.stdin.fileno(), sys.stdout) as terminal, suppress(EOFError):
        shown = _Shown(terminal, ascii_only=ascii_only)
        while session.state.phase != "over":
            try:
                _step(session, terminal, shown)
            except KeyboardInterrupt:
                if session.state.phase != "running":
                    raise
                session.press("x", Room(1))


def _step(session: Session, terminal: Screen, shown: "_Shown") -> None:
    if not terminal.has_keys:  # what they ask for only to give it up again, of a pasted text perhaps, is never begun
        session.follow()
    session.state = shown.show(session.state)
    before = time.monotonic()
    key = terminal.key(_PAUSE if session.busy else None)
    if session.state.phase == "film":
        session.state = played(session.state, time.monotonic() - before)
    if key == REDRAW:
        shown.forget()
    elif key is not None:
        session.press(key, shown.room)
    if session.state.editing:
        session.edit(terminal.given_back())
        shown.forget()


class _Shown:
    """What is on the screen: it is drawn again only where something has changed."""

    def __init__(self, terminal: Screen, *, ascii_only: bool) -> None:
        self._terminal = terminal
        self._ascii = ascii_only
        self._state: State | None = None
        self.room = Room(1)

    def show(self, state: State) -> State:
        """Show a state; returns it as it is shown: not scrolled any further than the page goes."""
        if state is self._state:
            return state
        page, height = screen_page(self._terminal, ascii_only=self._ascii)
        drawn = screen(page, state, height)
        show_rows(self._terminal, page, drawn.rows)
        self.room = drawn.room
        if drawn.offset != state.offset:
            state = state._replace(offset=drawn.offset)
        self._state = state
        return state

    def forget(self) -> None:
        """Draw again next time, come what may."""
        self._state = None


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
        time.sleep(_LOOK)


def _write(page: Page, session: Session) -> None:
    for row in page_rows(page, session.state):
        page.row(*row)
    page.row()
    page.flush()
