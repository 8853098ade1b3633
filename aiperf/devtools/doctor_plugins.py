"""What is wrong, slow or surprising about the plugins that discovery found."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from aiperf.devtools.symptoms import Severity, Symptom
from aiperf.devtools.whereabouts import Whereabouts
from aiperf.plugins import resolver
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.report import PluginStatus
from aiperf.plugins.ties import tie_warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiperf.plugins.errors import PluginError
    from aiperf.plugins.implementations import Implementation
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.report import PluginRecord
    from aiperf.plugins.slots import FactorySlot


def plugin_symptoms(
    records: Sequence[PluginRecord], errors: Iterable[PluginError], slow_after: float
) -> Iterator[Symptom]:
    """Yield what the records tell; ``slow_after`` is in seconds.

    ``errors`` are those of discovery, each of which is told once.
    """
    told = {str(record.error) for record in records if record.error is not None}
    for message in dict.fromkeys(map(str, errors)):
        if message not in told:
            yield Symptom(Severity.ERROR, "setting", message, "Correct it, or unset it.")
    for record in records:
        yield from _of_one(record, slow_after)
    by_name: dict[str, list[PluginRecord]] = defaultdict(list)
    for record in records:
        if record.source.entry_point is not None:
            by_name[record.source.entry_point].append(record)
    for name, same in by_name.items():
        if len(same) > 1:
            who = " and ".join(f"{each.distribution} ({each.name!r})" for each in same)
            yield Symptom(
                Severity.WARNING,
                "same-entry-point",
                f"{len(same)} distributions call their entry point {name!r}: {who}. Each is "
                "loaded.",
                "Use the names in brackets to tell them apart; their authors may rename one.",
            )


def _of_one(record: PluginRecord, slow_after: float) -> Iterator[Symptom]:
    path = record.path or ""
    if record.status is PluginStatus.FAILED:
        yield Symptom(
            Severity.ERROR,
            "failed",
            " ".join(str(record.error).split()),
            f"Repair it, or switch it off: AIPERF_PLUGINS_DISABLED={record.source.variable_name}",
            path=path,
        )
    elif record.status is PluginStatus.EMPTY:
        yield Symptom(
            Severity.WARNING,
            "empty",
            f"{record.source} loaded, and registers nothing.",
            f"Name the module that has the hooks in place of {record.module}, or uninstall it.",
            path=path,
        )
    for line in record.unmet:
        yield Symptom(
            Severity.WARNING,
            "versions",
            f"{record.source}: {line}.",
            "Install the versions that go together.",
            path=path,
        )
    if record.import_time is not None and record.import_time > slow_after:
        yield Symptom(
            Severity.WARNING,
            "slow",
            f"{record.source} took {record.import_time * 1e3:.0f} ms to import, at each start.",
            "Its registry module should import nothing heavy: lazy entries name modules by "
            "strings. 'aiperf plugins list --timing' names what it pulls in.",
            path=path,
        )


def implementation_symptoms(registry: Registry) -> Iterator[Symptom]:
    """Yield what is wrong with entries, and what was decided that nobody may expect."""
    whereabouts = Whereabouts()
    for slot in list(registry.slots.values()):
        for class_type in registry.class_types(slot):
            implementations = registry.implementations(slot, class_type)
            yield from _missing(implementations, whereabouts)
            yield from _shadowed(implementations)
            yield from _ties(registry, slot, class_type)


def _missing(
    implementations: Sequence[Implementation], whereabouts: Whereabouts
) -> Iterator[Symptom]:
    for each in implementations:
        target = whereabouts.target(each) if each.is_plugin else None
        if target is None or not target.problem or not target.certain:
            continue
        declared = whereabouts.declaration(each)
        path, line = declared if declared is not None else ("", 0)
        yield Symptom(
            Severity.ERROR,
            "missing-class",
            f"{each.origin}: {each.factory}.{each.class_type}={each.identifier} names "
            f"{each.module_path}:{each.class_name}, and {target.problem}",
            "Correct the entry, or update the distribution.",
            path=path,
            line=line,
        )


def _shadowed(implementations: Sequence[Implementation]) -> Iterator[Symptom]:
    for each in implementations:
        if "@" not in each.reference:
            continue
        first = next(i for i in implementations if i.reference == each.identifier)
        yield Symptom(
            Severity.NOTE,
            "shadowed",
            f"{each.factory}.{each.class_type}={each.identifier} means that of {first.origin}; "
            f"that of {each.origin} is shadowed.",
            f"Select the other one by {each.reference}.",
            path=first.origin.path or "",
        )


def _ties(registry: Registry, slot: FactorySlot, class_type: str) -> Iterator[Symptom]:
    candidates = registry.candidates(slot, class_type)
    losers = resolver.unsettled(candidates)
    kinds = {each.origin.kind for each in (*candidates[:1], *losers)}
    if (
        losers
        and kinds == {OriginKind.ENTRY_POINT}
        and not any(registry.selection.overrides(slot, class_type))
    ):
        told, _, pins = tie_warning(slot.name, candidates, losers).partition(" To keep it: ")
        yield Symptom(Severity.WARNING, "tie", told, f"To keep it: {pins}")
