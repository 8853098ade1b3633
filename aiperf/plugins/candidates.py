"""One implementation as the registry holds it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiperf.plugins.entries import LazyEntry
    from aiperf.plugins.origins import Origin


class HookOrder(IntEnum):
    """Where pluggy's markers put a hook implementation; lower is called first."""

    TRYFIRST = -1
    PLAIN = 0
    TRYLAST = 1


class Candidate:
    """A lazy entry with what decides its rank, and its class once that has been loaded.

    ``is_plugin`` puts it before every candidate that is not. ``order`` and ``position`` sort
    candidates that nothing else tells apart, lower first. ``loaded`` is ``None`` until the class
    is first used; the same candidate is kept for as long as its plugin is registered. ``unmet``
    says which version it needs that is not here, and is empty where it can be used.
    """

    __slots__ = (
        "entry",
        "hook_order",
        "is_plugin",
        "loaded",
        "order",
        "origin",
        "position",
        "priority",
        "unmet",
    )

    def __init__(
        self,
        entry: LazyEntry,
        origin: Origin,
        *,
        is_plugin: bool,
        hook_order: HookOrder = HookOrder.PLAIN,
        priority: int = 0,
        order: int = 0,
        position: int = 0,
        loaded: type[Any] | None = None,
    ) -> None:
        self.entry = entry
        self.origin = origin
        self.is_plugin = is_plugin
        self.hook_order = hook_order
        self.priority = priority
        self.order = order
        self.position = position
        self.loaded = loaded
        self.unmet = ""

    @property
    def reference_and_target(self) -> tuple[str, str]:
        """The identifier and the class that it stands for."""
        return self.entry.identifier, self.entry.target

    def says_the_same(self, other: Candidate) -> bool:
        """Say whether both are the same entry from the same place, with the same rank."""
        return (
            self.entry == other.entry
            and self.origin == other.origin
            and self.hook_order == other.hook_order
            and self.priority == other.priority
            and self.position == other.position
        )

    def __repr__(self) -> str:
        """Show the reference and the origin."""
        return f"<{self.entry.class_type}={self.entry.identifier} from {self.origin}>"
