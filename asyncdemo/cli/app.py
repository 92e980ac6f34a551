"""The commands, each loaded only when it is used."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

COMMANDS = (
    "tour",
    "exercise",
    "list",
    "show",
    "run",
    "compare",
    "explain",
    "replay",
    "attach",
    "ps",
    "check",
    "new",
    "doctor",
)

WELCOME = """\
asyncdemo: see what your async code does.

  asyncdemo tour                take the course, key by key
  asyncdemo exercise            mend broken programs
  asyncdemo list                the scenarios, by chapter
  asyncdemo run unawaited       run one: code, output, time
  asyncdemo run your.py         run your own program
  asyncdemo compare sync async  which one is faster
"""


class Commands(TyperGroup):
    """A group whose commands are modules of this package: only the one that is used is imported."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """The names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        return typer.main.get_command(import_module(f"asyncdemo.cli.{cmd_name}").app)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command for the words, or say which ones there are."""
        if args and args[0] not in COMMANDS and not ctx.resilient_parsing:
            raise _unknown(args)
        return super().resolve_command(ctx, args)


def command_app() -> typer.Typer:
    """An empty Typer application with the settings that all commands share.

    Without Rich's help and tracebacks: they cost start-up time, and foreign text would be taken for markup.
    """
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


app = typer.Typer(
    cls=Commands,
    name="asyncdemo",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from asyncdemo import __version__

        print(f"asyncdemo {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def asyncdemo(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  # its callback does the work
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """See what your async code does: output, timing, tasks, and what went wrong, for scenarios and your own scripts.

    Exit status: 0 all ended as it should; 1 a run did not; 2 usage error; 3 an expectation failed; 130 interrupted.
    """
    if context.invoked_subcommand is None:
        print(WELCOME, end="")


def _unknown(words: list[str]) -> Exception:
    from difflib import get_close_matches

    from asyncdemo.catalogue.targets import command_for
    from asyncdemo.errors import UsageError

    word, instead = words[0], command_for(words)
    if instead is not None:
        return UsageError(f"no command is called {word!r}; {instead}")
    near = get_close_matches(word, COMMANDS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the commands are {', '.join(COMMANDS)}"
    return UsageError(f"no command is called {word!r}; {hint}")
