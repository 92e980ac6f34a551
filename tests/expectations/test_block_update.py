"""`--update`: what is written expects what was printed, and placeholders that still fit stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.expectations.block_update import FileFormat, rewritten, updated_line
from asyncdemo.expectations.line_matching import as_expected
from asyncdemo.expectations.output_blocks import blocks, blocks_for, lines_of, slips
from tests.expectations.made import expected_lines, observed, printed_lines

CODE = "print(1)\n"
FILE_FORMAT = FileFormat("utf-8", "/my/script.py")
OLD, NEW = (3, 11, 9), (3, 13, 0)


def update(source: str, *stdout: str, stderr: tuple[str, ...] = (), version: tuple[int, ...] = (3, 12, 1)) -> str:
    return rewritten(source, observed([*stdout], [*stderr], version), FILE_FORMAT)


@pytest.mark.parametrize(
    ("before", "printed", "after"),
    [
        (CODE, [], CODE),
        (CODE, ["1"], CODE + "\n# Output:\n# 1\n"),
        ("print(1)", ["1"], CODE + "\n# Output:\n# 1\n"),
        (CODE + "\n# Output:\n# 2\n", ["1"], CODE + "\n# Output:\n# 1\n"),
        (CODE + "\n# Output:\n# 2\n", [], CODE),
        (CODE + "\n# Output:\n# a\n# b\n", ["a", "x", "b"], CODE + "\n# Output:\n# a\n# x\n# b\n"),
        (CODE + "\n# Output:\n# a\n#\n# b\n", ["a", ""], CODE + "\n# Output:\n# a\n#\n"),
        (CODE + "\n# Output:\n# a\n# ...\n# z\n", ["a", "b", "y"], CODE + "\n# Output:\n# a\n# ...\n# y\n"),
        (CODE + "\n# Errors:\n# e\n", ["1"], CODE + "\n# Output:\n# 1\n"),
        ("a\r\n\r\n# Output:\r\n# 2\r\n", ["1"], "a\r\n\r\n# Output:\r\n# 1\r\n"),
        (CODE + "\n# Unordered output:\n# a\n# b\n", ["b", "c"], CODE + "\n# Unordered output:\n# b\n# c\n"),
        (
            CODE + "\n# Output:\n# a\n\n# Unordered output:\n# b\n# c\n",
            ["x", "c", "b"],
            CODE + "\n# Output:\n# x\n\n# Unordered output:\n# b\n# c\n",
        ),
        ('x = """\n# Output:\n# a\n#"""', ["1"], 'x = """\n# Output:\n# a\n#"""\n\n# Output:\n# 1\n'),
        (CODE, ["Output:"], CODE + "\n# Output:\n# <any>\n"),
        (CODE, ["..."], CODE + "\n# Output:\n# <any>\n"),
        (CODE, ["a\x1b[1mb"], CODE + "\n# Output:\n# a<any>[1mb\n"),
        (CODE, ["/my/script.py at 0x7f00aa"], CODE + "\n# Output:\n# <path> at <address>\n"),
    ],
)
def test_output(before: str, printed: list[str], after: str) -> None:
    assert update(before, *printed) == after


def test_errors_stand_behind_the_output() -> None:
    after = update(CODE, "1", stderr=("/my/script.py:3: oh",))
    assert after == CODE + "\n# Output:\n# 1\n\n# Errors:\n# <path>:3: oh\n"
    assert update(CODE + "\n# Errors:\n# e\n", "1", stderr=("e",)) == CODE + "\n# Output:\n# 1\n\n# Errors:\n# e\n"


def test_only_blocks_for_this_python_are_written() -> None:
    source = CODE + "\n# Output:\n# a\n\n# Output, before 3.12:\n# old\n\n# Output, from 3.12:\n# new\n"
    assert update(source, "a", "x", version=NEW) == source.replace("new", "x")
    assert update(source, "a", "x", version=OLD) == source.replace("old", "x")


@pytest.mark.parametrize(
    ("there", "heading"),
    [
        ("before 3.12", ", from 3.12"),
        ("from 3.13", ", before 3.13"),
        ("before 3.9", ", from 3.9"),
    ],
)
def test_a_new_block_leaves_other_pythons_theirs(there: str, heading: str) -> None:
    source = f"{CODE}\n# Output, {there}:\n# a\n"
    after = update(source, "b")
    assert after == f"{source}\n# Output{heading}:\n# b\n"


@pytest.mark.parametrize(
    ("expected", "printed", "line"),
    [
        ("<path>:43: RuntimeWarning: x", "/else/where.py:45: RuntimeWarning: x", "<path>:45: RuntimeWarning: x"),
        ("at <address>>", "now at 0x12>", "now at <address>>"),
        ("took <seconds> for <number> calls", "took 0.3 s for 20 jobs", "took <seconds> for <number> jobs"),
        ("<any> and a", "it and b", "it and b"),
        ("a <any> b", "c a x b", "c a <any> b"),
        ("<number>", "no number", "no number"),
    ],
)
def test_placeholders_that_still_fit_stay(expected: str, printed: str, line: str) -> None:
    assert updated_line(expected, printed, FILE_FORMAT) == line


def test_what_the_encoding_of_the_file_has_not() -> None:
    assert rewritten(CODE, observed(["grün ✓"]), FileFormat("latin-1")) == CODE + "\n# Output:\n# grün <any>\n"


def source_of(ordered: list[str], unordered: list[str], errors: list[str], heading: str) -> str:
    parts = [CODE]
    for title, lines in (("Output", ordered), ("Unordered output", unordered), ("Errors", errors)):
        if lines:
            parts.append(f"\n# {title}{heading}:\n" + "".join(f"# {line}\n" if line else "#\n" for line in lines))
    return "".join(parts)


@given(
    expected_lines,
    expected_lines,
    expected_lines,
    st.sampled_from(["", ", from 3.12", ", from 3.13", ", before 3.12", ", from 3.8, before 3.11"]),
    printed_lines,
    printed_lines,
)
def test_what_is_written_expects_what_was_printed(
    ordered: list[str], unordered: list[str], errors: list[str], heading: str, stdout: list[str], stderr: list[str]
) -> None:
    source = source_of(ordered, unordered, errors, heading)
    what = observed(stdout, stderr)
    after = rewritten(source, what, FILE_FORMAT)
    found = blocks(after)
    for stream in ("stdout", "stderr"):
        kinds = [blocks_for(found, stream, what.version, ordered=order) for order in (True, False)]  # type: ignore[arg-type]
        texts = [[line.text for line in lines_of(kind)] for kind in kinds]
        assert as_expected(*texts, stdout if stream == "stdout" else stderr), after
    assert slips(after) == ()
    assert after.startswith(CODE)
    assert rewritten(after, what, FILE_FORMAT) == after
    others = [block._replace(number=0, lines=()) for block in blocks(source) if not block.holds(what.version)]
    kept = [block._replace(number=0, lines=()) for block in found if not block.holds(what.version)]
    assert kept == others
