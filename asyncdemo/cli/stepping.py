"""Steps through recordings, and plays them, on the whole screen of a terminal."""

import os
import sys
import time
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate
from typing import NamedTuple

from asyncdemo.model.recording import Run
from asyncdemo.screen.full_screen import REDRAW, Screen, full_screen
from asyncdemo.views.narration import Stage
from asyncdemo.views.terminal.page import Page, Row
from asyncdemo.views.terminal.playback import KEYS, Film, key_row, step_rows

PLAYING = (("space", "pause"), ("q", "to the end"))
PAUSED = (("space", "go on"), ("q", "to the end"))
_FRAME = 0.05  # seconds between two frames
_NEXT = ("space", "right", "down", "enter", "n")
_BACK = ("left", "up", "backspace", "b", "p")
_FIRST, _LAST = ("home", "g"), ("end", "G")
_LONGEST = 12  # characters of a time


class Walk(NamedTuple):
    """The number of a moment of `total`; `typed` is the time (seconds) that is being typed, None where none is."""

    total: int
    number: int = 0
    typed: str | None = None

    def to(self, number: int) -> "Walk":
        """Go to a moment, the first or the last one for what is beyond."""
        return Walk(self.total, min(max(number, 0), self.total - 1))


def pressed(walk: Walk, key: str) -> Walk | float | None:
    """Where a key leads: to a moment, to a time in seconds, or out (None)."""
    if walk.typed is not None:
        return _typing(walk, walk.typed, key)
    if key in ("q", "escape"):
        return None
    if key == "t":
        return walk._replace(typed="")
    steps = {**dict.fromkeys(_NEXT, 1), **dict.fromkeys(_BACK, -1)}
    steps |= {**dict.fromkeys(_FIRST, -walk.total), **dict.fromkeys(_LAST, walk.total)}
    return walk.to(walk.number + steps.get(key, 0))


def _typing(walk: Walk, typed: str, key: str) -> Walk | float:
    if key == "enter":
        try:
            return float(typed)
        except ValueError:
            return walk._replace(typed=None)
    if key == "escape":
        return walk._replace(typed=None)
    if key == "backspace":
        return walk._replace(typed=typed[:-1])
    if len(key) == 1 and key in "0123456789." and len(typed) < _LONGEST:
        return walk._replace(typed=typed + key)
    return walk


def step_through(stages: Sequence[Stage], *, ascii_only: bool) -> None:
    """Go through the moments of runs, one run after the other."""
    firsts = [0, *accumulate(len(stage.moments) for stage in stages)]
    walk = Walk(firsts[-1])
    with full_screen(sys.stdin.fileno(), sys.stdout) as screen, suppress(EOFError):
        while True:
            run = bisect_right(firsts, walk.number) - 1
            stage = stages[run]
            if not screen.has_keys:
                page, height = screen_page(screen, ascii_only=ascii_only)
                moment = stage.moments[walk.number - firsts[run]]
                show_rows(screen, page, step_rows(page, stage, moment, height, _bottom(walk)))
            key = screen.key()
            found = walk if key in (REDRAW, None) else pressed(walk, key or "")
            if found is None:
                return
            if not isinstance(found, Walk):
                found = walk.to(firsts[run] + stage.moments.index_at(stage.zero + found))
            walk = found


def play(runs: Sequence[Run], speed: float, *, ascii_only: bool) -> None:
    """Show runs as they happened, `speed` times as fast, one after the other."""
    with full_screen(sys.stdin.fileno(), sys.stdout) as screen, suppress(EOFError):
        for run in runs:
            if not _play(screen, run, speed, ascii_only=ascii_only):
                return


def _play(screen: Screen, run: Run, speed: float, *, ascii_only: bool) -> bool:
    """Play one run; False if that was enough."""
    page, height = screen_page(screen, ascii_only=ascii_only)
    film = Film(page, run, height)
    now, since, paused = 0.0, time.monotonic(), False
    while now < film.length:
        show_rows(screen, page, film.frame(now, key_row(PAUSED if paused else PLAYING)))
        key = screen.key(None if paused else _FRAME)
        if key in ("q", "escape"):
            return False
        before, since = since, time.monotonic()
        if key == REDRAW:  # it may have been suspended for long
            page, height = screen_page(screen, ascii_only=ascii_only)
            film = Film(page, run, height)
        elif not paused:
            now += (since - before) * speed
        paused ^= key == "space"
    return True


def screen_page(screen: Screen, *, ascii_only: bool) -> tuple[Page, int]:
    """A page as wide as the screen, and how many rows that has."""
    columns, rows = screen.size()
    return Page(sys.stdout, {**os.environ, "COLUMNS": str(columns)}, ascii_only=ascii_only), rows


def show_rows(screen: Screen, page: Page, rows: Sequence[Row]) -> None:
    """Show rows of a page in the place of all that is on the screen."""
    screen.show([page.text(*row) for row in rows])


def _bottom(walk: Walk) -> Row:
    if walk.typed is None:
        return key_row(KEYS)
    return f"go to the time (seconds): {walk.typed}_   ", *key_row((("enter", "go"), ("escape", "stay")))
