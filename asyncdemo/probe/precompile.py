"""Compiles a block of a document for a Python to run: `python precompile.py SOURCE TARGET SESSIONS`.

Runs in the Python that is to run the block, from 3.8 on. The target is a file of bytecode, which Python runs like a
script. Its lines, and the text that tracebacks show, are the source's own; nothing is executed here. Two things are
compiled otherwise than a script's:

- `await` outside of functions: all of the block is one coroutine, which `asyncio.run` runs, as `python -m asyncio`.
- Lines in SESSIONS (`3-7,12-12`) are examples as typed at the prompt: the value of an expression is shown by
  `sys.displayhook`, an exception by `sys.excepthook`, and the next example goes on.
"""

import ast
import importlib.util
import marshal
import sys

COROUTINE = 0x80  # inspect.CO_COROUTINE, without importing that
OUTER = "<top-level await>"

_RUN = "import asyncio\nasyncio.run(__import__('types').FunctionType('the block', globals())())"
_SHOW = """\
try:
    __import__('sys').displayhook(None)
except (SystemExit, KeyboardInterrupt, GeneratorExit):
    raise
except:
    __import__('sys').excepthook(*__import__('sys').exc_info())
"""


def compiled(data, path, sessions):
    """The code object of a source, whose bytes these are. Raises SyntaxError, and what else `compile` raises."""
    tree = ast.parse(data, path)
    tree.body = [_as_typed(each) if _is_typed(each, sessions) else each for each in tree.body]
    code = compile(tree, path, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return _run_by_asyncio(code, tree.body[0].lineno) if code.co_flags & COROUTINE else code


def _is_typed(statement, sessions):
    future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    return not future and any(first <= statement.lineno <= last for first, last in sessions)


def _as_typed(statement):
    shown = ast.parse(_SHOW).body[0]
    for node in ast.walk(shown):
        if hasattr(node, "lineno"):
            ast.copy_location(node, statement)
    if isinstance(statement, ast.Expr):
        shown.body[0].value.args = [statement.value]
    else:
        shown.body = [statement]
    return shown


def _run_by_asyncio(code, line):
    tree = ast.parse(_RUN)
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = line  # that of the block's first statement, for whoever asks where it began
    outer = compile(tree, OUTER, "exec")
    return outer.replace(co_consts=tuple(code if each == "the block" else each for each in outer.co_consts))


def main(source, target, sessions):
    """Write the bytecode file."""
    ranges = [tuple(map(int, each.split("-"))) for each in sessions.split(",") if each]
    with open(source, "rb") as file:
        code = compiled(file.read(), source, ranges)
    with open(target, "xb") as file:
        file.write(importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code))


if __name__ == "__main__":
    main(*sys.argv[1:])
