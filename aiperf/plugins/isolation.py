"""Gives a registry a fresh state for the length of a block, and then all of the old one back."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from weakref import WeakSet

from aiperf.plugins.declarations import Declaration
from aiperf.plugins.environment import AUTOLOAD, is_ours
from aiperf.plugins.errors import InvalidStateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.plugins.manager import AIPerfPluginManager
    from aiperf.plugins.registry import Registry

_entering = threading.Lock()


@contextmanager
def isolated(registry: Registry) -> Iterator[Registry]:
    """Do the work of :meth:`Registry.isolated`."""
    with _entering:
        if registry.isolators and registry.isolators[-1] != threading.get_ident():
            raise InvalidStateError(
                "Registry.isolated(): another thread is inside such a block, which counts for the "
                "whole process. Let it end first."
            )
        registry.isolators.append(threading.get_ident())
    try:
        with _fresh_state(registry), _plain_environment():
            yield registry
    finally:
        registry.isolators.pop()


def registering_modules(registry: Registry) -> set[str]:
    """Return the modules that registered something, or defined a factory, in the present state.

    One that was first imported in a block must run again after it to register again.
    """
    modules = {origin.module for _, origin in registry.builtins.values()}
    for slot in list(registry.every_slot):
        modules.add(slot.module)
        modules.update(c.origin.module for each in slot.runtime.values() for c in each.values())
    declared = registry.manager.declarations.of_imported_modules()
    return modules | {declaration.module for _, declaration in declared}


@contextmanager
def _fresh_state(registry: Registry) -> Iterator[None]:
    """Swap everything that the registry and its factories keep; what was there is not touched."""
    fresh = _fresh_manager(registry)
    manager, selection = registry.manager, registry.selection
    slots, every_slot, builtins = registry.slots, registry.every_slot, registry.builtins
    with manager.lock:
        states = {slot: slot.state() for slot in list(every_slot)}
        for slot in states:
            slot.renew()
        registry.slots, registry.every_slot = dict(slots), WeakSet(states)
        registry.builtins = dict(builtins)
        registry.attach(fresh)
    try:
        yield
    finally:
        with manager.lock:
            registry.manager, registry.selection = manager, selection
            registry.slots, registry.every_slot, registry.builtins = slots, every_slot, builtins
            for slot, state in states.items():
                slot.restore(state)


def _fresh_manager(registry: Registry) -> AIPerfPluginManager:
    """Return a manager that has the old one's hooks, and the builtins for its only plugins."""
    old = registry.manager
    # Registrations that are kept have their numbers; the next one comes after them.
    fresh = type(old)(old.next_position())
    with old.lock:
        callers = [caller for caller in vars(old.hook).values() if caller.has_spec()]
        for namespace in {id(each): each for each in (c.spec.namespace for c in callers)}.values():
            fresh.add_hookspecs(namespace)
        _keep_declarations(registry, fresh)
    for name, (plugin, origin) in registry.builtins.items():
        fresh.origins[name] = origin
        fresh.register(plugin, name)
    return fresh


def _keep_declarations(registry: Registry, fresh: AIPerfPluginManager) -> None:
    """Hand on what plugins' modules, imported by now, registered by calls.

    It is not made again, because Python imports a module once; it counts where ``fresh`` loads the
    plugin, and nowhere else.
    """
    for slot in list(registry.every_slot):
        for registered in slot.runtime.values():
            for each in registered.values():
                if each.is_plugin and each.origin.module in sys.modules:
                    declaration = Declaration(
                        slot.name, each.entry, each.origin.module, each.priority, each.loaded
                    )
                    fresh.declarations.keep(each.origin.module, declaration)
    for module, declaration in registry.manager.declarations.of_imported_modules():
        fresh.declarations.keep(module, declaration)


@contextmanager
def _plain_environment() -> Iterator[None]:
    """Take the registry's variables away, but for one that leaves installed plugins alone."""
    before = {name: value for name, value in os.environ.items() if is_ours(name)}
    for name in before:
        del os.environ[name]
    os.environ[AUTOLOAD] = "0"
    try:
        yield
    finally:
        for name in [name for name in os.environ if is_ours(name)]:
            del os.environ[name]
        os.environ.update(before)
