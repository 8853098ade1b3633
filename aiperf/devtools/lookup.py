"""Follows names and evaluates constants in source that is not run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aiperf.plugins.bindings import imported_module, scope_of
from aiperf.plugins.sources import ModuleSource
from aiperf.plugins.targets import dotted_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.plugins.bindings import Binding, Scope
    from aiperf.plugins.targets import Targets

_STEPS: Final = 12


class Unknown:
    """The value of an expression that only running it would tell."""

    def __repr__(self) -> str:
        """Name it in a message."""
        return "<unknown>"


UNKNOWN: Final = Unknown()


class Definition(NamedTuple):
    """What a name stands for once imports are followed: its binding, and the module that has it."""

    module: ModuleSource
    scope: Scope
    binding: Binding


def place_of(targets: Targets, module: str) -> tuple[ModuleSource, Scope] | None:
    """Return a module's source and its names, ``None`` where they cannot be read."""
    source = targets.sources.find(module) if module else None
    if not isinstance(source, ModuleSource) or source.text is None:
        return None
    scope = targets.scope(source)
    return None if isinstance(scope, SyntaxError) else (source, scope)


def definition_of(
    targets: Targets, module: ModuleSource, scope: Scope, name: str
) -> Definition | None:
    """Return what binds ``name``, through ``from x import y``; ``None`` if it is not known."""
    for _ in range(_STEPS):
        bindings = scope.names.get(name)
        if not bindings:
            return None
        binding = bindings[-1]
        if not isinstance(binding.node, ast.ImportFrom) or binding.alias is None:
            return Definition(module, scope, binding)
        place = place_of(targets, imported_module(binding.node, module.package))
        if place is None or binding.alias.name not in place[1].names:
            return Definition(module, scope, binding)
        module, scope, name = *place, binding.alias.name
    return None


def imported_name(module: ModuleSource, scope: Scope, value: ast.expr) -> str:
    """Return the full dotted name of ``value`` as the imports of ``module`` give it.

    ``impl`` after ``from aiperf import hookimpl as impl`` is ``aiperf.hookimpl``; a name that is
    not imported is returned as it is written, and any other expression as an empty string.
    """
    parts = dotted_parts(value)
    if parts is None:
        return ""
    bindings = scope.names.get(parts[0])
    if bindings and (alias := bindings[-1].alias) is not None:
        node = bindings[-1].node
        if isinstance(node, ast.ImportFrom):
            parts[0] = f"{imported_module(node, module.package)}.{alias.name}"
        elif alias.asname is not None:
            parts[0] = alias.name
    return ".".join(parts)


class Constants:
    """Evaluates what is constant in one module, or in one function of it.

    Args:
        targets: finds other modules.
        module: the module.
        scope: its names.
        local: names of a function: what each is assigned, ``None`` where that is not known.
    """

    def __init__(
        self,
        targets: Targets,
        module: ModuleSource,
        scope: Scope,
        local: Mapping[str, ast.expr | None] | None = None,
    ) -> None:
        self._targets = targets
        self._module = module
        self._scope = scope
        self._local = local or {}

    def evaluate(self, value: ast.expr, steps: int = _STEPS) -> Any:
        """Return the value of an expression, with :data:`UNKNOWN` for every part that is not."""
        result: Any = UNKNOWN
        steps -= 1
        match value:
            case _ if not steps:
                pass
            case ast.Constant(value=constant):
                result = constant
            case ast.Name(id=name):
                result = self._name(name, steps)
            case ast.Attribute():
                result = self._attribute(value, steps)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                result = [self.evaluate(item, steps) for item in items]
            case ast.Dict():
                result = self._dict(value, steps)
            case ast.JoinedStr() | ast.BinOp():
                result = self._text(value, steps)
        return result

    def _name(self, name: str, steps: int) -> Any:
        if name in self._local:
            value = self._local[name]
            return UNKNOWN if value is None else self.evaluate(value, steps)
        special = {"__name__": self._module.name, "__package__": self._module.package}
        if name in special:
            return special[name]
        found = definition_of(self._targets, self._module, self._scope, name)
        if found is None or not isinstance(found.binding.node, ast.expr):
            return UNKNOWN
        if len(self._scope.names[name]) > 1:
            return UNKNOWN
        elsewhere = Constants(self._targets, found.module, found.scope)
        return elsewhere.evaluate(found.binding.node, steps)

    def _attribute(self, value: ast.Attribute, steps: int) -> Any:
        """Evaluate ``Enum.MEMBER`` or ``module.NAME``."""
        found = self._targets.expression(self._module, self._scope, value.value)
        place = place_of(self._targets, found.module)
        if not isinstance(found.node, ast.ClassDef) or place is None:
            return UNKNOWN
        members = scope_of(found.node.body).names.get(value.attr, ())
        member = members[0].node if len(members) == 1 else None
        elsewhere = Constants(self._targets, *place)
        return elsewhere.evaluate(member, steps) if isinstance(member, ast.expr) else UNKNOWN

    def _dict(self, value: ast.Dict, steps: int) -> Any:
        result: dict[Any, Any] = {}
        for key, item in zip(value.keys, value.values, strict=True):
            name = UNKNOWN if key is None else self.evaluate(key, steps)
            if not isinstance(name, str):
                return UNKNOWN
            result[name] = self.evaluate(item, steps)
        return result

    def _text(self, value: ast.JoinedStr | ast.BinOp, steps: int) -> Any:
        parts: list[ast.expr]
        if isinstance(value, ast.BinOp):
            if not isinstance(value.op, ast.Add):
                return UNKNOWN
            parts = [value.left, value.right]
        else:
            parts = [
                each.value if isinstance(each, ast.FormattedValue) else each
                for each in value.values
            ]
        texts = [self.evaluate(part, steps) for part in parts]
        return "".join(texts) if all(isinstance(text, str) for text in texts) else UNKNOWN


def local_names(function: ast.AST) -> dict[str, ast.expr | None]:
    """Return what a function gives each of its local names, ``None`` where it is not one value."""
    names: dict[str, ast.expr | None] = {}
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            names[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] = None
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, []).append(node.value)
    names.update({name: each[0] for name, each in values.items() if len(each) == 1})
    return names
