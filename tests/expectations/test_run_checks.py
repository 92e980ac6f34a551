"""Whether runs, made by hand, meet what a script expects; and what is said of all of them together."""

from pathlib import Path

import pytest

from asyncdemo.catalogue.scenario import Script, script_from_text
from asyncdemo.expectations.check_result import CheckResult, Summary, sentence, summary
from asyncdemo.expectations.run_checks import depends_on_time, script_mismatches
from asyncdemo.model.recording import Finding, Outcome, Output, Python, Run, Seconds, Stream, Subject

PATH = Path("/my/script.py")
BLOCKS = "\n# Output:\n# out\n\n# Errors:\n# err\n"


def script(blocks: str = BLOCKS, metadata: str = "") -> Script:
    lines = "".join(f"# {line}\n" for line in metadata.splitlines())
    head = f"# /// script\n# [tool.asyncdemo]\n{lines}# ///\n" if metadata else ""
    return script_from_text(f'"""a summary"""\n{head}pass\n{blocks}', PATH)


def run(*pieces: tuple[Stream, str], code: int = 0, findings: tuple[str, ...] | None = (), dropped: int = 0) -> Run:
    made = [Finding(rule, "note", None, None, "message", "advice") for rule in findings or ()]
    return Run(
        Subject("script"),
        Python("python", "3.12.1", "CPython"),
        Outcome("exited", code=code),
        ok=code == 0,
        seconds=Seconds(script=0.2),
        output=tuple(Output(0.0, stream, text) for stream, text in pieces),
        output_dropped=dropped,
        findings=None if findings is None else tuple(made),
    )


def said(of: Script, one: Run) -> list[str]:
    return [mismatch.message for mismatch in script_mismatches(of, one, {}, (3, 12, 1))]


KEPT = run(("stdout", "o"), ("stderr", "err\n"), ("stdout", "ut\n"))


def test_streams_are_told_apart() -> None:
    assert said(script(), KEPT) == []
    assert said(script(), run(("stdout", "err\n"), ("stderr", "out\n"))) == [
        "stdout is not as expected",
        "stderr is not as expected",
    ]


@pytest.mark.parametrize("streams", [("stdout", "other"), ("other", "stderr")])
def test_what_nobody_knows_the_stream_of_may_be_either(streams: tuple[Stream, Stream]) -> None:
    assert said(script(), run((streams[0], "out\n"), (streams[1], "err\n"))) == []


def test_findings() -> None:
    asked = script(metadata='findings = ["never-awaited"]')
    pieces: tuple[tuple[Stream, str], ...] = (("stdout", "out\n"), ("stderr", "err\n"))
    assert said(asked, run(*pieces, findings=("never-awaited", "never-awaited"))) == []
    assert said(asked, run(*pieces, findings=("nested-run", "nested-run"))) == [
        "never-awaited was expected, and not found",
        "nested-run was found, and not expected: message",
    ]
    assert said(script(), run(*pieces, findings=None)) == []
    assert said(asked, run(*pieces, findings=None)) == [
        "nothing was observed, so that it cannot be told whether its findings are made"
    ]


def test_exit_status_and_too_much_output() -> None:
    assert said(script(metadata="exit = 3"), KEPT) == ["its exit status was 0: expected exit status 3"]
    assert said(script(""), run(dropped=5)) == ["it printed too much to be compared: print less"]
    not_started = KEPT._replace(outcome=Outcome("not-started", reason="no such file"))
    assert said(script(), not_started) == ["it could not be started: no such file"]


@pytest.mark.parametrize(
    ("metadata", "alone"),
    [
        ("", False),
        ('findings = ["never-awaited"]', False),
        ('findings = ["blocking-call"]', True),
        ('time = ["under 1 s"]', True),
        ('choices = ["about 1 s"]', True),
        ('choices = ["a"]', False),
    ],
)
def test_what_has_to_run_alone(metadata: str, alone: bool) -> None:
    assert depends_on_time(script(metadata=metadata)) == alone


def test_the_sentence() -> None:
    results = [
        CheckResult("a", "a", "1", "passed"),
        CheckResult("b:x", "b", "1", "passed"),
        CheckResult("b:y", "b", "1", "failed"),
        CheckResult("c:x", "c", "2", "passed"),
        CheckResult("c:y", "c", "2", "skipped"),
        CheckResult("d", "d", "2", "skipped"),
        CheckResult("/x/contents.toml", None, "", "failed"),
    ]
    counted = summary(results)
    assert counted == Summary(5, 2, ("b", "/x/contents.toml"), ("c:y", "d"))
    assert summary(results, ["a", "e"]) == Summary(6, 1, ("b", "/x/contents.toml"), ("c:y", "d"))
    assert sentence(counted, "CPython 3.12.1") == (
        "2 of 5 are ready on this machine (CPython 3.12.1); not: b, /x/contents.toml; skipped: c:y, d."
    )
    assert sentence(Summary(1, 1, (), ()), "PyPy 7") == "1 of 1 is ready on this machine (PyPy 7)."
