"""The README shows what the tool prints, and what it and docs say can be typed can be typed."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdemo.catalogue import course
from asyncdemo.cli.app import COMMANDS
from tests import pictures, readme
from tests.conftest import REPOSITORY, SCENARIOS, Result

ATTEMPTS = 3  # on a busy machine a task can be held up, and that is shown


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize(("command", "output"), list(readme.blocks()))
def test_output_is_current(command: str, output: str) -> None:
    for _ in range(ATTEMPTS):
        found = readme.output_of(command)
        if readme.alike(output, found):
            return
    assert found == output


def test_the_first_commands_and_a_program_of_ones_own_are_shown_with_their_output() -> None:
    shown = dict(readme.blocks())
    assert set(shown) == {
        "asyncdemo list",
        "asyncdemo run unawaited",
        "asyncdemo compare sync async",
        "asyncdemo run rude.py --set DELAY=0.1",
    }
    assert all(shown.values())


@pytest.mark.parametrize("recording", pictures.recordings(), ids=lambda path: str(path.stem))
def test_pictures_are_current(recording: Path) -> None:
    assert recording.with_suffix(".svg").read_text(encoding="utf-8") == pictures.drawn(recording)
    assert any(f"images/{recording.stem}.svg" in page.read_text(encoding="utf-8") for page in readme.PAGES)
    assert "/root" not in recording.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shown", "found", "same"),
    [
        ("sync ███ 1.00 s\n", "sync ██ 0.98 s\n", True),
        ("sync ███ 1.00 s\n", "async ███ 1.00 s\n", False),
        ("sync ███ 0.50 s\n", "sync ███ 5.00 s\n", False),
        ("sync ███ 0.50 s\n", "sync ███ 0.50 ms\n", False),
        ("waiting 97 %", "waiting 88 %", True),
        ("waiting 97 %", "waiting 3 %", False),
        ("10 waits", "1000 waits", False),
        ("line 43", "line 430", False),
        ("blocked 3 times, 0.30 s total", "blocked 3 times, 0.41 s total", True),
        ("blocked 3 times, 0.30 s total", "blocked 3 times, 3.0 s total", False),
        ("CPython 3.11.7", "CPython 3.13.0", True),
        ("main ├─ waiting ─┤░├─ waiting ─┤", "main ├──│── waiting ──┤", True),
        ("9.7x as fast", "8.1x as fast", True),
        ("9.7x as fast", "0.1x as fast", False),
        ("9.7x as fast", "97x as fast", False),
        ("1.2x as fast", "0.9x as fast", False),
    ],
)
def test_the_difference_between_outputs_is_seen(shown: str, found: str, same: bool) -> None:
    assert readme.alike(shown, found) is same


@pytest.mark.slow
def test_the_example_of_a_scenario_is_one(tmp_path: Path, asyncdemo: Callable[..., Result]) -> None:
    example = re.search(r"```python\n(.*?)```", readme.README.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    (tmp_path / "two-waits.py").write_text(example[1])
    listed = asyncdemo("list", "--scenarios", str(tmp_path))
    after = 1 + max(scenario.chapter.number for scenario in course.load([SCENARIOS]).scenarios)
    assert f"two-waits\t{after}\t\twait for two things at once\n" in listed.stdout
    ran = asyncdemo("run", "two-waits", "--scenarios", str(tmp_path), "--output-only", "--set", "DELAY=0.01")
    assert ran == Result("both are there\n", "", 0)
    assert asyncdemo("check", f"{tmp_path}/").stdout == "two-waits\tpassed\t\n"


def test_every_link_leads_to_a_file() -> None:
    for page in readme.PAGES:
        links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (page.parent / link).is_file()] == []


def test_every_option_that_is_named_exists(asyncdemo: Callable[..., Result]) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in readme.PAGES)
    checked, helps = 0, dict[str, str]()
    for line in re.findall(r"asyncdemo [^`\n#|);]+", text):
        words = line.split()
        if len(words) > 1 and words[1] in COMMANDS:
            if words[1] not in helps:
                helps[words[1]] = asyncdemo(words[1], "--help").stdout
            own = words[: words.index("--")] if "--" in words else words
            options = re.findall(r"--[a-z-]+", helps[words[1]])
            assert all(option in options for option in own if option.startswith("--")), line
            checked += 1
    assert checked > 20


def test_the_first_screen_says_on_what_it_runs_as_the_package_does() -> None:
    screen = "\n".join(readme.README.read_text(encoding="utf-8").splitlines()[:40])
    (first, last) = re.findall(r"runs with Python 3\.(\d+) to 3\.(\d+)", screen)[0]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = re.findall(r"Python :: 3\.(\d+)", "\n".join(project["classifiers"]))
    assert versions == [str(number) for number in range(int(first), int(last) + 1)]
    assert project["requires-python"] == f">=3.{first}"
    for system in ("POSIX :: Linux", "MacOS", "Microsoft :: Windows"):
        assert f"Operating System :: {system}" in project["classifiers"]
    assert re.search(rf"CPython 3\.8 to 3\.{last}", screen)
    words = " ".join(screen.split())
    assert "On Linux; on macOS, which we have not tried; and on Windows, tried under Wine." in words
