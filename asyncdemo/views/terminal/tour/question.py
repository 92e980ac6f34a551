"""The question of a stop, its choices, and which of them was right."""

from asyncdemo.tour.state import State
from asyncdemo.tour.stop import Round
from asyncdemo.views import wording
from asyncdemo.views.terminal.code import Row
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.parts import paragraph

_INDENT = 6  # cells before a choice


def question_rows(page: Page, asked: Round, predicted: int | None) -> list[Row]:
    """Give the question and its choices, with a sign at the one that was chosen."""
    several = any("\n" in choice for choice in asked.choices)
    rows: list[Row] = [
        *paragraph(page, f"{asked.question or ''}{'   (/ = next line)' if several else ''}", style="title")
    ]
    for number in range(len(asked.choices)):
        chosen = number == predicted
        rows += choice_rows(page, asked, number, page.glyphs["now"] if chosen else " ", "accent" if chosen else "plain")
    return rows


def choice_rows(page: Page, asked: Round, number: int, sign: str, style: str, said: str = "") -> list[Row]:
    """Give one choice, on one line: what follows on a slash is the next line of output."""
    text = asked.choices[number].replace("\n", " / ") + (f"   {page.glyphs['mark']} {said}" if said else "")
    first, *others = paragraph(page, text, indent=_INDENT, style=style)
    return [((f" {sign} ", style), (f"{number + 1}  ", "title"), *first[1:]), *others]


def verdict_rows(page: Page, state: State, *, short: bool) -> list[Row]:
    """Say whether the prediction was right, and show which choice was; `short`: only that and what was chosen."""
    asked, run = state.asked, state.answered
    if run is None:
        return []
    said, style = _verdict(state)
    rows: list[Row] = [*paragraph(page, said, style=style)]
    for number in range(len(asked.choices)):
        right, mine = number == state.matched, number == state.predicted
        if short and state.matched is not None and not right and not mine:
            continue
        sign = page.glyphs["now"] if right else " "
        words = "as you said" if right and mine else "what happens" if right else "you" if mine else ""
        rows += choice_rows(page, asked, number, sign, "good" if right else "plain", words)
    return rows


def _verdict(state: State) -> tuple[str, str]:
    run = state.answered
    if run is not None and state.matched is None:
        if run.outcome.kind != "exited":
            return f"No choice is proved right by this run: {wording.outcome(run.outcome)}", "warn"
        return "This run is like none of the choices, which a busy machine may do. r runs it again", "warn"
    right = (state.matched or 0) + 1
    if state.predicted is None:
        return f"It is {right}.", "title"
    if state.predicted == state.matched:
        return f"Right: it is {right}.", "good"
    return f"Not {state.predicted + 1}: it is {right}. p lets you predict again", "warn"
