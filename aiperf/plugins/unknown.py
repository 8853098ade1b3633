"""The errors for names that mean nothing: what was asked for, and what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiperf.plugins.errors import UnknownClassTypeError, UnknownImplementationError
from aiperf.plugins.nearest import did_you_mean
from aiperf.plugins.report import PluginStatus
from aiperf.plugins.resolver import reference_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.report import PluginRecord
    from aiperf.plugins.slots import FactorySlot

_NAMED: Final = 8
"""How many plugins are named rather than counted."""


def unknown_class_type(
    slot: FactorySlot, class_type: str, known: Iterable[str], note: str
) -> UnknownClassTypeError:
    """Return the error for a class type under which nothing is registered."""
    return UnknownClassTypeError(
        f"No implementation registered for {class_type!r} in {slot.title}. "
        f"{did_you_mean(class_type, known)}{note}",
        factory=slot.name,
        class_type=class_type,
    )


def unknown_implementation(
    slot: FactorySlot,
    candidates: Sequence[Candidate],
    reference: str,
    note: str,
    asked_by: str | None = None,
) -> UnknownImplementationError:
    """Return the error for a reference that none of ``candidates`` answers to."""
    class_type = candidates[0].entry.class_type
    known = [reference_to(candidate, candidates) for candidate in candidates]
    asked = f" ({asked_by} asks for it)" if asked_by else ""
    return UnknownImplementationError(
        f"{slot.title}: {class_type!r} has no implementation {reference!r}{asked}. "
        f"{did_you_mean(reference, known)}{note}",
        factory=slot.name,
        class_type=class_type,
        identifier=reference,
    )


def absent_plugins_note(records: Sequence[PluginRecord]) -> str:
    """Return a sentence for the plugins which failed, and one for those which are switched off.

    One of them may have had the name.
    """
    note = ""
    for what, status in (("Failed", PluginStatus.FAILED), ("Disabled", PluginStatus.DISABLED)):
        names = [record.name for record in records if record.status is status]
        if names:
            shown = ", ".join(names[:_NAMED])
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            note += f" {what} plugins, which may have it: {shown}{more} (see: aiperf plugins list)."
    return note
