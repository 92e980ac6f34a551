"""Which editor `e` starts."""

from pathlib import Path

import pytest

from asyncdemo.cli.tour_session import editor_of


@pytest.mark.parametrize(
    ("here", "environ", "editor"),
    [
        (["vi", "nano"], {"VISUAL": "code -w", "EDITOR": "ed"}, "code -w"),
        (["vi", "nano"], {"VISUAL": " ", "EDITOR": "ed"}, "ed"),
        (["vi", "nano"], {}, "nano"),
        (["vi"], {"EDITOR": ""}, "vi"),
        ([], {}, None),
    ],
)
def test_an_editor_is_found(tmp_path: Path, here: list[str], environ: dict[str, str], editor: str | None) -> None:
    for name in here:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    assert editor_of({**environ, "PATH": str(tmp_path)}) == editor
