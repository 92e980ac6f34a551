"""Rows that several views have: the title, notes about what could not be done, all the times."""

from asyncdemo.model.recording import Run
from asyncdemo.views.terminal.page import Page, Part
from asyncdemo.views.terminal.text import cells, wrapped


def write_title(page: Page, title: str, summary: str, headline: str) -> None:
    """Write what is shown, and the one number at the right; then a rule."""
    page.row(*title_row(page, title, summary, headline))
    page.rule()


def title_row(page: Page, title: str, summary: str, headline: str) -> tuple[Part, ...]:
    """What is shown, and the one number at the right."""
    room = page.width - 1 - len(headline) - (2 if headline else 0)
    title = page.cut(title, room)
    left = room - cells(title)
    summary = page.cut(summary, left - 3) if left > 12 else ""
    summary = f"   {summary}" if summary else ""
    gap = " " * (page.width - 1 - len(headline) - cells(title) - cells(summary))
    return (title, "title"), summary, gap, (headline, "title")


def notes(run: Run) -> list[str]:
    """What could not be done or observed, and how much of the output was not kept."""
    said = list(run.notes)
    if run.output_dropped:
        said.append(f"{run.output_dropped:,} bytes from the middle of its output were not kept")
    if any(output.stream == "other" for output in run.output) and "not observed" not in "".join(said):
        said.append("~ was written below Python or by another program: which stream is not known")
    return said


def paragraph(page: Page, text: str, *, indent: int = 0, style: str = "plain") -> list[tuple[Part, ...]]:
    """One line of text in as many rows as it needs."""
    rows = wrapped(page.shown(text), page.width - 1 - indent)
    return [(" " * indent, (row.strip(), style)) for row in rows]


def write_next(page: Page, *steps: tuple[str, str]) -> None:
    """Write what to do next."""
    page.write(next_rows(page, *steps))


def next_rows(page: Page, *steps: tuple[str, str]) -> list[tuple[Part, ...]]:
    """What to do next, what for and the command: as many steps beside each other as there is room for in a row."""
    rows: list[tuple[Part, ...]] = []
    used = 0
    for step in steps:
        first, *others = labelled(page, *step)
        gap, width = "      ", cells(page.shown("   ".join(step)))
        if rows and not others and used + len(gap) + width < page.width:
            rows[-1] = (*rows[-1], gap, *first)
            used += len(gap) + width
        else:
            rows += [first, *others]
            used = page.width if others else width
    return rows


def labelled(page: Page, label: str, command: str, *, indent: int = 0) -> list[tuple[Part, ...]]:
    """A command behind its label, or below it: whoever pastes it needs it in one row."""
    if indent + cells(page.shown(f"{label}   {command}")) < page.width:
        return [(" " * indent, (f"{label}   ", "dim"), command)]
    return [*paragraph(page, label, indent=indent, style="dim"), *paragraph(page, command, indent=indent + 2)]


def write_times(page: Page, run: Run) -> None:
    """Write where the time went."""
    times = run.seconds
    teardown = None
    if times.total is not None and times.script is not None and times.zero is not None:
        teardown = max(0.0, times.total - times.zero - times.script)
    rows = (
        ("start-up", times.startup, "until Python was ready for the script"),
        ("imports", times.imports, "the imports at its head"),
        ("script", times.script, "its own time"),
        ("shutdown", teardown, "until the process was gone"),
        ("whole", times.total, "as `time` would count it"),
        ("CPU", times.cpu, "of the whole process"),
        ("waiting", times.waiting, "of the script's own time: it used no CPU, and needed none"),
    )
    for name, value, meaning in rows:
        shown = "?" if value is None else f"{value:.3f} s"
        page.row((f"{name:<9}", "title"), f"{shown:>9}   ", (meaning, "dim"))
