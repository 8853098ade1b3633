"""Discovery for commands: what is wrong becomes data, and a plugin's prints don't mix with ours."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aiperf.common.factories import EndpointFactory, PluginDiscovery
from aiperf.plugins.errors import DiscoveryError, PluginError, PluginSettingError
from aiperf.plugins.selection import OPTION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiperf.plugins.registry import Registry
    from aiperf.plugins.report import PluginRecord


@dataclass(frozen=True, slots=True)
class Discovered:
    """What there is: a record of each plugin, what failed loudly, and the registry."""

    records: tuple[PluginRecord, ...]
    errors: tuple[PluginError, ...]
    registry: Registry

    @property
    def messages(self) -> list[str]:
        """What failed loudly, each once."""
        return list(dict.fromkeys(map(str, self.errors)))

    @property
    def exit_code(self) -> int:
        """0, 1 if something that a person named did not load, 2 if an option means nothing."""
        if any(_is_usage(error) for error in self.errors):
            return 2
        return 1 if self.errors else 0

    def echo_errors(self) -> None:
        """Print what failed on standard error."""
        for message in self.messages:
            click.echo(f"Error: {message}", err=True)


def discover(use: Iterable[str] = ()) -> Discovered:
    """Discover all plugins; whatever they print while they are imported goes to standard error.

    Args:
        use: the values of ``--use``.

    Raises:
        click.UsageError: one of them is malformed.
    """
    registry = EndpointFactory.plugin_registry
    if use:
        try:
            registry.use_options(use)
        except PluginSettingError as error:
            raise click.UsageError(str(error)) from error
    with contextlib.redirect_stdout(sys.stderr):
        try:
            return Discovered(PluginDiscovery.discover_all().plugins, (), registry)
        except DiscoveryError as error:
            records = error.report.plugins if error.report is not None else ()
            return Discovered(records, error.failures, registry)
        except PluginError as error:
            return Discovered(PluginDiscovery.so_far().plugins, (error,), registry)


def _is_usage(error: PluginError) -> bool:
    return isinstance(error, PluginSettingError) and error.variable == OPTION
