"""Scripts in Markdown: `## found: title` or `## silent: title`, then a block of code in which `# <- here` marks the line.

Before them stands `## recorded`, of which test_each_rule.py makes recordings.

`# <- here 3` says how often, `# <- around` that the finding is somewhere in that function. After ```python may stand what
is expected of the run (`exit=1`, `outcome=timed-out`) and what it needs (`needs=trio`).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from asyncdemo.findings import rules

SCRIPTS = Path(__file__).parent / "scripts"
EXPLANATIONS = Path(rules.__file__).with_name("explanations")
_HERE = re.compile(r" *# <- (?P<what>here|around)(?: (?P<times>\d+))?$", re.MULTILINE)


class Example(NamedTuple):
    """One script; `line` is None where nothing must be found."""

    rule: str
    kind: str
    title: str
    code: str
    line: int | None
    times: int
    exactly: bool
    options: dict[str, str]


def examples(path: Path) -> Iterator[Example]:
    """The blocks of code of a file, each with the heading above it."""
    for section in re.split(r"^## ", path.read_text(), flags=re.MULTILINE)[1:]:
        heading = section.partition("\n")[0]
        block = re.search(r"^```python(.*)\n((?:(?!```).*\n)*)```$", section, re.MULTILINE)
        if block is not None:
            yield _example(path.stem, heading, block[1], block[2])


def _example(rule: str, heading: str, options: str, code: str) -> Example:
    kind, _, title = heading.partition(": ")
    mark = _HERE.search(code)
    line = code[: mark.start()].count("\n") + 1 if mark else None
    times = int(mark["times"] or 1) if mark else 1
    exactly = mark is not None and mark["what"] == "here"
    found = dict(option.split("=") for option in options.split())
    return Example(rule, kind, title or kind, _HERE.sub("", code), line, times, exactly, found)
