"""Finds hook implementations in source, marked or not."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiperf.devtools.lookup import Constants, definition_of, imported_name, place_of
from aiperf.plugins.bindings import imported_module, scope_of
from aiperf.plugins.markers import HOOK_PREFIX, PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aiperf.plugins.bindings import Scope
    from aiperf.plugins.sources import ModuleSource
    from aiperf.plugins.targets import Targets

HookNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class HookSource:
    """A function that is a hook, or looks like one.

    Attributes:
        name: the function's name.
        hook: the hook that it implements: the name, or the marker's ``specname``.
        node: the function.
        module: the module that has it.
        options: the marker's options that are constant.
        is_marked: whether it has ``@hookimpl``.
        marker: the marker's project, where that is not AIPerf's.
        is_method: whether it is called with ``self``.
    """

    name: str
    hook: str
    node: HookNode
    module: ModuleSource
    options: Mapping[str, Any]
    is_marked: bool
    marker: str = ""
    is_method: bool = False


def hooks_in(
    targets: Targets, module: ModuleSource, scope: Scope, attribute: str = ""
) -> Iterator[HookSource]:
    """Yield the hooks of a module, or of the object in it that an entry point names."""
    if attribute:
        yield from _of_object(targets, module, scope, attribute)
        return
    for name, bindings in scope.names.items():
        for binding in bindings:
            if isinstance(binding.node, HookNode):
                yield from _hook(targets, module, scope, name, binding.node)
            elif isinstance(binding.node, ast.ImportFrom) and "register" in name:
                yield from _imported_hook(targets, module, scope, name)
    for star in scope.stars:
        place = place_of(targets, imported_module(star, module.package))
        if place is not None and place[0] is not module:
            for name, bindings in place[1].names.items():
                if isinstance(bindings[-1].node, HookNode):
                    yield from _hook(targets, *place, name, bindings[-1].node)


def _of_object(
    targets: Targets, module: ModuleSource, scope: Scope, attribute: str
) -> Iterator[HookSource]:
    """Yield the hooks of a class, or of an instance that the module makes by calling one."""
    target = targets.expression(module, scope, ast.parse(attribute, mode="eval").body)
    is_instance = False
    if target.node is None:
        found = definition_of(targets, module, scope, attribute)
        if found is None or not isinstance(found.binding.node, ast.Call):
            return
        target = targets.expression(found.module, found.scope, found.binding.node.func)
        is_instance = True
    place = place_of(targets, target.module)
    if isinstance(target.node, ast.ClassDef) and place is not None:
        for name, bindings in scope_of(target.node.body).names.items():
            node = bindings[-1].node
            if isinstance(node, HookNode):
                marks = {each.id for each in node.decorator_list if isinstance(each, ast.Name)}
                bound = "classmethod" in marks or (is_instance and "staticmethod" not in marks)
                yield from _hook(targets, *place, name, node, is_method=bound)


def _imported_hook(
    targets: Targets, module: ModuleSource, scope: Scope, name: str
) -> Iterator[HookSource]:
    found = definition_of(targets, module, scope, name)
    if found is not None and isinstance(found.binding.node, HookNode):
        yield from _hook(
            targets, found.module, found.scope, name, found.binding.node, is_method=False
        )


def _hook(
    targets: Targets,
    module: ModuleSource,
    scope: Scope,
    name: str,
    node: HookNode,
    *,
    is_method: bool = False,
) -> Iterator[HookSource]:
    """Yield the function if it is marked, is named like a hook, or makes entries for one."""
    for mark in node.decorator_list:
        project = _project(targets, module, scope, mark)
        if project is None:
            continue
        constants = Constants(targets, module, scope)
        keywords = mark.keywords if isinstance(mark, ast.Call) else []
        options = {each.arg: constants.evaluate(each.value) for each in keywords if each.arg}
        hook = options.get("specname") or name
        yield HookSource(
            name,
            hook if isinstance(hook, str) else name,
            node,
            module,
            options,
            is_marked=True,
            marker="" if project == PROJECT else project,
            is_method=is_method,
        )
        return
    makes_entries = name.startswith("aiperf_") and any(
        isinstance(each, ast.Call) and is_entry(module, scope, each) for each in ast.walk(node)
    )
    if name.startswith(HOOK_PREFIX) or makes_entries:
        yield HookSource(name, name, node, module, {}, is_marked=False, is_method=is_method)


def _project(targets: Targets, module: ModuleSource, scope: Scope, mark: ast.expr) -> str | None:
    """Return the project that a decorator marks hooks for, ``None`` if it marks none."""
    value = mark.func if isinstance(mark, ast.Call) else mark
    dotted = imported_name(module, scope, value)
    if dotted in {"aiperf.hookimpl", "aiperf.plugins.hookimpl", "aiperf.plugins.markers.hookimpl"}:
        return PROJECT
    if not isinstance(value, ast.Name):
        return dotted.partition(".")[0] if dotted.endswith(".hookimpl") else None
    found = definition_of(targets, module, scope, value.id)
    if found is not None and isinstance(found.binding.node, ast.Call):
        call = found.binding.node
        if imported_name(found.module, found.scope, call.func).endswith("HookimplMarker"):
            given = [*call.args, *(each.value for each in call.keywords)][:1]
            constants = Constants(targets, found.module, found.scope)
            name = constants.evaluate(given[0]) if given else PROJECT
            return name if isinstance(name, str) else PROJECT
    return dotted.partition(".")[0] if dotted.endswith(".hookimpl") else None


def is_entry(module: ModuleSource, scope: Scope, call: ast.Call) -> bool:
    """Say whether a call makes a :class:`aiperf.LazyEntry`."""
    dotted = imported_name(module, scope, call.func)
    return dotted.startswith("aiperf.") and dotted.endswith(".LazyEntry")
