"""Which implementation wins: override, then plugins, then builtins, and why.

Everything here is a pure function of the candidates it is given.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from aiperf.plugins.origins import OriginKind, normalized

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiperf.plugins.candidates import Candidate

Rank = tuple[bool, bool, int, int, int, int, str, int]

_PLUGIN_ORDER = {
    OriginKind.RUNTIME: 0,
    OriginKind.MODULE: 1,
    OriginKind.ENTRY_POINT: 2,
    OriginKind.BUILTIN: 3,
}


class Rule(StrEnum):
    """What decided between a winner and a loser; the value is a sentence for people."""

    OVERRIDE = "an override is in force"
    VERSIONS = "it needs a version that is not installed"
    PLUGIN = "a plugin comes before a builtin"
    HOOK_ORDER = "the selected one's hook is called earlier (tryfirst, plain, trylast)"
    ORIGIN = "runtime comes before module, and module before entry-point"
    PRIORITY = "the selected one has a higher override_priority"
    ORDER = "the later module or runtime plugin comes first, and the earlier builtin"
    NAME = "the selected one's distribution comes first in the alphabet"
    POSITION = "the selected one is named first by their plugin"


def rank(candidate: Candidate) -> Rank:
    """Return the key that sorts candidates of one class type, the best first."""
    origin = candidate.origin
    unusable = bool(candidate.unmet)
    if not candidate.is_plugin:
        is_runtime = origin.kind is not OriginKind.BUILTIN
        name = "" if is_runtime else origin.plugin
        place = candidate.order + candidate.position
        return (unusable, True, 0, 0, -candidate.priority, is_runtime, name, place)
    name = ""
    if origin.kind is OriginKind.ENTRY_POINT:
        name = f"{normalized(origin.distribution or '')}\0{origin.entry_point}\0{origin.plugin}"
    return (
        unusable,
        False,
        candidate.hook_order,
        _PLUGIN_ORDER[origin.kind],
        -candidate.priority,
        candidate.order,
        name,
        candidate.position,
    )


def ranked(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates of one class type, the best first, overrides left aside."""
    return tuple(sorted(candidates, key=rank))


def find(candidates: Sequence[Candidate], reference: str) -> Candidate | None:
    """Return the best candidate that ``identifier`` or ``identifier@plugin`` means, if any.

    A plugin's own name comes before a distribution or a module that happens to be called so.
    """
    identifier, at, plugin = reference.partition("@")
    meant = [candidate for candidate in candidates if candidate.entry.identifier == identifier]
    if at:
        meant = [candidate for candidate in meant if candidate.origin.answers_to(plugin)]
        meant.sort(key=lambda candidate: candidate.origin.plugin != plugin)
    return meant[0] if meant else None


def reference_to(candidate: Candidate, candidates: Sequence[Candidate]) -> str:
    """Return the shortest reference that means ``candidate`` among ``candidates``."""
    identifier = candidate.entry.identifier
    if find(candidates, identifier) is candidate:
        return identifier
    return f"{identifier}@{candidate.origin.plugin}"


def decided_by(winner: Candidate, loser: Candidate) -> Rule:
    """Return the rule that puts ``winner`` before ``loser``, overrides left aside."""
    rules = (
        Rule.VERSIONS,
        Rule.PLUGIN,
        Rule.HOOK_ORDER,
        Rule.ORIGIN,
        Rule.PRIORITY,
        Rule.ORDER,
        Rule.NAME,
        Rule.POSITION,
    )
    for rule, ours, theirs in zip(rules, rank(winner), rank(loser), strict=True):
        if ours != theirs:
            if rule is Rule.PLUGIN and winner.priority > loser.priority:
                return Rule.PRIORITY
            same_plugin = winner.origin == loser.origin
            return Rule.POSITION if same_plugin and rule is Rule.ORDER else rule
    return Rule.POSITION


def unsettled(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return the losers whose place only the alphabet decided; nobody chose that.

    ``candidates`` are ranked, and no override applies to them.
    """
    if not candidates or candidates[0].origin.kind is not OriginKind.ENTRY_POINT:
        return ()
    if candidates[0].unmet:
        return ()
    winner, losers = candidates[0], candidates[1:]
    return tuple(
        loser
        for loser in losers
        if decided_by(winner, loser) is Rule.NAME and loser.origin != winner.origin
    )
