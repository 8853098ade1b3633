"""What the old decorator API did, written from its behaviour: dictionaries of classes."""

from __future__ import annotations

import logging
import os
from threading import RLock
from typing import Any, Generic, TypeVar

KindT = TypeVar("KindT")
MadeT = TypeVar("MadeT")


class FactoryCreationError(Exception):
    """A factory cannot make what it was asked for."""


class InvalidStateError(Exception):
    """A singleton was asked for before it was made, or after a fork."""


class AIPerfFactory(Generic[KindT, MadeT]):
    """Keeps one class for each class type: the first of the highest priority."""

    def __init_subclass__(cls) -> None:
        """Give each factory dictionaries of its own."""
        super().__init_subclass__()
        cls._registry: dict[Any, Any] = {}
        cls._override_priorities: dict[Any, int] = {}
        cls._logger = logging.getLogger(cls.__name__)

    @classmethod
    def register(cls, class_type, override_priority=0):
        """Register the decorated class, unless one of the same or a higher priority is there."""

        def decorate(decorated):
            known = cls._registry.get(class_type)
            if known is not None:
                before = cls._override_priorities[class_type]
                if before >= override_priority:
                    cls._logger.warning("%s stays, %s does not", known.__name__, decorated.__name__)
                    return decorated
                cls._logger.warning("%s goes, %s comes", known.__name__, decorated.__name__)
            cls._registry[class_type] = decorated
            cls._override_priorities[class_type] = override_priority
            return decorated

        return decorate

    @classmethod
    def register_all(cls, *class_types, override_priority=0):
        """Register the decorated class for each class type."""

        def decorate(decorated):
            for class_type in class_types:
                cls.register(class_type, override_priority)(decorated)
            return decorated

        return decorate

    @classmethod
    def create_instance(cls, class_type, **kwargs):
        """Call the class."""
        if class_type not in cls._registry:
            raise FactoryCreationError(
                f"No implementation registered for {class_type!r} in {cls.__name__}."
            )
        try:
            return cls._registry[class_type](**kwargs)
        except Exception as error:
            raise FactoryCreationError(
                f"Error creating {class_type!r} instance for {cls.__name__}: {error}"
            ) from error

    @classmethod
    def get_class_from_type(cls, class_type):
        """Return the class."""
        if class_type not in cls._registry:
            raise TypeError(f"No class found for {class_type!r}.")
        return cls._registry[class_type]

    @classmethod
    def get_all_classes(cls):
        """Return every class."""
        return list(cls._registry.values())

    @classmethod
    def get_all_class_types(cls):
        """Return every class type."""
        return list(cls._registry)

    @classmethod
    def get_all_classes_and_types(cls):
        """Return pairs of both."""
        return [(value, key) for key, value in cls._registry.items()]


FactoryMixin = AIPerfFactory


class AIPerfSingletonFactory(AIPerfFactory[KindT, MadeT]):
    """Makes one instance of each class type in each process."""

    def __init_subclass__(cls) -> None:
        """Give each factory instances of its own."""
        super().__init_subclass__()
        cls._instances: dict[Any, Any] = {}
        cls._instances_pid: dict[Any, int] = {}
        cls._instances_lock = RLock()

    @classmethod
    def create_instance(cls, class_type, **kwargs):
        """Return the instance, made on the first call in this process."""
        with cls._instances_lock:
            if cls._instances_pid.get(class_type) != os.getpid():
                cls.set_instance(class_type, super().create_instance(class_type, **kwargs))
        return cls._instances[class_type]

    @classmethod
    def get_or_create_instance(cls, class_type, **kwargs):
        """Do the same."""
        return cls.create_instance(class_type, **kwargs)

    @classmethod
    def get_instance(cls, class_type):
        """Return the instance that there is."""
        if class_type not in cls._instances:
            raise InvalidStateError(f"No instance found for {class_type!r} in {cls.__name__}.")
        if cls._instances_pid[class_type] != os.getpid():
            raise InvalidStateError(
                f"Instance for {class_type!r} in {cls.__name__} is not valid for this process."
            )
        return cls._instances[class_type]

    @classmethod
    def set_instance(cls, class_type, instance):
        """Make it the instance of this process."""
        cls._instances[class_type] = instance
        cls._instances_pid[class_type] = os.getpid()

    @classmethod
    def has_instance(cls, class_type):
        """Say whether this process has an instance."""
        return cls._instances_pid.get(class_type) == os.getpid()

    @classmethod
    def get_all_instances(cls):
        """Return every instance."""
        return dict(cls._instances)
