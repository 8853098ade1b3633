"""What a person names on the command line of ``show`` and ``why``, found or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from aiperf.plugins import resolver
from aiperf.plugins.nearest import did_you_mean

if TYPE_CHECKING:
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.slots import FactorySlot


class Named(NamedTuple):
    """A class type that exists, and the reference of an implementation of it, if one was named."""

    slot: FactorySlot
    class_type: str
    reference: str | None


def named(registry: Registry, factory: str, class_type: str | None) -> Named:
    """Return what ``FACTORY CLASS_TYPE[:IDENTIFIER]`` means.

    ``FACTORY.CLASS_TYPE[=IDENTIFIER]`` in one word, as lists and variables have it, means the same.

    Raises:
        click.BadParameter: there is no such thing; it says the nearest.
    """
    rest = class_type
    if rest is None and factory not in registry.slots and "." in factory:
        factory, _, rest = factory.partition(".")
    slot = registry.slots.get(factory)
    if slot is None:
        raise _bad(
            "FACTORY", f"there is no factory {factory!r}. {did_you_mean(factory, registry.slots)}"
        )
    known = registry.class_types(slot)
    if rest is None:
        raise _bad("CLASS_TYPE", f"name one of {factory}: {', '.join(known)}.")
    for wanted, reference in _readings(rest):
        if wanted in known:
            _check_reference(registry, slot, wanted, reference)
            return Named(slot, wanted, reference)
    wanted = next(iter(_readings(rest)))[0] if ":" not in rest else rest.partition(":")[0]
    note = registry.absent_note()
    raise _bad(
        "CLASS_TYPE", f"{factory} has no class type {wanted!r}. {did_you_mean(wanted, known)}{note}"
    )


def _readings(text: str) -> list[tuple[str, str | None]]:
    """Return the ways to read ``text``; class types and references may have colons in them."""
    readings: list[tuple[str, str | None]] = [(text, None)]
    for sign in "=:":
        parts = text.split(sign)
        readings += [
            (sign.join(parts[:count]), sign.join(parts[count:])) for count in range(1, len(parts))
        ]
    return readings


def _check_reference(
    registry: Registry, slot: FactorySlot, class_type: str, reference: str | None
) -> None:
    candidates = registry.candidates(slot, class_type)
    if reference is None or resolver.find(candidates, reference) is not None:
        return
    known = [resolver.reference_to(each, candidates) for each in candidates]
    raise _bad(
        "IDENTIFIER",
        f"{slot.name}.{class_type} has no implementation {reference!r}. "
        f"{did_you_mean(reference, known)}{registry.absent_note()}",
    )


def _bad(what: str, message: str) -> click.BadParameter:
    return click.BadParameter(message, param_hint=f"'{what}'")
