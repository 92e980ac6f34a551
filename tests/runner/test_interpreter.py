"""Which interpreters there are."""

from pathlib import Path

import pytest

from asyncdemo.runner.interpreter import first_on_path


def test_the_first_version_that_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version, body in (("3.12", "exit 127"), ("3.13", "exit 0"), ("3.14", "exit 0")):
        command = tmp_path / f"python{version}"
        command.write_text(f"#!/bin/sh\n{body}\n")
        command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert first_on_path(["3.11", "3.12", "3.13", "3.14"]) == "3.13"
    assert first_on_path(["3.11", "3.12"]) is None
