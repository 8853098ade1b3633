"""The plugins that can be switched off one by one, none of them imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiperf.plugins.environment import DISABLED, PluginEnvironment
from aiperf.plugins.errors import PluginSettingError
from aiperf.plugins.loading import ALL, check_disabled, is_disabled, unloaded_origins
from aiperf.plugins.markers import ENTRY_POINT_GROUP
from aiperf.plugins.nearest import did_you_mean
from aiperf.plugins.origins import Origin, OriginKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.plugins.manager import AIPerfPluginManager

_RESERVED: Final = frozenset({"", ALL, OriginKind.BUILTIN.value})


@dataclass(frozen=True, slots=True)
class Suspect:
    """A plugin, by the name that switches it off in ``AIPERF_PLUGINS_DISABLED``.

    ``origins`` are several where no name switches off one of them alone.
    """

    name: str
    origins: tuple[Origin, ...]

    def answers_to(self, name: str) -> bool:
        """Say whether a person may mean it by ``name``."""
        return name == self.name or any(
            name == origin.entry_point or origin.answers_to(name) for origin in self.origins
        )


def find_suspects(
    manager: AIPerfPluginManager, environ: Mapping[str, str]
) -> tuple[tuple[Suspect, ...], tuple[str, ...]]:
    """Return the plugins that a process with these variables would load, and the deny list's names.

    Raises:
        PluginSettingError: a variable is malformed, or the deny list names nothing.
    """
    environment = PluginEnvironment.read(environ)
    every = unloaded_origins(manager, ENTRY_POINT_GROUP)
    check_disabled(environment, every)
    if environment.autoload is False:
        every = []
    modules = {name.partition(":")[0] for name in environment.modules or ()}
    every = [origin for origin in every if origin.module not in modules]
    every += [
        Origin(OriginKind.MODULE, plugin=name, module=name.partition(":")[0], position=position)
        for position, name in enumerate(environment.modules or ())
    ]
    loaded = [origin for origin in every if not is_disabled(environment, origin)]
    return _suspects(loaded), environment.disabled or ()


def find_by_name(suspects: Sequence[Suspect], name: str) -> list[Suspect]:
    """Return the plugins that a person means by ``name``.

    Raises:
        PluginSettingError: there is none.
    """
    found = [suspect for suspect in suspects if suspect.answers_to(name)]
    if not found:
        raise PluginSettingError(
            f"No plugin that would be loaded is called {name!r}. "
            f"{did_you_mean(name, [suspect.name for suspect in suspects])}",
            value=name,
        )
    return found


def _suspects(origins: Sequence[Origin]) -> tuple[Suspect, ...]:
    """Return the origins, together where one cannot be switched off without another."""
    chosen = [_best_name(origin, origins) for origin in origins]
    suspects: dict[str, tuple[Origin, ...]] = {}
    taken: set[Origin] = set()
    for name, also in sorted(chosen, key=lambda each: -len(each[1])):
        if taken.isdisjoint(also):
            suspects[name] = also
            taken.update(also)
    order = {origin: position for position, origin in enumerate(origins)}
    return tuple(
        Suspect(name, also)
        for name, also in sorted(suspects.items(), key=lambda item: order[item[1][0]])
    )


def _best_name(origin: Origin, origins: Sequence[Origin]) -> tuple[str, tuple[Origin, ...]]:
    """Return the name for the deny list that switches off the fewest others, and all of those."""
    names = [name for name in (origin.plugin, origin.module, origin.distribution) if _fits(name)]
    named = [(name, _switched_off(name, origins)) for name in names if name is not None]
    return min(named, key=lambda each: len(each[1]))


def _switched_off(name: str, origins: Sequence[Origin]) -> tuple[Origin, ...]:
    environment = PluginEnvironment.read({DISABLED: name})
    return tuple(origin for origin in origins if is_disabled(environment, origin))


def _fits(name: str | None) -> bool:
    """Say whether the deny list can hold ``name``: no commas, no blanks, no word of its own."""
    return name is not None and name not in _RESERVED and len(name.replace(",", " ").split()) == 1
