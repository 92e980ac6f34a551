"""What the words on the command line mean: the one resolver of every command.

And what a word that is no target may have been meant for, with the command that does it.
"""

import errno
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import join, quote
from typing import TYPE_CHECKING, NamedTuple

from asyncdemo.catalogue import script_source
from asyncdemo.catalogue.names import listed, normal, visible
from asyncdemo.catalogue.scenario import Catalogue, Scenario, Script, read_script
from asyncdemo.errors import Unreadable, UsageError

if TYPE_CHECKING:
    from asyncdemo.catalogue.script_tree import Value
    from asyncdemo.documents.block_syntax import Nature
    from asyncdemo.documents.document_blocks import Block

MAX_BYTES = 50_000_000
_RECORDING = '"asyncdemo.recording/'
_LOOKED_AT = 200  # characters at the start of a file, among which a recording says what it is

_WORD = r"(?is)(?P<path>.*\.(?:md|markdown|txt))(?:#(?P<number>[^/]*))?"


class Document(NamedTuple):
    """A document that has one block at least; `name` is the path as it was typed."""

    name: str
    path: Path
    blocks: "tuple[Block, ...]"

    def nature(self, block: "Block") -> "Nature":
        """What one of its blocks is."""
        from asyncdemo.documents.block_syntax import nature

        return nature(block, self.blocks[: block.number - 1])

    def name_of(self, block: "Block") -> str:
        """The name of a block as a target."""
        return f"{self.name}#{block.number}"

    def with_those_before(self, block: "Block", *, cumulative: bool) -> "tuple[Block, ...]":
        """The blocks that are run as one; if `cumulative`, with those before it that Python can read."""
        from asyncdemo.documents.block_syntax import is_python

        before = self.blocks[: block.number - 1] if cumulative else ()
        return (*(each for each in before if is_python(each.text)), block)

    def staged_text(self, block: "Block", *, cumulative: bool) -> str:
        """The text that is run for a block: on the lines that it has in the document."""
        from asyncdemo.documents.document_blocks import staged_text

        return staged_text(self.with_those_before(block, cumulative=cumulative))

    def why_not(self, block: "Block", *, cumulative: bool | None) -> str | None:
        """What a block is that is not run, and what to do about it; None if it is run.

        `cumulative`: with those before it; None where that cannot be asked for.
        """
        nature = self.nature(block)
        if nature.kind == "not-python":
            return "is not Python: commands for a shell or a notebook"
        if nature.kind == "fragment" and not cumulative:
            alone = "here each block is run by itself"
            again = f"asyncdemo run {quote(self.name)}#{block.number} --cumulative"
            how = alone if cumulative is None else f"{again} runs it with those before it"
            return f"is a fragment: {needed(nature)}; {how}"
        return None

    def described(self, block: "Block", *, cumulative: bool) -> str:
        """Where a block stands, and what is special about it, in a few words."""
        nature = self.nature(block)
        words = [f"line {block.line}" if block.last == block.line else f"lines {block.line} to {block.last}"]
        if block.session:
            words.append("a session")
        if nature.kind == "await":
            words.append("top-level await")
        if nature.kind == "broken":
            words.append(f"broken in line {nature.line}")
        if cumulative and block.number > 1:
            words.append("after #1" if block.number == 2 else f"after #1 to #{block.number - 1}")
        return ", ".join(words)


def needed(nature: "Nature") -> str:
    """Which block defines what a fragment lacks: "#6 defines main"."""
    by_number: dict[int, list[str]] = {}
    for name, number in nature.needs:
        by_number.setdefault(number, []).append(name)
    return ", ".join(f"#{number} defines {listed(names, 'and')}" for number, names in sorted(by_number.items()))


def is_document(word: str) -> bool:
    """True if a word names a document, or a block of one, by its ending."""
    return re.fullmatch(_WORD, word) is not None


def read_document(word: str) -> "tuple[Document, Block | None]":
    """The document that a word names, and the block behind `#`, if one is named.

    Raises UsageError for a file that cannot be read, that has no Python in it, or that has no such block.
    """
    found = re.fullmatch(_WORD, word)
    assert found is not None  # is_document
    document = _read_document(found["path"])
    number = found["number"]
    if number is None:
        return document, None
    if not (number.isascii() and number.isdecimal()):
        raise UsageError(f"{visible(word)}: give the number of a block behind #, {_numbers(document)}")
    block = next((each for each in document.blocks if str(each.number) == number.lstrip("0")), None)
    if block is None:
        raise UsageError(f"{visible(word)}: there is no such block; {visible(document.name)} has {_numbers(document)}")
    return document, block


def _read_document(name: str) -> Document:
    from asyncdemo.documents.document_blocks import blocks

    path = Path(name)
    try:
        text = script_source.utf8(script_source.content(path, MAX_BYTES))
    except Unreadable as error:
        raise UsageError(f"cannot read {visible(name)}: {error}") from None
    found = blocks(text)
    if not found:
        raise UsageError(f"no Python in {visible(name)}: a block starts with ```python, an example with >>>")
    return Document(name, path, found)


def _numbers(document: Document) -> str:
    count = len(document.blocks)
    return f"#1 to #{count}" if count > 1 else "only #1"


class Target(NamedTuple):
    """Something to run: a scenario, one of its scripts, a person's own file, module or document, or standard input.

    `name` is what views show. A scenario with variants that was named without one has no `script`; `expand`
    gives one target for each. A person's own file has none where it is no
    plain file, no text, or its metadata is wrong: that is for its Python to judge. A document that was named without
    the number of a block has no `block`; `expand` gives one target for each.
    """

    name: str
    scenario: Scenario | None = None
    script: Script | None = None
    path: Path | None = None
    module: str | None = None
    document: Document | None = None
    block: "Block | None" = None

    @property
    def is_stdin(self) -> bool:
        """True if the program's text comes from standard input."""
        return self.path is None and self.module is None

    @property
    def parameters(self) -> "dict[str, Value]":
        """What can be set in its script or block; nothing in what cannot be read."""
        if self.block is None:
            return {} if self.script is None else self.script.parameters
        from asyncdemo.catalogue import script_tree

        try:
            return script_tree.parameters(self.block.text)
        except Unreadable:
            return {}


class Request(NamedTuple):
    """The options that say how a target is run; `arguments` are the script's own, `thresholds` None the usual ones.

    `cumulative`: a block of a document is run with those before it. `folders` were given with --scenarios: what is
    shown as the next step has to name them again. `stop_at_deadlock`: a program of one's own, too, is stopped as soon
    as nothing can wake it any more. `children`: the Python programs that it starts are watched too.
    """

    settings: tuple[str, ...] = ()
    timeout: float | None = None
    python: str | None = None
    watch_for: float | None = None
    arguments: tuple[str, ...] = ()
    thresholds: Mapping[str, float] | None = None
    cumulative: bool = False
    folders: tuple[str, ...] = ()
    stop_at_deadlock: bool = False
    children: bool = False


def of_module(module: str) -> Target:
    """The target of `-m module`."""
    return Target(f"-m {module}", module=module)


def expand(target: Target) -> list[Target]:
    """One target for each variant that can run here, and for each block; anything else is itself."""
    if target.document is not None and target.block is None:
        return [_of_block(target.document, block) for block in target.document.blocks]
    if target.scenario is None or target.script is not None:
        return [target]
    scenario = target.scenario
    return [of_script(scenario, script) for script in scenario.scripts if script.unavailable is None]


def names(catalogue: Catalogue) -> list[str]:
    """Everything that can be completed: scenarios, aliases and scenario:variant."""
    found: list[str] = []
    for each in catalogue.scenarios:
        found += each.name, *each.aliases, *(f"{each.name}:{variant}" for variant in each.variants)
    return found


def resolve(words: Sequence[str], catalogue: Catalogue, of: str | None = None) -> list[Target]:
    """The target of each word, by DESIGN section 3: path, scenario, alias, exact variant, unique prefix.

    Words that are only variants are those of the first scenario that has them all, or of the scenario `of`.
    Raises UsageError for a word that means nothing or more than one thing, and for a file that cannot be run.
    """
    try:
        exact = [_exact(word, catalogue) for word in words]
        left = [word for word, target in zip(words, exact, strict=True) if target is None]
        home = _home(left, catalogue) if of is None else _scenario(of, catalogue)
        return [target or _inexact(word, catalogue, home, of) for word, target in zip(words, exact, strict=True)]
    except UsageError as error:
        for problem in catalogue.load_problems:  # which may be the reason
            error.add_note(problem.text)
        raise


def _exact(word: str, catalogue: Catalogue) -> Target | None:
    """The target of a word that needs no other words to tell, or None."""
    if word == "-":
        return Target("-")
    if is_document(word):
        document, block = read_document(word)
        return (
            Target(document.name, path=document.path, document=document)
            if block is None
            else _of_block(document, block)
        )
    if _names_file(word):
        if word.lower().endswith((".json", ".ipynb")) and (instead := meant(word)):
            raise UsageError(instead)
        return _file(word)
    name, colon, variant = word.partition(":")
    if colon:
        return _variant(_scenario(name, catalogue), variant)
    scenario = _called(word, catalogue)
    return whole(scenario) if scenario else None


def is_scenario(word: str) -> bool:
    """True if it is the catalogue that tells what a word names, and not the word itself."""
    return word != "-" and not is_document(word) and not _names_file(word)


def _names_file(word: str) -> bool:
    return os.sep in word or "/" in word or word.lower().endswith(".py")


def _inexact(word: str, catalogue: Catalogue, home: Scenario | None, of: str | None) -> Target:
    if home and (of is not None or normal(word) in home.variants):
        return _variant(home, word)
    return whole(_by_prefix(word, catalogue))


def _file(word: str) -> Target:
    path = Path(word)
    try:
        if path.is_dir():
            raise UsageError(str(meant(word)))
        path.stat()
        if not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except FileNotFoundError:
        raise UsageError(f"no such file: {visible(word)}; asyncdemo list shows the scenarios") from None
    except OSError as error:
        raise UsageError(f"cannot read {visible(word)}: {error.strerror}") from None
    try:
        return Target(word, script=read_script(path), path=path)
    except Unreadable:
        return Target(word, path=path)


def _of_block(whole: Document, block: "Block") -> Target:
    return Target(whole.name_of(block), path=whole.path, document=whole, block=block)


def _called(word: str, catalogue: Catalogue) -> Scenario | None:
    """Find the scenario of exactly this name or, failing that, this alias."""
    wanted = normal(word)
    named = (scenario for scenario in catalogue.scenarios if scenario.name == wanted)
    known = (scenario for scenario in catalogue.scenarios if wanted in scenario.aliases)
    return next(named, None) or next(known, None)


def _scenario(word: str, catalogue: Catalogue) -> Scenario:
    return _called(word, catalogue) or _by_prefix(word, catalogue)


def _by_prefix(word: str, catalogue: Catalogue) -> Scenario:
    wanted = normal(word)
    if wanted in catalogue.exercises:
        raise UsageError(f"{wanted} is an exercise: {catalogue.exercises[wanted]}")
    found = [
        scenario
        for scenario in catalogue.scenarios
        if wanted and any(name.startswith(wanted) for name in (scenario.name, *scenario.aliases))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(word, [scenario.name for scenario in found])
    if instead := meant(word):
        raise UsageError(instead)
    from difflib import get_close_matches

    variants = [variant for scenario in catalogue.scenarios for variant in scenario.variants]
    near = get_close_matches(wanted, dict.fromkeys([*names(catalogue), *variants]))
    hint = f"; did you mean {listed(near)}?" if near else ":"
    raise UsageError(f"no scenario or variant is called {word!r}{hint} asyncdemo list shows all")


def _variant(scenario: Scenario, word: str) -> Target:
    """Find the variant of exactly this name, or the only one that begins so."""
    wanted = normal(word)
    if not scenario.variants:
        raise UsageError(f"{scenario.name} has no variants, so no {word!r} either; write {scenario.name}")
    found = [variant for variant in scenario.variants if variant.startswith(wanted)]
    if wanted in found or len(found) == 1:
        return of_script(scenario, scenario.script(wanted if wanted in found else found[0]))
    if found:
        raise _ambiguous(word, [f"{scenario.name}:{variant}" for variant in found])
    raise UsageError(f"{scenario.name} has no variant {word!r}; it has {listed(scenario.variants, 'and')}")


def _home(words: Sequence[str], catalogue: Catalogue) -> Scenario | None:
    """Find the first scenario that has all of those words that are variants; None if none of them is one."""
    homes = {word: _having({word}, catalogue) for word in map(normal, words)}
    variants = {word: home.name for word, home in homes.items() if home}
    if not variants:
        return None
    home = _having(set(variants), catalogue)
    if home is None:
        explicit = listed([f"{name}:{variant}" for variant, name in variants.items()], "and")
        raise UsageError(f"no scenario has all the variants {listed([*variants], 'and')}; write {explicit}")
    return home


def _having(variants: set[str], catalogue: Catalogue) -> Scenario | None:
    return next((scenario for scenario in catalogue.scenarios if variants <= set(scenario.variants)), None)


def _ambiguous(word: str, candidates: list[str]) -> UsageError:
    return UsageError(f"ambiguous: {word!r} could be {listed(candidates)}")


def whole(scenario: Scenario) -> Target:
    """The target of a scenario as a whole."""
    return (
        Target(scenario.name, scenario, None, scenario.path)
        if scenario.variants
        else of_script(scenario, scenario.scripts[0])
    )


def of_script(scenario: Scenario, script: Script) -> Target:
    """The target of one script of a scenario."""
    name = scenario.name if script.variant is None else f"{scenario.name}:{script.variant}"
    return Target(name, scenario, script, script.path)


def notes_of(target: Target) -> list[str]:
    """The notes of its scenario and of its script, each once."""
    notes = [each.notes for each in (target.scenario, target.script) if each is not None]
    return list(filter(None, dict.fromkeys(notes)))


def meant(word: str) -> str | None:
    """What a word names that is no target by itself, and the command for it; None of what is nothing on this disk."""
    if not word:
        return None
    path, name = Path(word), visible(word)
    try:
        if path.is_dir():
            return _folder(path, name)
        if not path.is_file():
            return _without_ending(path, name)
    except (OSError, ValueError):
        return None
    if path.suffix == ".ipynb":
        script = quote(str(path.with_suffix(".py")))
        return (
            f"{name} is a notebook, which cannot be run yet; convert it to a script: "
            f"jupyter nbconvert --to script {quote(name)}, then asyncdemo run {script}"
        )
    if path.suffix == ".json":
        return f"{name} is a recording: asyncdemo replay {quote(name)}" if _is_recording(path) else None
    return None


def command_for(words: list[str]) -> str | None:
    """The command for words in which a file or a folder stands in the place of a command; None where none does."""
    path = Path(words[0])
    if path.suffix.lower() in (".py", ".md", ".markdown", ".txt") and _is_file(path):
        arguments = ["--", *words[1:]] if words[1:] and words[1] != "--" else words[1:]
        return f"to run it: asyncdemo run {join([words[0], *arguments])}"
    return meant(words[0])


def _folder(path: Path, name: str) -> str:
    """What can be run of a folder."""
    parts = path.parts
    if (path / "__main__.py").is_file():
        if not path.is_absolute() and parts and all(part.isidentifier() for part in parts):
            return f"{name} is a package: asyncdemo run -m {'.'.join(parts)}"
        return f"{name} is a folder with a program in it: asyncdemo run {quote(str(path / '__main__.py'))}"
    first = next((file for file in sorted(path.glob("*.py")) if not file.name.startswith("_")), None)
    script = f", for example asyncdemo run {quote(str(first))}" if first else ""
    return f"{name} is a folder; name a script in it{script}, or add it with --scenarios"


def _without_ending(path: Path, name: str) -> str | None:
    """A script that was named without its ending, or a module as `import` names it."""
    if _is_file(script := path.with_name(f"{path.name}.py")):
        return f"{name} is no file, and {visible(script)} is one: asyncdemo run {quote(str(script))}"
    parts = path.name.split(".")
    if len(parts) > 1 and len(path.parts) == 1 and _is_file(Path(*parts).with_suffix(".py")):
        return f"{name} is a module: asyncdemo run -m {quote(name)}"
    return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_recording(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return _RECORDING in file.read(_LOOKED_AT)
    except OSError:
        return False
