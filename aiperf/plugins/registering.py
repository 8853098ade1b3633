"""Registers what calls and decorators bring, in application code and in plugins' modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.plugins.candidates import Candidate
from aiperf.plugins.declarations import Declaration
from aiperf.plugins.entries import LazyEntry, is_dotted_name
from aiperf.plugins.errors import RegistrationError
from aiperf.plugins.naming import first_free

if TYPE_CHECKING:
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.slots import FactorySlot


def add_entry(
    registry: Registry,
    slot: FactorySlot,
    entry: LazyEntry,
    *,
    caller: str,
    is_plugin: bool = False,
    priority: int = 0,
    loaded: type[Any] | None = None,
) -> None:
    """Register one entry from a call in module ``caller``.

    Inside a plugin that is being loaded the entry is the plugin's, and counts once that has
    loaded wholly.

    Raises:
        RegistrationError: another target has that identifier and origin already.
    """
    loading, declarer = registry.manager.here.loading, registry.manager.declarer(caller)
    if loading is not None and declarer is not None:
        declaration = Declaration(slot.name, entry, caller, priority, loaded)
        registry.manager.declare(declarer, loading, declaration)
        return
    with registry.manager.lock:
        registered = slot.runtime.setdefault(entry.class_type, {})
        earlier = registered.get(entry.identifier)
        again = earlier is not None and earlier.entry.target == entry.target
        if earlier is not None and again and priority <= earlier.priority:
            return
        if earlier is not None and not again:
            raise RegistrationError(
                f"{slot.name}.{entry.class_type}: identifier {entry.identifier!r} is "
                f"{earlier.entry.target} already ({earlier.origin}) and cannot be "
                f"{entry.target} too. Give it an identifier of its own.",
                origin=earlier.origin,
            )
        position = registry.manager.next_position()
        registered[entry.identifier] = Candidate(
            entry,
            registry.manager.book.of_caller(caller),
            is_plugin=is_plugin or priority > 0,
            priority=priority,
            # Of two calls the later wins, of two decorators the earlier.
            order=-position if is_plugin else position,
            loaded=loaded,
        )
        slot.forget()


def add_class(
    registry: Registry, slot: FactorySlot, class_type: str, decorated: type[Any], *, priority: int
) -> None:
    """Register a class that a decorator was put on, and warn where the old decorators did."""
    name, path, module = _names_of(decorated)
    registered = _registered(registry, slot, class_type, module)
    again = [each for each, (loaded, _) in registered.items() if loaded is decorated]
    if again and priority <= registered[again[0]][1]:
        return
    identifier = again[0] if again else first_free(name, f"{module}.{name}", registered)
    entry = LazyEntry(class_type, module, path, identifier)
    if _is_awaited(registry, slot, entry, decorated, priority):
        return
    candidates = () if registry.manager.here.loading else registry.candidates(slot, class_type)
    add_entry(registry, slot, entry, caller=module, priority=priority, loaded=decorated)
    if not candidates or candidates[0].loaded is decorated:
        return
    before, after = candidates[0], registry.candidates(slot, class_type)[0]
    ours = f"{name} (override_priority {priority})"
    theirs = f"{before.entry.class_name} (override_priority {before.priority})"
    if after is before:
        registry.manager.notices.log(
            f"{slot.title}: {class_type!r} is already registered to {theirs}. {ours} is kept "
            "but not selected; it needs a higher override_priority."
        )
    else:
        registry.manager.notices.log(f"{slot.title}: {ours} overrides {theirs} for {class_type!r}.")


def _is_awaited(
    registry: Registry, slot: FactorySlot, entry: LazyEntry, decorated: type[Any], priority: int
) -> bool:
    """Say whether an entry stands for the class already, and let it have the class.

    A snapshot of another process brings what a decorator registered there before the module
    is imported here.
    """
    name, _, module = _names_of(decorated)
    with registry.manager.lock:
        registered = slot.runtime.get(entry.class_type, {})
        for known in map(registered.get, (name, f"{module}.{name}")):
            if (
                known is not None
                and known.loaded is None
                and known.entry.target == entry.target
                and known.priority == priority
            ):
                known.loaded = decorated
                return True
    return False


def _registered(
    registry: Registry, slot: FactorySlot, class_type: str, caller: str
) -> dict[str, tuple[type[Any] | None, int]]:
    """Return what has the same origin as a registration made by ``caller`` now would have.

    That is a class, where it is loaded, and its priority, by identifier.
    """
    declarer = registry.manager.declarer(caller)
    with registry.manager.lock:
        if declarer is None:
            runtime = slot.runtime.get(class_type, {})
            return {name: (each.loaded, each.priority) for name, each in runtime.items()}
        return {
            each.entry.identifier: (each.loaded, each.priority)
            for each in registry.manager.declarations.by(declarer)
            if (each.factory, each.entry.class_type) == (slot.name, class_type)
        }


def _names_of(decorated: Any) -> tuple[str, str, str]:
    """Return the name of whatever a decorator was put on, what reaches it in its module, and that.

    Old factories took whatever can be called, and classes made at run time with any name. One made
    in a function has only its name.
    """
    name = getattr(decorated, "__name__", type(decorated).__name__)
    if not name.isidentifier():
        name = "_" + "".join(letter if letter.isalnum() else "_" for letter in name)
    path = getattr(decorated, "__qualname__", name)
    return name, (path if is_dotted_name(path) else name), decorated.__module__
