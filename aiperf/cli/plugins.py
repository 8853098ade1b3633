"""``aiperf plugins``: everything about plugins and the implementations that they bring."""

from __future__ import annotations

from typing import Final

from aiperf.cli.lazy_group import LazyCommand, lazy_group

COMMANDS: Final = {
    "list": LazyCommand(
        "aiperf.cli.plugins_list",
        "list_plugins",
        "List every implementation, and every plugin that failed or is disabled.",
    ),
}

plugins = lazy_group("plugins", "Show plugins and the implementations that they bring.", COMMANDS)
