"""Finds factories in source: the class, its hook, and the protocol that it makes instances of."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiperf.devtools.lookup import definition_of, place_of
from aiperf.plugins.bindings import parse, scope_of
from aiperf.plugins.markers import HOOK_PREFIX
from aiperf.plugins.naming import snake_case
from aiperf.plugins.sources import ModuleSource
from aiperf.plugins.targets import Target, dotted_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiperf.plugins.bindings import Scope
    from aiperf.plugins.targets import Targets

OWN: Final = "aiperf.common.factories"
"""The module of AIPerf's own factories."""

_BASES = frozenset({"AIPerfFactory", "AIPerfSingletonFactory"})
_STEPS = 10


@dataclass(frozen=True, slots=True)
class FactorySource:
    """A factory as its source says it.

    Attributes:
        name: as in ``AIPERF_IMPLEMENTATIONS``: ``endpoint``.
        title: the class's name: ``EndpointFactory``.
        module: the module that defines it.
        protocols: the protocols of its instances, of which one must fit; none if unknown.
    """

    name: str
    title: str
    module: str
    protocols: tuple[Target, ...] = ()

    @property
    def hook(self) -> str:
        """The factory's hook."""
        return HOOK_PREFIX + self.name

    @property
    def is_own(self) -> bool:
        """Whether it is one of AIPerf's own."""
        return self.module == OWN


def factories_in(targets: Targets, module: ModuleSource) -> Iterator[FactorySource]:
    """Yield the factories that ``module`` defines."""
    if module.text is None or b"Factory" not in module.text:
        return
    try:
        tree = parse(module)
    except SyntaxError:
        return  # said where the module itself is checked
    scope = scope_of(tree.body, for_type_checkers=True)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _is_factory(targets, module, scope, node):
            name = _name(node)
            if name is not None:
                protocols = tuple(_protocols(targets, module, scope, node))
                yield FactorySource(name, node.name, module.name, protocols)


def factories_of(targets: Targets, names: Iterable[str]) -> Iterator[FactorySource]:
    """Yield the factories of the modules called ``names``; a missing one has none."""
    for name in dict.fromkeys(names):
        source = targets.sources.find(name)
        if isinstance(source, ModuleSource):
            yield from factories_in(targets, source)


def _is_factory(
    targets: Targets, module: ModuleSource, scope: Scope, node: ast.ClassDef, steps: int = _STEPS
) -> bool:
    for base in node.bases:
        value = base.value if isinstance(base, ast.Subscript) else base
        parts = dotted_parts(value)
        if parts is None or not steps:
            continue
        if parts[-1] in _BASES:
            return True
        if not parts[-1].endswith("Factory"):
            continue
        target = targets.expression(module, scope, value)
        place = place_of(targets, target.module)
        if isinstance(target.node, ast.ClassDef) and place is not None:
            return _is_factory(targets, *place, target.node, steps - 1)
    return False


def _name(node: ast.ClassDef) -> str | None:
    """Return the factory's name, ``None`` for an abstract one or a name that is computed."""
    for keyword in node.keywords:
        value = keyword.value
        if keyword.arg == "abstract":
            return None
        if keyword.arg == "factory_name":
            constant = value.value if isinstance(value, ast.Constant) else None
            return constant if isinstance(constant, str) else None
    return (
        None if node.name in _BASES else snake_case(node.name.removesuffix("Factory") or node.name)
    )


def _protocols(
    targets: Targets, module: ModuleSource, scope: Scope, node: ast.ClassDef
) -> Iterator[Target]:
    for base in node.bases:
        match base:
            case ast.Subscript(slice=ast.Tuple(elts=[_, protocol])):
                yield from _alternatives(targets, module, scope, protocol)


def _alternatives(
    targets: Targets, module: ModuleSource, scope: Scope, value: ast.expr, steps: int = _STEPS
) -> Iterator[Target]:
    """Yield the classes of a type expression, each side of ``A | B`` by itself."""
    parts: list[ast.expr] = []
    match value:
        case ast.Constant(value=str() as text):
            parts = _parsed(text)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            parts = [left, right]
        case ast.Subscript(value=ast.Name(id="Union"), slice=ast.Tuple(elts=elements)):
            parts = elements
        case ast.Subscript(value=generic):
            parts = [generic]
        case ast.Name(id=name):
            found = definition_of(targets, module, scope, name)
            if found is not None and isinstance(found.binding.node, ast.expr):
                module, scope, _ = found
                parts = [found.binding.node]
            else:
                yield from _classes(targets.expression(module, scope, value))
        case ast.Attribute():
            yield from _classes(targets.expression(module, scope, value))
    for part in parts if steps else ():
        yield from _alternatives(targets, module, scope, part, steps - 1)


def _parsed(text: str) -> list[ast.expr]:
    """Return what a quoted type says."""
    try:
        return [ast.parse(text.strip(), mode="eval").body]
    except SyntaxError:
        return []


def _classes(target: Target) -> Iterator[Target]:
    if isinstance(target.node, ast.ClassDef):
        yield target
