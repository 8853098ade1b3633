"""Reads from source what a registry module declares: its hooks and its entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiperf.devtools.entry_source import EntryReader, EntrySource
from aiperf.devtools.hook_source import HookSource, hooks_in
from aiperf.devtools.lookup import place_of
from aiperf.plugins.bindings import parse

if TYPE_CHECKING:
    from aiperf.plugins.sources import ModuleSource
    from aiperf.plugins.targets import Targets


@dataclass(slots=True)
class RegistrySource:
    """What a registry module declares, in itself or through what it imports its hooks from."""

    module: ModuleSource
    hooks: list[HookSource] = field(default_factory=list)
    entries: list[EntrySource] = field(default_factory=list)


def read_registry(targets: Targets, module: ModuleSource, attribute: str = "") -> RegistrySource:
    """Read a registry module, or the object in it that an entry point names.

    A module that cannot be parsed declares nothing.
    """
    found = RegistrySource(module)
    place = place_of(targets, module.name)
    if place is None:
        return found
    found.hooks += hooks_in(targets, *place, attribute)
    for name in dict.fromkeys([module.name, *(hook.module.name for hook in found.hooks)]):
        place = place_of(targets, name)
        if place is not None:
            reader = EntryReader(targets, *place, found.hooks)
            found.entries += reader.read(parse(place[0]))
    return found
