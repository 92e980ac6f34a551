"""Completion of names in bash, zsh and fish, through the shells themselves."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.conftest import REPOSITORY, clean_environment

BASH = """
source <(_ASYNCDEMO_COMPLETE=source_bash asyncdemo)
COMP_WORDS=({words}) COMP_CWORD={current}
_asyncdemo_completion asyncdemo
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
FISH = """
_ASYNCDEMO_COMPLETE=source_fish asyncdemo | source
complete -C '{line}'
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    program = tmp_path / "asyncdemo"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m asyncdemo "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    return clean_environment({"PATH": path, "PYTHONPATH": str(REPOSITORY), "HOME": str(tmp_path)})


def in_shell(shell: str, script: str, environment: dict[str, str]) -> list[str]:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run(
        [shell, "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["asyncdemo", "ru"], ["run"]),
        (["asyncdemo", "run", "una"], ["unawaited-coroutine", "unawaited"]),
        (["asyncdemo", "run", "simulated-io-wait", ":"], ["sync", "threads", "async", "anyio"]),
        (["asyncdemo", "run", "simulated-io-wait", ":", "as"], ["async"]),
        (["asyncdemo", "compare", "sync", "any"], ["anyio"]),
        (["asyncdemo", "run", "--outp"], ["--output-only"]),
        (["asyncdemo", "exercise", "the-last"], ["the-last-page", "the-last-seat"]),
        (["asyncdemo", "explain", "co"], ["coroutine", "concurrent"]),
    ],
)
def test_bash_which_breaks_words_at_a_colon(words: list[str], expected: list[str], environment: dict[str, str]) -> None:
    script = BASH.format(words=" ".join(words), current=len(words) - 1)
    assert in_shell("bash", script, environment) == expected


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("command", ["run", "list"])
def test_bash_knows_the_blocks_of_a_document(command: str, environment: dict[str, str], tmp_path: Path) -> None:
    document = tmp_path / "article.md"
    document.write_text(">>> 1\n1\n\ntext\n\n>>> 2\n2\n")
    words = f"asyncdemo {command} {document}#"
    assert in_shell("bash", BASH.format(words=words, current=2), environment) == [f"{document}#1", f"{document}#2"]
    assert in_shell("bash", BASH.format(words=f"{words[:-1]}x#", current=2), environment) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("asyncdemo run una", ["unawaited", "unawaited-coroutine"]),
        ("asyncdemo run simulated-io-wait:as", ["simulated-io-wait:async"]),
    ],
)
def test_fish(line: str, expected: list[str], environment: dict[str, str]) -> None:
    assert in_shell("fish", FISH.format(line=line), environment) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "completed"),
    [("asyncdemo run una", "unawaited"), ("asyncdemo run simulated-io-wait:th", "simulated-io-wait:threads")],
)
def test_zsh_at_its_prompt(typed: str, completed: str, environment: dict[str, str]) -> None:
    zsh = shutil.which("zsh")
    if zsh is None:
        pytest.skip("zsh is not installed")
    shell = pexpect.spawn(zsh, ["-f", "-i"], env=environment, encoding="utf-8", dimensions=(24, 200), timeout=30)
    shell.sendline(
        "autoload -Uz compinit; compinit -u; source <(_ASYNCDEMO_COMPLETE=source_zsh asyncdemo); echo rea''dy"
    )
    shell.expect("ready")
    shell.send(f"{typed}\t")
    shell.expect_exact(completed)
    shell.close(force=True)
