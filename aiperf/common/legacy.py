"""What applications written for the old decorator API find on a factory beside its methods.

The old factories kept their classes in dictionaries of their own. These views show what the
registry keeps in their place, so that code which reads a factory's ``_registry``,
``_override_priorities``, ``_instances`` or ``_instances_pid``, or logs with its ``_logger``, goes
on working. They read and, for instances, write through; they store nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aiperf.plugins.errors import UnknownClassTypeError

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from aiperf.common.factory import AIPerfFactory
    from aiperf.common.singleton import AIPerfSingletonFactory
    from aiperf.plugins.slots import ClassType

ViewT = TypeVar("ViewT")


class ClassAttribute(Generic[ViewT]):
    """A class attribute that is made anew for whichever class it is read from."""

    def __init__(self, make: Callable[[Any], ViewT]) -> None:
        self._make = make

    def __get__(self, instance: object, owner: type) -> ViewT:
        """Return the attribute of ``owner``."""
        return self._make(owner)


class ClassesView(Mapping["ClassType", type[Any]]):
    """The selected class of every class type, imported when it is read."""

    def __init__(self, factory: type[AIPerfFactory[Any, Any]]) -> None:
        self._factory = factory

    def __getitem__(self, class_type: ClassType) -> type[Any]:
        """Return the selected class."""
        if class_type not in self:
            raise KeyError(class_type)
        found: type[Any] = self._factory.get_class_from_type(class_type)
        return found

    def __contains__(self, class_type: object) -> bool:
        """Say whether a class is registered, importing nothing."""
        factory = self._factory
        try:
            key = factory._slot.key(class_type)  # type: ignore[arg-type]  # noqa: SLF001 - a view
        except UnknownClassTypeError:
            return False
        return key in factory.plugin_registry.usable_class_types(factory._slot)  # noqa: SLF001

    def __iter__(self) -> Iterator[ClassType]:
        """Iterate over the class types, in order of registration."""
        return iter(self._factory.get_all_class_types())

    def __len__(self) -> int:
        """Count the class types."""
        return len(self._factory.get_all_class_types())

    def __repr__(self) -> str:
        """Show it as the dictionary it stands for, importing nothing."""
        return f"<classes of {self._factory.__name__}: {list(self)!r}>"


class PrioritiesView(ClassesView):
    """The ``override_priority`` of the selected class of every class type."""

    def __getitem__(self, class_type: ClassType) -> Any:
        """Return the priority; a class that no decorator registered has 0."""
        if class_type not in self:
            raise KeyError(class_type)
        factory, slot = self._factory, self._factory._slot  # noqa: SLF001 - a view
        return factory.plugin_registry.selected(slot, slot.key(class_type)).priority


class InstancesView(MutableMapping["ClassType", Any]):
    """The instances of a singleton factory, those from before a fork among them."""

    def __init__(self, factory: type[AIPerfSingletonFactory[Any, Any]]) -> None:
        self._slot = factory._slot  # noqa: SLF001 - a view

    def __getitem__(self, class_type: ClassType) -> Any:
        """Return the instance."""
        return self._slot.instances[self._slot.key(class_type)][2]

    def __setitem__(self, class_type: ClassType, instance: Any) -> None:
        """Make ``instance`` the one of this process."""
        self._slot.instances[self._slot.key(class_type)] = (os.getpid(), class_type, instance)

    def __delitem__(self, class_type: ClassType) -> None:
        """Forget the instance, so that the next call makes another."""
        del self._slot.instances[self._slot.key(class_type)]

    def __iter__(self) -> Iterator[ClassType]:
        """Iterate over the class types, spelled as they were first asked for."""
        return iter([class_type for _, class_type, _ in list(self._slot.instances.values())])

    def __len__(self) -> int:
        """Count the instances."""
        return len(self._slot.instances)

    def __repr__(self) -> str:
        """Show it as the dictionary it stands for."""
        return repr(dict(self))


class InstancePidsView(InstancesView):
    """The process that each instance of a singleton factory was made in."""

    def __getitem__(self, class_type: ClassType) -> Any:
        """Return the process's number."""
        return self._slot.instances[self._slot.key(class_type)][0]

    def __setitem__(self, class_type: ClassType, pid: Any) -> None:
        """Say that the instance was made in process ``pid``."""
        key = self._slot.key(class_type)
        _, spelled, instance = self._slot.instances[key]
        self._slot.instances[key] = (pid, spelled, instance)


def factory_logger(factory: type) -> logging.LoggerAdapter[logging.Logger]:
    """Return a logger called as the factory; a message may be a function that makes it."""
    import logging  # noqa: PLC0415 - a quarter of the start-up, and seldom needed

    class LazyMessages(logging.LoggerAdapter[logging.Logger]):
        """Calls a message that is a function, where it is to be logged."""

        def process(self, msg: Any, kwargs: Any) -> tuple[Any, Any]:
            """Make the message."""
            return (msg() if callable(msg) else msg), kwargs

    return LazyMessages(logging.getLogger(factory.__name__), {})
