"""`asyncdemo replay`: what a recording shows in a pipe, and what is said of files that are none."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from asyncdemo.model.recording import Run
from asyncdemo.model.recording_json import Recording, from_text, to_json
from asyncdemo.views.narration import Stage
from asyncdemo.views.terminal.playback import Film, step_rows, write_recording, write_steps
from tests.conftest import Result
from tests.lanes.made import Made, run_of, timeline
from tests.model.test_recording_damage import recordings
from tests.views.fabricated import Text, outputs, page, run

Program = Callable[..., Result]

SOURCE = """\
import asyncio


async def main():
    print("hi")
    await asyncio.sleep(0.2)


asyncio.run(main())
"""
STEPS = """\
example                                                                 4 steps
───────────────────────────────────────────────────────────────────────────────
1 of 4   0.0000 s   main begins
                    at        line 4: async def main():
                    stdout    hi
2 of 4   0.0010 s   no task can run for 0.20 s
                    waiting   main
3 of 4   0.2010 s   main runs
                    then      main done
4 of 4   0.2020 s   the last task has ended
"""
WHOLE = """\
example                                                                  0.20 s
───────────────────────────────────────────────────────────────────────────────
   1   import asyncio
   2
   4   async def main():
   5       print("hi")   ◄ 0.00 s  hi
   6       await asyncio.sleep(0.2)
   7
   9   asyncio.run(main())

  time     output                                                    ! = stderr
  0.00 s   hi
  0.20 s   exit 0

step by step   asyncdemo replay x.json --step
"""


def one(**others: object) -> Run:
    story = [("running", 0.001), ("waiting", 0.2), ("running", 0.001)]
    line = timeline(Made("main", story, path="/course/example.py", line=4))  # type: ignore[arg-type]
    return run_of(line, 0.2, outputs((0.0005, "hi\n", 5)), **{"source": SOURCE, **others})


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Save runs as x.json where the program runs."""

    def save_runs(*runs: Run) -> Path:
        path = tmp_path / "x.json"
        path.write_text(json.dumps(to_json(Recording(runs))))
        return path

    return save_runs


def test_the_whole_run(asyncdemo: Program, save: Callable[..., Path]) -> None:
    save(one())
    assert asyncdemo("replay", "x.json") == Result(WHOLE, "", 0)


def test_the_steps_as_text(asyncdemo: Program, save: Callable[..., Path]) -> None:
    save(one())
    assert asyncdemo("replay", "x.json", "--step") == Result(STEPS, "", 0)


def test_a_pipe_need_not_wait(asyncdemo: Program, save: Callable[..., Path]) -> None:
    save(one())
    assert asyncdemo("replay", "x.json", "--speed", "0.0001") == Result(WHOLE, "", 0)


def test_several_runs_one_after_the_other(asyncdemo: Program, save: Callable[..., Path]) -> None:
    save(one(), run(source="print()\n", target="without-tasks"), one())
    last = "\n\nstep by step   asyncdemo replay x.json --step\n"
    rows = asyncdemo("replay", "x.json").stdout.removesuffix(last)
    assert rows.startswith(WHOLE.removesuffix(last))
    assert rows.endswith(WHOLE.removesuffix(last))
    assert rows.count("without-tasks") == 1
    assert asyncdemo("replay", "x.json", "--step") == Result(f"{STEPS}\n{STEPS}", "", 0)


def test_variants_side_by_side(asyncdemo: Program, save: Callable[..., Path]) -> None:
    save(*(one(target=f"waits:{name}", variant=name) for name in ("sync", "async")))
    rows = asyncdemo("replay", "x.json").stdout.splitlines()
    assert rows[0].split() == ["waits", "once", "each"]
    assert [row.split()[0] for row in rows if row.startswith(("sync", "async"))] == ["sync", "async"]


def test_the_source_comes_from_the_recording(asyncdemo: Program, save: Callable[..., Path], tmp_path: Path) -> None:
    path = str(tmp_path / "example.py")
    Path(path).write_text("it = 'something else by now'\n" * 9)
    save(one(path=path))
    assert "something else" not in asyncdemo("replay", "x.json").stdout
    assert "something else" not in asyncdemo("replay", "x.json", "--step").stdout


def test_a_file_that_was_cut_off_is_refused(asyncdemo: Program, save: Callable[..., Path]) -> None:
    path = save(one(), one())
    text = path.read_text()
    path.write_text(text[: text.rindex('"touches"')])
    message = "x.json: this recording is damaged: it is no whole JSON document; save or copy it again"
    assert asyncdemo("replay", "x.json") == Result("", f"asyncdemo: {message}\n", 2)


@pytest.mark.slow
@given(recordings)
def test_whatever_can_be_read_can_be_shown(recording: Recording) -> None:
    runs = from_text(json.dumps(to_json(recording))).runs
    shown = page(Text())
    write_recording(shown, runs, ("next", "nothing"), full=False)
    for stage in map(Stage, runs):
        write_steps(shown, stage)
        for moment in stage.moments:
            assert len(step_rows(shown, stage, moment, 24, ())) == 24
    for each in runs:
        assert len(Film(shown, each, 24).frame(0.1, ())) == 24


DAMAGED = '{"schema": "asyncdemo.recording/1", "runs": [{}]}'
NEWER = '{"schema": "asyncdemo.recording/9", "runs": []}'


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (None, "", "cannot read x.json: No such file or directory"),
        ("", "", "x.json: this is no recording; asyncdemo run --json has another form, and other tools have theirs"),
        ("[1]", "", "x.json: this is no recording; asyncdemo run --json has another form, and other tools have theirs"),
        (NEWER, "", "x.json: this is a recording of the kind 'asyncdemo.recording/9'; a newer asyncdemo can read it"),
        ('{"schema": "asyncdemo.recording/1", "runs": []}', "", "x.json: the recording has no runs"),
        (DAMAGED, "", "x.json: this recording is damaged: subject.target is missing"),
        (b"\xff\xfe\x00", "", "x.json is not a recording: it is not text"),
        ("{}", "--speed 0", "--speed is 0; give a number above 0, for example 0.25"),
        ("{}", "--speed nan", "--speed is nan; give a number above 0, for example 0.25"),
        ("{}", "--speed 1 --step", "--step and --speed exclude each other: choose one"),
        ("{}", "--full --step", "--step and --full exclude each other: choose one"),
    ],
)
def test_mistakes(asyncdemo: Program, tmp_path: Path, content: str | bytes | None, options: str, message: str) -> None:
    if content is not None:
        (tmp_path / "x.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert asyncdemo("replay", "x.json", *options.split()) == Result("", f"asyncdemo: {message}\n", 2)


def test_a_run_without_tasks_has_no_steps(asyncdemo: Program, save: Callable[..., Path]) -> None:
    save(run(source="print()\n"))
    message = "x.json has no steps: no task and no thread was seen; leave out --step"
    assert asyncdemo("replay", "x.json", "--step") == Result("", f"asyncdemo: {message}\n", 2)


def test_a_folder_is_no_recording(asyncdemo: Program) -> None:
    assert asyncdemo("replay", ".") == Result("", "asyncdemo: cannot read .: Is a directory\n", 2)


@pytest.mark.slow
def test_a_real_recording_shows_what_its_runs_have_shown(asyncdemo: Program) -> None:
    ran = asyncdemo("run", "simulated-io-wait", "--save", "x.json").stdout.splitlines()
    shown = asyncdemo("replay", "x.json").stdout.splitlines()
    assert shown[1:-1] == ran[1:-1]
    assert shown[0].split()[0] == ran[0].split()[0]


@pytest.mark.slow
def test_the_turns_of_a_real_loop(asyncdemo: Program) -> None:
    asyncdemo("run", "gather-overlap", "--save", "x.json")
    steps = asyncdemo("replay", "x.json", "--step").stdout
    happens = re.findall(r"^ *\d+ of \d+ +[\d.]+ s +(.*)", steps, re.MULTILINE)
    turns = ["main begins", *(f"answer {n} begins" for n in (1, 2, 3)), *(f"answer {n} goes on" for n in (2, 3, 1))]
    assert [said for said in happens if said.startswith(("main", "answer"))] == [
        *turns,
        "main goes on, woken by answer 1",
    ]
    assert sum(said.startswith("no task can run for 0.1") for said in happens) >= 1
    assert "stdout    start B\n" in steps
    assert ": await asyncio.sleep(delay)\n" in steps
