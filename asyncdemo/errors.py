"""The errors that end a command. A run that fails is a value (an Outcome), never one of these."""


class AsyncdemoError(Exception):
    """Ends the command with one clear message on stderr and `status`.

    The message names the thing, the value and the next step.
    """

    status = 2


class UsageError(AsyncdemoError):
    """What was asked for cannot be done as asked: unknown name, bad option, unreadable file."""


class Unreadable(UsageError):
    """The file cannot be read as what it is meant to be: the message is the reason, without the file."""


class ToolError(AsyncdemoError):
    """The tool itself could not do its part, for example write a temporary file."""

    status = 1
