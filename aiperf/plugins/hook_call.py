"""The hook of a factory: its specification, and one call of it on every plugin."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from aiperf.plugins.candidates import Candidate
from aiperf.plugins.collection import Collector
from aiperf.plugins.errors import InvalidStateError
from aiperf.plugins.markers import hookspec
from aiperf.plugins.origins import OriginKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiperf.plugins.entries import LazyEntry
    from aiperf.plugins.manager import AIPerfPluginManager


def hook_namespace(hook: str, doc: str) -> ModuleType:
    """Return a namespace that holds the specification of one hook."""

    def specification() -> Iterable[LazyEntry]:
        raise NotImplementedError

    specification.__name__ = specification.__qualname__ = hook
    specification.__doc__ = doc
    namespace = ModuleType(hook)
    setattr(namespace, hook, hookspec(specification))
    return namespace


def call_hook(manager: AIPerfPluginManager, hook: str) -> list[Candidate]:
    """Do the work of :meth:`AIPerfPluginManager.collect`."""
    here = manager.here
    if hook in here.hooks:
        raise RuntimeError(
            f"hook {hook!r} was asked for while it was running: an implementation of it looks "
            "something up in the factory that it registers with. Return the entries only."
        )
    caller = getattr(manager.hook, hook, None)
    if caller is None:
        raise InvalidStateError(
            f"there is no hook {hook!r} any more: its factory was defined inside a block of "
            "Registry.isolated(), which has ended. Define the factory, or import its module, "
            "before such a block begins."
        )
    collector = Collector()
    with here.collecting(hook, collector):
        contributions: list[list[LazyEntry]] = caller()
    candidates = []
    for entry in (entry for entries in contributions for entry in entries):
        _, plugin, order, position = collector.sources[id(entry)]
        origin = manager.book.of(plugin)
        candidates.append(
            Candidate(
                entry,
                origin,
                is_plugin=origin.kind is not OriginKind.BUILTIN,
                hook_order=order,
                order=-origin.position,
                position=position,
            )
        )
    return candidates
