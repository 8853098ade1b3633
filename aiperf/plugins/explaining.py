"""Adds to a resolution's outcome what would change it, and who might have taken part in it."""

from __future__ import annotations

import os
from types import ModuleType
from typing import TYPE_CHECKING

from aiperf.plugins import resolver
from aiperf.plugins.absent import absent
from aiperf.plugins.environment import PluginEnvironment
from aiperf.plugins.flips import Standing, flips
from aiperf.plugins.values import replace

if TYPE_CHECKING:
    from aiperf.plugins.implementations import Explanation
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.slots import FactorySlot


def explained(registry: Registry, slot: FactorySlot, outcome: Explanation) -> Explanation:
    """Return ``outcome`` with every override, flip and absent plugin."""
    manager = registry.manager
    environment = PluginEnvironment.read(os.environ)
    standing = Standing(
        slot=slot,
        candidates=registry.candidates(slot, outcome.class_type),
        overrides=tuple(registry.selection.overrides(slot, outcome.class_type)),
        environment=environment,
        modules=frozenset(
            name for name, plugin in manager.list_name_plugin() if isinstance(plugin, ModuleType)
        ),
    )
    losers = []
    for loss in outcome.losers:
        loser = resolver.find(standing.candidates, loss.implementation.reference)
        losers.append(replace(loss, flips=() if loser is None else flips(standing, loser)))
    return replace(
        outcome,
        losers=tuple(losers),
        overrides=standing.overrides,
        absent=absent(slot, list(manager.records.values())),
        is_autoload_off=environment.autoload is False,
    )
