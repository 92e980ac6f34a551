"""Where the blocks of a document are, and what output it shows for them."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.documents.document_blocks import Block, blocks, language, staged_text


def found(text: str) -> list[tuple[int, str]]:
    return [(block.line, block.text) for block in blocks(text)]


@pytest.mark.parametrize(
    "info",
    [
        "python", "Python", "python3", "py", "py3", "pycon", "python3.12", "python title='x.py' hl_lines=\"1 2\"",
        "python,ignore", "python{1,3}", "{python}", "{.python}", "{ .python .numberLines }", "{code-block} python",
        "{code-cell} ipython3", "{code-block}python", "{python echo=FALSE}", "  python  ",
    ],
)  # fmt: skip
def test_info_strings_of_python(info: str) -> None:
    assert language(info) == "python"
    assert found(f"```{info}\nprint(1)\n```\n") == [(2, "print(1)\n")]


@pytest.mark.parametrize(
    ("info", "kind"),
    [
        ("", "output"),
        ("text", "output"),
        ("output", "output"),
        ("{}", "output"),
        ("{code-block} text", "output"),
        ("{.text}", "output"),
        ("console", "commands"),
        ("bash", "other"),
        ("pythonic", "other"),
        ("cython", "other"),
        ("{note}", "other"),
        ("python2", "other"),
    ],
)
def test_other_info_strings(info: str, kind: str) -> None:
    assert language(info) == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("~~~python\nx\n~~~", [(2, "x\n")]),
        ("````python\nx\n```\ny\n````", [(2, "x\n```\ny\n")]),
        ("   ```python\n   x\n   ```", [(2, "x\n")]),
        ("- a\n\n  ```py\n  if x:\n      y\n  ```\n- b", [(4, "if x:\n    y\n")]),
        ("1. a\n   - b\n\n     ```py\n     x\n     ```", [(5, "x\n")]),
        ("-\ta\n\n\t```py\n\tx\n\t```", [(4, "x\n")]),
        ("> ```py\n> x\n>\n> y\n> ```\n\nz", [(2, "x\n\ny\n")]),
        ("> - ```py\n>   x\n>   ```", [(2, "x\n")]),
        ("```python\r\nx\r\ny\r\n```\r\n", [(2, "x\ny\n")]),
        ("```python\rx\r```\r", [(2, "x\n")]),
        ("---\ntitle: x\n---\n```py\nx\n```", [(5, "x\n")]),
        ("---\na: |\n  ```py\n---\n\n```py\nx\n```", [(7, "x\n")]),
        ("+++\na = 1\n+++\n```py\nx\n```", [(5, "x\n")]),
        ("```py\nx\n", [(2, "x\n")]),
        ("```py\n\n\nx\n\n```", [(4, "x\n")]),
        ("```py\n```\n```py\n \n```", []),
        ("```markdown\n~~~py\nx\n~~~\n```", []),
        ("<!--\n```py\nx\n```\n-->\n", []),
        ("    x = 1\n", []),
        ("```{code-block} python\n:linenos:\n:caption: a\n\nx\n```", [(5, "x\n")]),
        ("```{code-cell} python\n---\ntags: [a]\n---\nx\n```", [(5, "x\n")]),
        ('=== "Tab"\n\n    ```py\n    x\n    ```\n\n    !!! note\n\n        ```py\n        y\n        ```\n',
         [(4, "x\n"), (10, "y\n")]),
        ("<details>\n\n```py\nx\n```\n\n</details>", [(4, "x\n")]),
        ("text\n```py\nx\n```\n# h\n```py\ny\n```", [(3, "x\n"), (7, "y\n")]),
        ("`" * 1_000_000, []),
        ("```py\nx = '\0'\n```", [(2, "x = '\ufffd'\n")]),
        ("\0\n" * 10 + ">" * 100_000, []),
        ("- " * 5_000 + "```py", []),
    ],
)  # fmt: skip
def test_fences(text: str, expected: list[tuple[int, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">>> 1\n1\n", [(1, "1\n", ["1"])]),
        ("text\n\n>>> if x:\n...     y\n...\nshown\n>>> z\n\ntext", [(3, "if x:\n    y\n\n\nz\n", ["shown"])]),
        (">>> a\n\n>>> b\n\ntext\n\n>>> c\n", [(1, "a\n\nb\n", []), (7, "c\n", [])]),
        ("  >>> a\n  1\n    2\n", [(1, "a\n", ["1", "  2"])]),
        ("> >>> a\n> 1\n>\n> text", [(1, "a\n", ["1"])]),
        ("- >>> a\n  1\n  >>> b\n", [(1, "a\n\nb\n", ["1"])]),
        (">>> a\n\n> >>> b\n", [(1, "a\n", []), (3, "b\n", [])]),
        (">>> this is quoted three times\n", []),
        (">>>\n", []),
        ("```\n>>> a\n1\n\n>>> b\n```", [(2, "a\n\n\nb\n", ["1"])]),
        ("```pycon\n\n>>> a\n```", [(3, "a\n", [])]),
        ("```python\n>>> a\n1\n```\n\n```\n1\n```", [(2, "a\n", ["1"])]),
        ("```bash\n>>> a\n```", []),
        ("<!--\n>>> a\n-->", []),
        (">>> a\n```py\nb\n```\n>>> c", [(1, "a\n", []), (3, "b\n", None), (5, "c\n", [])]),
    ],
)  # fmt: skip
def test_examples_at_the_prompt(text: str, expected: list[tuple[int, str, list[str] | None]]) -> None:
    assert [
        (block.line, block.text, None if block.shown is None else [line.text for line in block.shown])
        for block in blocks(text)
    ] == expected


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        ("```\na\nb\n```", ["a", "b"]),
        ("Prints:\n\n```text\na\n```", ["a"]),
        ("```output\na  \n\n```", ["a", ""]),
        ("~~~console\n$ python x.py\na\n$ ls\nb\n~~~", ["a"]),
        ("```console\n(venv) $ python3 x.py\na\n```", ["a"]),
        ("```\n$ ls\na\n```", None),
        ("```console\na\n```", ["a"]),
        ("```\n```", []),
        ("```bash\na\n```", None),
        ("```py\ny\n```\n\n```\na\n```", None),
        ("One.\n\nTwo.\n\n```\na\n```", None),
        ("# Next\n\n```\na\n```", None),
        ("```\n>>> y\na\n```", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_output_that_is_shown(after: str, shown: list[str] | None) -> None:
    block = blocks(f"```py\nx\n```\n\n{after}\n")[0]
    assert (None if block.shown is None else [line.text for line in block.shown]) == shown


def test_shown_lines_have_their_numbers() -> None:
    first, second = blocks("```py\nx\n```\n\n```\na\nb\n```\n\n>>> y\n1\n")
    assert first.shown is not None and second.shown is not None
    assert [line.number for line in (*first.shown, *second.shown)] == [6, 7, 11]


def test_numbers_count_python_only() -> None:
    text = "```bash\nls\n```\n```py\nx\n```\n>>> y\n\n```py\nz\n```\n"
    assert [(block.number, block.line) for block in blocks(text)] == [(1, 5), (2, 7), (3, 10)]


_LINES = st.sampled_from(
    ["```python", "```", "~~~py", "~~~", "````", ">>> a = 1", "... b", "", "text", "x = 1", "    y = 2", "\tz = 3",
     "- item", "  - deeper", "  ```py", "  ```", "> ```py", "> x = 1", "> ```", "> >>> a", "# heading", "---", "<!--",
     "-->", "1. one", "   x", "\f", "é = 'ü'", "```{code-block} python", ":linenos:", '=== "Tab"', "    ```py",
     "    ```", "\t```py", "\x0b"]
)  # fmt: skip


@given(st.lists(_LINES, max_size=30), st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_is_staged_stands_on_the_document_s_lines(lines: list[str], end: str) -> None:
    found = blocks(end.join(lines))
    document = [*lines, ""]
    for chosen in (*([block] for block in found), list(found)):
        staged = staged_text(chosen).split("\n")
        assert len(staged) <= len(document) + 1
        for line, original in zip(staged, document, strict=False):
            # What stands before it is gone; a tab that is part of that may leave blanks.
            assert original.rstrip().endswith(line.strip()), (line, original)
    assert [block.number for block in found] == list(range(1, len(found) + 1))
    assert all(_is_apart(one, other) for one, other in pairwise(found))


def _is_apart(one: Block, other: Block) -> bool:
    return one.last < other.line


@given(st.text(alphabet=st.sampled_from("`~>. \n\t-*1#<!pyx\0\r"), max_size=200))
def test_any_text_is_a_document(text: str) -> None:
    for block in blocks(text):
        assert block.code and 1 <= block.line <= block.last <= len(re.split(r"\r\n|\r|\n", text))


@pytest.mark.slow
def test_a_large_document_takes_a_time_in_proportion() -> None:
    article = "\n\n".join(["A paragraph of some length. " * 20] * 4) + "\n\n```python\nx = {}\nprint(x)\n```\n\n"
    small, large = (_seconds(article * count) for count in (40, 400))
    assert large < small * 40


def _seconds(text: str) -> float:
    """The processor time that it takes, the least of three: on a busy machine the clock on the wall tells little."""

    def once() -> float:
        started = time.process_time()
        blocks(text)
        return time.process_time() - started

    return min(once() for _ in range(3))
