"""The base of every factory: registers lazily, selects, and creates instances."""

from __future__ import annotations

import sys
from enum import Enum
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, get_args

from aiperf.common.legacy import ClassAttribute, ClassesView, PrioritiesView, factory_logger
from aiperf.plugins.default import default_registry
from aiperf.plugins.entries import LazyEntry
from aiperf.plugins.errors import FactoryCreationError, described
from aiperf.plugins.naming import snake_case
from aiperf.plugins.slots import ClassType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from aiperf.plugins.implementations import Explanation, Implementation
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.slots import FactorySlot

ClassEnumT = TypeVar("ClassEnumT", bound=ClassType)
ClassProtocolT = TypeVar("ClassProtocolT")
RegisteredT = TypeVar("RegisteredT", bound=type)


class AIPerfFactory(Generic[ClassEnumT, ClassProtocolT]):
    """Makes instances of whichever implementation of a class type is selected.

    Subclass it with the type of the class types (``str`` or an enum) and the protocol of the
    instances; that alone defines the factory and its hook, ``aiperf_register_<name>``. The name
    is the class's, without ``Factory``, in snake case; the class's docstring becomes the hook's
    documentation. Class keywords: ``factory_name`` for another name, ``registry`` for another
    registry than the process's own, ``abstract=True`` for a base that is not itself a factory.
    """

    plugin_registry: ClassVar[Registry] = default_registry
    _slot: ClassVar[FactorySlot]
    _registry = ClassAttribute(ClassesView)
    _override_priorities = ClassAttribute(PrioritiesView)
    _logger = ClassAttribute(factory_logger)

    def __init_subclass__(
        cls,
        *,
        factory_name: str | None = None,
        registry: Registry | None = None,
        abstract: bool = False,
        **keywords: Any,
    ) -> None:
        """Define the factory and its hook."""
        super().__init_subclass__(**keywords)
        if registry is not None:
            cls.plugin_registry = registry
        if abstract:
            return
        name = factory_name or snake_case(cls.__name__.removesuffix("Factory") or cls.__name__)
        cls._slot = cls.plugin_registry.define_factory(
            name, cls.__name__, cls.__module__, _hook_documentation(name, cls.__doc__)
        )
        for base in cls.__dict__.get("__orig_bases__", ()):
            _remember_members(cls._slot, *get_args(base)[:1])

    @classmethod
    def register_lazy(
        cls,
        class_type: ClassEnumT | str,
        module_path: str,
        class_name: str,
        identifier: str | None = None,
        is_plugin: bool = False,  # noqa: FBT001, FBT002 - the contract's signature
        *,
        description: str = "",
        metadata: Mapping[str, Any] | None = None,
        requires: str | tuple[str, ...] = (),
    ) -> None:
        """Register an implementation by name, importing nothing.

        Args:
            class_type: the category that it implements.
            module_path: the dotted path of its module.
            class_name: its class in that module.
            identifier: its name among the implementations; the class's name if left out.
            is_plugin: whether it comes before the builtins. What a plugin registers always does.
            description: one line for people.
            metadata: plain data that can be read without importing the class.
            requires: the versions that it needs, such as ``"aiperf>=0.2,<1"``; where it has not
                got them, it is listed with the reason and never selected.

        Raises:
            RegistrationError: the identifier has another target already.
            PluginValidationError: a name cannot be what it says.
        """
        entry = LazyEntry(
            cls._slot.remember(class_type),
            module_path,
            class_name,
            identifier or "",
            description,
            metadata or {},
            requires=requires,
        )
        caller = sys._getframe(1).f_globals.get("__name__", "?")  # noqa: SLF001 - who calls us
        cls.plugin_registry.add(cls._slot, entry, caller=caller, is_plugin=is_plugin)

    @classmethod
    def register(
        cls, class_type: ClassEnumT | str, override_priority: int = 0
    ) -> Callable[[RegisteredT], RegisteredT]:
        """Register the decorated class for one class type.

        Of two classes for one class type the one with the higher ``override_priority`` wins;
        builtins have 0. An equal or lower one is kept but not selected, with a warning.
        """

        def decorate(decorated: RegisteredT) -> RegisteredT:
            cls.plugin_registry.add_class(
                cls._slot, cls._slot.remember(class_type), decorated, priority=override_priority
            )
            return decorated

        return decorate

    @classmethod
    def register_all(
        cls, *class_types: ClassEnumT | str, override_priority: int = 0
    ) -> Callable[[RegisteredT], RegisteredT]:
        """Register the decorated class for several class types, each by :meth:`register`."""

        def decorate(decorated: RegisteredT) -> RegisteredT:
            for class_type in class_types:
                cls.register(class_type, override_priority)(decorated)
            return decorated

        return decorate

    @classmethod
    def create_instance(cls, class_type: ClassEnumT | str, **kwargs: Any) -> ClassProtocolT:
        """Make an instance of the selected implementation, importing it on first use.

        Args:
            class_type: the category.
            **kwargs: what the constructor is called with.

        Raises:
            FactoryCreationError: nothing is registered under the class type, the class cannot be
                loaded, or its constructor raised (which is the cause).
        """
        try:
            implementation = cls._slot.classes[class_type]
        except (KeyError, TypeError):
            implementation = cls.plugin_registry.load(cls._slot, class_type)
        try:
            instance: ClassProtocolT = implementation(**kwargs)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin's SystemExit must not end the host
            raise cls._creation_error(class_type, error) from error
        return instance

    @classmethod
    def get_class_from_type(cls, class_type: ClassEnumT | str) -> type[ClassProtocolT]:
        """Return the selected class, importing it on first use.

        Raises:
            UnknownClassTypeError: nothing is registered under the class type; it is both a
                ``FactoryCreationError`` and a ``TypeError``.
            FactoryCreationError: the class cannot be loaded.
        """
        try:
            return cls._slot.classes[class_type]
        except (KeyError, TypeError):
            return cls.plugin_registry.load(cls._slot, class_type)

    @classmethod
    def get_all_class_types(cls) -> list[ClassEnumT | str]:
        """Return every class type that has an implementation which can be used.

        Each is spelled as it was registered or, where it is in the factory's enum, as its member.
        """
        slot = cls._slot
        return [
            slot.spellings.get(class_type, class_type)  # type: ignore[misc]  # as given to us
            for class_type in cls.plugin_registry.usable_class_types(slot)
        ]

    @classmethod
    def get_all_classes(cls) -> list[type[ClassProtocolT]]:
        """Return the selected class of every class type, importing them all."""
        return [cls.get_class_from_type(class_type) for class_type in cls.get_all_class_types()]

    @classmethod
    def get_all_classes_and_types(
        cls,
    ) -> list[tuple[type[ClassProtocolT], ClassEnumT | str]]:
        """Return the selected class and the class type of each, importing them all."""
        return [
            (cls.get_class_from_type(class_type), class_type)
            for class_type in cls.get_all_class_types()
        ]

    @classmethod
    def list_implementations(
        cls, class_type: ClassEnumT | str | None = None
    ) -> list[Implementation]:
        """Return every implementation of one class type, or of all, the selected first.

        Loads nothing. A class type that nobody registered has none.
        """
        registry, slot = cls.plugin_registry, cls._slot
        class_types = registry.class_types(slot) if class_type is None else [slot.key(class_type)]
        return [
            implementation
            for each in class_types
            for implementation in registry.implementations(slot, each)
        ]

    @classmethod
    def use_implementation_by_id(cls, class_type: ClassEnumT | str, identifier: str) -> None:
        """Select an implementation; it beats everything until it is cleared.

        Args:
            class_type: the category.
            identifier: the implementation's, or ``identifier@plugin`` for one that another
                plugin's implementation shadows.

        Raises:
            FactoryCreationError: there is no such implementation.
        """
        cls.plugin_registry.use(cls._slot, cls._slot.key(class_type), identifier)

    @classmethod
    def clear_implementation(cls, class_type: ClassEnumT | str) -> None:
        """Remove what :meth:`use_implementation_by_id` selected, if anything."""
        cls.plugin_registry.clear(cls._slot, cls._slot.key(class_type))

    @classmethod
    def using(cls, class_type: ClassEnumT | str, identifier: str) -> AbstractContextManager[None]:
        """Select an implementation for the length of a ``with`` block, in the whole process.

        Raises:
            FactoryCreationError: on entering, there is no such implementation.
        """
        return cls.plugin_registry.using(cls._slot, cls._slot.key(class_type), identifier)

    @classmethod
    def explain(cls, class_type: ClassEnumT | str) -> Explanation:
        """Return the winner, every loser, the rule that decided, and what would change it.

        Raises:
            UnknownClassTypeError: nothing is registered under the class type.
        """
        return cls.plugin_registry.explain(cls._slot, cls._slot.key(class_type))

    @classmethod
    def _creation_error(
        cls, class_type: ClassEnumT | str, error: BaseException
    ) -> FactoryCreationError:
        slot = cls._slot
        candidate = cls.plugin_registry.selected(slot, slot.key(class_type))
        return FactoryCreationError(
            f"Error creating {candidate.entry.class_type!r} instance for {cls.__name__}: "
            f"{described(error)} ({candidate.entry.target}, {candidate.origin}). "
            "Correct its arguments, or select another implementation.",
            factory=slot.name,
            class_type=candidate.entry.class_type,
            identifier=candidate.entry.identifier,
            origin=candidate.origin,
        )


class FactoryMixin(AIPerfFactory[ClassEnumT, ClassProtocolT], abstract=True):
    """The earliest name of ``AIPerfFactory``, for applications that still use it."""

    logger = ClassAttribute(factory_logger)


def _remember_members(slot: FactorySlot, *class_types: object) -> None:
    for enum in class_types:
        if isinstance(enum, type) and issubclass(enum, Enum):
            for member in enum:
                slot.remember(member)


def _hook_documentation(name: str, description: str | None) -> str:
    """Return the documentation of a factory's hook, with a whole working implementation.

    That is the one of the factory's own docstring, after ``Example::``, where it has one.
    """
    text, marker, example = cleandoc(description or f"Implementations of {name}.").partition(
        "Example::"
    )
    return (
        f"{text.rstrip()}\n\nReturns:\n"
        "    An iterable of ``aiperf.LazyEntry``, one for each implementation.\n\n"
        f"Example::{example if marker else _EXAMPLE.format(name=name)}"
    )


_EXAMPLE = """

    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_{name}():
        return [LazyEntry("my_type", "my_plugin.module", "MyClass", identifier="my_id")]
"""
