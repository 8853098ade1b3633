"""Finds the candidate that is in force, or says why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.plugins import resolver
from aiperf.plugins.errors import FactoryCreationError

if TYPE_CHECKING:
    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.slots import FactorySlot


def selected(registry: Registry, slot: FactorySlot, class_type: str) -> Candidate:
    """Return the candidate that is in force.

    Raises:
        UnknownClassTypeError: there is none.
        UnknownImplementationError: an override names one that does not exist.
        IncompatibleVersionError: it, or each there is, needs a version that is not here.
    """
    candidates = some_candidates(registry, slot, class_type)
    override = registry.selection.override(slot, class_type)
    if override is None:
        return _usable(slot, candidates[0])
    return find(registry, slot, candidates, override.reference, asked_by=override.source)


def in_force(registry: Registry, slot: FactorySlot, class_type: str) -> Candidate | None:
    """Return the selected candidate, ``None`` where there is an error instead."""
    try:
        return selected(registry, slot, class_type)
    except FactoryCreationError:
        return None


def some_candidates(
    registry: Registry, slot: FactorySlot, class_type: str
) -> tuple[Candidate, ...]:
    """Return the candidates of a class type, the best first.

    Raises:
        UnknownClassTypeError: there is none.
    """
    candidates = registry.candidates(slot, class_type)
    if not candidates:
        from aiperf.plugins.unknown import unknown_class_type  # noqa: PLC0415 - error path

        raise unknown_class_type(
            slot, class_type, registry.class_types(slot), registry.absent_note()
        )
    return candidates


def find(
    registry: Registry,
    slot: FactorySlot,
    candidates: tuple[Candidate, ...],
    reference: str,
    asked_by: str | None = None,
) -> Candidate:
    """Return the candidate that ``reference`` means; ``asked_by`` says who wants it.

    Raises:
        UnknownImplementationError: there is none.
        IncompatibleVersionError: it needs a version that is not here.
    """
    candidate = resolver.find(candidates, reference)
    if candidate is None:
        from aiperf.plugins.unknown import unknown_implementation  # noqa: PLC0415 - error path

        raise unknown_implementation(slot, candidates, reference, registry.absent_note(), asked_by)
    return _usable(slot, candidate, asked_by)


def _usable(slot: FactorySlot, candidate: Candidate, asked_by: str | None = None) -> Candidate:
    if candidate.unmet:
        from aiperf.plugins.passed_over import incompatible  # noqa: PLC0415 - error path

        raise incompatible(slot, candidate, asked_by)
    return candidate
