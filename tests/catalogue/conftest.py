"""Folders of scenarios, written as needed."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from asyncdemo.catalogue import course
from asyncdemo.catalogue.scenario import Catalogue

Write = Callable[[str, Mapping[str, str | bytes]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files, given by their paths, below a folder of this name."""

    def write_files(folder: str, files: Mapping[str, str | bytes]) -> Path:
        root = tmp_path / folder
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return write_files


def block(text: str) -> str:
    """Give a script's metadata block of this TOML."""
    lines = "".join(f"# {line}".rstrip() + "\n" for line in text.strip().splitlines())
    return f"# /// script\n{lines}# ///\n"


@pytest.fixture
def catalogue(write: Write) -> Catalogue:
    """The five first scenarios, and one more with variants, as a course."""
    unawaited = block('[tool.asyncdemo]\naliases = ["unawaited"]')
    waits = {f"simulated-io-wait/{name}.py": "TASKS = 10\nDELAY = 0.05\n" for name in ("sync", "threads", "async")}
    return course.load(
        [
            write(
                "course",
                {
                    "sync-main.py": '"""call a function."""\nTEXT = "a"\n',
                    "unawaited-coroutine.py": unawaited,
                    "print-coroutine.py": "",
                    "asyncio-run.py": "",
                    "simulated-io-wait/anyio_.py": block('dependencies = ["no-such-package"]'),
                    **waits,
                    "cpu-three-ways/sync.py": "",
                    "cpu-three-ways/async.py": "",
                    "cpu-three-ways/processes.py": "",
                    "contents.toml": """
                        [[chapter]]
                        title = "First contact"
                        scenarios = ["sync-main", "unawaited-coroutine", "print-coroutine", "asyncio-run",
                                     "simulated-io-wait"]

                        [[chapter]]
                        title = "What really blocks"
                        scenarios = ["cpu-three-ways"]

                        [variants]
                        simulated-io-wait = ["sync", "threads", "async", "anyio"]
                    """,
                },
            )
        ]
    )
