"""Command lines that are understood without Typer mean what they mean to Typer."""

import random
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest
import typer

from asyncdemo.cli.app import app
from asyncdemo.cli.list_targets import list_targets
from asyncdemo.cli.plain_words import asked_for, options, understood
from asyncdemo.cli.run_targets import RunOptions
from tests.conftest import clean_environment

WORDS = ("sync", "x.py", "article.md#3", "simulated-io-wait:async", "", "5", "a b")
KINDS = {"run": RunOptions.__annotations__, "list": list_targets.__annotations__}
NEVER = ("-", "--", "-m", "-V", "--help", "--nonsense", "--json=1", "--timeout", "--save", "-x", "--out")


def by_typer(line: list[str]) -> dict[str, Any]:
    """What Typer makes of it, without what was left out."""
    command: Any = typer.main.get_command(import_module(f"asyncdemo.cli.{line[0]}").app)
    found: dict[str, Any] = command.make_context(line[0], line[1:]).params
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    return {
        name: value for name, value in given.items() if value not in (None, (), False) or name in ("source", "timeline")
    }


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_both_understand_the_same(name: str, seed: int) -> None:
    order = random.Random(seed)
    known = options(KINDS[name])
    plain = 0
    for _ in range(40):
        parts = [[word] for word in (*WORDS, *NEVER[:2])]
        parts += [
            [option] if isinstance(value, bool) else [option, order.choice(WORDS)]
            for option, (_, value) in known.items()
        ]
        line = [name, *(word for part in order.sample(parts, order.randrange(5)) for word in part)]
        found = understood(line[1:], KINDS[name])
        if found is None:
            continue
        plain += 1
        theirs = {key: value for key, value in by_typer(line).items() if value is not None}
        assert found == theirs | {key: value for key, value in found.items() if value in ((), "")}, line
    assert plain > 5


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("word", NEVER)
def test_what_is_not_plain_is_left_to_typer(name: str, word: str) -> None:
    assert understood([word], KINDS[name]) is None
    assert understood(["sync", word, "x"], KINDS[name]) is None


@pytest.mark.parametrize(
    "line", [[], ["compare"], ["--help"], ["lst"], ["run", "--python"], ["run", "--set", "--json"]]
)
def test_nor_are_other_commands_and_slips(line: list[str]) -> None:
    assert asked_for(line, {}).func is app  # type: ignore[attr-defined]
    assert asked_for(["list", "1", "2"], {}).func is app  # type: ignore[attr-defined]


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "spared"),
    [
        (["list"], {"typer", "inspect", "tomllib", "ctypes", "shutil", "asyncio", "rich", "anyio"}),
        (["run", "sync-main", "--output-only"], {"typer", "ast", "tomllib", "ctypes", "shutil", "asyncio", "rich"}),
    ],
)
def test_what_is_dear_to_load_is_not_loaded(line: list[str], spared: set[str]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "asyncdemo", *line]
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), check=True)
    loaded = {each.rpartition("|")[2].strip() for each in done.stderr.splitlines() if each.startswith("import time:")}
    assert "asyncdemo.cli.plain_words" in loaded
    assert not loaded & spared
