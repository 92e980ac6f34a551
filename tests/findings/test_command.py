"""The commands that have to do with findings, run as a person runs them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.catalogue import course
from asyncdemo.cli.exit_status import annotate, are_broken
from asyncdemo.findings import RULES
from asyncdemo.findings.rules import explanation, glossary
from asyncdemo.model.recording import Finding
from tests.conftest import Result
from tests.findings.fabricated import run as fabricated
from tests.findings.fabricated import task

NEVER = 'async def main():\n    print("greetings")\n\n\nmain()\n'
NOTE = "import asyncio\nimport time\n\n\nasync def main():\n    time.sleep(0.1)\n\n\nasyncio.run(main())\n"
DEADLOCK = "import asyncio\n\n\nasync def main():\n    await asyncio.Event().wait()\n\n\nasyncio.run(main())\n"
Write = Callable[[str], str]
FAILS = NEVER + "raise SystemExit(4)\n"


@pytest.fixture
def script(tmp_path: Path) -> Write:
    def write(text: str) -> str:
        (tmp_path / "script.py").write_text(text)
        return "script.py"

    return write


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "rules", "status"),
    [
        (NEVER, "never-awaited", 3),
        (NEVER, "blocking-call,never_awaited", 3),
        (NEVER, "any", 3),
        (NEVER, "blocking-call", 0),
        (NOTE, "any", 0),
        (NOTE, "blocking-call", 3),
        (FAILS, "any", 1),
        ("print(42)\n", "any", 0),
    ],
)
def test_fail_on(text: str, rules: str, status: int, script: Write, asyncdemo: Callable[..., Result]) -> None:
    assert asyncdemo("run", script(text), "--json", "--fail-on", rules).status == status


@pytest.mark.slow
@pytest.mark.parametrize("rules", ["deadlock", "any"])
def test_fail_on_ends_a_deadlock_at_once(rules: str, script: Write, asyncdemo: Callable[..., Result]) -> None:
    result = asyncdemo("run", script(DEADLOCK), "--json", "--fail-on", rules)
    (told,) = json.loads(result.stdout)["runs"]
    assert result.status == 3
    assert told["outcome"] == {"kind": "interrupted", "reason": "deadlock"}
    assert [finding["rule"] for finding in told["findings"]] == ["deadlock"]


@pytest.mark.slow
def test_it_does_so_too_when_the_last_child_has_ended_that_could_wake_it(
    script: Write, asyncdemo: Callable[..., Result]
) -> None:
    child = "import subprocess\nchild = subprocess.Popen(['sleep', '0.7'])\n"
    result = asyncdemo("run", script(child + DEADLOCK), "--json", "--fail-on", "deadlock", "--timeout", "20")
    (told,) = json.loads(result.stdout)["runs"]
    assert told["outcome"] == {"kind": "interrupted", "reason": "deadlock"}


@pytest.mark.slow
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_deadlock_is_told_at_once_and_once(form: list[str], script: Write, asyncdemo: Callable[..., Result]) -> None:
    result = asyncdemo("run", script(DEADLOCK), "--timeout", "3", *form)
    said = "nothing can wake this program: no timer, no input, no thread"
    assert (result.stderr if form else result.stdout).count(said) == 1
    assert result.status == 1


@pytest.mark.slow
def test_check_does_not_wait_for_a_deadlock(tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    (tmp_path / "hangs.py").write_text(f'"""Hang."""\n{DEADLOCK}')
    result = asyncdemo("check", "hangs", "--scenarios", str(tmp_path))
    assert "it was in a deadlock: nothing could wake it any more" in result.stdout
    assert result.status == 3


@pytest.mark.slow
def test_check_passes_a_deadlock_that_is_expected(tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    metadata = '# /// script\n# [tool.asyncdemo]\n# findings = ["deadlock"]\n# ///\n'
    promised = "\n# Errors:\n# Traceback (most recent call last):\n# ...\n"
    (tmp_path / "hangs.py").write_text(f'"""Hang."""\n{metadata}{DEADLOCK}{promised}')
    result = asyncdemo("check", "hangs", "--scenarios", str(tmp_path))
    assert "deadlock" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fail-on", "nested-rum"], "--fail-on nested-rum: no rule is called 'nested-rum'; did you mean nested-run?"),
        (["--fail-on", "any,bogus"], "--fail-on any,bogus: no rule is called 'bogus'; asyncdemo explain lists them"),
        (["--fail-on", ""], "--fail-on : no rule is called ''; asyncdemo explain lists them"),
        (["--fail-on", "any", "--output-only"], "--output-only and --fail-on exclude each other: choose one"),
        (
            ["--threshold", "never-awaited=1"],
            "--threshold never-awaited=1: no rule with a threshold is called 'never-awaited'; those are stuck, "
            "endless-step, swallowed-cancellation, blocking-call, cpu-bound-step, spinning, starved-task, never-suspends, "
            "sequential-awaits",
        ),
    ],
)
def test_mistakes(arguments: list[str], message: str, script: Write, asyncdemo: Callable[..., Result]) -> None:
    assert asyncdemo("run", script(NEVER), *arguments) == Result("", f"asyncdemo: {message}\n", 2)


@pytest.mark.slow
def test_json_has_findings_and_thresholds_count(script: Write, asyncdemo: Callable[..., Result]) -> None:
    def findings(*arguments: str) -> list[dict[str, object]]:
        return json.loads(asyncdemo("run", script(NOTE), "--json", *arguments).stdout)["runs"][0]["findings"]

    (finding,) = findings()
    assert {**finding, "path": "", "seconds": 0.1} == {
        "rule": "blocking-call",
        "severity": "note",
        "path": "",
        "line": 6,
        "seconds": 0.1,
        "times": 1,
        "tasks": finding["tasks"],
        "message": "It blocks the event loop; no other task was seen to be ready meanwhile.",
        "advice": "await asyncio.sleep(0.1)",
    }
    assert findings("--threshold", "blocking-call=5") == []


@pytest.mark.slow
def test_annotations_go_to_stderr(script: Write, tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    done = asyncdemo("run", script(NEVER), "--json", env={"GITHUB_ACTIONS": "true"})
    json.loads(done.stdout)
    assert done.stderr == (
        f"::error title=never-awaited,file={tmp_path}/script.py,line=5::"
        "main() only creates a coroutine object; not one line of its body has run. Fix: import asyncio at the top, and here: asyncio.run(main())\n"
    )


def test_annotations_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    finding = Finding("never-awaited", "note", "a,b:c%\n.py", None, "100 %\r\nof it.", "x")
    run = fabricated()._replace(findings=(finding,))
    annotate([run], {})
    annotate([run, fabricated()], {"GITHUB_ACTIONS": "true"})
    wanted = "::notice title=never-awaited,file=a%2Cb%3Ac%25%0A.py::100 %25%0D%0Aof it. Fix: x\n"
    assert capsys.readouterr() == ("", wanted)


def test_what_is_not_observed_meets_no_expectation(capsys: pytest.CaptureFixture[str]) -> None:
    assert not are_broken([fabricated()], frozenset())
    assert are_broken([fabricated()], frozenset({"any"}))
    assert capsys.readouterr().err == "asyncdemo: app: not observed, so --fail-on cannot be kept\n"


OTHER_LOOP = """\
import asyncio


class Loop(asyncio.AbstractEventLoop):
    def run_forever(self):
        asyncio._set_running_loop(self)
        asyncio._set_running_loop(None)


Loop().run_forever()
"""


@pytest.mark.slow
def test_what_is_not_traced_meets_no_expectation(script: Write, asyncdemo: Callable[..., Result]) -> None:
    done = asyncdemo("run", script(OTHER_LOOP), "--json", "--fail-on", "any")
    assert json.loads(done.stdout)["runs"][0]["findings"] == []
    assert done.stderr == "asyncdemo: script.py: not all of its tasks were traced, so --fail-on cannot be kept\n"
    assert done.status == 3


@pytest.mark.parametrize(
    ("rules", "broken"),
    [
        ({"any"}, True),
        ({"blocking-call"}, True),
        ({"never-awaited", "unfinished-async-generator"}, True),
        ({"never-awaited"}, False),  # Python says it, whether tasks are traced or not
        ({"exception-never-retrieved", "nested-run", "task-destroyed-pending"}, False),
        (set(), False),
    ],
)
def test_an_incomplete_trace_meets_expectations_that_need_none(
    rules: set[str], broken: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = fabricated([task(1, "work")], complete=False)._replace(findings=())
    assert are_broken([torn], frozenset(rules)) is broken
    said = "asyncdemo: app: not all of its tasks were traced, so --fail-on cannot be kept\n"
    assert capsys.readouterr().err == (said if broken else "")


def test_a_finding_says_enough_of_an_incomplete_trace(capsys: pytest.CaptureFixture[str]) -> None:
    finding = Finding("never-awaited", "error", None, None, "It is.", "await it")
    torn = fabricated([task(1, "work")], complete=False)._replace(findings=(finding,))
    assert are_broken([torn], frozenset({"any"}))
    assert capsys.readouterr().err == ""


def test_explain_lists_the_rules(asyncdemo: Callable[..., Result]) -> None:
    listed = asyncdemo("explain")
    assert [line.split("\t")[0] for line in listed.stdout.splitlines()] == list(RULES)
    assert all(len(line.split("\t")[1]) <= 48 for line in listed.stdout.splitlines())


@pytest.mark.parametrize("word", ["never-awaited", "never_awaited", "NEVER-A"])
def test_explain_piped_is_the_markdown(word: str, asyncdemo: Callable[..., Result]) -> None:
    assert asyncdemo("explain", word) == Result(explanation("never-awaited"), "", 0)


@pytest.mark.parametrize("word", ["task", "Task", "event-loop", "event loop", "aw", "legend"])
def test_explain_says_what_a_word_means(word: str, asyncdemo: Callable[..., Result]) -> None:
    """`task` is a word, not the beginning of a rule."""
    name = {"aw": "await"}.get(word, word.lower().replace(" ", "-"))
    assert asyncdemo("explain", word) == Result(glossary()[name], "", 0)


def test_the_glossary_has_the_first_words_in_a_few_plain_sentences() -> None:
    found = glossary()
    assert [*found][:4] == ["coroutine", "task", "event-loop", "await"]
    assert not found.keys() & RULES.keys()
    for word, meaning in found.items():
        assert meaning.count("\n") < 20
        if word != "legend":
            assert re.search(word.partition("-")[0][:5], meaning.partition(". ")[0], re.IGNORECASE), word
        names = re.findall(r"asyncdemo run ([a-z-]+)", meaning)
        assert set(names) <= {each.name for each in course.load([course.built_in()]).scenarios}


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("never", "'never' can be never-awaited or never-suspends: type more of it"),
        ("blockingcall", "no rule is called 'blockingcall'; did you mean blocking-call?"),
        ("bogus", "no rule is called 'bogus'; asyncdemo explain lists them"),
    ],
)
def test_explain_says_what_was_perhaps_meant(word: str, message: str, asyncdemo: Callable[..., Result]) -> None:
    assert asyncdemo("explain", word) == Result("", f"asyncdemo: {message}\n", 2)
