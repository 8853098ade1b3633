"""Plugins that contribute nothing now and might have brought what somebody looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.plugins.environment import DISABLED, MODULES
from aiperf.plugins.markers import HOOK_PREFIX
from aiperf.plugins.report import PluginStatus
from aiperf.plugins.sources import ModuleSource, Sources
from aiperf.plugins.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiperf.plugins.origins import Origin
    from aiperf.plugins.report import PluginRecord
    from aiperf.plugins.slots import FactorySlot


@dataclass(frozen=True, slots=True)
class Absent:
    """A failed or disabled plugin that might have had an implementation of a factory.

    Attributes:
        plugin: its name.
        origin: where it comes from.
        status: failed or disabled.
        reason: why, as one line.
        to_return: what brings it back.
    """

    plugin: str
    origin: Origin
    status: PluginStatus
    reason: str
    to_return: str


def absent(slot: FactorySlot, records: Iterable[PluginRecord]) -> tuple[Absent, ...]:
    """Return those of ``records`` that may have had something for a factory.

    One whose module names the hooks of other factories and not this one's is left out; the source
    is read, and nothing is imported.
    """
    sources = Sources()
    records = list(records)
    active = {each.module for each in records if each.status is PluginStatus.ACTIVE}
    return tuple(
        Absent(
            plugin=record.name,
            origin=record.source,
            status=record.status,
            reason=_reason(record),
            to_return=_to_return(record),
        )
        for record in records
        if record.status in (PluginStatus.FAILED, PluginStatus.DISABLED)
        and record.module not in active
        and _may_have(slot, record.module, sources)
    )


def _may_have(slot: FactorySlot, module: str, sources: Sources) -> bool:
    source = sources.find(module) if module else None
    text = source.text if isinstance(source, ModuleSource) else None
    if text is None or slot.hook.encode() in text or slot.title.encode() in text:
        return True
    return HOOK_PREFIX.encode() not in text


def _reason(record: PluginRecord) -> str:
    text = " ".join(str(record.error or record.reason).split())
    return text.removeprefix(f"{record.source}: ")


def _to_return(record: PluginRecord) -> str:
    if record.status is PluginStatus.FAILED:
        return "Remove the cause; the reason ends with the next step."
    if record.reason.startswith(DISABLED):
        return f"Take {record.source.variable_name} out of {DISABLED}."
    if record.reason.startswith(MODULES):
        return f"Repair the module that {MODULES} names, or take it out."
    return "Let the application unblock its name."
