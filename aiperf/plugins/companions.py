"""Plugins that another plugin registers: they are where it is, and go when it goes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aiperf.plugins.declarations import declarer_of
from aiperf.plugins.values import replace

if TYPE_CHECKING:
    from aiperf.plugins.origins import Origin


class Companions:
    """What each plugin has registered beside itself; the caller holds the manager's lock.

    What a module registered while it was imported is kept when its leader goes, because a module
    that stays imported does it only once; a hook does it again whenever it is called.
    """

    def __init__(self) -> None:
        self._by_leader: dict[str, dict[str, tuple[object, bool]]] = {}

    def add(self, leader: Origin, name: str, plugin: object, *, in_hook: bool) -> None:
        """Note that ``leader`` registered ``plugin`` as ``name``."""
        self._by_leader.setdefault(declarer_of(leader), {})[name] = (plugin, in_hook)

    def of(self, leader: Origin) -> list[tuple[str, object]]:
        """Return the name and the object of each plugin that ``leader`` has registered."""
        known = self._by_leader.get(declarer_of(leader), {})
        return [(name, plugin) for name, (plugin, _) in known.items()]

    def forget(self, leader: Origin) -> None:
        """Drop what a plugin will register again when it is back."""
        known = self._by_leader.pop(declarer_of(leader), {})
        kept = {name: pair for name, pair in known.items() if not pair[1]}
        if kept and leader.module in sys.modules:
            self._by_leader[declarer_of(leader)] = kept


def companion_origin(leader: Origin, own: Origin) -> Origin:
    """Return the origin of what ``leader`` registers; ``own`` is what it would be by itself.

    It came the way that its leader came: a plugin cannot make itself a runtime registration.
    """
    return replace(
        leader, plugin=own.plugin, module=own.module or leader.module, path=own.path or leader.path
    )
