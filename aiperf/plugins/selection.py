"""Overrides: what a person or the application selected, which beats everything else."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiperf.plugins.environment import IMPLEMENTATIONS, PluginEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from threading import RLock

    from aiperf.plugins.slots import FactorySlot


class Selection:
    """The overrides of all factories: calls first, then ``AIPERF_IMPLEMENTATIONS``."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._environment: Mapping[tuple[str, str], str] | None = None

    def override(self, slot: FactorySlot, class_type: str) -> tuple[str, str] | None:
        """Return the reference in force for a class type and who set it, or ``None``."""
        reference = slot.overrides.get(class_type)
        if reference is not None:
            return reference, f"{slot.title}.use_implementation_by_id"
        reference = self.environment.get((slot.name, class_type))
        return None if reference is None else (reference, IMPLEMENTATIONS)

    @property
    def environment(self) -> Mapping[tuple[str, str], str]:
        """``AIPERF_IMPLEMENTATIONS``, by factory and class type, as last read.

        Raises:
            PluginSettingError: it is malformed.
        """
        chosen = self._environment
        if chosen is None:
            items = PluginEnvironment.read(os.environ).implementations or ()
            chosen = {(factory, class_type): reference for factory, class_type, reference in items}
            self._environment = chosen
        return chosen

    def reread(self) -> None:
        """Look at the environment again at the next question."""
        self._environment = None

    def set(self, slot: FactorySlot, class_type: str, reference: str | None) -> None:
        """Select a reference, or nothing."""
        with self._lock:
            if reference is None:
                slot.overrides.pop(class_type, None)
            else:
                slot.overrides[class_type] = reference
            slot.classes = {}

    @contextmanager
    def restored(self, slot: FactorySlot, class_type: str) -> Iterator[None]:
        """Put back at the block's end what was selected at its beginning."""
        before = slot.overrides.get(class_type)
        try:
            yield
        finally:
            self.set(slot, class_type, before)
