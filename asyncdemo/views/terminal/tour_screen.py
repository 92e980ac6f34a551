"""A tour as rows for a screen of any size, and as plain pages."""

from collections.abc import Sequence
from itertools import groupby
from shlex import quote
from typing import NamedTuple

from asyncdemo.findings.rules import glossary
from asyncdemo.tour.navigation import KEYS, filmed, shows_more, works
from asyncdemo.tour.state import Course, Phase, Room, State, overall
from asyncdemo.tour.stops import Stop
from asyncdemo.views.excerpt import code_lines
from asyncdemo.views.terminal.annotated_code import code_rows
from asyncdemo.views.terminal.common_rows import paragraph, title_row, write_next
from asyncdemo.views.terminal.page import Collected, Page, Row
from asyncdemo.views.terminal.playback import Film, filled, key_row
from asyncdemo.views.terminal.readable_pages import write_prose
from asyncdemo.views.terminal.text import cells, cut
from asyncdemo.views.terminal.tour_runs import (
    live_rows,
    marked_code,
    question_rows,
    run_rows,
    together_rows,
    verdict_rows,
)

_ROOMY = 26  # rows: from there on all choices are shown again beside the answer
_BEFORE = 28  # cells: what stands before a command for more, at most
_KEY = 12  # cells of the column of keys in the help
_GAP, _LONGEST = 3, len("right first time")  # cells
_WORDS = {"right at first": "right first time"}  # of marks as they are kept
_STYLES = {None: "dim", "seen": "plain", "right later": "plain", "right at first": "good"}


class Body(NamedTuple):
    """Rows that scroll where there are too many, and rows below them that do not."""

    rows: list[Row]
    fixed: list[Row]


def title(state: State) -> tuple[str, str]:
    """What is shown, and what it is about."""
    stop = state.stop
    if state.phase == "end":
        return (stop.chapter.title, "") if _alone(state) else (f"chapter {stop.chapter.number}", stop.chapter.title)
    if state.phase == "help":
        return "keys", "what they do, and how to read the lanes"
    if state.running is not None:
        script = state.running.script
        return state.running.name, script.summary if script is not None else stop.summary
    if state.phase in ("code", "question", "answer") and state.asked.target.name != stop.name:
        return state.asked.target.name, state.asked.summary
    return stop.name, stop.summary


def headline(state: State, *, short: bool) -> str:
    """Where in the course that is."""
    chapter = [number for number, stop in enumerate(state.stops) if stop.chapter == state.stop.chapter]
    place = f"{chapter.index(state.number) + 1} of {len(chapter)}"
    return place if short or _alone(state) else f"chapter {state.stop.chapter.number}, {place}"


def _alone(state: State) -> bool:
    """True if there is only one chapter, which needs no number."""
    return len({stop.chapter for stop in state.stops}) == 1


def body(page: Page, state: State, room: int | None) -> Body:
    """The page; `room` rows can be seen at a time, None: all."""
    page.unfold = _unfold(page, state)
    if state.phase == "question":
        return Body(_code(page, state), [(), *question_rows(page, state.asked, state.predicted)])
    return Body(_rows(page, state, room), [])


def _unfold(page: Page, state: State) -> str:
    """The command that shows what there is no room for in a tour; of an edited copy there is none."""
    job = state.job if state.phase in ("running", "tried") else None
    if job is not None and job.kind == "copy":
        return "too many for a tour"
    settings = " ".join(f"--set {quote(setting)}" for setting in (job.settings if job is not None else ()))
    name = state.asked.target.name if state.phase in ("answer", "running") else state.stop.name
    words = ["asyncdemo run", quote(page.shown(name)), state.stop.options, settings, "--full"]
    commands = (" ".join(filter(None, words)), "asyncdemo run NAME --full", "--full")
    return next((command for command in commands if cells(command) <= page.width - _BEFORE), commands[-1])


def _rows(page: Page, state: State, room: int | None) -> list[Row]:
    match state.phase:
        case "running":
            return live_rows(page, state, room)
        case "answer":
            return _answer(page, state, room)
        case "together":
            return together_rows(page, state.runs)
        case "tried":
            return _tried(page, state, room)
        case "notes":
            return _notes(page, state)
        case "source":
            return _source(page, state)
        case "help":
            return _help(page)
        case "end":
            return _end(page, state)
    return _code(page, state)


def _code(page: Page, state: State) -> list[Row]:
    rows = code_rows(page, [code_lines(state.asked.source)], {}, 0.0)
    if state.asked.unavailable is not None:
        rows += [(), *paragraph(page, f"cannot run here: {state.asked.unavailable}", style="warn")]
    return rows


def _answer(page: Page, state: State, room: int | None) -> list[Row]:
    run = state.answered
    if run is None:
        return []
    verdict = [*verdict_rows(page, state, short=room is not None and room < _ROOMY), ()] if state.asks else []
    return [*verdict, *run_rows(page, run, None if room is None else room - len(verdict))]


def _tried(page: Page, state: State, room: int | None) -> list[Row]:
    job = state.job
    settings = ", ".join(job.settings) if job is not None else ""
    said = "your copy" if job is not None and job.kind == "copy" else f"with {settings}"
    rows: list[Row] = [*paragraph(page, said, style="accent"), ()]
    if len(state.runs) > 1:
        return [*rows, *together_rows(page, state.runs)]
    left = None if room is None else room - len(rows)
    return [*rows, *(row for run in state.runs for row in run_rows(page, run, left))]


def _notes(page: Page, state: State) -> list[Row]:
    shown = Collected(page)
    stop = state.stop
    if state.asked.unavailable is not None:
        shown.rows += [*paragraph(page, f"cannot run here: {state.asked.unavailable}", style="warn"), ()]
    if stop.notes:
        write_prose(shown, stop.notes)
    else:
        shown.row(("there are no notes", "dim"))
    if stop.attempt is not None:
        shown.row()
        shown.rows += paragraph(page, f"t   tries it, with {', '.join(stop.attempt.settings)}", style="accent")
    return shown.rows


def _source(page: Page, state: State) -> list[Row]:
    """The code of all variants; of those that have run, with what happened at its lines."""
    ran = {run.subject.target: run for run in (*([state.answered] if state.answered else []), *state.runs)}
    rows: list[Row] = []
    targets = state.stop.targets or (state.asked.target,)
    for target in targets:
        source = target.script.source if target.script is not None else state.asked.source
        if len(targets) > 1:
            rows += [*([()] if rows else []), *paragraph(page, target.name, style="title")]
        rows += marked_code(page, source, ran.get(target.name))
    return rows


def _help(page: Page) -> list[Row]:
    """The keys, then how to read the lanes."""
    rows: list[Row] = []
    for key, does, more in KEYS:
        first, *others = paragraph(page, f"{does}: {more}", indent=_KEY)
        rows += [((f"{key:<{_KEY}}", "title"), *first[1:]), *others]
    legend = Collected(page)
    write_prose(legend, glossary()["legend"])
    return [*rows, (), *legend.rows]


def _end(page: Page, state: State) -> list[Row]:
    chapter = [stop for stop in state.stops if stop.chapter == state.stop.chapter]
    after = state.stops[state.number + 1 : state.number + 2]
    what = state.stop.chapter.title if _alone(state) else f"chapter {state.stop.chapter.number}"
    rows: list[Row] = [*paragraph(page, f"That was {what}.", style="title"), ()]
    rows += (
        progress_rows(page, chapter, state.course)
        if state.questions
        else [row for stop in chapter for row in paragraph(page, stop.name)]
    )
    rows.append(())
    if after:
        said = f"Next is chapter {after[0].chapter.number}: {after[0].chapter.title}"
        return [*rows, *paragraph(page, said)]
    return [*rows, ("That was all.",)]


def write_progress(page: Page, stops: Sequence[Stop], course: Course, again: str) -> None:
    """Write all stops, how many of them were seen and right, and the command that goes on."""
    for chapter, members in groupby(stops, key=lambda stop: stop.chapter):
        page.row((f"{chapter.number}  {cut(page.shown(chapter.title), page.width - 5, page.glyphs['more'])}", "title"))
        page.write(progress_rows(page, [*members], course))
    marks = [overall(course, stop.keys) for stop in stops]
    right = sum(mark in ("right later", "right at first") for mark in marks)
    page.row()
    page.row(f"{len(marks) - marks.count(None)} of {len(marks)} seen, {right} right")
    page.row()
    write_next(page, ("go on", again))


def progress_rows(page: Page, stops: Sequence[Stop], course: Course) -> list[Row]:
    """The stops, each with its mark."""
    room = page.width - 1 - 2 * _GAP - _LONGEST
    names = [page.cut(stop.name, room) for stop in stops]
    width = max(map(cells, names))
    rows: list[Row] = []
    for name, stop in zip(names, stops, strict=True):
        mark = overall(course, stop.keys)
        rows.append(
            (
                "   ",
                name,
                " " * (width + 3 - cells(name)),
                (_WORDS.get(mark or "not yet", mark or "not yet"), _STYLES[mark]),
            )
        )
    return rows


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
        speed = ((f"replayed {1 / state.film[0]:,.0f} times slower", "accent"),)
        rows = Film(page, run, height - 1).frame(state.film[1], speed)
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
    return ((page.cut(state.message, page.width - 1), "warn"),)


def _bottom(page: Page, state: State, room: Room) -> Row:
    """What Enter does here, and some of the other keys: as many as there is room for."""
    keys: list[tuple[str, str]] = [("enter", "more" if shows_more(state, room) else _enter(state))]
    if state.asks and state.phase == "question":
        keys.append((f"1-{min(_DIGITS, len(state.asked.choices))}", "predict"))
    keys += [key for key in _KEYS[state.phase] if works(state, key[0])]
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
        return "run all variants"
    if state.phase in ("answer", "together", "tried"):
        return "notes" if state.stop.notes else "next stop"
    last = state.number + 1 == len(state.stops)
    return {
        "running": "wait",
        "notes": "next stop",
        "end": "quit" if last else "next chapter",
    }.get(state.phase, "back")


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
