"""Every command on Windows, under Wine, compared with what it does here."""

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY, Result
from tests.windows.conftest import Python, on_drive

pytestmark = [pytest.mark.windows, pytest.mark.process]
Here = Callable[..., Result]

ARTICLE = "sync-main", "unawaited-coroutine", "print-coroutine", "asyncio-run"


def outputs(text: str) -> list[list[tuple[str, str]]]:
    """The streams and texts of each run of a JSON document, whatever its paths and addresses are."""
    return [[(each["stream"], _plain(each["text"])) for each in run["output"]] for run in json.loads(text)["runs"]]


def _plain(text: str) -> str:
    return re.sub(r"\S*[/\\](?=[\w-]+\.\w+:\d+)", "", re.sub(r"0x[0-9a-fA-F]+", "0x", text))


def test_the_course_is_listed_and_shown_as_elsewhere(windows: Python, asyncdemo: Here) -> None:
    for words in (("list",), ("show", "sync-main"), ("explain", "blocking-call")):
        assert windows(*words) == asyncdemo(*words)


def test_the_scenarios_of_the_article_print_what_they_print_elsewhere(windows: Python, asyncdemo: Here) -> None:
    there, here = (command("run", *ARTICLE, "--json") for command in (windows, asyncdemo))
    assert (there.status, there.stderr) == (0, here.stderr)
    assert outputs(there.stdout) == outputs(here.stdout)
    streams = [{stream for stream, _ in run} for run in outputs(there.stdout)]
    assert streams == [{"stdout"}, {"stderr"}, {"stdout", "stderr"}, {"stdout"}]
    found = [[(each["rule"], each["line"]) for each in run["findings"]] for run in json.loads(there.stdout)["runs"]]
    assert found == [[], [("never-awaited", 43)], [("never-awaited", 42)], []]


def test_waits_overlap_and_their_output_keeps_its_order(windows: Python, asyncdemo: Here) -> None:
    there, here = (command("run", "simulated-io-wait", "--json") for command in (windows, asyncdemo))
    assert there.status == 0
    order = {
        run["variant"]: "".join(each["text"] for each in run["output"]) for run in json.loads(there.stdout)["runs"]
    }
    expected = {
        run["variant"]: "".join(each["text"] for each in run["output"]) for run in json.loads(here.stdout)["runs"]
    }
    assert order["sync"] == expected["sync"]
    assert {name: sorted(text.splitlines()) for name, text in order.items()} == {
        name: sorted(text.splitlines()) for name, text in expected.items()
    }
    for name in ("async", "anyio"):  # one turn of the loop asks them all
        words = [line.partition(" ")[0] for line in order[name].splitlines()]
        assert words == ["ask"] * 10 + ["got"] * 10


def test_a_blocking_call_is_found_and_the_lanes_show_it(windows: Python) -> None:
    ran = windows("run", "blocking-sleep:rude", "--json", "--spans")
    (run,) = json.loads(ran.stdout)["runs"]
    names = {task["id"]: task["coroutine"] for task in run["tasks"]}
    blocked = [span for span in run["spans"] if span["state"] == "blocked"]
    assert [names[span["task"]] for span in blocked] == ["job"] * 3
    assert all(span["end"] - span["start"] > 0.2 for span in blocked)
    (finding,) = run["findings"]
    assert (finding["rule"], finding["line"]) == ("blocking-call", 29)
    assert finding["message"].startswith("Something in job() blocks the event loop; beat was")


STUCK = "import asyncio\nasync def main():\n    await asyncio.Event().wait()\nasyncio.run(main())\n"


def test_a_deadlock_is_proved(windows: Python, tmp_path: Path) -> None:
    (tmp_path / "stuck.py").write_text(STUCK)
    ran = windows("run", "stuck.py", "--json", "--fail-on", "deadlock")
    assert ran.status == 3
    assert [each["rule"] for each in json.loads(ran.stdout)["runs"][0]["findings"]] == ["deadlock"]


def test_async_is_faster_than_sync(windows: Python) -> None:
    compared = json.loads(windows("compare", "sync", "async", "--runs", "6", "--json").stdout)
    (comparison,) = compared["comparisons"]
    assert (comparison["id"], comparison["verdict"]) == ("async", "faster")


@pytest.mark.parametrize("chapter", [1, 2, 3, 4])
def test_the_scenarios_of_a_chapter_pass_their_checks(windows: Python, asyncdemo: Here, chapter: int) -> None:
    rows = [row.split("\t") for row in asyncdemo("list").stdout.splitlines()]
    names = [name for name, of, *_ in rows if int(of) == chapter]
    checked = windows("check", *names, "--json", "--timeout", "120", timeout=900)  # to start Wine takes a while
    assert checked.stdout, checked.stderr
    results = json.loads(checked.stdout)["results"]
    assert {each["target"].partition(":")[0] for each in results} == set(names)
    failed = {each["target"].partition(":")[0] for each in results if each["status"] == "failed"}
    if failed == {"cpu-three-ways"} and os.getloadavg()[0] > (os.cpu_count() or 1):
        pytest.skip("on a busy machine nobody can tell there whether a long step computes, as doctor says")
    assert failed == set()
    assert checked.status == 0


FOLDERS = """import os, sys
from asyncdemo.probe.inject._asyncdemo_libraries import folders, is_installed, is_own
import packaging
for path in os.__file__, packaging.__file__, os.path.join(sys.prefix, "mine.py"):
    print(is_own(path, folders()), is_installed(path, folders()))
"""


def test_libraries_are_told_from_what_lies_beside_python(python: Python) -> None:
    told = python("-c", FOLDERS)
    assert told.stdout.split() == ["False", "False", "False", "True", "True", "False"], told.stderr


DOCUMENT = """# An article

```python
import asyncio

async def main():
    print('greetings')

main()
```

    $ python other.py

```python
import asyncio, time

async def work():
    time.sleep(0.1)
    print('d\u00f6ne')

asyncio.run(work())
```
"""


def test_an_article_with_the_line_ends_of_windows_runs(windows: Python, tmp_path: Path) -> None:
    (tmp_path / "my article.md").write_bytes(DOCUMENT.replace("\n", "\r\n").encode())
    ran = windows("run", on_drive(tmp_path / "my article.md"), "--json")
    first, second = json.loads(ran.stdout)["runs"]
    assert [(each["rule"], each["line"]) for each in first["findings"]] == [("never-awaited", 9)]
    assert first["output"][0]["stream"] == "stderr"
    assert "".join(each["text"] for each in second["output"]) == "d\u00f6ne\n"
    assert ran.status == 0


def test_all_forms_are_saved(windows: Python, tmp_path: Path) -> None:
    forms = "x.json", "x.html", "x.svg", "x.md", "x.trace.json"
    ran = windows("run", "asyncio-run", *(word for form in forms for word in ("--save", form)))
    assert (ran.stderr, ran.status) == ("", 0)
    for form in forms:
        data = (tmp_path / form).read_bytes()
        assert b"greetings" in data or form.endswith((".svg", ".trace.json"))
        assert b"\r\n" not in data
    replayed = windows("replay", "x.json")
    assert "greetings" in replayed.stdout and replayed.status == 0
    assert json.loads((tmp_path / "x.trace.json").read_text())


def test_the_tour_is_text(windows: Python, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("print('the script has run')\n")
    toured = windows("tour", "a.py")
    assert "the script has run" in toured.stdout
    assert (toured.stderr, toured.status) == ("", 0)


STAYS = """import subprocess, sys, time
beat = "import time\\nwhile True:\\n    open('beats', 'a').write('.')\\n    time.sleep(0.05)"
subprocess.Popen([sys.executable, "-c", beat])
print("begun", flush=True)
while True:
    time.sleep(1)
"""


def test_a_timeout_leaves_no_process(windows: Python, tmp_path: Path) -> None:
    (tmp_path / "stays.py").write_text(STAYS)
    ran = windows("run", "stays.py", "--timeout", "15", "--json")
    (run,) = json.loads(ran.stdout)["runs"]
    assert run["outcome"] == {"kind": "timed-out", "after": 15.0}
    assert run["output"][0]["text"] == "begun\n"
    before = (tmp_path / "beats").stat().st_size
    assert before > 0  # it was there
    time.sleep(1)
    assert (tmp_path / "beats").stat().st_size == before
    assert ran.status == 1


def test_doctor_says_what_is_less_exact(windows: Python) -> None:
    said = windows("doctor")
    assert said.status == 0
    words = " ".join(said.stdout.split())
    assert "tried under Wine only" in words
    assert "the lines that held a loop are not known" in words
    assert "a long step that computes is left out, or passes for one that was blocked" in words


# Each prints the same as without us, on each of its streams; what is written below Python is `other`.
HOSTILE: dict[str, str] = {
    "alternating": "import sys\nfor i in range(200):\n    print(i); print(-i, file=sys.stderr)",
    "leaves at once": "import os\nprint('x', flush=True)\nos._exit(7)",
    "leaves with words": "raise SystemExit('bye')",
    "fails in a task": "import asyncio\nasync def main():\n    await asyncio.sleep(0.01)\n    1/0\nasyncio.run(main())",
    "fails in a group": "import asyncio\nasync def f(): raise OSError(5, 'x')\nasync def main():\n"
    "    async with asyncio.TaskGroup() as g: g.create_task(f())\nasyncio.run(main())",
    "long line": "print('z' * 3_000_000)",
    "carriage returns": "import sys\nsys.stdout.write('50%\\r'); sys.stdout.flush(); sys.stdout.write('100%\\r\\n')",
    "closes stdout": "import sys\nprint('x')\nsys.stdout.close()",
    "looks for us": "import os, sys\nprint([k for k in os.environ if 'ASYNC' in k], [p for p in sys.path if 'probe' in p],"
    " [m for m in sys.modules if 'asyncdemo' in m], sys.argv)",
    "looks at its streams": "import sys\nprint(sys.stdout.encoding, sys.stderr.errors, type(sys.stdout), sys.stdin.isatty())",
    "looks at signals": "import signal\nprint(signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGBREAK))",
    "looks at threads": "import threading\nprint(threading.enumerate()[0].name, threading.active_count())",
    "syntax error": "def f(:",
    "warns": "import warnings\nwarnings.warn('w')",
    "crashes": "import ctypes\nprint('dies', flush=True)\nctypes.string_at(0)",
    "replaces stdout": "import io, sys\nold, sys.stdout = sys.stdout, io.StringIO()\nprint('hidden')\nprint('seen', file=old)",
    "exits at exit": "import atexit, os\natexit.register(lambda: print('last'))\nprint('first')",
    "selector loop": "import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    print(type(asyncio.get_running_loop()))\n"
    "loop = asyncio.SelectorEventLoop()\nloop.run_until_complete(f())\nloop.close()",
    "starts a program of asyncio": "import asyncio, sys\nasync def f():\n    p = await asyncio.create_subprocess_exec(sys.executable,"
    " '-c', 'print(42)', stdout=asyncio.subprocess.PIPE)\n    print(await p.communicate(), p.returncode)\nasyncio.run(f())",
    "never ends a thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(0.1,)).start()\nprint('main is over')",
}


@pytest.fixture
def plain(python: Python, tmp_path: Path) -> Callable[[str], Result]:
    """Run a script of that folder without us; lines end with LF in what it printed."""

    def run(name: str) -> Result:
        ran = python(name, env={"PYTHONIOENCODING": "utf-8"})
        return Result(ran.stdout.replace("\r\n", "\n"), ran.stderr.replace("\r\n", "\n"), ran.status)

    return run


def test_hostile_scripts_print_what_they_print_alone(
    windows: Python, plain: Callable[[str], Result], tmp_path: Path
) -> None:
    for number, text in enumerate(HOSTILE.values()):
        (tmp_path / f"s{number}.py").write_text(text + "\n")
    files = [f"s{number}.py" for number in range(len(HOSTILE))]
    runs: list[dict[str, Any]] = json.loads(windows("run", *files, "--json", timeout=900).stdout)["runs"]
    for name, file, run in zip(HOSTILE, files, runs, strict=True):
        alone = plain(file)
        texts = dict.fromkeys(("stdout", "stderr", "other"), "")
        for each in run["output"]:
            texts[each["stream"]] += each["text"]
        told = Result(texts["stdout"], texts["stderr"] + texts["other"], run["outcome"].get("code") & 0xFF)
        assert told == alone, name


def test_text_that_no_code_page_has_is_printed_as_on_a_console(windows: Python, tmp_path: Path) -> None:
    (tmp_path / "snake.py").write_text("print('\u2192 \U0001f40d')\n", encoding="utf-8")
    ran = windows("run", "snake.py", "--json")
    assert json.loads(ran.stdout)["runs"][0]["output"][0]["text"] == "\u2192 \U0001f40d\n"


def test_output_alone_passes_everything_on(windows: Python, tmp_path: Path) -> None:
    (tmp_path / "three.py").write_text("import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(3)\n")
    assert windows("run", "--output-only", "three.py") == Result("out\r\n", "err\r\n", 3)
    assert windows("run", "--output-only", "--timeout", "5", str(REPOSITORY / "nothing.py")).status == 2
