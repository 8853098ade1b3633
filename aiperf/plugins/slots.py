"""What the registry keeps for one factory."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiperf.plugins.candidates import Candidate

ClassType = str | Enum
"""What an application may call a class type: a string, or an enum member with a string value."""

_STATE = (
    "runtime",
    "overrides",
    "spellings",
    "aliases",
    "classes",
    "ranked",
    "contributed",
    "instances",
)


class FactorySlot:
    """The runtime registrations, overrides, singletons and caches of one factory.

    ``classes`` is the one lookup of a warm ``create_instance``. It is never cleared but replaced,
    so that a thread which resolved something from an older state puts its answer where nobody
    looks any more.
    """

    __slots__ = (
        "__weakref__",
        "aliases",
        "classes",
        "contributed",
        "hook",
        "instances",
        "module",
        "name",
        "overrides",
        "ranked",
        "runtime",
        "spellings",
        "title",
    )

    def __init__(self, name: str, title: str, module: str, hook: str) -> None:
        self.name = name
        self.title = title
        self.module = module
        self.hook = hook
        self.runtime: dict[str, dict[str, Candidate]] = {}
        self.overrides: dict[str, str] = {}
        self.spellings: dict[str, ClassType] = {}
        self.aliases: dict[ClassType, str] = {}
        self.classes: dict[Any, type[Any]] = {}
        self.ranked: dict[str, tuple[Candidate, ...]] = {}
        self.contributed: tuple[int, dict[str, dict[tuple[str, str], Candidate]]] | None = None
        self.instances: dict[str, tuple[int, ClassType, Any]] = {}

    def forget(self) -> None:
        """Drop what was resolved; what was registered and selected stays."""
        self.classes = {}
        self.ranked = {}

    def state(self) -> dict[str, Any]:
        """Return all that changes after the factory is defined, for :meth:`restore`."""
        return {name: getattr(self, name) for name in _STATE}

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what :meth:`state` returned."""
        for name, value in state.items():
            setattr(self, name, value)

    def renew(self) -> None:
        """Begin anew with what is the application's own; nothing in :meth:`state` is changed."""
        from copy import copy  # noqa: PLC0415 - only isolation needs it

        self.runtime = {
            class_type: {
                identifier: copy(each)
                for identifier, each in registered.items()
                if not each.is_plugin
            }
            for class_type, registered in self.runtime.items()
        }
        self.spellings, self.aliases = dict(self.spellings), dict(self.aliases)
        self.overrides, self.instances, self.contributed = {}, {}, None
        self.forget()

    def remember(self, class_type: ClassType) -> str:
        """Return the class type as a string, and keep how a registration spells it first."""
        key = self.key(class_type)
        self.spellings.setdefault(key, class_type)
        self.aliases.setdefault(class_type, key)
        return key

    def key(self, class_type: ClassType) -> str:
        """Return the class type as a string.

        Members of an enum that compares without regard to case are what they are equal to.

        Raises:
            UnknownClassTypeError: it is neither a string nor an enum member with a string value.
        """
        if isinstance(class_type, Enum):
            if isinstance(class_type.value, str):
                return self.aliases.get(class_type) or str(class_type.value)
        elif isinstance(class_type, str):
            return self.aliases.get(class_type, class_type)
        from aiperf.plugins.errors import UnknownClassTypeError  # noqa: PLC0415 - error path

        raise UnknownClassTypeError(
            f"{self.title}: a class type is a string or an enum member with a string value, not "
            f"{class_type!r} ({type(class_type).__name__}).",
            factory=self.name,
            class_type=repr(class_type),
        )
