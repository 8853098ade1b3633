"""What discovery found: one record for each plugin, and the whole report."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from aiperf.plugins.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.plugins.entries import LazyEntry
    from aiperf.plugins.environment import PluginEnvironment
    from aiperf.plugins.errors import PluginError
    from aiperf.plugins.origins import Origin, OriginKind


class PluginStatus(StrEnum):
    """How a plugin fared."""

    ACTIVE = "active"
    FAILED = "failed"
    DISABLED = "disabled"
    EMPTY = "empty"
    """It loaded, but declares no hook and no entry."""


@dataclass(frozen=True, slots=True)
class PluginRecord:
    """One plugin that discovery found.

    ``error`` says why it failed; ``reason`` why it was disabled. ``import_time`` is in seconds,
    ``None`` if it was not imported. ``unmet`` has a line for each entry that needs another version
    than is here: ``endpoint.chat=acme needs aiperf>=9, this is 0.1.0: …``.
    """

    name: str
    source: Origin
    status: PluginStatus
    error: PluginError | None = None
    reason: str = ""
    import_time: float | None = None
    hooks: tuple[str, ...] = ()
    entries: tuple[LazyEntry, ...] = ()
    unmet: tuple[str, ...] = ()

    @property
    def origin(self) -> OriginKind:
        """Whether it came from an entry point or was named in ``AIPERF_PLUGIN_MODULES``."""
        return self.source.kind

    @property
    def distribution(self) -> str | None:
        """The installed distribution's name."""
        return self.source.distribution

    @property
    def version(self) -> str | None:
        """The installed distribution's version."""
        return self.source.version

    @property
    def module(self) -> str:
        """The module that declares the entries."""
        return self.source.module

    @property
    def path(self) -> str | None:
        """The file of the module, or the distribution's place where it was not imported."""
        return self.source.path


@dataclass(frozen=True, slots=True)
class DiscoveryReport:
    """Every plugin that discovery found, in the order in which they were looked at."""

    plugins: tuple[PluginRecord, ...] = ()
    environment: PluginEnvironment | None = None

    def __iter__(self) -> Iterator[PluginRecord]:
        """Iterate over the records."""
        return iter(self.plugins)

    def __len__(self) -> int:
        """Count the records."""
        return len(self.plugins)

    def with_status(self, status: PluginStatus) -> tuple[PluginRecord, ...]:
        """Return the records of one status."""
        return tuple(record for record in self.plugins if record.status is status)

    @property
    def active(self) -> tuple[PluginRecord, ...]:
        """The plugins that declare something."""
        return self.with_status(PluginStatus.ACTIVE)

    @property
    def failed(self) -> tuple[PluginRecord, ...]:
        """The plugins that could not be loaded."""
        return self.with_status(PluginStatus.FAILED)

    def get(self, name: str) -> PluginRecord | None:
        """Return the record of the plugin called ``name``."""
        return next((record for record in self.plugins if record.name == name), None)


def failed_record(
    name: str, origin: Origin, error: PluginError, earlier: PluginRecord | None = None
) -> PluginRecord:
    """Return the record of a plugin that failed, with what was known of it before."""
    if earlier is None:
        return PluginRecord(name, origin, PluginStatus.FAILED, error=error)
    return replace(earlier, status=PluginStatus.FAILED, error=error, hooks=(), entries=(), unmet=())
