"""What stands on stderr counts as Python's word only where Python wrote it: a script may print the same text."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args

import pytest

from asyncdemo.findings.python_messages import reports
from asyncdemo.findings.rules import SAID
from asyncdemo.model.recording import Output, Writer
from asyncdemo.model.recording_json import Recording, from_text, to_json
from asyncdemo.probe.inject import _asyncdemo_layout as layout
from tests.findings.fabricated import run as fabricated
from tests.processes import needs_interpreter

process = [pytest.mark.slow, pytest.mark.process]
every = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]
often = {"3.8", "3.11", "3.15"}  # the others in `make observation`
each_python = pytest.mark.parametrize(
    "version",
    [pytest.param(each, marks=[*process, *[pytest.mark.observation] * (each not in often)]) for each in every],
)

UNAWAITED = "app.py:3: RuntimeWarning: coroutine 'save' was never awaited\n"
LOST = (
    "Task exception was never retrieved\nfuture: <Task finished name='Task-2' coro=<save() done, defined at app.py:3> "
    "exception=ValueError('boom')>\n"
)
DESTROYED = (
    "Task was destroyed but it is pending!\ntask: <Task pending name='Task-2' coro=<save() running at app.py:3>>\n"
)
IGNORED = (
    "Exception ignored in: <async_generator object save at 0x7f>\nRuntimeError: async generator ignored GeneratorExit\n"
)
RAISED = 'Traceback (most recent call last):\n  File "app.py", line 3, in main\n    save()\nValueError: boom\n'


def said(text: str, writer: Writer | None) -> list[str]:
    return [each.kind for each in reports([Output(0.5, "stderr", text, writer=writer)])]


@pytest.mark.parametrize(
    ("text", "kind", "writers"),
    [
        (UNAWAITED, "never-awaited", {"warning", "python"}),
        (LOST, "never-retrieved", {"loop"}),
        (DESTROYED, "destroyed", {"loop"}),
        (IGNORED, "generator", {"python"}),
        (RAISED, "raised", {"python", "loop", "traceback"}),
    ],
)
def test_only_what_python_wrote_counts(text: str, kind: str, writers: set[str]) -> None:
    assert {writer for writer in get_args(Writer) if said(text, writer) == [kind]} == writers
    assert all(said(text, writer) == [] for writer in set(get_args(Writer)) - writers)
    assert said(text, None) == [kind]  # a recording that does not tell


def test_a_line_that_two_have_written_is_the_scripts() -> None:
    pieces = [
        Output(0.5, "stderr", UNAWAITED[:20], writer="script"),
        Output(0.6, "stderr", UNAWAITED[20:], writer="warning"),
    ]
    assert reports(pieces) == []
    assert len(reports([piece._replace(writer="warning") for piece in pieces])) == 1


def test_a_traceback_that_only_ends_like_the_warning() -> None:
    text = RAISED.replace("ValueError: boom", "RuntimeWarning: coroutine 'save' was never awaited")
    assert said(text, "traceback") == ["raised"]


def test_a_recording_keeps_who_wrote_and_one_without_it_loads() -> None:
    assert get_args(Writer) == layout.WRITERS
    run = fabricated()._replace(output=(Output(0.5, "stderr", UNAWAITED, writer="warning"), Output(0.6, "stdout", "a")))
    document = to_json(Recording((run,)))
    assert from_text(json.dumps(document)).runs[0].output == run.output
    assert "writer" not in document["runs"][0]["output"][1]
    del document["runs"][0]["output"][0]["writer"]
    assert from_text(json.dumps(document)).runs[0].output[0].writer is None


def observed(folder: Path, version: str, source: str) -> dict[str, Any]:
    script = folder / "script.py"
    script.write_text(dedent(source))
    python = needs_interpreter(version)
    command = [sys.executable, "-m", "asyncdemo", "run", "--json", "--python", python, str(script)]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    (run,) = json.loads(done.stdout)["runs"]
    return dict(run)


def found(run: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(each["rule"], each["line"], each["times"]) for each in run["findings"]]


QUOTES = f"""
    import asyncio, logging, subprocess, sys, traceback, warnings

    async def save():
        if False:
            save()

    QUOTED = {UNAWAITED!r}, {LOST!r}, {DESTROYED!r}, {IGNORED!r}
    QUOTED += {RAISED.replace("ValueError: boom", "RuntimeError: asyncio.run() cannot be called from a running event loop")!r},

    async def main():
        for text in QUOTED * 4:  # the interpreter soon executes other instructions than at first
            text = text.replace("app.py", __file__)
            logging.warning("%s", text)
            logging.getLogger("asyncio").error(text)
            print(text, file=sys.stderr)
            sys.stderr.write(text)
            sys.stderr.writelines([text])
            for _ in map(sys.stderr.write, [text]):
                pass
            try:
                raise RuntimeWarning("coroutine 'save' was never awaited")
            except RuntimeWarning:
                traceback.print_exc()
                logging.exception("failed")
            warnings.warn("coroutine 'save' was never awaited", RuntimeWarning)

    asyncio.run(main())
    subprocess.run([sys.executable, "-c", "import sys; sys.stderr.write(sys.argv[1])", "".join(QUOTED)])
"""


@each_python
def test_what_a_script_quotes_is_no_finding(version: str, tmp_path: Path) -> None:
    run = observed(tmp_path, version, QUOTES)
    assert run["ok"]
    assert sum("'save' was never awaited" in each["text"] for each in run["output"]) > 10
    assert [each["rule"] for each in run["findings"] if each["rule"] in SAID] == []


TRUE = """
    import asyncio, gc, logging, sys, warnings

    async def save(): pass

    async def bad():
        raise ValueError("boom")

    async def main():
        {prepare}
        save()
        task = asyncio.ensure_future(bad())
        await asyncio.sleep(0.01)
        del task
        gc.collect()

    {before}
    asyncio.run(main())
"""
SHOW = "lambda *words, **more: sys.stderr.write('mine: ' + warnings.formatwarning(*words[:4], line=None))"


@each_python
@pytest.mark.parametrize(
    "prepare",
    [
        "pass",
        "logging.basicConfig(); logging.captureWarnings(True)",
        f"warnings.showwarning = {SHOW}",
        "warnings.simplefilter('error')",
        "asyncio.get_event_loop().set_debug(True)",
        "asyncio.get_event_loop().set_exception_handler(lambda loop, context: loop.default_exception_handler(context))",
    ],
)
def test_what_python_says_is_one_however_it_is_shown(version: str, prepare: str, tmp_path: Path) -> None:
    run = observed(tmp_path, version, TRUE.format(prepare=prepare, before="pass"))
    assert found(run) == [("never-awaited", 11, 1), ("exception-never-retrieved", 7, 1)]


@each_python
def test_a_warning_of_the_interpreters_own_end(version: str, tmp_path: Path) -> None:
    run = observed(tmp_path, version, "async def save(): pass\nkept = save()\n")
    assert found(run) == [("never-awaited", 2, 1)]
