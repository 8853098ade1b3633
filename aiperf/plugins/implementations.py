"""What the registry tells others about an implementation, and about how it was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.plugins.environment import AUTOLOAD
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.resolver import Rule, decided_by, reference_to
from aiperf.plugins.selection import OPTION, chosen_line
from aiperf.plugins.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.plugins.absent import Absent
    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.flips import Flip
    from aiperf.plugins.origins import Origin
    from aiperf.plugins.selection import Override
    from aiperf.plugins.slots import FactorySlot


@dataclass(frozen=True, slots=True)
class Implementation:
    """What ``list_implementations`` says of one implementation, without loading it.

    ``reference`` is what to write to select it: its identifier, or ``identifier@plugin`` where
    another one shadows it. ``unmet`` says which version it needs that is not here, and what to do;
    while it says anything, the implementation cannot be selected.
    """

    factory: str
    class_type: str
    identifier: str
    module_path: str
    class_name: str
    is_plugin: bool
    is_selected: bool
    origin: Origin
    reference: str
    description: str
    metadata: Mapping[str, Any]
    requires: tuple[str, ...] = ()
    unmet: str = ""

    @property
    def is_builtin(self) -> bool:
        """Whether it ships with the application itself."""
        return self.origin.kind is OriginKind.BUILTIN

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with a plain mapping: a read-only one does not pickle by itself."""
        return Implementation, (
            self.factory,
            self.class_type,
            self.identifier,
            self.module_path,
            self.class_name,
            self.is_plugin,
            self.is_selected,
            self.origin,
            self.reference,
            self.description,
            dict(self.metadata),
            self.requires,
            self.unmet,
        )


def describe(
    factory: str, candidates: Sequence[Candidate], selected: Candidate | None
) -> list[Implementation]:
    """Return the public record of each candidate, the selected one first."""
    return [
        Implementation(
            factory=factory,
            class_type=candidate.entry.class_type,
            identifier=candidate.entry.identifier,
            module_path=candidate.entry.module_path,
            class_name=candidate.entry.class_name,
            is_plugin=candidate.is_plugin,
            is_selected=candidate is selected,
            origin=candidate.origin,
            reference=reference_to(candidate, candidates),
            description=candidate.entry.description,
            metadata=candidate.entry.metadata,
            requires=tuple(candidate.entry.requires),
            unmet=candidate.unmet,
        )
        for candidate in _selected_first(candidates, selected)
    ]


@dataclass(frozen=True, slots=True)
class Loss:
    """One implementation that was not selected: why, and the line that would select it.

    ``flips`` are all the changes each of which would select it.
    """

    implementation: Implementation
    rule: Rule
    to_select: str
    flips: tuple[Flip, ...] = ()

    @property
    def reason(self) -> str:
        """The rule in words, or the versions that it needs, where that is the rule."""
        return self.implementation.unmet or self.rule.value


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one class type was resolved.

    ``winner`` is ``None`` where an override names something that does not exist; ``override`` is
    the reference it names, and ``override_source`` who set it. ``overrides`` are all that apply,
    the one in force first; ``absent`` the failed and disabled plugins that might have had another
    implementation. Where ``is_autoload_off``, installed plugins were not looked at.
    """

    factory: str
    class_type: str
    winner: Implementation | None
    losers: tuple[Loss, ...]
    override: str | None = None
    override_source: str | None = None
    overrides: tuple[Override, ...] = ()
    absent: tuple[Absent, ...] = ()
    is_autoload_off: bool = False

    def __str__(self) -> str:
        """Tell it in lines for a person."""
        lines = [f"{self.factory}.{self.class_type}"]
        if self.override is not None:
            lines.append(f"  override: {self.override!r}, set by {self.override_source}")
        if self.winner is None:
            lines.append("  selected: nothing")
        else:
            lines.append(f"  selected: {self.winner.reference} from {self.winner.origin}")
        for loss in self.losers:
            lines.append(f"  not selected: {loss.implementation.reference}: {loss.reason}")
            lines.append(f"    to select it: {loss.to_select}")
        lines += [
            f"  beaten override: {beaten.reference!r}, set by {beaten.source}"
            for beaten in self.overrides[1:]
        ]
        lines += [
            f"  may have had another: {each.origin}: {each.status}: {each.reason}"
            for each in self.absent
        ]
        if self.is_autoload_off:
            lines.append(f"  installed plugins were not looked at: {AUTOLOAD} is off")
        return "\n".join(lines)


def explain(
    slot: FactorySlot,
    candidates: Sequence[Candidate],
    selected: Candidate | None,
    override: Override | None,
    chosen: Mapping[tuple[str, str], str] | None = None,
) -> Explanation:
    """Return how the ranked ``candidates`` of one class type were resolved.

    ``override`` is the reference that a person or the application selected, and who did;
    ``chosen`` what the environment variable selects, so that a line to set it keeps the rest.
    """
    factory = slot.name
    described = describe(factory, candidates, selected)
    class_type = candidates[0].entry.class_type
    winner = described[0] if selected is not None else None
    losers = []
    for implementation, loser in zip(described, _selected_first(candidates, selected), strict=True):
        if loser is selected:
            continue
        rule = Rule.OVERRIDE
        if loser.unmet:
            rule = Rule.VERSIONS
        elif override is None and selected is not None:
            rule = decided_by(selected, loser)
        pin = chosen_line(chosen or {}, (factory, class_type), implementation.reference)
        if override is not None and override.source == OPTION:
            pin = f"{OPTION} {factory}.{class_type}={implementation.reference}"
        if class_type in slot.overrides:
            arguments = f'"{class_type}", "{implementation.reference}"'
            pin = f"{slot.title}.use_implementation_by_id({arguments})"
        if loser.unmet:
            pin = loser.unmet.rpartition(": ")[2]
        losers.append(Loss(implementation, rule, pin))
    reference = None if override is None else override.reference
    source = None if override is None else override.source
    return Explanation(factory, class_type, winner, tuple(losers), reference, source)


def _selected_first(candidates: Sequence[Candidate], selected: Candidate | None) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: candidate is not selected)
