"""Overrides: what a person or the application selected, which beats everything else."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from aiperf.plugins.environment import IMPLEMENTATIONS, PluginEnvironment, choices
from aiperf.plugins.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from threading import RLock

    from aiperf.plugins.slots import FactorySlot


OPTION: Final = "--use"
"""The command-line option by which a person selects."""


@dataclass(frozen=True, slots=True)
class Override:
    """A selection: the reference, and who set it (a call, ``--use`` or a variable's name)."""

    reference: str
    source: str


class _Block:
    """A ``with`` block that selects, and what was selected before it."""

    __slots__ = ("before",)

    def __init__(self, before: str | None) -> None:
        self.before = before


class Selection:
    """The overrides of all factories: calls first, then ``--use``, then the variable.

    ``options`` are those of the command line, by factory and class type.
    """

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._environment: Mapping[tuple[str, str], str] | None = None
        self.options: Mapping[tuple[str, str], str] = {}
        self._blocks: dict[tuple[FactorySlot, str], list[_Block]] = {}

    def override(self, slot: FactorySlot, class_type: str) -> Override | None:
        """Return the one in force for a class type, or ``None``."""
        return next(self.overrides(slot, class_type), None)

    def overrides(self, slot: FactorySlot, class_type: str) -> Iterator[Override]:
        """Yield all for a class type, the one in force first."""
        reference = slot.overrides.get(class_type)
        if reference is not None:
            yield Override(reference, f"{slot.title}.use_implementation_by_id")
        for source, chosen in self.chosen().items():
            reference = chosen.get((slot.name, class_type))
            if reference is not None:
                yield Override(reference, source)

    def chosen(self) -> dict[str, Mapping[tuple[str, str], str]]:
        """Return what was selected other than by calls, by who did, the strongest first."""
        return {OPTION: self.options, IMPLEMENTATIONS: self.environment}

    def every_choice(self) -> Iterator[tuple[str, tuple[str, str], str]]:
        """Yield who selected, the factory and class type, and the reference; calls left aside."""
        for source, chosen in self.chosen().items():
            for key, reference in chosen.items():
                yield source, key, reference

    def take_options(self, texts: Iterable[str]) -> None:
        """Select what the values of ``--use`` say, in place of what earlier ones said.

        Raises:
            PluginSettingError: one is malformed.
        """
        found = choices(OPTION, ",".join(texts)) or ()
        self.options = {
            (factory, class_type): reference for factory, class_type, reference in found
        }

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
        """Put back at the block's end what was selected at its beginning.

        Blocks of several threads may end in any order: what the one that began last selected is in
        force, and after all of them what stood before all.
        """
        with self._lock:
            block = _Block(slot.overrides.get(class_type))
            blocks = self._blocks.setdefault((slot, class_type), [])
            blocks.append(block)
        try:
            yield
        finally:
            with self._lock:
                position = blocks.index(block)
                if block is blocks[-1]:
                    self.set(slot, class_type, block.before)
                else:
                    blocks[position + 1].before = block.before
                del blocks[position]


def chosen_line(
    chosen: Mapping[tuple[str, str], str], key: tuple[str, str], reference: str | None
) -> str:
    """Return the shell's line that adds a selection to the variable, or takes one out.

    Args:
        chosen: what the variable selects now, by factory and class type.
        key: the factory and the class type.
        reference: what to select, ``None`` for nothing.
    """
    others = {each: chosen[each] for each in chosen if each != key}
    items = {key: reference, **others}
    text = ",".join(
        f"{factory}.{class_type}={each}"
        for (factory, class_type), each in items.items()
        if each is not None
    )
    return f'{IMPLEMENTATIONS}="{text}"' if text else f"unset {IMPLEMENTATIONS}"
