"""Documents on the command line, run for real."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.processes import interpreter

Run = Callable[..., Result]

# Seven blocks, as in many an introduction: plain code, the same again, an import alone, two ways not to run a
# coroutine, the right one, and a single line of that.
ARTICLE = """\
# Coroutines

```python
def main():
    return 'hello'

print(main())
```

Again:

```python
def main():
    return 'hello'

print(main())
```

```python
import asyncio
```

```python
import asyncio

async def main():
    print('greetings')

main()
```

```python
import asyncio

async def main():
    print('greetings')

print(main())
```

```python

import asyncio

async def main():
    print('greetings')


asyncio.run(main())
```

This line starts it:

```python
asyncio.run(main())
```

![](picture.png)
"""
MIXED = """\
```python
import asyncio
import beside

await asyncio.sleep(0)
print(beside.NAME, __name__)


class Kept:
    pass


raise ValueError(
    "here")
```

The shell:

```bash
pip install x
```

>>> def half(x):
...     return x / 2
...
>>> half(3)
1.5
>>> half("x")
Traceback (most recent call last):
    ...
TypeError: unsupported operand type(s)
>>> _ + 1
2.5

```pycon
>>> import asyncio
>>> await asyncio.sleep(0, "awaited")
'awaited'
```

```python
def broken(:
```

```python
pip install x
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "article.md").write_text(ARTICLE)
    (tmp_path / "mixed.txt").write_text(MIXED)
    (tmp_path / "beside.py").write_text("NAME = 'beside'\n")
    return tmp_path


def test_list(asyncdemo: Run, folder: Path) -> None:
    assert asyncdemo("list", "article.md") == Result(
        "article.md#1\t4\trunnable\tprint(main())\n"
        "article.md#2\t13\trunnable\tprint(main())\n"
        "article.md#3\t20\trunnable\timport asyncio\n"
        "article.md#4\t24\trunnable\tmain()\n"
        "article.md#5\t33\trunnable\tprint(main())\n"
        "article.md#6\t43\trunnable\tasyncio.run(main())\n"
        "article.md#7\t55\tfragment\t#6 defines asyncio and main\n",
        "",
        0,
    )
    assert asyncdemo("list", "mixed.txt") == Result(
        "mixed.txt#1\t2\tawait\tawait asyncio.sleep(0)\n"
        "mixed.txt#2\t23\trunnable\t>>> def half(x):\n"
        "mixed.txt#3\t36\tawait\t>>> import asyncio\n"
        "mixed.txt#4\t42\tbroken\tline 42: invalid syntax\n"
        "mixed.txt#5\t46\tnot-python\tpip install x\n",
        "",
        0,
    )
    assert asyncdemo("list", "mixed.txt", "--names").stdout == "mixed.txt#1\nmixed.txt#2\nmixed.txt#3\n"


def test_list_json(asyncdemo: Run, folder: Path) -> None:
    done = asyncdemo("list", "article.md#7", "--json")
    assert json.loads(done.stdout) == {
        "schema": "asyncdemo.document/1",
        "path": str(folder / "article.md"),
        "blocks": [
            {
                "target": "article.md#7",
                "number": 7,
                "line": 55,
                "last_line": 55,
                "kind": "fragment",
                "session": False,
                "needs": [{"name": "asyncio", "block": 6}, {"name": "main", "block": 6}],
                "error": None,
                "output": None,
            }
        ],
    }


def test_show(asyncdemo: Run, folder: Path) -> None:
    assert asyncdemo("show", "article.md#4") == Result(
        "import asyncio\n\nasync def main():\n    print('greetings')\n\nmain()\n", "", 0
    )
    shown = asyncdemo("show", "article.md").stdout
    assert re.findall(r"# article.md#\d", shown) == [f"# article.md#{number}" for number in range(1, 8)]


@pytest.mark.slow
def test_a_document_is_run_block_by_block(asyncdemo: Run, folder: Path) -> None:
    done = asyncdemo("run", "article.md", "--json")
    assert done.stderr == (
        "asyncdemo: article.md#7 is skipped: it is a fragment: #6 defines asyncio and main; "
        "asyncdemo run article.md#7 --cumulative runs it with those before it\n"
    )
    assert done.status == 0
    runs = json.loads(done.stdout)["runs"]
    assert [run["target"] for run in runs] == [f"article.md#{number}" for number in range(1, 7)]
    assert {run["path"] for run in runs} == {str(folder / "article.md")}
    assert [
        "".join(output["text"] for output in run["output"] if output["stream"] == "stdout") for run in runs[:4]
    ] == ["hello\n", "hello\n", "", ""]
    found = [(run["target"], each["rule"], each["line"]) for run in runs for each in run["findings"]]
    assert found == [("article.md#4", "never-awaited", 29), ("article.md#5", "never-awaited", 38)]


@pytest.mark.slow
def test_cumulative(asyncdemo: Run, folder: Path) -> None:
    done = asyncdemo("run", "article.md#7", "--cumulative", "--output-only")
    assert re.sub("0x[0-9a-f]+", "0x0", done.stdout) == (
        "hello\nhello\n<coroutine object main at 0x0>\ngreetings\ngreetings\n"
    )
    assert re.findall(r"article.md:(\d+): RuntimeWarning", done.stderr) == ["29", "38"]
    assert done.status == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "article.md#7"], "article.md#7 is a fragment: #6 defines asyncio and main; "
         "asyncdemo run article.md#7 --cumulative runs it with those before it"),
        (["compare", "article.md#7", "article.md#6"], "article.md#7 is a fragment: #6 defines asyncio and main; here "
         "each block is run by itself"),
        (["run", "mixed.txt#5"], "mixed.txt#5 is not Python: commands for a shell or a notebook"),
        (["run", "article.md#0"], "article.md#0: there is no such block; article.md has #1 to #7"),
        (["run", "article.md#99"], "article.md#99: there is no such block; article.md has #1 to #7"),
        (["show", "article.md#x"], "article.md#x: give the number of a block behind #, #1 to #7"),
        (["list", "article.md#"], "article.md#: give the number of a block behind #, #1 to #7"),
        (["list", "gone.md"], "cannot read gone.md: no such file"),
        (["list", "folder.md"], "cannot read folder.md: a folder, not a file"),
        (["list", "loop.md"], "cannot read loop.md: cannot be read: Too many levels of symbolic links"),
        (["list", "latin.md"], "cannot read latin.md: line 2: not UTF-8 (byte 0xe9)"),
        (["run", "empty.md"], "no Python in empty.md: a block starts with ```python, an example with >>>"),
        (["run", "beside.py", "--cumulative"], "--cumulative is about the blocks of a document: name one, such as "
         "article.md"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(asyncdemo: Run, folder: Path, arguments: list[str], message: str) -> None:
    (folder / "folder.md").mkdir()
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "latin.md").write_bytes("a\né".encode("latin-1"))
    (folder / "empty.md").write_text("```bash\nls\n```\n")
    assert asyncdemo(*arguments) == Result("", f"asyncdemo: {message}\n", 2)


def test_top_level_await_points_into_the_document(asyncdemo: Run, folder: Path) -> None:
    done = asyncdemo("run", "mixed.txt#1", "--output-only")
    assert (done.stdout, done.status) == ("beside __main__\n", 1)
    lines = done.stderr.splitlines()
    assert lines[1] == '  File "<top-level await>", line 2, in <module>'
    assert re.fullmatch(r'  File ".*[\\/]mixed\.txt", line 13, in <module>', lines[-3])
    assert lines[-2:] == ["    raise ValueError(", "ValueError: here"]


def test_a_session_goes_on_after_an_error(asyncdemo: Run, folder: Path) -> None:
    done = asyncdemo("run", "mixed.txt#2", "--output-only")
    assert (done.stdout, done.status) == ("1.5\n2.5\n", 0)
    assert re.findall(r'mixed\.txt", line (\d+), in (\S+)', done.stderr) == [("28", "<module>"), ("24", "half")]
    assert asyncdemo("run", "mixed.txt#3", "--output-only") == Result("'awaited'\n", "", 0)


def test_what_is_broken_is_for_python_to_say(asyncdemo: Run, folder: Path) -> None:
    done = asyncdemo("run", "mixed.txt#4", "--output-only")
    assert (done.stdout, done.status) == ("", 1)
    assert re.match(r'  File ".*mixed\.txt", line 42\n    def broken\(:\n', done.stderr)


@pytest.mark.slow
def test_findings_of_top_level_await_point_into_the_document(asyncdemo: Run, folder: Path) -> None:
    code = "import asyncio, time\n\n\nasync def job():\n    time.sleep(0.1)\n\n\nawait asyncio.gather(job(), job())\n"
    (folder / "a.md").write_text(f"Text.\n\n\n```python\n{code}```\n")
    run = json.loads(asyncdemo("run", "a.md#1", "--json").stdout)["runs"][0]
    assert [(each["rule"], each["path"], each["line"]) for each in run["findings"]] == [
        ("blocking-call", str(folder / "a.md"), 9)
    ]
    assert run["seconds"]["script"] < 2 * run["seconds"]["total"] / 3 + 0.2


def test_a_file_of_bytecode_beside_the_document_stays_as_it_is(asyncdemo: Run, folder: Path) -> None:
    (folder / "mixed.txt.pyc").write_text("mine")
    assert asyncdemo("run", "mixed.txt#3", "--output-only").stdout == "'awaited'\n"
    assert (folder / "mixed.txt.pyc").read_text() == "mine"


@pytest.mark.slow
def test_compare_blocks(asyncdemo: Run, folder: Path) -> None:
    done = asyncdemo("compare", "article.md#1", "article.md#2", "--runs", "2", "--json")
    assert done.status == 0
    assert [each["id"] for each in json.loads(done.stdout)["contestants"]] == ["article.md#1", "article.md#2"]


def test_a_parameter_of_a_block(asyncdemo: Run, folder: Path) -> None:
    (folder / "a.md").write_text("x\n\n```python\nTASKS = 3\nprint(TASKS)\n```\n")
    assert asyncdemo("run", "a.md#1", "--output-only", "--set", "TASKS=5") == Result("5\n", "", 0)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.8", "3.10", "3.12", "3.13", "3.14", "3.15"])
def test_other_pythons(asyncdemo: Run, folder: Path, version: str) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no CPython {version} here")
    options = ("--python", python, "--output-only")
    assert asyncdemo("run", "mixed.txt#2", *options).stdout == "1.5\n2.5\n"
    assert asyncdemo("run", "mixed.txt#3", *options) == Result("'awaited'\n", "", 0)
    done = asyncdemo("run", "mixed.txt#1", *options)
    assert (done.stdout, done.status) == ("beside __main__\n", 1)
    assert 'mixed.txt", line 13, in <module>' in done.stderr
