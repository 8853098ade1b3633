"""What plugins register by calls and decorators, in place of hooks or beside them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from aiperf.plugins.errors import RegistrationError
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiperf.plugins.entries import LazyEntry
    from aiperf.plugins.origins import Origin


@dataclass(frozen=True, slots=True)
class Declaration:
    """A ``register_lazy`` call or a decorator in a plugin's module, made by ``module``."""

    factory: str
    entry: LazyEntry
    module: str
    priority: int = 0
    loaded: type[Any] | None = None


class Declarations:
    """The declarations of every plugin; they count while their plugin is registered.

    They are kept, and not made again, as long as the modules that made them stay imported. The
    caller holds the manager's lock.
    """

    def __init__(self) -> None:
        self._by_declarer: dict[str, dict[tuple[str, str, str], Declaration]] = {}

    def __bool__(self) -> bool:
        """Say whether anything was declared."""
        return any(self._by_declarer.values())

    def add(self, declarer: str, origin: Origin, declaration: Declaration) -> bool:
        """Keep what the plugin from ``origin`` declares; say whether it is new.

        Raises:
            RegistrationError: the plugin gave the identifier to another target before.
        """
        entry = declaration.entry
        key = (declaration.factory, entry.class_type, entry.identifier)
        kept = self._by_declarer.setdefault(declarer, {})
        earlier = kept.setdefault(key, declaration)
        if earlier.entry == entry and declaration.priority > earlier.priority:
            del kept[key]
            earlier = kept[key] = declaration
        if earlier.entry.target != entry.target:
            raise RegistrationError(
                f"{origin}: identifier {entry.identifier!r} of {declaration.factory}."
                f"{entry.class_type} is {earlier.entry.target} already and cannot be "
                f"{entry.target} too. Give it an identifier of its own.",
                origin=origin,
            )
        return earlier is declaration

    def keep(self, declarer: str, declaration: Declaration) -> None:
        """Keep what was declared before, in another state of the registry."""
        entry = declaration.entry
        key = (declaration.factory, entry.class_type, entry.identifier)
        self._by_declarer.setdefault(declarer, {}).setdefault(key, declaration)

    def of_imported_modules(self) -> list[tuple[str, Declaration]]:
        """Return what modules declared that Python would not run again, and each one's declarer."""
        return [
            (declarer, declaration)
            for declarer in self._by_declarer
            if declarer in sys.modules
            for declaration in self.by(declarer)
        ]

    def by(self, declarer: str) -> list[Declaration]:
        """Return what was declared under one name, in the order of the calls."""
        return list(self._by_declarer.get(declarer, {}).values())

    def of(self, origins: Iterable[Origin]) -> Iterator[tuple[Origin, int, Declaration]]:
        """Yield each declaration of the plugins from ``origins``, numbered within its plugin.

        Where two plugins are objects of one module, the first has what the module declares.
        """
        seen: set[str] = set()
        for origin in origins:
            declarer = declarer_of(origin)
            if declarer not in seen:
                seen.add(declarer)
                for position, declaration in enumerate(self.by(declarer)):
                    yield origin, position, declaration

    def forget(self, origin: Origin) -> None:
        """Drop what a plugin declared, but for what it will not declare again when it is back."""
        declared = self._by_declarer.pop(declarer_of(origin), {})
        if _is_found(origin):
            kept = {key: each for key, each in declared.items() if each.module in sys.modules}
            self._by_declarer[declarer_of(origin)] = kept


def declarer_of(origin: Origin) -> str:
    """Return the name under which a plugin's declarations are kept.

    For one that discovery found that is its module, which is imported once, whatever the plugin is
    called in the next round.
    """
    return origin.module if _is_found(origin) else origin.plugin


def _is_found(origin: Origin) -> bool:
    return origin.kind in (OriginKind.ENTRY_POINT, OriginKind.MODULE)
