"""Finds the class that a lazy entry names, from the source alone: nothing is imported for it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from aiperf.plugins.bindings import Binding, Scope, imported_module, parse, scope_of
from aiperf.plugins.nearest import did_you_mean, nearest
from aiperf.plugins.sources import MissingModule, ModuleSource, Sources

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEPS: Final = 20
"""How many imports and assignments are followed from the name to the class."""

_MAKES_NAMES = (b"globals(", b"exec(", b"sys.modules", b"__dict__", b"\nglobal ", b" global ")


class Trouble(Enum):
    """What is wrong with a target."""

    NONE = ""
    MODULE = "there is no such module"
    SYNTAX = "the module is not valid Python"
    CLASS = "the module has no such class"
    NOT_CALLABLE = "it is not a class"


@dataclass(frozen=True, slots=True)
class Target:
    """What a lazy entry names, as far as the source tells.

    Attributes:
        path: the file that has the class, or else the module's; empty where there is none.
        line: the class's line in it, 0 where it is not known.
        problem: what is wrong and the nearest right name, as a sentence or two without the final
            word on where the entry is; empty where nothing wrong is known.
        certain: whether that is known. ``False`` where only an import can tell: a module without
            source, a module-level ``__getattr__``, names made while it runs. That a package which
            the module needs is not installed is no problem of the target.
        trouble: the problem's kind.
        module: the module that defines the class, which may not be the entry's own.
        node: the class or function itself, where it was found in a source.
    """

    path: str = ""
    line: int = 0
    problem: str = ""
    certain: bool = True
    trouble: Trouble = Trouble.NONE
    module: str = ""
    node: ast.AST | None = None


def find_target(
    module_path: str, class_name: str, *, sources: Sources | None = None, quick: bool = False
) -> Target:
    """Return where the class is, or what is wrong with its name.

    Args:
        module_path: the dotted path of the module.
        class_name: the class's name in it; ``Outer.Inner`` reaches a nested class.
        sources: where to look for modules; one for many calls reads each module once.
        quick: whether a line ``class <name>`` in the module is enough. The module is then not
            parsed, and a syntax error in it goes unseen: for lists, which must cost nothing.
    """
    return Targets(sources).find(module_path, class_name, quick=quick)


class _Place(NamedTuple):
    """Where names are looked up: a class's or function's scope, and its module's around it."""

    module: ModuleSource
    outer: Scope
    scope: Scope


class Targets:
    """Finds classes by name; it parses each module once.

    Args:
        sources: where to look for modules.
    """

    def __init__(self, sources: Sources | None = None) -> None:
        self.sources = sources or Sources()
        self._scopes: dict[str, Scope | SyntaxError] = {}

    def find(self, module_path: str, class_name: str, *, quick: bool = False) -> Target:
        """Return where the class is, or what is wrong with its name; see :func:`find_target`."""
        module = self.sources.find(module_path)
        if isinstance(module, MissingModule):
            return _no_module(module)
        if quick and module.text is not None:
            found = re.search(
                rb"^class[ \t]+%s\b" % re.escape(class_name).encode(), module.text, re.MULTILINE
            )
            if found is not None:
                line = module.text.count(b"\n", 0, found.start()) + 1
                return Target(module.path, line, module=module.name)
        broken = None if quick else self._broken_parent(module_path)
        return broken or self._in_module(module, class_name.split("."), _STEPS)

    def scope(self, module: ModuleSource) -> Scope | SyntaxError:
        """Return the names of a module that has a source, or why it cannot be parsed."""
        scope = self._scopes.get(module.name)
        if scope is None:
            try:
                scope = scope_of(parse(module).body)
            except SyntaxError as error:
                scope = error
            self._scopes[module.name] = scope
        return scope

    def expression(self, module: ModuleSource, scope: Scope, value: ast.expr) -> Target:
        """Return what an expression such as a base class in ``module`` stands for."""
        return self._value(_Place(module, scope, scope), value, [], _STEPS)

    def _broken_parent(self, module_path: str) -> Target | None:
        parent = module_path.rpartition(".")[0]
        while parent:
            source = self.sources.find(parent)
            if isinstance(source, ModuleSource) and source.text is not None:
                scope = self.scope(source)
                if isinstance(scope, SyntaxError):
                    return _not_python(source, scope)
            parent = parent.rpartition(".")[0]
        return None

    def _in_module(self, module: ModuleSource, parts: list[str], steps: int) -> Target:
        """Look for a dotted name in a module."""
        here = Target(module.path, module=module.name)
        if module.text is None:
            return _unsure(here)
        scope = self.scope(module)
        if isinstance(scope, SyntaxError):
            return _not_python(module, scope)
        if parts[0] in scope.names:
            return self._bound(_Place(module, scope, scope), parts, here, steps)
        unsure = parts[0] in (module.loaded or ()) or "__getattr__" in scope.names
        for star in scope.stars:
            dotted = imported_module(star, module.package)
            found = self._other_module(dotted, parts, here, max(steps - 1, 0))
            if found.trouble is not Trouble.CLASS and found.certain:
                return found
            unsure = unsure or not found.certain
        if unsure or any(word in module.text for word in _MAKES_NAMES):
            return _unsure(here)
        return _no_class(here, module.name, parts[0], scope)

    def _bound(self, place: _Place, parts: list[str], here: Target, steps: int) -> Target:
        """Follow whichever binding of the first part leads to something, the last one first."""
        if not steps:
            return _unsure(here)
        results = [
            self._follow(place, binding, parts[1:], steps - 1)
            for binding in reversed(place.scope.names[parts[0]])
        ]
        right = [each for each in results if not each.problem]
        return next((each for each in right if each.certain), (right or results)[0])

    def _follow(self, place: _Place, binding: Binding, rest: list[str], steps: int) -> Target:
        """Follow one binding; ``rest`` is what is to be found in what it gives."""
        module = place.module
        here = Target(module.path, binding.line, module=module.name)
        found = _unsure(here)
        match binding.node:
            case ast.ClassDef() as node if rest:
                found = self._nested(place, node, rest, steps)
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef() as node if not rest:
                found = Target(module.path, node.lineno, module=module.name, node=node)
            case ast.Import() if binding.alias is not None:
                dotted = binding.alias.name
                if binding.alias.asname is None:
                    dotted, *more = dotted.split(".")
                    while more and rest[:1] == more[:1]:
                        dotted, more, rest = f"{dotted}.{more[0]}", more[1:], rest[1:]
                found = self._other_module(dotted, rest, here, steps)
            case ast.ImportFrom() as node if binding.alias is not None:
                dotted = imported_module(node, module.package)
                found = self._imported(dotted, [binding.alias.name, *rest], here, steps)
            case ast.expr() as node:
                found = self._value(place, node, rest, steps)
        return found

    def _nested(self, place: _Place, node: ast.ClassDef, rest: list[str], steps: int) -> Target:
        module = place.module
        here = Target(module.path, node.lineno, module=module.name)
        inner = scope_of(node.body)
        if rest[0] in inner.names:
            return self._bound(place._replace(scope=inner), rest, here, steps)
        if node.bases or node.keywords or node.decorator_list:
            return _unsure(here)
        return _no_class(here, f"{module.name}.{node.name}", rest[0], inner)

    def _imported(self, dotted: str, parts: list[str], here: Target, steps: int) -> Target:
        """Follow ``from dotted import parts[0]``: a name of that module or a module below it."""
        source = self.sources.find(dotted)
        if isinstance(source, ModuleSource):
            scope = self.scope(source) if source.text is not None else None
            is_name = isinstance(scope, Scope) and parts[0] in scope.names
            below = f"{dotted}.{parts[0]}"
            if not is_name and isinstance(self.sources.find(below), ModuleSource):
                return self._other_module(below, parts[1:], here, steps)
        return self._other_module(dotted, parts, here, steps)

    def _other_module(self, dotted: str, parts: list[str], here: Target, steps: int) -> Target:
        source = self.sources.find(dotted)
        if isinstance(source, MissingModule):
            # What is another package's may be optional; what is the plugin's own is not.
            own = dotted.partition(".")[0] == here.module.partition(".")[0]
            return _no_module(source, here) if own else _unsure(here)
        if not parts:
            return _not_callable(here, f"module {dotted}")
        return self._in_module(source, parts, steps) if steps else _unsure(here)

    def _value(self, place: _Place, value: ast.expr, rest: list[str], steps: int) -> Target:
        """Follow the value of an assignment, or a base class."""
        here = Target(place.module.path, value.lineno, module=place.module.name)
        names = dotted_parts(value)
        if names is not None:
            for scope in (place.scope, place.outer):
                if names[0] in scope.names:
                    return self._bound(place._replace(scope=scope), [*names, *rest], here, steps)
        elif isinstance(value, _PLAIN) and not rest:
            return _not_callable(here, ast.unparse(value)[:40])
        return _unsure(here)


_PLAIN = (ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.JoinedStr)


def dotted_parts(value: ast.expr) -> list[str] | None:
    """Return ``a.b.C`` as its parts, ``None`` for any other expression."""
    parts: list[str] = []
    while isinstance(value, ast.Attribute):
        parts.append(value.attr)
        value = value.value
    return [value.id, *reversed(parts)] if isinstance(value, ast.Name) else None


def _no_module(missing: MissingModule, here: Target | None = None) -> Target:
    path, line = ("", 0) if here is None else (here.path, here.line)
    if not missing.certain:
        return Target(path, line, certain=False)
    parent = missing.parent
    if parent is not None and parent.locations is None:
        problem = f"{parent.name!r} is a module and not a package, so there is no {missing.name!r}"
        return Target(path or parent.path, line, f"{problem}.", trouble=Trouble.MODULE)
    problem = f"there is no module {missing.name!r}."
    likely = nearest(missing.name, missing.siblings())
    if likely is not None:
        problem += f" Did you mean {likely!r}?"
    return Target(path, line, problem, trouble=Trouble.MODULE)


def _no_class(here: Target, where: str, name: str, scope: Scope) -> Target:
    likely = did_you_mean(name, _classes(scope))
    problem = f"{where} has no class {name!r}. {likely}"
    return Target(here.path, here.line, problem, trouble=Trouble.CLASS, module=here.module)


def _classes(scope: Scope) -> Iterable[str]:
    """Yield the names that could be meant for a class's."""
    for name, bindings in scope.names.items():
        node = bindings[-1].node
        is_class = isinstance(node, ast.ClassDef)
        if is_class or (name[:1].isupper() and isinstance(node, ast.ImportFrom | ast.Name)):
            yield name


def _not_python(module: ModuleSource, error: SyntaxError) -> Target:
    line = error.lineno or 0
    where = f"{module.path or module.name}:{line}"
    problem = f"{where} is not valid Python: {error.msg}."
    return Target(module.path, line, problem, trouble=Trouble.SYNTAX, module=module.name)


def _not_callable(here: Target, what: str) -> Target:
    problem = f"it is {what}, which cannot be called. Name a class."
    return Target(here.path, here.line, problem, trouble=Trouble.NOT_CALLABLE, module=here.module)


def _unsure(here: Target) -> Target:
    return Target(here.path, here.line, certain=False, module=here.module)
