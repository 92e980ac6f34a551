"""What a script prints, through the real program: complete, in order, and never under a wrong name.

Where a test says "below", something writes to the descriptor and not to sys.stdout or sys.stderr.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, clean_environment
from tests.runner.conftest import RunScript, named, text

pytestmark = [pytest.mark.slow, pytest.mark.process]  # each starts two interpreters

MEGABYTE = 1 << 20


def names_of(run: dict[str, object], *, word: int = 0) -> Counter[tuple[str, str]]:
    """How often lines with this word came under each name."""
    output = run["output"]
    assert isinstance(output, list)
    return Counter(
        (line.split()[word], piece["stream"]) for piece in output for line in piece["text"].splitlines() if line
    )


def test_hundred_thousand_lines_to_both_streams_by_turns(run_script: RunScript) -> None:
    run = run_script(
        """
        import sys
        for i in range(50_000):
            print("out", i)
            print("err", i, file=sys.stderr)
        """
    )
    assert text(run) == "".join(f"out {i}\nerr {i}\n" for i in range(50_000))
    assert names_of(run) == {("out", "stdout"): 50_000, ("err", "stderr"): 50_000}
    assert run["output_order"] == "exact"
    assert run["output_dropped"] == 0


def test_all_ways_to_write_at_once(run_script: RunScript) -> None:
    run = run_script(
        r"""
        import logging, os, sys, threading
        logging.basicConfig(format="%(message)s", level=logging.INFO)
        for i in range(500):
            print("out", i)
            os.write(1, b"below1 %d\n" % i)
            logging.info("log %d", i)
            os.write(2, b"below2 %d\n" % i)
            sys.stdout.write(f"bar {i}\r")
            sys.stdout.flush()
        """
    )
    each = "out {0}\nbelow1 {0}\nlog {0}\nbelow2 {0}\nbar {0}\r"
    assert text(run) == "".join(each.format(i) for i in range(500))
    rights = {"out": "stdout", "below1": "other", "log": "stderr", "below2": "other", "bar": "stdout"}
    assert names_of(run) == dict.fromkeys(rights.items(), 500)


def test_threads_that_print_at_once(run_script: RunScript) -> None:
    run = run_script(
        """
        import os, sys, threading
        def work(n):
            for i in range(1000):
                print(f"out {n} {i}\\n", end="")
                print(f"err {n} {i}\\n", end="", file=sys.stderr)
                os.write(1, f"below {n} {i}\\n".encode())
        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        """
    )
    rights = {"out": "stdout", "err": "stderr", "below": "other"}
    assert names_of(run) == dict.fromkeys(rights.items(), 4000)
    lines = text(run).splitlines()
    for n in range(4):  # each thread's lines are in the order in which it wrote them
        expected = [f"{word} {n} {i}" for i in range(1000) for word in rights]
        assert [line for line in lines if line.split()[1] == str(n)] == expected


def test_each_print_has_its_line_and_its_moment(run_script: RunScript) -> None:
    run = run_script("import time\nprint('a')\ntime.sleep(0.2)\nprint('b'); print('c')\n")
    pieces = run["output"]
    assert [(piece["text"], piece["line"]) for piece in pieces] == [("a\n", 2), ("b\n", 4), ("c\n", 4)]
    assert 0 < pieces[0]["at"] < pieces[1]["at"] - 0.15 < pieces[2]["at"] < run["seconds"]["total"]


def test_a_redirected_descriptor(run_script: RunScript) -> None:
    run = run_script(
        """
        import os
        print("before")
        kept = os.dup(1)
        os.dup2(os.open("elsewhere.txt", os.O_WRONLY | os.O_CREAT), 1)
        for i in range(20): print("hidden", i)
        os.dup2(kept, 1)
        print("after"); os.write(1, b"below\\n"); print("end")
        """
    )
    assert named(run) == [("stdout", "before\nafter\n"), ("other", "below\n"), ("stdout", "end\n")]


def test_programs_that_inherit_the_streams_are_other(run_script: RunScript) -> None:
    run = run_script(
        """
        import subprocess, sys
        for i in range(5):
            print("before", i)
            subprocess.run(["sh", "-c", f"echo child {i}; echo complaint {i} >&2"])
            print("after", i, file=sys.stderr)
        """
    )
    expected = [
        piece
        for i in range(5)
        for piece in (
            ("stdout", f"before {i}\n"),
            ("other", f"child {i}\ncomplaint {i}\n"),
            ("stderr", f"after {i}\n"),
        )
    ]
    assert named(run) == expected


def test_a_fork_that_prints(run_script: RunScript) -> None:
    run = run_script(
        """
        import os
        print("before")
        if os.fork() == 0:
            print("in the child")
            os._exit(0)
        os.wait()
        print("after")
        """
    )
    assert named(run) == [("stdout", "before\n"), ("other", "in the child\n"), ("stdout", "after\n")]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(run_script: RunScript, method: str) -> None:
    run = run_script(
        f"""
        import multiprocessing
        def work(): print("in the child", flush=True)
        if __name__ == "__main__":
            process = multiprocessing.get_context("{method}").Process(target=work)
            print("before"); process.start(); process.join(); print("after", process.exitcode)
        """
    )
    assert named(run) == [("stdout", "before\n"), ("other", "in the child\n"), ("stdout", "after 0\n")]


# Source, then what it prints and under which name.
CASES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "nothing": ("pass", []),
    "no line end": ("print('a', end='')", [("stdout", "a")]),
    "empty writes": ("print('', end=''); print('x'); print('', end='', flush=True)", [("stdout", "x\n")]),
    "NUL": ("print('a\\0b')", [("stdout", "a\0b\n")]),
    "not UTF-8": (
        "import sys; sys.stdout.buffer.write(b'\\xff\\xc3\\n'); sys.stdout.buffer.flush(); print('é')",
        [("stdout", "\\xff\\xc3\né\n")],
    ),
    "a character in two halves": (
        "import os, time; os.write(1, b'\\xc3'); time.sleep(0.3); os.write(1, b'\\xa9\\n')",
        [("other", "é\n")],
    ),
    "bytes that are held back": (
        "import sys, time\nsys.stdout.buffer.write(b'one\\n'); sys.stdout.buffer.write(b'two\\n')\n"
        "print('error', file=sys.stderr); time.sleep(0.3)",
        [("stderr", "error\n"), ("stdout", "one\ntwo\n")],
    ),
    "all kinds of bytes": (
        "import sys, array\nwrite = sys.stdout.buffer.write\n"
        "assert write(b'12345\\n') == 6\nsys.stdout.buffer.writelines([b'a\\n', b'b\\n']); sys.stdout.flush()\n"
        "write(bytearray(b'other\\n')); write(memoryview(b'kinds\\n')); write(array.array('B', b'too\\n'))",
        [("stdout", "12345\na\nb\n"), ("other", "other\nkinds\ntoo\n")],
    ),
    "a wrong kind": (
        "import sys\ntry: sys.stdout.buffer.write('text')\nexcept TypeError as error: print(error)",
        [("stdout", "a bytes-like object is required, not 'str'\n")],
    ),
    "the raw file": (
        "import sys; sys.stdout.buffer.raw.write(b'raw\\n'); print('x')",
        [("other", "raw\n"), ("stdout", "x\n")],
    ),
    "/dev/stdout": (
        "open('/dev/stdout', 'w').write('dev\\n'); print('x')",
        [("other", "dev\n"), ("stdout", "x\n")],
    ),
    "reconfigure": (
        "import sys\nsys.stdout.reconfigure(line_buffering=False); print('late')\n"
        "print('early', file=sys.stderr); sys.stdout.flush()",
        [("stderr", "early\n"), ("stdout", "late\n")],
    ),
    "another encoding": (
        "import sys; sys.stdout.reconfigure(encoding='latin-1'); print('é')",
        [("stdout", "\\xe9\n")],
    ),
    "detach": (
        "import io, sys; sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding='utf-8'); print('é')",
        [("stdout", "é\n")],
    ),
    "detached and never flushed": ("import sys; out = sys.stdout.detach(); sys.stdout = None; out.write(b'x\\n')", []),
    "redirect_stdout": (
        "import contextlib, io, sys\n"
        "with contextlib.redirect_stdout(io.StringIO()): print('hidden')\n"
        "with contextlib.redirect_stdout(sys.stderr): print('moved')\nprint('shown')",
        [("stderr", "moved\n"), ("stdout", "shown\n")],
    ),
    "closerange": (
        "import os; os.closerange(3, 256); print(open(__file__).fileno()); print('x')",
        [("stdout", "3\nx\n")],
    ),
    "a closed stream": (
        "import sys\nprint('a'); sys.stdout.close()\n"
        "try: print('b')\nexcept ValueError as error: print(error, file=sys.stderr)",
        [("stdout", "a\n"), ("stderr", "I/O operation on closed file.\n")],
    ),
    "no stream": (
        "import sys; sys.stdout = None; print('a'); print('b', file=sys.__stdout__)",
        [("stdout", "b\n")],
    ),
    "a changed builtin": (
        "import builtins\nfor name in ('map', 'next', 'type', 'isinstance', 'id', 'len', 'range', 'enumerate', 'int',"
        " 'bytes', 'BaseException', 'Exception'):\n    setattr(builtins, name, None)\nprint('x')",
        [("stdout", "x\n")],
    ),
    "exit handlers and threads after the main program": (
        "import atexit, threading, time\natexit.register(print, 'exit handler')\n"
        "def late(): time.sleep(0.05); print('thread')\nthreading.Thread(target=late).start(); print('main')",
        [("stdout", "main\nthread\nexit handler\n")],
    ),
    "an object that prints as it goes": (
        "import sys\nclass Last:\n    def __del__(self): print('gone')\nlast = Last(); print('end')",
        [("stdout", "end\ngone\n")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_case(run_script: RunScript, case: str) -> None:
    source, expected = CASES[case]
    run = run_script(source)
    if case == "detached and never flushed":
        expected = [("stdout", "x\n")]  # flushed as the interpreter ends
    assert named(run) == expected
    assert run["ok"]


@pytest.mark.parametrize(
    ("name", "value", "printed"),
    [("PYTHONUNBUFFERED", "1", "é b\n"), ("PYTHONIOENCODING", "latin-1", "\\xe9 b\n"), ("PYTHONUTF8", "1", "é b\n")],
)
def test_settings_of_the_interpreter(run_script: RunScript, name: str, value: str, printed: str) -> None:
    run = run_script("import sys\nprint('é', 'b')\nprint('c', file=sys.stderr)\n", environ={name: value})
    assert named(run) == [("stdout", printed), ("stderr", "c\n")]


@pytest.mark.parametrize("setting", ["0", "1"], ids=["buffered", "unbuffered"])
def test_a_signal_handler_that_raises_loses_and_doubles_nothing(run_script: RunScript, setting: str) -> None:
    """Every line is there once, but for those that the exception of the handler itself kept from being printed."""
    run = run_script(
        """
        import signal, sys, traceback
        class Now(Exception): pass
        def now(*_):
            global armed
            if armed:
                armed = False
                raise Now
        armed, frames, caught, i = False, set(), 0, 0
        def loop():
            global armed, i
            while i < 20_000:
                i += 1
                armed = True
                print(f"<{i}>\\n", end="")
                armed = False
        signal.signal(signal.SIGALRM, now)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        while i < 20_000:
            try:
                loop()
            except Now as error:
                caught += 1
                frames.update(frame.filename for frame in traceback.extract_tb(error.__traceback__))
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(caught, frames - {__file__}, file=sys.stderr)
        """,
        environ={"PYTHONUNBUFFERED": setting.replace("0", "")},
    )
    printed = [int(line.strip("<>")) for line in text(run, "stdout").splitlines()]
    caught, foreign = text(run, "stderr").split(maxsplit=1)
    assert printed == sorted(set(printed))
    assert 20_000 - len(printed) <= int(caught)
    assert int(caught) > 3
    assert foreign == "set()\n"  # no frame of ours in any traceback


def test_a_signal_handler_that_prints_can_do_so(run_script: RunScript) -> None:
    """Python itself fails where the handler runs while bytes are written; we must not add to that."""
    run = run_script(
        """
        import signal, sys
        failed = worked = 0
        def now(*_):
            global failed, worked
            try: print("!"); worked += 1
            except RuntimeError: failed += 1
        signal.signal(signal.SIGALRM, now)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        for i in range(20_000): print(f"{i}\\n", end="")
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(worked, failed, file=sys.stderr)
        """
    )
    worked, _failed = map(int, text(run, "stderr").split())
    assert worked > 0
    assert text(run).count("!") >= worked  # where only the flushing has failed, it comes later
    assert [int(line) for line in text(run, "stdout", "other").replace("!", "").split()] == list(range(20_000))


def test_a_single_write_of_twenty_megabytes_by_the_script_and_by_a_program(run_script: RunScript) -> None:
    run = run_script(
        """
        import subprocess, sys
        print("a" * 20_000_000)
        subprocess.run([sys.executable, "-c", "import sys; sys.stdout.write('b' * 20_000_000)"], check=True)
        print("end")
        """
    )
    assert run["ok"]
    assert len(text(run)) + run["output_dropped"] == 40_000_005
    assert set(text(run, "stdout")) == set("a\nend")
    assert text(run).endswith("bend\n")


# A process of its own starts the tool: of one that is started straight from here the system would also count the
# memory that pytest had at that moment.
LAUNCHER = """
import os, subprocess, sys
tool = subprocess.Popen(sys.argv[2:], stdout=open(sys.argv[1], "wb"))
_, status, usage = os.wait4(tool.pid, 0)
tool.returncode = os.waitstatus_to_exitcode(status)
print(tool.returncode, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def test_a_gigabyte_is_cut_short_and_counted_in_little_memory(tmp_path: Path) -> None:
    script, output = tmp_path / "script.py", tmp_path / "run.json"
    script.write_text("import sys\nline = 'x' * 1023 + '\\n'\nfor _ in range(1 << 10): sys.stdout.write(line * 1024)\n")
    tool = [sys.executable, "-m", "asyncdemo", "run", "--json", "--python", sys.executable, str(script)]
    told = subprocess.run(
        [sys.executable, "-c", LAUNCHER, str(output), *tool],
        stdout=subprocess.PIPE,
        env=clean_environment({"PYTHONPATH": str(REPOSITORY)}),
        check=True,
    ).stdout
    status, most = map(int, told.split())
    assert status == 0
    assert 20 * MEGABYTE < most < 200 * MEGABYTE
    (run,) = json.loads(output.read_bytes())["runs"]
    assert len(text(run)) + run["output_dropped"] == 1 << 30
    assert run["output_dropped"] > 1 << 29
