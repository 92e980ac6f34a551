"""A small course for tours on a terminal, and what the tests of them have in common."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.pseudo import Terminal

Start = Callable[..., Terminal]
LONG = pytest.mark.observation  # the screens of all sizes and states are also drawn, much faster, in tests/views
ASKS = '''"""say hello

What there is to notice.

**Try** `--set NAME=Ada`.
"""
# /// script
# [tool.asyncdemo]
# question = "What is printed?"
# choices = ["hello Eve", "hello", "nothing"]
# ///
NAME = "Eve"
print("hello", NAME)
'''
WAITS = '''"""two waits"""
import asyncio
async def main():
    await asyncio.gather(asyncio.sleep(0.3), asyncio.sleep(0.3))
    print("waited")
asyncio.run(main())
'''
HANGS = '''"""never ends"""
import signal, time
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
print("here it hangs")
time.sleep(600)
'''
FLOODS = '''"""never stops"""
while True:
    print("x" * 60)
'''
SCRIPTS = {"a-hello": ASKS, "b-waits": WAITS, "hangs": HANGS, "floods": FLOODS}


def prepared(folder: Path, environ: dict[str, str]) -> dict[str, str]:
    """Write the course into a folder; gives an environment whose state is kept there, too."""
    (folder / "course").mkdir()
    for name, source in SCRIPTS.items():
        (folder / "course" / f"{name}.py").write_text(source)
    return environ | {"XDG_STATE_HOME": str(folder / "state"), "VISUAL": "", "EDITOR": ""}


def press(tour: Terminal, keys: str, wanted: str) -> list[str]:
    tour.type(keys)
    return tour.wait_for(wanted)


def is_as_it_was(tour: Terminal) -> bool:
    """Whether all that was taken was given back: cursor, screen, wrapping of long rows, echo and whole lines."""
    codes = ((b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?7l", b"\x1b[?7h"))
    given_back = all(-1 < tour.raw.rfind(taken) < tour.raw.rfind(back) for taken, back in codes)
    return given_back and tour.modes == tour.modes_before
