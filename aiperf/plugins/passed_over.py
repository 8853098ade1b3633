"""Tells of plugins' entries that were passed over because they need another version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.plugins.errors import IncompatibleVersionError, PluginError, PluginSettingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.origins import Origin
    from aiperf.plugins.slots import FactorySlot


def unmet_entries(
    slot: FactorySlot, candidates: Sequence[Candidate]
) -> Iterator[tuple[Origin, str]]:
    """Yield the origin of each candidate that cannot be used, and a line that says why."""
    for candidate in candidates:
        if candidate.unmet:
            yield candidate.origin, f"{_named(slot, candidate)} {candidate.unmet}"


def passed_over(
    resolved: Iterable[tuple[FactorySlot, Sequence[Candidate]]],
) -> list[PluginError]:
    """Return an error for each plugin and reason for which entries of it were passed over.

    Where a plugin has another entry for the class type, one for each range of versions, say, it
    has nothing to tell.
    """
    found: dict[tuple[Origin, str], list[str]] = {}
    for slot, candidates in resolved:
        served = {candidate.origin for candidate in candidates if not candidate.unmet}
        for candidate in candidates:
            if candidate.unmet and candidate.origin not in served:
                reason = candidate.origin, candidate.unmet
                found.setdefault(reason, []).append(_named(slot, candidate))
    return [
        PluginError(f"{origin}: {_passed(names)} {unmet}.", origin=origin)
        for (origin, unmet), names in found.items()
    ]


def _passed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} is passed over: it"
    return f"{', '.join(names)} are passed over: each"


def _named(slot: FactorySlot, candidate: Candidate) -> str:
    return f"{slot.name}.{candidate.entry.class_type}={candidate.entry.identifier}"


def incompatible(
    slot: FactorySlot, candidate: Candidate, asked_by: str | None = None
) -> IncompatibleVersionError:
    """Return the error for an implementation that is asked for and cannot be used."""
    entry, origin = candidate.entry, candidate.origin
    asked = f" ({asked_by} asks for it)" if asked_by else ""
    return IncompatibleVersionError(
        f"{slot.title}: {entry.class_type!r} implementation {entry.identifier!r} from {origin}"
        f"{asked} {candidate.unmet}.",
        factory=slot.name,
        class_type=entry.class_type,
        identifier=entry.identifier,
        origin=origin,
        unmet=candidate.unmet,
    )


def incompatible_choice(variable: str, text: str, candidate: Candidate) -> PluginSettingError:
    """Return the error for an environment variable that names what cannot be used."""
    return PluginSettingError(
        f"{variable} has {text}, but {candidate.entry.identifier!r} from {candidate.origin} "
        f"{candidate.unmet}.",
        variable=variable,
        value=text,
    )
