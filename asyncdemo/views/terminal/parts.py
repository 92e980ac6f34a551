"""Rows that several views have: the title, notes about what could not be done, all the times."""

from rich.text import Text

from asyncdemo.recording import Run
from asyncdemo.views.terminal.page import Page
from asyncdemo.views.terminal.text import cut, harmless, wrapped


def write_title(page: Page, title: str, summary: str, headline: str) -> None:
    """Write what is shown, and the one number at the right; then a rule."""
    room = page.width - 1 - len(headline) - (2 if headline else 0)
    title = cut(harmless(title), room, page.glyphs["more"])
    left = Text(title).cell_len
    summary = cut(harmless(summary), room - left - 3, page.glyphs["more"]) if room - left > 12 else ""
    gap = room - left - (Text(summary).cell_len + 3 if summary else 0) + (2 if headline else 0)
    page.row((title, "title"), f"   {summary}" if summary else "", " " * gap, (headline, "title"))
    page.rule()


def write_notes(page: Page, run: Run, indent: int) -> None:
    """Write what could not be done or observed, and how much of the output was not kept."""
    notes = list(run.notes)
    if run.output_dropped:
        notes.append(f"{run.output_dropped:,} bytes from the middle of its output were not kept")
    if any(output.stream == "other" for output in run.output) and "not observed" not in "".join(notes):
        notes.append("~ was written below Python or by another program: which stream is not known")
    for note in notes:
        write_paragraph(page, note, indent=indent, style="dim")


def write_paragraph(page: Page, text: str, *, indent: int = 0, style: str = "plain") -> None:
    """Write one line of text in as many rows as it needs."""
    for row in wrapped(harmless(text), page.width - 1 - indent):
        page.row(" " * indent, (row.strip(), style))


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
        ("waiting", times.waiting, "of the script's own time: it used no CPU"),
    )
    for name, value, meaning in rows:
        shown = "?" if value is None else f"{value:.3f} s"
        page.row((f"{name:<9}", "title"), f"{shown:>9}   ", (meaning, "dim"))
    page.row()
