"""One lane of a timeline, drawn: its name, bars with the words for states in them, what it printed, how it ended."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from asyncdemo.analysis.lane_drawing import STATES, Bar, Chart, Step, Word, bars, words
from asyncdemo.analysis.lanes import Lane
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import cells, cut

Row = tuple[Part, ...]
Drawn = Bar | Step | Word

_FILLS = {RUNNING: "█", READY: "░", WAITING: "─", BLOCKED: "▓"}
_ASCII_FILLS = {RUNNING: "=", READY: ".", WAITING: "-", BLOCKED: "#"}
_EDGES, _ASCII_EDGES = "├│┤", "|||"
_STYLES = {RUNNING: "good", READY: "warn", WAITING: "accent", BLOCKED: "bad"}
_ENDS = {"raised": "bad", "cancelled": "warn", "pending": "warn"}


def drawn(page: Page, chart: Chart, lane: Lane, room: int) -> list[Drawn]:
    """Give what is on a lane, within `room` cells."""
    said = [(cell, page.shown(line)) for cell, line in chart.said(lane)]
    placed = words(lane, said, room, cells)
    return [*bars(lane.cells, placed), *placed]


def lane_row(page: Page, lane: Lane, parts: Iterable[Drawn], names: int) -> Row:
    """Give a lane as a row; the column for names takes `names` cells."""
    name = short_name(page, lane.name, names - 2)
    row: list[tuple[str, str]] = []
    for part in parts:
        start, painted = _painted(page, part)
        row += [(" ", "plain")] * (start + len(painted) - len(row))
        row[start : start + len(painted)] = painted
    return (" ", (name, "title"), " " * (names - 1 - cells(name)), *joined(row))


def short_name(page: Page, name: str, width: int) -> str:
    """Cut a name so that the number at its end stays."""
    head, _, tail = page.shown(name).rpartition(" ")
    if not head or not tail.removeprefix("x").isdecimal():
        return cut(page.shown(name), width, page.glyphs["more"])
    return f"{cut(head, width - 1 - len(tail), page.glyphs['more'])} {tail}"


def legend(page: Page, parts: Sequence[Drawn], least: int = 0) -> list[Row]:
    """Say what the bars mean that have no word in any of these parts, if one is of `least` cells."""
    all_bars = [part for part in parts if isinstance(part, Bar)]
    unsaid = {bar.state for bar in all_bars if bar.stop - bar.start >= least} - {
        bar.state for bar in all_bars if bar.word
    }
    fills = _ASCII_FILLS if page.ascii else _FILLS
    return [((fills[state] * 2, _STYLES[state]), (f" {STATES[state][0]}", "dim")) for state in sorted(unsaid)]


def _painted(page: Page, part: Drawn) -> tuple[int, list[tuple[str, str]]]:
    """The first cell, and text and style for each cell."""
    edges = _ASCII_EDGES if page.ascii else _EDGES
    if isinstance(part, Step):
        return part.cell, [(edges[1], "plain")]
    if isinstance(part, Word):
        style = _ENDS.get(part.text, "dim") if part.kind == "end" else "plain"
        return part.cell, [(part.text, style)] + [("", style)] * (part.width - 1)
    style = _STYLES[part.state]
    row = [((_ASCII_FILLS if page.ascii else _FILLS)[part.state], style)] * (part.stop - part.start)
    if part.state == WAITING and len(row) > 2:
        row[0], row[-1] = (edges[0], style), (edges[2], style)
    for cell in part.steps:
        row[cell - part.start] = edges[1], "plain"
    at = part.at - part.start
    row[at : at + len(part.word)] = [(character, style) for character in part.word]
    return part.start, row


def joined(row: Iterable[tuple[str, str]]) -> Row:
    """Put cells of one style together."""
    alike = groupby(row, key=lambda cell: cell[1])
    return tuple(("".join(text for text, _ in group), style) for style, group in alike)
