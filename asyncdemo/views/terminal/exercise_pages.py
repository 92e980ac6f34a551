"""The exercises as a list, and one of them: the task, hints, what its last run lacks and has shown."""

from collections.abc import Sequence

from asyncdemo.expectations.check_result import Mismatch
from asyncdemo.expectations.exercise_checks import Exercise, handed_out
from asyncdemo.tour.practice import KEYS, Practice, first_open, is_solved
from asyncdemo.tour.state import Course
from asyncdemo.views.excerpt import code_lines
from asyncdemo.views.terminal.annotated_code import code_rows
from asyncdemo.views.terminal.common_rows import paragraph, title_row, write_next
from asyncdemo.views.terminal.page import Collected, Page, Row
from asyncdemo.views.terminal.playback import filled, key_row
from asyncdemo.views.terminal.readable_pages import write_prose
from asyncdemo.views.terminal.readiness import write_difference
from asyncdemo.views.terminal.text import cells, cut
from asyncdemo.views.terminal.tour_runs import run_rows

_LONGEST = len("solved")
_FRAME = 4  # rows: title, rule, what there is to be said, keys
_LEAST = 10  # rows for what the run has shown


def state_of(course: Course, name: str) -> str:
    """How far an exercise is: solved, tried, or nothing."""
    return "solved" if is_solved(course, name) else "tried" if name in course.marks else ""


def write_exercises(page: Page, exercises: Sequence[Exercise], course: Course, again: str) -> None:
    """Write a row for each exercise, its chapter's number at the first of each; then what to do next.

    `again` is the command that takes the name of one.
    """
    names = [each.name for each in exercises]
    width = min(max(map(len, names), default=0), page.width // 2)
    chapter = 0
    for each in exercises:
        number = each.scenario.chapter.number
        room = page.width - 1 - 3 - width - 2 - 2 - _LONGEST
        said = each.scenario.unavailable_reason or each.scenario.summary
        said = cut(page.shown(said), max(room, 1), page.glyphs["more"])
        page.row(
            (f"{number if number != chapter else '':<3}", "accent"),
            (f"{each.name:<{width}}  ", "title"),
            said,
            " " * (room - cells(said) + 2),
            (state_of(course, each.name), "good" if is_solved(course, each.name) else "dim"),
        )
        chapter = number
    solved = sum(is_solved(course, name) for name in names)
    following = first_open(names, course)
    label = f"{solved} of {len(names)} solved"
    write_next(page, (f"{label}   next", f"{again} {following}") if following else (label, "all of them"))


def task_rows(page: Page, state: Practice, *, once: bool = False) -> list[Row]:
    """What is to be done, and in which file; it is run at each save, or `once`."""
    shown = Collected(page)
    write_prose(shown, state.exercise.task)
    said = f"Mend it in {state.file}." if once else f"Edit {state.file} and save it: it runs again each time."
    return [*shown.rows, (), *paragraph(page, said, style="accent")]


def hint_rows(page: Page, state: Practice, first: int = 0) -> list[Row]:
    """The hints that were read, from the one with the index `first` on."""
    shown = Collected(page)
    for number, hint in enumerate(state.exercise.hints[first : state.hints], first + 1):
        write_prose(shown, f"**Hint {number} of {len(state.exercise.hints)}:** {hint}")
    return shown.rows


def solution_rows(page: Page, exercise: Exercise) -> list[Row]:
    """The code of the solution, as it would stand in one's own file."""
    return code_rows(page, [code_lines(handed_out(exercise.solution.source))], {}, 0.0)


def result_rows(page: Page, state: Practice, room: int | None) -> list[Row]:
    """What the last run lacks, or that nothing is lacking; then its output and tasks in `room` rows."""
    run = state.run
    if run is None:
        return []
    page.unfold = f"asyncdemo run {state.file} --full"
    shown = Collected(page)
    if state.solved:
        shown.row(("Solved.", "good"))
        if state.exercise.lesson:
            write_prose(shown, state.exercise.lesson)
    else:
        shown.row(("Not yet:", "bad"))
        for mismatch in state.lacks:
            _write_lack(shown, mismatch, run.subject.path)
    if not run.subject.target:  # the file could not be read, so nothing was run
        return shown.rows
    shown.row()
    # The advice of findings would be the solution, the code is open in the editor, and what a program prints as it is
    # made to end is not its own.
    output = tuple(each for each in run.output if run.stopped is None or each.at < run.stopped)
    bare = run._replace(findings=(), subject=run.subject._replace(source=None), output=output)
    return [*shown.rows, *run_rows(page, bare, None if room is None else max(_LEAST, room - len(shown.rows)))]


def _write_lack(page: Page, mismatch: Mismatch, path: str | None) -> None:
    here = mismatch.path == path
    place = f"line {mismatch.line}: " if here and mismatch.line else "" if here else f"{mismatch.place}: "
    first, *others = paragraph(page, f"{place}{mismatch.message}", indent=2)
    page.row(("! ", "bad"), *first[1:])
    page.write(others)
    write_difference(page, mismatch)


def headline(state: Practice) -> str:
    """What stands at the right of the title."""
    return "running" if state.running else state.place


def screen(page: Page, state: Practice, height: int) -> tuple[list[Row], int, int]:
    """All of the screen, how many rows of its page it has, and from which on they are shown."""
    most = max(1, height - _FRAME)
    body = _body(page, state, most)
    offset = min(state.offset, max(0, len(body) - most))
    top: list[Row] = [
        title_row(page, state.exercise.name, state.exercise.scenario.summary, headline(state)),
        ((page.glyphs["rule"] * (page.width - 1), "dim"),),
    ]
    below = len(body) - offset - most
    said = state.message or (f"{page.glyphs['more']} {below} more rows: down" if below > 0 else "")
    message: Row = ((cut(page.shown(said), page.width - 1, page.glyphs["more"]), "warn" if state.message else "dim"),)
    rows = [*top, *filled(body[offset : offset + most], most), message, key_row(_keys(page, state))]
    return rows[-height:], most, offset


def _body(page: Page, state: Practice, most: int) -> list[Row]:
    if state.shows_solution:
        return [("One way to do it; s goes back:",), (), *solution_rows(page, state.exercise)]
    rows = task_rows(page, state) if not state.solved else []
    hints = hint_rows(page, state) if not state.solved else []
    rows += [(), *hints] if hints else []
    found = result_rows(page, state, most - len(rows) - 1)
    return [*rows, *([()] if rows and found else []), *found]


def _keys(page: Page, state: Practice) -> list[tuple[str, str]]:
    left = len(state.exercise.hints) - state.hints
    offered = {
        "h": left > 0 and not state.solved,
        "s": state.tried,
        "n": state.after is not None,
    }
    keys = [(key, f"hint ({left} left)" if key == "h" else does) for key, does in KEYS if offered.get(key, True)]
    while sum(cells(key) + cells(does) + 4 for key, does in keys) >= page.width and len(keys) > 1:
        keys.pop(-2)
    return keys
