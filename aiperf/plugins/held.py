"""What threads go on seeing of the plugins while discovery looks at everything anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.plugins.origins import OriginKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.report import PluginRecord
    from aiperf.plugins.slots import FactorySlot

Contributed = dict[str, dict[tuple[str, str], "Candidate"]]

_FOUND = (OriginKind.MODULE, OriginKind.ENTRY_POINT)


class Held:
    """The plugins' candidates as they were before a refresh, until it has ended.

    What the application registers or takes out itself meanwhile counts at once: ``serial`` grows
    with it, and only what discovery found stays as it was.
    """

    def __init__(
        self, contributed: Mapping[FactorySlot, Contributed], records: tuple[PluginRecord, ...]
    ) -> None:
        self.serial = 0
        self.records = records
        self._kept = {slot: (0, candidates) for slot, candidates in contributed.items()}

    def of(self, slot: FactorySlot, live: Callable[[], Contributed]) -> Contributed | None:
        """Return the candidates of a factory, ``None`` of one that was not there before.

        ``live`` gives those of the plugins that are registered now.
        """
        serial, kept = self.serial, self._kept.get(slot)
        if kept is None or kept[0] == serial:
            return None if kept is None else kept[1]
        merged = _only(kept[1], found=True)
        for class_type, candidates in _only(live(), found=False).items():
            merged.setdefault(class_type, {}).update(candidates)
        self._kept[slot] = (serial, merged)
        return merged


def _only(contributed: Contributed, *, found: bool) -> Contributed:
    """Return what discovery found, or everything else."""
    chosen: dict[str, Any] = {}
    for class_type, candidates in contributed.items():
        for key, candidate in candidates.items():
            if (candidate.origin.kind in _FOUND) is found:
                chosen.setdefault(class_type, {})[key] = candidate
    return chosen
