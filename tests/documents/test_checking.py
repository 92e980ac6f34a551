"""`check` of documents, run for real, and what is expected by the output that a document shows."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.documents.document_blocks import blocks
from asyncdemo.expectations.line_matching import as_text
from asyncdemo.expectations.run_checks import block_mismatches
from asyncdemo.model.recording import Outcome, Output, Python, Run, Subject
from tests.conftest import Result
from tests.documents.test_commands import ARTICLE

Program = Callable[..., Result]

TRACEBACK = 'Traceback (most recent call last):\n  File "a.md", line 2, in f\n    1/0\nZeroDivisionError: by zero\n'


def mismatches(text: str, *outputs: tuple[str, str], code: int = 0, after_others: bool = False) -> list[str]:
    """What the first block of a document does not keep when it prints this."""
    written = tuple(Output(0.0, stream, text) for stream, text in outputs)  # type: ignore[arg-type]
    run = Run(Subject("a.md#1"), Python("python"), Outcome("exited", code=code), code == 0, output=written)
    found = block_mismatches(blocks(text)[0], run, "a.md", after_others=after_others)
    return [f"{each.place}: {each.message}\n{as_text(each.rows)}" for each in found]


def shows(output: str) -> str:
    return f"```py\nx\n```\n\n```\n{output}```\n"


@pytest.mark.parametrize(
    ("text", "outputs", "code"),
    [
        ("```py\nx\n```", [("stdout", "anything\n"), ("stderr", "any warning\n")], 0),
        (shows("a\nb\n"), [("stdout", "a\nb\n")], 0),
        (shows("a\n\n"), [("stdout", "a")], 0),
        (shows("a\n"), [("stdout", "a\n"), ("stderr", "a warning\n")], 0),
        (shows("a\nwarning\nb\n"), [("stdout", "a\n"), ("stderr", "warning\n"), ("stdout", "b\n")], 0),
        (shows("a\n...\nd\n"), [("stdout", "a\nb\nc\nd\n")], 0),
        (shows("<object object at ...>\n"), [("stdout", "<object object at 0x7f>\n")], 0),
        (shows("took <seconds>\n"), [("stdout", "took 0.21 s\n")], 0),
        (shows("wait...\n"), [("stdout", "wait...\n")], 0),
        (shows("Traceback (most recent call last):\n  ...\nZeroDivisionError: by zero\n"), [("stderr", TRACEBACK)], 1),
        (shows(""), [], 0),
        (">>> x\n1\n>>> y\n<BLANKLINE>\n", [("stdout", "1\n"), ("stdout", "\n")], 0),
        (">>> x\n", [("stderr", "a warning\n")], 0),
        (
            ">>> x\nTraceback (most recent call last):\n  ...\nZeroDivisionError: by zero\n>>> y\n2\n",
            [("stderr", TRACEBACK), ("stdout", "2\n")],
            0,
        ),
        (
            ">>> x\nTraceback (most recent call last):\nZeroDivisionError: ...\n",
            [("stderr", "a warning\n" + TRACEBACK)],
            0,
        ),
        (
            ">>> x\nTraceback (most recent call last):\n  ...\nZeroDivisionError: by zero\n",
            [("stderr", f"{TRACEBACK}\nDuring handling of the above exception, another one\n\n{TRACEBACK}")],
            0,
        ),
    ],
)
def test_kept(text: str, outputs: list[tuple[str, str]], code: int) -> None:
    assert mismatches(text, *outputs, code=code) == []


@pytest.mark.parametrize(
    ("text", "outputs", "code", "found"),
    [
        ("```py\nx\n```", [("stderr", TRACEBACK)], 1, "a.md:2: its exit status was 1: ZeroDivisionError: by zero\n"),
        (shows("a\nb\n"), [("stdout", "a\nc\n")], 0,
         "a.md:7: the output is not as the document shows it\n6   a\n7 - b\n  + c\n"),
        (shows("a ...\n"), [("stdout", "b\n")], 0,
         "a.md:6: the output is not as the document shows it\n6 - a ...\n  + b\n"),
        (shows(""), [("stdout", "a\n")], 0, "a.md:2: the output is not as the document shows it\n  + a\n"),
        (shows("a\n"), [], 0,
         "a.md:6: the output is not as the document shows it\n6 - a\n  ~ nothing was printed there\n"),
        (">>> x\n1\n", [("stdout", "2\n")], 0,
         "a.md:2: the output is not as the document shows it\n2 - 1\n  + 2\n"),
        (">>> x\n", [("stderr", TRACEBACK)], 0,
         "a.md:1: it raised 1 exception, and the document shows none: ZeroDivisionError: by zero\n"),
        (">>> x\nTraceback (most recent call last):\n  ...\nKeyError: 1\n", [("stderr", "quiet\n")], 0,
         "a.md:2: an exception is not as shown\n    ...\n2 - Traceback (most recent call last):\n    ...\n"
         "4 - KeyError: 1\n    ...\n  + quiet\n"),
    ],
)  # fmt: skip
def test_not_kept(text: str, outputs: list[tuple[str, str]], code: int, found: str) -> None:
    assert mismatches(text, *outputs, code=code) == [found]


def test_after_others_only_the_end_is_expected() -> None:
    assert mismatches(shows("b\n"), ("stdout", "a\nb\n"), after_others=True) == []
    assert len(mismatches(shows("b\n"), ("stdout", "b\na\n"), after_others=True)) == 1


@pytest.mark.slow
def test_check_of_a_document(asyncdemo: Program, tmp_path: Path) -> None:
    (tmp_path / "article.md").write_text(ARTICLE.replace("\nAgain:\n", "\n```text\nhullo\n```\n\nAgain:\n"))
    done = asyncdemo("check", "article.md", env={"PATH": os.environ["PATH"]})
    assert done.status == 3
    assert done.stdout == (
        "article.md#1\tfailed\tarticle.md:11: the output is not as the document shows it\n"
        "article.md#2\tpassed\t\n"
        "article.md#3\tpassed\t\n"
        "article.md#4\tpassed\t\n"
        "article.md#5\tpassed\t\n"
        "article.md#6\tpassed\t\n"
        "article.md#7\tskipped\tit is a fragment: #6 defines asyncio and main; "
        "asyncdemo run article.md#7 --cumulative runs it with those before it\n"
    )
    assert "  11 - hullo\n     + hello\n" in done.stderr
    assert "5 of 7 are ready on this machine" in done.stderr
    assert "--update" not in done.stderr


@pytest.mark.slow
def test_what_fails_is_tried_again_but_not_what_hangs(asyncdemo: Program, tmp_path: Path) -> None:
    block = "```py\nopen('{}', 'a').write('x')\n{}\n```\n"
    (tmp_path / "a.md").write_text(block.format("fails", "1 / 0") + block.format("hangs", "while True: pass"))
    done = asyncdemo("check", "a.md", "--timeout", "1")
    assert [row.split("\t")[1] for row in done.stdout.splitlines()] == ["failed", "failed"]
    assert ((tmp_path / "fails").read_text(), (tmp_path / "hangs").read_text()) == ("xx", "x")


@pytest.mark.slow
def test_check_cumulative(asyncdemo: Program, tmp_path: Path) -> None:
    (tmp_path / "article.md").write_text(ARTICLE + "\n```\ngreetings\n```\n")
    (tmp_path / "end.md").write_text("```py\nx = 3\n```\n\n```py\nprint(x)\n```\nprints\n\n```\n3\n```\n")
    done = asyncdemo("check", "end.md", "article.md#7", "--cumulative", "--json")
    assert [(each["target"], each["status"]) for each in json.loads(done.stdout)["results"]] == [
        ("end.md#1", "passed"),
        ("end.md#2", "passed"),
        ("article.md#7", "passed"),
    ]
    assert done.status == 0


def test_what_check_refuses(asyncdemo: Program, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(">>> 1\n1\n")
    assert asyncdemo("check", "a.md", "--update") == Result(
        "", "asyncdemo: --update writes the blocks of scripts; the output in a document is yours to change\n", 2
    )
    assert asyncdemo("check", "sync-main", "--cumulative") == Result(
        "", "asyncdemo: --cumulative is about the blocks of a document: name one, such as article.md\n", 2
    )
