"""What the plugins that are registered now contribute to a factory."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from aiperf.plugins.candidates import Candidate
from aiperf.plugins.declarations import Declaration, declarer_of
from aiperf.plugins.errors import PluginError, RegistrationError
from aiperf.plugins.held import Contributed, Held

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiperf.plugins.manager import AIPerfPluginManager
    from aiperf.plugins.origins import Origin
    from aiperf.plugins.slots import FactorySlot

_MOST_ROUNDS = 16
AFTER_HOOKS = 1_000_000


def contributions(manager: AIPerfPluginManager, slot: FactorySlot) -> Contributed:
    """Return the plugins' candidates by class type, calling the factory's hook if plugins changed.

    A plugin that fails is taken out, which changes the plugins, so another round follows.

    Raises:
        PluginError: as :meth:`AIPerfPluginManager.collect`.
    """
    collected: Contributed = {}
    for _ in range(_MOST_ROUNDS):
        with manager.lock:  # all of one moment
            held = None if manager.here.in_round else manager.held
            kept, generation = slot.contributed, manager.generation
        before = held.of(slot, partial(_collected, manager, slot, {})) if held else None
        if before is not None:
            return before
        if kept is not None and kept[0] == generation:
            return kept[1]
        earlier = kept[1] if kept is not None else {}
        collected = _collected(manager, slot, earlier)
        with manager.lock:
            if generation == manager.generation:
                slot.contributed = (generation, collected)
    return collected


def hold(manager: AIPerfPluginManager, slots: Iterable[FactorySlot]) -> tuple[int, Held]:
    """Return what every factory has now, for readers to go on with, and the plugins' generation.

    A factory whose plugins fail at it is left out: its readers get that error either way.
    """
    generation = manager.generation
    kept = {}
    for slot in slots:
        with suppress(PluginError):
            kept[slot] = contributions(manager, slot)
    return generation, Held(kept, manager.known_records())


def adopt(manager: AIPerfPluginManager, slots: Iterable[FactorySlot], origin: Origin) -> None:
    """Give a plugin what its module registered when the application imported it earlier.

    Raises:
        RegistrationError: it contradicts what the plugin declares.
    """
    for slot in slots:
        for registered in slot.runtime.values():
            for candidate in list(registered.values()):
                if candidate.origin.module == origin.module:
                    del registered[candidate.entry.identifier]
                    declaration = Declaration(
                        slot.name,
                        candidate.entry,
                        origin.module,
                        candidate.priority,
                        candidate.loaded,
                    )
                    manager.declare(declarer_of(origin), origin, declaration)


def _collected(
    manager: AIPerfPluginManager, slot: FactorySlot, earlier: Contributed
) -> Contributed:
    """Call the factory's hook; of what is in ``earlier`` too, that is kept."""
    collected: Contributed = {}
    for candidate in [*manager.collect(slot.hook), *_declared(manager, slot)]:
        entry = candidate.entry
        key = (candidate.origin.plugin, entry.identifier)
        # The earlier candidate may have its class loaded.
        known = earlier.get(entry.class_type, {}).get(key)
        same = known if known is not None and known.says_the_same(candidate) else candidate
        first = collected.setdefault(entry.class_type, {}).setdefault(key, same)
        if first.entry.target != entry.target:
            manager.disable_or_raise(_two_targets(slot, first, candidate))
    return collected


def _declared(manager: AIPerfPluginManager, slot: FactorySlot) -> list[Candidate]:
    """Return what the registered plugins' modules registered by calls and decorators."""
    return [
        Candidate(
            declaration.entry,
            origin,
            is_plugin=True,
            priority=declaration.priority,
            order=-origin.position,
            position=AFTER_HOOKS + position,
            loaded=declaration.loaded,
        )
        for origin, position, declaration in manager.declared()
        if declaration.factory == slot.name
    ]


def _two_targets(slot: FactorySlot, first: Candidate, second: Candidate) -> RegistrationError:
    return RegistrationError(
        f"{first.origin}: {slot.hook} or a call gives identifier {first.entry.identifier!r} of "
        f"{slot.name}.{first.entry.class_type} twice, to {first.entry.target} and to "
        f"{second.entry.target}. Give each implementation an identifier of its own.",
        origin=first.origin,
    )
