"""Where an entry came from."""

from __future__ import annotations

from enum import StrEnum

from aiperf.plugins.values import dataclass


class OriginKind(StrEnum):
    """The four ways into the registry."""

    BUILTIN = "builtin"
    ENTRY_POINT = "entry-point"
    MODULE = "module"
    RUNTIME = "runtime"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an entry came from; the registry sets it, a plugin cannot.

    Args:
        kind: the way in.
        plugin: the plugin's name in the plugin manager; for a call in application code, the
            module that made it.
        module: the module that declares the entries.
        distribution: the installed distribution's name, where there is one.
        version: its version.
        entry_point: the entry point's name as the distribution spells it.
        path: the file of ``module``, where it has one.
        position: for a module, its place in ``AIPERF_PLUGIN_MODULES``, from 0.
    """

    kind: OriginKind
    plugin: str
    module: str = ""
    distribution: str | None = None
    version: str | None = None
    entry_point: str | None = None
    path: str | None = None
    position: int = 0

    def answers_to(self, name: str) -> bool:
        """Say whether a person may mean this origin by ``name``.

        That is the plugin's name, its distribution's in any spelling, or its module's. The name
        ``builtin`` is the builtins' alone.
        """
        if name == OriginKind.BUILTIN:
            return self.kind is OriginKind.BUILTIN
        if name and name in (self.plugin, self.module):
            return True
        return self.distribution is not None and normalized(name) == normalized(self.distribution)

    def is_called(self, name: str) -> bool:
        """Say whether a person may mean the installed plugin, or the module, by ``name``."""
        return name == self.entry_point or self.answers_to(name)

    @property
    def variable_name(self) -> str:
        """What environment variables call the plugin; a module is called as it was named."""
        if self.kind is OriginKind.MODULE:
            return self.plugin.removeprefix("module:")
        return self.plugin

    def __str__(self) -> str:
        """Name it for a person."""
        distribution = " ".join(filter(None, (self.distribution, self.version)))
        if self.kind is OriginKind.BUILTIN:
            return f"builtin ({distribution})"
        if self.kind is OriginKind.RUNTIME:
            return f"runtime registration by {self.plugin!r}"
        if self.kind is OriginKind.MODULE:
            return f"plugin {self.plugin!r} (a module in AIPERF_PLUGIN_MODULES)"
        return f"plugin {self.plugin!r} ({distribution})"


def normalized(distribution: str) -> str:
    """Return a distribution's name in the one spelling that all its spellings share (PEP 503)."""
    name = distribution.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name
