"""What a module's or a class's source binds each name to, read from its syntax tree."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiperf.plugins.sources import ModuleSource


class Binding(NamedTuple):
    """One place that binds a name.

    ``node`` is the class, the function, the value that is assigned, or the import, whose ``alias``
    is the one of its names that counts. ``None``: something that only running it would tell.
    """

    line: int
    node: ast.AST | None
    alias: ast.alias | None = None


@dataclass(slots=True)
class Scope:
    """The names of one module or class, and its ``from x import *`` statements.

    Each name has its bindings in order, whichever branch they are in.
    """

    names: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[ast.ImportFrom] = field(default_factory=list)

    def add(self, name: str, binding: Binding) -> None:
        """Note one more binding of ``name``."""
        self.names.setdefault(name, []).append(binding)


def parse(source: ModuleSource) -> ast.Module:
    """Return the syntax tree of a module that has a source.

    Raises:
        SyntaxError: it is not valid Python, or nothing that the parser can take in.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its author's, not ours
            return ast.parse(source.text or b"", source.path or source.name)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or type(error).__name__) from error


def scope_of(body: Iterable[ast.stmt], *, for_type_checkers: bool = False) -> Scope:
    """Return the names that ``body`` binds.

    Those for type checkers alone, which do not exist when the code runs, are there if asked for.
    """
    reader = _Reader(Scope(), for_type_checkers=for_type_checkers)
    for statement in body:
        reader.visit(statement)
    return reader.scope


def is_type_checking(test: ast.expr) -> bool:
    """Say whether a condition is ``TYPE_CHECKING``, false whenever the code runs."""
    name = test.id if isinstance(test, ast.Name) else getattr(test, "attr", None)
    return name == "TYPE_CHECKING"


def imported_module(statement: ast.ImportFrom, package: str) -> str:
    """Return the absolute name of the module of ``from x import y`` in ``package``."""
    if not statement.level:
        return statement.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - statement.level + 1]
    return ".".join([*base, *([statement.module] if statement.module else [])])


class _Reader(ast.NodeVisitor):
    """Notes every name that statements bind; it does not go into functions and classes."""

    def __init__(self, scope: Scope, *, for_type_checkers: bool) -> None:
        self.scope = scope
        self.for_type_checkers = for_type_checkers

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.scope.add(node.name, Binding(node.lineno, node))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.scope.add(node.name, Binding(node.lineno, node))

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.scope.add(node.name, Binding(node.lineno, node))

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.scope.add(name, Binding(node.lineno, node, alias))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.scope.stars.append(node)
            else:
                self.scope.add(alias.asname or alias.name, Binding(node.lineno, node, alias))

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            _bind(target, node.value, self.scope)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            _bind(node.target, node.value, self.scope)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        _bind(node.target, node.value, self.scope)

    def visit_For(self, node: ast.For) -> None:
        _bind(node.target, None, self.scope)
        self.generic_visit(node)

    def visit_withitem(self, node: ast.withitem) -> None:
        if node.optional_vars is not None:
            _bind(node.optional_vars, None, self.scope)

    def visit_If(self, node: ast.If) -> None:
        is_skipped = is_type_checking(node.test) and not self.for_type_checkers
        for each in [*([] if is_skipped else node.body), *node.orelse]:
            self.visit(each)


def _bind(target: ast.expr, value: ast.expr | None, scope: Scope) -> None:
    if isinstance(target, ast.Name):
        scope.add(target.id, Binding(target.lineno, value))
    elif isinstance(target, ast.Tuple | ast.List):
        values = value.elts if isinstance(value, ast.Tuple | ast.List) else ()
        paired = len(values) == len(target.elts) and not any(
            isinstance(each, ast.Starred) for each in (*values, *target.elts)
        )
        for position, each in enumerate(target.elts):
            _bind(each, values[position] if paired else None, scope)
    elif isinstance(target, ast.Starred):
        _bind(target.value, None, scope)
