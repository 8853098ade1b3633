"""A factory that makes one instance of each class type in each process."""

from __future__ import annotations

import os
from typing import Any, ClassVar

from aiperf.common.factory import AIPerfFactory, ClassEnumT, ClassProtocolT
from aiperf.common.legacy import ClassAttribute, InstancePidsView, InstancesView
from aiperf.plugins.errors import InvalidStateError
from aiperf.plugins.locks import RLock


class AIPerfSingletonFactory(AIPerfFactory[ClassEnumT, ClassProtocolT], abstract=True):
    """Makes one instance of each class type; a forked child makes its own."""

    _instances = ClassAttribute(InstancesView)
    _instances_pid = ClassAttribute(InstancePidsView)
    _instances_lock: ClassVar[RLock]

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Give the factory a lock, for subclasses that use its instances for more than a call."""
        super().__init_subclass__(**keywords)
        cls._instances_lock = RLock()

    @classmethod
    def create_instance(cls, class_type: ClassEnumT | str, **kwargs: Any) -> ClassProtocolT:
        """Return the instance of this process, made on the first call.

        Only the first call's ``kwargs`` count.

        Raises:
            FactoryCreationError: as :meth:`AIPerfFactory.create_instance`.
        """
        if not cls.has_instance(class_type):
            # Load before the turn: nobody waits for a thread that imports.
            cls.get_class_from_type(class_type)
            key = cls._slot.key(class_type)
            from aiperf.common.turns import turns  # noqa: PLC0415 - start-up needs no threading

            with turns.turn((cls._slot, key), f"{key!r} of {cls.__name__}"):
                if not cls.has_instance(class_type):
                    cls.set_instance(class_type, super().create_instance(class_type, **kwargs))
        return cls.get_instance(class_type)

    @classmethod
    def get_or_create_instance(cls, class_type: ClassEnumT | str, **kwargs: Any) -> ClassProtocolT:
        """Do what :meth:`create_instance` does, by a name that says so."""
        return cls.create_instance(class_type, **kwargs)

    @classmethod
    def get_instance(cls, class_type: ClassEnumT | str) -> ClassProtocolT:
        """Return the instance that this process has made.

        Raises:
            InvalidStateError: it has made none, or its parent made it before a fork.
        """
        pid, _, instance = cls._slot.instances.get(cls._slot.key(class_type), (None, None, None))
        if pid == os.getpid():
            return instance  # type: ignore[return-value]  # what set_instance was given
        shown = f"{cls._slot.key(class_type)!r} in {cls.__name__}"
        what = f"No instance found for {shown}"
        if pid is not None:
            what = f"Instance for {shown} is not valid for this process, only for its parent"
        raise InvalidStateError(
            f"{what}. Call {cls.__name__}.create_instance({cls._slot.key(class_type)!r}) first."
        )

    @classmethod
    def set_instance(cls, class_type: ClassEnumT | str, instance: ClassProtocolT) -> None:
        """Make ``instance`` the one of this process."""
        cls._slot.instances[cls._slot.key(class_type)] = (os.getpid(), class_type, instance)

    @classmethod
    def has_instance(cls, class_type: ClassEnumT | str) -> bool:
        """Say whether this process has an instance."""
        pid, _, _ = cls._slot.instances.get(cls._slot.key(class_type), (None, None, None))
        return pid == os.getpid()

    @classmethod
    def get_all_instances(cls) -> dict[ClassEnumT | str, ClassProtocolT]:
        """Return this process's instances by class type, spelled as it was first asked for."""
        return {
            class_type: instance  # type: ignore[misc]  # as given to us
            for pid, class_type, instance in list(cls._slot.instances.values())
            if pid == os.getpid()
        }
