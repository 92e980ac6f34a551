"""Hostile children through the real program: each run ends in time, is told of as it was, and leaves nothing running.

`run_script` itself looks whether anything is left.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.conftest import REPOSITORY, Result, clean_environment
from tests.processes import running
from tests.runner.conftest import RunScript, text

pytestmark = [pytest.mark.slow, pytest.mark.process]  # each starts two interpreters, and most wait for a timeout

TIMEOUT = 1  # seconds
GRACE = 2  # seconds after the timeout, in which all has to be over

TIMED_OUT = {"kind": "timed-out", "after": TIMEOUT}
IGNORE_ALL = "import signal\nfor number in (1, 2, 3, 15): signal.signal(number, signal.SIG_IGN)\n"
MARK = "import sys; mark = sys.argv[1]\n"

# Source, the outcome, and the exit status of `run --output-only`. Each prints "start" first.
ENDINGS: dict[str, tuple[str, dict[str, Any], int]] = {
    "exit status": ("import os; os._exit(3)", {"kind": "exited", "code": 3}, 3),
    "high exit status": ("import sys; sys.exit(255)", {"kind": "exited", "code": 255}, 255),
    "segmentation fault": (
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        {"kind": "signalled", "signal": signal.SIGSEGV},
        139,
    ),
    "killed": (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        {"kind": "signalled", "signal": signal.SIGKILL},
        137,
    ),
    "endless recursion": ("def f(n): return f(n + 1)\nf(0)", {"kind": "exited", "code": 1}, 1),
    "endless loop": ("while True: pass", TIMED_OUT, 124),
    "no input": ("assert input() == ''", {"kind": "exited", "code": 1}, 1),
    "signals ignored": (IGNORE_ALL + "import time; time.sleep(60)", TIMED_OUT, 124),
    "signals ignored in a group of its own": (
        IGNORE_ALL + "import os, time\nother = os.fork()\nif other == 0: time.sleep(60)\n"
        "os.setpgid(other, other); os.setpgid(0, other); time.sleep(60)",
        TIMED_OUT,
        124,
    ),
    "endless output": ("while True: print('y' * 100)", TIMED_OUT, 124),
    "endless output and signals ignored": (IGNORE_ALL + "while True: print('y' * 100)", TIMED_OUT, 124),
    "streams closed": ("import os, time\nfor fd in range(3): os.close(fd)\ntime.sleep(60)", TIMED_OUT, 124),
    "stopped": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", TIMED_OUT, 124),
    "a slow finally": ("import time\ntry: time.sleep(60)\nfinally: time.sleep(60)", TIMED_OUT, 124),
    "a thread that does not end": (
        "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()",
        TIMED_OUT,
        124,
    ),
    "a program that holds the pipe": (
        MARK + "import subprocess; subprocess.Popen(['sh', '-c', 'sleep 60; :', mark])",
        {"kind": "exited", "code": 0},
        0,
    ),
    "a program in a session of its own that ignores signals": (
        MARK + "import subprocess\n"
        "subprocess.Popen(['sh', '-c', 'trap \"\" INT TERM; sleep 60; sleep 60', mark], start_new_session=True)",
        {"kind": "exited", "code": 0},
        0,
    ),
    "a program that floods the pipe": (
        MARK + "import subprocess\n"
        "subprocess.Popen(['sh', '-c', 'while :; do echo flood; done', mark], start_new_session=True)",
        {"kind": "exited", "code": 0},
        0,
    ),
    "a daemon": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(60)\n    os._exit(0)\n"
        "os.wait()",
        {"kind": "exited", "code": 0},
        0,
    ),
    "children without number": (
        "import os, time\nfor _ in range(100):\n    if os.fork() == 0: os.setsid(); time.sleep(60)",
        {"kind": "exited", "code": 0},
        0,
    ),
    "a chain of forks": (
        IGNORE_ALL + "import os, time\nend = time.monotonic() + 20\nwhile time.monotonic() < end:\n"
        "    if os.fork(): os._exit(0)\n    time.sleep(0.001)",
        {"kind": "exited", "code": 0},
        0,
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_run_ends_in_time_and_says_how(run_script: RunScript, ending: str) -> None:
    source, outcome, _ = ENDINGS[ending]
    run = run_script(f"print('start', flush=True)\n{source}\n", "--timeout", str(TIMEOUT))
    assert run["outcome"] == outcome
    assert text(run).startswith("start\n")
    assert run["seconds"]["total"] < TIMEOUT + GRACE


def test_what_is_just_ending_by_itself_was_not_left_running(run_script: RunScript) -> None:
    run = run_script(
        """
        import subprocess, sys
        child = "import sys, time; sys.stdin.read(); sys.stdout.close(); sys.stderr.close(); time.sleep(0.05)"
        keeps = subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE)
        print("start")
        """,
    )
    assert run["outcome"] == {"kind": "exited", "code": 0}
    assert [note for note in run["notes"] if "left running" in note] == []


@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if not ending.startswith("endless output")])
def test_output_only_ends_in_time_with_the_right_status(
    asyncdemo: Callable[..., Result], tmp_path: Path, ending: str
) -> None:
    source, _, status = ENDINGS[ending]
    script, mark = tmp_path / "script.py", f"marked-{tmp_path}"
    script.write_text(f"print('start', flush=True)\n{source}\n")
    begin = time.monotonic()
    python = ("--python", sys.executable, "--timeout", str(TIMEOUT))
    result = asyncdemo("run", "--output-only", *python, str(script), "--", mark)
    assert time.monotonic() - begin < TIMEOUT + GRACE + 1  # to start ourselves
    assert result.status == status
    assert result.stdout.startswith("start\n")
    assert running(mark) == []


SLOW = """
import sys, time
class Slow:
    def find_spec(name, *_):
        if name == "ctypes": time.sleep(0.5)
sys.meta_path.insert(0, Slow)
"""
DAEMON = """
import os, subprocess, sys
if os.fork() == 0:
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    subprocess.Popen(["sh", "-c", "sleep 60; :", sys.argv[1]], start_new_session=True, **streams)
    os._exit(0)
os.wait()
"""


@pytest.mark.parametrize("options", [[], ["--output-only"]])
def test_a_daemon_is_stopped_that_was_there_before_we_were_ready_for_it(
    asyncdemo: Callable[..., Result], tmp_path: Path, options: list[str]
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW)  # as on a busy machine
    script, mark = tmp_path / "script.py", f"marked-{tmp_path}"
    script.write_text(DAEMON)
    path = os.pathsep.join((str(tmp_path), str(REPOSITORY)))
    asyncdemo("run", *options, "--python", sys.executable, str(script), "--", mark, env={"PYTHONPATH": path})
    assert running(mark) == []


def test_output_only_ends_in_time_where_nobody_reads_what_is_printed(start_tool: Callable[..., "Tool"]) -> None:
    source, _, status = ENDINGS["endless output and signals ignored"]
    tool = start_tool(source, "--output-only", "--timeout", str(TIMEOUT))
    begin = time.monotonic()
    assert tool.process.wait(timeout=20) == status
    assert time.monotonic() - begin < TIMEOUT + GRACE + 1
    assert running(tool.mark) == []


@pytest.mark.parametrize(
    ("python", "status", "reason"),
    [
        ("/nowhere/python", 127, "there is no interpreter /nowhere/python"),
        ("", 127, "--python is empty: give a path, a version, or a virtual environment"),
        ("no-such-python", 127, "there is no no-such-python on PATH"),
        ("./folder", 126, "./folder is a folder with no Python in it: no virtual environment"),
        ("./plain", 126, "./plain is not executable"),
    ],
)
def test_an_interpreter_that_cannot_be_started(
    asyncdemo: Callable[..., Result], tmp_path: Path, python: str, status: int, reason: str
) -> None:
    (tmp_path / "script.py").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain").write_text("")
    result = asyncdemo("run", "--json", "--python", python, "script.py")
    (run,) = json.loads(result.stdout)["runs"]
    assert (result.status, run["outcome"]) == (1, {"kind": "not-started", "reason": reason})
    result = asyncdemo("run", "--output-only", "--python", python, "script.py")
    assert result == ("", f"asyncdemo: script.py: {reason}\n", status)


def test_a_file_that_is_no_program(asyncdemo: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("")
    (tmp_path / "odd").write_bytes(b"\x7fELF nothing of the kind")
    (tmp_path / "odd").chmod(0o755)
    result = asyncdemo("run", "--json", "--python", "./odd", "script.py")
    (run,) = json.loads(result.stdout)["runs"]
    assert (result.status, run["outcome"]["kind"]) == (1, "not-started")
    assert asyncdemo("run", "--output-only", "--python", "./odd", "script.py").status == 126


class Tool:
    """`asyncdemo run` of a script as a process that can be sent signals."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.mark = f"marked-{folder}"
        self.script = folder / "script.py"
        arguments = ["run", *options, "--python", sys.executable, str(self.script), "--", self.mark]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "asyncdemo", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=clean_environment({"PYTHONPATH": str(REPOSITORY)}),
        )

    def wait_for(self, name: str) -> None:
        """Wait until the script has made a file of this name."""
        until = time.monotonic() + 20
        while not self.script.with_name(name).exists():
            assert time.monotonic() < until
            time.sleep(0.01)

    def end(self) -> Result:
        """Wait for the end; nothing of it may be left running."""
        stdout, stderr = self.process.communicate(timeout=20)
        assert running(self.mark) == []
        return Result((stdout or b"").decode(), stderr.decode(), self.process.returncode)


@pytest.fixture
def start_tool(tmp_path: Path) -> Iterator[Callable[..., Tool]]:
    """Start the tool on a script of this source."""
    tools = []

    def start(source: str, *options: str) -> Tool:
        (tmp_path / "script.py").write_text(dedent(source))
        tools.append(Tool(tmp_path, *options))
        return tools[-1]

    yield start
    for tool in tools:
        tool.process.kill()
        tool.process.communicate()


PATIENT = """
    import time
    try:
        print("start")
        open("started", "w").close()
        time.sleep(60)
    finally:
        print("cleaned up")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_cleans_up_and_is_reported(start_tool: Callable[..., Tool], number: int) -> None:
    tool = start_tool(PATIENT, "--json")
    tool.wait_for("started")
    tool.process.send_signal(number)
    result = tool.end()
    (run,) = json.loads(result.stdout)["runs"]
    assert (result.status, result.stderr, run["outcome"]) == (130, "", {"kind": "interrupted"})
    assert text(run, "stdout") == "start\ncleaned up\n"
    assert text(run, "stderr").endswith("KeyboardInterrupt\n")


def test_an_impatient_person_presses_again_and_again(start_tool: Callable[..., Tool]) -> None:
    tool = start_tool(IGNORE_ALL + dedent(PATIENT), "--json")
    tool.wait_for("started")
    for _ in range(5):
        tool.process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    result = tool.end()
    (run,) = json.loads(result.stdout)["runs"]
    assert (result.status, run["outcome"]) == (130, {"kind": "interrupted"})


def test_a_last_press_while_python_shuts_down_changes_no_status(start_tool: Callable[..., Tool]) -> None:
    tool = start_tool(IGNORE_ALL + dedent(PATIENT), "--json")
    tool.wait_for("started")
    while tool.process.poll() is None:
        tool.process.send_signal(signal.SIGINT)
        time.sleep(0.002)
    assert tool.process.returncode == 130


def test_output_only_passes_signals_on(start_tool: Callable[..., Tool]) -> None:
    tool = start_tool(PATIENT, "--output-only")
    tool.wait_for("started")
    tool.process.send_signal(signal.SIGTERM)
    result = tool.end()
    assert (result.status, result.stderr) == (128 + signal.SIGTERM, "")


@pytest.mark.parametrize("option", ["--json", "--output-only"])
def test_what_is_ignored_here_is_ignored_there(asyncdemo: Callable[..., Result], tmp_path: Path, option: str) -> None:
    """As nohup has it: neither we nor the script end with the terminal."""
    (tmp_path / "script.py").write_text(
        "import os, signal\nos.kill(os.getppid(), signal.SIGHUP)\nos.kill(os.getpid(), signal.SIGHUP)\n"
        "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)\n"
    )
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        result = asyncdemo("run", option, "--python", sys.executable, "script.py")
    finally:
        signal.signal(signal.SIGHUP, before)
    shown = text(json.loads(result.stdout)["runs"][0]) if option == "--json" else result.stdout
    assert (shown, result.status) == ("True\n", 0)


IGNORES = """
    import signal, time
    print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN, signal.getsignal(signal.SIGQUIT) is signal.SIG_IGN)
    open("started", "w").close()
"""


def in_background(folder: Path, *command: str) -> Result:
    """Run a command as a shell without job control runs it in the background: with SIGINT and SIGQUIT ignored."""
    done = subprocess.run(
        ["sh", "-c", '"$@" & wait $!', "sh", *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        env=clean_environment({"PYTHONPATH": str(REPOSITORY)}),
        timeout=60,
        check=False,
    )
    return Result(done.stdout, done.stderr, done.returncode)


@pytest.mark.parametrize("option", ["--json", "--output-only"])
def test_a_script_in_the_background_has_the_signals_of_plain_python(tmp_path: Path, option: str) -> None:
    (tmp_path / "script.py").write_text(dedent(IGNORES))
    plain = in_background(tmp_path, sys.executable, "script.py")
    ours = in_background(
        tmp_path, sys.executable, "-m", "asyncdemo", "run", option, "--python", sys.executable, "script.py"
    )
    shown = text(json.loads(ours.stdout)["runs"][0]) if option == "--json" else ours.stdout
    assert (shown, ours.status) == (plain.stdout, plain.status) == ("True True\n", 0)


TELLS = "signal.signal(signal.SIGTERM, lambda *_: exit(5))\nbegan = time.monotonic()\n"
TELLS += "try: time.sleep(60)\nfinally: open('took', 'w').write(str(time.monotonic() - began))\n"


@pytest.mark.parametrize(
    ("options", "status", "grace"),
    [(["--json", "--timeout"], 1, 0.7), (["--json", "--for"], 0, 3.0), (["--output-only", "--timeout"], 124, 0.7)],
    ids=["timeout", "for", "output-only"],
)
def test_nobody_waits_for_what_an_ignored_signal_does(
    tmp_path: Path, options: list[str], status: int, grace: float
) -> None:
    """SIGTERM comes first, and not after the grace that SIGINT has; a busy machine gets three tries."""
    (tmp_path / "script.py").write_text(dedent(IGNORES) + TELLS)
    tool, python = (sys.executable, "-m", "asyncdemo", "run", *options), ("--python", sys.executable)
    took = []
    while len(took) < 3 and (not took or took[-1] > 1.5 + grace / 2):
        assert in_background(tmp_path, *tool, "1.5", *python, "script.py").status == status
        took.append(float((tmp_path / "took").read_text()))
    assert min(took) < 1.5 + grace / 2


@pytest.mark.parametrize("options", [["--json"], ["--no-source"], ["--output-only"]], ids=lambda options: options[0])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_moment_of_the_start(
    start_tool: Callable[..., Tool], options: list[str], number: signal.Signals
) -> None:
    """At the very first Python itself ends with a traceback; from our first line on there is none of ours."""
    for milliseconds in range(0, 301, 50):
        tool = start_tool("import time; time.sleep(0.2)", *options)
        time.sleep(milliseconds / 1000)
        tool.process.send_signal(number)
        result = tool.end()
        assert f"{REPOSITORY / 'asyncdemo'}{os.sep}" not in result.stderr
        assert result.status in (0, 1, 130, -number, 128 + number)


def test_the_reader_of_our_output_goes_away(start_tool: Callable[..., Tool]) -> None:
    tool = start_tool(PATIENT, "--output-only")
    tool.wait_for("started")
    assert tool.process.stdout is not None
    tool.process.stdout.close()
    tool.process.stdout = None
    tool.process.send_signal(signal.SIGINT)
    assert tool.end().stdout == ""
