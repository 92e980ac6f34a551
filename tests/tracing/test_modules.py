"""What a run tells of the user's other files: what was printed there, and which lines called one another."""

from pathlib import Path

import pytest

from asyncdemo.model.recording import Subject
from asyncdemo.runner.observe import observe
from asyncdemo.runner.plan import Plan
from tests.processes import needs_interpreter

HELPER = """
import time


def load(n):
    time.sleep(0.1)
    print("loaded", n)


async def handle(n):
    load(n)
"""
SCRIPT = """
import asyncio
import helper

async def main():
    await asyncio.gather(helper.handle(1), asyncio.sleep(0))
    print("done")

asyncio.run(main())
"""


@pytest.mark.process
@pytest.mark.parametrize("version", ["3.9", "3.11", "3.14"])
def test_a_print_is_told_with_the_line_that_printed(version: str, tmp_path: Path) -> None:
    helper, script = tmp_path / "helper.py", tmp_path / "script.py"
    helper.write_text(HELPER, encoding="utf-8")
    script.write_text(SCRIPT, encoding="utf-8")
    subject = Subject("script.py", path=str(script), source=SCRIPT)
    run = observe(Plan(subject, [needs_interpreter(version), str(script)], timeout=30))
    placed = {output.text.split()[0]: (output.path, output.line) for output in run.output if output.text.strip()}
    assert placed["loaded"] == (str(helper), 7)
    assert run.timeline is not None
    through = [reason.through for reason in run.timeline.spans.reasons.values() if not reason.wait]
    assert through == [((str(helper), 11),)]  # who called the function that held the loop
    assert placed["done"] == (None, 7)
    assert run.subject.modules == {str(helper): HELPER}
