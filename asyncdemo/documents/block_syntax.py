"""What a block of a document is, as its syntax shows: runnable, a fragment, broken... Nothing is executed."""

import ast
import builtins
import re
import symtable
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from asyncdemo.model.syntax_tree import NOT_PYTHON, parse, problem

if TYPE_CHECKING:
    from asyncdemo.documents.document_blocks import Block

Kind = Literal["runnable", "await", "fragment", "not-python", "broken"]

_AWAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# A line that a person types into a shell or a notebook.
_COMMAND = re.compile(
    r"\s*(?:(\([^)]*\) ?)?[$%!] ?\w|%%\w|#!.*\bsh\b|PS [A-Z]:|[A-Z]:\\"
    r"|(?:pip3?|python3?|py|pipx|uv|conda|poetry|npm|git|cd|export|docker|curl)\s+(?![=(.])\S)"
)
_NOTEBOOK = re.compile(r"\s*In \[\d*\]:")  # valid Python: an annotation
_MODULE_NAMES = frozenset(
    [*dir(builtins), "__file__", "__name__", "__doc__", "__spec__", "__builtins__", "__annotations__", "__path__"]
)


class Nature(NamedTuple):
    """What a block is. `needs` are the blocks that define names which it uses: each name with the number of the last.

    `line` and `error` say what is wrong with one that is broken.
    """

    kind: Kind
    needs: tuple[tuple[str, int], ...] = ()
    line: int | None = None
    error: str = ""


class _Syntax(NamedTuple):
    """What a text shows by itself: the names that it needs beforehand, in the order of their use, and those it defines.

    `line` (in the text) and `error` say why it is no Python.
    """

    missing: tuple[str, ...] = ()
    defined: frozenset[str] = frozenset()
    awaits: bool = False
    line: int = 0
    error: str | None = None


def nature(block: "Block", earlier: Sequence["Block"]) -> Nature:
    """What a block is, where these stand before it in the document."""
    found = _syntax(block.text)
    notebook = _NOTEBOOK.match(block.code[0])
    if found.error is not None or notebook:
        if notebook or any(_COMMAND.match(line) for line in block.code):
            return Nature("not-python")
        return Nature("broken", line=block.line + found.line - 1, error=found.error or "")
    provided = {"asyncio"} if found.awaits else {"_"} if block.session else set()
    needs = _needs([name for name in found.missing if name not in provided], earlier)
    if needs:
        return Nature("fragment", needs)
    return Nature("await" if found.awaits else "runnable")


def is_python(text: str) -> bool:
    """True for valid Python, top-level `await` allowed."""
    return _syntax(text).error is None


def awaits(text: str) -> bool:
    """True if there is an `await` outside of functions."""
    return _syntax(text).awaits


def _needs(missing: Sequence[str], earlier: Sequence["Block"]) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    left = set(missing)
    for block in reversed(earlier) if left else ():
        here = left & _syntax(block.text).defined
        found.update(dict.fromkeys(here, block.number))
        left -= here
        if not left:
            break
    return tuple((name, found[name]) for name in missing if name in found)


@cache
def _syntax(text: str) -> _Syntax:
    try:
        tree = parse(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # What is allowed where (`return`, `await`, `break`...) only the compiler knows.
            compile(tree, "block", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            awaits = _awaits(tree)
            return _Syntax(*_names(tree), awaits)
    except NOT_PYTHON as error:
        return _Syntax(line=getattr(error, "lineno", None) or 1, error=problem(error))


def _awaits(tree: ast.Module) -> bool:
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, _AWAITS) or (isinstance(node, ast.comprehension) and node.is_async):
            return True
        left += (child for child in ast.iter_child_nodes(node) if not isinstance(child, _SCOPES))
    return False


def _names(tree: ast.Module) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names that a module needs and defines; nothing is known to be missing after `from x import *`.

    What functions and classes use in their bodies counts if a statement uses them, directly or by way of another one.
    """
    used: dict[str, None] = {}  # in the order of use; so are the other two
    needed: dict[str, None] = {}
    bodies: dict[str, dict[str, None]] = {}
    defined: set[str] = set()
    for statement in map(_Plain().visit, tree.body):
        table = symtable.symtable(ast.unparse(statement), "block", "exec")
        here = [symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()]
        here += _used_at_once(table)
        binds = {each.get_name() for each in table.get_symbols() if each.is_assigned() or each.is_imported()}
        # A loop or a `with` binds before it uses; the right side of an assignment is evaluated first.
        first = set() if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr) else binds
        needed |= dict.fromkeys(name for name in here if name not in defined | first)
        used |= dict.fromkeys(here)
        defined |= binds
        bodies |= _bodies(table)
    needed |= dict.fromkeys(name for name in _used_by_bodies(used, bodies) if name not in defined)
    star = any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree))
    return () if star else tuple(name for name in needed if name not in _MODULE_NAMES), frozenset(defined)


class _Plain(ast.NodeTransformer):
    """Writes what symbol tables tell too little of in a form of which they tell all."""

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """`x += 1` as `x = x + 1`: the former does not count as a use of x."""
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name):
            return node
        value = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
        return ast.Assign([node.target], value, lineno=node.lineno)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> ast.AST:
        """A comprehension as a generator expression: since Python 3.12 the former has no scope of its own."""
        self.generic_visit(node)
        element = ast.Tuple([node.key, node.value], ast.Load()) if isinstance(node, ast.DictComp) else node.elt
        return ast.GeneratorExp(element, node.generators)

    visit_SetComp = visit_DictComp = visit_ListComp

    def visit_Await(self, node: ast.Await) -> ast.AST:
        """What is awaited, alone: since Python 3.14 tables of symbols refuse an `await` outside of functions."""
        self.generic_visit(node)
        return node.value

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        """The same of a loop."""
        self.generic_visit(node)
        return ast.For(**dict(ast.iter_fields(node)), lineno=node.lineno)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        """The same of a context."""
        self.generic_visit(node)
        return ast.With(**dict(ast.iter_fields(node)), lineno=node.lineno)

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        """The same of one of the loops in an expression."""
        self.generic_visit(node)
        return ast.comprehension(node.target, node.iter, node.ifs, is_async=0)


def _used_at_once(table: symtable.SymbolTable) -> Iterator[str]:
    """The global names that scopes within this one use when a statement is executed: all but bodies of functions."""
    for child in table.get_children():
        if not _is_function(child):
            yield from _globals_used(child)
            yield from _used_at_once(child)


def _bodies(table: symtable.SymbolTable) -> dict[str, dict[str, None]]:
    """For each function and class the global names that it uses when it is called."""
    found: dict[str, dict[str, None]] = {}
    for child in table.get_children():
        if _is_function(child):
            found.setdefault(child.get_name(), {}).update(dict.fromkeys(_all_globals_used(child)))
        elif child.get_type() == "class":
            methods = _bodies(child).values()
            found.setdefault(child.get_name(), {}).update({name: None for body in methods for name in body})
        else:
            found |= _bodies(child)
    return found


def _is_function(table: symtable.SymbolTable) -> bool:
    """True for a `def`; generator and lambda expressions count as executed where they stand."""
    unnamed = table.get_name().strip("<>") == "lambda" or ".0" in table.get_identifiers()
    return table.get_type() == "function" and not unnamed


def _globals_used(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        # symtable takes a function named "top" for the module, where each local name is a global one too.
        if symbol.is_global() and symbol.is_referenced() and not symbol.is_local():
            yield symbol.get_name()


def _all_globals_used(table: symtable.SymbolTable) -> Iterator[str]:
    yield from _globals_used(table)
    for child in table.get_children():
        yield from _all_globals_used(child)


def _used_by_bodies(used: dict[str, None], bodies: dict[str, dict[str, None]]) -> Iterator[str]:
    left, done = [*used], set[str]()
    while left:
        name = left.pop(0)
        if name not in done:
            done.add(name)
            yield from bodies.get(name, ())
            left += bodies.get(name, ())
