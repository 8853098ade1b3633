"""What to offer a person: the class types that can be used, without those that are broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiperf.cli.discovered import discover
from aiperf.plugins.errors import FactoryCreationError, PluginError
from aiperf.plugins.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.origins import Origin
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.slots import FactorySlot


@dataclass(frozen=True, slots=True)
class Offer:
    """The class types of each factory, by its name, and a line for each thing that is left out."""

    class_types: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]


def offer() -> Offer:
    """Return what can be used now; whatever is wrong with plugins becomes a note.

    A class type is left out if what is selected for it is known not to exist. Nothing is imported
    to know that, and builtins are trusted.
    """
    found = discover()
    offered: dict[str, tuple[str, ...]] = {}
    notes = list(found.messages)
    broken: dict[Origin, list[str]] = {}
    targets = Targets()
    for slot in list(found.registry.slots.values()):
        usable = []
        for class_type, candidate in _selected(found.registry, slot):
            problem = problem_of(candidate, targets)
            if not problem:
                usable.append(class_type)
                continue
            named = f"{slot.name}.{class_type}={candidate.entry.identifier}"
            broken.setdefault(candidate.origin, []).append(f"{named}: {problem}")
        offered[slot.name] = tuple(usable)
    notes += [
        f"{origin}: left out, for the class is not there: {'; '.join(problems)}"
        for origin, problems in broken.items()
    ]
    return Offer(offered, tuple(" ".join(note.split()) for note in notes))


def _selected(registry: Registry, slot: FactorySlot) -> Iterator[tuple[str, Candidate]]:
    for class_type in registry.class_types(slot):
        try:
            yield class_type, registry.selected(slot, class_type)
        except FactoryCreationError:
            continue  # an override names nothing, which discovery has told, or it needs a version
        except PluginError:  # a variable is malformed, which discovery has told: as if it were not
            yield class_type, registry.candidates(slot, class_type)[0]


def problem_of(candidate: Candidate, targets: Targets) -> str:
    """Return what is known to be wrong with a plugin's class, empty where nothing is."""
    if not candidate.is_plugin or candidate.loaded is not None:
        return ""
    entry = candidate.entry
    target = targets.find(entry.module_path, entry.class_name, quick=True)
    return target.problem if target.certain else ""
