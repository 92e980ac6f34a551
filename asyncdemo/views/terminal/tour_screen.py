"""One screen of a tour: title, page, message, keys; a page that is too long is scrolled. And the same pages as text."""

from collections.abc import Sequence
from typing import NamedTuple

from asyncdemo.tour.navigation import filmed, shows_more
from asyncdemo.tour.state import Phase, Room, State
from asyncdemo.views.terminal.code import Row
from asyncdemo.views.terminal.film import Film
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import title_row
from asyncdemo.views.terminal.steps import filled, key_row
from asyncdemo.views.terminal.text import cells, cut
from asyncdemo.views.terminal.tour_pages import Body, body, headline, title
from asyncdemo.views.terminal.tour_runs import question_rows

_FRAME = 4  # rows: title, rule, what there is to be said, keys
_DIGITS = 9  # that one key can be
_LEAST = 3  # rows of a page above what always has to be seen

_KEYS: dict[Phase, tuple[tuple[str, str], ...]] = {
    "code": (("n", "next"), ("j", "jump")),
    "question": (("up down", "code"), ("n", "next")),
    "running": (("x", "stop"), ("n", "next")),
    "answer": (("r", "again"), ("l", "slower"), ("s", "source")),
    "together": (("r", "again"), ("s", "source")),
    "notes": (("t", "try"), ("e", "edit"), ("l", "slower")),
    "tried": (("r", "again"), ("e", "edit"), ("l", "slower")),
    "source": (("up down", "scroll"), ("e", "edit")),
    "help": (),
    "film": (("l", "slower"), ("b", "back")),
    "end": (("j", "jump"), ("b", "back")),
    "over": (),
}
_ALWAYS = (("?", "keys"), ("q", "quit"))


class Drawn(NamedTuple):
    """A screen, how much room its page has, and from which row on the page is shown."""

    rows: list[Row]
    room: Room
    offset: int


def screen(page: Page, state: State, height: int) -> Drawn:
    """A screen of `height` rows."""
    if state.phase == "film" and (run := filmed(state)) is not None:
        rows = Film(page, run, height - 1).frame(state.film[1], _speed(state))
        return Drawn([*rows, _bottom(page, state, Room(height))][-height:], Room(height), 0)
    most = max(1, height - _FRAME)
    # Who sits at the back of a room does not see the lower third of a screen: code that is explained stays above it.
    used = max(_LEAST, height * 2 // 3 - 2) if state.phase == "code" else most
    shown, room, offset = _window(page, body(page, state, most), min(used, most), state.offset)
    top: list[Row] = [
        title_row(page, *title(state), headline(state, short=page.width < 70)),
        ((page.glyphs["rule"] * (page.width - 1), "dim"),),
    ]
    bottom = [_message(page, state), _bottom(page, state, room)]
    return Drawn([*top, *filled(shown, most), *bottom][-height:], room, offset)


def _window(page: Page, found: Body, most: int, offset: int) -> tuple[list[Row], Room, int]:
    """The rows that there is room for, from `offset` on; and a row that tells of the others."""
    rows, fixed = found
    if len(rows) + len(fixed) > most and len(fixed) > most - _LEAST:
        rows, fixed = [*rows, *fixed], []
    if len(rows) + len(fixed) <= most:
        return [*rows, *fixed], Room(most), 0
    room = max(1, most - len(fixed) - 1)
    offset = min(offset, len(rows) - room)
    below = len(rows) - offset - room
    said = f"{page.glyphs['more']} rows {offset + 1} to {offset + room} of {len(rows)}: down, up"
    return [*rows[offset : offset + room], ((f"      {said}", "dim"),), *fixed], Room(room, below), offset


def _message(page: Page, state: State) -> Row:
    if state.typed is not None:
        asked, keys = "go to the stop: ", (("enter", "go"), ("escape", "stay"))
        left = page.width - 1 - len(asked) - 1
        typed = page.shown(state.typed)
        short = cells(typed) + 3 + _width(keys) <= left
        typed = typed if cells(typed) <= left else typed[-left // 2 :]
        return ((asked, "title"), f"{typed}_   ", *(key_row(keys) if short else ()))
    return ((cut(page.shown(state.message), page.width - 1, page.glyphs["more"]), "warn"),)


def _bottom(page: Page, state: State, room: Room) -> Row:
    """What Enter does here, and some of the other keys: as many as there is room for."""
    keys: list[tuple[str, str]] = [("enter", "more" if shows_more(state, room) else _enter(state))]
    if state.asks and state.phase == "question":
        keys.append((f"1-{min(_DIGITS, len(state.asked.choices))}", "predict"))
    for key in _KEYS[state.phase]:
        if key[0] != "t" or state.stop.attempt is not None:
            keys.append(key)
    while _width([*keys, *_ALWAYS]) >= page.width and len(keys) > 1:
        keys.pop()
    return key_row([*keys, *_ALWAYS])


def _enter(state: State) -> str:
    """What Enter does."""
    if state.phase == "code" and state.asks:
        return "question"
    if state.phase in ("code", "question"):
        return "run it" if state.asked.unavailable is None else "notes"
    if state.phase == "answer" and state.round + 1 < len(state.stop.rounds):
        return "next way"
    if state.phase == "answer" and state.stop.targets:
        return "all ways of it"
    if state.phase in ("answer", "together", "tried"):
        return "notes" if state.stop.notes else "next stop"
    last = state.number + 1 == len(state.stops)
    return {
        "running": "wait",
        "notes": "next stop",
        "end": "quit" if last else "next chapter",
    }.get(state.phase, "back")


def _speed(state: State) -> Row:
    return ((f"shown again, {1 / state.film[0]:,.0f} times as slow", "accent"),)


def _width(keys: Sequence[tuple[str, str]]) -> int:
    return sum(cells(key) + cells(does) + 4 for key, does in keys)


def page_rows(page: Page, state: State) -> list[Row]:
    """The page of a phase; the code of a stop has a title, and the question does not show it again."""
    if state.phase == "question":
        return question_rows(page, state.asked, state.predicted)
    rows = body(page, state, None).rows
    if state.phase in ("code", "help", "end"):
        name, summary = title(state)
        top: list[Row] = [title_row(page, name, summary, headline(state, short=page.width < 70))]
        return [*top, ((page.glyphs["rule"] * (page.width - 1), "dim"),), *rows]
    return rows
