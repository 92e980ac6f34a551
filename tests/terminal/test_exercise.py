"""An exercise on a real terminal: run at each save, hints, the solution, the next one; and as plain text."""

import json
from pathlib import Path

import pytest

from tests.terminal.pseudo import Terminal
from tests.terminal.tours import Start, is_as_it_was, press

BROKEN = '"""add two numbers"""\nprint(2 - 2)\n\n# Output:\n# 0\n'
MENDED = '"""add two numbers"""\nprint(2 + 2)\n\n# Output:\n# 4\n'
NOTES = (
    "# the sum is wrong\n\nIt must be 4.\n\n## Hints\n\n- Look at the sign.\n- A plus.\n\n## Solved\n\nThat was it.\n"
)
HANGS = "import time\nprint('here it hangs')\ntime.sleep(600)\n"


@pytest.fixture
def environ(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """An environment with two exercises of our own, and with progress that is kept in the test's folder."""
    for name in ("a-sum", "b-sum"):
        folder = tmp_path / "mine" / name
        folder.mkdir(parents=True)
        for file, text in {"start.py": BROKEN, "solution.py": MENDED, "README.md": NOTES}.items():
            (folder / file).write_text(text)
    return environ | {"XDG_STATE_HOME": str(tmp_path / "state"), "ASYNCDEMO_SCENARIOS": str(tmp_path / "mine")}


def marks(folder: Path) -> dict[str, str]:
    kept = json.loads((folder / "state" / "asyncdemo" / "tour.json").read_text())
    return dict(kept["courses"]["exercises"]["stops"])


def save(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.py").write_text(text)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20)])
def test_a_learner_mends_a_program(terminal: Start, tmp_path: Path, width: int, height: int) -> None:
    bench: Terminal = terminal("asyncdemo exercise a-sum", width, height)
    rows = bench.wait_for("+ 0")
    assert rows[0].startswith("a-sum   the sum is wrong")
    assert len(rows) == height
    assert "s solution" not in rows[-1]
    press(bench, "s", "try it first: change a-sum.py and save it")
    press(bench, "h", "Hint 1 of 2: Look at the sign.")
    save(tmp_path, "a-sum", "print(2 * 3)\n")
    bench.wait_for("+ 6")
    press(bench, "h", "Hint 2 of 2: A plus.")
    press(bench, "h", "there are no more hints")
    press(bench, "s", "print(2 + 2)")
    press(bench, "s", "+ 6")
    save(tmp_path, "a-sum", "print(2 + 2)\n")
    bench.wait_for("That was it.")
    press(bench, "n", "b-sum   the sum is wrong")
    bench.wait_for("+ 0")
    bench.type("q")
    assert bench.wait_for_end() == 0
    assert marks(tmp_path) == {"a-sum": "right later"}
    assert (tmp_path / "b-sum.py").exists()
    assert is_as_it_was(bench)


@pytest.mark.slow
def test_saving_and_leaving_stop_what_runs(terminal: Start, tmp_path: Path) -> None:
    save(tmp_path, "a-sum", HANGS)
    bench = terminal("asyncdemo exercise a-sum")
    bench.wait_for("running")
    save(tmp_path, "a-sum", "print(6)\n")  # whoever has seen that it hangs does not wait for the end
    bench.wait_for("+ 6")
    save(tmp_path, "a-sum", HANGS)
    bench.wait_for("running")
    bench.type("q")
    assert bench.wait_for_end() == 0
    assert is_as_it_was(bench)


@pytest.mark.slow
def test_as_plain_text_a_key_is_a_line(terminal: Start, tmp_path: Path, environ: dict[str, str]) -> None:
    environ["ACCESSIBLE"] = "1"
    bench = terminal("asyncdemo exercise a-sum")
    bench.wait_for("+ 0")
    press(bench, "h\r", "Hint 1 of 2: Look at the sign.")
    press(bench, "h\r", "Hint 2 of 2: A plus.")
    press(bench, "s\r", "try it first")
    save(tmp_path, "a-sum", "print(2 + 2)\n")
    rows = bench.wait_for("next   asyncdemo exercise b-sum")
    assert bench.wait_for_end() == 0
    assert sum("Hint 1" in row for row in rows) == 1
    assert b"\x1b[?1049h" not in bench.raw


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["q\r", "\x04"])
def test_as_plain_text_q_or_the_end_of_what_is_typed_leaves(
    terminal: Start, environ: dict[str, str], typed: str
) -> None:
    environ["ACCESSIBLE"] = "1"
    bench = terminal("asyncdemo exercise a-sum")
    bench.wait_for("+ 0")
    bench.type(typed)
    assert bench.wait_for_end() == 0
    assert b"Fatal" not in bench.raw  # at the interpreter's end the thread still reads
