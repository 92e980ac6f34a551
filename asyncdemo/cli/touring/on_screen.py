"""A tour on the whole screen of a terminal: keys in, screens out, and a run meanwhile."""

import os
import sys
import time
from contextlib import suppress

from asyncdemo.cli.touring.session import Session
from asyncdemo.screen.full import REDRAW, Screen, full_screen
from asyncdemo.tour.keys import played
from asyncdemo.tour.state import Room, State
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.tour.screen import screen

_PAUSE = 0.03  # seconds after which a run is looked at again where no key is pressed


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
        """Show a state; gives it as it is shown: not scrolled any further than the page goes."""
        if state is self._state:
            return state
        columns, rows = self._terminal.size()
        page = Page(sys.stdout, {**os.environ, "COLUMNS": str(columns)}, ascii_only=self._ascii)
        drawn = screen(page, state, rows)
        self._terminal.show([page.text(*row) for row in drawn.rows])
        self.room = drawn.room
        if drawn.offset != state.offset:
            state = state._replace(offset=drawn.offset)
        self._state = state
        return state

    def forget(self) -> None:
        """Draw again next time, come what may."""
        self._state = None
