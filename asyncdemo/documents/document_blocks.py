"""The blocks of Python in a document, numbered, each with the output that the document shows for it.

First the `>>>` examples, then the parts of a Markdown text (only this file knows the Markdown parser, which is loaded
only for a document), then the blocks that both make up.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from asyncdemo.documents.block_syntax import is_python

# What may stand before a prompt: indentation, marks of a quotation, the mark of a list.
_BEFORE = r"(?P<before>(?:[ \t]*>(?=[ \t]))*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)"
_PROMPT = re.compile(rf"{_BEFORE}>>>(?: (?P<code>.*)|$)")


class ShownLine(NamedTuple):
    """A line of output that the document shows, with its number there."""

    text: str
    number: int


class Session(NamedTuple):
    """Examples one after the other: `code[0]` stands on line `line`, and is empty where no code is."""

    line: int
    code: tuple[str, ...]
    shown: tuple[ShownLine, ...]


def has_prompt(lines: Sequence[str]) -> bool:
    """True if the first line that is not blank is a prompt."""
    return next((bool(_PROMPT.match(line)) for line in lines if line.strip()), False)


def sessions(lines: Sequence[str], first: int, *, whole: bool) -> Iterator[Session]:
    """The sessions in lines, of which the first has the number `first`.

    In a fence (`whole`) all examples are one session; else those between which nothing but blank lines stands.
    """
    code: list[str] = []
    shown: list[ShownLine] = []
    start = 0
    before = ""
    state = "outside"  # or "code", "output", "blank"
    for number, line in enumerate(lines, first):
        prompt = _PROMPT.match(line)
        rest = _without(before, line)
        if prompt is not None:
            if state == "blank" and not whole and _blank(prompt["before"]) != before:
                yield _session(start, code, shown)
                state = "outside"
            if state == "outside":
                code, shown, start = [], [], number
            before, state = _blank(prompt["before"]), "code"
            code.append(prompt["code"] or "")
        elif state == "outside":
            continue
        elif state == "code" and (rest == "..." or rest.startswith("... ")):
            code.append(rest[4:])
        elif not rest.strip():
            state = "blank"
            code.append("")
        elif state == "blank" and not whole:
            yield _session(start, code, shown)
            state = "outside"
        else:
            if state != "blank":
                shown.append(ShownLine(rest.rstrip(), number))
                state = "output"
            code.append("")
    if state != "outside":
        yield _session(start, code, shown)


def _session(start: int, code: Sequence[str], shown: Sequence[ShownLine]) -> Session:
    count = max(index for index, line in enumerate(code) if line or not index) + 1
    return Session(start, tuple(code[:count]), tuple(shown))


def _blank(before: str) -> str:
    """What stands before the lines that follow a prompt: blanks in the place of a list's mark."""
    return re.sub(r"[^ \t>]", " ", before)


def _without(before: str, line: str) -> str:
    """The line without what stands before it, or as much of that as is there."""
    count = 0
    while count < len(before) and count < len(line) and (line[count] == before[count] or line[count] in " \t"):
        count += 1
    return line[count:]


LINE_END = re.compile(r"\r\n|\r|\n")  # Python's and Markdown's; str.splitlines knows more

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})", re.MULTILINE)
_FRONT = re.compile(r"(---|\+\+\+)[ \t]*\n(?:.*\n)*?(?:\1|\.\.\.)[ \t]*(?:\n|\Z)")
_RULES = ("fence", "code", "blockquote", "hr", "list", "html_block", "heading", "paragraph")
_DEEPEST = 4  # indented code within indented code

_PYTHON = re.compile(r"(i?python3?|python3\.\d+|py3?|pycon3?|python-?(repl|console)|pyrepl)")
_OUTPUT = frozenset(["", "text", "txt", "plain", "plaintext", "none", "output", "out", "stdout", "raw"])
_COMMANDS = frozenset(["console", "shell-session", "terminal"])
_DIRECTIVES = frozenset(["code-block", "code-cell", "code", "sourcecode", "parsed-literal"])
_WORD = re.compile(r"[.=]?([\w.+-]*)")

Sort = Literal["fence", "code", "html", "prose", "heading"]
Language = Literal["python", "output", "commands", "other"]


class Part(NamedTuple):
    """A part of the text: `line` is the number of its first line, `last` that of its last one, fence marks and all.

    Of a fence, and of indented code, `code` has the lines without what stands around them, the first of them on line
    `code_line`; `info` are the words behind the mark.
    """

    sort: Sort
    line: int
    last: int
    info: str = ""
    code: tuple[str, ...] = ()
    code_line: int = 0


def parts(text: str) -> list[Part]:
    """The parts of a text in order, lists and quotations seen through. Takes about 0.12 s for a megabyte of prose.

    Front matter (between two lines of `---` or `+++` at the very start) is none of them.
    """
    plain = LINE_END.sub("\n", text).replace("\0", "\ufffd")  # as Markdown wants it
    front = _FRONT.match(plain)
    if front is not None:
        plain = "\n" * front[0].count("\n") + plain[front.end() :]
    return list(_parts(plain, 0, 0))


def language(info: str) -> Language:
    """The language of a fence with these words: `python`, `py title="x"`, `{.python}`, `{code-block} python`..."""
    word = _first_word(info.strip())
    if _PYTHON.fullmatch(word):
        return "python"
    if word in _OUTPUT:
        return "output"
    return "commands" if word in _COMMANDS else "other"


def _parts(plain: str, before: int, depth: int) -> Iterator[Part]:
    """The parts of a text that begins after so many lines of the document."""
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    parser = MarkdownIt("zero", {"maxNesting": 30, "html": True})
    parser.enable(_RULES)
    tokens: list[Token] = []
    parser.block.parse(plain, parser, {}, tokens)
    for token in tokens:
        if token.map is None:
            continue
        first, end = before + token.map[0] + 1, before + token.map[1]
        if token.type == "fence":
            lines = _lines(token.content)
            yield Part("fence", first, end, token.info, lines, first + 1)
        elif token.type == "code_block" and depth < _DEEPEST and _FENCE.search(token.content):
            # As tabs and admonitions of MkDocs have it: indented by four, and Markdown again inside.
            yield from _parts(token.content, first - 1, depth + 1)
        elif token.type == "code_block":
            yield Part("code", first, end, code=_lines(token.content), code_line=first)
        elif token.type == "html_block":
            yield Part("html", first, end)
        elif token.type == "heading_open":
            yield Part("heading", first, end)
        elif token.type == "paragraph_open":
            yield Part("prose", first, end)


def _lines(content: str) -> tuple[str, ...]:
    return tuple(content.removesuffix("\n").split("\n")) if content else ()


def _first_word(info: str) -> str:
    if info.startswith("{"):
        inside, _, after = info[1:].partition("}")
        word = _word(inside.strip())
        return _word(after.strip()) if word in _DIRECTIVES else word
    return _word(info)


def _word(text: str) -> str:
    found = _WORD.match(text)
    return found[1].lower() if found else ""


_COMMAND = re.compile(r"\s*(\([^)]*\) ?)?[$%] (?P<command>.*)")
# Options may stand at the head of such a fence: `:linenos:`, or YAML between two `---`.
_DIRECTIVE = re.compile(r"\s*\{\s*(code-block|code-cell|code|sourcecode)\s*\}")
_OPTION = re.compile(r":[\w-]+:.*")


class Block(NamedTuple):
    """A block: numbers count from 1, `line` is the document's line of `code[0]`, and so on without a gap.

    `code` is without what the document has around it: indentation of the block, quotation marks, prompts. Of a
    `session` (`>>>` examples) the lines of output are empty. `shown` is None where the document shows no output.
    """

    number: int
    line: int
    code: tuple[str, ...]
    session: bool = False
    shown: tuple[ShownLine, ...] | None = None

    @property
    def last(self) -> int:
        """The document's line of the last line of code."""
        return self.line + len(self.code) - 1

    @property
    def text(self) -> str:
        """The code alone."""
        return "".join(f"{line}\n" for line in self.code)


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of Python in a document: fences that say so, and `>>>` examples wherever they stand.

    Other fences have no number. Nothing is parsed as Python here but examples in running text: what looks like one
    and is not Python is a quotation.
    """
    found = parts(text)
    unnumbered = [*_fenced(found), *_in_running_text(text, found)]
    ordered = sorted(unnumbered, key=lambda block: block.line)
    return tuple(block._replace(number=number) for number, block in enumerate(ordered, 1))


def staged_text(chosen: Sequence[Block]) -> str:
    """The code of these blocks, which are in the document's order, on its own lines; all other lines are blank."""
    pieces: list[str] = []
    at = 1
    for block in chosen:
        pieces += "\n" * (block.line - at), block.text
        at = block.last + 1
    return "".join(pieces)


def _fenced(found: Sequence[Part]) -> Iterator[Block]:
    for index, part in enumerate(found):
        if part.sort != "fence" or not any(line.strip() for line in part.code):
            continue
        kind = language(part.info)
        if kind != "other" and has_prompt(part.code):
            found_sessions = map(_of_session, sessions(part.code, part.code_line, whole=True))
            yield from (block for block in found_sessions if block.text.strip())
        elif kind == "python":
            line, code = _trimmed(part.code_line, _without_options(part))
            if code:
                yield Block(0, line, code, shown=_shown(found[index + 1 : index + 3]))


def _in_running_text(text: str, found: Sequence[Part]) -> Iterator[Block]:
    """The examples outside of fences and of HTML."""
    if ">>>" not in text:
        return
    lines = LINE_END.split(text)
    start = 0
    for part in (*(each for each in found if each.sort in ("fence", "html")), None):
        end = len(lines) if part is None else part.line - 1
        for each in sessions(lines[start:end], start + 1, whole=False):
            block = _of_session(each)
            if block.text.strip() and is_python(block.text):
                yield block
        start = end if part is None else part.last


def _of_session(session: Session) -> Block:
    return Block(0, session.line, session.code, session=True, shown=session.shown)


def _shown(after: Sequence[Part]) -> tuple[ShownLine, ...] | None:
    """The output in the next fence, with a paragraph between at most; None if that holds none."""
    if after and after[0].sort == "prose":
        after = after[1:]
    if not after or after[0].sort != "fence" or has_prompt(after[0].code):
        return None
    fence = after[0]
    kind = language(fence.info)
    if kind not in ("output", "commands"):
        return None
    lines = [ShownLine(line.rstrip(), number) for number, line in enumerate(fence.code, fence.code_line)]
    command = _COMMAND.fullmatch(lines[0].text) if lines else None
    if command is None:
        return tuple(lines)
    if "python" not in command["command"]:
        return None  # what another program prints
    rest = lines[1:]
    next_command = next((index for index, line in enumerate(rest) if _COMMAND.fullmatch(line.text)), len(rest))
    return tuple(rest[:next_command])


def _without_options(part: Part) -> Sequence[str]:
    """The code, with blank lines in the place of a directive's options."""
    if not _DIRECTIVE.match(part.info):
        return part.code
    count = 0
    if part.code[0].strip() == "---":
        count = next((at + 1 for at in range(1, len(part.code)) if part.code[at].strip() == "---"), 0)
    while count < len(part.code) and _OPTION.fullmatch(part.code[count]):
        count += 1
    return ("",) * count + part.code[count:]


def _trimmed(line: int, code: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """The code from its first line that is not blank to the last such line, and the number of the first."""
    filled = [index for index, text in enumerate(code) if text.strip()]
    return (line + filled[0], tuple(code[filled[0] : filled[-1] + 1])) if filled else (line, ())
