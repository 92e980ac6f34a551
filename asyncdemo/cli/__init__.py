"""The command line: says what is asked for, has it done, and ends with a status. The only package that knows Typer."""
