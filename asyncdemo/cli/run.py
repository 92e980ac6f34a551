"""`asyncdemo run`."""

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from asyncdemo.cli.app import command_app
from asyncdemo.cli.options import (
    Ascii,
    Cumulative,
    FailOn,
    Json,
    Of,
    Python,
    Save,
    Scenarios,
    Settings,
    Timeout,
    Title,
    complete_target,
)
from asyncdemo.cli.run_targets import RunOptions, run_targets

app = command_app()


class RunCommand(TyperCommand):
    """A command that keeps what stands behind `--` apart: it belongs to the script, whatever it looks like."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the script's own arguments off before the others are looked at."""
        own = args.index("--") if "--" in args else len(args)
        ctx.obj = tuple(args[own + 1 :])
        return super().parse_args(ctx, args[:own])


@app.command("run", cls=RunCommand, context_settings={"ignore_unknown_options": True})
def run(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET... [-- ARGS]",
            help="Scenarios, variants, scripts, documents (article.md, or its third block: article.md#3), or - for a "
            "script on standard input. ARGS are the script's own.",
            autocompletion=complete_target,
        ),
    ] = None,
    module: Annotated[
        str | None,
        typer.Option(
            "-m",
            metavar="MODULE",
            help="Run a module, with the words after it as arguments; its options go after --.",
        ),
    ] = None,
    run_all: Annotated[bool, typer.Option("--all", help="Run every scenario that can run here.")] = False,
    chapter: Annotated[int | None, typer.Option(metavar="N", help="Run the scenarios of this chapter.")] = None,
    output_only: Annotated[
        bool, typer.Option("--output-only", help="Run as if asyncdemo were not there: same streams, same status.")
    ] = False,
    as_json: Json = False,
    spans: Annotated[bool, typer.Option("--spans", help="With --json: include every span of every task.")] = False,
    save: Save = None,
    title: Title = None,
    timing: Annotated[bool, typer.Option("--timing", help="Show every timing.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Show everything, however long.")] = False,
    source: Annotated[bool | None, typer.Option("--source/--no-source", help="Show all of the code, or none.")] = None,
    critical: Annotated[
        bool, typer.Option("--critical", help="Show the critical path: the lines that decided how long it took.")
    ] = False,
    timeline: Annotated[
        bool | None, typer.Option("--timeline/--no-timeline", help="Draw what every task did, or don't.")
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort", metavar="BY", help="List the lines at which it waited, by total, longest, times or line."
        ),
    ] = None,
    cumulative: Cumulative = False,
    settings: Settings = None,
    timeout: Timeout = None,
    duration: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="TIME", help="Watch a program for this long, then stop it: 30s, 2m. For servers."
        ),
    ] = None,
    children: Annotated[
        bool, typer.Option("--children", help="Watch the Python programs that it starts, too.")
    ] = False,
    fail_on: FailOn = None,
    thresholds: Annotated[
        list[str] | None,
        typer.Option(
            "--threshold", metavar="RULE=SECONDS", help="How long it must take before a finding counts. Repeatable."
        ),
    ] = None,
    python: Python = None,
    of: Of = None,
    scenarios: Scenarios = None,
    ascii_only: Ascii = False,
) -> None:
    """Run scenarios or your own scripts: code, output, time, findings.

    Each block of Python in a document runs in its own interpreter. A fragment, which needs names from an earlier block,
    is reported and skipped, which is not a failure; --cumulative runs it.

    Exit status: 0 if every run ended as it should, 1 if one did not, 2 for a usage error, 3 for a finding that
    --fail-on names, 130 after Ctrl-C. With --output-only: that of the script; 124 after a timeout, 125 to 127 if it
    could not run.
    """
    given: dict[str, Any] = {name: value for name, value in locals().items() if value is not None and name != "context"}
    options: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    raise typer.Exit(run_targets(RunOptions(**options, arguments=context.obj)))
