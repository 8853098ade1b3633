"""What would change which implementation is selected; each way is one that works by itself."""

from __future__ import annotations

from copy import copy
from enum import StrEnum
from typing import TYPE_CHECKING

from aiperf.plugins import resolver
from aiperf.plugins.candidates import HookOrder
from aiperf.plugins.contributions import AFTER_HOOKS
from aiperf.plugins.environment import DISABLED, IMPLEMENTATIONS, MODULES
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.selection import OPTION, chosen_line
from aiperf.plugins.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.environment import PluginEnvironment
    from aiperf.plugins.selection import Override
    from aiperf.plugins.slots import FactorySlot

_CAN_BE_DISABLED = (OriginKind.ENTRY_POINT, OriginKind.MODULE)


class FlipKind(StrEnum):
    """How a selection can be changed."""

    CALL = "call"
    """A call in the program."""
    OPTION = "option"
    """A command-line option, for one run."""
    VARIABLE = "variable"
    """An environment variable."""
    CODE = "code"
    """A change in the plugin that should be selected."""
    INSTALL = "install"
    """Another version of something that is installed."""


@dataclass(frozen=True, slots=True)
class Flip:
    """One change after which another implementation is selected.

    Attributes:
        kind: where the change is made.
        text: what it does, for a person.
        line: what to type or write.
    """

    kind: FlipKind
    text: str
    line: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One class type as it stands: its ranked candidates, and what was selected by whom.

    Attributes:
        slot: the factory.
        candidates: all of them, the best first, overrides left aside.
        overrides: the selections that apply, the one in force first.
        environment: the variables.
        modules: the plugins that are modules as they were loaded, by name.
    """

    slot: FactorySlot
    candidates: Sequence[Candidate]
    overrides: tuple[Override, ...]
    environment: PluginEnvironment
    modules: frozenset[str]

    @property
    def class_type(self) -> str:
        """The class type."""
        return self.candidates[0].entry.class_type

    @property
    def pair(self) -> tuple[str, str]:
        """The factory and the class type."""
        return self.slot.name, self.class_type

    @property
    def chosen(self) -> dict[tuple[str, str], str]:
        """What the environment variable selects."""
        items = self.environment.implementations or ()
        return {(factory, class_type): reference for factory, class_type, reference in items}

    @property
    def key(self) -> str:
        """The factory and the class type, as variables name them."""
        return f"{self.slot.name}.{self.class_type}"


def flips(standing: Standing, loser: Candidate) -> tuple[Flip, ...]:
    """Return the changes each of which selects ``loser``, the mildest first."""
    if loser.unmet:
        line = loser.unmet.rpartition(": ")[2]
        return (Flip(FlipKind.INSTALL, "until then it cannot be selected at all", line),)
    reference = resolver.reference_to(loser, standing.candidates)
    found = [*_selections(standing, reference)]
    if standing.overrides:
        found += _taken_back(standing, loser)
    else:
        found += _disabling(standing, loser)
        found += _rank_changes(standing, loser)
    return tuple(found)


def _selections(standing: Standing, reference: str) -> Iterator[Flip]:
    """Yield the ways to select by name that beat what is in force."""
    sources = {override.source for override in standing.overrides}
    by_call = f"{standing.slot.title}.use_implementation_by_id"
    if by_call not in sources:
        yield Flip(FlipKind.OPTION, "for one run", f"{OPTION} {standing.key}={reference}")
        if OPTION not in sources:
            line = chosen_line(standing.chosen, standing.pair, reference)
            yield Flip(FlipKind.VARIABLE, "for every run in this environment", line)
    arguments = f'"{standing.class_type}", "{reference}"'
    yield Flip(FlipKind.CALL, "in a program", f"{by_call}({arguments})")


def _taken_back(standing: Standing, loser: Candidate) -> Iterator[Flip]:
    """Yield how to take the override in force back, where ``loser`` would be selected then."""
    in_force, *others = standing.overrides
    references = [other.reference for other in others]
    candidates = standing.candidates
    then = resolver.find(candidates, references[0]) if references else candidates[0]
    if then is not loser:
        return
    if in_force.source == IMPLEMENTATIONS:
        line = chosen_line(standing.chosen, standing.pair, None)
        yield Flip(FlipKind.VARIABLE, "without the override, it is selected", line)
    elif in_force.source == OPTION:
        line = f"leave out {OPTION} {standing.key}={in_force.reference}"
        yield Flip(FlipKind.OPTION, "without the override, it is selected", line)
    else:
        line = f'{standing.slot.title}.clear_implementation("{standing.class_type}")'
        yield Flip(FlipKind.CALL, "without the override, it is selected", line)


def _disabling(standing: Standing, loser: Candidate) -> Iterator[Flip]:
    """Yield the deny list that takes out every plugin that comes before ``loser``."""
    better = standing.candidates[: standing.candidates.index(loser)]
    if any(each.origin.kind not in _CAN_BE_DISABLED for each in better):
        return
    names = list(dict.fromkeys(each.origin.variable_name for each in better))
    if any(loser.origin.answers_to(name) for name in names):
        return
    line = f'{DISABLED}="{",".join(_added(standing.environment.disabled, names))}"'
    text = "it takes them out, with all else that they bring"
    if len(names) == 1:
        text = f"it takes {names[0]} out, with all else that it brings"
    yield Flip(FlipKind.VARIABLE, text, line)


def _added(names: Iterable[str] | None, more: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*(names or ()), *more]))


def _rank_changes(standing: Standing, loser: Candidate) -> Iterator[Flip]:
    """Yield the changes of where and how ``loser`` is registered that put it first."""
    for flip, changed in _variants(standing, loser):
        if resolver.ranked(changed.values())[0] is changed[loser]:
            yield flip


_Variant = tuple[Flip, dict["Candidate", "Candidate"]]
"""A change, and what becomes of each candidate by it."""


def _variants(standing: Standing, loser: Candidate) -> Iterator[_Variant]:
    origin, winner = loser.origin, standing.candidates[0]
    if origin.kind in _CAN_BE_DISABLED:
        yield from _module_variants(standing, loser)
        siblings = [each for each in standing.candidates if each.origin == origin]
        if loser.position < AFTER_HOOKS:
            line = f"@hookimpl(tryfirst=True) on {standing.slot.hook} in {origin.module}"
            flip = Flip(FlipKind.CODE, "its hook is then called before the others", line)
            yield flip, _changed(standing, siblings, hook_order=HookOrder.TRYFIRST)
        line = f"name it before {winner.entry.identifier} in {origin.module}"
        flip = Flip(FlipKind.CODE, "the first that a plugin names comes first", line)
        yield flip, _changed(standing, [loser], position=winner.position - 1)
    if origin.kind is OriginKind.RUNTIME:
        line = f"is_plugin=True in the registration in {origin.module}"
        flip = Flip(FlipKind.CODE, "it then comes before the builtins", line)
        yield flip, _changed(standing, [loser], is_plugin=True)
        if loser.loaded is not None:
            priority = max(each.priority for each in standing.candidates) + 1
            line = f"override_priority={priority} in the decorator in {origin.module}"
            flip = Flip(FlipKind.CODE, "the highest wins", line)
            yield flip, _changed(standing, [loser], is_plugin=True, priority=priority)


def _module_variants(standing: Standing, loser: Candidate) -> Iterator[_Variant]:
    """Yield the place at the end of the variable with the modules, where a name can be put."""
    origin = loser.origin
    if origin.kind is OriginKind.MODULE:
        name = origin.variable_name
    elif origin.plugin in standing.modules:
        name = origin.module
    else:
        return
    named = [each for each in standing.environment.modules or () if each != name]
    line = f'{MODULES}="{",".join([*named, name])}"'
    last = len(named) + 1  # beyond all places now; those behind the name's old one move up
    moved = replace(origin, kind=OriginKind.MODULE, position=last)
    siblings = [each for each in standing.candidates if each.origin == origin]
    flip = Flip(FlipKind.VARIABLE, "what is named last comes first", line)
    yield flip, _changed(standing, siblings, origin=moved, order=-last)


def _changed(
    standing: Standing, which: Sequence[Candidate], **changes: object
) -> dict[Candidate, Candidate]:
    """Return every candidate, with copies for those that would be changed."""
    result = {each: each for each in standing.candidates}
    for candidate in which:
        result[candidate] = copy(candidate)
        for name, value in changes.items():
            setattr(result[candidate], name, value)
    return result
