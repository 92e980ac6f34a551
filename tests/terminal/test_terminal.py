"""A run on a real terminal: input, Ctrl-C, Ctrl-Z, and the terminal as it was afterwards."""

import re
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.pseudo import PATIENCE, Terminal

pytestmark = pytest.mark.slow

Start = Callable[..., Terminal]
Write = Callable[[str, str], str]

CTRL_C = "^C"
SIZES = [(80, 24), (60, 20), (200, 50)]
ASK = 'name = input("Your name: ")\nprint("hello", name)\nage = input("Age: ")\nprint("so", age)\n'
TICKS = 'import time\nfor n in range({count}):\n    print("tick", n)\n    time.sleep(0.1)\n'
SLEEP = 'import time\nprint("start")\ntime.sleep(60)\n'


def texts(rows: list[str]) -> list[str]:
    """The rows of output, without their times."""
    heading = next(index for index, row in enumerate(rows) if row.startswith("  time     output"))
    ends = (" exit ", "interrupted", "timed out", "killed by")
    end = next(index for index, row in enumerate(rows) if any(said in row for said in ends))
    return [re.sub(r"^ *\d+\.\d\d s|^ {8}", "", row) for row in rows[heading + 1 : end]]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_input(terminal: Start, write: Write, width: int, height: int) -> None:
    run = terminal(f"asyncdemo run {write('ask.py', ASK)}", width, height)
    assert run.wait_for("Your name:")[-1].endswith("   Your name:")
    run.type("Ann\n")
    run.wait_for("Age:")
    run.type("42\n")
    assert run.wait_for_end() == 0
    assert texts(run.rows) == ["   Your name: Ann", "   hello Ann", "   Age: 42", "   so 42"]
    assert max(map(len, run.rows)) < width


def test_what_is_typed_before_it_is_asked_for(terminal: Start, write: Write) -> None:
    ask = write(
        "ask.py", 'import time\nprint("Name: ", end="", flush=True)\ntime.sleep(1.5)\nprint("hello", input())\n'
    )
    run = terminal(f"asyncdemo run {ask}")
    run.wait_for("Name:")
    run.type("Ann")
    run.wait_for("Name: Ann")
    run.type("\n")
    assert run.wait_for_end() == 0
    assert "   Name: Ann" in run.rows[3]
    assert run.rows[4].endswith("hello Ann")


def test_several_lines_are_read_in_turn(terminal: Start, write: Write) -> None:
    source = "import code\ncode.interact(banner='', exitmsg='')\n"
    run = terminal(f"asyncdemo run {write('repl.py', source)}")
    for number, line in enumerate(("x = 20\n", "def f():\n", "    return x + 1\n", "\n", "print(f() * 2)\n", "\x04")):
        rows_before = 3 + number + (line == "\x04")  # title, rule, heading, those typed, and an answer
        run.wait_for(lambda rows, count=rows_before: len(rows) > count and rows[-1].endswith(("   >>>", "   ...")))
        run.type(line)
    assert run.wait_for_end() == 0
    assert texts(run.rows) == [
        "   >>> x = 20",
        "   >>> def f():",
        "   ...     return x + 1",
        "   ...",
        "   >>> print(f() * 2)",
        "   42",
        "   >>>",
        " !",
    ]


def test_getpass_reads_the_terminal_itself(terminal: Start, write: Write) -> None:
    ask = write("ask.py", 'import getpass\nprint("got", len(getpass.getpass("Secret: ")))\n')
    run = terminal(f"asyncdemo run {ask}")
    run.wait_for("Secret:")
    run.type("sesam\n")
    assert run.wait_for_end() == 0
    assert "sesam" not in run.raw.decode()
    assert [text for text in texts(run.rows) if text] == ["   got 5"]


@pytest.mark.parametrize(("typed", "key", "status"), [("", "\x04", 1), ("", "\x03", 130), ("An", "\x03", 130)])
def test_an_end_instead_of_an_answer(terminal: Start, write: Write, typed: str, key: str, status: int) -> None:
    run = terminal(f"asyncdemo run {write('ask.py', ASK)}")
    run.wait_for("Your name:")
    run.type(typed)
    run.wait_for(f"Your name: {typed}".rstrip())
    run.type(key)
    assert run.wait_for_end() == status
    shown = f"   Your name: {typed}{CTRL_C if status == 130 else ''}".rstrip()
    assert texts(run.rows)[:2] == [shown, " ! Traceback (most recent call last):"]


def test_lines_without_an_end_and_progress_bars_are_seen(terminal: Start, write: Write) -> None:
    source = (
        "import time\ntime.sleep(1)\nprint('working', end='', flush=True)\ntime.sleep(0.5)\nprint(' done')\n"
        "for n in range(4):\n    print(f'\\r{n * 25} %', end='', flush=True)\n    time.sleep(0.3)\n"
        "print('\\r100 %')\n"
    )
    run = terminal(f"asyncdemo run {write('progress.py', source)}")
    run.wait_for(lambda rows: rows[-1].endswith("   working"), "working")
    run.wait_for("   working done")
    run.wait_for(lambda rows: rows[-1].endswith("   25 %"), "25 %")
    run.wait_for(lambda rows: rows[-1].endswith("   75 %"), "75 %")
    assert run.wait_for_end() == 0
    assert texts(run.rows) == ["   working done", "   100 %"]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_very_long_lines(terminal: Start, write: Write, width: int, height: int) -> None:
    run = terminal(f"asyncdemo run {write('long.py', 'print(chr(120) * 5000)' + chr(10))}", width, height)
    assert run.wait_for_end() == 0
    assert "".join(row[3:] for row in texts(run.rows)).replace(" ", "") == "x" * 5000
    assert max(map(len, run.rows)) < width


def test_ctrl_c_lets_finally_run_and_is_reported(terminal: Start, write: Write) -> None:
    source = (
        "import time\ntry:\n    print('start')\n    time.sleep(60)\n"
        "finally:\n    print('cleaning')\n    time.sleep(0.3)\n    print('clean')\n"
    )
    run = terminal(f"asyncdemo run {write('clean.py', source)}")
    run.wait_for("start")
    run.type("\x03")
    assert run.wait_for_end() == 130
    assert texts(run.rows)[:4] == ["   start", "^C", "   cleaning", "   clean"]
    assert any(row.endswith("interrupted") for row in run.rows)
    assert " ! 4       time.sleep(60)      ◄ it was here when it was stopped" in run.rows


def test_a_second_ctrl_c_hastens_what_the_first_did_not_end(terminal: Start, write: Write) -> None:
    source = (
        "import signal, time\nsignal.signal(signal.SIGINT, lambda *_: print('not yet'))\n"
        "print('start')\nwhile True:\n    time.sleep(60)\n"
    )
    run = terminal(f"asyncdemo run {write('deaf.py', source)}")
    run.wait_for("start")
    run.type("\x03")
    run.wait_for("not yet")
    run.type("\x03")
    assert run.wait_for_end() == 130
    assert "interrupted" in "\n".join(run.rows)


def test_ctrl_c_in_a_step_that_hangs_leaves_the_timeline_up_to_then(terminal: Start, write: Write) -> None:
    source = (
        "import asyncio, time\n"
        "async def beat():\n    while True:\n        await asyncio.sleep(0.05)\n"
        "async def main():\n    task = asyncio.create_task(beat())\n    await asyncio.sleep(0.2)\n"
        "    print('hangs')\n    time.sleep(100)\n"
        "asyncio.run(main())\n"
    )
    run = terminal(f"asyncdemo run {write('hang.py', source)}")
    run.wait_for("hangs")
    run.type("\x03")  # asyncio cancels main then, which does not come to notice: it has to be killed in the end
    assert run.wait_for_end() == 130
    (main,) = [row for row in run.rows if row.startswith(" main ")]
    (beat,) = [row for row in run.rows if row.startswith(" beat ")]
    assert "▓ BLOCKS ▓" in main
    assert main.endswith("pending")
    assert beat.endswith("pending")
    assert "the trace is incomplete: a part of it is missing" in run.rows
    assert any(row.startswith(" !  9       time.sleep(100)") and "◄ blocked the loop for" in row for row in run.rows)


def test_one_that_hears_no_signal_ends_all_the_same(terminal: Start, write: Write) -> None:
    source = (
        "import signal, time\nfor each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):\n"
        "    signal.signal(each, signal.SIG_IGN)\nprint('start')\nwhile True:\n    time.sleep(60)\n"
    )
    run = terminal(f"asyncdemo run {write('deaf.py', source)}")
    run.wait_for("start")
    for _ in range(3):
        run.type("\x03")
    assert run.wait_for_end() == 130


def test_ctrl_z_and_fg_in_a_shell(terminal: Start, write: Write) -> None:
    run = terminal(f"asyncdemo run {write('ticks.py', TICKS.format(count=25))}", shell=True)
    run.wait_for("tick 12")
    run.type("\x1a")
    run.wait_for("Stopped")
    assert termios.tcgetattr(run.process.child_fd)[3] & termios.ICANON == 0  # the shell reads a line again
    run.type("echo in between\n")
    run.wait_for(lambda rows: "in between" in rows, "the shell's answer")
    run.type("fg\n")
    run.wait_for("full source and timings")
    rows = run.rows
    assert [row[11:] for row in rows if row[9:16] == "  tick "] == [f"tick {n}" for n in range(25)]
    assert any(row.endswith("exit 0") for row in rows)


def test_the_time_in_which_it_was_stopped_does_not_count(terminal: Start, write: Write) -> None:
    run = terminal(f"asyncdemo run {write('ticks.py', TICKS.format(count=30))} --timeout 5", shell=True)
    run.wait_for("tick 10")
    run.type("\x1a")
    run.wait_for("Stopped")
    run.type("sleep 4; fg\n")
    run.wait_for(lambda rows: any(row.endswith(("exit 0", "stopped")) for row in rows), "the end")
    assert any(row.endswith("exit 0") for row in run.rows)
    assert any(row.endswith("tick 29") for row in run.rows)


def test_ctrl_z_and_bg_leave_the_terminal_to_the_shell(terminal: Start, write: Write) -> None:
    run = terminal(f"asyncdemo run {write('ticks.py', TICKS.format(count=25))}", shell=True)
    run.wait_for("tick 12")
    run.type("\x1a")
    run.wait_for("Stopped")
    run.type("bg\n")
    run.wait_for("tick 15")
    run.type("echo still $((40 + 2))\n")
    run.wait_for("still 42")
    run.wait_for("full source and timings")
    run.type("echo and $((40 + 3))\n")
    run.wait_for("and 43")


def test_ctrl_z_where_no_shell_could_continue_it(terminal: Start, write: Write) -> None:
    run = terminal(f"asyncdemo run {write('ticks.py', TICKS.format(count=25))}")
    run.wait_for("tick 12")
    run.type("\x1a")
    assert run.wait_for_end() == 0


def test_in_the_background_it_neither_stops_nor_reads(terminal: Start, write: Write) -> None:
    run = terminal(f"asyncdemo run {write('ask.py', ASK)} & wait $!; echo status $?", shell=True)
    run.wait_for("status 1")
    rows = run.rows
    assert any("EOFError: EOF when reading a line" in row for row in rows)
    assert "           stdin was empty: in a pipeline or a background job" in rows
    run.type("echo still $((40 + 2))\n")
    run.wait_for("still 42")


def test_one_that_insists_on_the_terminal_is_not_stopped_for_ever(terminal: Start, write: Write) -> None:
    ask = write("ask.py", 'import getpass\nprint("got", len(getpass.getpass("Secret: ")))\n')
    run = terminal(f"asyncdemo run {ask} | cat; echo status ${{PIPESTATUS[0]}}", shell=True)
    run.wait_for("status 1")
    assert any("Input/output error" in row for row in run.rows)


def test_a_pager_gets_the_keyboard(terminal: Start, write: Write, tmp_path: object) -> None:
    pager = write("pager.py", "import sys\nfor row in sys.stdin: pass\nprint('key', open('/dev/tty').readline())\n")
    run = terminal(f"asyncdemo run {write('ask.py', ASK)} | python3 {pager}", shell=True)
    run.type("x\n")
    run.wait_for("key x")


def test_the_next_reader_of_a_pipeline_sees_rows_as_they_come(terminal: Start, write: Write) -> None:
    run = terminal(f"asyncdemo run {write('ticks.py', TICKS.format(count=30))} | cat", shell=True)
    run.wait_for("tick 9")
    assert not any("tick 25" in row for row in run.rows)
    run.wait_for("full source and timings")
    assert not any("stdin was empty" in row for row in run.rows)  # it does not look as if it read anything


@pytest.mark.parametrize("end", ["ends", "is killed", "times out"])
def test_the_terminal_is_left_as_it_was(terminal: Start, write: Write, end: str) -> None:
    source = (
        "import os, signal, sys, time, tty\ntty.setraw(0)\n"
        "os.write(os.open('/dev/tty', os.O_RDWR), b'\\x1b[?25l')\nprint('raw')\nprint('mode')\n"
    )
    source += {
        "ends": "",
        "is killed": "os.kill(os.getpid(), signal.SIGKILL)\n",
        "times out": "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})\ntime.sleep(60)\n",
    }[end]
    raw = write("raw.py", source)
    after = write(
        "after.py",
        "import os, subprocess, sys, termios\nbefore = termios.tcgetattr(0)\n"
        "subprocess.run(['asyncdemo', 'run', 'raw.py', '--timeout', '1'])\n"
        "print('as before', before == termios.tcgetattr(0), os.tcgetpgrp(0) == os.getpgrp())\n",
    )
    assert raw == "raw.py"
    run = terminal(f"python3 {after}")
    assert run.wait_for_end() == 0
    assert run.rows[-1] == "as before True True"
    assert run.cursor_is_visible
    assert texts(run.rows)[:2] == ["   raw", "   mode"]


def test_a_window_that_changes_its_size_does_no_harm(terminal: Start, write: Write) -> None:
    run = terminal(f"asyncdemo run {write('ticks.py', TICKS.format(count=30))}")
    run.wait_for("tick 11")
    run.resize(60, 20)
    run.wait_for("tick 15")
    run.resize(120, 40)
    assert run.wait_for_end() == 0
    assert re.findall(rb"tick (\d+)\r", run.raw) == [b"%d" % n for n in range(30)]


def test_a_script_from_a_pipe_on_a_terminal(terminal: Start, write: Write) -> None:
    run = terminal(f"bash -c 'asyncdemo run - < {write('hello.py', 'print(1 + 1)' + chr(10))}'")
    assert run.wait_for_end() == 0
    assert texts(run.rows) == ["   2"]


def test_a_piped_answer(terminal: Start, write: Write) -> None:
    run = terminal(f"bash -c 'printf \"Ann\\n42\\n\" | asyncdemo run {write('ask.py', ASK)}'")
    assert run.wait_for_end() == 0
    assert texts(run.rows) == ["   Your name: hello Ann", "   Age: so 42"]


def test_the_line_of_progress_is_gone_at_the_end(terminal: Start, write: Write) -> None:
    one, two = write("one.py", "import time\ntime.sleep(0.1)\n"), write("two.py", "pass\n")
    run = terminal(f"asyncdemo compare ./{one} ./{two} --runs 2")
    run.wait_for("run 4 of 6, about")
    assert run.wait_for_end() == 0
    assert run.rows[0].startswith("compare")
    assert not any("about" in row for row in run.rows)


@pytest.mark.parametrize("command", ["list", "run unawaited", "show unawaited"])
def test_colours_and_glyphs_on_a_terminal(terminal: Start, command: str) -> None:
    run = terminal(f"asyncdemo {command}")
    assert run.wait_for_end() == 0
    assert b"\x1b[" in run.raw
    assert command == "list" or "─" * 79 in run.rows


@pytest.mark.parametrize("attempt", range(3))
def test_ctrl_c_is_an_interruption_though_the_script_is_gone_at_once(
    terminal: Start, write: Write, attempt: int
) -> None:
    source = "import os, signal\nsignal.signal(signal.SIGINT, lambda *_: os._exit(5))\nprint('start')\nsignal.pause()\n"
    run = terminal(f"asyncdemo run {write('quick.py', source)}")
    run.wait_for("start")
    run.type("\x03")
    assert run.wait_for_end() == 130
    assert any(row.endswith("interrupted") for row in run.rows)


def test_ctrl_c_ends_a_comparison(terminal: Start, write: Write) -> None:
    slow = write("slow.py", "import time\ntime.sleep(0.2)\n")
    run = terminal(f"bash -c 'cp {slow} other.py; asyncdemo compare ./{slow} ./other.py --runs 50'")
    run.wait_for("run 4 of 102")
    run.type("\x03")
    assert run.wait_for_end() == 130
    assert any("interrupted" in row for row in run.rows)
    assert not any("left" in row for row in run.rows)


@pytest.mark.parametrize("option", ["--for", "--timeout"])
def test_what_is_stopped_on_a_terminal_gets_its_time_to_end(terminal: Start, write: Write, option: str) -> None:
    """Our own SIGINT is no Ctrl-C: a second one would not wait for `finally`."""
    source = "import time\ntry:\n    time.sleep(60)\nfinally:\n    time.sleep(0.1)\n    print('cleaned up')\n"
    run = terminal(f"asyncdemo run {write('server.py', source)} {option} 1")
    assert run.wait_for_end() == (0 if option == "--for" else 1)
    said = [row.partition(" s")[2] for row in run.rows]
    assert "   cleaned up" in said
    assert " ! KeyboardInterrupt" in said


SLOW_TO_JOIN = """\
import os, pathlib, time
native = os.setpgid
def slow(*arguments):  # as on a busy machine
    if arguments[0] == 0 and arguments[1] != 0:
        pathlib.Path("joining").touch()
        while not os.path.exists("pressed"):
            time.sleep(0.001)
    native(*arguments)
os.setpgid = slow
"""


def test_a_ctrl_c_that_is_pressed_early_counts_once(
    terminal: Start, write: Write, environ: dict[str, str], tmp_path: Path
) -> None:
    """While the process that hears it in the script's group is still about to join that."""
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(SLOW_TO_JOIN)
    environ["PYTHONPATH"] = f"{tmp_path / 'slow'}:{environ['PYTHONPATH']}"
    source = (
        "import time\ntry:\n    print('start')\n    time.sleep(60)\nfinally:\n    time.sleep(0.5)\n    print('clean')\n"
    )
    run = terminal(f"asyncdemo run {write('clean.py', source)}")
    end = time.monotonic() + PATIENCE
    while not (tmp_path / "joining").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    run.process.send("\x03")
    time.sleep(0.02)  # it has come by then
    (tmp_path / "pressed").touch()
    assert run.wait_for_end() == 130
    assert "   clean" in texts(run.rows)
