"""What to do next, for each thing that was run: a label, and the command in words that can be pasted."""

from collections.abc import Callable, Mapping
from shlex import join, quote
from typing import TYPE_CHECKING, Any

from asyncdemo.catalogue.scenario import Catalogue, Scenario
from asyncdemo.catalogue.targets import Document, Request, Target

if TYPE_CHECKING:
    from asyncdemo.documents.document_blocks import Block

Step = tuple[str, str]  # what comes next, and its command


def next_step(
    target: Target, request: Request, catalogue: Callable[[], Catalogue], look: Mapping[str, Any]
) -> Step | None:
    """The next scenario of the course; all ways of a variant; what was not shown yet of a person's own program."""
    if target.document is not None and target.block is not None:
        return _next_block(target.document, target.block, request)
    if target.scenario is None:
        return _more_of(target, request, look)
    if target.script is not None and target.script.variant is not None:
        return ("run all variants", run_again(target.scenario.name, request))
    return next_scenario(target.scenario, catalogue, request)


def _more_of(target: Target, request: Request, look: Mapping[str, Any]) -> Step:
    """What a person's own program can be looked at for next: all the code and the times, then the page."""
    words = f"-m {quote(target.module)}" if target.module is not None else quote(target.name)
    if look["timing"]:
        name = target.module.rpartition(".")[2] if target.module is not None else target.path and target.path.stem
        return ("everything as a page", run_again(f"{words} --save {quote(name or 'run')}.html", request))
    if target.is_stdin:
        return ("all timings", run_again(f"{words} --timing", request))
    if look["full"] or look["show_code"]:
        shown = "--full" if look["full"] else "--source"
        return ("all timings", run_again(f"{words} {shown} --timing", request))
    return ("full source and timings", run_again(f"{words} --source --timing", request))


def next_scenario(scenario: Scenario, catalogue: Callable[[], Catalogue], request: Request) -> Step:
    """The next scenario of the course that can run here."""
    course = iter(catalogue().scenarios)
    after = next((each for known in course if known.name == scenario.name for each in course if each.available), None)
    if after is None:
        return ("all scenarios", _found("asyncdemo list", request))
    return ("next", _found(f"asyncdemo run {after.name}", request))


def _next_block(document: Document, block: "Block", request: Request) -> Step | None:
    """The block after this one that can be run, a fragment with those before it; after the last one the list of all."""
    for after in document.blocks[block.number :]:
        kind = document.nature(after).kind
        if kind != "not-python":
            again = request._replace(cumulative=request.cumulative or kind == "fragment")
            return ("next", run_again(f"{quote(document.name)}#{after.number}", again))
    return ("all blocks", f"asyncdemo list {quote(document.name)}")


def comparison_of(scenario: Scenario, ran: list[str], catalogue: Callable[[], Catalogue], request: Request) -> Step:
    """The comparison that comes next: of the first variant with asyncio's, where there is one, else with the second.

    A pair that another scenario has before has to be named in full; one that need not goes before it.
    """
    others = [variant for variant in ran if variant != ran[0]]
    if not others:
        return ("the code", _found(f"asyncdemo show {scenario.name}", request))
    pairs = [(ran[0], other) for other in sorted(others, key=lambda variant: variant != "async")]
    homes = (next(each for each in catalogue().scenarios if set(pair) <= set(each.variants)) for pair in pairs)
    own = next((pair for pair, home in zip(pairs, homes, strict=True) if home.name == scenario.name), None)
    names = own or [f"{scenario.name}:{variant}" for variant in pairs[0]]
    return ("one run proves little", " ".join(["asyncdemo compare", *names, *options_again(request)]))


def _found(command: str, request: Request) -> str:
    """The command, so that it finds the scenarios of the folders that were given just now."""
    return " ".join([command, *(f"--scenarios {quote(folder)}" for folder in request.folders)])


def run_again(words: str, request: Request) -> str:
    """The command that runs these words as they were run just now."""
    options = options_again(request)
    if request.watch_for is not None:
        options.append(f"--for {request.watch_for:g}s")
    if request.cumulative:
        options.append("--cumulative")
    if request.children:
        options.append("--children")
    own = ["--", join(request.arguments)] if request.arguments else []
    return " ".join(["asyncdemo run", words, *options, *own])


def options_again(request: Request) -> list[str]:
    """The options by which the same is run again, by whichever command."""
    options = [f"--set {quote(setting)}" for setting in request.settings]
    if request.python is not None:
        options.append(f"--python {quote(request.python)}")
    if request.timeout is not None:
        options.append(f"--timeout {request.timeout:g}")
    return [*options, *(f"--scenarios {quote(folder)}" for folder in request.folders)]
