"""What the text of a script tells about a line that was observed: no evidence, only where it is and how to say it."""

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from asyncdemo.model.syntax_tree import tree_of

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LONGEST = 40  # characters of a call that is quoted


class _Import(NamedTuple):
    """A name that the script binds to a module, or to what has a name in that."""

    module: str
    name: str
    bound: str

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]


class Source:
    """The text of one script, parsed when it is asked for; of a text that cannot be parsed nothing is known."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.splitlines()

    @cached_property
    def known(self) -> bool:
        """True if the text could be parsed."""
        return bool(self._tree.body)

    @cached_property
    def functions(self) -> list[Function]:
        """All functions, also those inside of others."""
        return [node for node in self.nodes if isinstance(node, FUNCTIONS)]

    def line(self, number: int | None) -> str:
        """The text of a line, without its indentation."""
        return self.lines[number - 1].strip() if number and number <= len(self.lines) else ""

    def uses(self, module: str) -> bool:
        """True if the script imports the module."""
        return any(each.package == module for each in self._imports)

    def imported_from(self, modules: Iterable[str]) -> set[str]:
        """The names under which the script has some modules, and what it takes out of them."""
        return {each.bound for each in self._imports if each.package in modules}

    def named(self, name: str) -> list[Function]:
        """The functions of that name, which may be a qualified one."""
        return [function for function in self.functions if function.name == last_of(name)]

    def around(self, line: int | None) -> Function | None:
        """The innermost function whose body holds the line."""
        found = [each for each in self.functions if line and each.lineno <= line <= (each.end_lineno or each.lineno)]
        return max(found, key=lambda each: each.lineno, default=None)

    def every_call(self, name: str) -> list[ast.Call]:
        """All calls of a function of that name."""
        return self._calls.get(last_of(name), [])

    def uses_of(self, name: str) -> list[ast.expr]:
        """All places in which a name, or an attribute of that name, is read."""
        return self._uses.get(name, [])

    @cached_property
    def variables(self) -> set[str]:
        """All names that are assigned or are parameters, anywhere in the script."""
        stored = {node.id for node in self.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        return stored | {node.arg for node in self.nodes if isinstance(node, ast.arg)}

    def receiver(self, call: ast.Call) -> str | None:
        """The last part of the object whose method is called, "?" where it has no name; None of a plain function."""
        if not isinstance(call.func, ast.Attribute):
            return None
        root = call.func.value
        while isinstance(root, ast.Attribute):
            root = root.value
        name = root.id if isinstance(root, ast.Name) else ""
        if any(each.bound == name and (not each.name or root is call.func.value) for each in self._imports):
            return None
        return last_name(call.func.value) or "?"

    def is_called(self, node: ast.expr) -> bool:
        """True if an expression is what a call calls."""
        parent = next(self.parents(node), None)
        return isinstance(parent, ast.Call) and parent.func is node

    def text_of(self, node: ast.AST) -> str | None:
        """The code of an expression; of one that stands in several lines, all in one."""
        code = ast.get_source_segment(self.text, node)
        return code if code is None or "\n" not in code else ast.unparse(node)

    def with_other(self, node: ast.expr, code: str) -> str | None:
        """The whole text with other code in place of an expression."""
        if node.end_lineno is None or node.end_col_offset is None:
            return None
        lines = self.text.splitlines(keepends=True)
        before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
        after = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
        return "".join([*lines[: node.lineno - 1], before, code, after, *lines[node.end_lineno :]])

    def names_of(self, module: str, name: str) -> set[str]:
        """How the script calls a function of a module: `time.sleep`, or `sleep` where it imports that."""
        whole = {f"{each.bound}.{name}" for each in self._imports if each.module == module and not each.name}
        return whole | {each.bound for each in self._imports if (each.module, each.name) == (module, name)}

    def knows(self, name: str, node: ast.AST) -> bool:
        """True if a name is bound where a node is: by a function around it, or outside of all functions."""
        scopes: list[ast.AST] = [each for each in self.parents(node) if isinstance(each, (*FUNCTIONS, ast.Lambda))]
        around = [node, *self.parents(node)]
        local = (part for each in around if isinstance(each, _COMPREHENSIONS) for part in ast.walk(each))
        bound = {part.id for part in local if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        return name in bound.union(*(_bound_in(each) for each in (*scopes, self._tree)))

    @cached_property
    def awaited_names(self) -> set[str]:
        """All names that are awaited anywhere in the script."""
        awaits = (node.value for node in self.nodes if isinstance(node, ast.Await))
        return {part.id for each in awaits for part in ast.walk(each) if isinstance(part, ast.Name)}

    @cached_property
    def awaits_outside(self) -> bool:
        """True if there is an await outside of all functions, as in a notebook."""
        return any(isinstance(node, ast.Await) for node in inside(self._tree))

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, from the inside out."""
        while (parent := self._parents.get(id(node))) is not None:
            yield parent
            node = parent

    def calls(self, name: str) -> list[ast.Call]:
        """The calls of a function of that name that are not awaited on the spot."""
        return [call for call in self.every_call(name) if not self.is_awaited(call)]

    def is_awaited(self, call: ast.Call) -> bool:
        """True if a call is awaited on the spot."""
        return isinstance(next(self.parents(call), None), ast.Await)

    def may_loop_for_ever(self, line: int, *, innermost: bool = True) -> bool:
        """True if a line is in a loop that may have no end, or begins it: a `while`, or a `for` over what has no end.

        A `while` with an await in it gives others their turns: it counts only where the line itself awaits, and
        has called nothing of the script that goes on: that is `innermost`.
        """
        here = [each for each in self.nodes if _is_at(each, line)]
        over = [each.iter for each in here if isinstance(each, ast.For)]
        over += [part.iter for each in here if isinstance(each, _COMPREHENSIONS) for part in each.generators]
        bodies = [list(ast.walk(each)) for each in here if isinstance(each, ast.While)]
        return any(map(self._is_endless, over)) or any(
            not awaits or (innermost and any(_is_at(each, line) for each in awaits))
            for awaits in ([each for part in body for each in _awaited(part)] for body in bodies)
        )

    def _is_endless(self, over: ast.expr) -> bool:
        """True of `itertools.count()` and its like, of `iter()` up to a value, and of a generator with a `while`."""
        if not isinstance(over, ast.Call):
            return False
        name, given = called(over), len(over.args) + len(over.keywords)
        inner = (part for function in self.named(name) for part in ast.walk(function))
        return (
            name in ("count", "cycle")
            or (name, given) in (("repeat", 1), ("iter", 2))
            or any(isinstance(part, ast.While) for part in inner)
        )

    def is_async(self, function: Function | None) -> bool:
        """True if it is an `async def`."""
        return isinstance(function, ast.AsyncFunctionDef)

    def calls_in(self, line: int) -> list[ast.Call]:
        """All calls that begin in a line."""
        return [node for node in self.nodes if isinstance(node, ast.Call) and node.lineno == line]

    def statements(self, name: str) -> list[ast.Call]:
        """Those calls that are a whole statement: nobody can do anything with what they return."""
        return [call for call in self.calls(name) if isinstance(next(self.parents(call), None), ast.Expr)]

    def quoted(self, node: ast.AST) -> str | None:
        """The code of an expression, if it is short."""
        code = ast.get_source_segment(self.text, node)
        return code if code is not None and len(code) <= _LONGEST and "\n" not in code else None

    @cached_property
    def _tree(self) -> ast.Module:
        return tree_of(self.text)

    @cached_property
    def _calls(self) -> dict[str, list[ast.Call]]:
        found: dict[str, list[ast.Call]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Call):
                found.setdefault(called(node), []).append(node)
        return found

    @cached_property
    def _uses(self) -> dict[str, list[ast.expr]]:
        found: dict[str, list[ast.expr]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.setdefault(last_name(node), []).append(node)
        return found

    @cached_property
    def _imports(self) -> list["_Import"]:
        found = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [_Import(each.name, "", each.asname or each.name.partition(".")[0]) for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                found += [_Import(node.module or "", each.name, each.asname or each.name) for each in node.names]
        return found

    @cached_property
    def _parents(self) -> dict[int, ast.AST]:
        return {id(child): node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All that the script consists of."""
        return list(ast.walk(self._tree))


def _awaited(node: ast.AST) -> list[ast.expr]:
    """What is awaited by a node itself: by `await`, or at the head of an `async with` or `async for`."""
    match node:
        case ast.Await():
            return [node]
        case ast.AsyncWith():
            return [item.context_expr for item in node.items]
        case ast.AsyncFor() | ast.comprehension(is_async=1):
            return [node.iter]
    return []


def _is_at(node: ast.AST, line: int) -> bool:
    """True if a line is one of those of a statement or an expression."""
    return isinstance(node, ast.stmt | ast.expr) and node.lineno <= line <= (node.end_lineno or node.lineno)


@lru_cache(maxsize=32)
def source_of(text: str) -> Source:
    """A text as it was parsed before: a file of tests is judged again for each of them."""
    return Source(text)


def last_of(name: str) -> str:
    """The last part of a qualified name."""
    return name.rpartition(".")[2]


def called(call: ast.Call) -> str:
    """The last part of the name of what is called; empty where it has none."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def last_name(node: ast.expr) -> str:
    """The last part of the name that an expression is; empty where it is none."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def caught(kind: ast.expr | None) -> list[str]:
    """The names of the errors that an `except` of that catches."""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return ["BaseException" if each is None else last_name(each) for each in kinds]


def parameters(function: Function | ast.Lambda) -> set[str]:
    """The names of its parameters."""
    every = function.args
    some = [*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg]
    return {each.arg for each in some if each is not None}


def _bound_in(scope: ast.AST) -> set[str]:
    """The names that a function or a module binds."""
    found = parameters(scope) if isinstance(scope, (*FUNCTIONS, ast.Lambda)) else set[str]()
    for node in inside(scope):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found


def inside(function: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a function's own body, without those of functions in it."""
    nodes = list(ast.iter_child_nodes(function))
    while nodes:
        node = nodes.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            nodes.extend(ast.iter_child_nodes(node))
