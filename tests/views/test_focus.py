"""Which lines of the code are shown where there is no room for all."""

from asyncdemo.analysis.line_marks import Mark, marks
from asyncdemo.model.recording import Finding
from asyncdemo.model.spans import Spans, Timeline
from asyncdemo.views.excerpt import by_importance, code_lines
from tests.views.fabricated import outputs, run

PATH = "/course/example.py"
SOURCE = """\
import asyncio

DELAY = 0.1

async def job():
    try:
        print("at work")
        await asyncio.sleep(DELAY)
    finally:
        print("clean")

async def main():
    task = asyncio.create_task(job())
    await asyncio.sleep(0)
    task.cancel()

asyncio.run(main())
"""


def waited_at(*lines: int) -> Timeline:
    spans = Spans()
    spans.places = [(PATH, line) for line in lines]
    for index in range(len(lines)):
        spans.add(1, 2, 0.0, 1.0, index)
    return Timeline((), spans, 1, True)


def ranked(source: str = SOURCE, timeline: Timeline | None = None, found: tuple[Mark, ...] = ()) -> list[int]:
    return by_importance(run(source=source)._replace(timeline=timeline), code_lines(source), found)


def test_first_where_tasks_begin_and_are_cancelled_then_where_they_waited() -> None:
    assert ranked(timeline=waited_at(8, 14))[:4] == [13, 15, 8, 14]


def test_then_what_leaves_a_block_and_what_is_around() -> None:
    assert ranked(timeline=waited_at(8, 14))[4:7] == [9, 5, 12]


def test_imports_come_last_and_every_line_of_code_is_there() -> None:
    lines = ranked()
    assert lines[-1] == 1
    assert sorted(lines) == [number for number, text in code_lines(SOURCE) if text.strip()]


def test_what_was_found_goes_before_all_with_its_function_and_who_caught_it() -> None:
    source = SOURCE.replace("    finally:", "    except:")
    finding = Finding("swallowed-cancellation", "error", PATH, 8, "it went on", "raise", beside=((8, "went on"),))
    shown = run(source=source)._replace(findings=(finding,))
    assert ranked(source, waited_at(8), tuple(marks(shown)))[:5] == [8, 5, 9, 13, 15]


def test_what_was_printed_goes_before_the_rest() -> None:
    shown = run(outputs((0.0, "clean\n", 10)), source=SOURCE)
    lines = ranked(timeline=waited_at(8), found=tuple(marks(shown)))
    assert lines.index(10) < lines.index(7) < lines.index(3)


def test_without_a_trace_every_await_counts() -> None:
    assert ranked()[:4] == [13, 15, 8, 14]


def test_what_is_no_python() -> None:
    assert ranked("a = (\n\nb\n") == [1, 3]
