"""The question of a stop, what happened or is happening in its runs, and which answer that has proved right."""

from collections.abc import Sequence
from functools import partial

from asyncdemo.analysis.line_marks import marks
from asyncdemo.model.recording import Outcome, Python, Run, Seconds, Subject
from asyncdemo.model.spans import Timeline
from asyncdemo.tour.state import KEPT, State
from asyncdemo.tour.stops import Round
from asyncdemo.views import wording
from asyncdemo.views.excerpt import code_lines
from asyncdemo.views.terminal import output_lines
from asyncdemo.views.terminal.annotated_code import code_rows, fitting_rows
from asyncdemo.views.terminal.common_rows import notes, paragraph
from asyncdemo.views.terminal.finding_rows import FEWEST as FEWEST_FINDINGS
from asyncdemo.views.terminal.finding_rows import finding_rows
from asyncdemo.views.terminal.lane_rows import timeline_rows
from asyncdemo.views.terminal.output_lines import GUTTER, Stream
from asyncdemo.views.terminal.page import Collected, Page, Row, below
from asyncdemo.views.terminal.playback import output_rows
from asyncdemo.views.terminal.variants import write_variants

_SOON = 0.05  # seconds: before that there is nothing to be seen of its tasks
_LEAST_LANES, _MOST_LANES = 5, 8  # rows
_LEAST_OUTPUT = 3
_LEAST_CODE = 5  # rows of code below the rest
_ROOM = 60  # rows that are filled where there is no screen
_INDENT = 6  # cells before a choice


def live_rows(page: Page, state: State, room: int | None) -> list[Row]:
    """The run that goes on: its code until the first step is taken, then its tasks, and its output below them."""
    target, room = state.running, room or _ROOM
    source = target.script.source if target is not None and target.script is not None else state.asked.source
    rows, live = _said_of(page, state), state.live
    if live.zero is None or live.now - live.zero < _SOON:
        return below(rows, code_rows(page, [code_lines(source)], {}, 0.0))[:room]
    run = _so_far(state, source)
    rows += [*timeline_rows(page, run, room=min(_MOST_LANES, room // 2)), ()]
    rows.append(output_lines.heading(page, "! = stderr"))
    shown = output_rows(page, run, KEPT, len(run.output), max(_LEAST_OUTPUT, room - len(rows)))
    if live.left_out:
        shown[:1] = [((f"{' ' * GUTTER}{page.glyphs['more']} {live.left_out:,} writes before", "dim"),)]
    return [*rows, *shown][:room]


def run_rows(page: Page, run: Run, room: int | None) -> list[Row]:
    """A run that is over: output, how it ended, lanes, findings, and code in what room is left."""
    left = room or _ROOM
    found = finding_rows(page, [run], None if room is None else FEWEST_FINDINGS)
    left -= len(found) + bool(found)
    printed = sum(output.text.count("\n") for output in run.output)
    wanted = min(printed, output_lines.FEWEST_LIVE) + 2
    most = None if room is None else max(_LEAST_LANES, min(_MOST_LANES, left - wanted - 1))
    lanes = timeline_rows(page, run, room=most)
    output = _output(page, run, None if room is None else left - len(lanes) - bool(lanes))
    rows = below(output, lanes, found)
    free = (_ROOM if room is None else room) - len(rows) - 1
    code = _excerpt(page, run, free) if free >= _LEAST_CODE else []
    return below(rows, code)


def together_rows(page: Page, runs: Sequence[Run]) -> list[Row]:
    """The runs of all variants side by side."""
    shown = Collected(page)
    write_variants(shown, "", "", runs, next_step=None, full=False, timing=False)
    rows = shown.rows[2:]  # the title is there already
    while rows and not rows[-1]:
        rows.pop()
    return rows


def marked_code(page: Page, source: str, run: Run | None) -> list[Row]:
    """All of the code, with what happened at its lines if it has run."""
    if run is None or run.subject.source != source:
        return code_rows(page, [code_lines(source)], {}, 0.0)
    found = {mark.line: mark for mark in marks(run)}
    return code_rows(page, [code_lines(source)], found, run.seconds.zero or 0.0)


def _said_of(page: Page, state: State) -> list[Row]:
    """What was predicted, or which of several runs this is."""
    job = state.job
    if job is None:
        return []
    if len(job.targets) > 1:
        return [((f"{len(state.runs) + 1} of {len(job.targets)}", "accent"),)]
    if job.kind == "question" and state.asks and state.predicted is not None:
        return choice_rows(page, state.asked, state.predicted, page.glyphs["now"], "accent", "you")
    return []


def _so_far(state: State, source: str) -> Run:
    """The run as if it were over now."""
    live = state.live
    zero = live.zero or 0.0
    seconds = Seconds(total=live.now, startup=zero, imports=0.0, script=max(0.0, live.now - zero))
    target = state.running
    path = None if target is None or target.path is None else str(target.path)
    subject = Subject("" if target is None else target.name, path=path, source=source)
    return Run(
        subject,
        Python(""),
        Outcome("exited", code=0),
        ok=True,
        seconds=seconds,
        output=live.output,
        timeline=_open(live.timeline),
    )


def _open(timeline: Timeline | None) -> Timeline | None:
    """The tasks that are not over without an end: what is pending now need not be so at the end."""
    if timeline is None:
        return None
    return timeline._replace(
        tasks=tuple(each._replace(end=None) if each.end == "pending" else each for each in timeline.tasks)
    )


def _output(page: Page, run: Run, room: int | None) -> list[Row]:
    """The output in so many rows, if that can be, with how the run ended below it."""
    ending = _ending(page, run)
    shown = Collected(page)
    shown.row(*output_lines.heading(page, "! = stderr"))
    written = Stream(shown, budget=None if room is None else max(output_lines.FEWEST_LIVE, room - 1 - len(ending)))
    for output in run.output:
        written.write(output, run.seconds.zero or 0.0)
    written.finish()
    return [*shown.rows, *ending]


def _ending(page: Page, run: Run) -> list[Row]:
    took = run.seconds.total if run.seconds.script is None else run.seconds.script
    at = "" if took is None else wording.seconds(took)
    first, *others = paragraph(page, wording.outcome(run.outcome), indent=GUTTER, style="good" if run.ok else "bad")
    said = [row for note in notes(run) for row in paragraph(page, note, indent=GUTTER, style="dim")]
    return [((f"{at:>8}   ", "title"), *first[1:]), *others, *said]


def _excerpt(page: Page, run: Run, room: int) -> list[Row]:
    """The code as far as there is room for it, near what happened."""
    code = code_lines(run.subject.source or "")
    found = {mark.line: mark for mark in marks(run)}
    wanted = sorted(found, key=lambda line: not found[line].trouble)
    draw = partial(code_rows, page, marks=found, zero=run.seconds.zero or 0.0)
    return fitting_rows(code, wanted, room, draw)[0]


def question_rows(page: Page, asked: Round, predicted: int | None) -> list[Row]:
    """The question and its choices, with a sign at the one that was chosen."""
    several = any("\n" in choice for choice in asked.choices)
    rows: list[Row] = [
        *paragraph(page, f"{asked.question or ''}{'   (a / marks a new line)' if several else ''}", style="title")
    ]
    for number in range(len(asked.choices)):
        chosen = number == predicted
        rows += choice_rows(page, asked, number, page.glyphs["now"] if chosen else " ", "accent" if chosen else "plain")
    return rows


def choice_rows(page: Page, asked: Round, number: int, sign: str, style: str, said: str = "") -> list[Row]:
    """One choice, on one line: what follows on a slash is the next line of output."""
    text = asked.choices[number].replace("\n", " / ") + (f"   {page.glyphs['mark']} {said}" if said else "")
    first, *others = paragraph(page, text, indent=_INDENT, style=style)
    return [((f" {sign} ", style), (f"{number + 1}  ", "title"), *first[1:]), *others]


def verdict_rows(page: Page, state: State, *, short: bool) -> list[Row]:
    """Rows that say if the prediction was right, and which choice was; `short`: only that and what was chosen."""
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
        words = "as you said" if right and mine else "what happened" if right else "you" if mine else ""
        rows += choice_rows(page, asked, number, sign, "good" if right else "plain", words)
    return rows


def _verdict(state: State) -> tuple[str, str]:
    run = state.answered
    if run is not None and state.matched is None:
        if run.outcome.kind != "exited":
            return f"This run matches none of the choices: {wording.outcome(run.outcome)}", "warn"
        return "This run matches none of the choices, perhaps because the machine is busy. r runs it again", "warn"
    right = (state.matched or 0) + 1
    if state.predicted is None:
        return f"It is {right}.", "title"
    if state.predicted == state.matched:
        return f"Right: it is {right}.", "good"
    return f"Not {state.predicted + 1}: it is {right}. p predicts again", "warn"
