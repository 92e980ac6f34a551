"""What the error says that a task has ended with: told where that costs nothing, and never a reason to give up."""

import sys

import pytest

from tests.processes import VERSIONS, needs_interpreter
from tests.tracing.conftest import Observe, Observed

pytestmark = [pytest.mark.slow, pytest.mark.process]

each_version = pytest.mark.parametrize(
    "version", [pytest.param(each, marks=pytest.mark.observation) for each in VERSIONS] + ["own"]
)
RAISES = """
    import asyncio
    async def fails(error):
        await asyncio.sleep(0)
        raise error
    async def main(*errors):
        failing = [asyncio.create_task(fails(error), name="%02d" % number) for number, error in enumerate(errors)]
        await asyncio.wait(failing)
        for task in failing:
            task.exception()
"""
HUGE = 10**5000  # of more digits than Python makes of an int
MIN, MAX = -(2**998), 2**998


def said(seen: Observed) -> list[str]:
    """The errors of the tasks, in the order of the tasks' names."""
    failed = [task for task in seen.timeline.tasks if task.raised is not None]
    return [task.raised.whole for task in sorted(failed, key=lambda task: task.name) if task.raised is not None]


@each_version
def test_a_huge_number_is_not_quoted(observed: Observe, version: str) -> None:
    source = f"""{RAISES}
    huge = 10 ** 5000
    asyncio.run(main(
        ValueError(huge), ValueError(-huge), KeyError(huge), OSError(huge, "no"), ValueError({MAX}), KeyError({MIN}),
        OSError(2, "no such"), ValueError(True), ValueError(0.5), ValueError("after"),
    ))
    """
    seen = observed(source, sys.executable if version == "own" else needs_interpreter(version))
    assert seen.timeline.complete
    assert said(seen) == [
        *("ValueError", "ValueError", "KeyError", "OSError", f"ValueError: {MAX}"[:212], f"KeyError: {MIN}"[:210]),
        *("FileNotFoundError: [Errno 2] no such", "ValueError", "ValueError: 0.5", "ValueError: after"),
    ]


def test_of_errors_that_are_known_the_text_is_told_however_many_there_were(observed: Observe) -> None:
    errors = "*(ValueError(n) for n in [*range(500), 'another', 499, *range(3)]), KeyError(0)"
    seen = observed(f"{RAISES}\n    asyncio.run(main({errors}))\n".replace("%02d", "%03d"), sys.executable)
    assert said(seen)[499:] == [
        *("ValueError: 499", "ValueError", "ValueError: 499", "ValueError: 0", "ValueError: 1", "ValueError: 2"),
        "KeyError",
    ]
