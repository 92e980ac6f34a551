"""Strategies for lines that are expected and lines that are printed, and runs made by hand."""

from hypothesis import strategies as st

from asyncdemo.expectations.choices import Observed
from asyncdemo.expectations.line_matching import PLACEHOLDERS

# Little text, so that lines are often alike, and all that is read as something else than text.
SPECIAL = [
    *PLACEHOLDERS,
    "...",
    "Output:",
    "Errors, from 3.12:",
    "Unordered output:",
    "/// script",
    "///",
    "#",
    " ",
    "\t",
]
printed_line = st.one_of(
    st.text("ab0. x<>:", max_size=6),
    st.sampled_from(SPECIAL),
    st.text(max_size=8),
    st.just("at 0x7f00aa: /my/script.py"),
).map(lambda text: text.replace("\n", "").rstrip())
printed_lines = st.lists(printed_line, max_size=8)
expected_line = st.lists(st.sampled_from(["a", "b", " ", "0", ":", *PLACEHOLDERS]), max_size=4).map("".join)
expected_lines = st.lists(st.one_of(expected_line, st.just("...")), max_size=6)


def observed(stdout: list[str], stderr: list[str] | None = None, version: tuple[int, ...] = (3, 12, 1)) -> Observed:
    """What was seen of a run that printed these lines."""
    return Observed(tuple(stdout), tuple(stderr or ()), version=version)
