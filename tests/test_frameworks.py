"""Real frameworks: a blocking line and a forgotten await are found in the module where they are, with advice for there.

They are installed into an environment of the tests' own, once; where that cannot be had the tests are skipped.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Result
from tests.environments import environment
from tests.framework_programs import APP, BLOCKS, FORGETS, PACKAGES, PROGRAMS, STORE

pytestmark = [pytest.mark.slow, pytest.mark.process]

ATTEMPTS = 3  # a busy machine can keep the stack from being read while a line blocks
IN_CI, OTHERS = "3.12", ("3.11", "3.14")  # not CPython 3.13.0, which is asked for no stack of another thread
WAYS = {"serve-asyncio": ["serve", "--", "asyncio"], "serve-uvloop": ["serve", "--", "uvloop"]} | {
    name: [name] for name in PROGRAMS if name != "serve"
}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    folder.mkdir()
    for name, source in {"__init__": "", "store": STORE, "app": APP, **PROGRAMS}.items():
        (folder / f"{name}.py").write_text(source)
    return folder


@pytest.mark.parametrize("version", [IN_CI, *(pytest.param(each, marks=pytest.mark.observation) for each in OTHERS)])
@pytest.mark.parametrize("way", WAYS)
def test_both_faults_are_found_where_they_are(
    asyncdemo: Callable[..., Result], program: Path, way: str, version: str
) -> None:
    python = environment(version, *PACKAGES)
    for _ in range(ATTEMPTS):
        done = asyncdemo("run", "--json", "--python", python, "-m", f"web.{WAYS[way][0]}", *WAYS[way][1:])
        (run,) = json.loads(done.stdout)["runs"]
        if any(finding["line"] == BLOCKS for finding in run["findings"]):
            break
    assert run["outcome"] == {"kind": "exited", "code": 0}
    assert "pen" in "".join(output["text"] for output in run["output"])
    assert run["trace"]["not_traced"] is None
    blocking, forgotten = only(run, "blocking-call"), only(run, "never-awaited")
    store = str(program / "store.py")
    assert (blocking["path"], blocking["line"]) == (store, BLOCKS)
    assert (forgotten["path"], forgotten["line"]) == (store, FORGETS)
    assert "await asyncio.to_thread(read_config)" in blocking["advice"]
    assert forgotten["advice"] == "await audit(name)"


def only(run: dict[str, Any], rule: str) -> dict[str, Any]:
    """The only finding of a rule; and no finding's advice begins another loop in a handler."""
    assert not [finding for finding in run["findings"] if "asyncio.run(" in finding["advice"]]
    (found,) = [finding for finding in run["findings"] if finding["rule"] == rule]
    return dict(found)
