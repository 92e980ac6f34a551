"""The commands in the README with their output: run in a terminal, to be compared or written anew.

`python -m tests.readme` (or `make readme`) writes the README's output blocks anew, `python -m tests.readme rules`
(or `make rules`) the table of docs/findings.md.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pexpect

from asyncdemo.findings.rules import RULES, SAID, THRESHOLDS, published
from tests.conftest import REPOSITORY, SCENARIOS, clean_environment

README = REPOSITORY / "README.md"
_BLOCK = re.compile(r"^```console\n\$ (?P<command>asyncdemo [^\n]*)\n(?P<output>.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = (README, *sorted((REPOSITORY / "docs").glob("*.md")))  # all that tells people what to type
RUDE = SCENARIOS / "blocking-sleep" / "rude.py"  # the program that the README runs as a person's own
COURSE = "/tmp/course"  # what the README calls the folder of the scenarios, wherever that is


def blocks() -> Iterator[tuple[str, str]]:
    """Give each command that the README shows with its output, and that output."""
    for match in _BLOCK.finditer(README.read_text(encoding="utf-8")):
        yield match["command"], match["output"]


def output_of(command: str) -> str:
    """Run a command as in a terminal of 80 columns without colour, on a copy of the course in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "course")
        shutil.copytree(SCENARIOS, course, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(RUDE, Path(folder, "rude.py"))
        environment = clean_environment(
            {
                "NO_COLOR": "1",
                "TERM": "dumb",  # no line of progress
                "PYTHONPATH": str(REPOSITORY),
                "ASYNCDEMO_SCENARIOS": str(course),
                "VIRTUAL_ENV": sys.prefix,
            }
        )
        arguments = ["-m", "asyncdemo", *command.split()[1:]]
        shown, _ = pexpect.run(
            f"{sys.executable} {' '.join(arguments)}",
            env=environment,
            cwd=folder,
            withexitstatus=True,
            timeout=60,
            dimensions=(24, 80),
        )
        text = shown.decode().replace("\r\n", "\n").replace(str(course), COURSE)
        return _without(f"{sys.prefix}/bin/", text)


def _without(prefix: str, text: str) -> str:
    """Leave a prefix out of the text; what stands at the right of a title stays there."""
    in_title = re.compile(rf"{re.escape(prefix)}(\S*)(?= {{2,}})")
    return in_title.sub(lambda match: match[1] + " " * len(prefix), text).replace(prefix, "")


_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_FACTOR, _SECONDS, _COUNT = 4.0, 0.1, 8.0  # by how much a busy machine may change what is measured or counted


def alike(shown: str, found: str) -> bool:
    """Whether two outputs say the same: word by word, and each number in its unit by its order of magnitude."""
    before, after = _comparable(shown), _comparable(found)
    return len(before) == len(after) and all(map(_is_alike, before, after))


def _is_alike(shown: str, found: str) -> bool:
    if _NUMBER.sub("0", shown) != _NUMBER.sub("0", found):
        return False
    return all(map(_is_near, _NUMBER.findall(shown), _NUMBER.findall(found)))


def _is_near(shown: str, found: str) -> bool:
    if shown.count(".") > 1 or found.count(".") > 1:
        return shown.count(".") == found.count(".")  # a version
    low, high = sorted((float(shown), float(found)))
    return high <= _FACTOR * low + (_SECONDS if "." in shown else _COUNT)


def _comparable(output: str) -> list[str]:
    """The words of an output without what differs from run to run: bars, where rows break, a busy machine.

    Of several numbers in a row, as an axis has them, the first counts. What is at least as fast stays told apart from
    what is slower.
    """
    text = re.sub(r"\S*/(?=[\w-]+\.py)", "", output)
    text = re.sub(r"\b(0\.\d+)x as fast", "slower", text)
    text = re.sub(r"machine (busy|quiet)(, time was up)?", "machine", text)
    text = re.sub(r"seed \d+", "seed", text)
    text = re.sub(r"[█─│├┤░▓]+", " ", text)
    text = re.sub(r"^\s*!\s", "", text, flags=re.MULTILINE)
    text = re.sub(r"\bwaiting(\s+waiting)+\b", "waiting", text)  # the word stands in those bars that have room for it
    words = text.split()
    pairs = zip(["", *words], words, strict=False)
    return [word for before, word in pairs if not (_NUMBER.fullmatch(before) and _NUMBER.fullmatch(word))]


FINDINGS = REPOSITORY / "docs" / "findings.md"
_TABLE = re.compile(r"^\| rule \|.*?(?=\n\n)", re.MULTILINE | re.DOTALL)
_UNTRACED = re.compile(r"^Rules that need no trace: .*?(?=\n\n)", re.MULTILINE | re.DOTALL)


def findings_page() -> str:
    """docs/findings.md with its table as the rules have it."""
    rows = ["| rule | is | counts from (seconds) | seen by |", "|---|---|---|---|"]
    for rule in RULES:
        told = published(rule)
        counts = f"{THRESHOLDS[rule]} {told['counts from']}" if rule in THRESHOLDS else ""
        rows.append(f"| {rule} | {told['is']} | {counts}{' ' if counts else ''}| {told['seen by']} |")
    said = f"Rules that need no trace: {', '.join(rule for rule in RULES if rule in SAID)}."
    text = _TABLE.sub(lambda _: "\n".join(rows), FINDINGS.read_text(encoding="utf-8"))
    return _UNTRACED.sub(lambda _: said, text)


def write() -> None:
    """Write all output blocks of the README anew."""
    text = README.read_text(encoding="utf-8")
    README.write_text(
        _BLOCK.sub(lambda match: f"```console\n$ {match['command']}\n{output_of(match['command'])}```", text),
        encoding="utf-8",
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["rules"]:
        FINDINGS.write_text(findings_page(), encoding="utf-8")
    else:
        write()
