"""Steps through recordings, and plays them, on the whole screen of a terminal."""

import os
import sys
import time
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate

from asyncdemo.cli.walk import Walk, pressed
from asyncdemo.recording import Run
from asyncdemo.screen.full import REDRAW, Screen, full_screen
from asyncdemo.views.narration import Stage
from asyncdemo.views.terminal.code import Row
from asyncdemo.views.terminal.film import Film
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.steps import KEYS, key_row, step_rows

PLAYING = (("space", "pause"), ("q", "to the end"))
PAUSED = (("space", "go on"), ("q", "to the end"))
_FRAME = 0.05  # seconds between two frames


def step_through(stages: Sequence[Stage], *, ascii_only: bool) -> None:
    """Let a person go through the moments of runs, one run after the other."""
    firsts = [0, *accumulate(len(stage.moments) for stage in stages)]
    walk = Walk(firsts[-1])
    with full_screen(sys.stdin.fileno(), sys.stdout) as screen, suppress(EOFError):
        while True:
            run = bisect_right(firsts, walk.number) - 1
            stage = stages[run]
            if not screen.has_keys:
                page, height = _page(screen, ascii_only=ascii_only)
                moment = stage.moments[walk.number - firsts[run]]
                _show(screen, page, step_rows(page, stage, moment, height, _bottom(walk)))
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
    page, height = _page(screen, ascii_only=ascii_only)
    film = Film(page, run, height)
    now, since, paused = 0.0, time.monotonic(), False
    while now < film.length:
        _show(screen, page, film.frame(now, key_row(PAUSED if paused else PLAYING)))
        key = screen.key(None if paused else _FRAME)
        if key in ("q", "escape"):
            return False
        before, since = since, time.monotonic()
        if key == REDRAW:  # it may have been suspended for long
            page, height = _page(screen, ascii_only=ascii_only)
            film = Film(page, run, height)
        elif not paused:
            now += (since - before) * speed
        paused ^= key == "space"
    return True


def _page(screen: Screen, *, ascii_only: bool) -> tuple[Page, int]:
    """A page as wide as the screen, and how many rows that has."""
    columns, rows = screen.size()
    return Page(sys.stdout, {**os.environ, "COLUMNS": str(columns)}, ascii_only=ascii_only), rows


def _show(screen: Screen, page: Page, rows: Sequence[Row]) -> None:
    screen.show([page.text(*row) for row in rows])


def _bottom(walk: Walk) -> Row:
    if walk.typed is None:
        return key_row(KEYS)
    return f"go to the time (seconds): {walk.typed}_   ", *key_row((("enter", "go"), ("escape", "stay")))
