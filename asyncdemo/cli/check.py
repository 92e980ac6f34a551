"""`asyncdemo check`."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from asyncdemo.catalogue import targets
from asyncdemo.catalogue.names import visible
from asyncdemo.catalogue.targets import Request, Target, is_document
from asyncdemo.cli import messages
from asyncdemo.cli.app import command_app
from asyncdemo.cli.check_choice import Chosen, choose, other, ours
from asyncdemo.cli.check_runs import check_all, updated
from asyncdemo.cli.exit_status import EXPECTATION_FAILED, INTERRUPTED
from asyncdemo.cli.messages import say
from asyncdemo.cli.option_values import CUMULATIVE_WHAT, checked_timeout, load_catalogue, load_exercises
from asyncdemo.cli.options import Ascii, Cumulative, Json, Of, Python, Scenarios, Timeout, complete_target
from asyncdemo.errors import UsageError
from asyncdemo.expectations.check_result import CheckResult, Report

app = command_app()


@app.command("check")
def check(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TARGET]...",
            help="Scenarios, variants, folders of scenarios, or documents (article.md). Default: all scenarios.",
            autocompletion=complete_target,
        ),
    ] = None,
    chapter: Annotated[
        int | None, typer.Option("--chapter", metavar="N", help="Check the scenarios of this chapter.")
    ] = None,
    exercises: Annotated[
        bool, typer.Option("--exercises", help="Check the exercises: the start must fail, and the solution pass.")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Rewrite the blocks at the end of the scripts to the current output.")
    ] = False,
    cumulative: Cumulative = False,
    as_json: Json = False,
    timeout: Timeout = None,
    python: Python = None,
    of: Of = None,
    scenarios: Scenarios = None,
    ascii_only: Ascii = False,
) -> None:
    """Run scenarios and compare them with what they expect.

    That is: output, exit status, findings, choices and times. For a document, each block of Python is run and compared
    with the output that the document shows after it; a fragment is skipped, unless --cumulative is given.
    Piped: target, status and reason, separated by tabs.

    Exit status: 0 if every expectation is met, 2 for a usage error, 3 if one is not met, 130 after Ctrl-C.
    """
    catalogue = load_exercises(scenarios) if exercises else load_catalogue(scenarios)
    if words and not exercises:  # they may name either
        catalogue = catalogue._replace(scenarios=(*catalogue.scenarios, *load_exercises(scenarios).scenarios))
    documents = targets.resolve([word for word in words or [] if is_document(word)], catalogue, of)
    _refuse(documents, update=update, cumulative=cumulative)
    others = [word for word in words or [] if not is_document(word)]
    chosen = choose(others, catalogue, of, chapter) if others or not documents else Chosen(())
    request = Request(timeout=checked_timeout(timeout), python=python, cumulative=cumulative)
    report = _checked(chosen, documents, request, update=update)
    _show(report, as_json=as_json, ascii_only=ascii_only)
    _annotate(report.results)
    failed = any(result.status == "failed" for result in report.results)
    raise typer.Exit(INTERRUPTED if report.interrupted else EXPECTATION_FAILED if failed else 0)


def _checked(chosen: Chosen, documents: Sequence[Target], request: Request, *, update: bool) -> Report:
    """Run it all, with a line of progress."""
    scripts = [script for choice in chosen.choices for script in choice.scripts]
    interpreter = ours() if request.python is None else other(request.python, scripts)
    started = time.monotonic()

    def tell(done: int, all_: int, name: str) -> None:
        left = f", about {(time.monotonic() - started) / done * (all_ - done):.0f} s left" if 0 < done < all_ else ""
        say(f"{done} of {all_} checked{left}: {name}" if done < all_ else f"once more: {name}")

    checked = check_all(chosen, documents, request, interpreter, tell)
    say("")
    if update:
        checked = updated(checked, interpreter)
    results = tuple(_near(result) for result, _, _ in checked.results)
    noun = "scenario" if not documents else "target" if chosen.choices or chosen.problems else "block"
    took = time.monotonic() - started
    return Report(results, checked.python, took, checked.interrupted, noun, checked.unfinished)


def _refuse(documents: Sequence[Target], *, update: bool, cumulative: bool) -> None:
    if documents and update:
        raise UsageError("--update writes the blocks of scripts; the output in a document is yours to change")
    if cumulative and not documents:
        raise UsageError(CUMULATIVE_WHAT)


def _show(report: Report, *, as_json: bool, ascii_only: bool) -> None:
    if as_json:
        from asyncdemo.expectations.check_result import to_json
        from asyncdemo.views.document import write_json

        write_json(to_json(report.results))
        return
    from asyncdemo.views.terminal.page import Page, standard_page
    from asyncdemo.views.terminal.readiness import write_report

    if sys.stdout.isatty():
        write_report(standard_page(ascii_only=ascii_only), report)
        return
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    for result in report.results:
        print(*map(visible, (result.target, result.status, result.reason or "")), sep="\t")
    sys.stdout.flush()
    write_report(Page(sys.stderr, os.environ, ascii_only=ascii_only), report)


def _near(result: CheckResult) -> CheckResult:
    """The same with paths as short as they can be written from here."""
    mismatches = (mismatch._replace(path=_near_path(mismatch.path)) for mismatch in result.mismatches)
    return result._replace(mismatches=tuple(mismatches))


def _near_path(path: str) -> str:
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (OSError, ValueError):
        return path


def _annotate(results: Sequence[CheckResult]) -> None:
    if messages.is_github(os.environ):
        from asyncdemo.expectations.line_matching import as_text

        for result in results:
            for mismatch in result.mismatches:
                text = f"{mismatch.message}\n{as_text(mismatch.rows)}".rstrip("\n")
                messages.write_annotation("error", f"check {result.target}", mismatch.path, mismatch.line, text)
